//! Looks at what a body has yielded, before the caller gets it.

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::output::{Failure, Output};
use crate::site::Meta;

/// What is known of the value that the body yielded.
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

/// Judges what a call yields; what an expansion knows of the types is in its closures.
pub trait Settle: Copy {
    type Yields;

    fn judge(self, yielded: &Self::Yields, meta: &'static Meta) -> Judged;
}

/// A [`Judge`] with the closures that record a value and an error of its types.
pub struct Look<J, C, D> {
    on_value: C,
    on_error: D,
    judge: PhantomData<fn() -> J>,
}

impl<J, C, D> Look<J, C, D> {
    #[inline]
    pub(crate) fn new(on_value: C, on_error: D) -> Self {
        let judge = PhantomData;
        Self {
            on_value,
            on_error,
            judge,
        }
    }
}

impl<J, C: Copy, D: Copy> Clone for Look<J, C, D> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<J, C: Copy, D: Copy> Copy for Look<J, C, D> {}

impl<J, C, D> Settle for Look<J, C, D>
where
    J: Judge,
    C: Fn(&J::Value, &mut Output) + Copy,
    D: Fn(&J::Error, &mut Failure) + Copy,
{
    type Yields = J::Yields;

    /// `Serialize`, `Classify` and `usage` are the user's and may panic; the observed function must
    /// not. What is known without them is said all the same.
    fn judge(self, yielded: &J::Yields, meta: &'static Meta) -> Judged {
        match J::look(yielded) {
            Ok(value) => {
                let looked = catch_unwind(AssertUnwindSafe(|| {
                    let mut output = Output::new(meta);
                    (self.on_value)(value, &mut output);
                    output
                }));
                Judged::Returned(looked.unwrap_or_else(|_| Output::new(meta)))
            }
            Err(error) => {
                let looked = catch_unwind(AssertUnwindSafe(|| {
                    let mut failure = Failure::of::<J::Error>();
                    (self.on_error)(error, &mut failure);
                    failure
                }));
                Judged::Failed(looked.unwrap_or_else(|_| Failure::of::<J::Error>()))
            }
        }
    }
}
