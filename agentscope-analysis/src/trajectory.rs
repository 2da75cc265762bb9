//! Sessions that others have recorded without telemetry, as lists of steps.

use serde::Deserialize;

use crate::record::{LogRecord, SpanRecord};

mod ids;
mod telemetry;

/// A recorded session of agents: what it was for, its steps, and what people say of them.
///
/// It says nothing of times. [`Trajectory::telemetry`] makes them up and says so.
///
/// ```
/// use agentscope_analysis::{Session, Trajectory};
/// let json = r#"{
///     "session_id": "demo-1", "source": "demo", "goal": "What is 2 + 2?", "success": true,
///     "steps": [
///         {"index": 0, "kind": "inference", "agent": "solver", "name": "chat", "reasoning": "add them"},
///         {"index": 1, "kind": "tool", "agent": "solver", "name": "add", "args": {"a": 2, "b": 2}, "result": "4"}
///     ]
/// }"#;
/// let trajectory: Trajectory = serde_json::from_str(json)?;
/// let (spans, logs) = trajectory.telemetry();
/// let session = Session::new(&trajectory.session_id, spans, logs);
/// assert_eq!((session.totals.agents, session.totals.tools), (1, 1));
/// assert_eq!(session.totals.verdict.as_deref(), Some("success"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Trajectory {
    /// The session; ids of spans are derived from it.
    pub session_id: String,
    /// Which set of data it is from.
    #[serde(default)]
    pub source: String,
    /// The task, which several sessions may have in common.
    #[serde(default)]
    pub task_key: Option<String>,
    /// The model that all of its inferences asked.
    #[serde(default)]
    pub model: Option<String>,
    /// What the session was for.
    #[serde(default)]
    pub goal: Option<String>,
    /// Whether it reached that, where somebody knows.
    #[serde(default)]
    pub success: Option<bool>,
    /// What went wrong, as people have labelled it.
    #[serde(default)]
    pub labels: Vec<TrajectoryLabel>,
    /// What happened, in order.
    pub steps: Vec<TrajectoryStep>,
    /// How good the outcome was, from 0 to 1.
    #[serde(default)]
    pub reward: Option<f64>,
    /// How the agent was made to work.
    #[serde(default)]
    pub policy: Option<String>,
    /// Which attempt at the task it is.
    #[serde(default)]
    pub trial: Option<i64>,
    /// What a right session would have done.
    #[serde(default)]
    pub expected_actions: Option<serde_json::Value>,
    /// How the program ended.
    #[serde(default)]
    pub exit_status: Option<String>,
}

/// What somebody says is wrong with a step.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct TrajectoryLabel {
    /// [`TrajectoryStep::index`] of the step.
    pub step: u64,
    /// Kind of the mistake.
    #[serde(default)]
    pub category: String,
    /// More about it.
    #[serde(default)]
    pub note: Option<String>,
    /// Who made it.
    #[serde(default)]
    pub agent: Option<String>,
    /// Whether everything else follows from it.
    #[serde(default)]
    pub root_cause: bool,
}

/// One step of a [`Trajectory`].
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct TrajectoryStep {
    /// Its number in the session.
    pub index: u64,
    /// What it is.
    pub kind: TrajectoryKind,
    /// The agent whose step it is.
    #[serde(default)]
    pub agent: String,
    /// Name of the tool, or what the inference is for.
    #[serde(default)]
    pub name: String,
    /// What a tool was called with, or an agent told.
    #[serde(default)]
    pub args: Option<serde_json::Value>,
    /// What came back, or was said.
    #[serde(default)]
    pub result: Option<String>,
    /// Whether it failed.
    #[serde(default)]
    pub error: bool,
    /// What the model thought.
    #[serde(default)]
    pub reasoning: Option<String>,
    /// Whether what came back says that nothing was found.
    #[serde(default)]
    pub soft_error: Option<bool>,
    /// The calls that an inference chose.
    #[serde(default)]
    pub tool_calls: Vec<TrajectoryCall>,
    /// What an orchestrator notes of the progress.
    #[serde(default)]
    pub ledger: Option<serde_json::Value>,
    /// How good the state after it is, from 0 to 1.
    #[serde(default)]
    pub reward: Option<f64>,
    /// Milliseconds that it took.
    #[serde(default)]
    pub ms: Option<f64>,
}

/// What a [`TrajectoryStep`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrajectoryKind {
    /// A call of a model.
    #[default]
    Inference,
    /// A tool call.
    Tool,
    /// A task handed to another agent.
    Agent,
    /// Something that a person said.
    User,
}

/// A tool call that an inference chose.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct TrajectoryCall {
    /// Name of the tool.
    pub name: String,
    /// Its arguments.
    #[serde(default)]
    pub args: Option<serde_json::Value>,
}

impl Trajectory {
    /// The session as a program would have emitted it: a session span, agents, their steps, and a
    /// snapshot at each; what people said is a note on the session.
    ///
    /// Each span and log record has `agentscope.simulated` = `time`: the session begins on 1 January
    /// 2024, and a step takes a second where the trajectory does not say how long it took. Ids come
    /// from the session's id, so that the same trajectory gives the same records every time. Texts
    /// are as recorded: nothing is redacted.
    pub fn telemetry(&self) -> (Vec<SpanRecord>, Vec<LogRecord>) {
        telemetry::of(self)
    }

    /// Trace of all its spans.
    pub fn trace_id(&self) -> u128 {
        ids::trace_id(&self.session_id)
    }

    /// The span of the step at a place in [`Trajectory::steps`]; a step of a person has none.
    pub fn span_id(&self, place: usize) -> u64 {
        ids::span_id(&self.session_id, ids::Of::Step(place))
    }
}
