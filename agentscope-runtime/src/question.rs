//! What `?` does, for a body that must not leave its function before its end: the trait behind it
//! is not stable.

use std::convert::Infallible;
use std::ops::ControlFlow;
use std::task::Poll;

/// A type that `?` can be used on.
pub trait Question {
    type Output;
    type Rest;

    fn branch(self) -> ControlFlow<Self::Rest, Self::Output>;
}

/// A type that a function with `?` can return.
pub trait FromRest<R> {
    fn from_rest(rest: R) -> Self;
}

pub fn branch<Q: Question>(value: Q) -> ControlFlow<Q::Rest, Q::Output> {
    value.branch()
}

pub fn from_rest<R, F: FromRest<R>>(rest: R) -> F {
    F::from_rest(rest)
}

impl<T, E> Question for Result<T, E> {
    type Output = T;
    type Rest = Result<Infallible, E>;

    fn branch(self) -> ControlFlow<Self::Rest, T> {
        match self {
            Ok(value) => ControlFlow::Continue(value),
            Err(error) => ControlFlow::Break(Err(error)),
        }
    }
}

impl<T> Question for Option<T> {
    type Output = T;
    type Rest = Option<Infallible>;

    fn branch(self) -> ControlFlow<Self::Rest, T> {
        self.map_or(ControlFlow::Break(None), ControlFlow::Continue)
    }
}

impl<B, C> Question for ControlFlow<B, C> {
    type Output = C;
    type Rest = ControlFlow<B, Infallible>;

    fn branch(self) -> ControlFlow<Self::Rest, C> {
        match self {
            ControlFlow::Continue(value) => ControlFlow::Continue(value),
            ControlFlow::Break(rest) => ControlFlow::Break(ControlFlow::Break(rest)),
        }
    }
}

impl<T, E> Question for Poll<Result<T, E>> {
    type Output = Poll<T>;
    type Rest = Result<Infallible, E>;

    fn branch(self) -> ControlFlow<Self::Rest, Poll<T>> {
        match self {
            Poll::Ready(Ok(value)) => ControlFlow::Continue(Poll::Ready(value)),
            Poll::Ready(Err(error)) => ControlFlow::Break(Err(error)),
            Poll::Pending => ControlFlow::Continue(Poll::Pending),
        }
    }
}

impl<T, E> Question for Poll<Option<Result<T, E>>> {
    type Output = Poll<Option<T>>;
    type Rest = Result<Infallible, E>;

    fn branch(self) -> ControlFlow<Self::Rest, Poll<Option<T>>> {
        match self {
            Poll::Ready(Some(Ok(value))) => ControlFlow::Continue(Poll::Ready(Some(value))),
            Poll::Ready(Some(Err(error))) => ControlFlow::Break(Err(error)),
            Poll::Ready(None) => ControlFlow::Continue(Poll::Ready(None)),
            Poll::Pending => ControlFlow::Continue(Poll::Pending),
        }
    }
}

impl<T, E, F: From<E>> FromRest<Result<Infallible, E>> for Result<T, F> {
    fn from_rest(rest: Result<Infallible, E>) -> Self {
        let Err(error) = rest;
        Err(F::from(error))
    }
}

impl<T, E, F: From<E>> FromRest<Result<Infallible, E>> for Poll<Result<T, F>> {
    fn from_rest(rest: Result<Infallible, E>) -> Self {
        Poll::Ready(Result::from_rest(rest))
    }
}

impl<T, E, F: From<E>> FromRest<Result<Infallible, E>> for Poll<Option<Result<T, F>>> {
    fn from_rest(rest: Result<Infallible, E>) -> Self {
        Poll::Ready(Some(Result::from_rest(rest)))
    }
}

impl<T> FromRest<Option<Infallible>> for Option<T> {
    fn from_rest(_: Option<Infallible>) -> Self {
        None
    }
}

impl<B, C> FromRest<ControlFlow<B, Infallible>> for ControlFlow<B, C> {
    fn from_rest(rest: ControlFlow<B, Infallible>) -> Self {
        let ControlFlow::Break(rest) = rest;
        ControlFlow::Break(rest)
    }
}
