//! A server in this process that the program under test sends to, and where it sends that on.

use std::sync::Arc;

use agentscope::{Class, names};
use agentscope_analysis::{Scalar, carries_content};
use agentscope_collector::ingest::Ingest;
use agentscope_collector::server::{Config, ServeError, Server};
use agentscope_collector::store::{self, Access, Store};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::canaries::Canary;
use crate::channels::{Run, run};
use crate::foreign;
use crate::program::{self, Setup};
use crate::receiver::{Mode, Received, Receiver, dead_endpoint};
use crate::stored::{answers, files, forbidden, found, holds_none, shows};

/// What both audiences get; each also has a destination that is down, so that its queue stays on disk.
struct Serving {
    directory: TempDir,
    store: Arc<dyn Store>,
    ingest: Arc<Ingest>,
    agent: Receiver,
    platform: Receiver,
    http: String,
    client: reqwest::blocking::Client,
    runtime: Runtime,
    stop: oneshot::Sender<()>,
    done: JoinHandle<Result<(), ServeError>>,
}

/// Everything that a server leaves, by where it is.
struct Left {
    /// What the store holds and whoever answers for agents gets.
    full: Vec<(&'static str, Vec<u8>)>,
    /// What others may see: the metrics, and whatever is for the platform.
    bare: Vec<(&'static str, Vec<u8>)>,
    platform: Received,
}

impl Serving {
    fn start() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let (agent, platform) = (Receiver::start(Mode::Accept), Receiver::start(Mode::Accept));
        let forward = |name: &str, url: &str, content: &str| {
            format!("[[forward]]\nname = \"{name}\"\nurl = \"{url}\"\ncontent = \"{content}\"\n")
        };
        let down = dead_endpoint();
        let config = [
            format!("queue = {:?}\n", directory.path().join("queue")),
            "[listen]\ngrpc = \"127.0.0.1:0\"\nhttp = \"127.0.0.1:0\"\n".to_owned(),
            forward("agent", &agent.endpoint(), "agent"),
            forward("platform", &platform.endpoint(), "platform"),
            forward("agent-down", &down, "agent"),
            forward("platform-down", &down, "platform"),
        ];
        let config = Config::parse(&config.concat()).expect("a configuration");
        let store = directory.path().join("store");
        let store = store::open(store.to_str().expect("UTF-8"), Access::Write).expect("a store");
        let runtime = Runtime::new().expect("threads");
        let server = runtime.block_on(Server::bind(&config, Arc::clone(&store)));
        let server = server.expect("free ports");
        let (http, ingest) = (server.http(), Arc::clone(server.ingest()));
        let (stop, stopped) = oneshot::channel();
        let done = runtime.spawn(server.run(async move { drop(stopped.await) }));
        Self {
            directory,
            store,
            ingest,
            agent,
            platform,
            http: format!("http://{http}"),
            client: reqwest::blocking::Client::new(),
            runtime,
            stop,
            done,
        }
    }

    /// Sends a message of OTLP, and gives the whole answer.
    fn post(&self, signal: &str, message: Vec<u8>) -> Vec<u8> {
        let request = self.client.post(format!("{}/v1/{signal}", self.http));
        let request = request.header("content-type", "application/x-protobuf");
        let answer = request.body(message).send().expect("an answer");
        assert_eq!(answer.status().as_u16(), 200, "{signal}");
        let mut said = format!("{:?}", answer.headers()).into_bytes();
        said.extend(answer.bytes().expect("a body"));
        said
    }

    /// Ends it when every destination that can be reached has everything.
    fn end(self) -> Left {
        let stored = |signal: &str| {
            let accounts = self.ingest.accounts().into_iter();
            let of = accounts.filter(|account| account.signal == signal);
            usize::try_from(of.map(|account| account.stored).sum::<u64>()).expect("few")
        };
        let (spans, logs) = (stored("traces"), stored("logs"));
        assert!(spans > 0 && logs > 0);
        let all = |receiver: &Receiver| {
            let received = receiver.wait(|it| it.spans.len() >= spans && it.logs.len() >= logs);
            assert_eq!((received.spans.len(), received.logs.len()), (spans, logs));
            received
        };
        let (agent, platform) = (all(&self.agent), all(&self.platform));
        let metrics = self.client.get(format!("{}/metrics", self.http));
        let metrics = metrics.send().and_then(reqwest::blocking::Response::text);
        let metrics = metrics.expect("metrics").into_bytes();
        let _ = self.stop.send(());
        let ended = self.runtime.block_on(self.done).expect("no panic");
        ended.expect("an orderly end");

        let queue = |name: &str| files(&self.directory.path().join("queue").join(name));
        let mut full = answers(&*self.store);
        full.extend([
            ("files", files(&self.directory.path().join("store"))),
            ("agent", bytes(&agent)),
            ("queue of agent", queue("agent-down")),
            ("rest of the queue of agent", queue("agent")),
        ]);
        let bare = vec![
            ("metrics", metrics),
            ("platform", bytes(&platform)),
            ("queue of platform", queue("platform-down")),
            ("rest of the queue of platform", queue("platform")),
        ];
        Left {
            full,
            bare,
            platform,
        }
    }
}

/// As it came, and decoded.
fn bytes(received: &Received) -> Vec<u8> {
    let mut bytes = format!("{received:?}").into_bytes();
    bytes.extend(received.bodies.iter().flat_map(|(_, body)| body));
    bytes
}

impl Left {
    fn all(&self) -> Vec<(&'static str, Vec<u8>)> {
        [&self.full[..], &self.bare[..]].concat()
    }
}

/// Runs the program under test, which sends to the server.
fn send_to(serving: &Serving, name: &str, more: &[(&str, &str)]) -> Run {
    let content = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";
    let mut environment = vec![
        ("OTEL_EXPORTER_OTLP_ENDPOINT", serving.http.as_str()),
        ("AGENTSCOPE_LEVEL", "trace"),
        (content, "SPAN_AND_EVENT"),
    ];
    environment.extend(more);
    run(name, Setup::Collector, &environment)
}

#[test]
fn in_what_a_server_keeps_says_and_sends_on() {
    let serving = Serving::start();
    let run = send_to(&serving, "server", &[]);
    let left = serving.end();
    assert!(run.leaks().is_empty(), "{:#?}", run.leaks());
    holds_none(&left.all(), &forbidden(&run));
    for class in [Class::Public, Class::Internal] {
        let allowed = run.planted(|canary| canary.class == class);
        let names = [
            "export",
            "trees",
            "trees as JSON",
            "agent",
            "queue of agent",
        ];
        shows(&left.full, &names, &allowed);
    }
    holds_nothing_said(&left, &run);
}

#[test]
fn a_leak_is_found_in_what_a_server_keeps_and_sends_on() {
    let serving = Serving::start();
    let run = send_to(&serving, "server leak", &[(program::LEAK, "1")]);
    let left = serving.end();
    let leaked = run.planted(|canary| canary.place == "leak");
    let names = ["export", "trees as JSON", "agent", "queue of agent"];
    shows(&left.full, &names, &leaked);
}

/// The platform sees that something ran: nothing that somebody said, whatever its class.
fn holds_nothing_said(left: &Left, run: &Run) {
    let said = run.planted(|canary| {
        // Labels that the application makes up are for everybody who runs it.
        canary.class <= Class::Internal && !canary.place.starts_with("attribute")
    });
    let found: Vec<_> = left
        .bare
        .iter()
        .flat_map(|(place, bytes)| found(place, bytes, &said))
        .collect();
    assert!(found.is_empty(), "{} texts: {found:#?}", found.len());
    let Received { spans, logs, .. } = &left.platform;
    for span in spans {
        let events = span.events.iter().map(|event| &event.attributes);
        let links = span.links.iter().map(|link| &link.attributes);
        let parts = events.chain(links).chain([&span.attributes]);
        parts.flatten().for_each(says_nothing);
        let status = span.status.clone().unwrap_or_default();
        assert_eq!(status.message, "", "{span:?}");
    }
    for log in logs {
        log.attributes.iter().for_each(says_nothing);
        assert_eq!(log.body, None, "{log:?}");
    }
}

fn says_nothing(attribute: &KeyValue) {
    const SAID: [&str; 19] = [
        names::INPUT_VALUE,
        names::OUTPUT_VALUE,
        names::INPUT_MESSAGES,
        names::OUTPUT_MESSAGES,
        names::SYSTEM_INSTRUCTIONS,
        names::EVALUATION_EXPLANATION,
        names::REQUEST_STOP_SEQUENCES,
        names::CALL_REASON,
        names::DELEGATION_REASON,
        names::DELEGATION_INSTRUCTIONS,
        names::ERROR_PARTS,
        names::FALLBACK_FROM,
        names::FALLBACK_TO,
        names::MEMORY,
        names::MEMORY_CHANGE,
        names::GOAL,
        names::SUB_GOAL,
        names::BELIEF,
        names::NOTE,
    ];
    let key = attribute.key.as_str();
    let value = match attribute.value.as_ref().and_then(|it| it.value.as_ref()) {
        Some(Value::StringValue(text)) => Scalar::Text(text),
        Some(Value::BoolValue(is)) => Scalar::Bool(*is),
        Some(Value::IntValue(number)) => Scalar::Int(*number),
        Some(Value::DoubleValue(number)) => Scalar::Double(*number),
        _ => Scalar::Other,
    };
    let is_known = names::find(key).is_some();
    assert!(!SAID.contains(&key), "{attribute:?}");
    assert!(is_known || !carries_content(key, value), "{attribute:?}");
}

/// What other libraries and careless applications put into OTLP.
#[test]
fn in_what_others_send_to_a_server() {
    let serving = Serving::start();
    let planted = foreign::Planted::new();
    let mut left = Vec::new();
    for (signal, message) in planted.messages() {
        left.push(("answer", serving.post(signal, message)));
    }
    let of = serving.end();
    left.extend(of.all());
    holds_none(&left, &planted.hidden);
    let public: &[Canary] = &planted.public;
    let names = [
        "export",
        "trees",
        "trees as JSON",
        "lists",
        "files",
        "agent",
        "queue of agent",
    ];
    shows(&of.full, &names, public);
    shows(&of.bare, &["platform", "queue of platform"], public);
    let Received { spans, logs, .. } = &of.platform;
    assert!(
        spans
            .iter()
            .all(|span| span.status.clone().unwrap_or_default().message.is_empty())
    );
    assert!(logs.iter().all(|log| log.body.is_none()));
}
