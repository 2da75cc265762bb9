//! Runs a scenario in a process of its own: environment and global providers belong to a process.

#![allow(
    unreachable_pub,
    dead_code,
    reason = "shared by tests, each of which uses a part"
)]

use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Instant;

use opentelemetry::trace::{Span as _, SpanContext, SpanKind, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue, global};

const SCENARIO: &str = "COLLECTOR_TEST_SCENARIO";

/// The scenario that this process is to play, if it is such a process.
pub fn scenario() -> Option<String> {
    std::env::var(SCENARIO).ok()
}

/// This test binary again, playing `scenario`, with these variables and no other of OpenTelemetry's
/// or agentscope's.
pub fn command(scenario: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args([
        "--exact",
        "child",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ]);
    let proxy = |name: &str| name.to_ascii_lowercase().ends_with("_proxy");
    let ours = |name: &str| name.starts_with("OTEL_") || name.starts_with("AGENTSCOPE_");
    for (name, _) in std::env::vars().filter(|(name, _)| ours(name) || proxy(name)) {
        command.env_remove(name);
    }
    command
        .env(SCENARIO, scenario)
        .envs(variables.iter().copied());
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// What a process that played a scenario has printed.
pub struct Played {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Played {
    fn of(output: &Output) -> Self {
        Self {
            status: output.status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The rest of the line that begins with `label`.
    pub fn said(&self, label: &str) -> &str {
        let line = self
            .stdout
            .lines()
            .find_map(|line| line.strip_prefix(label));
        line.unwrap_or_else(|| panic!("no `{label}` in:\n{}\n{}", self.stdout, self.stderr))
            .trim()
    }

    /// Likewise, as milliseconds.
    pub fn millis(&self, label: &str) -> u64 {
        self.said(label).parse().expect("milliseconds")
    }

    /// The warnings of this crate.
    pub fn warnings(&self) -> Vec<&str> {
        self.stderr
            .lines()
            .filter(|line| line.starts_with("agentscope: "))
            .collect()
    }
}

/// Plays a scenario to its end, which must be a good one.
pub fn play(scenario: &str, variables: &[(&str, &str)]) -> Played {
    let output = command(scenario, variables)
        .output()
        .expect("this test runs");
    let played = Played::of(&output);
    assert!(
        played.status.success(),
        "{scenario} failed:\n{}\n{}",
        played.stdout,
        played.stderr
    );
    played
}

/// Waits for the end of a process.
pub fn end(child: Child) -> Played {
    Played::of(&child.wait_with_output().expect("it ends"))
}

/// One session with an agent and some tool calls, made by hand; gives the context of its tool span.
pub fn session(id: &str, calls: u64) -> SpanContext {
    let tracer = global::tracer("test");
    let start = |name: String, layer: &'static str, parent: &Context| {
        let attributes = vec![
            KeyValue::new("agentscope.layer", layer),
            KeyValue::new("session.id", id.to_owned()),
            KeyValue::new("agentscope.outcome", "ok"),
            KeyValue::new("gen_ai.tool.name", name.clone()),
        ];
        let builder = tracer
            .span_builder(name)
            .with_kind(SpanKind::Internal)
            .with_attributes(attributes);
        tracer.build_with_context(builder, parent)
    };
    let root =
        Context::new().with_span(start("invoke_workflow".into(), "session", &Context::new()));
    let agent = root.with_span(start("invoke_agent".into(), "agent", &root));
    let mut last = SpanContext::NONE;
    for call in 0..calls {
        let mut tool = start(format!("tool-{call}"), "tool", &agent);
        last = tool.span_context().clone();
        tool.end();
    }
    agent.span().end();
    root.span().end();
    last
}

/// Runs `work` and says how long it took.
pub fn timed(label: &str, work: impl FnOnce()) {
    let begin = Instant::now();
    work();
    say(label, begin.elapsed().as_millis());
}

/// Says something to the parent process.
pub fn say(label: &str, what: impl std::fmt::Display) {
    use std::io::Write as _;
    writeln!(std::io::stdout(), "\n{label} {what}").expect("the parent listens");
}
