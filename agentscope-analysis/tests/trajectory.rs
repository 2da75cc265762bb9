//! What becomes of recorded trajectories.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use agentscope_analysis::{
    Layer, Session, Trajectory, TrajectoryKind, TrajectoryStep, TreeOptions,
};
use proptest::prelude::*;

fn session(trajectory: &Trajectory) -> Session {
    let (spans, logs) = trajectory.telemetry();
    Session::new(&trajectory.session_id, spans, logs)
}

const DELEGATED: &str = r#"{
    "session_id": "m-1", "source": "magentic", "task_key": "gaia:1", "model": "gpt-4o", "goal": "find the gyms",
    "success": false, "policy": "unknown to us", "split": "dev",
    "labels": [{"step": 3, "category": "decisive_error", "note": "a partial list", "root_cause": true, "annotator": "x"}],
    "steps": [
        {"index": 0, "kind": "user", "agent": "user", "name": "user_message", "args": null, "result": "Which gyms?", "error": false},
        {"index": 1, "kind": "inference", "agent": "Boss", "name": "ledger", "reasoning": "I need the address.", "ledger": {"is_in_loop": false}},
        {"index": 2, "kind": "agent", "agent": "Boss", "name": "delegate:Surfer", "args": {"to": "Surfer", "instruction": "Search."}},
        {"index": 3, "kind": "tool", "agent": "Surfer", "name": "search", "args": {"q": "gyms"}, "result": "", "error": false},
        {"index": 4, "kind": "tool", "agent": "Surfer", "name": "click", "args": {"id": 7}, "result": "timeout", "error": true, "ms": 250.0},
        {"index": 5, "kind": "inference", "agent": "Boss", "name": "chat", "result": "None.", "tool_calls": []}
    ]
}"#;

#[test]
fn trajectory_is_a_session_of_agents_and_their_steps() {
    let trajectory: Trajectory = serde_json::from_str(DELEGATED).expect("is in the form");
    let session = session(&trajectory);
    let tree = session.tree(&TreeOptions::default());
    assert_eq!(
        tree,
        r#"◆ session magentic  ok  5.25s · 2 agents · 2 tool calls · 2 inferences · 1 delegation · verdict failure (recorded) · worst ERROR · id m-1
│ note: "Which gyms?"
└─ ● agent Boss  ok  4.25s
   ├─ ✦ inference chat gpt-4o  ok  1.00s
   │    goal: "find the gyms"
   ├─ → delegation #0 Surfer  ok  2.25s
   │  └─ ● agent Surfer  ok  1.25s
   │     ├─ ▸ tool #1 search  ok  1.00s · result empty
   │     │    why: missing
   │     │    args: {"q":"gyms"}
   │     │    result: 
   │     │    goal: "find the gyms"
   │     │    ! WARN empty_response
   │     └─ ▸ tool #2 click  error recorded  250ms
   │          why: missing
   │          args: {"id":7}
   │          result: timeout
   │          ! ERROR tool_error
   └─ ✦ inference chat gpt-4o  ok  1.00s
"#,
        "{tree}"
    );
}

#[test]
fn records_say_that_their_times_are_made_up() {
    let trajectory: Trajectory = serde_json::from_str(DELEGATED).expect("is in the form");
    let (spans, logs) = trajectory.telemetry();
    assert!(
        spans
            .iter()
            .all(|span| span.text("agentscope.simulated") == Some("time"))
    );
    assert!(
        logs.iter()
            .all(|log| log.text("agentscope.simulated") == Some("time"))
    );
    assert_eq!(
        trajectory.telemetry(),
        (spans, logs),
        "and are the same every time"
    );
}

#[test]
fn reason_of_a_call_is_the_latest_thought_of_its_agent() {
    let step = |kind, thought: Option<&str>| TrajectoryStep {
        kind,
        agent: "a".into(),
        name: "x".into(),
        reasoning: thought.map(str::to_owned),
        ..TrajectoryStep::default()
    };
    let trajectory = Trajectory {
        session_id: "s".into(),
        steps: vec![
            step(TrajectoryKind::Inference, Some("look first")),
            step(TrajectoryKind::Tool, None),
            step(TrajectoryKind::Inference, None),
            step(TrajectoryKind::Tool, None),
        ],
        ..Trajectory::default()
    };
    let session = session(&trajectory);
    let tools = session
        .nodes
        .iter()
        .filter(|node| node.layer == Layer::Tool);
    let reasons: Vec<_> = tools
        .map(|node| (node.reason.as_deref(), node.reason_source.as_deref()))
        .collect();
    assert_eq!(
        reasons,
        [(Some("look first"), Some("model")), (None, Some("missing"))]
    );
}

/// Each step once, and where its agent is.
fn check(trajectory: &Trajectory) {
    let name = &trajectory.session_id;
    let session = session(trajectory);
    let ids: HashSet<u64> = session.nodes.iter().map(|node| node.span_id).collect();
    assert_eq!(ids.len(), session.nodes.len(), "{name}: ids are not unique");
    let mut expected = [0; 4];
    for (place, step) in trajectory.steps.iter().enumerate() {
        let nodes: Vec<_> = session
            .nodes
            .iter()
            .filter(|node| node.span_id == trajectory.span_id(place))
            .collect();
        let layer = match step.kind {
            TrajectoryKind::Inference => Layer::Inference,
            TrajectoryKind::Tool => Layer::Tool,
            TrajectoryKind::Agent => Layer::Delegation,
            TrajectoryKind::User => {
                assert!(nodes.is_empty(), "{name}: a person's words are no span");
                expected[3] += 1;
                continue;
            }
        };
        expected[step.kind as usize] += 1;
        let [node] = nodes.as_slice() else {
            panic!("{name}: step {place} stands {} times", nodes.len());
        };
        assert_eq!(node.layer, layer, "{name}: step {place}");
        let agent = &session.nodes[node.parent.expect("it is not the session")];
        assert_eq!(
            (agent.layer, &agent.name),
            (Layer::Agent, &step.agent),
            "{name}: step {place}"
        );
    }
    let totals = &session.totals;
    let notes = session.nodes[0].snapshots.len();
    assert_eq!(
        [totals.inferences, totals.tools, totals.delegations, notes],
        expected,
        "{name}"
    );
    let odd = [
        totals.orphans,
        totals.duplicates,
        totals.skewed,
        totals.others,
    ];
    assert_eq!(odd, [0; 4], "{name}");
    // Steps have their numbers in the order that they have in the tree and in time.
    let mut numbered: Vec<_> = session
        .nodes
        .iter()
        .filter(|node| matches!(node.layer, Layer::Tool | Layer::Delegation))
        .collect();
    numbered.sort_by_key(|node| node.start);
    assert!(
        numbered
            .iter()
            .zip(0..)
            .all(|(node, number)| node.step_index == Some(number)),
        "{name}"
    );
}

fn steps() -> impl Strategy<Value = Vec<TrajectoryStep>> {
    let step = (0..4, 1..4, any::<bool>(), prop::option::of(".{0,9}")).prop_map(
        |(kind, agent, error, text)| {
            let kind = match kind {
                0 => TrajectoryKind::Inference,
                1 => TrajectoryKind::Tool,
                2 => TrajectoryKind::Agent,
                _ => TrajectoryKind::User,
            };
            TrajectoryStep {
                kind,
                agent: format!("agent {agent}"),
                name: match kind {
                    TrajectoryKind::Agent => format!("delegate:agent {}", agent % 3 + 1),
                    _ => "search".to_owned(),
                },
                error,
                reasoning: text.clone(),
                result: text,
                ..TrajectoryStep::default()
            }
        },
    );
    prop::collection::vec(step, 0..40)
}

proptest! {
    #[test]
    fn every_step_appears_once(steps in steps(), session_id in ".{0,9}") {
        check(&Trajectory { session_id, steps, ..Trajectory::default() });
    }
}

#[test]
fn every_recorded_trajectory_becomes_a_session() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let file = shared.join("data/trajectories.dev.jsonl.gz");
    if !shared.exists() {
        // Written past the capture of the test, so that a skipped check is seen.
        let message = "skipped: recorded trajectories are not beside the workspace";
        return writeln!(std::io::stderr(), "{message}").expect("standard error is open");
    }
    let file = std::fs::File::open(&file).expect("the data is there");
    let lines = BufReader::new(flate2::read::GzDecoder::new(file)).lines();
    let (mut traces, mut sessions) = (HashSet::new(), 0);
    for line in lines {
        let trajectory: Trajectory =
            serde_json::from_str(&line.expect("text")).expect("is in the form");
        check(&trajectory);
        traces.insert(trajectory.trace_id());
        sessions += 1;
    }
    assert!(sessions > 1_000, "only {sessions}");
    assert_eq!(traces.len(), sessions, "a session, a trace");
}
