//! What the recording of a streamed answer adds to each of its chunks.

use std::hint::black_box;
use std::task::{Context as TaskContext, Poll, Waker};

use agentscope::inference;
use async_openai::types::chat::CreateChatCompletionStreamResponse as Typed;
use futures_util::Stream;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use serde_json::{Value, json};

use crate::measure::{Budget, Outcome, Sample, interleaved, per_call, thread_time};

/// Chunks of one answer.
const CHUNKS: u32 = 500;
/// Answers in one round.
const ANSWERS: u32 = 40;

#[inference(provider = "openai", model = "gpt-4o", default = confidential)]
fn of_json(chunks: Vec<Value>) -> BoxStream<'static, Value> {
    stream::iter(chunks).boxed()
}

#[inference(provider = "openai", model = "gpt-4o", default = confidential)]
fn of_types(chunks: Vec<Typed>) -> BoxStream<'static, Typed> {
    stream::iter(chunks).boxed()
}

/// As OpenAI streams an answer: a word a chunk, the usage at the end.
fn chunks() -> Vec<Value> {
    let chunk = |choices: Value, usage: Value| {
        json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1,
            "model": "gpt-4o-2024-08-06", "choices": choices, "usage": usage})
    };
    let word = json!([{"index": 0, "delta": {"content": " word"}, "finish_reason": null}]);
    let end = json!([{"index": 0, "delta": {}, "finish_reason": "stop"}]);
    let usage = json!({"prompt_tokens": 10, "completion_tokens": 500, "total_tokens": 510});
    let mut chunks = vec![chunk(word, Value::Null); CHUNKS as usize - 2];
    chunks.push(chunk(end, Value::Null));
    chunks.push(chunk(json!([]), usage));
    chunks
}

/// Reads all of it on this thread.
fn read<T>(mut answer: impl Stream<Item = T> + Unpin) {
    let mut cx = TaskContext::from_waker(Waker::noop());
    while let Poll::Ready(Some(chunk)) = answer.poll_next_unpin(&mut cx) {
        black_box(chunk);
    }
}

/// The time from the first poll to the end, a chunk.
fn round<T: Clone, S: Stream<Item = T> + Unpin>(chunks: &[T], ask: impl Fn(Vec<T>) -> S) -> Sample {
    let answers: Vec<_> = (0..ANSWERS).map(|_| chunks.to_vec()).collect();
    let answers: Vec<_> = answers.into_iter().map(ask).collect();
    let start = thread_time();
    answers.into_iter().for_each(read);
    let nanos = per_call(thread_time() - start, ANSWERS * CHUNKS);
    Sample {
        caller: nanos,
        process: nanos,
    }
}

/// With the set-up of the other cases: recorded in full.
pub(crate) fn run() -> Vec<Outcome> {
    let of_value = chunks();
    let of_type: Vec<Typed> = of_value
        .iter()
        .map(|chunk| serde_json::from_value(chunk.clone()).expect("of the type"))
        .collect();
    let bare = |chunks: Vec<Value>| stream::iter(chunks).boxed();
    let bare_types = |chunks: Vec<Typed>| stream::iter(chunks).boxed();
    let timings = interleaved(&mut [
        &mut || round(&of_value, of_json),
        &mut || round(&of_value, bare),
        &mut || round(&of_type, of_types),
        &mut || round(&of_type, bare_types),
    ]);
    let rows = [
        ("a chunk as serde_json::Value", 0),
        ("a chunk of async-openai's type", 2),
    ];
    rows.map(|(case, at)| {
        Outcome::new(
            "stream",
            "ns/chunk",
            (case, timings[at][0]),
            ("the same stream, not annotated", timings[at + 1][0]),
            Budget::Added(200.0),
        )
    })
    .into()
}
