//! The envelope itself: what goes in comes out, and nothing costs the task.

use agentscope::propagation::{Envelope, RemoteContext};
use agentscope::{Session, agent};
use agentscope_runtime as agentscope;
use opentelemetry::trace::TraceContextExt as _;
use serde_json::{Value, json};

use crate::TRACEPARENT;
use crate::support::recorder;

fn opened(envelope: &Value) -> Envelope<Value> {
    serde_json::from_value(envelope.clone()).expect("the task is never lost")
}

#[agent(tier = "planner", output = internal)]
fn send() -> String {
    let envelope = Envelope::new(json!({"order": 7}));
    serde_json::to_string(&envelope).expect("serialises")
}

fn identity(remote: &RemoteContext) -> [Option<&str>; 4] {
    [
        remote.session_id(),
        remote.task_id(),
        remote.agent_tier(),
        remote.tenant(),
    ]
}

#[test]
fn what_goes_out_comes_in() {
    recorder();
    let session = Session::builder()
        .id("conversation 7, the second")
        .task("goes-out")
        .user("alice@example.com")
        .tenant("acme");
    let sent = session.run_sync(send);
    assert!(!sent.contains("alice"), "{sent}");
    let envelope: Envelope<Value> = serde_json::from_str(&sent).expect("an envelope");
    let remote = envelope.context();
    let agents = recorder().task("goes-out");
    let agent = agents.iter().find(|span| span.name == "invoke_agent send");
    let agent = &agent.expect("a span").span_context;
    assert_eq!(remote.span_context().trace_id(), agent.trace_id());
    assert_eq!(remote.span_context().span_id(), agent.span_id());
    assert!(remote.span_context().is_sampled() && remote.span_context().is_remote());
    let expected = [
        Some("conversation 7, the second"),
        Some("goes-out"),
        Some("planner"),
        None,
    ];
    assert_eq!(identity(&remote), expected);
    let hash = remote.user_hash().expect("of the user");
    assert!(
        sent.contains(&format!("enduser.pseudo.id={hash}")),
        "{sent}"
    );
    assert_eq!(envelope.into_task(), json!({"order": 7}));
}

#[test]
fn an_envelope_made_outside_any_session_is_a_task_and_its_version() {
    let sent = serde_json::to_value(Envelope::new("task")).expect("serialises");
    assert_eq!(sent, json!({"version": 1, "task": "task"}));
    let remote = opened(&sent).context();
    assert_eq!(identity(&remote), [None; 4]);
    assert!(!remote.span_context().is_valid());
}

#[test]
fn fields_of_later_makers_are_ignored() {
    let envelope = opened(&json!({
        "version": 1, "priority": {"a": [1, null]}, "traceparent": TRACEPARENT, "task": 1,
        "delegation": null, "signature": null,
    }));
    assert!(envelope.context().span_context().is_valid());
    assert_eq!(envelope.check_version(), Ok(()));
}

#[test]
fn a_later_version_is_refused_with_what_to_do_and_keeps_its_task() {
    let envelope = opened(&json!({
        "version": 2, "traceparent": {"trace": 1}, "baggage": "session.id=7", "task": [7],
    }));
    let error = envelope.check_version().expect_err("not read").to_string();
    assert!(error.contains("update agentscope-runtime"), "{error}");
    let remote = envelope.context();
    assert_eq!(identity(&remote), [None; 4]);
    assert_eq!(envelope.into_task(), json!([7]));
}

#[test]
fn whatever_stands_in_a_field_the_task_is_read() {
    let odd = [
        json!(null),
        json!(7),
        json!(-7),
        json!(0.5),
        json!(true),
        json!([[]]),
        json!({"a": {}}),
        json!(""),
        json!("\u{0}"),
        json!("x".repeat(100_000)),
    ];
    for field in [
        "version",
        "traceparent",
        "tracestate",
        "baggage",
        "delegation",
        "signature",
    ] {
        for value in &odd {
            let mut envelope = json!({"version": 1, "task": "kept"});
            envelope[field] = value.clone();
            let envelope = opened(&envelope);
            let remote = envelope.context();
            assert!(!remote.span_context().is_valid(), "{field}: {value}");
            assert_eq!(envelope.into_task(), "kept");
        }
    }
}

#[test]
fn the_transport_says_how_often_it_was_delivered() {
    let envelope = Envelope::new(());
    assert_eq!(envelope.context().attempt(), 1);
    assert_eq!(envelope.clone().attempt(3).context().attempt(), 3);
    assert_eq!(envelope.attempt(0).context().attempt(), 1);
}

#[test]
fn a_debugged_envelope_does_not_show_the_task() {
    let shown = format!("{:?}", Envelope::new("for nobody's eyes"));
    assert!(!shown.contains("nobody"), "{shown}");
}

#[test]
fn neither_a_debugged_reply_nor_a_context_shows_whose_it_is_or_what_came() {
    let baggage = "session.id=7,agentscope.task.id=nobody";
    let context = crate::extracted(&[("traceparent", TRACEPARENT), ("baggage", baggage)]);
    let context = context.with_tenant("nobody");
    let reply = context.reply(Some("for nobody's eyes"));
    let shown = format!("{reply:?} {context:?}");
    assert!(!shown.contains("nobody"), "{shown}");
    let trace = context.span_context().trace_id().to_string();
    assert!(shown.contains(&trace), "{shown}");
}

#[test]
fn the_schema_knows_the_fields_by_their_names() {
    let schema = schemars::schema_for!(Envelope<u32>);
    let properties = schema.get("properties").expect("an object");
    let mut names: Vec<_> = properties.as_object().expect("a map").keys().collect();
    names.sort();
    assert_eq!(
        names,
        [
            "baggage",
            "delegation",
            "signature",
            "task",
            "traceparent",
            "tracestate",
            "version"
        ]
    );
    assert_eq!(schema.get("required"), Some(&json!(["version", "task"])));
}

// A span outside any session is a parent as well.
#[test]
fn a_span_of_the_application_is_enough() {
    let remote = crate::extracted(&[("traceparent", TRACEPARENT)]);
    let cx = opentelemetry::Context::new().with_remote_span_context(remote.span_context().clone());
    let _attached = cx.attach();
    let sent = serde_json::to_value(Envelope::new(1)).expect("serialises");
    assert_eq!(
        sent,
        json!({"version": 1, "traceparent": TRACEPARENT, "task": 1})
    );
}

// JSON that no reader of values takes: each of these was an error of the whole envelope.
#[test]
fn what_no_value_can_be_made_of_does_not_cost_the_task() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for wrong in [
        format!(r#""delegation":{deep}"#),
        r#""delegation":1,"delegation":2"#.to_owned(),
        format!(r#""signature":{{"hmac":{deep}}}"#),
        r#""traceparent":"\ud800""#.to_owned(),
        r#""baggage":1e999"#.to_owned(),
    ] {
        let text = format!(r#"{{"version":1,{wrong},"task":7}}"#);
        let envelope: Envelope<u32> = serde_json::from_str(&text).expect(&text);
        let before = agentscope::stats().refused_contexts;
        let remote = envelope.context();
        let is_signature = wrong.starts_with(r#""signature""#);
        let counted = agentscope::stats().refused_contexts > before;
        assert!(counted || is_signature, "{wrong}");
        assert!(!remote.span_context().is_valid());
        let key = agentscope::propagation::SigningKey::new("k", &[7; 32]);
        assert!(envelope.context_signed_by(&[key]).is_err(), "{wrong}");
        assert_eq!(envelope.into_task(), 7);
    }
    let text = r#"{"version":1e999,"task":7}"#;
    let envelope: Envelope<u32> = serde_json::from_str(text).expect("the task is never lost");
    assert!(envelope.check_version().is_err());
    let read: Envelope<u32> =
        serde_json::from_reader(text.as_bytes()).expect("the task is never lost");
    assert_eq!(read.into_task(), 7);
}
