//! Everything that leaves a run of the program under test, and what is in it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use agentscope::{Class, names};
use opentelemetry_proto::tonic::trace::v1::Span;

use crate::canaries::{self, Canary};
use crate::program::{Directory, Setup};
use crate::receiver::{Mode, Received, Receiver, text};
use crate::search::{Search, find};

/// A way out of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Channel {
    /// Bytes of OTLP requests, decoded ones, and what an own provider has exported.
    Spans,
    Logs,
    Metrics,
    /// The standard output.
    Console,
    /// What our types say of themselves.
    Printed,
    /// The standard error: the log of the application, at TRACE, of all crates.
    Tracing,
    /// Of a request to another process.
    Headers,
    Payloads,
}

impl Channel {
    const ALL: [Self; 8] = [
        Self::Spans,
        Self::Logs,
        Self::Metrics,
        Self::Console,
        Self::Printed,
        Self::Tracing,
        Self::Headers,
        Self::Payloads,
    ];

    /// The table of the policy, written once more.
    fn highest(self) -> Class {
        match self {
            Self::Spans | Self::Logs | Self::Console | Self::Printed | Self::Tracing => {
                Class::Internal
            }
            Self::Headers | Self::Metrics => Class::Public,
            Self::Payloads => Class::Special,
        }
    }
}

/// A canary where it may not be.
#[derive(Debug)]
pub(crate) struct Leak {
    pub(crate) channel: Channel,
    #[expect(dead_code, reason = "for the message")]
    canary: Canary,
    #[expect(dead_code, reason = "for the message")]
    around: String,
}

pub(crate) struct Run {
    planted: Vec<Canary>,
    channels: BTreeMap<Channel, Vec<u8>>,
    received: Received,
    setup: Setup,
}

/// Runs the program under test, and collects all that it emits.
pub(crate) fn run(name: &str, setup: Setup, environment: &[(&str, &str)]) -> Run {
    let directory = Directory::new(&name.replace(' ', "-"));
    let receiver = Receiver::start(Mode::Accept);
    let mut child = Command::new(std::env::current_exe().expect("a test is a program"));
    child.args(["--exact", "program::child", "--ignored", "--nocapture"]);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("OTEL_") || name.starts_with("AGENTSCOPE_") || name == "RUST_BACKTRACE"
        {
            child.env_remove(&*name);
        }
    }
    child
        .env(canaries::LIST, &directory.0)
        .env(Setup::VARIABLE, setup.word())
        .env("AGENTSCOPE_KEY", "key of the examples' tests")
        .env("NO_PROXY", "127.0.0.1");
    if setup == Setup::Collector {
        child.env("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint());
    }
    child.envs(environment.iter().copied());
    let output = child.output().expect("it runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    let last: Vec<_> = errors.lines().rev().take(20).collect();
    assert!(output.status.success(), "the last lines first: {last:#?}");

    // It has flushed before it ended.
    let received = receiver.received();
    let of = |signal: &str, decoded: String, own: &str| {
        let sent = received
            .bodies
            .iter()
            .filter(|(path, _)| path.ends_with(signal));
        let mut bytes: Vec<u8> = sent.flat_map(|(_, body)| body.iter().copied()).collect();
        bytes.extend(decoded.into_bytes());
        bytes.extend(directory.read(own));
        bytes
    };
    let resource = &received.resource;
    let spans = of(
        "/traces",
        format!("{:?} {resource:?}", received.spans),
        "spans",
    );
    let logs = of("/logs", format!("{:?}", received.logs), "logs");
    let metrics = of("/metrics", format!("{:?}", received.metrics), "metrics");
    let channels = BTreeMap::from([
        (Channel::Spans, spans),
        (Channel::Logs, logs),
        (Channel::Metrics, metrics),
        (Channel::Console, output.stdout),
        (Channel::Printed, directory.read("printed")),
        (Channel::Tracing, output.stderr),
        (Channel::Headers, directory.read("headers")),
        (Channel::Payloads, directory.read("payloads")),
    ]);
    assert_eq!(channels.len(), Channel::ALL.len());
    let mut planted = canaries::planted(&directory.0);
    planted.sort_by(|one, other| (&one.text, one.class).cmp(&(&other.text, other.class)));
    planted.dedup_by(|one, other| one.text == other.text && one.class == other.class);
    assert!(planted.len() > 190, "{} canaries", planted.len());
    Run {
        planted,
        channels,
        received,
        setup,
    }
}

impl Run {
    pub(crate) fn bytes(&self, channel: Channel) -> &[u8] {
        &self.channels[&channel]
    }

    /// What was planted of which the condition holds.
    pub(crate) fn planted(&self, is_meant: impl Fn(&Canary) -> bool) -> Vec<Canary> {
        self.planted
            .iter()
            .filter(|it| is_meant(it))
            .cloned()
            .collect()
    }

    /// All that is where its class may not be.
    pub(crate) fn leaks(&self) -> Vec<Leak> {
        let mut leaks = Vec::new();
        for channel in Channel::ALL {
            let forbidden = self.planted.iter();
            let forbidden = forbidden.filter(|canary| canary.class > channel.highest());
            let search = Search::new(forbidden);
            let bytes = self.bytes(channel);
            let leaked = search.found_in(bytes).into_values();
            leaks.extend(leaked.map(|(canary, place)| Leak {
                channel,
                canary: canary.clone(),
                around: around(bytes, place),
            }));
        }
        leaks
    }

    /// Canaries of the class are there: it is known how to find them.
    pub(crate) fn shows(&self, channel: Channel, class: Class) {
        self.shows_place(channel, class, "");
    }

    pub(crate) fn shows_place(&self, channel: Channel, class: Class, place: &str) {
        let bytes = self.bytes(channel);
        let mut planted = self.planted.iter();
        let is_there = planted.any(|canary| {
            let is_meant = canary.class == class && canary.place.starts_with(place);
            is_meant && find(bytes, &canary.text).is_some()
        });
        assert!(is_there, "no {class:?} {place} in {channel:?}");
    }

    pub(crate) fn received_all_signals(&self) {
        let Received {
            spans,
            logs,
            metrics,
            ..
        } = &self.received;
        assert!(!spans.is_empty() && !logs.is_empty() && !metrics.is_empty());
    }

    /// How often something stands in the spans, whoever has exported them.
    fn count(&self, key: &str, value: &str) -> usize {
        match self.setup {
            Setup::Collector => {
                let spans = self.received.spans.iter();
                let is = |span: &&Span| text(&span.attributes, key) == Some(value);
                spans.filter(is).count()
            }
            Setup::Own | Setup::NoSink => {
                let printed = String::from_utf8_lossy(self.bytes(Channel::Spans));
                let pairs = printed.split("KeyValue {").filter(|pair| {
                    let quoted = |word: &str| format!("\"{word}\"");
                    pair.contains(&quoted(key)) && pair.contains(&quoted(value))
                });
                pairs.count()
            }
        }
    }

    /// The calls really ended as they were meant to.
    pub(crate) fn failed_in_every_way(&self) {
        for (outcome, least) in [("ok", 40), ("error", 15), ("panicked", 5), ("cancelled", 4)] {
            let count = self.count(names::OUTCOME, outcome);
            assert!(count >= least, "{outcome}: {count}");
        }
        assert!(
            self.count(names::FRAME, "recovered") >= 2,
            "a frame of each tenant"
        );
        let said = [Channel::Logs, Channel::Tracing, Channel::Spans];
        let said = said.map(|channel| String::from_utf8_lossy(self.bytes(channel)));
        for warning in [
            "retry",
            "tool_error",
            "inference_error",
            "schema_violation",
            "budget_exhausted",
            "iteration_limit",
            "guardrail",
        ] {
            assert!(said.iter().any(|text| text.contains(warning)), "{warning}");
        }
    }

    /// Addresses in texts that may be shown are markers, with what is around them.
    pub(crate) fn scrubbed(&self) {
        let spans = String::from_utf8_lossy(self.bytes(Channel::Spans));
        for canary in &self.planted {
            if canary.class == Class::Internal && canary.place.starts_with("attribute/") {
                let shown = format!("{} of [email]", canary.text);
                assert!(spans.contains(&shown), "{shown}");
            }
        }
        assert!(spans.contains("invoke_agent [email]") && spans.contains("chat [email]"));
    }

    /// Equal values of one tenant look equal and those of two do not, and nothing of one is in a
    /// span of the other.
    pub(crate) fn kept_tenants_apart(&self) {
        if self.setup != Setup::Collector {
            return;
        }
        let mut hashes = BTreeMap::<&str, BTreeSet<&str>>::new();
        let mut calls = BTreeMap::<&str, usize>::new();
        for span in &self.received.spans {
            let Some(tenant @ ("acme" | "globex")) = text(&span.attributes, names::TENANT_ID)
            else {
                continue;
            };
            let bytes = format!("{span:?}").into_bytes();
            let other = if tenant == "acme" { "globex/" } else { "acme/" };
            for canary in self.planted.iter().filter(|it| it.place.starts_with(other)) {
                assert_eq!(find(&bytes, &canary.text), None, "{canary:?} in {span:?}");
            }
            if span.name == "execute_tool contact" {
                let input = text(&span.attributes, names::INPUT_VALUE).expect("arguments");
                let start = r#"{"address":""#;
                let hash = input.strip_prefix(start).and_then(|rest| rest.get(..42));
                hashes
                    .entry(tenant)
                    .or_default()
                    .insert(hash.expect("a hash"));
                *calls.entry(tenant).or_default() += 1;
            }
        }
        assert!(calls.values().all(|calls| *calls >= 8), "{calls:?}");
        let [one, other] = ["acme", "globex"].map(|tenant| &hashes[tenant]);
        assert_eq!((one.len(), other.len()), (1, 1), "{hashes:?}");
        assert!(one.is_disjoint(other), "{hashes:?}");
    }
}

pub(crate) fn around(bytes: &[u8], place: usize) -> String {
    let (from, to) = (place.saturating_sub(100), bytes.len().min(place + 60));
    String::from_utf8_lossy(&bytes[from..to]).into_owned()
}
