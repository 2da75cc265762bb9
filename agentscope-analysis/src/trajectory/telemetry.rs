//! Makes the spans and log records of a trajectory.

use std::collections::HashMap;

use agentscope_runtime::{Level, names};
use serde_json::{Value as Json, json};

use super::ids::{Of, span_id, trace_id};
use super::{Trajectory, TrajectoryKind, TrajectoryStep};
use crate::record::{LogRecord, SpanKind, SpanRecord, Status, Value};

/// 2024-01-01T00:00:00Z, in nanoseconds since the Unix epoch.
const BEGIN: u64 = 1_704_067_200_000_000_000;
const MILLISECOND: f64 = 1_000_000.0;
/// How long a step takes that does not say.
const STEP_MS: f64 = 1_000.0;

pub(super) fn of(trajectory: &Trajectory) -> (Vec<SpanRecord>, Vec<LogRecord>) {
    let mut making = Making::new(trajectory);
    for (place, step) in trajectory.steps.iter().enumerate() {
        making.step(place, step);
    }
    making.finish()
}

/// The run of an agent.
struct Run {
    name: String,
    id: String,
    span: SpanRecord,
    /// Its latest thought.
    thought: Option<String>,
}

struct Making<'a> {
    trajectory: &'a Trajectory,
    trace: u128,
    now: u64,
    steps: i64,
    runs: Vec<Run>,
    /// The latest run of each agent.
    latest: HashMap<&'a str, usize>,
    spans: Vec<SpanRecord>,
    logs: Vec<LogRecord>,
    worst: Level,
}

impl<'a> Making<'a> {
    fn new(trajectory: &'a Trajectory) -> Self {
        Self {
            trajectory,
            trace: trace_id(&trajectory.session_id),
            now: BEGIN,
            steps: 0,
            runs: Vec::new(),
            latest: HashMap::new(),
            spans: Vec::with_capacity(trajectory.steps.len() + 2),
            logs: Vec::new(),
            worst: Level::Info,
        }
    }

    fn step(&mut self, place: usize, step: &'a TrajectoryStep) {
        if step.kind == TrajectoryKind::User {
            let said = self.log(names::EVENT_NOTE, self.id(Of::Session), Level::Info);
            let words = step.result.as_deref().unwrap_or_default();
            self.logs.push(said.with(names::NOTE, words));
            self.now += nanos(step.ms);
            return;
        }
        let run = match self.latest.get(step.agent.as_str()) {
            Some(run) => *run,
            None => self.begin(&step.agent, Of::Session),
        };
        match step.kind {
            TrajectoryKind::Tool => self.tool(place, step, run),
            TrajectoryKind::Agent => self.delegation(place, step, run),
            TrajectoryKind::Inference | TrajectoryKind::User => self.inference(place, step, run),
        }
    }

    fn tool(&mut self, place: usize, step: &TrajectoryStep, run: usize) {
        let (status, level, warning) = match step {
            TrajectoryStep { error: true, .. } => ("error", Level::Error, Some("tool_error")),
            // A valid answer that says that there is none.
            _ if step.soft_error == Some(true)
                || step.result.as_deref().is_none_or(str::is_empty) =>
            {
                ("empty", Level::Warn, Some("empty_response"))
            }
            _ => ("success", Level::Info, None),
        };
        let reason = step
            .reasoning
            .clone()
            .or_else(|| self.runs[run].thought.clone());
        let mut span = self
            .span(
                Of::Step(place),
                &format!("execute_tool {}", step.name),
                "tool",
            )
            .with(names::OPERATION_NAME, "execute_tool")
            .with(names::TOOL_NAME, step.name.as_str())
            .with(names::TOOL_STATUS, status)
            .with(names::LEVEL, level.as_str());
        span = match &reason {
            Some(reason) => span
                .with(names::CALL_REASON, reason.as_str())
                .with(names::CALL_REASON_SOURCE, "model"),
            None => span.with(names::CALL_REASON_SOURCE, "missing"),
        };
        if let Some(args) = &step.args {
            span = span.with(names::INPUT_VALUE, args.to_string());
        }
        if let Some(result) = &step.result {
            span = span.with(names::OUTPUT_VALUE, result.as_str());
        }
        let tool = |log: LogRecord| log.with(names::TOOL_NAME, step.name.as_str());
        let called = tool(self.snapshot(names::EVENT_TOOL_CALLED, place, Level::Info, run));
        self.logs.push(called);
        self.end(span, step, run);
        let mut returned = tool(self.snapshot(names::EVENT_TOOL_RETURNED, place, level, run))
            .with(names::TOOL_STATUS, status);
        if let Some(warning) = warning {
            returned = returned.with(names::WARNING, warning);
        }
        self.logs.push(returned);
        self.steps += 1;
    }

    fn delegation(&mut self, place: usize, step: &'a TrajectoryStep, run: usize) {
        let target = target(&step.name);
        let told = step
            .args
            .as_ref()
            .and_then(|args| args["instruction"].as_str());
        let mut span = self
            .span(
                Of::Step(place),
                &format!("invoke_agent {target}"),
                "delegation",
            )
            .with(names::OPERATION_NAME, "invoke_agent")
            .with(names::PROVIDER_NAME, "agentscope")
            .with(names::AGENT_NAME, target)
            .with(names::DELEGATION_TARGET, target)
            .with(names::DELEGATION_MODE, "child");
        span.kind = SpanKind::Client;
        for (key, text) in [
            (names::DELEGATION_INSTRUCTIONS, told),
            (names::DELEGATION_REASON, step.reasoning.as_deref()),
            (names::OUTPUT_VALUE, step.result.as_deref()),
        ] {
            if let Some(text) = text {
                span = span.with(key, text);
            }
        }
        let called = self.snapshot(names::EVENT_DELEGATION_CALLED, place, Level::Info, run);
        self.logs
            .push(called.with(names::DELEGATION_TARGET, target));
        self.end(span, step, run);
        self.steps += 1;
        self.begin(target, Of::Step(place));
    }

    fn inference(&mut self, place: usize, step: &TrajectoryStep, run: usize) {
        let model = self.trajectory.model.as_deref();
        let name = model.map_or("chat".to_owned(), |model| format!("chat {model}"));
        let mut span = self
            .span(Of::Step(place), &name, "inference")
            .with(names::OPERATION_NAME, "chat");
        span.kind = SpanKind::Client;
        if let Some(model) = model {
            span = span.with(names::REQUEST_MODEL, model);
        }
        if step.name != "chat" && !step.name.is_empty() {
            span = span.with(names::PROMPT_NAME, step.name.as_str());
        }
        if let Some(message) = message(step) {
            span = span.with(names::OUTPUT_MESSAGES, message.to_string());
        }
        // What it thinks now is why it does what comes next.
        let thought = step
            .reasoning
            .as_ref()
            .or(step.result.as_ref().filter(|_| !step.tool_calls.is_empty()));
        self.runs[run].thought = thought.cloned();
        self.end(span, step, run);
        let level = if step.error {
            Level::Error
        } else {
            Level::Info
        };
        let mut decided = self.snapshot(names::EVENT_AGENT_DECIDED, place, level, run);
        if !step.tool_calls.is_empty() {
            let tools = step
                .tool_calls
                .iter()
                .map(|call| Value::from(call.name.as_str()));
            decided.attributes.insert(
                names::DECISION_TOOLS.to_owned(),
                Value::Array(tools.collect()),
            );
        }
        self.logs.push(decided);
    }

    /// Begins a run of an agent.
    fn begin(&mut self, agent: &'a str, inside: Of) -> usize {
        let run = self.runs.len();
        let id = format!("{}/{agent}/{run}", self.trajectory.session_id);
        let span = self
            .span(Of::Agent(run), &format!("invoke_agent {agent}"), "agent")
            .child_of(self.id(inside))
            .with(names::OPERATION_NAME, "invoke_agent")
            .with(names::AGENT_NAME, agent)
            .with(names::AGENT_ID, id.as_str());
        self.runs.push(Run {
            name: agent.to_owned(),
            id,
            span,
            thought: None,
        });
        self.latest.insert(agent, run);
        run
    }

    /// A span that begins now.
    fn span(&self, of: Of, name: &str, layer: &str) -> SpanRecord {
        let span = SpanRecord {
            start: self.now,
            end: self.now,
            ..SpanRecord::new(self.trace, self.id(of), name)
        };
        span.with(names::LAYER, layer)
            .with(names::SESSION_ID, self.trajectory.session_id.as_str())
            .with(names::SIMULATED, "time")
            .with(names::OUTCOME, "ok")
    }

    /// Ends the span of a step of an agent, and lets that time pass.
    fn end(&mut self, mut span: SpanRecord, step: &TrajectoryStep, run: usize) {
        self.now += nanos(step.ms);
        span.end = self.now;
        self.runs[run].span.end = self.now;
        let agent = &self.runs[run];
        span = span
            .child_of(agent.span.span_id)
            .with(names::AGENT_ID, agent.id.as_str());
        if let Some(number) = self.number(step.kind) {
            span = span.with(names::STEP_INDEX, number);
        }
        if step.kind == TrajectoryKind::Tool {
            span = span.with(names::AGENT_NAME, agent.name.as_str());
        }
        if step.error {
            span.status = Status::Error(String::new());
            span = span
                .with(names::OUTCOME, "error")
                .with(names::ERROR_TYPE, "recorded");
            self.worst = self.worst.max(Level::Error);
        }
        self.spans.push(span);
    }

    fn snapshot(&mut self, event: &str, place: usize, level: Level, run: usize) -> LogRecord {
        let run = &self.runs[run];
        let mut log = self
            .log(event, self.id(Of::Step(place)), level)
            .with(names::AGENT_ID, run.id.as_str())
            .with(names::AGENT_NAME, run.name.as_str());
        if let Some(number) = self.number(self.trajectory.steps[place].kind) {
            log = log.with(names::STEP_INDEX, number);
        }
        if let Some(goal) = &self.trajectory.goal {
            log = log.with(names::GOAL, goal.as_str());
        }
        self.worst = self.worst.max(level);
        log
    }

    /// The number of a step that counts as one; of another the latest before it.
    fn number(&self, kind: TrajectoryKind) -> Option<i64> {
        match kind {
            TrajectoryKind::Tool | TrajectoryKind::Agent => Some(self.steps),
            TrajectoryKind::Inference | TrajectoryKind::User => {
                self.steps.checked_sub(1).filter(|it| *it >= 0)
            }
        }
    }

    fn log(&self, event: &str, span: u64, level: Level) -> LogRecord {
        let log = LogRecord {
            time: self.now,
            severity_number: level.severity_number(),
            severity_text: level.as_str().to_owned(),
            ..LogRecord::new(event, self.trace, span)
        };
        let log = log
            .with(names::SESSION_ID, self.trajectory.session_id.as_str())
            .with(names::LEVEL, level.as_str())
            .with(names::SIMULATED, "time");
        match &self.trajectory.task_key {
            Some(task) => log.with(names::TASK_ID, task.as_str()),
            None => log,
        }
    }

    fn id(&self, of: Of) -> u64 {
        span_id(&self.trajectory.session_id, of)
    }

    fn finish(mut self) -> (Vec<SpanRecord>, Vec<LogRecord>) {
        let trajectory = self.trajectory;
        let verdict = match trajectory.success {
            Some(true) => "success",
            Some(false) => "failure",
            None => "unknown",
        };
        let (tools, inferences) = (self.count("tool"), self.count("inference"));
        let mut session = self
            .span(
                Of::Session,
                &format!("invoke_workflow {}", trajectory.source),
                "session",
            )
            .with(names::OPERATION_NAME, "invoke_workflow")
            .with(names::SPAN_KIND, "CHAIN")
            .with(names::WORKFLOW_NAME, trajectory.source.as_str())
            .with(names::LEVEL, self.worst.as_str())
            .with(names::SESSION_VERDICT, verdict)
            .with(names::SESSION_VERDICT_SOURCE, "recorded")
            .with(names::SESSION_TOOL_CALLS, tools)
            .with(names::SESSION_INFERENCE_CALLS, inferences);
        session.start = BEGIN;
        if let Some(goal) = &trajectory.goal {
            session = session.with(names::INPUT_VALUE, goal.as_str());
        }
        self.spans.insert(0, session);
        // An agent that a task was handed to works inside that delegation.
        let ends: HashMap<u64, u64> = self
            .runs
            .iter()
            .filter_map(|run| Some((run.span.parent_span_id?, run.span.end)))
            .collect();
        for span in &mut self.spans {
            let inside = ends.get(&span.span_id).copied();
            span.end = span.end.max(inside.unwrap_or(0));
        }
        self.spans.extend(self.runs.into_iter().map(|run| run.span));
        if let Some(task) = &trajectory.task_key {
            for span in &mut self.spans {
                span.attributes
                    .insert(names::TASK_ID.to_owned(), task.as_str().into());
            }
        }
        (self.spans, self.logs)
    }

    fn count(&self, layer: &str) -> i64 {
        let spans = self.spans.iter();
        let those = spans.filter(|span| span.text(names::LAYER) == Some(layer));
        i64::try_from(those.count()).unwrap_or(i64::MAX)
    }
}

fn target(name: &str) -> &str {
    name.strip_prefix("delegate:").unwrap_or(name)
}

fn nanos(ms: Option<f64>) -> u64 {
    // Out of range is cut off, and what is no number is 0.
    (ms.unwrap_or(STEP_MS).clamp(0.0, 1e9) * MILLISECOND) as u64
}

/// What the model said, as the conventions have it.
fn message(step: &TrajectoryStep) -> Option<Json> {
    let mut parts = Vec::new();
    if let Some(thought) = &step.reasoning {
        parts.push(json!({"type": "reasoning", "content": thought}));
    }
    if let Some(text) = &step.result {
        parts.push(json!({"type": "text", "content": text}));
    }
    for call in &step.tool_calls {
        parts.push(json!({"type": "tool_call", "name": call.name, "arguments": call.args}));
    }
    if parts.is_empty() {
        return None;
    }
    let finish = match step.tool_calls.is_empty() {
        true => "stop",
        false => "tool_call",
    };
    Some(json!([{"role": "assistant", "parts": parts, "finish_reason": finish}]))
}
