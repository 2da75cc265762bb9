//! What stands in a request: the messages so far, in the documented shapes of the providers.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::fields::{arguments, list, text};
use crate::model::response::ToolCall;

/// A part of a message.
pub(crate) enum Part<'a> {
    Text(Cow<'a, str>),
    Reasoning(Cow<'a, str>),
    Call(ToolCall<'a>),
    /// What a tool gave back, by the id of its call.
    Result(Option<&'a str>, &'a Value),
    /// An image, a file or what else: only of what type it is.
    Other(&'a str),
}

pub(crate) struct Message<'a> {
    pub(crate) role: &'a str,
    pub(crate) parts: Vec<Part<'a>>,
}

/// The messages of a request, in its order.
pub(crate) fn messages(body: &Value) -> Vec<Message<'_>> {
    let fields = ["messages", "contents", "input"];
    let messages = fields.iter().find_map(|field| body.get(field));
    match messages {
        Some(Value::String(text)) => vec![Message {
            role: "user",
            parts: vec![said(text)],
        }],
        Some(Value::Array(messages)) => messages.iter().map(message).collect(),
        _ => Vec::new(),
    }
}

/// What the provider takes beside the messages, for the model to obey.
pub(crate) fn instructions(body: &Value) -> Vec<Part<'_>> {
    let fields = [
        "system",
        "instructions",
        "systemInstruction",
        "system_instruction",
    ];
    let system = fields.iter().find_map(|field| body.get(field));
    system.map_or_else(Vec::new, content)
}

fn said(text: &str) -> Part<'_> {
    Part::Text(Cow::Borrowed(text))
}

fn message(message: &Value) -> Message<'_> {
    let mut parts = Vec::new();
    // Of OpenAI's responses: calls and their results stand between the messages.
    let item = text(message, "type").filter(|item| *item != "message");
    let role = match text(message, "role") {
        Some("model") => "assistant",
        Some("developer") => "system",
        Some(role) => role,
        None if item.is_some_and(|item| item.ends_with("_output")) => "tool",
        None if item.is_some() => "assistant",
        None => "user",
    };
    let id = text(message, "tool_call_id");
    match (role, message.get("content")) {
        ("tool", Some(result)) => parts.push(Part::Result(id, result)),
        (_, Some(said)) => parts.extend(content(said)),
        (_, None) if message.get("parts").is_some() => parts.extend(content(message)),
        (_, None) if item.is_some() => parts.extend(block(message)),
        (_, None) => {}
    }
    let calls = list(message, "tool_calls").iter();
    parts.extend(calls.filter_map(|call| {
        let called = call.get("function").or_else(|| call.get("custom"))?;
        let given = called.get("arguments").or_else(|| called.get("input"));
        called_with(call, "id", called, given)
    }));
    Message { role, parts }
}

/// A text, a list of blocks, or what holds such a list.
fn content(content: &Value) -> Vec<Part<'_>> {
    match content {
        Value::String(text) => vec![said(text)],
        Value::Array(blocks) => blocks.iter().filter_map(block).collect(),
        other => list(other, "parts").iter().filter_map(block).collect(),
    }
}

fn called_with<'a>(
    call: &'a Value,
    id: &str,
    named: &'a Value,
    given: Option<&'a Value>,
) -> Option<Part<'a>> {
    let name = text(named, "name")?;
    Some(Part::Call(ToolCall::of(
        text(call, id),
        name,
        arguments(given),
    )))
}

fn block(block: &Value) -> Option<Part<'_>> {
    // Gemini and Converse tell by the field what others tell by the type.
    for (field, id) in [("functionCall", "id"), ("toolUse", "toolUseId")] {
        if let Some(call) = block.get(field) {
            let given = call.get("args").or_else(|| call.get("input"));
            return called_with(call, id, call, given);
        }
    }
    for (field, id, result) in [
        ("functionResponse", "id", "response"),
        ("toolResult", "toolUseId", "content"),
    ] {
        if let Some(of) = block.get(field) {
            return Some(Part::Result(text(of, id), of.get(result)?));
        }
    }
    match text(block, "type") {
        Some("text" | "input_text" | "output_text") => text(block, "text").map(said),
        Some("refusal") => text(block, "refusal").map(said),
        Some("thinking") => {
            let thought = text(block, "thinking")?;
            Some(Part::Reasoning(Cow::Borrowed(thought)))
        }
        Some("tool_use") => called_with(block, "id", block, block.get("input")),
        Some("tool_result") => Some(Part::Result(
            text(block, "tool_use_id"),
            block.get("content")?,
        )),
        Some("function_call") => called_with(block, "call_id", block, block.get("arguments")),
        Some("custom_tool_call") => called_with(block, "call_id", block, block.get("input")),
        Some("function_call_output" | "custom_tool_call_output") => {
            Some(Part::Result(text(block, "call_id"), block.get("output")?))
        }
        Some("reasoning") => {
            let thought = list(block, "summary").iter();
            let thought: Vec<_> = thought.filter_map(|part| text(part, "text")).collect();
            let is_some = !thought.is_empty();
            is_some.then(|| Part::Reasoning(Cow::Owned(thought.join("\n"))))
        }
        Some(other) => Some(Part::Other(other)),
        None => {
            let text = text(block, "text")?;
            match block.get("thought").and_then(Value::as_bool) {
                Some(true) => Some(Part::Reasoning(Cow::Borrowed(text))),
                _ => Some(said(text)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// As words: who says what.
    fn said(body: &Value) -> Vec<String> {
        let words = |part: &Part<'_>| match part {
            Part::Text(text) => text.to_string(),
            Part::Reasoning(text) => format!("({text})"),
            Part::Call(call) => {
                let id = call.id.as_deref().unwrap_or("-");
                format!("{id} {} {}", call.name, call.arguments)
            }
            Part::Result(id, result) => format!("{} gave {result}", id.unwrap_or("-")),
            Part::Other(kind) => format!("<{kind}>"),
        };
        let line = |role: &str, parts: &[Part<'_>]| {
            let parts: Vec<_> = parts.iter().map(words).collect();
            format!("{role}: {}", parts.join(", "))
        };
        let instructions = instructions(body);
        let beside = (!instructions.is_empty()).then(|| line("beside", &instructions));
        let messages = messages(body);
        let messages = messages.iter().map(|it| line(it.role, &it.parts));
        beside.into_iter().chain(messages).collect()
    }

    /// The same conversation, as each provider documents its requests.
    #[test]
    fn a_conversation_is_the_same_in_the_shapes_of_all_providers() {
        let wanted = |id: &str, system: &str| {
            [
                format!("{system}: Be brief."),
                "user: Rain?".to_owned(),
                format!("assistant: {id} weather {{\"city\":\"Bonn\"}}"),
            ]
        };
        let chat = json!({"messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Rain?"}]},
            {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function",
                "function": {"name": "weather", "arguments": "{\"city\":\"Bonn\"}"}}]},
            {"role": "tool", "tool_call_id": "c1", "content": "yes"},
        ]});
        assert_eq!(said(&chat)[..3], wanted("c1", "system"));
        assert_eq!(said(&chat)[3], "tool: c1 gave \"yes\"");

        let responses = json!({"instructions": "Be brief.", "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "Rain?"}]},
            {"type": "function_call", "call_id": "c1", "name": "weather",
                "arguments": "{\"city\":\"Bonn\"}"},
            {"type": "function_call_output", "call_id": "c1", "output": "yes"},
        ]});
        assert_eq!(said(&responses)[..3], wanted("c1", "beside"));
        assert_eq!(said(&responses)[3], "tool: c1 gave \"yes\"");

        let anthropic = json!({"system": [{"type": "text", "text": "Be brief."}], "messages": [
            {"role": "user", "content": "Rain?"},
            {"role": "assistant", "content": [
                {"type": "tool_use", "id": "c1", "name": "weather", "input": {"city": "Bonn"}}]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "c1", "content": "yes"}, {"type": "image"}]},
        ]});
        assert_eq!(said(&anthropic)[..3], wanted("c1", "beside"));
        assert_eq!(said(&anthropic)[3], "user: c1 gave \"yes\", <image>");

        let gemini = json!({"systemInstruction": {"parts": [{"text": "Be brief."}]}, "contents": [
            {"role": "user", "parts": [{"text": "Rain?"}]},
            {"role": "model", "parts": [
                {"functionCall": {"name": "weather", "args": {"city": "Bonn"}}}]},
            {"role": "user", "parts": [
                {"functionResponse": {"name": "weather", "response": {"rain": true}}}]},
        ]});
        assert_eq!(said(&gemini)[..3], wanted("-", "beside"));
        assert_eq!(said(&gemini)[3], "user: - gave {\"rain\":true}");

        let converse = json!({"system": [{"text": "Be brief."}], "messages": [
            {"role": "user", "content": [{"text": "Rain?"}]},
            {"role": "assistant", "content": [
                {"toolUse": {"toolUseId": "c1", "name": "weather", "input": {"city": "Bonn"}}}]},
            {"role": "user", "content": [
                {"toolResult": {"toolUseId": "c1", "content": [{"text": "yes"}]}}]},
        ]});
        assert_eq!(said(&converse)[..3], wanted("c1", "beside"));
        assert_eq!(said(&converse)[3], "user: c1 gave [{\"text\":\"yes\"}]");
    }

    #[test]
    fn a_prompt_that_is_a_text_is_one_message() {
        assert_eq!(
            said(&json!({"model": "m", "input": "Rain?"})),
            ["user: Rain?"]
        );
        assert_eq!(said(&json!({"messages": 7})), [""; 0]);
    }
}
