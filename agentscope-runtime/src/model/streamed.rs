//! Gathers a streamed answer into what the unstreamed one would have been.

use std::borrow::Cow;

use serde_json::Value;

use crate::inference::usage::Usage;
use crate::json::LARGEST;
use crate::model::by_place::ByPlace;
use crate::model::counts::Counts;
use crate::model::dialect::{self, Dialect};
use crate::model::response::{InferenceResponse, ToolCall};
use crate::model::streamed_calls::{CallPiece, Calls};
use crate::privacy::text;

/// Bytes of a text that are kept of an answer that is only recorded: of an unstreamed one no more are
/// looked at. What was cut is longer than that wherever it was cut, so that it is not taken as whole.
pub(super) const MOST_KEPT: usize = LARGEST + 4;

/// Choices, and parts of a text, that are kept of such.
const MOST_PLACES: usize = 1024;

/// What a provider's chunks count, where its format leaves that open.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::model::StreamUsage;
/// assert_eq!(StreamUsage::default(), StreamUsage::Cumulative);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StreamUsage {
    /// All tokens so far: the last report is the answer's. So do all providers that are known here.
    #[default]
    Cumulative,
    /// The tokens since the chunk before: the reports are summed.
    Deltas,
}

/// An item of a stream: a chunk or an event.
///
/// Implement it for your client's own type by what the provider would have sent, or by whatever of
/// it you have: [`StreamedResponse::push`] takes both.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::model::{InferenceChunk, InferenceResponse, StreamedResponse};
/// use serde_json::json;
///
/// struct Piece(&'static str);
///
/// impl InferenceChunk for Piece {
///     fn gather(&self, into: &mut StreamedResponse) {
///         into.push(&json!({"choices": [{"index": 0, "delta": {"content": self.0}}]}));
///     }
/// }
///
/// let mut answer = StreamedResponse::default();
/// answer.push(&Piece("Hel"));
/// answer.push(&Piece("lo"));
/// assert_eq!(answer.text().as_deref(), Some("Hello"));
/// ```
pub trait InferenceChunk {
    /// Adds what it says to the answer.
    fn gather(&self, into: &mut StreamedResponse);
}

impl InferenceChunk for Value {
    fn gather(&self, into: &mut StreamedResponse) {
        dialect::gather(self, into);
    }
}

/// Where a text or a call stands: choice, block of its content, part of the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(pub(super) u64, pub(super) u64, pub(super) u64);

/// A streamed answer, as far as it has come; an [`InferenceResponse`] at any time.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::model::{InferenceResponse, StreamedResponse};
/// use serde_json::json;
///
/// let mut answer = StreamedResponse::default();
/// for piece in ["Hel", "lo"] {
///     answer.push(&json!({
///         "object": "chat.completion.chunk",
///         "choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": null}],
///         "usage": null,
///     }));
/// }
/// assert_eq!(answer.text().as_deref(), Some("Hello"));
/// assert!(answer.finish_reasons().is_empty(), "it may go on");
/// answer.end();
/// assert_eq!(answer.finish_reasons(), ["error"], "it broke off");
/// ```
#[derive(Clone, Debug, Default)]
pub struct StreamedResponse {
    usage_of_chunks: StreamUsage,
    id: Option<String>,
    model: Option<String>,
    text: ByPlace<Place, String>,
    reasoning: ByPlace<Place, String>,
    pub(super) calls: Calls,
    /// Every choice that was seen, with why it ended.
    choices: ByPlace<u64, Option<String>>,
    counts: Option<Counts>,
    ended: bool,
    attempts: u32,
    /// Texts and calls are let pass.
    counts_only: bool,
    /// No more is kept than is looked at for telemetry.
    is_bounded: bool,
}

impl StreamedResponse {
    /// For whoever wants to know its usage and nothing else.
    pub(crate) fn counts_only() -> Self {
        Self {
            counts_only: true,
            ..Self::default()
        }
    }

    /// For telemetry: however much is streamed, little of it is kept, and only of the choice that is
    /// looked at.
    pub(crate) fn bounded() -> Self {
        Self {
            is_bounded: true,
            calls: Calls::new(true),
            ..Self::default()
        }
    }

    /// For a provider whose chunks count otherwise than cumulatively.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// use agentscope::model::{InferenceResponse, StreamUsage, StreamedResponse};
    ///
    /// let chunk = serde_json::json!({
    ///     "choices": [],
    ///     "usage": {"prompt_tokens": 0, "completion_tokens": 2},
    /// });
    /// let mut answer = StreamedResponse::with_usage(StreamUsage::Deltas);
    /// answer.push(&chunk);
    /// answer.push(&chunk);
    /// assert_eq!(answer.usage().expect("said").output_tokens, 4);
    /// ```
    pub fn with_usage(usage_of_chunks: StreamUsage) -> Self {
        Self {
            usage_of_chunks,
            ..Self::default()
        }
    }

    /// Adds the next item of the stream.
    pub fn push(&mut self, chunk: &(impl InferenceChunk + ?Sized)) {
        chunk.gather(self);
    }

    /// The stream gives no more items, in order or with an error. A choice that has not said why it
    /// stopped then has broken off: its finish reason is `error`.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// The stream begins anew, after a retry: what the attempt before it said is no part of the
    /// answer, nor are its tokens. Anthropic, Bedrock and OpenAI's responses have an event for that,
    /// which does the same.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// let mut answer = agentscope::model::StreamedResponse::default();
    /// answer.begin();
    /// answer.begin();
    /// assert_eq!(answer.attempts(), 2);
    /// ```
    pub fn begin(&mut self) {
        *self = Self {
            attempts: self.attempts.saturating_add(1),
            counts_only: self.counts_only,
            is_bounded: self.is_bounded,
            calls: Calls::new(self.is_bounded),
            ..Self::with_usage(self.usage_of_chunks)
        };
    }

    /// How often the stream has begun, as far as it tells.
    pub fn attempts(&self) -> u32 {
        self.attempts.max(1)
    }

    pub(super) fn name(&mut self, id: Option<&str>, model: Option<&str>) {
        if self.id.is_none() {
            self.id = id.map(str::to_owned);
        }
        if self.model.is_none() {
            self.model = model.map(str::to_owned);
        }
    }

    /// Nobody needs to look for its id and model any longer.
    pub(super) fn is_named(&self) -> bool {
        self.id.is_some() && self.model.is_some()
    }

    pub(super) fn choice(&mut self, choice: u64) {
        self.choice_at(choice);
    }

    /// Why a choice ended, if it has; `None` if it is one too many.
    fn choice_at(&mut self, choice: u64) -> Option<&mut Option<String>> {
        if self.is_bounded && !self.choices.is_empty() {
            if !self.choices.has_room_for(choice, MOST_PLACES) {
                return None;
            }
            // What was kept is of another, and would not be looked at any longer.
            if choice < self.first_choice() {
                self.text = ByPlace::default();
                self.reasoning = ByPlace::default();
                self.calls.clear();
            }
        }
        Some(self.choices.at(choice, || None))
    }

    pub(super) fn finish(&mut self, choice: u64, reason: &str) {
        if let Some(ended) = self.choice_at(choice) {
            *ended = Some(reason.to_owned());
        }
    }

    /// Nothing has said yet why it stopped.
    pub(super) fn is_open(&self) -> bool {
        self.choices.iter().all(|(_, reason)| reason.is_none())
    }

    /// Whether anybody may look at what is said there.
    fn keeps(&self, place: Place) -> bool {
        !self.counts_only
            && (!self.is_bounded || self.choices.is_empty() || place.0 <= self.first_choice())
    }

    pub(super) fn say(&mut self, place: Place, piece: &str) {
        if self.keeps(place) {
            add(&mut self.text, self.is_bounded, place, piece);
        }
    }

    pub(super) fn think(&mut self, place: Place, piece: &str) {
        if self.keeps(place) {
            add(&mut self.reasoning, self.is_bounded, place, piece);
        }
    }

    /// Counts that follow the way that was chosen.
    pub(super) fn count(&mut self, counts: Counts) {
        let so_far = self.counts.get_or_insert_default();
        match self.usage_of_chunks {
            StreamUsage::Cumulative => so_far.replace(counts),
            StreamUsage::Deltas => so_far.add(counts),
        }
    }

    /// Counts that are of the whole answer by the format's own definition.
    pub(super) fn recount(&mut self, counts: Option<Counts>) {
        if let Some(counts) = counts {
            self.counts.get_or_insert_default().replace(counts);
        }
    }

    pub(super) fn call(&mut self, piece: CallPiece<'_>) {
        if !self.keeps(piece.place) {
            return;
        }
        self.calls.add(piece);
    }

    /// An answer that came as one, in place of what came before.
    pub(super) fn whole(&mut self, dialect: &dyn Dialect, body: &Value) {
        self.name(dialect.id(body), dialect.model(body));
        self.recount(dialect.counts(body));
        if self.counts_only {
            return;
        }
        self.text = ByPlace::default();
        self.reasoning = ByPlace::default();
        self.calls.clear();
        self.choices = ByPlace::default();
        for (part, piece) in (0_u64..).zip(dialect.text(body)) {
            self.say(Place(0, 0, part), piece);
        }
        for (part, piece) in (0_u64..).zip(dialect.reasoning(body)) {
            self.think(Place(0, 0, part), piece);
        }
        for (part, call) in (0_u64..).zip(dialect.tool_calls(body)) {
            self.call(CallPiece {
                place: Place(0, 0, part),
                id: call.id.as_deref(),
                name: Some(&call.name),
                arguments: &call.arguments,
            });
        }
        for (choice, reason) in (0_u64..).zip(dialect.finish_reasons(body)) {
            self.finish(choice, &reason);
        }
    }

    fn first_choice(&self) -> u64 {
        self.choices.iter().next().map_or(0, |(choice, _)| *choice)
    }

    /// The texts of the first choice.
    fn of_first<'a>(&self, pieces: &'a ByPlace<Place, String>) -> Vec<&'a str> {
        let first = self.first_choice();
        let pieces = pieces.iter().filter(|(place, _)| place.0 == first);
        pieces.map(|(_, piece)| piece.as_str()).collect()
    }
}

/// Adds to the text of a place.
fn add(texts: &mut ByPlace<Place, String>, is_bounded: bool, place: Place, piece: &str) {
    let kept = match is_bounded {
        true if !texts.has_room_for(place, MOST_PLACES) => return,
        true => text::begun(piece, MOST_KEPT.saturating_sub(texts.bytes())),
        false => piece,
    };
    texts.add(place, kept);
}

impl InferenceResponse for StreamedResponse {
    fn id(&self) -> Option<Cow<'_, str>> {
        self.id.as_deref().map(Cow::Borrowed)
    }

    fn model(&self) -> Option<Cow<'_, str>> {
        self.model.as_deref().map(Cow::Borrowed)
    }

    fn finish_reasons(&self) -> Vec<Cow<'_, str>> {
        if self.ended && self.choices.is_empty() {
            return vec![Cow::Borrowed("error")];
        }
        let reasons = self.choices.iter().filter_map(|(_, reason)| match reason {
            Some(reason) => Some(reason.as_str()),
            None => self.ended.then_some("error"),
        });
        reasons.map(Cow::Borrowed).collect()
    }

    fn usage(&self) -> Option<Usage> {
        self.counts?.usage()
    }

    fn text(&self) -> Option<Cow<'_, str>> {
        crate::model::fields::joined(self.of_first(&self.text), "")
    }

    fn reasoning(&self) -> Option<Cow<'_, str>> {
        crate::model::fields::joined(self.of_first(&self.reasoning), "\n")
    }

    fn tool_calls(&self) -> Vec<ToolCall<'_>> {
        self.calls.of(self.first_choice())
    }
}

#[cfg(test)]
#[path = "streamed_tests.rs"]
mod tests;
