//! What the recording of a streamed answer adds to each of its chunks.

use std::hint::black_box;
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::Duration;

use agentscope::inference;
use async_openai::types::chat::CreateChatCompletionStreamResponse as Typed;
use futures_util::Stream;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use serde_json::{Value, json};

use crate::instructions::{self, Counted};
use crate::measure::{Budget, Outcome, Sample, Timing, interleaved, per_call, thread_time};
use crate::subjects::SetUp;

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

/// Reads all of it on this thread, into room that is there. What is read is dropped later: glibc puts
/// off the tidying after small chunks of memory until somebody asks for a large one, and would have
/// our side do that for both.
///
/// Never inlined: instructions are counted inside of it.
#[inline(never)]
fn read<T>(mut answer: impl Stream<Item = T> + Unpin, into: &mut Vec<T>) {
    let mut cx = TaskContext::from_waker(Waker::noop());
    while let Poll::Ready(Some(chunk)) = answer.poll_next_unpin(&mut cx) {
        into.push(black_box(chunk));
    }
}

fn room<T>(answers: u32) -> Vec<T> {
    Vec::with_capacity((answers * CHUNKS) as usize)
}

/// The time from the first poll to the end, a chunk. An answer is made just before it is read, as a
/// client has just parsed what it hands on.
fn round<T: Clone, S: Stream<Item = T> + Unpin>(chunks: &[T], ask: impl Fn(Vec<T>) -> S) -> Sample {
    let mut read_chunks = room(1);
    let mut time = Duration::ZERO;
    for _ in 0..ANSWERS {
        let answer = ask(chunks.to_vec());
        let start = thread_time();
        read(answer, &mut read_chunks);
        time += thread_time() - start;
        read_chunks.clear();
    }
    let nanos = per_call(time, ANSWERS * CHUNKS);
    Sample {
        caller: nanos,
        process: nanos,
    }
}

fn typed(chunks: &[Value]) -> Vec<Typed> {
    let typed = |chunk: &Value| serde_json::from_value(chunk.clone()).expect("of the type");
    chunks.iter().map(typed).collect()
}

fn bare<T: Send + 'static>(chunks: Vec<T>) -> BoxStream<'static, T> {
    stream::iter(chunks).boxed()
}

/// Reads so many answers, for a profiler; false where the name is of nothing here.
pub(crate) fn once(name: &str, answers: u32) -> bool {
    fn each<T: Clone>(answers: u32, chunks: &[T], ask: fn(Vec<T>) -> BoxStream<'static, T>) {
        let mut read_chunks = room(answers);
        (0..answers).for_each(|_| read(ask(chunks.to_vec()), &mut read_chunks));
    }
    let _set_up = SetUp::new();
    let chunks = chunks();
    match name {
        "stream-json" => each(answers, &chunks, of_json),
        "bare-stream-json" => each(answers, &chunks, bare),
        "stream-typed" => each(answers, &typed(&chunks), of_types),
        "bare-stream-typed" => each(answers, &typed(&chunks), bare),
        _ => return false,
    }
    true
}

/// What is measured: in `once` as it is annotated, and as it is not.
const CASES: [(&str, [&str; 2]); 2] = [
    (
        "a chunk as serde_json::Value",
        ["stream-json", "bare-stream-json"],
    ),
    (
        "a chunk of async-openai's type",
        ["stream-typed", "bare-stream-typed"],
    ),
];

const BARE: &str = "the same stream, not annotated";

/// With the set-up of the other cases: recorded in full.
pub(crate) fn run() -> Vec<Outcome> {
    let of_value = chunks();
    let of_type = typed(&of_value);
    let timings = interleaved(&mut [
        &mut || round(&of_value, of_json),
        &mut || round(&of_value, bare),
        &mut || round(&of_type, of_types),
        &mut || round(&of_type, bare),
    ]);
    let mut outcomes = Vec::new();
    for ((case, names), timings) in CASES.into_iter().zip(timings.chunks(2)) {
        outcomes.push(Outcome::new(
            "stream",
            "ns/chunk",
            (case, timings[0][0]),
            (BARE, timings[1][0]),
            Budget::Added(200.0),
        ));
        outcomes.push(counted(case, names));
    }
    outcomes
}

fn counted(case: &'static str, names: [&'static str; 2]) -> Outcome {
    let count = |name| {
        let counted = Counted {
            name,
            inside: "agentscope_benches::stream::read",
            step: 10,
        };
        let count = instructions::count(counted)?;
        Ok::<_, String>(Timing {
            median: count.caller.median / f64::from(CHUNKS),
            spread: count.caller.spread,
        })
    };
    let [ours, bare] = names.map(count);
    match ours.and_then(|ours| Ok((ours, bare?))) {
        Ok((ours, bare)) => Outcome::new(
            "stream",
            "instructions/chunk",
            (case, ours),
            (BARE, bare),
            Budget::None,
        )
        .counted(instructions::RUNS),
        Err(why) => Outcome::unmeasured("stream", case, BARE, &why),
    }
}
