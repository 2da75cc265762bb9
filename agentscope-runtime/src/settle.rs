//! Looks at what a call has yielded, before the caller gets it.
//!
//! What can be recorded of a type is decided where its name is known, in the expansion, as
//! everything here is by the type itself: see [`Shows`]. All of it is types without values, so that
//! functions that yield the same share the code.

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;

use crate::classify::Classify;
use crate::keyring::Hasher;
use crate::leaf::Leaf;
use crate::output::{Failure, Output};
use crate::site::Meta;
use crate::usage::Usage;

/// Types that are named and never held.
type Types<T> = PhantomData<fn() -> T>;

/// What is known of the value that a call yielded.
pub enum Judged {
    Returned(Output),
    Failed(Failure),
}

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

copied!(Decided<K, J>, Shown<K, J, V>, Look<J, V, D>);

/// What is recorded of a value.
pub trait Show<T: ?Sized>: Copy {
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
    fn show(value: &T, output: &mut Output) {
        output.classified(value);
        output.structure(value);
    }
}

impl<T: Serialize + ?Sized> Show<T> for ByPlace {
    fn show(value: &T, output: &mut Output) {
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

/// Finds the most that the type of the value can show; asked of `&&&&Decided`, for the compiler tries
/// the impl with the most references first.
pub trait Shows {
    type Shown;

    fn __shown(self) -> Self::Shown;
}

/// How a call ends is decided but for what is told of an error.
pub struct Shown<K, J, V>(Types<(K, J, V)>);

macro_rules! shows {
    ($($self:ty: [$($bound:ident)*] => $how:ident;)*) => {$(
        impl<K, J: Judge> Shows for $self
        where
            J::Value: Sized $(+ $bound)*,
        {
            type Shown = Shown<K, J, $how>;

            fn __shown(self) -> Self::Shown {
                Shown(PhantomData)
            }
        }
    )*};
}

shows! {
    &&&&Decided<K, J>: [Classify Serialize] => ByTypeWhole;
    &&&Decided<K, J>: [Leaf Serialize] => ByPlace;
    &&Decided<K, J>: [Serialize] => Unknown;
    &Decided<K, J>: [Classify] => ByType;
    Decided<K, J>: [] => Unseen;
}

/// The same for an error; asked of `&Shown`.
pub trait Tells {
    type Told;

    fn __told(self) -> Self::Told;
}

impl<K, J: Judge, V> Tells for &Shown<K, J, V>
where
    J::Error: Classify,
{
    type Told = Decision<K, Look<J, V, Classified>>;

    fn __told(self) -> Self::Told {
        Decision::new(Look(PhantomData))
    }
}

impl<K, J: Judge, V> Tells for Shown<K, J, V> {
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

impl<K, S> Decision<K, S> {
    fn new(settle: S) -> Self {
        let ends = PhantomData;
        Self { settle, ends }
    }
}

impl<K, J: Judge, V, D> Decision<K, Look<J, V, D>> {
    /// With the usage that a closure finds in the value.
    pub fn __used<C>(self, usage: C) -> Decision<K, Used<Look<J, V, D>, C>>
    where
        C: Fn(&J::Value, &mut Output) + Copy + Send + Sync + 'static,
    {
        let Self { settle, .. } = self;
        Decision::new(Used { settle, usage })
    }
}

/// Judges what a call yields.
pub trait Settle: Copy {
    type Judge: Judge<Yields = Self::Yields>;
    type Yields;

    /// What is the user's in here may panic.
    fn show(self, value: &<Self::Judge as Judge>::Value, output: &mut Output);

    /// Finds the usage in a value, where one has said how.
    fn find_usage(self, value: &<Self::Judge as Judge>::Value, output: &mut Output);

    fn tell(self, error: &<Self::Judge as Judge>::Error, failure: &mut Failure, hasher: &Hasher);

    /// The usage that a value tells; nothing else of it is looked at.
    fn usage(self, yielded: &Self::Yields, meta: &'static Meta) -> Option<Usage> {
        let value = Self::Judge::look(yielded).ok()?;
        let looked = catch_unwind(AssertUnwindSafe(|| {
            let mut output = Output::new(meta, &Hasher::default());
            self.find_usage(value, &mut output);
            output.usage
        }));
        looked.ok().flatten()
    }

    /// One of many: whether it is an error, and its usage. It goes to the caller unseen, for to look
    /// at each of them would cost more than to make them.
    fn judge_item(self, item: &Self::Yields, meta: &'static Meta, hasher: &Hasher) -> Judged {
        self.judge_by(item, meta, hasher, Self::find_usage)
    }

    /// `Serialize`, `Classify` and `usage` are the user's and may panic; the observed function must
    /// not. What is known without them is said all the same.
    fn judge(self, yielded: &Self::Yields, meta: &'static Meta, hasher: &Hasher) -> Judged {
        self.judge_by(yielded, meta, hasher, Self::show)
    }

    fn judge_by(
        self,
        yielded: &Self::Yields,
        meta: &'static Meta,
        hasher: &Hasher,
        show: fn(Self, &<Self::Judge as Judge>::Value, &mut Output),
    ) -> Judged {
        match Self::Judge::look(yielded) {
            Ok(value) => {
                let looked = catch_unwind(AssertUnwindSafe(|| {
                    let mut output = Output::new(meta, hasher);
                    show(self, value, &mut output);
                    output
                }));
                Judged::Returned(looked.unwrap_or_else(|_| Output::new(meta, hasher)))
            }
            Err(error) => {
                let of_type = Failure::of::<<Self::Judge as Judge>::Error>;
                let looked = catch_unwind(AssertUnwindSafe(|| {
                    let mut failure = of_type();
                    self.tell(error, &mut failure, hasher);
                    failure
                }));
                Judged::Failed(looked.unwrap_or_else(|_| of_type()))
            }
        }
    }
}

/// Whether there is an error, what is shown of a value, what is told of the error.
pub struct Look<J, V, D>(Types<(J, V, D)>);

impl<J: Judge, V: Show<J::Value>, D: Tell<J::Error>> Settle for Look<J, V, D> {
    type Judge = J;
    type Yields = J::Yields;

    fn show(self, value: &J::Value, output: &mut Output) {
        V::show(value, output);
    }

    fn find_usage(self, _: &J::Value, _: &mut Output) {}

    fn tell(self, error: &J::Error, failure: &mut Failure, hasher: &Hasher) {
        D::tell(error, failure, hasher);
    }
}

/// With a closure that finds the usage in a value.
#[derive(Clone, Copy)]
pub struct Used<S, C> {
    settle: S,
    usage: C,
}

impl<S, C> Settle for Used<S, C>
where
    S: Settle,
    C: Fn(&<S::Judge as Judge>::Value, &mut Output) + Copy,
{
    type Judge = S::Judge;
    type Yields = S::Yields;

    fn show(self, value: &<S::Judge as Judge>::Value, output: &mut Output) {
        self.settle.show(value, output);
        self.find_usage(value, output);
    }

    fn find_usage(self, value: &<S::Judge as Judge>::Value, output: &mut Output) {
        (self.usage)(value, output);
    }

    fn tell(self, error: &<S::Judge as Judge>::Error, failure: &mut Failure, hasher: &Hasher) {
        self.settle.tell(error, failure, hasher);
    }
}
