//! What of the standard library is classified if what it holds is.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::convert::Infallible;
use std::marker::PhantomData;

use crate::privacy::class::Class;
use crate::privacy::classify::{Classify, TypeMeta};
use crate::privacy::redact::Redactor;

macro_rules! lists {
    ($([$($generics:tt)*] $list:ty;)*) => {$(
        impl<T: Classify $(, $generics)*> Classify for $list {
            const MAX: Class = T::MAX;
            const IS_LOCKED: bool = T::IS_LOCKED;

            fn redact(&self, out: &mut Redactor<'_>) {
                out.list(self.iter(), T::redact);
            }

            fn type_meta() -> Option<&'static TypeMeta> {
                T::type_meta()
            }
        }
    )*};
}

lists! {
    [] VecDeque<T>;
    [] LinkedList<T>;
    [] BTreeSet<T>;
    [S] HashSet<T, S>;
}

macro_rules! maps {
    ($([$($generics:tt)*] $map:ty;)*) => {$(
        impl<K: Classify, V: Classify $(, $generics)*> Classify for $map {
            const MAX: Class = K::MAX.or(V::MAX);
            const IS_LOCKED: bool = K::IS_LOCKED || V::IS_LOCKED;

            fn redact(&self, out: &mut Redactor<'_>) {
                out.entries(self.iter(), K::redact, V::redact);
            }

            fn type_meta() -> Option<&'static TypeMeta> {
                V::type_meta()
            }
        }
    )*};
}

maps! {
    [] BTreeMap<K, V>;
    [S] HashMap<K, V, S>;
}

macro_rules! tuples {
    ($(($($item:ident $index:tt),*);)*) => {$(
        impl<$($item: Classify),*> Classify for ($($item,)*) {
            const MAX: Class = Class::Public $(.or($item::MAX))*;
            const IS_LOCKED: bool = false $(|| $item::IS_LOCKED)*;

            fn redact(&self, out: &mut Redactor<'_>) {
                out.tuple(&[$(&|out: &mut Redactor<'_>| self.$index.redact(out)),*]);
            }
        }
    )*};
}

tuples! {
    (A 0);
    (A 0, B 1);
    (A 0, B 1, C 2);
    (A 0, B 1, C 2, D 3);
    (A 0, B 1, C 2, D 3, E 4);
    (A 0, B 1, C 2, D 3, E 4, F 5);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
}

/// There is no data in it.
impl<T: ?Sized> Classify for PhantomData<T> {
    const MAX: Class = Class::Public;

    fn redact(&self, out: &mut Redactor<'_>) {
        out.null();
    }
}

/// There is no value of it.
impl Classify for Infallible {
    const MAX: Class = Class::Public;

    fn redact(&self, _: &mut Redactor<'_>) {
        match *self {}
    }
}
