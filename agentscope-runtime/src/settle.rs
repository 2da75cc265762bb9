//! Looks at what a call has yielded, before the caller gets it.
//!
//! What can be recorded of a type is decided where its name is known, in the expansion, as
//! everything here is by the type itself: see [`Shows`]. All of it is types without values, so that
//! functions that yield the same share the code.

use std::marker::PhantomData;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;

use crate::ends::TellsBefore;
use crate::hash::keyring::Hasher;
use crate::inference::so_far::SoFar;
use crate::inference::usage::Usage;
use crate::output::{Failure, Output};
use crate::privacy::class::{Class, Sensitivity};
use crate::privacy::classify::Classify;
use crate::privacy::leaf::Leaf;

/// Types that are named and never held.
pub(crate) type Types<T> = PhantomData<fn() -> T>;

/// Whether a yielded value is a value or an error; decided by its type.
pub trait Judge {
    type Yields;
    type Value;
    type Error;

    fn look(yielded: &Self::Yields) -> Result<&Self::Value, &Self::Error>;
}

/// For `Result`: an `Err` is an error.
pub struct OfResult<T, E>(PhantomData<fn() -> (T, E)>);

/// For everything else: it is a value.
pub struct OfValue<O>(PhantomData<fn() -> O>);

impl<T, E> Judge for OfResult<T, E> {
    type Yields = Result<T, E>;
    type Value = T;
    type Error = E;

    #[inline]
    fn look(yielded: &Result<T, E>) -> Result<&T, &E> {
        yielded.as_ref()
    }
}

impl<O> Judge for OfValue<O> {
    type Yields = O;
    type Value = O;
    type Error = ();

    #[inline]
    fn look(yielded: &O) -> Result<&O, &()> {
        Ok(yielded)
    }
}

/// What stands for types only is copied whatever they are.
macro_rules! copied {
    ($($name:ident <$($parameter:ident),*>),*) => {$(
        impl<$($parameter),*> Clone for $name<$($parameter),*> {
            #[inline]
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<$($parameter),*> Copy for $name<$($parameter),*> {}
    )*};
}

copied!(Decided<K, J>, Shown<K, J, V>, NotBefore<K, J, V>, Look<J, V, D>);

/// What is recorded of a value.
pub trait Show<T: ?Sized>: Copy {
    /// The highest class in the type, where that says.
    const CLASS: Option<Class> = None;

    fn show(value: &T, output: &mut Output);
}

/// By the classes in its type; its structure too.
#[derive(Clone, Copy)]
pub struct ByTypeWhole;
/// By the class of the place; its structure too.
#[derive(Clone, Copy)]
pub struct ByPlace;
/// By the class of the place, of a type that does not say what is in it; its structure too.
#[derive(Clone, Copy)]
pub struct Unknown;
/// By the classes in its type.
#[derive(Clone, Copy)]
pub struct ByType;
/// That there is one.
#[derive(Clone, Copy)]
pub struct Unseen;

impl<T: Classify + Serialize + ?Sized> Show<T> for ByTypeWhole {
    const CLASS: Option<Class> = Some(T::MAX);

    fn show(value: &T, output: &mut Output) {
        output.classified(value);
        if !T::IS_LOCKED {
            output.structure(value);
        }
    }
}

impl<T: Leaf + Serialize + ?Sized> Show<T> for ByPlace {
    fn show(value: &T, output: &mut Output) {
        if T::IS_LOCKED {
            return output.opaque();
        }
        output.value(value);
        output.structure(value);
    }
}

impl<T: Serialize + ?Sized> Show<T> for Unknown {
    fn show(value: &T, output: &mut Output) {
        output.unknown(value);
        output.structure(value);
    }
}

impl<T: Classify + ?Sized> Show<T> for ByType {
    const CLASS: Option<Class> = Some(T::MAX);

    fn show(value: &T, output: &mut Output) {
        output.classified(value);
    }
}

impl<T: ?Sized> Show<T> for Unseen {
    fn show(_: &T, output: &mut Output) {
        output.opaque();
    }
}

/// What is recorded of an error beside its type.
pub trait Tell<E: ?Sized>: Copy {
    fn tell(error: &E, failure: &mut Failure, hasher: &Hasher);
}

/// Its variant, and its parts by their classes.
#[derive(Clone, Copy)]
pub struct Classified;
/// Nothing.
#[derive(Clone, Copy)]
pub struct TypeOnly;

impl<E: Classify + ?Sized> Tell<E> for Classified {
    fn tell(error: &E, failure: &mut Failure, hasher: &Hasher) {
        failure.classified(error, hasher);
    }
}

impl<E: ?Sized> Tell<E> for TypeOnly {
    fn tell(_: &E, _: &mut Failure, _: &Hasher) {}
}

/// How a call ends is decided but for what is shown.
pub struct Decided<K, J>(pub(crate) PhantomData<fn() -> (K, J)>);

impl<K, J: Judge> Decided<K, J> {
    /// The compile-time check of a result whose type must say its classes.
    pub fn __classified(self) -> Self
    where
        J::Value: Classify,
    {
        self
    }
}

impl<K, J: Judge> Decided<K, J>
where
    J::Value: Leaf + Serialize + Sized,
{
    pub fn __shown(&self) -> Shown<K, J, ByPlace> {
        Shown(NotBefore(PhantomData))
    }
}

/// Finds the most that the type of the value can show, where that is no leaf; asked of `&Decided`, in
/// the order that `probe` explains.
pub trait Shows {
    type Shown;

    fn __shown(self) -> Self::Shown;
}

/// How a call ends is decided but for what is told of an error.
pub struct Shown<K, J, V>(NotBefore<K, J, V>);

macro_rules! shows {
    ($($self:ty: [$($bound:ident)*] => $how:ident;)*) => {$(
        impl<K, J: Judge> Shows for $self
        where
            J::Value: Sized $(+ $bound)*,
        {
            type Shown = Shown<K, J, $how>;

            fn __shown(self) -> Self::Shown {
                Shown(NotBefore(PhantomData))
            }
        }
    )*};
}

shows! {
    &Decided<K, J>: [Classify Serialize] => ByTypeWhole;
    &&Decided<K, J>: [Serialize] => Unknown;
    &mut &Decided<K, J>: [Classify] => ByType;
    Decided<K, J>: [] => Unseen;
}

/// The same for an error; asked of `Shown`, of a reference to it, and then of `NotBefore`: most
/// calls have no error before what they yield, or one that says as much as that which it may yield.
pub trait Tells {
    type Told;

    fn __told(self) -> Self::Told;
}

impl<K: TellsBefore, J: Judge, V> Tells for Shown<K, J, V>
where
    J::Error: Classify,
{
    type Told = Decision<K::Told, Look<J, V, Classified>>;

    fn __told(self) -> Self::Told {
        Decision::new(Look(PhantomData))
    }
}

impl<K: TellsBefore, J: Judge, V> Tells for &Shown<K, J, V> {
    type Told = Decision<K::Told, Look<J, V, TypeOnly>>;

    fn __told(self) -> Self::Told {
        Decision::new(Look(PhantomData))
    }
}

/// What comes before tells its type only.
pub struct NotBefore<K, J, V>(Types<(K, J, V)>);

impl<K, J, V> Deref for Shown<K, J, V> {
    type Target = NotBefore<K, J, V>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<K, J: Judge, V> Tells for NotBefore<K, J, V>
where
    J::Error: Classify,
{
    type Told = Decision<K, Look<J, V, Classified>>;

    fn __told(self) -> Self::Told {
        Decision::new(Look(PhantomData))
    }
}

impl<K, J: Judge, V> Tells for &NotBefore<K, J, V> {
    type Told = Decision<K, Look<J, V, TypeOnly>>;

    fn __told(self) -> Self::Told {
        Decision::new(Look(PhantomData))
    }
}

/// How a call ends, and what is recorded then.
pub struct Decision<K, S> {
    pub(crate) settle: S,
    ends: PhantomData<fn() -> K>,
}

impl<K, S: Copy> Clone for Decision<K, S> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, S: Copy> Copy for Decision<K, S> {}

impl<K, S> Decision<K, S> {
    pub(crate) fn new(settle: S) -> Self {
        let ends = PhantomData;
        Self { settle, ends }
    }
}

/// Judges what a call yields.
pub trait Settle: Copy {
    type Judge: Judge<Yields = Self::Yields>;
    type Yields;

    /// What is the user's in here may panic.
    fn show(self, value: &<Self::Judge as Judge>::Value, output: &mut Output);

    /// Finds the usage in a value, where one has said how, or it is an answer. Looks at nothing
    /// else.
    fn usage(self, value: &<Self::Judge as Judge>::Value) -> Option<Usage>;

    /// Adds one of many to those before. It goes to the caller unseen, for to look at each of them
    /// would cost more than to make them.
    fn gather(self, item: &<Self::Judge as Judge>::Value, so_far: &mut SoFar);

    /// The class of what is gathered; `here` is that of the place.
    fn class_of_items(self, here: Option<Sensitivity>) -> Class;

    fn tell(self, error: &<Self::Judge as Judge>::Error, failure: &mut Failure, hasher: &Hasher);

    /// The usage that a value tells, which may panic; nothing else of it is looked at.
    fn used(self, yielded: &Self::Yields) -> Option<Usage> {
        let value = Self::Judge::look(yielded).ok()?;
        catch_unwind(AssertUnwindSafe(|| self.usage(value)))
            .ok()
            .flatten()
    }

    /// One of many: gathers it, or says that it is an error.
    fn judge_item(
        self,
        item: &Self::Yields,
        so_far: &mut SoFar,
        hasher: &Hasher,
    ) -> Option<Failure> {
        match Self::Judge::look(item) {
            Ok(value) => {
                // What was gathered until a panic stays.
                let _ = catch_unwind(AssertUnwindSafe(|| self.gather(value, so_far)));
                None
            }
            Err(error) => Some(self.failure(error, hasher)),
        }
    }

    /// Fills `output` from a value, or tells what is known of an error.
    ///
    /// `Serialize`, `Classify` and `usage` are the user's and may panic; the observed function must
    /// not. What is known without them is said all the same.
    fn judge(self, yielded: &Self::Yields, output: &mut Output) -> Option<Failure> {
        match Self::Judge::look(yielded) {
            Ok(value) => {
                let looked = catch_unwind(AssertUnwindSafe(|| self.show(value, output)));
                if looked.is_err() {
                    output.forget();
                }
                None
            }
            Err(error) => Some(self.failure(error, &output.values.hasher)),
        }
    }

    fn failure(self, error: &<Self::Judge as Judge>::Error, hasher: &Hasher) -> Failure {
        told::<<Self::Judge as Judge>::Error>(|failure| self.tell(error, failure, hasher))
    }
}

/// The same of an error that is told so.
pub(crate) fn failure<E, D: Tell<E>>(error: &E, hasher: &Hasher) -> Failure {
    told::<E>(|failure| D::tell(error, failure, hasher))
}

/// An error of which only the type is known where to tell more panics.
fn told<E>(tell: impl FnOnce(&mut Failure)) -> Failure {
    let looked = catch_unwind(AssertUnwindSafe(|| {
        let mut failure = Failure::of::<E>();
        tell(&mut failure);
        failure
    }));
    looked.unwrap_or_else(|_| Failure::of::<E>())
}

/// Whether there is an error, what is shown of a value, what is told of the error.
pub struct Look<J, V, D>(Types<(J, V, D)>);

impl<J: Judge, V: Show<J::Value>, D: Tell<J::Error>> Settle for Look<J, V, D> {
    type Judge = J;
    type Yields = J::Yields;

    fn show(self, value: &J::Value, output: &mut Output) {
        V::show(value, output);
    }

    fn usage(self, _: &J::Value) -> Option<Usage> {
        None
    }

    fn gather(self, _: &J::Value, _: &mut SoFar) {}

    fn class_of_items(self, here: Option<Sensitivity>) -> Class {
        match (V::CLASS, here) {
            // A default is for what has no class.
            (Some(class), Some(here)) if !here.by_default => here.class.or(class),
            (Some(class), _) => class,
            (None, here) => here.unwrap_or(Sensitivity::UNCLASSIFIED).class,
        }
    }

    fn tell(self, error: &J::Error, failure: &mut Failure, hasher: &Hasher) {
        D::tell(error, failure, hasher);
    }
}
