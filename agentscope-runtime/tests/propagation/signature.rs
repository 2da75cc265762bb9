//! Who may say whose a task is.

use agentscope::Session;
use agentscope::propagation::{Envelope, SignatureError, SigningKey};
use agentscope_runtime as agentscope;
use serde_json::{Value, json};

use crate::support::recorder;

fn key() -> SigningKey {
    SigningKey::new("k-1", b"thirty-two bytes from the vault!")
}

/// A signed envelope as it goes over the wire.
fn sent(tenant: &str, task: &str) -> Value {
    recorder();
    let session = Session::builder().id("s-1").tenant(tenant);
    let envelope = session.run_sync(|| Envelope::new(json!({"order": task})).signed(&key()));
    serde_json::to_value(envelope).expect("serialises")
}

fn verified(envelope: &Value) -> Result<Option<String>, SignatureError> {
    let envelope: Envelope<Value> = serde_json::from_value(envelope.clone()).expect("an envelope");
    assert_eq!(envelope.context().tenant(), None, "not without a key");
    let remote = envelope.context_signed_by(&[key()])?;
    Ok(remote.tenant().map(str::to_owned))
}

#[test]
fn the_tenant_of_a_signed_envelope_is_believed() {
    assert_eq!(verified(&sent("acme", "7")), Ok(Some("acme".to_owned())));
}

#[test]
fn nothing_can_be_changed() {
    let good = sent("acme", "7");
    let other = sent("other", "8");
    let context = ["traceparent", "baggage", "task"];
    for part in context {
        assert_ne!(good[part], other[part], "{part}");
        let mut changed = good.clone();
        // From another envelope, rightly signed: a replay under another trace is one of these.
        changed[part] = other[part].clone();
        assert_eq!(verified(&changed), Err(SignatureError::Wrong), "{part}");
    }
    for (part, value) in [
        ("tracestate", json!("foo=1")),
        (
            "delegation",
            json!({"target": "a", "step_path": "1", "depth": 1}),
        ),
        ("delegation", json!(7)),
        ("task", json!({"order": "7", "also": 1})),
        ("traceparent", json!(null)),
        ("signature", json!({"key_id": "k-1", "hmac": "00"})),
        ("signature", json!({"key_id": "k-1", "hmac": 7})),
        ("signature", json!({"key_id": "k-1"})),
    ] {
        let mut changed = good.clone();
        changed[part] = value;
        let error = verified(&changed).expect_err("changed");
        let is_right = match error {
            SignatureError::Wrong => true,
            // One that is no signature names no key.
            SignatureError::UnknownKey(id) => id.is_empty() && part == "signature",
            _ => false,
        };
        assert!(is_right, "{part}");
    }
    let mut tampered = good.clone();
    let baggage = good["baggage"].as_str().expect("a text");
    tampered["baggage"] = json!(baggage.replace("acme", "evil"));
    assert_eq!(verified(&tampered), Err(SignatureError::Wrong));
}

// What stands between two parts counts as well: neither can lend the other its end.
#[test]
fn text_cannot_move_from_one_part_into_the_next() {
    let mut envelope = sent("acme", "7");
    let traceparent = envelope["traceparent"].as_str().expect("a text").to_owned();
    let (head, tail) = traceparent.split_at(50);
    envelope["tracestate"] = json!(tail);
    envelope["traceparent"] = json!(head);
    assert_eq!(verified(&envelope), Err(SignatureError::Wrong));
}

#[test]
fn another_key_is_unknown_or_wrong() {
    let envelope: Envelope<Value> = serde_json::from_value(sent("acme", "7")).expect("an envelope");
    let wrong = SigningKey::new("k-1", b"thirty-two bytes from elsewhere!");
    let unknown = SigningKey::new("k-2", b"thirty-two bytes from the vault!");
    let by = |keys: &[SigningKey]| envelope.context_signed_by(keys).map(|_| ());
    assert_eq!(by(std::slice::from_ref(&wrong)), Err(SignatureError::Wrong));
    let error = Err(SignatureError::UnknownKey("k-1".to_owned()));
    assert_eq!(by(std::slice::from_ref(&unknown)), error);
    assert_eq!(by(&[]), error);
    // While keys are changed there are several.
    assert_eq!(by(&[wrong, unknown, key()]), Ok(()));
}

#[test]
fn an_envelope_without_a_signature_or_of_another_version_is_an_error_that_says_so() {
    let mut envelope = sent("acme", "7");
    envelope["version"] = json!(2);
    assert!(matches!(
        verified(&envelope),
        Err(SignatureError::Version(_))
    ));
    envelope["version"] = json!(1);
    envelope["signature"] = Value::Null;
    let error = verified(&envelope).expect_err("not signed");
    assert_eq!(error, SignatureError::Missing);
    assert!(error.to_string().contains("signed"), "{error}");
}

#[test]
fn numbers_and_the_order_of_fields_are_canonical() {
    recorder();
    let session = Session::builder().tenant("acme");
    let task =
        json!({"b": 1.50, "a": [9_007_199_254_740_993_u64, "\u{e9}\u{1f980}", null], "": {}});
    let envelope = session.run_sync(|| Envelope::new(task).signed(&key()));
    let text = serde_json::to_string(&envelope).expect("serialises");
    // As a program would write it that keeps no order.
    let text = text
        .replace(r#"{"":{},"#, "{")
        .replace(r#""b":1.5"#, r#""b":15e-1,"":{}"#);
    let opened: Envelope<Value> = serde_json::from_str(&text).expect("an envelope");
    assert!(opened.context_signed_by(&[key()]).is_ok(), "{text}");
}

// The layout that the documentation tells other languages.
#[test]
fn a_signature_can_be_made_by_hand() {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let parts = ["", "", "agentscope.tenant.id=acme", "", r#"{"order":7}"#];
    let mut bytes = b"agentscope envelope 1,".to_vec();
    for part in parts {
        bytes.extend(format!("{}:{part},", part.len()).into_bytes());
    }
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"thirty-two bytes from the vault!")
        .expect("any length");
    mac.update(&bytes);
    let code: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|it| format!("{it:02x}"))
        .collect();
    let envelope = json!({
        "version": 1, "baggage": parts[2], "task": {"order": 7},
        "signature": {"key_id": "k-1", "hmac": code},
    });
    assert_eq!(verified(&envelope), Ok(Some("acme".to_owned())));
}

#[test]
fn the_key_of_the_environment_is_one_for_both_sides() {
    let keys = [SigningKey::from_environment()];
    let envelope = Envelope::new(7).signed(&SigningKey::from_environment());
    assert!(envelope.context_signed_by(&keys).is_ok());
    let shown = format!("{keys:?}");
    assert!(shown.len() < 60, "the id only: {shown}");
}

#[test]
fn a_task_of_any_size_is_signed() {
    let envelope = Envelope::new("x".repeat(1_000_000)).signed(&key());
    assert!(envelope.context_signed_by(&[key()]).is_ok());
}
