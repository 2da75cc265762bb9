//! Collects what an annotated function was called with, while the arguments are still there.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::SystemTime;

use opentelemetry::KeyValue;
use serde::Serialize;

use crate::attributes;
use crate::hash::keyring::Hasher;
use crate::hash::shapes::Shapes;
use crate::json::room::Buffers;
use crate::limits::Limits;
use crate::names;
use crate::option::{FloatOption, IntOption, TextOption, TimeOption};
use crate::privacy::class::{Class, Sensitivity};
use crate::privacy::classify::Classify;
use crate::privacy::content::Conversation;
use crate::privacy::redacted::{Put, Recordable, Redacted};
use crate::privacy::text;
use crate::privacy::text::{IntoText, Text};
use crate::privacy::values::Values;
use crate::probe::Argued;
use crate::propagation::{ContextOption, RemoteContext};
use crate::session::identity::Stated;
use crate::site::{KnownSite, Layer, OptionName};
use crate::tool::schema::{Schema, SchemaBuilder};

/// What a call was made with; expansions fill it before the arguments move into the body.
pub struct Capture {
    pub(crate) site: &'static KnownSite,
    pub(crate) name: Option<Redacted>,
    /// Where its task came from.
    pub(crate) context: Option<Box<RemoteContext>>,
    pub(crate) reason: Option<Text>,
    pub(crate) identity: Option<Box<Stated>>,
    /// Of a call that is told of when it is over.
    pub(crate) began: Option<SystemTime>,
    pub(crate) limits: Limits,
    pub(crate) operation: Redacted,
    pub(crate) model: Option<Redacted>,
    pub(crate) provider: Option<Redacted>,
    pub(crate) schema: Option<&'static Schema>,
    /// Their JSON is an object of the arguments, still open at its end.
    pub(crate) values: Values,
    /// Options that are attributes as they are.
    pub(crate) attributes: Vec<KeyValue>,
    /// What a model is asked, where the deployment asks for content.
    pub(crate) conversation: Option<Conversation>,
    shapes: Shapes,
    /// How much was written, and how much of it shows something, before the argument that is written now.
    before: (usize, u32),
    /// An argument cannot be told from others.
    has_incomparable: bool,
    /// An argument can be.
    has_comparable: bool,
    /// Only the options are asked for: values are not looked at.
    pub(crate) options_only: bool,
}

impl Capture {
    pub(crate) fn new(site: &'static KnownSite, hasher: Hasher) -> Self {
        Self {
            site,
            name: None,
            context: None,
            reason: None,
            identity: None,
            began: None,
            limits: Limits::default(),
            operation: Redacted::of_code("chat"),
            model: None,
            provider: None,
            schema: None,
            values: Values::new(site.meta.layer, Class::Secret, hasher),
            attributes: Vec::new(),
            conversation: None,
            shapes: Shapes::new(site),
            before: (0, 0),
            has_incomparable: false,
            has_comparable: false,
            options_only: false,
        }
    }

    /// For a call of which nothing is recorded.
    pub(crate) fn of_options(site: &'static KnownSite) -> Self {
        Self {
            options_only: true,
            ..Self::new(site, Hasher::default())
        }
    }

    /// Takes what the attribute says: in literals, and in what `fill` evaluates.
    ///
    /// Where it is, for it is large to move.
    pub(crate) fn fill(&mut self, fill: &mut dyn FnMut(&mut Self)) {
        let site = self.site;
        for (option, text) in &site.meta.literals {
            self.option(*option, Some(text.clone()));
        }
        // What fills it is the user's: expressions, `Serialize`, `Classify`. It may panic; the observed
        // function must not.
        if catch_unwind(AssertUnwindSafe(|| fill(self))).is_err() {
            self.spoil();
        }
    }

    /// The arguments as JSON, each redacted by its class; `None` if nothing of them may be shown.
    pub(crate) fn input(&mut self) -> Option<Redacted> {
        if self.values.tally.visible == 0 {
            return None;
        }
        let json = &mut self.values.room.get().json;
        json.raw("}");
        Some(json.to_redacted())
    }

    /// The messages of the request, else the arguments; `None` if nothing of these may be shown.
    pub(crate) fn prompt(&mut self) -> Option<Conversation> {
        let input = self.input()?;
        let asked = self.conversation.take();
        Some(asked.unwrap_or_else(|| Conversation::of_arguments(&input)))
    }

    /// The arguments as they are, with their highest class, where somebody keeps such.
    pub(crate) fn payload(&mut self) -> Option<(Class, &str)> {
        self.values.payload("}")
    }

    /// Keyed, for the keys of a map can be personal data; `None` for a function without arguments.
    pub(crate) fn shape_hash(&mut self) -> Option<Redacted> {
        let Values { room, hasher, .. } = &mut self.values;
        self.shapes.hash(&mut room.get().look, hasher)
    }

    /// Tells equal arguments from others, in this process only; `None` where they cannot be told.
    ///
    /// It is never recorded, so secret text and numbers are a part of it. Something else that may not
    /// be looked into counts as far as it is shown, and what nothing is known of (a pool of
    /// connections, a client) not at all: that is mostly the same each time. But if there is nothing
    /// else all calls would look the same.
    pub(crate) fn print(&mut self) -> Option<u64> {
        let has_none = self.site.meta.params.is_empty();
        let is_told = (self.has_comparable || has_none) && !self.has_incomparable;
        is_told.then(|| self.values.room.get().look.print.finish())
    }

    /// The class of the place of an argument, if that is to be written.
    fn begin_argument(&mut self, index: usize) -> Option<Option<&'static Sensitivity>> {
        if self.options_only {
            return None;
        }
        let site = self.site;
        self.values.key(site.key(index));
        self.before = (self.values.room.get().json.len(), self.values.tally.visible);
        Some(site.meta.param(index).sensitivity.as_ref())
    }

    pub(crate) fn value<T: Serialize + ?Sized>(&mut self, index: usize, value: &T) {
        let Some(here) = self.begin_argument(index) else {
            return;
        };
        self.values.value(here, value);
    }

    pub(crate) fn unknown<T: Serialize + ?Sized>(&mut self, index: usize, value: &T) {
        let Some(here) = self.begin_argument(index) else {
            return;
        };
        self.values.unknown(here, value);
        // Nobody has said of this one that it does not count.
        let is_hidden = |here: &Sensitivity| here.by_default && here.class > Class::Pii;
        self.has_incomparable |= here.is_some_and(is_hidden);
    }

    pub(crate) fn opaque(&mut self, index: usize) {
        let Some(here) = self.begin_argument(index) else {
            return;
        };
        self.values.opaque(here);
    }

    pub(crate) fn classified<T: Classify + ?Sized>(&mut self, index: usize, value: &T) {
        let Some(here) = self.begin_argument(index) else {
            return;
        };
        self.values.classified(here, value);
    }

    pub(crate) fn structure<T: Serialize + ?Sized>(&mut self, value: &T) {
        if self.options_only || self.site.meta.layer != Layer::Tool {
            return;
        }
        // What may not be shown is not looked at either: a `Serialize` of the user's may do anything.
        if self.values.class > Class::Pii {
            return self.structure_as_shown();
        }
        self.seen_structure(value);
    }

    /// The same of text, a number, or a collection of these: there is no code of the user's in it.
    pub(crate) fn leaf_structure<T: Serialize + ?Sized>(&mut self, value: &T) {
        if self.options_only || self.site.meta.layer != Layer::Tool {
            return;
        }
        if self.values.class <= Class::Pii {
            return self.seen_structure(value);
        }
        let look = &mut self.values.room.get().look;
        let is_compared = look.compare(value);
        self.shapes.add_unknown(look);
        self.has_comparable |= is_compared;
        self.has_incomparable |= !is_compared;
    }

    fn seen_structure<T: Serialize + ?Sized>(&mut self, value: &T) {
        let is_seen = self.shapes.add(&mut self.values.room.get().look, value);
        self.has_comparable |= is_seen;
        if !is_seen {
            self.shapes.add_unknown(&mut self.values.room.get().look);
            self.has_incomparable = true;
        }
    }

    /// Of a value that is not looked at further than was written of it.
    #[cold]
    pub(crate) fn structure_as_shown(&mut self) {
        if self.options_only {
            return;
        }
        let (from, visible) = self.before;
        let shows_something = self.values.tally.visible > visible;
        let Buffers { json, look, .. } = self.values.room.get();
        // What is equal has equal hashes and masks.
        match shows_something {
            true => look.print.bytes(json.bytes_since(from)),
            false => look.nothing(),
        }
        self.shapes.add_unknown(look);
        self.has_comparable |= shows_something;
    }

    /// Of a value that nothing is known of.
    pub(crate) fn no_structure(&mut self) {
        if self.options_only {
            return;
        }
        let look = &mut self.values.room.get().look;
        look.nothing();
        self.shapes.add_unknown(look);
    }

    /// Filling it was cut short: nothing half written may be shown.
    fn spoil(&mut self) {
        self.values.spoil();
        self.conversation = None;
        self.shapes.clear(&mut self.values.room.get().look);
        self.has_incomparable = true;
    }

    /// Records one argument.
    pub fn argument(&mut self, index: usize, argument: Argued<'_>) {
        argument.record(self, index);
    }

    /// A builder to fill if this instantiation's schema is not known yet.
    pub fn missing_schema(&mut self, types: &'static str) -> Option<SchemaBuilder> {
        if self.options_only {
            return None;
        }
        self.schema = self.site.schemas.get(types);
        let params = self.site.meta.params;
        self.schema.is_none().then(|| SchemaBuilder::new(params))
    }

    /// Takes the schema of a function that declares it once for all.
    pub fn declared_schema(&mut self) {
        if self.options_only {
            return;
        }
        self.schema = self.site.declared_schema();
    }

    pub fn store_schema(&mut self, builder: SchemaBuilder, types: &'static str) {
        self.schema = Some(builder.store(&self.site.meta, &self.site.schemas, types));
    }

    pub(crate) fn attribute(&mut self, key: &'static str, value: Option<impl Recordable>) {
        if let Some(value) = value {
            // Most calls have none.
            if self.attributes.capacity() == 0 {
                self.attributes = attributes::lend();
            }
            self.attributes.put(key, value);
        }
    }

    pub fn name(&mut self, name: impl TextOption) {
        self.name = name.text_option().map(text::label);
    }

    /// Takes what an option says, as a literal of the site or by its expression.
    fn option(&mut self, option: OptionName, text: Option<Redacted>) {
        match option {
            OptionName::Mode => self.attribute(names::AGENT_MODE, text),
            // Of an agent the model that it is configured with, of an inference the one that it asks.
            OptionName::Model if self.site.meta.layer == Layer::Agent => {
                self.attribute(names::AGENT_MODEL, text);
            }
            OptionName::Model => self.model = text,
            OptionName::Operation => {
                self.operation = text.unwrap_or_else(|| self.operation.clone())
            }
            OptionName::Provider => self.provider = text,
            OptionName::Tier => self.attribute(names::AGENT_TIER, text),
            OptionName::Version => self.attribute(names::AGENT_VERSION, text),
        }
    }

    pub fn mode(&mut self, mode: impl TextOption) {
        self.option(OptionName::Mode, mode.text_option().map(text::label));
    }

    pub fn tier(&mut self, tier: impl TextOption) {
        self.option(OptionName::Tier, tier.text_option().map(text::label));
    }

    pub fn version(&mut self, version: impl TextOption) {
        self.option(OptionName::Version, version.text_option().map(text::label));
    }

    pub fn model(&mut self, model: impl TextOption) {
        self.option(OptionName::Model, model.text_option().map(text::label));
    }

    pub fn token_budget(&mut self, tokens: impl IntOption) {
        self.limits.tokens(tokens);
    }

    pub fn cost_budget(&mut self, usd: impl FloatOption) {
        self.limits.cost(usd);
    }

    pub fn iteration_limit(&mut self, limit: impl IntOption) {
        self.limits.iterations(limit);
    }

    pub fn time_budget(&mut self, time: impl TimeOption) {
        self.limits.time(time);
    }

    /// Before the arguments, for the tenant chooses the key that they are hashed with.
    pub fn context(&mut self, context: impl ContextOption) {
        self.context = context.context_option().map(Box::new);
        if let (Some(remote), false) = (&self.context, self.options_only) {
            self.values.hasher = remote.hasher();
        }
    }

    pub fn user(&mut self, user: impl TextOption) {
        self.identity().user = user.text_option().map(|user| text::pii(user.as_str()));
    }

    pub fn task(&mut self, task: impl TextOption) {
        self.identity().task = task.text_option();
    }

    pub fn tenant(&mut self, tenant: impl TextOption) {
        let tenant = tenant.text_option();
        let has_key = self.options_only || self.values.hasher.is_of_tenant();
        if let (Some(tenant), false) = (&tenant, has_key) {
            self.values.hasher = Hasher::of_tenant(tenant.as_str());
        }
        self.identity().tenant = tenant;
    }

    /// What it says of who it is for; most calls say nothing of that.
    fn identity(&mut self) -> &mut Stated {
        self.identity.get_or_insert_default()
    }

    pub fn reason(&mut self, reason: impl IntoText) {
        self.reason = Some(reason.into_text());
    }

    pub fn provider(&mut self, provider: impl TextOption) {
        self.option(
            OptionName::Provider,
            provider.text_option().map(text::label),
        );
    }

    pub fn operation(&mut self, operation: impl TextOption) {
        self.option(
            OptionName::Operation,
            operation.text_option().map(text::label),
        );
    }

    pub fn temperature(&mut self, temperature: impl FloatOption) {
        self.attribute(names::REQUEST_TEMPERATURE, temperature.float_option());
    }

    pub fn seed(&mut self, seed: impl IntOption) {
        self.attribute(names::REQUEST_SEED, seed.int_option());
    }
}
