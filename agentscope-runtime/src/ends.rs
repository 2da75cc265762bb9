//! When a call ends, and what its caller gets: the ways that [`returned`](crate::returned) decides
//! between.

use std::marker::PhantomData;

use futures_core::Stream;

use crate::call::Call;
use crate::privacy::classify::Classify;
use crate::settle::{Classified, Settle, Tell, TypeOnly, Types};
use crate::watched::{Watched, WatchedIterator, WatchedStream};

/// When a call ends whose body returned an `R`, and what its caller gets.
pub trait Ends<R, S> {
    type Out;

    fn end(value: R, call: Call, settle: S) -> Self::Out;
}

/// At once.
pub struct Now;
/// When the future that is returned is ready.
pub struct AsFuture;
/// When the stream that is returned has ended.
pub struct AsStream;
/// When the iterator that is returned has.
pub struct AsIterator;
/// What yields one value.
pub trait Once {}
impl Once for Now {}
impl Once for AsFuture {}
/// What yields many.
pub trait Many {}
impl Many for AsStream {}
impl Many for AsIterator {}
/// As `K` says of the content of a box.
pub struct InBox<K>(PhantomData<K>);
/// As `K` says of the value in `Ok`; at once if there is an `Err` of an `E`, which is told as `D` does.
pub struct InOk<K, E, D = TypeOnly>(Types<(K, E, D)>);

impl<K: Once> Once for InBox<K> {}
impl<K: Once, E, D> Once for InOk<K, E, D> {}
impl<K: Many> Many for InBox<K> {}
impl<K: Many, E, D> Many for InOk<K, E, D> {}

/// Whether more than the type is told of an error that comes before what works later.
pub trait TellsBefore {
    type Told;
}

/// There is none.
macro_rules! no_error_before {
    ($($kind:ty: [$($parameter:ident)?];)*) => {$(
        impl<$($parameter)?> TellsBefore for $kind {
            type Told = Self;
        }
    )*};
}

no_error_before! {
    Now: [];
    AsFuture: [];
    AsStream: [];
    AsIterator: [];
    InBox<K>: [K];
}

impl<K, E: Classify> TellsBefore for InOk<K, E> {
    type Told = InOk<K, E, Classified>;
}

impl<R, S: Settle<Yields = R>> Ends<R, S> for Now {
    type Out = R;

    #[inline]
    fn end(value: R, mut call: Call, settle: S) -> R {
        call.settle(&value, settle);
        value
    }
}

impl<F: Future, S: Settle<Yields = F::Output>> Ends<F, S> for AsFuture {
    type Out = Watched<F, Now, S>;

    #[inline]
    fn end(value: F, call: Call, settle: S) -> Self::Out {
        Watched::new(value, call, settle)
    }
}

impl<T: Stream, S: Settle<Yields = T::Item>> Ends<T, S> for AsStream {
    type Out = WatchedStream<T, S>;

    fn end(value: T, call: Call, settle: S) -> Self::Out {
        WatchedStream::new(value, call, settle)
    }
}

impl<I: Iterator, S: Settle<Yields = I::Item>> Ends<I, S> for AsIterator {
    type Out = WatchedIterator<I, S>;

    fn end(value: I, call: Call, settle: S) -> Self::Out {
        WatchedIterator::new(value, call, settle)
    }
}

impl<R, E, S, K: Ends<R, S>, D: Tell<E>> Ends<Result<R, E>, S> for InOk<K, E, D> {
    type Out = Result<K::Out, E>;

    fn end(value: Result<R, E>, mut call: Call, settle: S) -> Self::Out {
        match value {
            Ok(value) => Ok(K::end(value, call, settle)),
            Err(error) => {
                call.failed::<E, D>(&error);
                Err(error)
            }
        }
    }
}
