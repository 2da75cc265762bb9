//! The trait that classified types implement, and what implements it by itself.

use crate::privacy::class::{Class, Sensitivity};
use crate::privacy::redact::Redactor;

/// What `#[derive(Classify)]` knows of a type; for reports and schemas.
#[doc(hidden)]
#[allow(missing_docs, reason = "made by expansions only")]
#[derive(Debug)]
pub struct TypeMeta {
    /// `module::path::Type`.
    pub name: &'static str,
    pub file: &'static str,
    pub fields: &'static [FieldMeta],
}

/// What `#[derive(Classify)]` knows of a field.
#[doc(hidden)]
#[allow(missing_docs, reason = "made by expansions only")]
#[derive(Debug)]
pub struct FieldMeta {
    /// As it is written: `email`, `0` for the first of a tuple.
    pub name: &'static str,
    /// What the JSON of the value calls it.
    pub wire_name: &'static str,
    /// The variant that it is in; as its JSON calls it.
    pub variant: Option<&'static str>,
    pub line: u32,
    /// `None` where its type says it.
    pub sensitivity: Option<Sensitivity>,
    /// Of its type, where that is classified.
    pub nested: Option<fn() -> Option<&'static TypeMeta>>,
}

/// A type whose fields all have a sensitivity class; derive it with `#[derive(Classify)]`.
///
/// Text, numbers and JSON values do not implement it: whether `String` is a greeting or a
/// password only the place that holds it can say.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Class, Classify};
///
/// #[derive(Classify)]
/// struct Customer {
///     #[sensitivity(internal)]
///     id: u64,
///     #[sensitivity(pii, kind = "email")]
///     email: String,
/// }
/// assert_eq!(Customer::MAX, Class::Pii);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no agentscope sensitivity classification",
    label = "not classified: telemetry could leak it",
    note = "if you own `{Self}`: add `#[derive(agentscope::Classify)]` to it and classify its fields",
    note = "if it comes from another crate, or is text or a number: write `#[sensitivity(secret)]` or another class before the field or argument; for the result of a function `output = secret`; or give all that has no class one with `default = secret`"
)]
pub trait Classify {
    /// The highest class of any value inside.
    const MAX: Class;

    /// There is a lock in it, so that serde does not look into it: it would wait, and the observed
    /// code may hold the lock.
    #[doc(hidden)]
    const IS_LOCKED: bool = false;

    /// Writes the value as JSON, every part redacted by its class.
    fn redact(&self, out: &mut Redactor<'_>);

    /// What the derive knows of the type.
    #[doc(hidden)]
    fn type_meta() -> Option<&'static TypeMeta> {
        None
    }

    /// Name of the enum variant that the value is; `None` for structs. For errors it becomes part
    /// of `error.type`.
    fn variant(&self) -> Option<&'static str> {
        None
    }
}

/// There is no data in `()`.
impl Classify for () {
    const MAX: Class = Class::Public;

    fn redact(&self, out: &mut Redactor<'_>) {
        out.null();
    }
}

impl<T: Classify> Classify for Option<T> {
    const MAX: Class = T::MAX;
    const IS_LOCKED: bool = T::IS_LOCKED;

    fn redact(&self, out: &mut Redactor<'_>) {
        match self {
            Some(value) => value.redact(out),
            None => out.null(),
        }
    }

    fn type_meta() -> Option<&'static TypeMeta> {
        T::type_meta()
    }

    fn variant(&self) -> Option<&'static str> {
        self.as_ref().and_then(T::variant)
    }
}

impl<T: Classify> Classify for [T] {
    const MAX: Class = T::MAX;
    const IS_LOCKED: bool = T::IS_LOCKED;

    fn redact(&self, out: &mut Redactor<'_>) {
        out.list(self.iter(), T::redact);
    }

    fn type_meta() -> Option<&'static TypeMeta> {
        T::type_meta()
    }
}

macro_rules! classify_as_inner {
    ($($(#[$doc:meta])* [$($generics:tt)*] $outer:ty => $inner:ty;)*) => {$(
        $(#[$doc])*
        impl<$($generics)*> Classify for $outer {
            const MAX: Class = <$inner as Classify>::MAX;
            const IS_LOCKED: bool = <$inner as Classify>::IS_LOCKED;

            fn redact(&self, out: &mut Redactor<'_>) {
                <$inner as Classify>::redact(self, out);
            }

            fn type_meta() -> Option<&'static TypeMeta> {
                <$inner as Classify>::type_meta()
            }

            fn variant(&self) -> Option<&'static str> {
                <$inner as Classify>::variant(self)
            }
        }
    )*};
}

classify_as_inner! {
    [T: Classify + ?Sized] &T => T;
    [T: Classify + ?Sized] &mut T => T;
    [T: Classify + ?Sized] Box<T> => T;
    [T: Classify + ?Sized] std::rc::Rc<T> => T;
    [T: Classify + ?Sized] std::sync::Arc<T> => T;
    [T: Classify] Vec<T> => [T];
    [T: Classify, const N: usize] [T; N] => [T];
    [T: Classify + ToOwned + ?Sized] std::borrow::Cow<'_, T> => T;
}
