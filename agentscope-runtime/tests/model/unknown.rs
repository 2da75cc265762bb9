//! JSON of others: nothing is known of it, and nothing is guessed.

use agentscope_runtime::model::{InferenceRequest, InferenceResponse, StreamedResponse};
use serde_json::{Value, json};

use crate::{Known, known};

fn nothing() -> Known {
    Known {
        id: None,
        model: None,
        finish_reasons: Vec::new(),
        usage: None,
        text: None,
        reasoning: None,
        tool_calls: Vec::new(),
    }
}

fn of_others() -> [Value; 12] {
    [
        Value::Null,
        json!("chat.completion"),
        json!([{"choices": []}]),
        json!({}),
        json!({"id": 7, "model": "Astra", "usage": {"input_tokens": 5}}),
        json!({"id": "7", "model": "Corsa", "choices": ["red", "blue"]}),
        json!({"choices": []}),
        json!({"type": "message", "content": "an e-mail", "id": "7"}),
        json!({"type": "message", "role": "user", "content": [{"type": "text", "text": "hi"}]}),
        json!({"candidates": [{"name": "Kim"}], "responseId": "7"}),
        json!({"output": {"message": "done"}, "id": "7"}),
        json!({"object": "list", "data": [], "model": "text-embedding-3-small"}),
    ]
}

#[test]
fn of_what_is_no_answer_nothing_is_known() {
    for body in of_others() {
        assert_eq!(known(&body), nothing(), "{body}");
    }
}

#[test]
fn of_what_is_no_chunk_nothing_is_gathered() {
    let mut answer = StreamedResponse::default();
    for body in of_others() {
        answer.push(&body);
        assert_eq!(known(&answer), nothing(), "{body}");
    }
    answer.end();
    assert_eq!(
        answer.finish_reasons(),
        ["error"],
        "a stream of nothing has broken off"
    );
}

#[test]
fn of_what_is_no_request_nothing_is_known_and_nothing_is_set() {
    let bodies = [
        json!({"model": "Corsa", "temperature": 21.5, "seed": 3}),
        json!({"model": "Corsa", "messages": ["hello"], "temperature": 21.5}),
        json!({"input": 5, "temperature": 21.5}),
        json!(["model"]),
    ];
    for mut body in bodies {
        let before = body.clone();
        assert_eq!(body.temperature(), None, "{body}");
        assert_eq!(
            (InferenceRequest::model(&body), body.seed()),
            (None, None),
            "{body}"
        );
        assert!(body.tools().is_empty());
        assert!(!body.set_model("x") && !body.set_temperature(0.0) && !body.set_seed(1));
        assert_eq!(body, before);
    }
}
