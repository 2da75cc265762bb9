//! What the macros know of an annotated function at compile time.

use std::panic::Location;
use std::sync::atomic::AtomicU8;
use std::sync::{Arc, Mutex, OnceLock};

use once_cell::race::OnceRef;

use crate::attributes::{self, Word};
use crate::hash::keyring::Hasher;
use crate::metrics::measured::Labels;
use crate::privacy::class::{Class, Sensitivity};
use crate::privacy::redacted::Redacted;
use crate::probe::Declares;
use crate::said;
use crate::tool::schema::{Cache, Schema, SchemaBuilder};
use crate::unread::Unread;

/// The layers of a semantic trace.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// assert_eq!(agentscope::Layer::Tool.as_str(), "tool");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layer {
    /// One user interaction or job.
    Session,
    /// One run of an agent.
    Agent,
    /// One tool call.
    Tool,
    /// One model call.
    Inference,
    /// One task that was handed to another agent.
    Delegation,
}

impl Layer {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Agent => "agent",
            Self::Tool => "tool",
            Self::Inference => "inference",
            Self::Delegation => "delegation",
        }
    }
}

/// What the macros know of a function.
#[derive(Debug)]
pub(crate) struct Meta {
    pub layer: Layer,
    pub name: &'static str,
    /// What the span is called, unless `name = ..` is known at run time only; empty for inferences.
    pub span_name: &'static str,
    /// Path of the function: `crate::module::function`.
    pub function: &'static str,
    /// The doc comment; empty where there is none.
    pub description: &'static str,
    /// For tools: whether it changes nothing (`effect = read`).
    pub reads_only: bool,
    pub params: &'static [Param],
    /// Class of the result; `None` where its type says it.
    pub output: Option<Sensitivity>,
    /// Options of its attribute that are string literals.
    pub(crate) literals: Vec<(OptionName, Redacted)>,
}

/// An option of an attribute that is a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OptionName {
    Mode,
    Model,
    Operation,
    Provider,
    Tier,
    Version,
}

/// What is said of it.
#[cfg(test)]
pub(crate) const TOOL: &str = "tool\0tool\0tool\0read\0\0\0";

#[cfg(test)]
impl Meta {
    /// A tool without arguments.
    pub(crate) const TOOL: Self = Self {
        layer: Layer::Tool,
        name: "tool",
        span_name: "execute_tool tool",
        function: "tool",
        description: "",
        reads_only: true,
        params: &[],
        output: None,
        literals: Vec::new(),
    };
}

/// What the macros know of an argument.
#[derive(Debug)]
pub(crate) struct Param {
    pub name: &'static str,
    /// The type as written, the schema of last resort.
    pub signature: &'static str,
    /// `None` where the type says it.
    pub sensitivity: Option<Sensitivity>,
}

/// One annotated function: a static in its expansion.
///
/// What is in it the compiler computes for each function, so it is little. The rest is made when it is
/// first asked for: see `known`.
pub struct Site {
    module: &'static str,
    said: &'static str,
    /// Of the attribute.
    pub(crate) place: &'static Location<'static>,
    /// Declares the schema of the arguments, where it can be told without a call.
    pub(crate) declares: Option<Schemas>,
    /// Its attribute gives it a budget of its own.
    has_budget: bool,
    /// It is not run where a budget is used up.
    enforces_budget: bool,
    /// Its attribute says where its task came from.
    pub(crate) has_context: bool,
    /// The one that was registered before it, if it is registered.
    pub(crate) before: OnceRef<'static, Self>,
    known: OnceRef<'static, Kept>,
}

/// What declares the schema of a function's arguments.
#[derive(Clone, Copy)]
pub(crate) enum Schemas {
    Types(fn(&mut SchemaBuilder)),
    Leaves(&'static [Declares]),
}

/// What is known of a site, by a type that does not tell what that is: the compiler asks of each static
/// anew whether all that its type tells of may be shared between threads.
struct Kept(&'static dyn Keeps);

trait Keeps: Sync {
    fn known(&'static self) -> &'static KnownSite;
}

impl Keeps for KnownSite {
    fn known(&'static self) -> &'static KnownSite {
        self
    }
}

/// What is said of a function, read; and what its calls have found out about it.
pub(crate) struct KnownSite {
    pub(crate) meta: Meta,
    pub(crate) has_budget: bool,
    pub(crate) enforces_budget: bool,
    declares: Option<Schemas>,
    pub(crate) schemas: Cache,
    /// Of each argument `,"name":`.
    keys: OnceLock<Box<[String]>>,
    /// What every span of it says alike, but for its name where that is known at run time only.
    pub(crate) words: Vec<Word>,
    /// What its latency is labelled with.
    pub(crate) labels: OnceLock<Labels>,
    /// The first shape of the arguments and its hash: most calls have it, and nobody waits for it.
    pub(crate) first_shape: OnceLock<KnownShape>,
    /// Calls in a row that had another one.
    pub(crate) other_shapes: AtomicU8,
    pub(crate) unread: Unread,
    /// The latest other one.
    other_shape: Mutex<Option<KnownShape>>,
}

impl KnownSite {
    fn of(site: &Site) -> Self {
        let meta = said::read(site.module, site.said);
        Self {
            words: attributes::words_of(&meta),
            meta,
            has_budget: site.has_budget,
            enforces_budget: site.enforces_budget,
            declares: site.declares,
            schemas: Cache::new(),
            keys: OnceLock::new(),
            labels: OnceLock::new(),
            first_shape: OnceLock::new(),
            other_shapes: AtomicU8::new(0),
            unread: Unread::default(),
            other_shape: Mutex::new(None),
        }
    }
}

/// Shapes of all arguments of a call, and their hash.
pub(crate) struct KnownShape {
    pub(crate) shape: Vec<u8>,
    /// Of each argument.
    pub(crate) seen: Vec<Seen>,
    hasher: Hasher,
    hash: Redacted,
}

/// An argument whose shape was looked at.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    /// Tells this and those before from most that have other shapes.
    pub(crate) form: u64,
    /// End of their shapes.
    pub(crate) end: usize,
}

impl Site {
    /// A constant, for the compiler copies one where it would interpret a function.
    #[allow(
        clippy::declare_interior_mutable_const,
        reason = "copied into statics only"
    )]
    pub(crate) const EMPTY: Self = Self {
        module: "",
        said: "",
        place: Location::caller(),
        declares: None,
        has_budget: false,
        enforces_budget: false,
        has_context: false,
        before: OnceRef::new(),
        known: OnceRef::new(),
    };

    /// Of the place that it is called at; `said` is read by [`said`].
    #[track_caller]
    pub const fn new(module: &'static str, said: &'static str) -> Self {
        Self {
            module,
            said,
            place: Location::caller(),
            ..Self::EMPTY
        }
    }

    /// The same of a tool whose schema can be told without a call.
    #[track_caller]
    pub const fn declaring(
        module: &'static str,
        said: &'static str,
        declares: fn(&mut SchemaBuilder),
    ) -> Self {
        Self {
            module,
            said,
            place: Location::caller(),
            declares: Some(Schemas::Types(declares)),
            ..Self::EMPTY
        }
    }

    /// The same where all arguments are leaves: the compiler need not compile a function for it.
    #[track_caller]
    pub const fn of_leaves(
        module: &'static str,
        said: &'static str,
        leaves: &'static [Declares],
    ) -> Self {
        Self {
            module,
            said,
            place: Location::caller(),
            declares: Some(Schemas::Leaves(leaves)),
            ..Self::EMPTY
        }
    }

    /// The same of a function with a budget of its own.
    pub const fn with_budget(mut self) -> Self {
        self.has_budget = true;
        self
    }

    /// The same of a function whose attribute says where its task came from.
    pub const fn with_context(mut self) -> Self {
        self.has_context = true;
        self
    }

    /// The same of a function that is not run where a budget is used up.
    pub const fn enforcing_budget(mut self) -> Self {
        self.enforces_budget = true;
        self
    }

    /// Asked once a call.
    pub(crate) fn known(&'static self) -> &'static KnownSite {
        // Nobody waits for who is first. It is never dropped, as the site is not.
        let make = || &*Box::leak(Box::new(Kept(Box::leak(Box::new(KnownSite::of(self))))));
        self.known.get_or_init(make).0.known()
    }
}

impl KnownSite {
    /// The key of an argument in the JSON of all of them, and what separates it.
    pub(crate) fn key(&self, index: usize) -> &str {
        let keys = self.keys.get_or_init(|| {
            let params = self.meta.params.iter();
            params
                .map(|param| format!(",\"{}\":", param.name))
                .collect()
        });
        keys.get(index).map_or(",\"?\":", String::as_str)
    }

    /// The schema of the arguments, for a function whose schema can be told without a call.
    pub(crate) fn declared_schema(&self) -> Option<&'static Schema> {
        // One key for all: such a function is not generic.
        const TYPES: &str = "";
        let declares = self.declares?;
        self.schemas.get(TYPES).or_else(|| {
            let mut builder = SchemaBuilder::new(self.meta.params);
            match declares {
                Schemas::Types(declare) => declare(&mut builder),
                Schemas::Leaves(leaves) => {
                    for (index, declare) in leaves.iter().enumerate() {
                        declare(&mut builder, index);
                    }
                }
            }
            Some(builder.store(&self.meta, &self.schemas, TYPES))
        })
    }

    pub(crate) fn shape_hash(&self, shape: &[u8], seen: &[Seen], hasher: &Hasher) -> Redacted {
        let hash_if_known = |known: &KnownShape| known.hash_of(shape, hasher);
        if let Some(hash) = self.first_shape.get().and_then(hash_if_known) {
            return hash;
        }
        // Never waits: whoever finds it taken computes the hash.
        let latest = self.other_shape.try_lock();
        if let Ok(Some(hash)) = latest
            .as_deref()
            .map(|known| known.as_ref().and_then(hash_if_known))
        {
            return hash;
        }
        let hash = hasher.hash("shape", shape);
        let hash = Redacted::of_code(Arc::<str>::from(hash.as_str()));
        let known = KnownShape {
            shape: shape.to_vec(),
            seen: seen.to_vec(),
            hasher: hasher.clone(),
            hash: hash.clone(),
        };
        if let (Err(known), Ok(mut latest)) = (self.first_shape.set(known), latest) {
            *latest = Some(known);
        }
        hash
    }
}

impl KnownShape {
    fn hash_of(&self, shape: &[u8], hasher: &Hasher) -> Option<Redacted> {
        let is_same = self.shape == shape && self.hasher == *hasher;
        is_same.then(|| self.hash.clone())
    }
}

impl Meta {
    /// The arguments, and `output`, of which nobody has said what they are: a default has made them
    /// secret.
    pub(crate) fn unclassified(&self) -> Vec<&'static str> {
        let values = self.params.iter().map(|it| (it.name, &it.sensitivity));
        values
            .chain([("output", &self.output)])
            .filter(|(_, it)| it.is_some_and(|it| it.by_default && it.class == Class::Secret))
            .map(|(name, _)| name)
            .collect()
    }

    /// The class of an argument, for one whose type says it: the policy of a classified type is
    /// in its parts.
    pub(crate) fn param(&self, index: usize) -> &Param {
        Param::at(self.params, index)
    }
}

impl Param {
    /// The one at an index; one that nothing is said of where there is none.
    pub(crate) fn at(params: &'static [Self], index: usize) -> &'static Self {
        params.get(index).unwrap_or(&Self::UNKNOWN)
    }

    /// Of an index that no argument has.
    const UNKNOWN: Self = Self {
        name: "?",
        signature: "?",
        sensitivity: Some(Sensitivity::UNCLASSIFIED),
    };
}
