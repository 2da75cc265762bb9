//! For any JSON, and for any way of cutting an answer into a stream.

use agentscope_runtime::model::{InferenceRequest, InferenceResponse as _, StreamedResponse};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{gathered, known};

/// Field names that mean something to one provider or another.
const FIELDS: [&str; 52] = [
    "args",
    "arguments",
    "candidates",
    "candidatesTokenCount",
    "choices",
    "completion_tokens",
    "content",
    "content_block",
    "contentBlockDelta",
    "contentBlockIndex",
    "contents",
    "delta",
    "finish_reason",
    "finishReason",
    "function",
    "functionCall",
    "function_call",
    "id",
    "index",
    "input",
    "input_tokens",
    "item",
    "message",
    "messages",
    "metadata",
    "model",
    "name",
    "object",
    "output",
    "output_index",
    "output_tokens",
    "partial_json",
    "parts",
    "prompt_tokens",
    "reasoning",
    "reasoning_content",
    "response",
    "role",
    "start",
    "status",
    "stop_reason",
    "stopReason",
    "summary",
    "text",
    "thinking",
    "thought",
    "toolUse",
    "tool_calls",
    "tools",
    "type",
    "usage",
    "usageMetadata",
];

const WORDS: [&str; 16] = [
    "",
    "assistant",
    "chat.completion.chunk",
    "completed",
    "content_block_delta",
    "content_block_start",
    "content_block_stop",
    "function_call",
    "input_json_delta",
    "message",
    "message_start",
    "response",
    "response.completed",
    "response.output_item.done",
    "text",
    "tool_use",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
        prop::sample::select(&WORDS[..]).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        let field = prop::sample::select(&FIELDS[..]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((field, inner), 0..7).prop_map(|fields| {
                let fields = fields.into_iter();
                let map: Map<String, Value> = fields.map(|(k, v)| (k.to_owned(), v)).collect();
                Value::from(map)
            }),
        ]
    })
}

/// An answer to be streamed: text, reasoning, calls with arguments, why it stopped, counts.
#[derive(Clone, Debug)]
struct Answer {
    text: String,
    reasoning: String,
    calls: Vec<(String, Value)>,
    reason: String,
    counts: [u32; 4],
}

fn answer() -> impl Strategy<Value = Answer> {
    let arguments =
        prop::collection::btree_map("[a-z]{1,4}", ".{0,8}", 0..3).prop_map(|fields| json!(fields));
    let calls = prop::collection::vec(("[a-z_]{1,8}", arguments), 0..3);
    (
        "\\PC{0,20}",
        "\\PC{0,20}",
        calls,
        "[a-z_]{1,9}",
        any::<[u32; 4]>(),
    )
        .prop_map(|(text, reasoning, calls, reason, counts)| Answer {
            text,
            reasoning,
            calls,
            reason,
            counts,
        })
}

/// The text in pieces of the lengths that come next.
fn pieces(text: &str, cuts: &[usize]) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut cuts = cuts.iter().cycle();
    let mut left = cuts.next().copied().unwrap_or(1);
    for char in text.chars() {
        if left == 0 {
            pieces.push(String::new());
            left = cuts.next().copied().unwrap_or(1);
        }
        left = left.saturating_sub(1);
        if let Some(piece) = pieces.last_mut() {
            piece.push(char);
        }
    }
    pieces
}

impl Answer {
    fn chat(&self, usage: bool) -> Value {
        let [input, output, ..] = self.counts.map(u64::from);
        let calls = self
            .calls
            .iter()
            .enumerate()
            .map(|(index, (name, arguments))| {
                json!({"id": format!("call_{index}"), "type": "function",
                   "function": {"name": name, "arguments": arguments.to_string()}})
            });
        json!({
            "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
            "choices": [{"index": 0, "finish_reason": self.reason, "message": {
                "role": "assistant", "content": self.text, "reasoning_content": self.reasoning,
                "tool_calls": calls.collect::<Vec<_>>()
            }}],
            "usage": usage.then(|| json!({"prompt_tokens": input, "completion_tokens": output}))
        })
    }

    fn chat_chunks(&self, cuts: &[usize]) -> Vec<Value> {
        let mut chunks = Vec::new();
        let mut push = |delta: Value, reason: Option<&str>| {
            chunks.push(json!({
                "id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "m",
                "choices": [{"index": 0, "delta": delta, "finish_reason": reason}], "usage": null
            }));
        };
        for piece in pieces(&self.reasoning, cuts) {
            push(json!({"reasoning_content": piece}), None);
        }
        for piece in pieces(&self.text, cuts) {
            push(json!({"content": piece}), None);
        }
        for (index, (name, arguments)) in self.calls.iter().enumerate() {
            push(
                json!({"tool_calls": [{"index": index, "id": format!("call_{index}"),
                "function": {"name": name, "arguments": ""}}]}),
                None,
            );
            for piece in pieces(&arguments.to_string(), cuts) {
                push(
                    json!({"tool_calls": [{"index": index, "id": null,
                    "function": {"name": null, "arguments": piece}}]}),
                    None,
                );
            }
        }
        push(json!({}), Some(&self.reason));
        let [input, output, ..] = self.counts.map(u64::from);
        chunks.push(json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "m", "choices": [],
            "usage": {"prompt_tokens": input, "completion_tokens": output}
        }));
        chunks
    }

    fn message(&self) -> Value {
        let [input, output, read, written] = self.counts.map(u64::from);
        let mut content = vec![
            json!({"type": "thinking", "thinking": self.reasoning}),
            json!({"type": "text", "text": self.text}),
        ];
        content.extend(self.calls.iter().enumerate().map(|(index, (name, input))| {
            json!({"type": "tool_use", "id": format!("toolu_{index}"), "name": name, "input": input})
        }));
        json!({
            "id": "msg_1", "type": "message", "role": "assistant", "model": "m",
            "content": content, "stop_reason": self.reason,
            "usage": {"input_tokens": input, "output_tokens": output,
                      "cache_read_input_tokens": read, "cache_creation_input_tokens": written}
        })
    }

    fn message_events(&self, cuts: &[usize]) -> Vec<Value> {
        let whole = self.message();
        let mut usage = whole["usage"].clone();
        usage["output_tokens"] = json!(u64::from(self.counts[1]).min(1));
        let mut events = vec![json!({"type": "message_start", "message": {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [],
            "stop_reason": null, "usage": usage}})];
        for (index, block) in whole["content"]
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
        {
            let (field, kind, all) = match block["type"].as_str() {
                Some("thinking") => ("thinking", "thinking_delta", self.reasoning.clone()),
                Some("text") => ("text", "text_delta", self.text.clone()),
                _ => (
                    "partial_json",
                    "input_json_delta",
                    block["input"].to_string(),
                ),
            };
            let mut start = block.clone();
            if field == "partial_json" {
                start["input"] = json!({});
            } else {
                start[field] = json!("");
            }
            let begin = json!({"type": "content_block_start", "index": index});
            events.push(begin);
            if let Some(event) = events.last_mut() {
                event["content_block"] = start;
            }
            for piece in pieces(&all, cuts) {
                let mut delta = json!({"type": kind});
                delta[field] = json!(piece);
                events.push(json!({"type": "content_block_delta", "index": index, "delta": delta}));
            }
            events.push(json!({"type": "content_block_stop", "index": index}));
        }
        events.push(
            json!({"type": "message_delta", "delta": {"stop_reason": self.reason},
            "usage": {"output_tokens": self.counts[1]}}),
        );
        events.push(json!({"type": "message_stop"}));
        events
    }
}

proptest! {
    #[test]
    fn no_json_is_too_much(bodies in prop::collection::vec(any_json(), 1..5)) {
        let mut stream = StreamedResponse::default();
        for mut body in bodies {
            let _ = known(&body);
            stream.push(&body);
            let _ = known(&stream);
            let _ = (InferenceRequest::model(&body), body.temperature(), body.top_p(), body.seed(), body.stream());
            let _ = (body.max_tokens(), body.stop_sequences(), body.tools());
            let changed = (body.set_model("m"), body.set_temperature(0.5), body.set_seed(1));
            if changed.1 {
                prop_assert_eq!(body.temperature(), Some(0.5));
            }
            if changed.2 {
                prop_assert_eq!(body.seed(), Some(1));
            }
        }
        stream.end();
        prop_assert!(!stream.finish_reasons().is_empty());
    }

    #[test]
    fn a_chat_completion_says_the_same_streamed(
        answer in answer(),
        cuts in prop::collection::vec(1_usize..6, 1..5),
    ) {
        let streamed = gathered(&answer.chat_chunks(&cuts));
        prop_assert_eq!(known(&streamed), known(&answer.chat(true)));
        prop_assert_eq!(answer.chat(false).usage(), None);
    }

    #[test]
    fn a_message_says_the_same_streamed(
        answer in answer(),
        cuts in prop::collection::vec(1_usize..6, 1..5),
    ) {
        let streamed = gathered(&answer.message_events(&cuts));
        prop_assert_eq!(known(&streamed), known(&answer.message()));
    }
}
