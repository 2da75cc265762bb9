//! What was stored is sent on.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, metric, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;

use crate::endpoint::{Endpoint, Request};
use crate::messages::*;
use crate::running::{Running, tokens};

const WORDS: &str = "canary: the price is 30";

/// A server with these destinations, whose queues are in the directory.
fn start(directory: &tempfile::TempDir, destinations: &[String]) -> Running {
    let queue = format!("queue = {:?}\n", directory.path());
    Running::with(&queue, &format!("{}{}", tokens(), destinations.concat()))
}

fn to(name: &str, url: &str, more: &str) -> String {
    format!("[[forward]]\nname = \"{name}\"\nurl = \"{url}\"\n{more}\n")
}

/// Waits until a line of the metrics has this value.
fn until(server: &Running, line: &str, value: u64) {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let text = server.get("/metrics", "a").1;
        let found = text
            .lines()
            .find_map(|it| it.strip_prefix(line)?.trim().parse().ok());
        if found == Some(value) {
            return;
        }
        assert!(
            Instant::now() < end,
            "{line} is {found:?}, not {value}\n{text}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn result(name: &str, result: &str) -> String {
    format!("agentscope_forwarded_records_total{{destination=\"{name}\",result=\"{result}\"}}")
}

/// A span of ours that says something everywhere.
fn telling() -> opentelemetry_proto::tonic::trace::v1::Span {
    let named = [
        ("session.id", "s"),
        ("agentscope.layer", "tool"),
        ("gen_ai.tool.name", "get_balance"),
        ("enduser.pseudo.id", "h1:abc"),
        ("input.value", WORDS),
        ("output.value", WORDS),
        ("agentscope.call.reason", WORDS),
        ("agentscope.memory.summary", WORDS),
        ("gen_ai.input.messages", WORDS),
        (
            "acme.note",
            "canary, and so long a text that it must be one that somebody has said to somebody",
        ),
    ];
    span(7, 1, &named)
}

#[test]
fn each_destination_gets_what_it_may_see_under_the_same_ids() {
    let (agent, platform) = (Endpoint::start(&[]), Endpoint::start(&[]));
    let directory = tempfile::tempdir().expect("a directory");
    let server = start(
        &directory,
        &[
            to(
                "agent",
                &agent.url(),
                "profile = \"langfuse\"\nheaders = { authorization = \"Basic x\" }",
            ),
            to(
                "platform",
                &platform.url(),
                "content = \"platform\"\nprofile = \"weave\"",
            ),
        ],
    );
    assert_eq!(
        server
            .post_spans("w", &spans("agentscope", vec![telling()]))
            .0,
        200
    );
    let (full, bare) = (agent.next(), platform.next());
    assert!(
        full.headers.contains(&"authorization: Basic x".to_owned()),
        "{:?}",
        full.headers
    );
    let (full, bare) = (full.spans().remove(0), bare.spans().remove(0));
    assert_eq!(full.trace_id, bare.trace_id);
    assert_eq!(full.span_id, bare.span_id);
    assert_eq!(text(&full.attributes, "input.value"), Some(WORDS));
    assert_eq!(text(&full.attributes, "langfuse.user.id"), Some("h1:abc"));
    assert_eq!(
        text(&bare.attributes, "gen_ai.tool.name"),
        Some("get_balance")
    );
    assert_eq!(text(&bare.attributes, "wandb.thread_id"), Some("s"));
    assert!(!format!("{bare:?}").contains("canary"), "{bare:?}");

    let mut line = log(
        7,
        1,
        "agentscope.tool.called",
        &[
            ("session.id", "s"),
            ("agentscope.level", "INFO"),
            ("agentscope.goal", WORDS),
        ],
    );
    line.severity_number = 9;
    let body = logs("agentscope", vec![line]).encode_to_vec();
    let headers = [
        ("content-type", "application/x-protobuf"),
        ("authorization", "Bearer w"),
    ];
    assert_eq!(server.post("/v1/logs", &headers, body).0, 200);
    assert_eq!(
        text(&agent.next().logs()[0].attributes, "agentscope.goal"),
        Some(WORDS)
    );
    let bare = platform.next().logs().remove(0);
    assert_eq!(
        (
            bare.severity_number,
            text(&bare.attributes, "agentscope.goal")
        ),
        (9, None)
    );
    until(&server, &result("platform", "delivered"), 2);
    server.stop();
}

/// Two numbers of a library, with words in a label.
fn metrics() -> ExportMetricsServiceRequest {
    let labels = [
        ("input.value", WORDS),
        ("acme.customer", "jane.doe@example.com"),
        ("gen_ai.tool.name", "get_balance"),
    ];
    let point = |value: i64| NumberDataPoint {
        attributes: labels.map(|(key, said)| attribute(key, said)).to_vec(),
        value: Some(number_data_point::Value::AsInt(value)),
        ..NumberDataPoint::default()
    };
    let metric = Metric {
        name: "acme.calls".to_owned(),
        data: Some(metric::Data::Gauge(Gauge {
            data_points: vec![point(7), point(8)],
        })),
        ..Metric::default()
    };
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            scope_metrics: vec![ScopeMetrics {
                metrics: vec![metric],
                ..ScopeMetrics::default()
            }],
            ..ResourceMetrics::default()
        }],
    }
}

/// The labels of the first number, and how many there are.
fn labels(request: &Request) -> (Vec<KeyValue>, usize) {
    let Some(metric::Data::Gauge(gauge)) = request.metrics().remove(0).data else {
        panic!("a gauge")
    };
    (
        gauge.data_points[0].attributes.clone(),
        gauge.data_points.len(),
    )
}

#[test]
fn metrics_are_sent_on_without_anybodys_words_to_who_takes_them() {
    let endpoints = [0; 3].map(|_| Endpoint::start(&[]));
    let [agent, platform, spans_only] = &endpoints;
    let directory = tempfile::tempdir().expect("a directory");
    let server = start(
        &directory,
        &[
            to("agent", &agent.url(), ""),
            to("platform", &platform.url(), "content = \"platform\""),
            to("spans", &spans_only.url(), "signals = [\"traces\"]"),
        ],
    );
    let headers = [
        ("content-type", "application/x-protobuf"),
        ("authorization", "Bearer w"),
    ];
    let answer = server.post("/v1/metrics", &headers, metrics().encode_to_vec());
    assert_eq!(
        (answer.0, answer.1.len()),
        (200, 0),
        "no part of it is refused"
    );

    let (full, count) = labels(&agent.next());
    assert_eq!(count, 2);
    assert_eq!(text(&full, "input.value"), Some("[confidential]"));
    assert_eq!(text(&full, "gen_ai.tool.name"), Some("get_balance"));
    let (bare, _) = labels(&platform.next());
    assert_eq!(text(&bare, "input.value"), None);
    assert_eq!(text(&bare, "gen_ai.tool.name"), Some("get_balance"));
    for labels in [full, bare] {
        assert!(!format!("{labels:?}").contains("jane"), "{labels:?}");
    }
    assert!(spans_only.is_silent());
    until(&server, &result("agent", "delivered"), 2);
    assert_eq!(server.account("acme", "metrics").received, 2);

    let mut theirs = metrics();
    theirs.resource_metrics[0].resource = Some(Resource {
        attributes: vec![attribute("agentscope.tenant.id", "other")],
        ..Resource::default()
    });
    let answer = server.post("/v1/metrics", &headers, theirs.encode_to_vec());
    let answer = ExportMetricsServiceResponse::decode(&*answer.1).expect("an answer");
    let refused = answer.partial_success.map(|part| part.rejected_data_points);
    assert_eq!(refused, Some(2), "they are of another tenant");
    assert!(agent.is_silent());
    server.stop();
}

#[test]
fn a_destination_is_for_the_tenants_that_it_names() {
    let endpoint = Endpoint::start(&[]);
    let directory = tempfile::tempdir().expect("a directory");
    let server = start(
        &directory,
        &[to("a", &endpoint.url(), "tenants = [\"other\"]")],
    );
    server.post_spans("w", &spans("lib", vec![span(1, 1, &[])]));
    server.post_spans("o", &spans("lib", vec![span(2, 2, &[])]));
    assert_eq!(endpoint.next().spans()[0].span_id[7], 2);
    assert!(endpoint.is_silent());
    server.stop();
}

#[test]
fn what_could_not_be_delivered_waits_on_disk_over_a_restart_and_comes_once() {
    let directory = tempfile::tempdir().expect("a directory");
    // Nobody listens there yet.
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = free.local_addr().expect("bound");
    drop(free);
    let destination = to("a", &format!("http://{address}"), "");
    let server = start(&directory, std::slice::from_ref(&destination));
    server.post_spans("w", &spans("lib", vec![span(1, 1, &[])]));
    server.post_spans("w", &spans("lib", vec![span(1, 2, &[])]));
    until(
        &server,
        "agentscope_forward_pending_records{destination=\"a\"}",
        2,
    );
    server.stop();

    let endpoint = Endpoint::on(TcpListener::bind(address).expect("the same port"), &[]);
    let server = start(&directory, std::slice::from_ref(&destination));
    let numbers = [endpoint.next(), endpoint.next()].map(|it| it.spans()[0].span_id[7]);
    assert_eq!(numbers, [1, 2], "in their order");
    until(
        &server,
        "agentscope_forward_pending_records{destination=\"a\"}",
        0,
    );
    server.stop();
    let server = start(&directory, &[destination]);
    assert!(endpoint.is_silent(), "it was acknowledged");
    server.stop();
}

#[test]
fn a_destination_says_when_to_come_again_and_is_not_sent_twice_what_it_took() {
    let endpoint = Endpoint::start(&[
        "503 Service Unavailable\r\nretry-after: 2",
        "429 Too Many Requests",
    ]);
    let directory = tempfile::tempdir().expect("a directory");
    let server = start(&directory, &[to("a", &endpoint.url(), "")]);
    server.post_spans("w", &spans("lib", vec![span(1, 1, &[])]));
    let (first, second, third) = (endpoint.next(), endpoint.next(), endpoint.next());
    assert!(second.time - first.time >= Duration::from_secs(2));
    assert!(
        third.time - second.time >= Duration::from_secs(1),
        "twice the first wait"
    );
    assert_eq!(first.body, third.body);
    assert!(endpoint.is_silent());
    until(&server, &result("a", "delivered"), 1);
    until(
        &server,
        "agentscope_forward_retries_total{destination=\"a\"}",
        2,
    );
    server.stop();
}

#[test]
fn what_a_destination_refuses_is_counted_and_holds_up_nothing() {
    let endpoint = Endpoint::start(&["400 Bad Request"]);
    let directory = tempfile::tempdir().expect("a directory");
    let server = start(&directory, &[to("a", &endpoint.url(), "")]);
    server.post_spans("w", &spans("lib", vec![span(1, 1, &[]), span(1, 2, &[])]));
    server.post_spans("w", &spans("lib", vec![span(1, 3, &[])]));
    assert_eq!(
        [endpoint.next(), endpoint.next()].map(|it| it.spans().len()),
        [2, 1]
    );
    until(&server, &result("a", "refused"), 2);
    until(&server, &result("a", "delivered"), 1);
    server.stop();
}

#[test]
fn a_full_queue_drops_what_comes_and_counts_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = start(
        &directory,
        &[to("a", "http://127.0.0.1:9", "queue_bytes = 500")],
    );
    for id in 1..=20 {
        let stored = server.post_spans("w", &spans("lib", vec![span(1, id, &[])]));
        assert_eq!(stored.0, 200, "what comes in is not held up");
    }
    let text = server.get("/metrics", "a").1;
    let count = |line: &str| -> u64 {
        let found = text
            .lines()
            .find_map(|it| it.strip_prefix(line)?.trim().parse().ok());
        found.unwrap_or_else(|| panic!("{line}\n{text}"))
    };
    let dropped = count(&result("a", "dropped"));
    let pending = count("agentscope_forward_pending_records{destination=\"a\"}");
    assert!(dropped > 0 && pending > 0, "{dropped} {pending}");
    assert_eq!(dropped + pending, 20);
    assert_eq!(server.account("acme", "traces").stored, 20);
    server.stop();
}

/// It was followed with the key, without the records, and counted as delivered.
#[test]
fn a_destination_that_has_moved_is_refused_and_nobody_else_sees_the_key() {
    let elsewhere = Endpoint::start(&[]);
    let moved = format!(
        "301 Moved Permanently\r\nlocation: {}/otlp/v1/traces?key=k",
        elsewhere.url()
    );
    let moved: &'static str = moved.leak();
    let endpoint = Endpoint::start(vec![moved].leak());
    let directory = tempfile::tempdir().expect("a directory");
    let key = "headers = { authorization = \"Basic x\" }";
    let server = start(&directory, &[to("a", &endpoint.url(), key)]);
    server.post_spans("w", &spans("lib", vec![span(1, 1, &[])]));
    endpoint.next();
    until(&server, &result("a", "refused"), 1);
    assert!(elsewhere.is_silent());
    server.stop();
}

#[test]
fn a_page_for_people_is_no_delivery() {
    let endpoint = Endpoint::start(&["200 OK\r\ncontent-type: text/html"]);
    let directory = tempfile::tempdir().expect("a directory");
    let server = start(&directory, &[to("a", &endpoint.url(), "")]);
    server.post_spans("w", &spans("lib", vec![span(1, 1, &[])]));
    server.post_spans("w", &spans("lib", vec![span(1, 2, &[])]));
    until(&server, &result("a", "refused"), 1);
    until(&server, &result("a", "delivered"), 1);
    server.stop();
}
