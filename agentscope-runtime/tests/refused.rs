//! What is malformed, oversized or hostile is refused, counted, and costs nothing else. Counters are
//! those of the process, so every test here takes its turn.

mod support;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use agentscope::propagation::{Envelope, RemoteContext, SigningKey, extract};
use agentscope_runtime as agentscope;
use serde_json::{Value, json};

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const HASH: &str = "h06695ad0:caeea35294e856949920e7acb34a7ca0";

/// What the run has added to (refused contexts, dropped members of baggage).
fn counted<R>(run: impl FnOnce() -> R) -> (R, (u64, u64)) {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let counts = || {
        let stats = agentscope::stats();
        (stats.refused_contexts, stats.dropped_baggage)
    };
    let before = counts();
    let result = run();
    let after = counts();
    (result, (after.0 - before.0, after.1 - before.1))
}

fn extracted(headers: &[(&str, &str)]) -> (RemoteContext, (u64, u64)) {
    let headers = headers.iter();
    let headers: HashMap<String, String> = headers
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    counted(|| extract(&headers))
}

fn opened(envelope: Value) -> (RemoteContext, (u64, u64)) {
    let envelope: Envelope<Value> = serde_json::from_value(envelope).expect("the task is kept");
    counted(|| envelope.context())
}

/// Session, task, tier, user, tenant.
fn known(remote: &RemoteContext) -> [Option<&str>; 5] {
    [
        remote.session_id(),
        remote.task_id(),
        remote.agent_tier(),
        remote.user_hash(),
        remote.tenant(),
    ]
}

#[test]
fn nothing_is_not_refused() {
    let (remote, counts) = extracted(&[]);
    assert_eq!((known(&remote), counts), ([None; 5], (0, 0)));
    let (remote, counts) = opened(json!({"version": 1, "task": null}));
    assert_eq!((known(&remote), counts), ([None; 5], (0, 0)));
}

#[test]
fn a_malformed_part_is_counted_and_the_others_hold() {
    let ok = "session.id=7";
    let (remote, counts) = extracted(&[("traceparent", "00-0-0-00"), ("baggage", ok)]);
    assert!(!remote.span_context().is_valid());
    assert_eq!((remote.session_id(), counts), (Some("7"), (1, 0)));
    let (remote, counts) = extracted(&[("traceparent", TRACEPARENT), ("tracestate", "A")]);
    assert!(remote.span_context().is_valid());
    assert_eq!(counts, (1, 0));
    let (remote, counts) = extracted(&[("traceparent", TRACEPARENT), ("baggage", "\u{fffd}")]);
    assert!(remote.span_context().is_valid());
    assert_eq!(counts, (0, 1));
}

#[test]
fn a_tenant_is_not_believed_from_bare_baggage_however_it_is_spelt() {
    for tenant in [
        "agentscope.tenant.id=evil",
        "agentscope.tenant.id=evil;trusted=true",
        "agentscope.tenant.id=%65vil",
        " agentscope.tenant.id = evil ",
        "session.id=7%2Cagentscope.tenant.id%3Devil",
    ] {
        let (remote, counts) = extracted(&[("baggage", tenant)]);
        assert_eq!(remote.tenant(), None, "{tenant}");
        assert!(counts.1 == 1 || remote.session_id().is_some(), "{tenant}");
        let remote = remote.with_tenant("acme");
        assert_eq!(
            remote.tenant(),
            Some("acme"),
            "the receiver's own word holds"
        );
        let (remote, _) = opened(json!({"version": 1, "baggage": tenant, "task": 1}));
        assert_eq!(remote.tenant(), None, "{tenant}");
    }
    let (remote, _) = opened(json!({"version": 1, "tenant": "evil", "task": 1,
        "delegation": {"target": "a", "step_path": "0", "depth": 1, "tenant": "evil"}}));
    assert_eq!(remote.tenant(), None);
}

#[test]
fn an_unsigned_or_wrongly_signed_envelope_is_counted_where_a_signature_is_asked_for() {
    let key = SigningKey::new("k", b"thirty-two bytes from the vault!");
    let envelope = Envelope::new(7);
    let (result, counts) = counted(|| envelope.context_signed_by(&[key]).is_ok());
    assert_eq!((result, counts), (false, (1, 0)));
}

#[test]
fn keys_that_are_none_of_ours_are_dropped_one_by_one() {
    let baggage = "userId=alice,session.id=7,isProduction=false;p=1,agentscope.session.id=8";
    let (remote, counts) = extracted(&[("baggage", baggage)]);
    let expected = [Some("7"), None, None, None, None];
    assert_eq!((known(&remote), counts), (expected, (0, 3)));
}

#[test]
fn what_is_no_identifier_is_dropped() {
    let long = "x".repeat(257);
    for value in [
        "%00",
        "a%0Ab",
        "a%0D%0Ab",
        "%1B[31mred",
        "%7F",
        "a%09b",
        "%20a",
        "a%20",
        // Turns what follows around, hides, joins, and is no character.
        "a%E2%80%AEb",
        "a%E2%80%8Bb",
        "a%E2%80%8D",
        "%EF%BB%BF",
        "%EF%BF%BE",
        "%C2%85",
        "%C2%A0a",
        "%F0%9F%A6%80",
        &long,
    ] {
        for key in ["session.id", "agentscope.task.id", "agentscope.agent.tier"] {
            let (remote, counts) = extracted(&[("baggage", &format!("{key}={value}"))]);
            assert_eq!(
                (known(&remote), counts),
                ([None; 5], (0, 1)),
                "{key}={value}"
            );
        }
    }
    let fits = "x".repeat(256);
    let (remote, counts) = extracted(&[("baggage", &format!("session.id={fits}"))]);
    assert_eq!((remote.session_id(), counts), (Some(&*fits), (0, 0)));
}

// Anything else could be the user's name.
#[test]
fn a_user_is_a_keyed_hash_or_nobody() {
    let of = |user: &str| extracted(&[("baggage", &format!("enduser.pseudo.id={user}"))]).0;
    assert_eq!(of(HASH).user_hash(), Some(HASH));
    for user in [
        "alice%40example.com",
        "alice",
        "7",
        &HASH[1..],
        &HASH[..41],
        &format!("{HASH}0"),
        &HASH.to_uppercase(),
        "h06695ad0:caeea35294e856949920e7acb34a7caz",
    ] {
        assert_eq!(of(user).user_hash(), None, "{user}");
    }
}

#[test]
fn thousands_of_members_are_counted_not_read() {
    let many: String = (0..2_000).map(|it| format!("k{it},")).collect::<String>() + "session.id=7";
    let (remote, counts) = extracted(&[("baggage", &many[many.len() - 8_000..])]);
    assert_eq!(remote.session_id(), None, "it is not among the first 64");
    assert!(counts.1 > 1_000, "{counts:?}");
    let (remote, counts) = extracted(&[("baggage", &many)]);
    assert_eq!(
        (remote.session_id(), counts.1),
        (None, 1),
        "more than 8,192 bytes"
    );
    let fits = format!("session.id=7,{}", "k=v,".repeat(63));
    let (remote, counts) = extracted(&[("baggage", &fits)]);
    assert_eq!((remote.session_id(), counts.1), (Some("7"), 63));
}

#[test]
fn eight_kilobytes_are_read_and_a_byte_more_is_not() {
    let of = |size: usize| {
        let filler = "v".repeat(size - "session.id=7,k=".len());
        let (remote, _) = extracted(&[("baggage", &format!("session.id=7,k={filler}"))]);
        remote.session_id().is_some()
    };
    assert_eq!((of(8_192), of(8_193)), (true, false));
}

#[test]
fn a_delegation_that_is_none_is_refused_and_the_rest_holds() {
    let deep: Vec<String> = (0..257).map(|it| format!("a{it}")).collect();
    for (key, value) in [
        ("target", json!("")),
        ("target", json!("a\u{0}b")),
        ("target", json!("x".repeat(300))),
        ("target", json!(null)),
        ("step_path", json!("")),
        ("step_path", json!("4/")),
        ("step_path", json!("4/x")),
        ("step_path", json!("-1")),
        ("step_path", json!("0/".repeat(200) + "0")),
        ("depth", json!(-1)),
        ("depth", json!(1e99)),
        ("mode", json!("takeover")),
        ("chain", json!(deep)),
        ("chain", json!(["a\nb"])),
        ("grant", json!({"tokens": -5})),
        ("grant", json!({"tokens": "many"})),
    ] {
        let mut delegation = json!({"target": "billing", "step_path": "4/2", "depth": 1});
        delegation[key] = value;
        let (remote, counts) = opened(json!({
            "version": 1, "traceparent": TRACEPARENT, "delegation": delegation, "task": 1,
        }));
        assert!(remote.span_context().is_valid());
        assert_eq!(counts, (1, 0), "{delegation}");
    }
    let delegation = json!({"target": "billing", "step_path": "4/2/0", "depth": 2, "later": [1],
        "chain": ["planner"], "mode": "link", "grant": {"tokens": 5, "later": 1}});
    let (_, counts) = opened(json!({"version": 1, "delegation": delegation, "task": 1}));
    assert_eq!(counts, (0, 0), "fields of later makers are ignored");
}

#[test]
fn another_version_is_counted_once_and_nothing_of_it_is_used() {
    for version in [
        json!(2),
        json!(0),
        json!(-1),
        json!("1"),
        json!(null),
        json!(1.5),
    ] {
        let (remote, counts) = opened(json!({
            "version": version, "traceparent": TRACEPARENT, "baggage": "session.id=7", "task": 1,
            "delegation": {"target": "a", "step_path": "0", "depth": 1},
        }));
        assert_eq!((known(&remote), counts), ([None; 5], (1, 0)), "{version}");
        assert!(!remote.span_context().is_valid());
    }
}

#[test]
fn a_field_that_is_of_another_type_or_stands_twice_is_counted() {
    let (remote, counts) = opened(json!({"version": 1, "traceparent": [TRACEPARENT], "task": 1}));
    assert_eq!((remote.span_context().is_valid(), counts), (false, (1, 0)));
    let twice = format!(
        r#"{{"version":1,"traceparent":"{TRACEPARENT}","traceparent":"{TRACEPARENT}","task":0}}"#
    );
    let envelope: Envelope<u8> = serde_json::from_str(&twice).expect("the task is kept");
    assert_eq!(counted(|| envelope.context()).1, (1, 0));
}

// A session that is called so is told to nobody: the receiver would not take it.
#[test]
fn what_nobody_would_take_is_not_sent() {
    support::recorder();
    let name = "🦀".repeat(10);
    let (sent, counts) = counted(|| {
        let session = agentscope::Session::builder().id("s-1").task(name);
        session.run_sync(|| serde_json::to_value(Envelope::new(1)).expect("serialises"))
    });
    assert_eq!(
        (sent["baggage"].as_str(), counts),
        (Some("session.id=s-1"), (0, 1))
    );
}
