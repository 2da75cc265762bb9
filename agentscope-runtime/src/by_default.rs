//! A class that a default gave, by the name of the class, as `classes` has those that somebody said.

pub mod defaults {
    use crate::class::{Class, Sensitivity};

    pub const PUBLIC: Option<Sensitivity> = Some(Sensitivity::by_default(Class::Public));
    pub const INTERNAL: Option<Sensitivity> = Some(Sensitivity::by_default(Class::Internal));
    pub const CONFIDENTIAL: Option<Sensitivity> =
        Some(Sensitivity::by_default(Class::Confidential));
    pub const PII: Option<Sensitivity> = Some(Sensitivity::by_default(Class::Pii));
    pub const SPECIAL: Option<Sensitivity> = Some(Sensitivity::by_default(Class::Special));
    pub const SECRET: Option<Sensitivity> = Some(Sensitivity::by_default(Class::Secret));
}
