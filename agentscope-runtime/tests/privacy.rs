//! No value goes where its class may not, and what the runtime calls of the user's cannot harm.

mod support;

use std::cell::Cell;
use std::sync::Mutex;

use agentscope::{Class, Classify, Level, Session, Usage, args, inference, tool};
use agentscope_runtime as agentscope;
use serde_json::Value as Json;
use support::{int, named, outcome, recorder, text};

#[derive(Clone, serde::Serialize, Classify)]
struct Customer {
    #[sensitivity(internal)]
    id: u64,
    #[sensitivity(pii, kind = "email")]
    email: String,
    #[sensitivity(secret)]
    password: String,
}

fn alice() -> Customer {
    Customer {
        id: 7,
        email: "alice@example.com".into(),
        password: "hunter2".into(),
    }
}

#[derive(serde::Serialize, Classify)]
#[sensitivity(default = internal)]
struct Envelope {
    customer: Customer,
    #[sensitivity(public, reason = "a reason lifts no class of the type")]
    labelled: Customer,
    many: Vec<Customer>,
}

/// A name that leaves have, on a type that is none.
#[derive(serde::Serialize, Classify)]
struct Value {
    #[sensitivity(pii)]
    name: String,
}

#[tool(default = internal)]
fn by_default(customer: Customer, value: Value, list: Vec<Customer>) -> Customer {
    let _ = (value, list);
    customer
}

#[tool(output(public, reason = "likewise"))]
fn explicit(
    #[sensitivity(public, reason = "likewise")] customer: &Customer,
    envelope: Envelope,
) -> Envelope {
    let _ = customer;
    envelope
}

#[test]
fn a_class_in_the_type_is_never_lowered_by_one_outside_of_it() {
    const { assert!(matches!(Envelope::MAX, Class::Secret)) };
    let recorder = recorder();
    let value = || Value {
        name: "alice@example.com".into(),
    };
    Session::builder().task("type").run_sync(|| {
        by_default(alice(), value(), vec![alice()]);
        let envelope = Envelope {
            customer: alice(),
            labelled: alice(),
            many: vec![alice()],
        };
        explicit(&alice(), envelope);
    });
    let spans = recorder.task("type");
    let shown = text(named(&spans, "execute_tool explicit"), "input.value").expect("arguments");
    assert!(shown.contains(r#""id":7"#), "{shown}");
    let all = format!("{spans:?} {:?}", recorder.snapshots_of("type"));
    assert!(!all.contains("alice") && !all.contains("hunter2"), "{all}");
}

#[tool(output = special)]
fn is_ill() -> bool {
    true
}

#[tool(default = secret)]
fn secret(list: Vec<u8>) -> Vec<u8> {
    list
}

#[test]
fn of_what_may_not_be_shown_neither_size_nor_hash_is() {
    let recorder = recorder();
    Session::builder().task("structure").run_sync(|| {
        is_ill();
        secret(vec![]);
    });
    let spans = recorder.task("structure");
    for name in ["execute_tool is_ill", "execute_tool secret"] {
        let span = named(&spans, name);
        assert_eq!(int(span, "agentscope.tool.response.size"), None, "{name}");
        assert_eq!(text(span, "agentscope.tool.response.hash"), None, "{name}");
    }
    let status = text(
        named(&spans, "execute_tool secret"),
        "agentscope.tool.status",
    );
    assert_eq!(status.as_deref(), Some("empty"), "structure is told");
}

#[inference(provider = "test", model = "m", default = internal)]
fn complete(prompt: &str) -> String {
    prompt.to_uppercase()
}

#[test]
fn prompts_and_completions_go_nowhere_not_even_at_debug() {
    let recorder = recorder();
    agentscope::set_level(Level::Debug);
    let before = recorder.spans().len();
    complete("a prompt of the user");
    agentscope::set_level(Level::Info);
    let all = format!(
        "{:?} {:?}",
        &recorder.spans()[before..],
        recorder.snapshots()
    );
    assert!(!all.contains("a prompt of the user"), "{all}");
    assert!(!all.contains("A PROMPT OF THE USER"), "{all}");
}

/// Serialising it panics.
struct Touchy;

impl serde::Serialize for Touchy {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("on purpose: telemetry touched it");
    }
}

#[tool(output(internal, reason = "there is nothing in it"))]
fn touchy(
    #[sensitivity(internal, reason = "there is nothing in it")] touchy: Touchy,
    #[sensitivity(internal)] fails: bool,
) -> Result<Touchy, std::fmt::Error> {
    if fails {
        Err(std::fmt::Error)
    } else {
        Ok(touchy)
    }
}

#[inference(
    provider = "test",
    model = "m",
    output(internal, reason = "there is nothing in it")
)]
fn unread(#[sensitivity(internal, reason = "there is nothing in it")] prompt: Touchy) -> Touchy {
    prompt
}

// A prompt is large, and was written as JSON at every call only to be dropped.
#[test]
fn of_content_that_goes_nowhere_only_the_class_is_looked_at() {
    let recorder = recorder();
    Session::builder()
        .task("unread")
        .run_sync(|| unread(Touchy));
    let spans = recorder.task("unread");
    let class = text(named(&spans, "chat m"), "agentscope.data.classification");
    assert_eq!(class.as_deref(), Some("internal"));
}

#[inference(provider = "test", usage = |_| -> Usage { panic!("on purpose: usage") }, default = internal)]
fn unusable() {}

#[test]
fn code_of_the_users_that_panics_while_it_is_observed_harms_nothing() {
    let recorder = recorder();
    Session::builder().task("touchy").run_sync(|| {
        assert!(touchy(Touchy, false).is_ok());
        assert!(touchy(Touchy, true).is_err());
        unusable();
    });
    let spans = recorder.task("touchy");
    let outcomes: Vec<_> = spans.iter().map(outcome).collect();
    assert_eq!(
        outcomes,
        ["ok", "error", "ok", "ok"],
        "two tools, an inference, the session"
    );
}

struct Unwritten;

#[tool(output = internal)]
fn takes(
    #[sensitivity(internal)] shown: &Unwritten,
    #[sensitivity(pii)] hashed: &Unwritten,
    #[sensitivity(confidential)] masked: &Unwritten,
    #[sensitivity(internal, redact = mask, reason = "nobody reads it")] hidden: &Unwritten,
) -> Unwritten {
    let _ = (shown, hashed, masked, hidden);
    Unwritten
}

// It was shown as if its class hid it, and nobody thought of `Serialize`.
#[test]
fn what_cannot_be_written_is_told_apart_from_what_may_not_be_shown() {
    let recorder = recorder();
    let value = Unwritten;
    Session::builder()
        .task("opaque")
        .run_sync(|| takes(&value, &value, &value, &value));
    let spans = recorder.task("opaque");
    let span = named(&spans, "execute_tool takes");
    assert_eq!(
        text(span, "input.value").as_deref(),
        Some(
            r#"{"shown":"[opaque]","hashed":"[opaque]","masked":"[confidential]","hidden":"[internal]"}"#
        )
    );
    assert_eq!(text(span, "output.value").as_deref(), Some(r#""[opaque]""#));
}

#[tool(default = secret)]
fn locked(value: &Mutex<u32>) -> u32 {
    thread_local!(static CALLS: Cell<u32> = const { Cell::new(0) });
    CALLS.set(CALLS.get() + 1);
    let _ = value;
    CALLS.get()
}

#[test]
fn a_secret_is_not_touched_at_all() {
    recorder();
    let mutex = Mutex::new(1);
    let held = mutex.lock().expect("nobody panicked");
    // Serialising a mutex locks it, which would wait for ever here.
    assert_eq!(locked(&mutex), 1);
    drop(held);
}

#[tool(default = internal)]
fn large(bytes: Vec<u8>) -> Vec<u8> {
    bytes
}

#[test]
fn a_large_value_does_not_hold_up_the_agent() {
    let recorder = recorder();
    Session::builder()
        .task("large")
        .run_sync(|| large(vec![200; 20_000_000]));
    let spans = recorder.task("large");
    let span = named(&spans, "execute_tool large");
    let shown = text(span, "input.value").expect("a preview");
    assert!(
        shown.len() < 3_000 && shown.contains("more than 262144 bytes"),
        "{}",
        shown.len()
    );
    assert_eq!(int(span, "agentscope.tool.response.size"), None);
    let took = span
        .end_time
        .duration_since(span.start_time)
        .expect("in order");
    assert!(took.as_secs() < 2, "a debug build took {took:?}");
}

#[test]
fn keys_that_a_model_wrote_are_not_quoted() {
    type Counts = std::collections::HashMap<String, u32>;
    let error = args::parse::<Counts>(r#"{"alice@example.com": "x"}"#).expect_err("no number");
    assert_eq!(error.pointer, "/*");
}

#[test]
fn text_shows_no_more_in_a_debug_print_than_telemetry_may() {
    assert_eq!(format!("{:?}", agentscope::pii("alice")), "[pii]");
    assert_eq!(format!("{:?}", agentscope::internal("rows")), r#""rows""#);
}

#[derive(Debug, Classify)]
#[allow(dead_code, reason = "the fields are there to be classified")]
enum Refused {
    Limit {
        #[sensitivity(internal)]
        cents: u64,
        #[sensitivity(pii, kind = "email")]
        email: String,
    },
}

#[tool(output = internal)]
fn refuse() -> Result<(), Refused> {
    Err(Refused::Limit {
        cents: 1250,
        email: "alice@example.com".into(),
    })
}

#[test]
fn the_parts_of_an_error_are_shown_by_their_classes() {
    let recorder = recorder();
    let refused = Session::builder().task("error parts").run_sync(refuse);
    assert!(refused.is_err());
    let spans = recorder.task("error parts");
    let span = named(&spans, "execute_tool refuse");
    let parts = text(span, "agentscope.error.parts").expect("it is classified");
    assert!(
        parts.starts_with(r#"{"Limit":{"cents":1250,"email":"h"#),
        "{parts}"
    );
    assert!(!format!("{spans:?}").contains("alice"));
}

#[derive(serde::Serialize, Classify)]
struct Nested {
    #[sensitivity(internal)]
    name: u32,
    inner: Option<Box<Nested>>,
}

#[tool(default = internal)]
fn deep(list: Json, nested: &Nested) -> Json {
    let _ = nested;
    list
}

// It overflowed the stack of a thread as tokio makes them.
#[test]
fn a_value_that_is_nested_too_deep_is_begun_and_says_so() {
    let recorder = recorder();
    let list = (0..12_000).fold(Json::from(1), |inner, _| Json::Array(vec![inner]));
    let nested = (0..12_000).fold(None, |inner, name| Some(Box::new(Nested { name, inner })));
    let nested = nested.expect("one at least");
    let session = Session::builder().task("deep");
    drop(session.run_sync(|| deep(list, &nested)));
    let spans = recorder.task("deep");
    let tool = named(&spans, "execute_tool deep");
    for key in ["input.value", "output.value"] {
        let shown = text(tool, key).expect("something is shown");
        assert!(
            shown.contains("[[[[") && shown.contains("nested deeper than 60"),
            "{shown}"
        );
        serde_json::from_str::<Json>(&shown).expect("JSON");
    }
}
