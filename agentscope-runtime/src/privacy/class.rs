//! Sensitivity classes and what each may do.

use crate::privacy::kind::Kind;

/// How sensitive a value is. Ordered: a value that holds several takes the highest.
///
/// | class | in spans and logs |
/// |---|---|
/// | `Public`, `Internal` | the value |
/// | `Confidential` | a mask of fixed length |
/// | `Pii` | a keyed hash: equal values look equal, nothing else is told; some [`Kind`]s otherwise |
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
    /// All classes, the least sensitive first.
    pub const ALL: [Self; 6] = [
        Self::Public,
        Self::Internal,
        Self::Confidential,
        Self::Pii,
        Self::Special,
        Self::Secret,
    ];

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
    pub const fn treatment(self) -> Treatment {
        match self {
            Self::Public | Self::Internal => Treatment::Keep,
            Self::Confidential => Treatment::Mask,
            Self::Pii => Treatment::Hash,
            Self::Special | Self::Secret => Treatment::Drop,
        }
    }

    /// How much of the size of a value may be told: all, its order, nothing.
    pub(crate) fn size_shown(self, bytes: usize) -> Option<usize> {
        match self {
            Self::Public | Self::Internal => Some(bytes),
            Self::Confidential | Self::Pii => Some(bytes.next_power_of_two().max(64)),
            Self::Special | Self::Secret => None,
        }
    }

    /// Whether a keyed hash may be taken of a value: it tells equality, which is more than a mask
    /// does.
    pub(crate) fn may_be_compared(self) -> bool {
        self <= Self::Pii && self != Self::Confidential
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

/// What is shown of a value; ordered, the strictest last.
///
/// Written as `redact = ..` in `#[sensitivity(..)]` where a value is to be shown otherwise than its
/// class and [`Kind`] say.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::Treatment;
/// assert!(Treatment::Keep < Treatment::Hash && Treatment::Hash < Treatment::Drop);
/// assert_eq!(Treatment::Hash.as_str(), "hmac");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Treatment {
    /// The value.
    Keep,
    /// The first 64 characters of a text.
    Truncate,
    /// What it has in common with many: the network of an IP address (/24, /48), the year of a
    /// date, the first three characters of a postal code, a URL without user, query and fragment.
    Generalise,
    /// The first six and the last four digits of the number of a payment card.
    BinLast4,
    /// The last four characters of a text of at least eight.
    Last4,
    /// A keyed hash.
    Hash,
    /// A placeholder of fixed length.
    Mask,
    /// Nothing but that there was a value.
    Drop,
}

impl Treatment {
    /// All treatments, the least strict first.
    pub const ALL: [Self; 8] = [
        Self::Keep,
        Self::Truncate,
        Self::Generalise,
        Self::BinLast4,
        Self::Last4,
        Self::Hash,
        Self::Mask,
        Self::Drop,
    ];

    /// The word for it, as written after `redact =`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Truncate => "truncate",
            Self::Generalise => "generalise",
            Self::BinLast4 => "bin_last4",
            Self::Last4 => "last4",
            Self::Hash => "hmac",
            Self::Mask => "mask",
            Self::Drop => "drop",
        }
    }
}

/// The class of one field, argument or result, and how it departs from the policy table.
///
/// The macros make these from `#[sensitivity(..)]`; the fields are public for them alone.
#[derive(Clone, Copy, Debug)]
pub struct Sensitivity {
    /// The class.
    pub class: Class,
    /// What the value is; separates the domains of keyed hashes.
    pub kind: Option<Kind>,
    /// A treatment of its own.
    pub redact: Option<Treatment>,
    /// Why the class is as it is, where somebody had to say so.
    pub reason: Option<&'static str>,
    /// Whether a default gave it its class: nobody has looked at the value yet.
    pub by_default: bool,
}

impl Sensitivity {
    /// The macros give everything that they hand over a class; should something come without, it
    /// is not shown.
    pub(crate) const UNCLASSIFIED: Self = Self::of(Class::Secret);

    /// The class and nothing else.
    pub const fn of(class: Class) -> Self {
        Self {
            class,
            kind: None,
            redact: None,
            reason: None,
            by_default: false,
        }
    }

    /// The class, given by a default.
    pub const fn by_default(class: Class) -> Self {
        Self {
            by_default: true,
            ..Self::of(class)
        }
    }

    /// By the table; what holds here and now is `policy::treatment`.
    pub(crate) const fn treatment(&self) -> Treatment {
        match (self.redact, self.kind, self.class) {
            (Some(redact), ..) => redact,
            (None, Some(kind), Class::Pii) => kind.treatment(),
            (None, _, class) => class.treatment(),
        }
    }
}

macro_rules! by_name {
    ($($name:ident => $class:ident),* $(,)?) => {
        /// A class that somebody said and nothing else, by the name of the class: what most places
        /// say.
        #[allow(missing_docs, reason = "called by expansions only")]
        pub mod classes {
            use super::{Class, Sensitivity};

            $(pub const $name: Option<Sensitivity> = Some(Sensitivity::of(Class::$class));)*
        }

        /// The same for one that a default gave.
        #[allow(missing_docs, reason = "called by expansions only")]
        pub mod defaults {
            use super::{Class, Sensitivity};

            $(pub const $name: Option<Sensitivity> = Some(Sensitivity::by_default(Class::$class));)*
        }
    };
}

by_name! {
    PUBLIC => Public,
    INTERNAL => Internal,
    CONFIDENTIAL => Confidential,
    PII => Pii,
    SPECIAL => Special,
    SECRET => Secret,
}
