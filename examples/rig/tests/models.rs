//! rig's own requests and answers in an agent whose code says nothing: attributes only.

use agentscope::testing::record_async;
use agentscope::{agent, inference, names, tool};
use futures_util::{Stream, StreamExt as _, stream};
use rig::core::completion::{AssistantContent, CompletionRequest, CompletionResponse, Usage};
use rig::core::message::{Origin, ToolCall, ToolFunction, ToolName};
use rig::core::streaming::{Item, Relayed, StreamEvent};
use serde_json::json;

type Result<T> = std::result::Result<T, std::fmt::Error>;

/// What a client of rig's would hand back: the model asks for one account after the other.
fn answer(turn: u64) -> CompletionResponse {
    let origin: Origin = serde_json::from_value(json!({
        "api": "openai_chat", "provider": "openai", "model": "gpt-4o",
        "response_model": "gpt-4o-2024-08-06", "response_id": format!("chatcmpl-{turn}"),
    }))
    .expect("of the type");
    let mut choice = vec![AssistantContent::text("Account by account.")];
    if turn < 2 {
        let name = ToolName::new("balance").expect("not empty");
        let function = ToolFunction::new(name, json!({"account": turn}));
        choice.push(AssistantContent::ToolCall(ToolCall::from_wire(
            format!("call_{turn}"),
            function,
        )));
    }
    let usage = Usage::new()
        .input_tokens(100)
        .output_tokens(20)
        .cached_input_tokens(40);
    CompletionResponse::new(choice, usage, origin, json!({}))
}

#[inference(provider = "openai", default = confidential)]
async fn complete(request: CompletionRequest, turn: u64) -> Result<CompletionResponse> {
    request.model.ok_or(std::fmt::Error)?;
    Ok(answer(turn))
}

/// The same, relayed between the parts of a program.
#[inference(provider = "openai", default = confidential)]
fn stream(request: CompletionRequest) -> impl Stream<Item = Result<Relayed>> {
    let answer = answer(2);
    let part = serde_json::from_value(json!(0)).expect("a number");
    let text = StreamEvent::Text {
        part,
        text: "Account by account.".to_owned(),
    };
    let asked = Origin {
        response_model: None,
        response_id: None,
        ..answer.origin.clone()
    };
    let items = [
        Relayed::Origin(asked),
        Relayed::Item(Item::Event(text)),
        Relayed::Done(Box::new(answer)),
    ];
    stream::iter(items.map(|item| {
        request
            .model
            .is_some()
            .then_some(item)
            .ok_or(std::fmt::Error)
    }))
}

#[tool(default = internal)]
async fn balance(account: u64) -> Result<i64> {
    i64::try_from(account).map_err(|_| std::fmt::Error)
}

#[agent(default = internal)]
async fn teller(question: &str) -> Result<i64> {
    let mut sum = 0;
    for turn in 0.. {
        let request = CompletionRequest::new(question)
            .model("gpt-4o".to_owned())
            .temperature(0.5);
        let answer = complete(request, turn).await?;
        let calls: Vec<_> = answer
            .choice
            .iter()
            .filter_map(|content| match content {
                AssistantContent::ToolCall(call) => Some(call),
                _ => None,
            })
            .collect();
        if calls.is_empty() {
            break;
        }
        for call in calls {
            let account = call.function.arguments["account"].as_u64();
            sum += balance(account.ok_or(std::fmt::Error)?).await?;
        }
    }
    Ok(sum)
}

#[tokio::test]
async fn every_tool_step_of_an_agent_without_helpers_says_why_and_by_which_call() {
    let recorded = record_async(teller("What is there?")).await;
    assert_eq!(recorded.result, Ok(1));
    for (turn, tool) in recorded.tools().iter().enumerate() {
        let wire = |key| tool.attribute(key).map(ToString::to_string);
        // The words of an answer that is confidential.
        assert_eq!(tool.reason.as_deref(), Some("[confidential]"));
        assert_eq!(wire(names::CALL_REASON_SOURCE).as_deref(), Some("model"));
        assert_eq!(wire(names::TOOL_CALL_ID), Some(format!("call_{turn}")));
        assert!(wire(names::CALL_DECIDED_BY).is_some());
    }
    let first = recorded.span("chat gpt-4o");
    let wire = |key| first.attribute(key).map(ToString::to_string);
    assert_eq!(
        (first.input_tokens, first.output_tokens),
        (Some(100), Some(20))
    );
    assert_eq!(wire(names::USAGE_CACHE_READ).as_deref(), Some("40"));
    assert_eq!(wire(names::REQUEST_TEMPERATURE).as_deref(), Some("0.5"));
    assert_eq!(
        wire(names::RESPONSE_MODEL).as_deref(),
        Some("gpt-4o-2024-08-06")
    );
    // The state at each step, as the backend gets it.
    let steps = recorded
        .snapshots()
        .iter()
        .filter(|it| it.event == names::EVENT_TOOL_RETURNED);
    let memories: Vec<_> = steps.map(|step| step.memory.clone()).collect();
    assert_eq!(memories.len(), 2);
    assert!(memories.iter().all(Option::is_some), "{memories:?}");
}

#[tokio::test]
async fn a_relayed_stream_says_what_it_used_as_the_whole_answer_does() {
    let request = CompletionRequest::new("What is there?").model("gpt-4o".to_owned());
    let recorded = record_async(async { stream(request).collect::<Vec<_>>().await.len() }).await;
    assert_eq!(recorded.result, 3);
    let span = recorded.span("chat gpt-4o");
    assert_eq!(
        (span.input_tokens, span.output_tokens),
        (Some(100), Some(20))
    );
    let wire = |key| span.attribute(key).map(ToString::to_string);
    assert_eq!(wire(names::USAGE_CACHE_READ).as_deref(), Some("40"));
    assert_eq!(
        wire(names::RESPONSE_MODEL).as_deref(),
        Some("gpt-4o-2024-08-06")
    );
    assert_eq!(wire(names::RESPONSE_ID).as_deref(), Some("chatcmpl-2"));
}
