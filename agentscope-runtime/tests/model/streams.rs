//! Streams, against the unstreamed answer of the same call.

use agentscope_runtime::model::{InferenceResponse, StreamedResponse};
use serde_json::{Value, json};

use crate::{gathered, known};

/// What came over the wire, one JSON text on each line.
fn lines(text: &str) -> Vec<Value> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// https://platform.claude.com/docs/en/build-with-claude/streaming, "Streaming request with tool
/// use", some text deltas made one.
const WEATHER: &str = r#"
    {"type":"message_start","message":{"id":"msg_014p7gG3wDgGV9EUtLvnow3U","type":"message","role":"assistant","model":"claude-opus-4-8","stop_sequence":null,"usage":{"input_tokens":472,"output_tokens":2},"content":[],"stop_reason":null}}
    {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
    {"type":"ping"}
    {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Okay, let's check"}}
    {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" the weather:"}}
    {"type":"content_block_stop","index":0}
    {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_01T1x1fJ34qAmk2tNTrN7Up6","name":"get_weather","input":{}}}
    {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}
    {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"location\":"}}
    {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":" \"San"}}
    {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":" Francisc"}}
    {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"o,"}}
    {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":" CA\""}}
    {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":", \"unit\": \"fah"}}
    {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"renheit\"}"}}
    {"type":"content_block_stop","index":1}
    {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":89}}
    {"type":"message_stop"}
"#;

#[test]
fn messages_of_anthropic() {
    let whole = json!({
        "id": "msg_014p7gG3wDgGV9EUtLvnow3U",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-4-8",
        "content": [
            {"type": "text", "text": "Okay, let's check the weather:"},
            {"type": "tool_use", "id": "toolu_01T1x1fJ34qAmk2tNTrN7Up6", "name": "get_weather",
             "input": {"location": "San Francisco, CA", "unit": "fahrenheit"}}
        ],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 472, "output_tokens": 89}
    });
    assert_eq!(known(&gathered(&lines(WEATHER))), known(&whole));
}

#[test]
fn messages_of_anthropic_with_every_count_repeated_at_the_end() {
    // The npm package @ai-sdk/anthropic 3.0.21, src/__fixtures__/anthropic-json-tool.1.chunks.txt
    let answer = gathered(&lines(
        r#"
        {"type":"message_start","message":{"model":"claude-haiku-4-5-20251001","id":"msg_01K2JbSUMYhez5RHoK9ZCj9U","type":"message","role":"assistant","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":849,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"output_tokens":10,"service_tier":"standard"}}}
        {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"toolu_01KFbKqPYSuAKujiL6mTfzYA","name":"json","input":{}}}
        {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":""}}
        {"type":"ping"}
        {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"elements\": [{\"location\": \"San Francisco\"}]"}}
        {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"}"}}
        {"type":"content_block_stop","index":0}
        {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":849,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":47}}
        {"type":"message_stop"}
        "#,
    ));
    assert_eq!(crate::counted(&answer), [849, 0, 0, 47, 0]);
    assert_eq!(
        answer.tool_calls()[0].arguments,
        r#"{"elements":[{"location":"San Francisco"}]}"#
    );
}

#[test]
fn a_chat_completion_of_openai_whose_call_comes_in_pieces() {
    // https://platform.openai.com/docs/guides/function-calling#streaming, older example: the id and
    // the name once, and `null` or nothing after it; the usage last, without choices.
    let answer = gathered(&lines(
        r#"
        {"id":"chatcmpl-123","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_DdmO9pD3xa9XTPNJ32zg2hcA","type":"function","function":{"name":"get_weather","arguments":""}}]},"finish_reason":null}],"usage":null}
        {"id":"chatcmpl-123","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":null,"type":null,"function":{"name":null,"arguments":"{\""}}]},"finish_reason":null}],"usage":null}
        {"id":"chatcmpl-123","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_2","type":"function","function":{"name":"get_time","arguments":""}}]},"finish_reason":null}],"usage":null}
        {"id":"chatcmpl-123","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"location"}}]},"finish_reason":null}],"usage":null}
        {"id":"chatcmpl-123","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"","function":{"name":"","arguments":"\":\"Paris\"}"}},{"index":1,"function":{"arguments":"{}"}}]},"finish_reason":null}],"usage":null}
        {"id":"chatcmpl-123","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"usage":null}
        {"id":"chatcmpl-123","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[],"usage":{"prompt_tokens":82,"completion_tokens":17,"total_tokens":99}}
        "#,
    ));
    let whole = json!({
        "id": "chatcmpl-123",
        "object": "chat.completion",
        "model": "gpt-4o-mini",
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
            "role": "assistant", "content": null, "tool_calls": [
                {"id": "call_DdmO9pD3xa9XTPNJ32zg2hcA", "type": "function",
                 "function": {"name": "get_weather", "arguments": "{\"location\":\"Paris\"}"}},
                {"id": "call_2", "type": "function",
                 "function": {"name": "get_time", "arguments": "{}"}}
            ]
        }}],
        "usage": {"prompt_tokens": 82, "completion_tokens": 17, "total_tokens": 99}
    });
    assert_eq!(known(&answer), known(&whole));
}

#[test]
fn calls_that_all_have_the_same_index_are_told_apart_by_their_ids() {
    let call = |id: &str| {
        json!({"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"tool_calls": [
            {"index": 0, "id": id, "function": {"name": "look", "arguments": "{}"}}
        ]}}]})
    };
    let answer = gathered(&[call("call_1"), call("call_2")]);
    assert_eq!(answer.tool_calls().len(), 2);
    // An id that is said again is the same call's: its name is not said twice.
    let again = gathered(&[call("call_1"), call("call_1")]);
    assert_eq!(again.tool_calls().len(), 1);
    assert_eq!(again.tool_calls()[0].name, "look");
}

#[test]
fn a_chat_completion_of_azure_begins_without_a_name() {
    // The first chunk has the results of the content filter and an empty id and model:
    // https://learn.microsoft.com/azure/ai-services/openai/concepts/content-filter
    let answer = gathered(&lines(
        r#"
        {"id":"","object":"","model":"","choices":[],"prompt_filter_results":[{"prompt_index":0}]}
        {"id":"chatcmpl-7rC","object":"chat.completion.chunk","model":"gpt-4o-2024-08-06","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}
        {"id":"chatcmpl-7rC","object":"chat.completion.chunk","model":"gpt-4o-2024-08-06","choices":[{"index":0,"delta":{"content":"Color"},"finish_reason":null}]}
        {"id":"chatcmpl-7rC","object":"chat.completion.chunk","model":"gpt-4o-2024-08-06","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}
        "#,
    ));
    assert_eq!(answer.id().as_deref(), Some("chatcmpl-7rC"));
    assert_eq!(answer.model().as_deref(), Some("gpt-4o-2024-08-06"));
    assert_eq!(answer.text().as_deref(), Some("Color"));
}

/// The end of a response with a function call, as its last event has it.
fn response(output: &Value) -> Value {
    json!({
        "id": "resp_1", "object": "response", "status": "completed", "model": "gpt-5-2025-08-07",
        "output": output,
        "usage": {
            "input_tokens": 75, "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 120, "output_tokens_details": {"reasoning_tokens": 64},
            "total_tokens": 195
        }
    })
}

/// The events of https://platform.openai.com/docs/api-reference/responses-streaming.
fn events(last: &Value) -> Vec<Value> {
    vec![
        json!({"type": "response.created", "sequence_number": 0, "response": {
            "id": "resp_1", "object": "response", "status": "in_progress",
            "model": "gpt-5-2025-08-07", "output": [], "usage": null}}),
        json!({"type": "response.in_progress", "response": {"id": "resp_1", "usage": null}}),
        json!({"type": "response.output_item.added", "output_index": 0,
               "item": {"id": "rs_1", "type": "reasoning", "summary": []}}),
        json!({"type": "response.reasoning_summary_text.delta", "item_id": "rs_1",
               "output_index": 0, "summary_index": 0, "delta": "Weather "}),
        json!({"type": "response.reasoning_summary_text.delta", "item_id": "rs_1",
               "output_index": 0, "summary_index": 0, "delta": "is asked for."}),
        json!({"type": "response.reasoning_summary_text.done", "item_id": "rs_1",
               "output_index": 0, "summary_index": 0, "text": "Weather is asked for."}),
        json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 1,
               "content_index": 0, "delta": "One "}),
        json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 1,
               "content_index": 0, "delta": "moment."}),
        json!({"type": "response.output_text.done", "item_id": "msg_1", "output_index": 1,
               "content_index": 0, "text": "One moment."}),
        json!({"type": "response.output_item.added", "output_index": 2, "item": {
            "id": "fc_1", "type": "function_call", "status": "in_progress", "arguments": "",
            "call_id": "call_1", "name": "get_weather"}}),
        json!({"type": "response.function_call_arguments.delta", "item_id": "fc_1",
               "output_index": 2, "delta": "{\"location\":"}),
        json!({"type": "response.function_call_arguments.delta", "item_id": "fc_1",
               "output_index": 2, "delta": "\"Paris\"}"}),
        json!({"type": "response.function_call_arguments.done", "item_id": "fc_1",
               "output_index": 2, "arguments": "{\"location\":\"Paris\"}"}),
        json!({"type": "response.output_item.done", "output_index": 2, "item": {
            "id": "fc_1", "type": "function_call", "status": "completed",
            "arguments": "{\"location\":\"Paris\"}", "call_id": "call_1", "name": "get_weather"}}),
        json!({"type": "response.completed", "response": last}),
    ]
}

#[test]
fn responses_of_openai() {
    let output = json!([
        {"type": "reasoning", "id": "rs_1", "summary": [
            {"type": "summary_text", "text": "Weather is asked for."}]},
        {"type": "message", "id": "msg_1", "role": "assistant", "content": [
            {"type": "output_text", "text": "One moment.", "annotations": []}]},
        {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "get_weather",
         "arguments": "{\"location\":\"Paris\"}"}
    ]);
    let whole = response(&output);
    assert_eq!(known(&gathered(&events(&whole))), known(&whole));
    // Where the last event leaves the output out, what came before is the answer.
    let events = events(&response(&json!([])));
    assert_eq!(known(&gathered(&events)), known(&whole));
    // And before it came.
    let mut cut = known(&gathered(&events[..events.len() - 1]));
    assert_eq!(
        (cut.usage.take(), cut.finish_reasons),
        (None, vec!["error".into()])
    );
    assert_eq!(cut.tool_calls, known(&whole).tool_calls);
    assert_eq!(
        (cut.text, cut.reasoning),
        (known(&whole).text, known(&whole).reasoning)
    );
}

#[test]
fn a_response_of_openai_that_fails_says_so() {
    let failed = json!({"type": "response.failed", "response": {
        "id": "resp_1", "object": "response", "status": "failed", "output": [],
        "error": {"code": "server_error", "message": ".."}, "usage": null}});
    assert_eq!(gathered(&[failed]).finish_reasons(), ["error"]);
}

#[test]
fn a_response_that_is_completed_by_its_event_alone_is_no_error() {
    let mut last = response(&json!([]));
    last["status"] = Value::Null;
    let mut answer = gathered(&[json!({"type": "response.completed", "response": last})]);
    assert_eq!(answer.finish_reasons(), ["stop"]);
    answer.push(&json!({"type": "response.failed", "response": {"id": "resp_2"}}));
    assert_eq!(
        answer.finish_reasons(),
        ["stop"],
        "what was finished stays so"
    );
}

#[test]
fn chunks_of_gemini_each_of_which_counts_all_so_far() {
    // https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
    let answer = gathered(&lines(
        r#"
        {"candidates":[{"content":{"parts":[{"text":"Think","thought":true}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":8,"thoughtsTokenCount":4,"totalTokenCount":12},"modelVersion":"gemini-2.5-flash","responseId":"r1"}
        {"candidates":[{"content":{"parts":[{"text":"ing.","thought":true},{"text":"Hel"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":1,"thoughtsTokenCount":9,"totalTokenCount":18},"modelVersion":"gemini-2.5-flash","responseId":"r1"}
        {"candidates":[{"content":{"parts":[{"text":"lo"},{"functionCall":{"name":"now","args":{}}}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":3,"thoughtsTokenCount":9,"totalTokenCount":20},"modelVersion":"gemini-2.5-flash","responseId":"r1"}
        "#,
    ));
    let whole = json!({
        "candidates": [{"content": {"role": "model", "parts": [
            {"text": "Thinking.", "thought": true}, {"text": "Hello"},
            {"functionCall": {"name": "now", "args": {}}}
        ]}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": 8, "candidatesTokenCount": 3,
                          "thoughtsTokenCount": 9, "totalTokenCount": 20},
        "modelVersion": "gemini-2.5-flash",
        "responseId": "r1"
    });
    assert_eq!(known(&answer), known(&whole));
}

#[test]
fn events_of_bedrock() {
    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html
    let answer = gathered(&lines(
        r#"
        {"messageStart":{"role":"assistant"}}
        {"contentBlockDelta":{"delta":{"text":"I'll "},"contentBlockIndex":0}}
        {"contentBlockDelta":{"delta":{"text":"look."},"contentBlockIndex":0}}
        {"contentBlockStop":{"contentBlockIndex":0}}
        {"contentBlockStart":{"start":{"toolUse":{"toolUseId":"tooluse_1","name":"top_song"}},"contentBlockIndex":1}}
        {"contentBlockDelta":{"delta":{"toolUse":{"input":"{\"sign\": "}},"contentBlockIndex":1}}
        {"contentBlockDelta":{"delta":{"toolUse":{"input":"\"WZPZ\"}"}},"contentBlockIndex":1}}
        {"contentBlockStop":{"contentBlockIndex":1}}
        {"messageStop":{"stopReason":"tool_use"}}
        {"metadata":{"usage":{"inputTokens":30,"outputTokens":62,"totalTokens":92},"metrics":{"latencyMs":1}}}
        "#,
    ));
    let whole = json!({
        "output": {"message": {"role": "assistant", "content": [
            {"text": "I'll look."},
            {"toolUse": {"toolUseId": "tooluse_1", "name": "top_song", "input": {"sign": "WZPZ"}}}
        ]}},
        "stopReason": "tool_use",
        "usage": {"inputTokens": 30, "outputTokens": 62, "totalTokens": 92}
    });
    assert_eq!(known(&answer), known(&whole));
}

#[test]
fn a_stream_that_breaks_off_ends_with_an_error_and_keeps_what_came() {
    let events = lines(WEATHER);
    let cut = gathered(&events[..11]);
    assert_eq!(cut.finish_reasons(), ["error"]);
    assert_eq!(
        cut.text().as_deref(),
        Some("Okay, let's check the weather:")
    );
    assert_eq!(
        cut.tool_calls()[0].arguments,
        r#"{"location": "San Francisc"#
    );
    // https://platform.claude.com/docs/en/build-with-claude/streaming#error-events, and the same in
    // the words of others.
    let errors = [
        json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
        json!({"error": {"message": "The server had an error", "type": "server_error"}}),
        json!({"modelStreamErrorException": {"message": ".."}}),
    ];
    for error in errors {
        let mut answer = StreamedResponse::default();
        for event in &events[..5] {
            answer.push(event);
        }
        assert!(answer.finish_reasons().is_empty());
        answer.push(&error);
        assert_eq!(answer.finish_reasons(), ["error"], "{error}");
    }
}

#[test]
fn what_was_finished_before_the_connection_broke_stays_finished() {
    let mut answer = StreamedResponse::default();
    answer.push(&json!({"object": "chat.completion.chunk", "choices": [
        {"index": 0, "delta": {"content": "a"}, "finish_reason": "stop"},
        {"index": 1, "delta": {"content": "b"}, "finish_reason": null}
    ]}));
    answer.end();
    assert_eq!(answer.finish_reasons(), ["stop", "error"]);
}

#[test]
fn an_answer_that_came_whole_where_a_stream_was_asked_for_is_the_answer() {
    let whole = json!({
        "id": "chatcmpl-123", "object": "chat.completion", "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "Hello"}}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 2}
    });
    assert_eq!(
        known(&gathered(std::slice::from_ref(&whole))),
        known(&whole)
    );
    let whole = response(&json!([{"type": "message", "content": [
        {"type": "output_text", "text": "Hello"}]}]));
    assert_eq!(
        known(&gathered(std::slice::from_ref(&whole))),
        known(&whole)
    );
}
