//! Envelopes that nobody would send: made of seeds by a generator that makes the same in every run.

use std::time::{Duration, Instant};

use agentscope_runtime::propagation::{Envelope, SigningKey};
use opentelemetry::trace::SpanContext;
use serde_json::{Value, json};

use crate::extracted;
use crate::rng::{Mutation, Rng};
use crate::traceparent::is_allowed;

const SEEDS: &[&str] = &[
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03-more",
    "00000000000000000000000000000000",
    "foo=1,bar@vendor=2",
    "session.id=conversation-7",
    "agentscope.task.id=T%2D1",
    "agentscope.agent.tier=planner",
    "agentscope.tenant.id=acme",
    "enduser.pseudo.id=h06695ad0:caeea35294e856949920e7acb34a7ca0",
    ",",
    ";",
    "=",
    "%",
    "%00",
    "%E2%80%AE",
    "%C3",
    " ",
    "\t",
    "-",
    "@",
    "é",
    "🦀",
    "\u{0}",
    "\u{202e}",
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ":",
    "null",
    "1",
    "{\"target\":\"a\",\"step_path\":\"4/2\",\"depth\":1}",
    "{\"key_id\":\"k\",\"hmac\":\"00\"}",
];

fn mutated(rng: &mut Rng, seeds: &[&str]) -> String {
    let mutation = Mutation {
        seeds,
        most_steps: 8,
        signs: "0f,;=%- @/\"\\{}",
        repeated_below: 20_000,
        repeats: 3,
    };
    rng.mutated(String::new(), &mutation)
}

/// Whatever came: no identifier is odd, and no tenant is believed.
fn check(traceparent: &str, tracestate: &str, baggage: &str) {
    let remote = extracted(&[
        ("traceparent", traceparent),
        ("tracestate", tracestate),
        ("baggage", baggage),
    ]);
    let span: &SpanContext = remote.span_context();
    assert_eq!(span.is_valid(), is_allowed(traceparent), "{traceparent:?}");
    assert!(span.trace_state().header().len() <= 8_192);
    let ids = [remote.session_id(), remote.task_id(), remote.agent_tier()];
    for id in ids.into_iter().flatten() {
        let is_odd = |sign: char| sign.is_control() || sign == '\u{202e}';
        assert!(
            (1..=256).contains(&id.len()) && !id.contains(is_odd),
            "{id:?}"
        );
    }
    assert!(
        remote.user_hash().is_none_or(|hash| hash.len() == 42),
        "{baggage:?}"
    );
    assert_eq!(remote.tenant(), None, "{baggage:?}");
}

/// One whose fields are texts or whatever a text says as JSON.
fn envelope(rng: &mut Rng, key: &SigningKey) {
    let mut sent = json!({"version": 1, "task": "kept"});
    for field in [
        "version",
        "traceparent",
        "tracestate",
        "baggage",
        "delegation",
        "signature",
    ] {
        let text = mutated(rng, SEEDS);
        match (rng.below(3), serde_json::from_str::<Value>(&text)) {
            (0, _) => {}
            (1, Ok(value)) => sent[field] = value,
            _ if field == "version" => {}
            _ => sent[field] = json!(text),
        }
    }
    let sent = sent.to_string();
    let envelope: Envelope<String> = serde_json::from_str(&sent).expect("the task is kept");
    assert_eq!(envelope.context().tenant(), None, "{sent}");
    assert!(
        envelope
            .context_signed_by(std::slice::from_ref(key))
            .is_err(),
        "{sent}"
    );
    // As text it need not even be JSON.
    let torn = mutated(rng, &[&sent, "\"", "}", "{", ",", "\\u0000"]);
    if let Ok(envelope) = serde_json::from_str::<Envelope<Value>>(&torn) {
        assert_eq!(envelope.context().tenant(), None, "{torn}");
    }
}

/// For so many seconds as `AGENTSCOPE_FUZZ_SECONDS` says, otherwise a moment.
#[test]
fn contexts_survive_seeded_mutations() {
    let seconds = std::env::var("AGENTSCOPE_FUZZ_SECONDS").ok();
    let seconds: Option<u64> = seconds.and_then(|seconds| seconds.parse().ok());
    let key = SigningKey::new("k", b"thirty-two bytes from the vault!");
    let start = Instant::now();
    let mut rng = Rng::new(0xe711);
    let mut rounds = 0_u64;
    loop {
        for _ in 0..500 {
            let mut text = || mutated(&mut rng, SEEDS);
            check(&text(), &text(), &text());
            envelope(&mut rng, &key);
        }
        rounds += 500;
        let is_enough = match seconds {
            Some(seconds) => start.elapsed() >= Duration::from_secs(seconds),
            None => rounds >= 2_000,
        };
        if is_enough {
            break;
        }
    }
    println!("{rounds} rounds in {:?}", start.elapsed());
}
