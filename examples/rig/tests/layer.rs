//! What rig does becomes part of the tree once, with the reasons that its model gave, and by class.

#[path = "../../tests/support/endpoint.rs"]
#[allow(dead_code, reason = "a part of it is used")]
mod endpoint;
mod support;

use agentscope::testing::{Recorded, record, record_async};
use agentscope::{Class, agent, inference, names, tool};
use rig::agent::AgentBuilder;
use rig::completion::CompletionRequest;
use rig::providers::openai::OpenAIConfig;
use rig::rig_tool;
use rig::tool::ToolExecutionError;
use support::completion;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Tell how many of an item are in stock.
#[tool(effect = read, default = internal)]
#[rig_tool]
async fn stock(item: u64) -> Result<u64, ToolExecutionError> {
    Ok(item * 2)
}

fn url() -> String {
    let arguments = serde_json::json!({"item": 7});
    let answers = vec![
        completion(0, "I look it up.", &[("stock", arguments)]),
        completion(1, "There are 14.", &[]),
    ];
    endpoint::endpoint(answers).0
}

#[agent(default = internal)]
async fn assistant(url: &str, records_content: bool) -> String {
    let provider = OpenAIConfig::new("none").with_base_url(url).client();
    let agent = AgentBuilder::new(provider.chat("gpt-4o-mini"))
        .tool(Stock)
        .default_max_turns(3)
        .record_content_telemetry(records_content)
        .build();
    let answer = agent.prompt("How many lamps?").await.expect("answered");
    answer.output().to_owned()
}

async fn run(layer: agentscope::rig::RigLayer, records_content: bool) -> Recorded<String> {
    let subscriber = tracing_subscriber::registry().with(layer);
    let _guard = subscriber.set_default();
    record_async(assistant(&url(), records_content)).await
}

fn reason(recorded: &Recorded<String>) -> Option<String> {
    let tool = &recorded.tools()[0];
    assert_eq!(
        tool.attribute(names::CALL_REASON_SOURCE)
            .map(ToString::to_string)
            .as_deref(),
        Some("model")
    );
    tool.reason.clone()
}

#[tokio::test]
async fn the_reason_is_what_the_model_said_by_the_class_of_that() {
    let open = run(agentscope::rig::layer().content(Class::Internal), true).await;
    assert_eq!(reason(&open).as_deref(), Some("I look it up."));
    let closed = run(agentscope::rig::layer(), true).await;
    assert_eq!(reason(&closed).as_deref(), Some("[confidential]"));
    let unheard = run(agentscope::rig::layer(), false).await;
    let says_so = Some("chosen by the model, whose words are not recorded");
    assert_eq!(reason(&unheard).as_deref(), says_so);
}

#[tokio::test]
async fn every_step_says_what_chose_it_and_every_inference_what_it_used() {
    for records_content in [false, true] {
        let recorded = run(agentscope::rig::layer(), records_content).await;
        let wire = |span: &agentscope::testing::SpanView, key| {
            span.attribute(key).map(ToString::to_string)
        };
        let tool = &recorded.tools()[0];
        assert_eq!(wire(tool, names::TOOL_CALL_ID).as_deref(), Some("call_0_0"));
        let chats: Vec<_> = recorded
            .spans()
            .iter()
            .filter(|span| span.span_name == "chat gpt-4o-mini")
            .collect();
        let decided_by = wire(tool, names::CALL_DECIDED_BY);
        assert!(decided_by.is_some());
        let used: Vec<_> = chats
            .iter()
            .map(|chat| (chat.input_tokens, chat.output_tokens))
            .collect();
        assert_eq!(used, [(Some(100), Some(20)), (Some(150), Some(20))]);
        assert_eq!(
            wire(chats[0], names::RESPONSE_ID).as_deref(),
            Some("chatcmpl-0")
        );
        let mut spans = recorded.spans().iter();
        let agent = spans
            .find(|span| span.span_name == "invoke_agent assistant")
            .expect("an agent");
        assert_eq!(wire(agent, names::ITERATION_COUNT).as_deref(), Some("2"));
        let states = recorded
            .snapshots()
            .iter()
            .filter(|it| it.event == names::EVENT_TOOL_RETURNED);
        assert!(states.clone().count() > 0 && states.into_iter().all(|it| it.iteration == 1));
    }
}

/// The program sends its `tracing` spans to OpenTelemetry as well.
#[tokio::test]
async fn no_layer_is_there_twice_beside_the_programs_own_spans() {
    // The kit's provider is the one that the program's layer gets.
    let _ = record(|| ());
    let theirs = tracing_opentelemetry::layer().with_tracer(opentelemetry::global::tracer("shop"));
    let subscriber = tracing_subscriber::registry()
        .with(theirs.with_filter(filter_fn(|span| !agentscope::rig::adopts(span))))
        .with(agentscope::rig::layer());
    let _guard = subscriber.set_default();
    let recorded = record_async(assistant(&url(), true)).await;
    let mut names: Vec<_> = recorded
        .spans()
        .iter()
        .map(|span| span.span_name.as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "chat gpt-4o-mini",
            "chat gpt-4o-mini",
            "execute_tool stock",
            "invoke_agent assistant",
            "invoke_workflow assistant"
        ]
    );
}

#[inference(provider = "openai", default = confidential)]
async fn complete(
    url: &str,
    request: CompletionRequest,
) -> Result<rig::completion::CompletionResponse, std::fmt::Error> {
    let provider = OpenAIConfig::new("none").with_base_url(url).client();
    provider
        .chat("gpt-4o-mini")
        .call(request)
        .await
        .map_err(|_| std::fmt::Error)
}

#[tokio::test]
async fn a_model_call_that_is_annotated_already_is_no_second_inference() {
    let subscriber = tracing_subscriber::registry().with(agentscope::rig::layer());
    let _guard = subscriber.set_default();
    let request = CompletionRequest::new("How many lamps?").model("gpt-4o-mini".to_owned());
    let recorded = record_async(complete(&url(), request)).await;
    let chats = recorded
        .spans()
        .iter()
        .filter(|span| span.span_name.starts_with("chat "));
    assert_eq!(chats.count(), 1);
}

#[tokio::test]
async fn a_call_that_failed_is_an_error() {
    let (url, _requests) = endpoint::endpoint(Vec::new());
    let subscriber = tracing_subscriber::registry().with(agentscope::rig::layer());
    let _guard = subscriber.set_default();
    let provider = OpenAIConfig::new("none").with_base_url(url).client();
    let agent = AgentBuilder::new(provider.chat("gpt-4o-mini")).build();
    let recorded = record_async(async { agent.prompt("How many lamps?").await.is_err() }).await;
    assert!(recorded.result);
    let chat = recorded.span("chat gpt-4o-mini");
    assert_eq!(
        chat.attribute(names::OUTCOME)
            .map(ToString::to_string)
            .as_deref(),
        Some("error")
    );
}
