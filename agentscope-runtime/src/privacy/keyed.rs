//! Maps whose keys have a class at the place and whose values have one by their type:
//! `#[sensitivity(key = internal)]`.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::privacy::class::{Class, Sensitivity};
use crate::privacy::classify::{Classify, TypeMeta};
use crate::privacy::leaf::Leaf;
use crate::privacy::redact::Redactor;

/// A map with values of a classified type, or what holds such maps.
#[diagnostic::on_unimplemented(
    message = "`key = ..` is said of `{Self}`, which is no map with values of a classified type",
    label = "not a map, or its values are not classified, or its keys are no text or numbers",
    note = "maps are `HashMap` and `BTreeMap`, also in `Option`, `Vec`, `Box`, `Rc`, `Arc` and behind references; `#[derive(agentscope::Classify)]` classifies the values",
    note = "where keys and values are text or numbers one class is said of both: `#[sensitivity(internal)]`"
)]
pub trait Keyed {
    /// The highest class of the values.
    const MAX: Class;

    /// There is a lock in one of them.
    const IS_LOCKED: bool;

    fn redact_keyed(&self, key: &Sensitivity, out: &mut Redactor<'_>);

    fn type_meta() -> Option<&'static TypeMeta>;
}

macro_rules! maps {
    ($([$($generics:tt)*] $map:ty, $value:ident;)*) => {$(
        impl<$($generics)*> Keyed for $map {
            const MAX: Class = $value::MAX;
            const IS_LOCKED: bool = $value::IS_LOCKED;

            fn redact_keyed(&self, key: &Sensitivity, out: &mut Redactor<'_>) {
                out.entries(self.iter(), |name, out| out.value(name, key), $value::redact);
            }

            fn type_meta() -> Option<&'static TypeMeta> {
                $value::type_meta()
            }
        }
    )*};
}

maps! {
    [K: Serialize + Leaf, V: Classify] BTreeMap<K, V>, V;
    [K: Serialize + Leaf, V: Classify, S] HashMap<K, V, S>, V;
}

macro_rules! keyed_as_inner {
    ($([$($generics:tt)*] $outer:ty => $inner:ident;)*) => {$(
        impl<$($generics)*> Keyed for $outer {
            const MAX: Class = $inner::MAX;
            const IS_LOCKED: bool = $inner::IS_LOCKED;

            fn redact_keyed(&self, key: &Sensitivity, out: &mut Redactor<'_>) {
                $inner::redact_keyed(self, key, out);
            }

            fn type_meta() -> Option<&'static TypeMeta> {
                $inner::type_meta()
            }
        }
    )*};
}

keyed_as_inner! {
    [M: Keyed + ?Sized] &M => M;
    [M: Keyed + ?Sized] &mut M => M;
    [M: Keyed + ?Sized] Box<M> => M;
    [M: Keyed + ?Sized] Rc<M> => M;
    [M: Keyed + ?Sized] Arc<M> => M;
}

impl<M: Keyed> Keyed for Option<M> {
    const MAX: Class = M::MAX;
    const IS_LOCKED: bool = M::IS_LOCKED;

    fn redact_keyed(&self, key: &Sensitivity, out: &mut Redactor<'_>) {
        match self {
            Some(map) => map.redact_keyed(key, out),
            None => out.null(),
        }
    }

    fn type_meta() -> Option<&'static TypeMeta> {
        M::type_meta()
    }
}

impl<M: Keyed> Keyed for Vec<M> {
    const MAX: Class = M::MAX;
    const IS_LOCKED: bool = M::IS_LOCKED;

    fn redact_keyed(&self, key: &Sensitivity, out: &mut Redactor<'_>) {
        out.list(self.iter(), |map, out| map.redact_keyed(key, out));
    }

    fn type_meta() -> Option<&'static TypeMeta> {
        M::type_meta()
    }
}

/// A map together with the class of its keys, which makes of it a classified value.
pub struct KeyedBy<'a, M: ?Sized, const KEY: u8>(&'a M);

/// With keys of the class with that number.
pub fn keyed_by<const KEY: u8, M: Keyed + ?Sized>(map: &M) -> KeyedBy<'_, M, KEY> {
    KeyedBy(map)
}

const fn class(number: u8) -> Class {
    match number as usize {
        known if known < Class::ALL.len() => Class::ALL[known],
        _ => Class::Secret,
    }
}

// It is no type that anybody would write.
#[diagnostic::do_not_recommend]
impl<M: Keyed + ?Sized, const KEY: u8> Classify for KeyedBy<'_, M, KEY> {
    const MAX: Class = class(KEY).or(M::MAX);
    const IS_LOCKED: bool = M::IS_LOCKED;

    fn redact(&self, out: &mut Redactor<'_>) {
        self.0.redact_keyed(&Sensitivity::of(class(KEY)), out);
    }

    fn type_meta() -> Option<&'static TypeMeta> {
        M::type_meta()
    }
}

impl<M: Serialize + ?Sized, const KEY: u8> Serialize for KeyedBy<'_, M, KEY> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::class;
    use crate::privacy::class::Class;

    #[test]
    fn a_class_has_the_number_that_expansions_say() {
        let all = [
            Class::Public,
            Class::Internal,
            Class::Confidential,
            Class::Pii,
            Class::Special,
            Class::Secret,
        ];
        assert!(all.into_iter().all(|it| class(it as u8) == it));
    }
}
