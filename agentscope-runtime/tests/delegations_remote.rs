//! A task that is handed to another process: here a thread that shares nothing but the JSON.

mod support;

#[path = "support/elsewhere.rs"]
mod elsewhere;

use agentscope::propagation::{Envelope, Handed, RemoteContext, Reply, SigningKey};
use agentscope::{Outcome, Session, agent, delegate, tool};
use agentscope_runtime as agentscope;
use elsewhere::elsewhere;
use opentelemetry::trace::{SpanId, SpanKind};
use opentelemetry_sdk::trace::SpanData;
use support::{int, is_error, named, outcome, recorder, text, value};

fn keys() -> Vec<SigningKey> {
    vec![SigningKey::new("test", &[7; 32])]
}

#[tool(default = internal)]
fn look_up(order: u32) -> u32 {
    order
}

/// Hands the task on, and waits.
fn ask(handed: Handed, order: u32, work: fn(&RemoteContext, u32) -> Option<u32>) -> Option<u32> {
    let sent = handed.envelope(order).signed(&keys()[0]);
    let sent = serde_json::to_string(&sent).expect("it is data");
    let message = elsewhere(move || {
        let envelope: Envelope<u32> = serde_json::from_str(&sent).expect("it is an envelope");
        let context = envelope.context_signed_by(&keys()).expect("it is signed");
        let result = work(&context, *envelope.task());
        serde_json::to_string(&context.reply(result)).expect("it is data")
    });
    let reply: Reply<u32> = serde_json::from_str(&message).expect("it is a reply");
    handed.answered(reply).ok()
}

#[agent(default = internal, tier = "gold", user = "alice@example.com", tenant = "acme")]
fn first(task: &'static str, order: u32) -> Option<u32> {
    look_up(order);
    let handed = delegate("second").reason("it knows orders").send();
    let answer = ask(handed, order, second);
    look_up(order);
    let _ = task;
    answer
}

#[agent(context = context, default = internal)]
fn second(#[sensitivity(secret)] context: &RemoteContext, order: u32) -> Option<u32> {
    look_up(order);
    look_up(order);
    ask(delegate("third").send(), order, third)
}

#[agent(context = Some(context), default = internal)]
fn third(#[sensitivity(secret)] context: &RemoteContext, order: u32) -> Option<u32> {
    Some(look_up(order) + 1)
}

fn children<'a>(spans: &'a [SpanData], parent: &SpanData) -> Vec<&'a SpanData> {
    let id = parent.span_context.span_id();
    spans.iter().filter(|it| it.parent_span_id == id).collect()
}

fn tree(spans: &[SpanData], of: &SpanData, depth: usize, out: &mut String) {
    let path = text(of, "agentscope.step.path").unwrap_or_default();
    let index = int(of, "agentscope.step.index").map_or(String::new(), |it| it.to_string());
    out.push_str(&format!(
        "{}{} [{index}] {path}\n",
        "  ".repeat(depth),
        of.name
    ));
    let mut below = children(spans, of);
    below.sort_by_key(|it| it.start_time);
    for child in below {
        tree(spans, child, depth + 1, out);
    }
}

#[test]
fn three_processes_make_one_tree_of_one_session() {
    let recorder = recorder();
    let answer = Session::builder()
        .id("s-R-1")
        .task("R-1")
        .run_sync(|| first("R-1", 7));
    assert_eq!(answer, Some(8));
    let spans = recorder.task("R-1");
    let mut seen = String::new();
    tree(
        &spans,
        named(&spans, "invoke_workflow session"),
        0,
        &mut seen,
    );
    let expected = "\
invoke_workflow session [2] 
  invoke_agent first [] 
    execute_tool look_up [0] 0
    invoke_agent second [1] 1
      invoke_agent second [] 1
        execute_tool look_up [0] 1/0
        execute_tool look_up [1] 1/1
        invoke_agent third [2] 1/2
          invoke_agent third [] 1/2
            execute_tool look_up [0] 1/2/0
    execute_tool look_up [2] 2
";
    assert_eq!(seen, expected);
    let user = text(
        named(&spans, "invoke_workflow session"),
        "enduser.pseudo.id",
    );
    let user = user.or_else(|| text(&spans[0], "enduser.pseudo.id"));
    assert!(user.as_deref().is_some_and(|user| user.starts_with('h')));
    for span in &spans {
        assert_eq!(
            text(span, "session.id").as_deref(),
            Some("s-R-1"),
            "{}",
            span.name
        );
        assert_eq!(
            text(span, "agentscope.tenant.id").as_deref(),
            Some("acme"),
            "{}",
            span.name
        );
        assert_eq!(text(span, "enduser.pseudo.id"), user, "{}", span.name);
        assert_eq!(outcome(span), "ok");
    }
    let agents = spans
        .iter()
        .filter(|it| text(it, "agentscope.layer").as_deref() == Some("agent"));
    for agent in agents {
        assert_eq!(
            text(agent, "agentscope.agent.tier").as_deref(),
            Some("gold")
        );
    }
    let third = deepest(&spans);
    assert_eq!(int(third, "agentscope.delegation.depth"), Some(2));
    assert_eq!(
        text(third, "agentscope.delegation.chain").as_deref(),
        Some("[\"first\",\"second\"]")
    );
}

/// The delegation to the third agent.
fn deepest(spans: &[SpanData]) -> &SpanData {
    let of_third = spans.iter().filter(|it| it.name == "invoke_agent third");
    let mut delegations = of_third.filter(|it| it.span_kind == SpanKind::Client);
    delegations.next().expect("it was handed on")
}

#[test]
fn what_was_done_elsewhere_counts_for_whoever_delegated() {
    let recorder = recorder();
    Session::builder().task("R-2").run_sync(|| first("R-2", 7));
    let spans = recorder.task("R-2");
    let calls = |span: &SpanData, key| int(span, key);
    let session = named(&spans, "invoke_workflow session");
    assert_eq!(calls(session, "agentscope.session.tool_calls"), Some(5));
    assert_eq!(
        calls(
            named(&spans, "invoke_agent first"),
            "agentscope.agent.tool_calls"
        ),
        Some(5)
    );
    assert_eq!(
        calls(deepest(&spans), "agentscope.agent.tool_calls"),
        Some(1)
    );
    assert_eq!(
        calls(deepest(&spans), "agentscope.delegation.attempt"),
        Some(1)
    );
    assert_eq!(value(session, "agentscope.usage.cost_usd"), None);
}

#[test]
fn a_dropped_delegation_is_cancelled_and_one_that_was_given_up_has_failed() {
    let recorder = recorder();
    Session::builder().task("R-3").run_sync(|| {
        drop(delegate("nobody").send());
        delegate("slow").send().failed(&std::fmt::Error);
    });
    let spans = recorder.task("R-3");
    let nobody = named(&spans, "invoke_agent nobody");
    assert_eq!(
        (outcome(nobody).as_str(), is_error(nobody)),
        ("cancelled", false)
    );
    let slow = named(&spans, "invoke_agent slow");
    assert!(is_error(slow));
    assert_eq!(
        text(slow, "error.type").as_deref(),
        Some("core::fmt::Error")
    );
    let _ = (Outcome::Ok, SpanId::INVALID);
}
