//! What fires each of the seven levels. The level is process wide, so this is one test.

mod support;

use agentscope::{Level, Session, agent, inference, names, note, set_level, tool};
use agentscope_runtime as agentscope;
use support::recorder;

#[tool(effect = read, output = internal)]
async fn find(
    #[sensitivity(internal)] what: &str,
    #[sensitivity(pii)] who: &str,
) -> Result<Option<String>, std::fmt::Error> {
    let _ = who;
    match what {
        "fails" => Err(std::fmt::Error),
        "nothing" => Ok(None),
        other => Ok(Some(other.to_owned())),
    }
}

#[inference(provider = "test", model = "m", default = confidential)]
async fn complete(prompt: &str) -> String {
    prompt.to_uppercase()
}

#[agent(default = internal)]
async fn every_level() {
    complete("a raw prompt").await;
    let _ = find("something", "alice").await;
    let _ = find("nothing", "alice").await;
    let _ = find("fails", "alice").await;
    let _ = find("fails", "alice").await;
    note(Level::SemanticWarn, "the answer was about another order");
    note(Level::Critical, "the answer names another customer");
}

async fn run(task: &str, level: Level) -> Vec<agentscope::Snapshot> {
    set_level(level);
    Session::builder()
        .id(task)
        .task(task)
        .run(every_level())
        .await;
    recorder().snapshots_of(task)
}

fn detail(snapshot: &agentscope::Snapshot, key: &str) -> Option<String> {
    snapshot
        .details
        .iter()
        .find(|(found, _)| *found == key)
        .map(|(_, value)| format!("{value:?}"))
}

#[tokio::test]
async fn each_level_fires_on_what_the_table_says() {
    recorder();
    let info = run("info", Level::Info).await;
    let fired = |snapshots: &[agentscope::Snapshot], level| {
        snapshots
            .iter()
            .filter(|snapshot| snapshot.level == level)
            .map(|snapshot| snapshot.event)
            .collect::<Vec<_>>()
    };
    assert_eq!(fired(&info, Level::Trace), [""; 0]);
    assert_eq!(fired(&info, Level::Debug), [""; 0]);
    assert_eq!(
        fired(&info, Level::Info).len(),
        5,
        "four steps' events and the decision: {info:#?}"
    );
    let warned: Vec<_> = info
        .iter()
        .filter_map(|snapshot| Some((snapshot.level, snapshot.event, snapshot.warning?)))
        .collect();
    assert_eq!(
        warned,
        [
            (Level::Warn, names::EVENT_TOOL_RETURNED, "empty_response"),
            (Level::Error, names::EVENT_TOOL_RETURNED, "tool_error"),
            (Level::Warn, names::EVENT_TOOL_CALLED, "retry"),
            (Level::Error, names::EVENT_TOOL_RETURNED, "tool_error"),
        ]
    );
    assert_eq!(fired(&info, Level::SemanticWarn), [names::EVENT_NOTE]);
    assert_eq!(fired(&info, Level::Critical), [names::EVENT_NOTE]);

    let error = run("error", Level::Error).await;
    assert!(
        error.iter().all(|snapshot| snapshot.level >= Level::Error) && error.len() == 3,
        "{error:#?}"
    );

    let debug = run("debug", Level::Debug).await;
    let values: Vec<_> = debug
        .iter()
        .filter(|snapshot| snapshot.event == names::EVENT_VALUES)
        .collect();
    let arguments = values.iter().find_map(|snapshot| {
        detail(snapshot, names::INPUT_VALUE).filter(|json| json.contains("something"))
    });
    let arguments = arguments.expect("the arguments of the first step");
    assert!(
        arguments.contains("what") && !arguments.contains("alice"),
        "by class: {arguments}"
    );
    assert!(
        values
            .iter()
            .any(|snapshot| detail(snapshot, names::OUTPUT_VALUE).is_some())
    );

    // TRACE is sampled by session: some of many ids are in it, and none carries content.
    let mut payloads = 0;
    for n in 0..200 {
        let traced = run(&format!("trace {n}"), Level::Trace).await;
        payloads += fired(&traced, Level::Trace).len();
        assert!(!format!("{traced:?}").contains("raw prompt"));
    }
    assert!(
        (2..=25).contains(&payloads),
        "5 % of 200 sessions: {payloads}"
    );
    set_level(Level::Info);
}
