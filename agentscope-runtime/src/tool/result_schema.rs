//! Checks what a tool returned against the schema that its result should have.

use std::panic::{AssertUnwindSafe, catch_unwind};

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::args::{self, Violation};
use crate::ends::Once;
use crate::inference::answered::as_inside;
use crate::inference::so_far::SoFar;
use crate::inference::usage::Usage;
use crate::json::{Json, Written};
use crate::names;
use crate::output::Output;
use crate::privacy::redacted::Redacted;
use crate::settle::{Decision, Judge, Settle};
use crate::snapshot::level::Level;
use crate::snapshot::moment::Event;
use crate::tool::schema::{self, SchemaBuilder};

/// Where and how a value does not fit its schema; never what it is.
#[derive(Debug)]
pub(crate) struct Misfit {
    /// JSON Pointer; empty for the whole.
    pub(crate) pointer: Redacted,
    pub(crate) violation: Violation,
    pub(crate) schema_hash: Redacted,
}

impl Misfit {
    /// The event that tells of it; `side` is `arguments` or `result`.
    pub(crate) fn event(&self, side: &'static str) -> Event {
        let event = Event::warning(names::EVENT_WARNING, Level::Error, "schema_violation")
            .with(names::SCHEMA_SIDE, side)
            .with(names::SCHEMA_VIOLATION, self.violation.as_str());
        // The empty pointer is the whole, which goes without saying.
        match self.pointer.as_str() {
            "" => event,
            _ => event.with(names::SCHEMA_POINTER, self.pointer.clone()),
        }
    }
}

/// A type whose JSON Schema a result should have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not tell what the result should look like",
    label = "is not both `serde::Deserialize` and `schemars::JsonSchema`, or borrows",
    note = "write `#[derive(serde::Deserialize, schemars::JsonSchema)]` at the type, and let it own what it holds"
)]
pub trait IsSchema: DeserializeOwned + JsonSchema {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema> IsSchema for T {}

/// A result whose JSON can be checked.
#[diagnostic::on_unimplemented(
    message = "the result, `{Self}`, cannot be checked against a schema",
    label = "asks for a result that is `serde::Serialize`",
    note = "write `#[derive(serde::Serialize)]` at the result's type, or leave `result_schema` out"
)]
pub trait HasJson: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> HasJson for T {}

/// `None` if the JSON of the value can be read as a `T`, or if it has none that is small and flat
/// enough to be looked at on the thread of the agent.
fn check<T: IsSchema>(value: &(impl HasJson + ?Sized)) -> Option<Misfit> {
    let mut json = Json::default();
    if json.value(value) != Written::Whole {
        return None;
    }
    let mut deserializer = serde_json::Deserializer::from_slice(json.bytes_since(0));
    let path = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(_) => return None,
        // Nested too deep for the parser, which says nothing of the schema.
        Err(error) if !error.inner().is_data() => return None,
        Err(error) => error.path().clone(),
    };
    let document = SchemaBuilder::document_of::<T>();
    Some(Misfit {
        // Keys that the schema does not declare were data of the tool, so they are not told.
        pointer: Redacted::of_code(args::pointer(&path, &document)),
        violation: Violation::Data,
        schema_hash: Redacted::of_code(schema::hash(document)),
    })
}

impl Output {
    /// The result should have the schema of a `T`.
    pub fn result_schema<T: IsSchema>(&mut self, value: &(impl HasJson + ?Sized)) {
        // `Deserialize` is the user's too; if it panics, what was shown of the value stays.
        let checked = catch_unwind(AssertUnwindSafe(|| check::<T>(value)));
        self.misfit = checked.ok().flatten().map(Box::new);
    }
}

/// A call that ends with one value.
#[diagnostic::on_unimplemented(
    message = "`result_schema` is said of a function that returns a stream or an iterator",
    label = "its items go to the caller unseen",
    note = "leave `result_schema` out, and check the items where they are used"
)]
pub trait EndsWithValue {}

#[diagnostic::do_not_recommend]
impl<K: Once> EndsWithValue for K {}

impl<K, S: Settle> Decision<K, S> {
    /// With a closure that checks the value.
    pub fn __checked<C>(self, check: C) -> Decision<K, Checked<S, C>>
    where
        K: EndsWithValue,
        C: Fn(&<S::Judge as Judge>::Value, &mut Output) + Copy + Send + Sync + 'static,
    {
        Decision::new(Checked(self.settle, check))
    }
}

/// With a closure that checks the value.
#[derive(Clone, Copy)]
pub struct Checked<S, C>(S, C);

impl<S, C> Settle for Checked<S, C>
where
    S: Settle,
    C: Fn(&<S::Judge as Judge>::Value, &mut Output) + Copy,
{
    type Judge = S::Judge;
    type Yields = S::Yields;

    fn show(self, value: &<S::Judge as Judge>::Value, output: &mut Output) {
        self.0.show(value, output);
        (self.1)(value, output);
    }

    fn usage(self, value: &<S::Judge as Judge>::Value) -> Option<Usage> {
        self.0.usage(value)
    }

    fn gather(self, item: &<S::Judge as Judge>::Value, so_far: &mut SoFar) {
        self.0.gather(item, so_far);
    }

    as_inside!();
}
