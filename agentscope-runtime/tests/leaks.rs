//! Ways around the policy that were open once.

mod support;

use agentscope::{Classify, Session, internal, tool};
use agentscope_runtime as agentscope;
use support::{named, recorder, text};

#[derive(Clone, serde::Serialize, Classify)]
struct Credentials {
    #[sensitivity(internal)]
    login: String,
    #[sensitivity(secret)]
    password: String,
}

#[derive(Clone, serde::Serialize, Classify)]
struct Offer {
    #[sensitivity(internal)]
    article: String,
    #[sensitivity(confidential)]
    price: u32,
}

#[tool(output = confidential)]
fn labelled(
    #[sensitivity(secret)] whole: &Credentials,
    #[sensitivity(confidential)] offer: &Offer,
    parts: &Credentials,
) -> Offer {
    let _ = (whole, parts);
    offer.clone()
}

/// A type whose highest class is that of the place has lower parts too, and somebody has said of
/// the place that nothing may be shown.
#[test]
fn a_place_hides_the_parts_that_the_type_would_show() {
    let recorder = recorder();
    let credentials = |login: &str| Credentials {
        login: login.into(),
        password: "hunter2".into(),
    };
    let offer = Offer {
        article: "zeppelin".into(),
        price: 7,
    };
    Session::builder().task("labelled").run_sync(|| {
        labelled(&credentials("hidden"), &offer, &credentials("shown"));
    });
    let spans = recorder.task("labelled");
    let span = named(&spans, "execute_tool labelled");
    assert_eq!(
        text(span, "input.value").as_deref(),
        Some(
            r#"{"whole":"[secret]","offer":"[confidential]","parts":{"login":"shown","password":"[secret]"}}"#
        )
    );
    assert_eq!(
        text(span, "output.value").as_deref(),
        Some(r#""[confidential]""#)
    );
}

#[derive(serde::Serialize, Classify)]
struct Payment {
    #[sensitivity(pii, kind = "pan")]
    pan: String,
}

#[derive(serde::Serialize, Classify)]
struct Person {
    #[sensitivity(pii, kind = "email")]
    email: String,
    #[sensitivity(pii, kind = "national_id")]
    national_id: String,
}

#[tool]
fn paid_by() -> Payment {
    Payment {
        pan: "4111 1111 1111 1234".into(),
    }
}

#[tool]
fn person() -> Person {
    Person {
        email: "alice@example.com".into(),
        national_id: "078-05-1120".into(),
    }
}

/// PCI DSS 3.5.1 wants the truncated and the hashed form of a number kept apart; and of what is
/// dropped not even equality is told.
#[test]
fn a_result_that_is_not_shown_whole_or_as_a_hash_is_not_hashed_as_a_whole_either() {
    let recorder = recorder();
    Session::builder().task("hashed").run_sync(|| {
        paid_by();
        person();
    });
    let spans = recorder.task("hashed");
    let paid_by = named(&spans, "execute_tool paid_by");
    let shown = text(paid_by, "output.value").expect("a part");
    assert!(shown.contains("411111…1234"), "{shown}");
    for name in ["execute_tool paid_by", "execute_tool person"] {
        let span = named(&spans, name);
        assert_eq!(text(span, "agentscope.tool.response.hash"), None, "{name}");
    }
}

#[tool(output = internal)]
fn read(#[sensitivity(internal)] page: &str) -> usize {
    page.len()
}

/// Finds that become shorter bring into sight what was only looked at: half a number there.
#[test]
fn what_was_looked_at_behind_the_cut_is_not_shown() {
    let recorder = recorder();
    let address = format!("{}@example.com ", "a".repeat(50));
    let card = "4111 1111 1111 1111";
    for place in 1400..1560 {
        let mut page = address.repeat(40);
        page.truncate(place);
        let page = format!("{page} {card} {}", "x".repeat(9000));
        Session::builder().task("cut").run_sync(|| {
            read(&page);
            agentscope::note(agentscope::Level::Info, internal(page.as_str()));
        });
    }
    let all = format!(
        "{:?}{:?}",
        recorder.task("cut"),
        recorder.snapshots_of("cut")
    );
    // With the space: random ids have four digits like these now and then.
    assert!(!all.contains("4111 1"), "half a card number");
    assert!(!all.contains("aaa@"), "half an address");
    assert!(all.contains("[email]"));
}

/// A key that is longer than what is looked at has no end in sight.
#[test]
fn the_beginning_of_a_long_credential_is_not_shown() {
    let recorder = recorder();
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n".repeat(40);
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}-----END PRIVATE KEY-----\n");
    let token = format!(
        "eyJhbGciOiJIUzI1NiJ9.{}.c2lnbmF0dXJl",
        "eyJzdWIiOiJhIn0x".repeat(200)
    );
    for secret in [&pem, &token] {
        for before in [0, 900, 1000] {
            let page = format!("{} {secret} {}", "x ".repeat(before / 2), "y ".repeat(5000));
            Session::builder().task("long").run_sync(|| {
                read(&page);
                agentscope::note(agentscope::Level::Info, internal(page.as_str()));
            });
        }
    }
    let all = format!(
        "{:?}{:?}",
        recorder.task("long"),
        recorder.snapshots_of("long")
    );
    assert!(!all.contains("MIIEvQIBADAN"), "a private key");
    assert!(!all.contains("eyJzdWIi"), "a token");
}

#[test]
fn a_debug_print_shows_no_more_than_telemetry() {
    let note = internal("alice@example.com has called");
    assert_eq!(format!("{note:?}"), r#""[email] has called""#);
    let session = Session::builder()
        .name("for alice@example.com")
        .id("alice@example.com")
        .user("alice@example.com")
        .task("alice@example.com")
        .tenant("alice@example.com");
    assert!(!format!("{session:?}").contains("alice"), "{session:?}");
}
