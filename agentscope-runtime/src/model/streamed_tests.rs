//! How much is kept of a streamed answer that is only recorded.

use serde_json::json;

use super::*;
use crate::inference::answer::MOST_CHOICES;

fn chunk(choice: u64, delta: Value) -> Value {
    json!({"choices": [{"index": choice, "delta": delta}]})
}

// All that was streamed was kept until the stream had ended.
#[test]
fn of_a_long_answer_as_much_is_kept_as_is_looked_at() {
    let mebibyte = "ä".repeat(512 * 1024);
    let arguments = format!("[\"{mebibyte}\"]");
    let call =
        |index: u64| json!({"index": index, "function": {"name": "pay", "arguments": arguments}});
    let mut answer = StreamedResponse::bounded();
    answer.push(&chunk(2, json!({"content": "another choice"})));
    for choice in [1, 2] {
        let delta = json!({"content": mebibyte, "reasoning": mebibyte});
        answer.push(&chunk(choice, delta));
    }
    for index in 0..2 {
        answer.push(&chunk(1, json!({"tool_calls": [call(index)]})));
    }
    for text in [answer.text(), answer.reasoning()] {
        let text = text.expect("it says something");
        assert!(text.starts_with('ä'), "of the first choice");
        assert!((LARGEST + 1..=MOST_KEPT).contains(&text.len()));
    }
    let calls = answer.tool_calls();
    assert_eq!(calls.len(), 2, "which tools were chosen is known");
    for call in &calls {
        assert!(serde_json::from_str::<Value>(&call.arguments).is_err());
        assert!(call.arguments.ends_with("[more than 262144 bytes]"));
    }
    let kept: usize = calls.iter().map(|call| call.arguments.len()).sum();
    assert!(kept < 2 * LARGEST, "{kept}");

    let mut whole = StreamedResponse::default();
    whole.push(&chunk(
        0,
        json!({"content": mebibyte, "tool_calls": [call(0)]}),
    ));
    assert_eq!(whole.text().as_deref(), Some(&*mebibyte));
    assert_eq!(
        whole.tool_calls()[0].arguments,
        arguments,
        "the application's own"
    );
}

#[test]
fn of_many_parts_and_choices_the_first_are_kept() {
    let mut answer = StreamedResponse::bounded();
    for number in 0..3000 {
        let call = json!({"index": number, "function": {"name": "pay", "arguments": "{}"}});
        answer.push(&chunk(0, json!({"tool_calls": [call]})));
        answer.push(&chunk(number, json!({"content": "a"})));
    }
    answer.end();
    assert_eq!(answer.tool_calls().len(), MOST_CHOICES);
    assert_eq!(answer.finish_reasons().len(), MOST_PLACES);
}
