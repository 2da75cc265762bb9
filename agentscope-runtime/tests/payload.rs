//! Raw values go to whoever keeps them, without secrets, and telemetry says where they are.

mod support;

use std::sync::{Arc, Mutex, PoisonError};

use agentscope::{Class, Classify, Payload, PayloadSide, PayloadSink, Session, inference, tool};
use agentscope_runtime as agentscope;
use support::{int, named, recorder, text};

#[derive(Default)]
struct Kept(Mutex<Vec<(PayloadSide, Class, &'static str, String)>>);

impl PayloadSink for Kept {
    fn put(&self, payload: Payload<'_>) -> Option<String> {
        assert!(
            !format!("{payload:?}").contains("alice"),
            "not in its Debug"
        );
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Payload {
            side,
            class,
            function,
            json,
            ..
        } = payload;
        kept.push((side, class, function, json.to_owned()));
        Some(format!("kept:{}", kept.len() - 1))
    }
}

#[derive(Clone, serde::Serialize, Classify)]
struct Customer {
    #[sensitivity(pii, kind = "email")]
    email: String,
    #[sensitivity(special, kind = "health")]
    illness: String,
    #[sensitivity(secret)]
    password: String,
}

#[tool(output = internal)]
fn look_up(customer: &Customer, #[sensitivity(secret)] token: &str) -> usize {
    customer.email.len() + token.len()
}

#[tool(default = secret)]
fn blind(token: &str) -> usize {
    token.len()
}

/// Says nothing of what is in it.
#[derive(serde::Serialize)]
struct Wrapped {
    customer: Customer,
}

#[tool(output = internal)]
fn unwrap(#[sensitivity(confidential)] wrapped: Wrapped, #[sensitivity(pii)] name: &str) -> usize {
    wrapped.customer.email.len() + name.len()
}

#[inference(provider = "test", model = "m", default = confidential)]
fn ask(prompt: &str) -> String {
    prompt.to_uppercase()
}

// One test, for the sink is that of the process.
#[test]
fn payloads_are_kept_whole_but_for_secrets_and_found_by_their_reference() {
    let recorder = recorder();
    let kept = Arc::new(Kept::default());
    agentscope::set_payload_sink(Some(kept.clone()));
    Session::builder().task("kept").run_sync(|| {
        let customer = Customer {
            email: "alice@example.com".into(),
            illness: "flu".into(),
            password: "hunter2".into(),
        };
        look_up(&customer, "hunter3");
        blind("hunter4");
        let wrapped = Wrapped {
            customer: customer.clone(),
        };
        unwrap(wrapped, "alice");
        ask("what does alice owe?");
    });
    agentscope::set_payload_sink(None);
    Session::builder().task("gone").run_sync(|| ask("alice?"));

    let payloads = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    let sides: Vec<_> = payloads
        .iter()
        .map(|(side, class, _, json)| (*side, *class, json.as_str()))
        .collect();
    assert_eq!(
        sides,
        [
            (
                PayloadSide::Input,
                Class::Special,
                r#"{"customer":{"email":"alice@example.com","illness":"flu","password":"[secret]"},"token":"[secret]"}"#
            ),
            (PayloadSide::Output, Class::Internal, "24"),
            // There may be a secret in what is not classified.
            (
                PayloadSide::Input,
                Class::Pii,
                r#"{"wrapped":"[confidential]","name":"alice"}"#
            ),
            (PayloadSide::Output, Class::Internal, "22"),
            (
                PayloadSide::Input,
                Class::Confidential,
                r#"{"prompt":"what does alice owe?"}"#
            ),
            (
                PayloadSide::Output,
                Class::Confidential,
                r#""WHAT DOES ALICE OWE?""#
            ),
        ]
    );
    assert!(payloads[0].2.ends_with("::look_up"), "{}", payloads[0].2);

    let spans = recorder.task("kept");
    let span = named(&spans, "execute_tool look_up");
    assert_eq!(
        text(span, "agentscope.input.ref").as_deref(),
        Some("kept:0")
    );
    // There is something special in it: not even its size is told.
    assert_eq!(text(span, "agentscope.input.size"), None);
    assert_eq!(text(span, "agentscope.input.hash"), None);
    assert_eq!(int(span, "agentscope.output.size"), Some(2));
    assert!(text(span, "agentscope.output.hash").is_some());
    let span = named(&spans, "chat m");
    assert_eq!(
        int(span, "agentscope.input.size"),
        Some(64),
        "its order only"
    );
    assert_eq!(
        text(span, "agentscope.input.hash"),
        None,
        "a mask tells no equality"
    );
    let all = format!("{spans:?} {:?}", recorder.snapshots_of("kept")).to_lowercase();
    assert!(!all.contains("alice") && !all.contains("flu") && !all.contains("hunter"));
    let gone = recorder.task("gone");
    assert_eq!(text(named(&gone, "chat m"), "agentscope.input.ref"), None);
}
