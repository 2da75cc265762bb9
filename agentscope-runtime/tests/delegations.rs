//! A task that is handed to another agent stays in one tree, in this process.

mod support;

use agentscope::{Level, Session, agent, because, delegate, internal, pii, tool};
use agentscope_runtime as agentscope;
use opentelemetry::trace::SpanKind;
use support::{chain, int, is_error, named, outcome, recorder, text, value};

#[tool(default = internal)]
fn look_up(order: u32) -> u32 {
    order
}

#[agent(default = internal, tier = "gold")]
fn planner(order: u32) -> u32 {
    look_up(order);
    let sent = delegate("billing")
        .reason("only billing may see invoices")
        .instructions(pii(format!("of order {order}")))
        .run_sync(|| billing(order));
    look_up(order);
    sent
}

#[agent(default = internal)]
fn billing(order: u32) -> u32 {
    look_up(order) + 1
}

#[test]
fn a_sub_agent_of_this_process_nests_below_its_delegation() {
    let recorder = recorder();
    let answer = Session::builder().task("D-1").run_sync(|| planner(7));
    assert_eq!(answer, 8);
    let spans = recorder.task("D-1");
    let delegation = named_of(&spans, SpanKind::Client);
    assert_eq!(delegation.name, "invoke_agent billing");
    for (key, expected) in [
        ("agentscope.layer", "delegation"),
        ("gen_ai.operation.name", "invoke_agent"),
        ("gen_ai.provider.name", "agentscope"),
        ("gen_ai.agent.name", "billing"),
        ("agentscope.delegation.target", "billing"),
        ("agentscope.delegation.mode", "child"),
        (
            "agentscope.delegation.reason",
            "only billing may see invoices",
        ),
        ("agentscope.delegation.chain", "[\"planner\"]"),
        ("agentscope.step.path", "1"),
    ] {
        assert_eq!(text(delegation, key).as_deref(), Some(expected), "{key}");
    }
    let instructions = text(delegation, "agentscope.delegation.instructions");
    assert!(instructions.is_some_and(|it| it.starts_with('h') && !it.contains("order")));
    assert_eq!(int(delegation, "agentscope.delegation.depth"), Some(1));
    assert_eq!(int(delegation, "agentscope.delegation.fan_out"), Some(1));
    assert_eq!(int(delegation, "agentscope.step.index"), Some(1));
    assert_eq!(int(delegation, "agentscope.agent.tool_calls"), Some(1));
    assert_eq!(value(delegation, "agentscope.delegation.cycle"), None);
    assert_eq!(outcome(delegation), "ok");
    let agent = spans
        .iter()
        .find(|it| it.parent_span_id == delegation.span_context.span_id());
    let agent = agent.expect("the sub-agent is below");
    assert_eq!(
        text(agent, "agentscope.agent.tier").as_deref(),
        Some("gold")
    );
    assert_eq!(text(agent, "agentscope.step.path").as_deref(), Some("1"));
    assert_eq!(int(agent, "agentscope.delegation.depth"), Some(1));
    let steps: Vec<_> = spans
        .iter()
        .filter(|it| it.name == "execute_tool look_up")
        .map(|it| {
            (
                int(it, "agentscope.step.index"),
                text(it, "agentscope.step.path"),
            )
        })
        .collect();
    let step = |index, path: &str| (Some(index), Some(path.to_owned()));
    assert_eq!(steps, [step(0, "0"), step(2, "1/2"), step(3, "3")]);
    let snapshots = recorder.snapshots_of("D-1");
    let of_delegation: Vec<_> = snapshots
        .iter()
        .filter(|it| it.event.starts_with("agentscope.delegation."))
        .map(|it| (it.event, it.level, it.step_index))
        .collect();
    assert_eq!(
        of_delegation,
        [
            ("agentscope.delegation.called", Level::Info, Some(1)),
            ("agentscope.delegation.returned", Level::Info, Some(1)),
        ]
    );
}

fn named_of(
    spans: &[opentelemetry_sdk::trace::SpanData],
    kind: SpanKind,
) -> &opentelemetry_sdk::trace::SpanData {
    let mut found = spans.iter().filter(|span| span.span_kind == kind);
    let span = found.next().expect("there is one");
    assert!(found.next().is_none(), "several of {kind:?}");
    span
}

#[agent(default = internal)]
async fn failing(order: u32) -> Result<u32, std::fmt::Error> {
    let _ = order;
    Err(std::fmt::Error)
}

#[agent(default = internal)]
async fn recovers() -> u32 {
    let handed = because("a second opinion", || delegate("failing"));
    let failed = because::because(handed.run(failing(7)), internal("by hand"));
    failed.await.unwrap_or(3)
}

#[tokio::test]
async fn a_delegation_ends_as_its_sub_agent_and_the_agent_goes_on() {
    let recorder = recorder();
    assert_eq!(Session::builder().task("D-2").run(recovers()).await, 3);
    let spans = recorder.task("D-2");
    let delegation = named_of(&spans, SpanKind::Client);
    assert!(is_error(delegation));
    assert_eq!(
        text(delegation, "error.type").as_deref(),
        Some("core::fmt::Error")
    );
    let reason = text(delegation, "agentscope.delegation.reason");
    assert_eq!(
        reason.as_deref(),
        Some("by hand"),
        "of the `because` around it"
    );
    assert_eq!(outcome(named(&spans, "invoke_agent recovers")), "ok");
    let snapshots = recorder.snapshots_of("D-2");
    let failed = snapshots.iter().find(|it| it.level == Level::Error);
    assert_eq!(failed.and_then(|it| it.warning), Some("delegation_error"));
}

#[test]
fn outside_any_agent_a_delegation_opens_a_session_of_its_own() {
    let recorder = recorder();
    #[agent(default = internal, task = "D-3")]
    fn alone() {}
    delegate("alone").run_sync(alone);
    let spans = recorder.spans();
    let agent = spans
        .iter()
        .rfind(|it| it.name == "invoke_agent alone" && it.span_kind == SpanKind::Internal);
    let trace = agent.expect("it ran").span_context.trace_id();
    let spans: Vec<_> = spans
        .into_iter()
        .filter(|it| it.span_context.trace_id() == trace)
        .collect();
    assert_eq!(spans.len(), 3);
    assert_eq!(
        named(&spans, "invoke_workflow alone").parent_span_id,
        opentelemetry::trace::SpanId::INVALID
    );
    let _ = chain;
}
