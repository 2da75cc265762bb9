//! A program keeps what it records in a store of its own, with a variable and nothing else.

#[path = "support/child.rs"]
mod child;

use std::time::Duration;

use agentscope_collector::store::{self, Access, SessionFilter, SessionState, Store, Tenant};
use agentscope_runtime as agentscope;
use agentscope_runtime::{Session, agent, confidential, internal, tool};
use child::{command, end, play, say, scenario};
use opentelemetry::trace::{Span as _, Tracer as _};
use opentelemetry::{KeyValue, global};

#[tool(output = internal)]
fn look_up(
    #[sensitivity(public)] id: u64,
    #[sensitivity(pii)] email: &str,
) -> Result<u64, std::num::TryFromIntError> {
    agentscope::memory(internal(format!("{} bytes", email.len())));
    Ok(id + 1)
}

#[agent(name = "refunds", output = confidential)]
fn handle(#[sensitivity(pii)] question: &str) -> u64 {
    // As an instrumentation of another library does inside an agent.
    let mut foreign = global::tracer("openinference").start("ChatOpenAI");
    foreign.set_attribute(KeyValue::new(
        "llm.input_messages.0.message.content",
        question.to_owned(),
    ));
    foreign.end();
    agentscope::memory(confidential(question));
    look_up(7, "alice@example.com").map_or(0, |it| it)
}

fn work() {
    Session::builder().id("s-1").run_sync(|| handle("canary"));
    Session::builder()
        .id("s-2")
        .tenant("acme")
        .run_sync(|| handle("canary"));
}

#[test]
#[ignore = "the other tests run it in processes of their own"]
fn child() {
    match scenario().as_deref() {
        None => {}
        Some("work") => {
            let _guard = agentscope_collector::init().expect("set up");
            work();
        }
        Some("killed") => {
            let _guard = agentscope_collector::init().expect("set up");
            work();
            // Stored a second after it came, whatever becomes of the program then.
            std::thread::sleep(Duration::from_millis(2_500));
            say("now:", "kill");
            std::thread::sleep(Duration::from_secs(60));
        }
        Some("second") => {
            let _guard = agentscope_collector::init().expect("set up all the same");
            work();
            say("ran:", "on");
        }
        Some(other) => panic!("no scenario {other}"),
    }
}

fn variables(directory: &str) -> [(&str, &str); 3] {
    [
        ("AGENTSCOPE_STORE", directory),
        ("AGENTSCOPE_CONSOLE", "off"),
        ("AGENTSCOPE_KEY", "0123456789abcdef"),
    ]
}

fn check(store: &dyn Store, tenant: &Tenant, id: &str, state: SessionState) {
    let sessions = store
        .sessions(tenant, &SessionFilter::default())
        .expect("readable");
    assert_eq!(sessions.len(), 1, "{tenant}: {sessions:?}");
    let session = store.session(tenant, id).expect("readable").expect("kept");
    assert_eq!(session.summary.state, state);
    assert_eq!((session.summary.agents, session.summary.tools), (1, 1));
    assert!(
        session
            .logs
            .iter()
            .any(|it| it.record.event_name == "agentscope.tool.called")
    );
    let all = format!("{session:?}");
    assert!(
        !all.contains("canary") && !all.contains("alice@example.com"),
        "{all}"
    );
    assert!(all.contains("ChatOpenAI") && all.contains("[confidential]"));
}

#[test]
fn sessions_are_there_when_the_program_has_ended_and_the_account_balances() {
    let directory = tempfile::tempdir().expect("a directory");
    let address = directory.path().join("store");
    let address = address.to_str().expect("UTF-8");
    play("work", &variables(address));
    let store = store::open(address, Access::Read).expect("written");
    check(&*store, &Tenant::default(), "s-1", SessionState::Ended);
    check(
        &*store,
        &"acme".parse().expect("a name"),
        "s-2",
        SessionState::Ended,
    );
    for account in store.accounts(&Tenant::default()).expect("readable") {
        assert_eq!(
            (account.unaccounted(), account.pending),
            (0, 0),
            "{account:?}"
        );
        assert!(account.stored > 0);
        assert_eq!(account.stored, account.received, "{account:?}");
    }
}

#[test]
fn what_is_a_moment_old_survives_the_kill_of_the_program() {
    let directory = tempfile::tempdir().expect("a directory");
    let address = directory.path().to_str().expect("UTF-8");
    let mut killed = command("killed", &variables(address))
        .spawn()
        .expect("this test runs");
    // It says so when it has waited long enough.
    use std::io::{BufRead as _, BufReader};
    let said = BufReader::new(killed.stdout.take().expect("piped"));
    assert!(
        said.lines()
            .any(|line| line.expect("text").starts_with("now:"))
    );
    killed.kill().expect("killed");
    end(killed);
    let store = store::open(address, Access::Write).expect("written, and not locked");
    check(&*store, &Tenant::default(), "s-1", SessionState::Running);
}

#[test]
fn a_second_program_with_the_same_directory_runs_on_and_says_why_it_keeps_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let address = directory.path().to_str().expect("UTF-8");
    let _held = store::open(address, Access::Write).expect("a new store");
    let played = play("second", &variables(address));
    assert_eq!(played.said("ran:"), "on");
    let said = &played.stderr;
    assert!(
        said.contains("another process") && said.contains("runs on"),
        "{said}"
    );
}
