//! Finds in what a call yields what a model has answered, and what that used.

use crate::ends::{Many, Once};
use crate::inference::so_far::SoFar;
use crate::inference::usage::{Found, Usage};
use crate::model::{InferenceChunk, InferenceResponse, StreamedResponse};
use crate::output::Output;
use crate::settle::{Decision, Judge, Look, Settle};

impl<K, S: Settle> Decision<K, S> {
    /// With the usage that a closure finds in the value.
    pub fn __used<C>(self, usage: C) -> Decision<K, Used<S, C>>
    where
        C: Fn(&<S::Judge as Judge>::Value, &mut Found) + Copy + Send + Sync + 'static,
    {
        Decision::new(Used(self.settle, usage))
    }
}

/// Finds out whether the value is what a model has answered, whole or in pieces; asked of
/// `Decision`, and of references to it.
pub trait Answers {
    type Answered;

    fn __answered(self) -> Self::Answered;
}

impl<K: Once, J, V, D> Answers for Decision<K, Look<J, V, D>>
where
    J: Judge,
    J::Value: InferenceResponse + Sized,
{
    type Answered = Decision<K, Whole<Look<J, V, D>>>;

    fn __answered(self) -> Self::Answered {
        Decision::new(Whole(self.settle))
    }
}

impl<K: Many, J, V, D> Answers for &Decision<K, Look<J, V, D>>
where
    J: Judge,
    J::Value: InferenceChunk + Sized,
{
    type Answered = Decision<K, InPieces<Look<J, V, D>>>;

    fn __answered(self) -> Self::Answered {
        Decision::new(InPieces(self.settle))
    }
}

impl<K, J, V, D> Answers for &mut Decision<K, Look<J, V, D>> {
    type Answered = Decision<K, Look<J, V, D>>;

    fn __answered(self) -> Self::Answered {
        *self
    }
}

/// Passes on what does not depend on who looks for an answer or a usage.
macro_rules! as_inside {
    () => {
        fn class_of_items(
            self,
            here: Option<$crate::privacy::class::Sensitivity>,
        ) -> $crate::privacy::class::Class {
            self.0.class_of_items(here)
        }

        fn tell(
            self,
            error: &<S::Judge as Judge>::Error,
            failure: &mut $crate::output::Failure,
            hasher: &$crate::hash::keyring::Hasher,
        ) {
            self.0.tell(error, failure, hasher);
        }
    };
}
pub(crate) use as_inside;

/// The value is what a model has answered.
#[derive(Clone, Copy)]
pub struct Whole<S>(S);

impl<S: Settle> Settle for Whole<S>
where
    <S::Judge as Judge>::Value: InferenceResponse + Sized,
{
    type Judge = S::Judge;
    type Yields = S::Yields;

    fn show(self, value: &<S::Judge as Judge>::Value, output: &mut Output) {
        self.0.show(value, output);
        output.answered(value);
    }

    fn usage(self, value: &<S::Judge as Judge>::Value) -> Option<Usage> {
        value.usage()
    }

    fn gather(self, _: &<S::Judge as Judge>::Value, _: &mut SoFar) {}

    as_inside!();
}

/// Each of the values is a piece of what a model has answered.
#[derive(Clone, Copy)]
pub struct InPieces<S>(S);

impl<S: Settle> Settle for InPieces<S>
where
    <S::Judge as Judge>::Value: InferenceChunk + Sized,
{
    type Judge = S::Judge;
    type Yields = S::Yields;

    fn show(self, value: &<S::Judge as Judge>::Value, output: &mut Output) {
        self.0.show(value, output);
    }

    fn usage(self, _: &<S::Judge as Judge>::Value) -> Option<Usage> {
        None
    }

    fn gather(self, item: &<S::Judge as Judge>::Value, so_far: &mut SoFar) {
        let answer = &mut so_far.answer;
        answer
            .get_or_insert_with(StreamedResponse::bounded)
            .push(item);
    }

    as_inside!();
}

/// With a closure that finds the usage in a value.
#[derive(Clone, Copy)]
pub struct Used<S, C>(S, C);

impl<S, C> Settle for Used<S, C>
where
    S: Settle,
    C: Fn(&<S::Judge as Judge>::Value, &mut Found) + Copy,
{
    type Judge = S::Judge;
    type Yields = S::Yields;

    fn show(self, value: &<S::Judge as Judge>::Value, output: &mut Output) {
        self.0.show(value, output);
        output.is_asked = true;
        output.usage = self.usage(value);
    }

    fn usage(self, value: &<S::Judge as Judge>::Value) -> Option<Usage> {
        let mut found = Found::default();
        (self.1)(value, &mut found);
        found.0.or_else(|| self.0.usage(value))
    }

    fn gather(self, item: &<S::Judge as Judge>::Value, so_far: &mut SoFar) {
        self.0.gather(item, so_far);
        so_far.is_asked = true;
        so_far.usage = self.usage(item).or(so_far.usage);
    }

    as_inside!();
}
