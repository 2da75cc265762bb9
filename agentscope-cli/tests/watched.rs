//! What `doctor` says of a server that runs.

mod support;

use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::trace::v1::Span;
use reqwest::blocking::Client;
use support::serving::{Serving, agentscope};
use support::{attribute, send_spans};

#[test]
fn doctor_tells_of_tokens_that_nobody_knows_and_of_destinations_that_are_not_there() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = directory.path().join("store");
    let config = directory.path().join("agentscope.toml");
    // The hash is that of "test"; nobody listens on port 9.
    let text = "[[tokens]]\ntenant = \"acme\"\nrole = \"write\"\n\
                sha256 = \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"\n\
                [[forward]]\nname = \"phoenix\"\nurl = \"http://127.0.0.1:9\"\n";
    std::fs::write(&config, text).expect("written");
    let config = ["--config", config.to_str().expect("a path in UTF-8")];
    let server = Serving::start(&store, &config);
    let mut headers = reqwest::header::HeaderMap::new();
    let clients = ["Bearer test", "Bearer wrong"].map(|token| {
        headers.insert("authorization", token.parse().expect("a header"));
        let client = Client::builder().default_headers(headers.clone());
        client.build().expect("a client")
    });
    let sent = clients
        .each_ref()
        .map(|client| send_spans(client, &server.http, vec![span()]));
    assert_eq!(sent, [true, false]);

    // The server keeps its accounts once a second.
    let deadline = Instant::now() + Duration::from_secs(20);
    let found = |report: &str| {
        [
            "destination phoenix: 0 records sent on, 1 wait on disk",
            "1 messages showed no token that the server knows",
        ]
        .iter()
        .all(|words| report.contains(words))
    };
    loop {
        let output = agentscope(&store).arg("doctor").output().expect("it runs");
        let report = String::from_utf8(output.stdout).expect("text");
        if found(&report) {
            assert_eq!(output.status.code(), Some(1), "{report}");
            break;
        }
        assert!(Instant::now() < deadline, "{report}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn span() -> Span {
    Span {
        trace_id: vec![1; 16],
        span_id: vec![1; 8],
        name: "invoke_workflow refunds".to_owned(),
        attributes: vec![attribute("session.id", "s")],
        ..Span::default()
    }
}
