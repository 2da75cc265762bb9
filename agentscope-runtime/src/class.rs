//! Sensitivity classes, what each may do, and the trait that classified types implement.

use crate::redact::Redactor;

/// How sensitive a value is. Ordered: a value that holds several takes the highest.
///
/// | class | in spans and logs |
/// |---|---|
/// | `Public`, `Internal` | the value |
/// | `Confidential` | a mask of fixed length |
/// | `Pii` | a keyed hash: equal values look equal, nothing else is told |
/// | `Special` (health, religion, …), `Secret` | only that there was a value |
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::Class;
/// assert!(Class::Public < Class::Internal && Class::Special < Class::Secret);
/// assert_eq!(Class::Pii.as_str(), "pii");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// May be shown to anybody.
    Public,
    /// May be shown to whoever may read the telemetry.
    Internal,
    /// Business content: only masked.
    Confidential,
    /// Personal data: only as a keyed hash.
    Pii,
    /// Special categories of personal data (GDPR article 9): nothing of it.
    Special,
    /// Credentials and whatever nobody has looked at yet: nothing of it.
    Secret,
}

impl Class {
    /// The word for the class, as written in `#[sensitivity(..)]`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Confidential => "confidential",
            Self::Pii => "pii",
            Self::Special => "special",
            Self::Secret => "secret",
        }
    }

    /// The policy table: what telemetry shows of a value of this class.
    pub(crate) const fn treatment(self) -> Treatment {
        match self {
            Self::Public | Self::Internal => Treatment::Keep,
            Self::Confidential => Treatment::Mask,
            Self::Pii => Treatment::Hash,
            Self::Special | Self::Secret => Treatment::Drop,
        }
    }

    /// The higher of two classes; `Ord::max` is not `const`.
    #[doc(hidden)]
    pub const fn or(self, other: Self) -> Self {
        if (self as u8) < (other as u8) {
            other
        } else {
            self
        }
    }
}

/// What is shown of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// The value.
    Keep,
    /// A placeholder of fixed length.
    Mask,
    /// A keyed hash.
    Hash,
    /// The last four characters of a text of at least eight; else a placeholder.
    Last4,
    /// Nothing but that there was a value.
    Drop,
}

/// The class of one field, argument or result, and how it departs from the policy table.
///
/// The macros make these from `#[sensitivity(..)]`; the fields are public for them alone.
#[derive(Clone, Copy, Debug)]
pub struct Sensitivity {
    /// The class.
    pub class: Class,
    /// What the value is (`email`, `phone`, …); separates the domains of keyed hashes.
    pub kind: Option<&'static str>,
    /// A treatment that is at least as strict as the class's own.
    pub redact: Option<Treatment>,
}

impl Sensitivity {
    /// The macros give everything that they hand over a class; should something come without, it
    /// is not shown.
    pub(crate) const UNCLASSIFIED: Self = Self {
        class: Class::Secret,
        kind: None,
        redact: None,
    };

    const fn of(class: Class) -> Option<Self> {
        Some(Self {
            class,
            kind: None,
            redact: None,
        })
    }

    pub(crate) fn treatment(&self) -> Treatment {
        self.redact.unwrap_or(self.class.treatment())
    }
}

/// A class and nothing else, by the name of the class: what most places say.
#[allow(missing_docs, reason = "called by expansions only")]
pub mod classes {
    use super::{Class, Sensitivity};

    pub const PUBLIC: Option<Sensitivity> = Sensitivity::of(Class::Public);
    pub const INTERNAL: Option<Sensitivity> = Sensitivity::of(Class::Internal);
    pub const CONFIDENTIAL: Option<Sensitivity> = Sensitivity::of(Class::Confidential);
    pub const PII: Option<Sensitivity> = Sensitivity::of(Class::Pii);
    pub const SPECIAL: Option<Sensitivity> = Sensitivity::of(Class::Special);
    pub const SECRET: Option<Sensitivity> = Sensitivity::of(Class::Secret);
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
    note = "if it comes from another crate: classify it here with `#[sensitivity(secret)]`, or the result with `output = secret`; or everything that has no class with `default = secret`"
)]
pub trait Classify {
    /// The highest class of any value inside.
    const MAX: Class;

    /// Writes the value as JSON, every part redacted by its class.
    fn redact(&self, out: &mut Redactor<'_>);

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

    fn redact(&self, out: &mut Redactor<'_>) {
        match self {
            Some(value) => value.redact(out),
            None => out.null(),
        }
    }

    fn variant(&self) -> Option<&'static str> {
        self.as_ref().and_then(T::variant)
    }
}

impl<T: Classify> Classify for [T] {
    const MAX: Class = T::MAX;

    fn redact(&self, out: &mut Redactor<'_>) {
        out.list(self.iter(), T::redact);
    }
}

macro_rules! classify_as_inner {
    ($($(#[$doc:meta])* [$($generics:tt)*] $outer:ty => $inner:ty;)*) => {$(
        $(#[$doc])*
        impl<$($generics)*> Classify for $outer {
            const MAX: Class = <$inner as Classify>::MAX;

            fn redact(&self, out: &mut Redactor<'_>) {
                <$inner as Classify>::redact(self, out);
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
