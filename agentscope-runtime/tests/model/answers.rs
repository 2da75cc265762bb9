//! Answers that came whole.

use agentscope_runtime::model::InferenceResponse;
use serde_json::json;

use crate::{counted, known};

#[test]
fn a_chat_completion_of_openai_with_a_tool_call() {
    // https://platform.openai.com/docs/api-reference/chat/create, example "Functions".
    let answer = json!({
        "id": "chatcmpl-abc123",
        "object": "chat.completion",
        "created": 1699896916,
        "model": "gpt-4o-mini",
        "choices": [{
            "index": 0,
            "message": {
                "role": "assistant",
                "content": null,
                "tool_calls": [{
                    "id": "call_abc123",
                    "type": "function",
                    "function": {
                        "name": "get_current_weather",
                        "arguments": "{\n\"location\": \"Boston, MA\"\n}"
                    }
                }]
            },
            "logprobs": null,
            "finish_reason": "tool_calls"
        }],
        "usage": {
            "prompt_tokens": 82,
            "completion_tokens": 17,
            "total_tokens": 99,
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0
            }
        }
    });
    let known = known(&answer);
    assert_eq!(known.id.as_deref(), Some("chatcmpl-abc123"));
    assert_eq!(known.model.as_deref(), Some("gpt-4o-mini"));
    assert_eq!(known.finish_reasons, ["tool_calls"]);
    assert_eq!((known.text, known.reasoning), (None, None));
    let arguments = "{\n\"location\": \"Boston, MA\"\n}";
    let call = (
        Some("call_abc123".into()),
        "get_current_weather".into(),
        arguments.into(),
    );
    assert_eq!(known.tool_calls, [call]);
    assert_eq!(counted(&answer), [82, 0, 0, 17, 0]);
}

#[test]
fn a_chat_completion_of_deepseek_with_reasoning_and_its_own_words_for_the_cache() {
    // Usage: https://api-docs.deepseek.com/api/create-chat-completion, with the numbers of a
    // recorded run in which both words for the cache occur.
    let answer = json!({
        "id": "930c60df-bf64-41c9-a88e-3ec75f81e00e",
        "object": "chat.completion",
        "model": "deepseek-reasoner",
        "choices": [{
            "index": 0,
            "finish_reason": "stop",
            "message": {
                "role": "assistant",
                "content": "9.8 is greater.",
                "reasoning_content": "Compare the tenths."
            }
        }],
        "usage": {
            "prompt_tokens": 822,
            "completion_tokens": 59,
            "total_tokens": 881,
            "completion_tokens_details": {"reasoning_tokens": 10},
            "prompt_cache_hit_tokens": 640,
            "prompt_cache_miss_tokens": 182
        }
    });
    assert_eq!(answer.text().as_deref(), Some("9.8 is greater."));
    assert_eq!(answer.reasoning().as_deref(), Some("Compare the tenths."));
    assert_eq!(counted(&answer), [822, 640, 0, 59, 10]);
}

#[test]
fn a_chat_completion_of_mistral_with_thinking_in_its_content() {
    // https://docs.mistral.ai/capabilities/reasoning: content is a list of chunks.
    let answer = json!({
        "object": "chat.completion",
        "model": "magistral-medium-latest",
        "choices": [{
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "John is one of four."}]},
                {"type": "text", "text": "Four."}
            ]}
        }]
    });
    assert_eq!(answer.text().as_deref(), Some("Four."));
    assert_eq!(answer.reasoning().as_deref(), Some("John is one of four."));
    assert_eq!(answer.usage(), None);
}

#[test]
fn a_refusal_is_what_the_model_said() {
    // https://platform.openai.com/docs/guides/structured-outputs#refusals
    let answer = json!({
        "object": "chat.completion",
        "choices": [{
            "index": 0,
            "finish_reason": "stop",
            "message": {
                "role": "assistant",
                "content": null,
                "refusal": "I'm sorry, I cannot assist with that request."
            }
        }]
    });
    let said = answer.text();
    assert_eq!(
        said.as_deref(),
        Some("I'm sorry, I cannot assist with that request.")
    );
}

#[test]
fn of_several_choices_the_first_is_the_answer_and_all_say_why_they_stopped() {
    let answer = json!({
        "object": "chat.completion",
        "choices": [
            {"index": 1, "finish_reason": "length", "message": {"content": "second"}},
            {"index": 0, "finish_reason": "stop", "message": {"content": "first"}}
        ]
    });
    assert_eq!(answer.text().as_deref(), Some("first"));
    assert_eq!(answer.finish_reasons(), ["stop", "length"]);
}

#[test]
fn a_response_of_openai() {
    // https://platform.openai.com/docs/api-reference/responses/create, example "Text input".
    let answer = json!({
        "id": "resp_67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b",
        "object": "response",
        "created_at": 1741476542,
        "status": "completed",
        "error": null,
        "incomplete_details": null,
        "model": "gpt-4.1-2025-04-14",
        "output": [{
            "type": "message",
            "id": "msg_67ccd2bf17f0819081ff3bb2cf6508e60bb6a6b452d3795b",
            "status": "completed",
            "role": "assistant",
            "content": [{
                "type": "output_text",
                "text": "In a peaceful grove beneath a silver moon..",
                "annotations": []
            }]
        }],
        "usage": {
            "input_tokens": 36,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 87,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 123
        }
    });
    let known = known(&answer);
    assert_eq!(known.model.as_deref(), Some("gpt-4.1-2025-04-14"));
    assert_eq!(known.finish_reasons, ["stop"]);
    assert_eq!(
        known.text.as_deref(),
        Some("In a peaceful grove beneath a silver moon..")
    );
    assert_eq!(counted(&answer), [36, 0, 0, 87, 0]);
}

#[test]
fn a_response_of_openai_that_reasons_and_calls_a_function() {
    // https://platform.openai.com/docs/guides/function-calling and /docs/guides/reasoning for the
    // items; token counts of the reasoning guide.
    let answer = json!({
        "id": "resp_reason1",
        "object": "response",
        "status": "completed",
        "model": "gpt-5-2025-08-07",
        "output": [
            {"type": "reasoning", "id": "rs_1", "summary": [
                {"type": "summary_text", "text": "The user wants the weather."},
                {"type": "summary_text", "text": "There is a tool for it."}
            ]},
            {"type": "web_search_call", "id": "ws_1", "status": "completed"},
            {
                "type": "function_call",
                "id": "fc_12345xyz",
                "call_id": "call_12345xyz",
                "name": "get_weather",
                "arguments": "{\"location\":\"Paris, France\"}"
            }
        ],
        "usage": {
            "input_tokens": 75,
            "input_tokens_details": {"cached_tokens": 64},
            "output_tokens": 1186,
            "output_tokens_details": {"reasoning_tokens": 1024},
            "total_tokens": 1261
        }
    });
    let known = known(&answer);
    assert_eq!(known.finish_reasons, ["tool_calls"]);
    let reasoning = "The user wants the weather.\nThere is a tool for it.";
    assert_eq!(known.reasoning.as_deref(), Some(reasoning));
    let arguments = "{\"location\":\"Paris, France\"}";
    let call = (
        Some("call_12345xyz".into()),
        "get_weather".into(),
        arguments.into(),
    );
    assert_eq!(
        known.tool_calls,
        [call],
        "by the id that its result is handed back by"
    );
    assert_eq!(counted(&answer), [75, 64, 0, 1186, 1024]);
}

#[test]
fn a_response_of_openai_that_was_cut_or_failed() {
    let answer = |status: &str, details| json!({"object": "response", "status": status, "incomplete_details": details, "output": []});
    let cut = answer("incomplete", json!({"reason": "max_output_tokens"}));
    assert_eq!(cut.finish_reasons(), ["length"]);
    let filtered = answer("incomplete", json!({"reason": "content_filter"}));
    assert_eq!(filtered.finish_reasons(), ["content_filter"]);
    assert_eq!(answer("failed", json!(null)).finish_reasons(), ["error"]);
    assert!(
        answer("in_progress", json!(null))
            .finish_reasons()
            .is_empty()
    );
}

#[test]
fn a_message_of_anthropic_counts_its_cache_beside_the_input() {
    // https://platform.claude.com/docs/en/build-with-claude/prompt-caching, "Tracking cache
    // performance", in the shape of https://platform.claude.com/docs/en/api/messages.
    let answer = json!({
        "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": [
            {"type": "thinking", "thinking": "Look it up first.", "signature": "EqQBCgIYAhIM"},
            {"type": "text", "text": "I'll check."},
            {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}},
            {"type": "tool_use", "id": "toolu_01A09q90qw90lq917835lq9", "name": "get_weather",
             "input": {"location": "San Francisco, CA", "unit": "celsius"}}
        ],
        "stop_reason": "tool_use",
        "stop_sequence": null,
        "usage": {
            "input_tokens": 50,
            "cache_read_input_tokens": 100000,
            "cache_creation_input_tokens": 248,
            "cache_creation": {
                "ephemeral_5m_input_tokens": 148,
                "ephemeral_1h_input_tokens": 100
            },
            "output_tokens": 503
        }
    });
    let known = known(&answer);
    assert_eq!(known.text.as_deref(), Some("I'll check."));
    assert_eq!(known.reasoning.as_deref(), Some("Look it up first."));
    assert_eq!(known.finish_reasons, ["tool_use"]);
    assert_eq!(
        known.tool_calls.len(),
        1,
        "what the provider runs is not for the application"
    );
    assert_eq!(
        known.tool_calls[0].2,
        r#"{"location":"San Francisco, CA","unit":"celsius"}"#
    );
    assert_eq!(counted(&answer), [100_298, 100_000, 248, 503, 0]);
}

#[test]
fn an_answer_of_gemini_counts_its_thoughts_beside_the_output() {
    // Shape: https://ai.google.dev/api/generate-content. Counts:
    // https://discuss.ai.google.dev/t/question-about-gemini-api-caching-pricing/107349
    let answer = json!({
        "candidates": [{
            "content": {"role": "model", "parts": [
                {"text": "Two calls are needed.", "thought": true},
                {"text": "Let me look."},
                {"functionCall": {"name": "get_weather", "args": {"city": "Bonn"}}}
            ]},
            "finishReason": "STOP",
            "index": 0
        }],
        "usageMetadata": {
            "promptTokenCount": 11500,
            "candidatesTokenCount": 1000,
            "totalTokenCount": 22500,
            "cachedContentTokenCount": 10000,
            "thoughtsTokenCount": 10000
        },
        "modelVersion": "gemini-2.5-pro",
        "responseId": "abc"
    });
    let known = known(&answer);
    assert_eq!(known.model.as_deref(), Some("gemini-2.5-pro"));
    assert_eq!(known.text.as_deref(), Some("Let me look."));
    assert_eq!(known.reasoning.as_deref(), Some("Two calls are needed."));
    assert_eq!(
        known.tool_calls,
        [(None, "get_weather".into(), r#"{"city":"Bonn"}"#.into())]
    );
    assert_eq!(counted(&answer), [11_500, 10_000, 0, 11_000, 10_000]);
    let usage = answer.usage().expect("said");
    assert_eq!(usage.total(), 22_500, "as the provider's own total");
}

#[test]
fn an_answer_of_bedrock() {
    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and, for
    // the cache, .../API_runtime_TokenUsage.html
    let answer = json!({
        "output": {"message": {"role": "assistant", "content": [
            {"reasoningContent": {"reasoningText": {"text": "A song is asked for."}}},
            {"text": "I'll look."},
            {"toolUse": {"toolUseId": "tooluse_kZJMlvQmRJ6eAyJE5GIl7Q", "name": "top_song",
                         "input": {"sign": "WZPZ"}}}
        ]}},
        "stopReason": "tool_use",
        "usage": {
            "inputTokens": 30,
            "outputTokens": 628,
            "totalTokens": 1758,
            "cacheReadInputTokens": 1000,
            "cacheWriteInputTokens": 100
        },
        "metrics": {"latencyMs": 1275}
    });
    let known = known(&answer);
    assert_eq!(known.finish_reasons, ["tool_use"]);
    assert_eq!(known.text.as_deref(), Some("I'll look."));
    assert_eq!(known.reasoning.as_deref(), Some("A song is asked for."));
    assert_eq!(known.tool_calls[0].2, r#"{"sign":"WZPZ"}"#);
    assert_eq!(counted(&answer), [1_130, 1_000, 100, 628, 0]);
}
