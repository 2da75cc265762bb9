//! Decides when a call has ended: when its function returns, or when the future, stream or
//! iterator that it returns does.
//!
//! By the type of what is returned, never by its spelling, so that an alias, an early return and
//! `.boxed()` make no difference. An expansion calls methods on a [`Tag`] of that type: the compiler
//! takes an inherent method first (boxed futures, streams and iterators, which go back into a box
//! of their type), then a method of a trait on the tag (everything else that does its work later),
//! then one on a reference to it ([`IsValue`]: everything). Their names are such as no trait of the
//! user's has, for that may be implemented for every type.
//!
//! | method | asked by |
//! |---|---|
//! | `__kind` | a function that names its return type: what cannot be wrapped is an error |
//! | `__wrap` | a function with `impl Trait` in its return type: what works later is wrapped |
//! | `__future`, `__stream`, `__iterator`, `__value` | `returns = ..`, `-> impl Future`, .. |

use std::marker::PhantomData;
use std::pin::Pin;

use futures_core::Stream;

use crate::call::{Call, Inside};
use crate::ends::{AsFuture, AsIterator, AsStream, Ends, InBox, InOk, Now};
use crate::settle::{Decided, Decision, OfResult, OfValue, Settle};
use crate::watched::{Watched, async_call};

/// Stands for the type of the value that a body returns.
pub struct Tag<R>(PhantomData<fn() -> R>);

impl<R> Tag<R> {
    pub const NEW: Self = Self(PhantomData);

    pub fn __value(self) -> Kind<Now, R> {
        Kind::NEW
    }
}

/// The call ends as `K` does, with an `O`.
pub struct Kind<K, O>(PhantomData<fn() -> (K, O)>);

impl<K, O> Kind<K, O> {
    const NEW: Self = Self(PhantomData);
}

impl<K, T, E> Kind<K, Result<T, E>> {
    pub fn __judged(self) -> Decided<K, OfResult<T, E>> {
        Decided(PhantomData)
    }
}

/// What is no `Result`.
pub trait NoResult<K, O> {
    fn __judged(self) -> Decided<K, OfValue<O>>;
}

impl<K, O> NoResult<K, O> for Kind<K, O> {
    fn __judged(self) -> Decided<K, OfValue<O>> {
        Decided(PhantomData)
    }
}

/// A function says that what it returns later is not waited for: `returns = value`.
#[diagnostic::on_unimplemented(
    message = "this function returns before its work is done: `{Self}` does the rest, and cannot be wrapped to see when",
    label = "returns a future, a stream or an iterator of a named type",
    note = "return `impl Future<Output = ..>`, `impl Stream<Item = ..>` or a boxed one, and the call is recorded until that ends",
    note = "or write `returns = value` in the attribute: the call is recorded until the function returns"
)]
pub trait EndsWhenReturned {}

/// Asked of what is not what `returns` says, and never implemented. One trait for each word: the
/// parameter of one for all would be in the message by its full path.
macro_rules! said {
    ($trait:ident: $message:literal) => {
        #[diagnostic::on_unimplemented(
                    message = $message,
                    label = "returns something else",
                    note = "write `returns = value`, or leave `returns` out: the type decides"
                )]
        pub trait $trait {}
    };
}

said!(SaidFuture: "`returns = future` is said of a function that returns `{Self}`");
said!(SaidStream: "`returns = stream` is said of a function that returns `{Self}`");
said!(SaidIterator: "`returns = iterator` is said of a function that returns `{Self}`");

macro_rules! later {
    ($trait:ident $in_ok:ident $method:ident $as:ident $works_later:path, $yields:ident) => {
        /// A type that does its work after it was returned.
        pub trait $trait: Sized {
            type Returned;
            type Later;
            type Yields;

            fn __kind(self) -> Kind<Now, Self::Returned>
            where
                Self::Later: EndsWhenReturned,
            {
                Kind::NEW
            }

            fn __wrap(self) -> Kind<$as, Self::Yields> {
                Kind::NEW
            }

            fn $method(self) -> Kind<$as, Self::Yields> {
                Kind::NEW
            }
        }

        impl<R: $works_later> $trait for Tag<R> {
            type Returned = R;
            type Later = R;
            type Yields = R::$yields;
        }

        /// The same in `Ok`.
        pub trait $in_ok: Sized {
            type Returned;
            type Later;
            type Yields;
            type Error;

            fn __kind(self) -> Kind<Now, Self::Returned>
            where
                Self::Later: EndsWhenReturned,
            {
                Kind::NEW
            }

            fn __wrap(self) -> Kind<InOk<$as, Self::Error>, Self::Yields> {
                Kind::NEW
            }

            fn $method(self) -> Kind<InOk<$as, Self::Error>, Self::Yields> {
                Kind::NEW
            }
        }

        impl<R: $works_later, E> $in_ok for Tag<Result<R, E>> {
            type Returned = Result<R, E>;
            type Later = R;
            type Yields = R::$yields;
            type Error = E;
        }
    };
}

later!(IsFuture IsFutureInOk __future AsFuture Future, Output);
later!(IsStream IsStreamInOk __stream AsStream Stream, Item);
later!(IsIterator IsIteratorInOk __iterator AsIterator Iterator, Item);

/// Everything else.
pub trait IsValue<R>: Sized {
    fn __kind(self) -> Kind<Now, R> {
        Kind::NEW
    }

    fn __wrap(self) -> Kind<Now, R> {
        Kind::NEW
    }

    fn __future(self) -> Kind<Now, R>
    where
        R: SaidFuture,
    {
        Kind::NEW
    }

    fn __stream(self) -> Kind<Now, R>
    where
        R: SaidStream,
    {
        Kind::NEW
    }

    fn __iterator(self) -> Kind<Now, R>
    where
        R: SaidIterator,
    {
        Kind::NEW
    }
}

impl<R> IsValue<R> for &Tag<R> {}

/// What the items of an `impl Stream<Item = T>` or `impl Iterator<Item = T>` are: the body may leave
/// that open.
impl<R> Tag<R> {
    pub fn __stream_of<T>(self) -> Kind<AsStream, T>
    where
        R: Stream<Item = T>,
    {
        Kind::NEW
    }

    pub fn __iterator_of<T>(self) -> Kind<AsIterator, T>
    where
        R: Iterator<Item = T>,
    {
        Kind::NEW
    }
}

/// The same in `Ok`.
impl<R, E> Tag<Result<R, E>> {
    pub fn __future_in_ok_of<T>(self) -> Kind<InOk<AsFuture, E>, T>
    where
        R: Future<Output = T>,
    {
        Kind::NEW
    }

    pub fn __stream_in_ok_of<T>(self) -> Kind<InOk<AsStream, E>, T>
    where
        R: Stream<Item = T>,
    {
        Kind::NEW
    }

    pub fn __iterator_in_ok_of<T>(self) -> Kind<InOk<AsIterator, E>, T>
    where
        R: Iterator<Item = T>,
    {
        Kind::NEW
    }
}

/// Ranges are values that happen to be iterators.
macro_rules! values {
    ($($value:ident)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T> EndsWhenReturned for std::ops::$value<T> {}
    )*};
}

values!(Range RangeInclusive RangeFrom);

/// What goes back into a box of its own type when it has been wrapped.
pub trait Boxed {
    type As;
    type Yields;
}

impl<R: Boxed> Tag<R> {
    pub fn __kind(self) -> Kind<InBox<R::As>, R::Yields> {
        Kind::NEW
    }

    pub fn __wrap(self) -> Kind<InBox<R::As>, R::Yields> {
        Kind::NEW
    }
}

impl<R: Boxed, E> Tag<Result<R, E>> {
    pub fn __kind(self) -> Kind<InOk<InBox<R::As>, E>, R::Yields> {
        Kind::NEW
    }

    pub fn __wrap(self) -> Kind<InOk<InBox<R::As>, E>, R::Yields> {
        Kind::NEW
    }
}

macro_rules! boxed {
    ($method:ident $as:ident $put:path, $O:ident: $($boxed:ty),*) => {$(
        impl<'a, $O> Boxed for $boxed {
            type As = $as;
            type Yields = $O;
        }

        impl<'a, $O> Tag<$boxed> {
            pub fn $method(self) -> Kind<InBox<$as>, $O> {
                Kind::NEW
            }
        }

        impl<'a, $O, E> Tag<Result<$boxed, E>> {
            pub fn $method(self) -> Kind<InOk<InBox<$as>, E>, $O> {
                Kind::NEW
            }
        }

        impl<'a, $O, S> Ends<$boxed, S> for InBox<$as>
        where
            $O: 'a,
            S: Settle<Yields = $O> + Send + Sync + 'a,
        {
            type Out = $boxed;

            fn end(value: $boxed, call: Call, settle: S) -> $boxed {
                $put($as::end(value, call, settle))
            }
        }
    )*};
}

boxed!(__future AsFuture Box::pin, O:
    Pin<Box<dyn Future<Output = O> + 'a>>,
    Pin<Box<dyn Future<Output = O> + Send + 'a>>,
    Pin<Box<dyn Future<Output = O> + Send + Sync + 'a>>);
boxed!(__future AsFuture Box::new, O:
    Box<dyn Future<Output = O> + Unpin + 'a>,
    Box<dyn Future<Output = O> + Send + Unpin + 'a>);
boxed!(__stream AsStream Box::pin, O:
    Pin<Box<dyn Stream<Item = O> + 'a>>,
    Pin<Box<dyn Stream<Item = O> + Send + 'a>>,
    Pin<Box<dyn Stream<Item = O> + Send + Sync + 'a>>);
boxed!(__stream AsStream Box::new, O:
    Box<dyn Stream<Item = O> + Unpin + 'a>,
    Box<dyn Stream<Item = O> + Send + Unpin + 'a>);
boxed!(__iterator AsIterator Box::new, O:
    Box<dyn Iterator<Item = O> + 'a>,
    Box<dyn Iterator<Item = O> + Send + 'a>,
    Box<dyn Iterator<Item = O> + Send + Sync + 'a>);

/// Runs the body of a function that is not `async`.
#[inline]
pub fn call<R, K: Ends<R, S>, S>(
    mut call: Call,
    body: impl FnOnce() -> R,
    decide: impl FnOnce(Tag<R>) -> Decision<K, S>,
) -> K::Out {
    let settle = decide(Tag::NEW).settle;
    if call.is_let_through() {
        // Written apart, so that a call that is let through is the body and two tests.
        return K::end(body(), Call::LET_THROUGH, settle);
    }
    let around = call.around();
    let value = body();
    around.done();
    K::end(value, call, settle)
}

/// The same for one that says that it returns `impl Future<Output = O>`: the type of the body
/// follows from it.
#[inline]
pub fn call_future<O, F: Future<Output = O>, K: Ends<F, S>, S>(
    open: Call,
    body: impl FnOnce() -> F,
    decide: impl FnOnce(Tag<F>) -> Decision<K, S>,
) -> K::Out {
    call(open, body, decide)
}

/// The same for a body that stays in its function.
#[inline]
pub fn future_of<O, F: Future<Output = O>>(body: F) -> F {
    body
}

/// What a body has returned that ran in the function itself.
#[inline]
pub fn leave<R, K: Ends<R, S>, S>(
    inside: Inside,
    value: R,
    decide: impl FnOnce(Tag<R>) -> Decision<K, S>,
) -> K::Out {
    K::end(value, inside.leave(), decide(Tag::NEW).settle)
}

/// The body of an `async fn` whose result has no name.
#[inline]
pub fn async_call_of<F: Future, K: Ends<F::Output, S>, S>(
    body: F,
    decide: impl FnOnce(Tag<F::Output>) -> Decision<K, S>,
) -> Watched<F, K, S> {
    async_call(body, decide(Tag::NEW))
}

/// Says the type of a body that may never return normally; is never called.
pub fn never<R>() -> R {
    unreachable!("expansions only mention this")
}
