//! A tool call that crosses from an MCP client to an MCP server, over rmcp's own transport.

mod support;

use agentscope::rmcp::{Client, Server, in_context};
use agentscope::{Session, agent, tool};
use agentscope_runtime as agentscope;
use opentelemetry::trace::SpanId;
use opentelemetry_sdk::trace::SpanData;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolRequestParams, RequestMetaObject, RequestParamsMeta as _};
use rmcp::service::{Peer, RequestContext, RoleClient, RoleServer, RunningService};
use rmcp::{ServerHandler, ServiceExt as _, object, tool_handler, tool_router};
use serde_json::{Value, json};
use support::{chain, named, outcome, recorder, text};
use tokio::task::{JoinSet, yield_now};

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[derive(serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
struct Article {
    name: String,
}

struct Shop;

#[tool_router]
impl Shop {
    /// Look up the price of an article, in cents.
    #[tool(default = internal)]
    #[rmcp::tool]
    async fn price(
        &self,
        #[sensitivity(internal, reason = "names of goods")] Parameters(article): Parameters<
            Article,
        >,
    ) -> String {
        yield_now().await;
        article.name
    }

    /// What came in `_meta`.
    #[rmcp::tool]
    async fn meta(&self, context: RequestContext<RoleServer>) -> String {
        serde_json::to_string(&context.meta).expect("it is data")
    }
}

#[tool_handler]
impl ServerHandler for Shop {}

type Connected = Client<RunningService<RoleClient, ()>>;

/// A client and a server that share a pipe and nothing else.
async fn connected() -> Connected {
    recorder();
    let (here, there) = tokio::io::duplex(4096);
    tokio::spawn(async move {
        let shop = Server::new(Shop).serve(there).await.expect("a client");
        shop.waiting().await.expect("no panic");
    });
    Client::new(().serve(here).await.expect("a server"))
}

#[tool(default = internal)]
async fn ask(#[sensitivity(secret)] shop: &Connected, name: String) -> String {
    let call = CallToolRequestParams::new("price").with_arguments(object!({ "name": name }));
    let result = shop.call_tool(call).await.expect("an answer");
    let result = serde_json::to_value(&result).expect("it is data");
    result["content"][0]["text"]
        .as_str()
        .expect("a text")
        .to_owned()
}

#[agent(default = internal)]
async fn buy(#[sensitivity(secret)] shop: &Connected, name: String) -> String {
    ask(shop, name).await
}

#[tokio::test]
async fn a_tool_of_a_server_is_below_the_call_of_its_client() {
    let shop = connected().await;
    let session = Session::builder()
        .id("s-mcp")
        .task("T-mcp")
        .user("alice@example.com");
    assert_eq!(session.run(buy(&shop, "tea".into())).await, "tea");
    let spans = recorder().task("T-mcp");
    let expected = [
        "execute_tool price",
        "execute_tool ask",
        "invoke_agent buy",
        "invoke_workflow session",
    ];
    assert_eq!(chain(&spans, "execute_tool price"), expected);
    assert_eq!(spans.len(), 4, "no layer twice");
    let user = text(named(&spans, "execute_tool ask"), "enduser.pseudo.id");
    for span in &spans {
        assert_eq!(text(span, "session.id").as_deref(), Some("s-mcp"));
        assert_eq!(text(span, "enduser.pseudo.id"), user, "{}", span.name);
        assert_eq!(outcome(span), "ok", "{}", span.name);
    }
}

#[tokio::test]
async fn a_peer_takes_the_context_along_as_its_client_does() {
    let connected = connected().await;
    let peer: Client<Peer<RoleClient>> = Client::new(connected.peer().clone());
    let session = Session::builder().id("s-peer").task("T-peer");
    let call = CallToolRequestParams::new("price").with_arguments(object!({ "name": "tea" }));
    session.run(peer.call_tool(call)).await.expect("an answer");
    let spans = recorder().task("T-peer");
    let expected = ["execute_tool price", "invoke_workflow session"];
    assert_eq!(chain(&spans, "execute_tool price"), expected);
}

/// Calls the tool with this `_meta` and nothing of ours, and gives the spans that name the article.
async fn called_with(meta: Value, name: &str) -> Vec<SpanData> {
    let shop = connected().await;
    let mut call = CallToolRequestParams::new("price").with_arguments(object!({ "name": name }));
    let Value::Object(meta) = meta else {
        panic!("{meta} is no object");
    };
    call.set_meta(RequestMetaObject::from(meta));
    shop.into_inner().call_tool(call).await.expect("an answer");
    let spans = recorder().spans();
    let is_of_call = |span: &&SpanData| {
        text(span, "output.value").is_some_and(|output| output == format!("\"{name}\""))
    };
    let tool = spans
        .iter()
        .find(|it| is_of_call(it) && it.name == "execute_tool price");
    let trace = tool.expect("its span").span_context.trace_id();
    let session = text(tool.expect("its span"), "session.id");
    let mut spans = spans;
    spans.retain(|it| it.span_context.trace_id() == trace && text(it, "session.id") == session);
    spans
}

#[tokio::test]
async fn a_traceparent_alone_is_the_parent_of_the_tools_session() {
    let spans = called_with(json!({ "traceparent": TRACEPARENT }), "of python").await;
    let session = named(&spans, "invoke_workflow price");
    assert_eq!(session.parent_span_id.to_string(), "00f067aa0ba902b7");
    let expected = ["execute_tool price", "invoke_workflow price"];
    assert_eq!(
        spans.iter().map(|it| it.name.as_ref()).collect::<Vec<_>>(),
        expected
    );
}

/// Counters are those of the process: tests that read or move them take turns.
static COUNTING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test]
async fn malformed_and_hostile_meta_begins_a_trace_of_its_own_and_is_counted() {
    let _turn = COUNTING.lock().await;
    let cases = [
        (json!({ "traceparent": 7 }), (1, 0)),
        (json!({ "traceparent": ["00"] }), (1, 0)),
        (json!({ "traceparent": "00-0-0-0" }), (1, 0)),
        (json!({ "baggage": { "session.id": "evil" } }), (0, 1)),
        (
            json!({ "baggage": "agentscope.tenant.id=evil,session.id=%00evil,evil=evil" }),
            (0, 3),
        ),
    ];
    for (number, (meta, counted)) in cases.into_iter().enumerate() {
        let before = agentscope::stats();
        let spans = called_with(meta.clone(), &format!("case {number}")).await;
        let after = agentscope::stats();
        let added = (
            after.refused_contexts - before.refused_contexts,
            after.dropped_baggage - before.dropped_baggage,
        );
        assert_eq!(added, counted, "{meta}");
        let session = named(&spans, "invoke_workflow price");
        assert_eq!(session.parent_span_id, SpanId::INVALID, "{meta}");
        assert!(!format!("{spans:?}").contains("evil"), "{spans:?}");
    }
}

#[tokio::test]
async fn what_runs_nothing_annotated_leaves_no_span() {
    let shop = connected().await;
    let session = Session::builder().task("T-list");
    session
        .run(async {
            let listed = shop.list_tools(Some(in_context(Default::default()))).await;
            assert_eq!(listed.expect("a list").tools.len(), 2);
        })
        .await;
    let spans = recorder().task("T-list");
    assert_eq!(spans.len(), 1, "the session alone: {spans:?}");
}

#[tokio::test]
async fn what_the_application_has_put_into_meta_stays() {
    let _turn = COUNTING.lock().await;
    let shop = connected().await;
    let mut call = CallToolRequestParams::new("meta");
    let Value::Object(own) = json!({ "com.example/color": "blue", "baggage": "color=blue" }) else {
        unreachable!("it is an object");
    };
    call.set_meta(RequestMetaObject::from(own));
    let session = Session::builder().id("s-meta").task("T-meta");
    let result = session.run(shop.call_tool(call)).await.expect("an answer");
    let result = serde_json::to_value(&result).expect("it is data");
    let meta = result["content"][0]["text"].as_str().expect("a text");
    let meta: Value = serde_json::from_str(meta).expect("an object");
    assert_eq!(meta["com.example/color"], "blue");
    let baggage = meta["baggage"].as_str().expect("a text");
    assert!(baggage.starts_with("session.id=s-meta,"), "{baggage}");
    assert!(baggage.ends_with(",color=blue"), "{baggage}");
    let spans = recorder().task("T-meta");
    let id = spans[0].span_context.span_id().to_string();
    let parent = meta["traceparent"].as_str().expect("a text");
    assert!(parent.contains(&id), "{parent}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_share_a_connection_do_not_mix() {
    let shop = std::sync::Arc::new(connected().await);
    let mut sessions = JoinSet::new();
    for number in 0..100 {
        let shop = shop.clone();
        sessions.spawn(async move {
            let session = Session::builder()
                .id(format!("s-{number}"))
                .task(format!("T-shared-{number}"));
            session.run(buy(&shop, format!("tea {number}"))).await
        });
    }
    sessions.join_all().await;
    for number in 0..100 {
        let spans = recorder().task(&format!("T-shared-{number}"));
        assert_eq!(spans.len(), 4);
        let price = named(&spans, "execute_tool price");
        let output = text(price, "output.value").expect("it is shown");
        assert_eq!(output, format!("\"tea {number}\""));
        let session = text(price, "session.id");
        assert_eq!(session, Some(format!("s-{number}")));
    }
}
