//! The ways in which others have counted three to ten times too much.

use agentscope_runtime::model::{InferenceResponse, StreamUsage, StreamedResponse};
use serde_json::{Value, json};

use crate::{counted, gathered};

fn chunk(piece: &str, usage: Value) -> Value {
    json!({
        "id": "chatcmpl-123",
        "object": "chat.completion.chunk",
        "model": "gpt-4o-mini",
        "choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": null}],
        "usage": usage
    })
}

#[test]
fn usage_in_every_chunk_is_not_summed() {
    // langfuse 8808. vLLM with `continuous_usage_stats`, and xAI, report all tokens so far.
    let chunks: Vec<Value> = (1..=10_u64)
        .map(|so_far| {
            let usage = json!({
                "prompt_tokens": 100,
                "completion_tokens": so_far,
                "total_tokens": 100 + so_far
            });
            chunk("x", usage)
        })
        .collect();
    assert_eq!(counted(&gathered(&chunks)), [100, 0, 0, 10, 0]);
}

#[test]
fn the_usage_chunk_has_no_choices_and_all_others_no_usage() {
    // https://platform.openai.com/docs/api-reference/chat/create#chat-create-stream_options:
    // "an additional chunk .. the choices field will always be an empty array. All other chunks
    // will also include a usage field, but with a null value."
    let last = |choices: Value| {
        json!({
            "id": "chatcmpl-123",
            "object": "chat.completion.chunk",
            "choices": choices,
            "usage": {"prompt_tokens": 19, "completion_tokens": 2, "total_tokens": 21}
        })
    };
    let of = |last| gathered(&[chunk("a", Value::Null), chunk("b", Value::Null), last]);
    assert_eq!(counted(&of(last(json!([])))), [19, 0, 0, 2, 0]);
    // Some vLLM versions write it so.
    assert_eq!(counted(&of(last(Value::Null))), [19, 0, 0, 2, 0]);
    assert_eq!(gathered(&[chunk("a", Value::Null)]).usage(), None);
}

#[test]
fn a_later_chunk_without_counts_takes_none_away() {
    let usage = json!({"prompt_tokens": 19, "completion_tokens": 2});
    let zeros = json!({"prompt_tokens": 0, "completion_tokens": 0});
    assert_eq!(
        counted(&gathered(&[chunk("a", usage), chunk("b", zeros)])),
        [19, 0, 0, 2, 0]
    );
}

#[test]
fn deltas_are_summed_where_that_is_said_and_only_there() {
    let usage = json!({"prompt_tokens": 5, "completion_tokens": 2});
    let chunks = [chunk("a", usage.clone()), chunk("b", usage)];
    let mut deltas = StreamedResponse::with_usage(StreamUsage::Deltas);
    for chunk in &chunks {
        deltas.push(chunk);
    }
    assert_eq!(counted(&deltas), [10, 0, 0, 4, 0]);
    assert_eq!(counted(&gathered(&chunks)), [5, 0, 0, 2, 0]);
}

fn message_start(id: &str, usage: &Value) -> Value {
    json!({"type": "message_start", "message": {
        "id": id, "type": "message", "role": "assistant", "model": "claude-sonnet-4-5",
        "content": [], "stop_reason": null, "usage": usage
    }})
}

fn message_delta(usage: &Value) -> Value {
    json!({
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": null},
        "usage": usage
    })
}

#[test]
fn the_cumulative_counts_of_message_delta_are_not_added_to_those_of_message_start() {
    // langchainjs 10249: both events have the same counts of the cache. "The token counts shown in
    // the usage field of the message_delta event are cumulative":
    // https://platform.claude.com/docs/en/build-with-claude/streaming
    let of_input = json!({
        "input_tokens": 10,
        "cache_creation_input_tokens": 1733,
        "cache_read_input_tokens": 512,
        "output_tokens": 1
    });
    let of_all = json!({
        "input_tokens": 10,
        "cache_creation_input_tokens": 1733,
        "cache_read_input_tokens": 512,
        "output_tokens": 5
    });
    let output_only = json!({"output_tokens": 5});
    // A proxy's, in deepnoodle-ai/dive, providers/anthropic/reference.md.
    let zeroed = json!({"input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 5});
    let null = json!({"input_tokens": null, "cache_read_input_tokens": null, "output_tokens": 5});
    for last in [of_all, output_only, zeroed, null] {
        for way in [StreamUsage::Cumulative, StreamUsage::Deltas] {
            let mut answer = StreamedResponse::with_usage(way);
            answer.push(&message_start("msg_1", &of_input));
            answer.push(&message_delta(&json!({"output_tokens": 3})));
            answer.push(&message_delta(&last));
            assert_eq!(
                counted(&answer),
                [2_255, 512, 1_733, 5, 0],
                "{last} {way:?}"
            );
        }
    }
}

#[test]
fn input_that_grows_while_the_provider_searches_is_the_last_that_was_said() {
    // https://platform.claude.com/docs/en/build-with-claude/streaming, the web search example:
    // input_tokens 2679 at the start and 10682 at the end.
    let answer = gathered(&[
        message_start(
            "msg_01G",
            &json!({"input_tokens": 2679, "output_tokens": 3}),
        ),
        message_delta(&json!({"input_tokens": 10682, "output_tokens": 510})),
    ]);
    assert_eq!(counted(&answer), [10_682, 0, 0, 510, 0]);
}

#[test]
fn cached_tokens_that_are_part_of_the_prompt_are_not_added_to_it() {
    // langfuse 12306 and 10592: 17,903 tokens of which 17,817 are cached were shown as 35,720.
    let answer = json!({
        "object": "chat.completion",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "x"}}],
        "usage": {
            "prompt_tokens": 17903,
            "completion_tokens": 1,
            "total_tokens": 17904,
            "prompt_tokens_details": {"cached_tokens": 17817}
        }
    });
    assert_eq!(counted(&answer), [17_903, 17_817, 0, 1, 0]);
}

#[test]
fn a_total_beside_the_parts_is_not_a_part() {
    let answer = json!({
        "object": "chat.completion",
        "choices": [],
        "usage": {"total_tokens": 10}
    });
    assert_eq!(answer.usage(), None, "of which side nobody can say");
    let answer = json!({
        "object": "chat.completion",
        "choices": [],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    });
    assert_eq!(answer.usage().expect("said").total(), 10);
}

#[test]
fn reasoning_is_output_once_however_it_is_counted() {
    let answer = |completion: u64, total: u64| {
        json!({
            "object": "chat.completion",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "x"}}],
            "usage": {
                "prompt_tokens": 10120,
                "completion_tokens": completion,
                "total_tokens": total,
                "prompt_tokens_details": {"cached_tokens": 128},
                "completion_tokens_details": {"reasoning_tokens": 2809}
            }
        })
    };
    // xAI, numbers of Wei-Shaw/sub2api 5771: "reasoning token consumption will be counted separately
    // from completion_tokens, but will be counted in the total_tokens" (docs.x.ai).
    assert_eq!(
        counted(&answer(1_499, 14_428)),
        [10_120, 128, 0, 4_308, 2_809]
    );
    // OpenAI: within.
    assert_eq!(
        counted(&answer(4_308, 14_428)),
        [10_120, 128, 0, 4_308, 2_809]
    );
}

#[test]
fn a_retry_is_another_attempt_and_not_more_of_the_same() {
    let text = |piece: &str| {
        json!({"type": "content_block_delta", "index": 0,
               "delta": {"type": "text_delta", "text": piece}})
    };
    let answer = gathered(&[
        message_start("msg_1", &json!({"input_tokens": 100, "output_tokens": 1})),
        text("Hel"),
        json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
        message_start("msg_2", &json!({"input_tokens": 100, "output_tokens": 1})),
        text("Hello"),
        message_delta(&json!({"output_tokens": 4})),
    ]);
    assert_eq!(answer.id().as_deref(), Some("msg_2"));
    assert_eq!(answer.text().as_deref(), Some("Hello"));
    assert_eq!(counted(&answer), [100, 0, 0, 4, 0]);
    assert_eq!(answer.finish_reasons(), ["end_turn"]);
    assert_eq!(answer.attempts(), 2);
}
