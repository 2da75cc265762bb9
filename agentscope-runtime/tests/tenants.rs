//! What is hashed of one tenant cannot be compared with what is hashed of another.

mod support;

use std::collections::BTreeSet;

use agentscope::{Session, agent, pii, tool};
use agentscope_runtime as agentscope;
use support::recorder;

#[tool(output = pii)]
fn look_up(#[sensitivity(pii, kind = "email")] email: &str) -> String {
    email.to_owned()
}

#[agent(output = internal, user = email, system_prompt = email)]
fn support_agent(#[sensitivity(pii, kind = "email")] email: &str) -> usize {
    agentscope::memory(pii(email));
    look_up(&email.to_uppercase()).len()
}

#[agent(output = internal, user = email, tenant = "named late", task = "tenant by the agent")]
fn own_tenant(#[sensitivity(pii, kind = "email")] email: &str) -> usize {
    look_up(email).len()
}

/// Every keyed hash that a task has emitted.
fn hashes(task: &str) -> BTreeSet<String> {
    let recorder = recorder();
    let all = format!(
        "{:?} {:?}",
        recorder.task(task),
        recorder.snapshots_of(task)
    );
    assert!(!all.to_lowercase().contains("alice"), "{all}");
    let words = all.split(|it: char| !it.is_ascii_alphanumeric() && it != ':');
    words
        .filter(|word| word.len() == 42 && word.starts_with('h') && word[9..].starts_with(':'))
        .map(str::to_owned)
        .collect()
}

fn run(tenant: Option<&str>, task: &str) -> BTreeSet<String> {
    recorder();
    let session = Session::builder()
        .user("alice@example.com")
        .task(task)
        .tenant(tenant);
    session.run_sync(|| support_agent("alice@example.com"));
    hashes(task)
}

fn key_ids(hashes: &BTreeSet<String>) -> BTreeSet<&str> {
    hashes.iter().map(|hash| &hash[..9]).collect()
}

#[test]
fn hashes_of_two_tenants_have_nothing_in_common() {
    let (one, again) = (run(Some("one"), "t-one"), run(Some("one"), "t-again"));
    let (other, nobody) = (run(Some("other"), "t-other"), run(None, "t-nobody"));
    // The user, the argument of both, the shape, the response, the memory, the prompt.
    assert!(one.len() >= 6, "{one:?}");
    assert_eq!(one, again, "runs of one tenant compare");
    for set in [&one, &other, &nobody] {
        assert_eq!(key_ids(set).len(), 1, "one key each: {set:?}");
    }
    assert!(one.is_disjoint(&other) && one.is_disjoint(&nobody) && other.is_disjoint(&nobody));
}

#[test]
fn the_tenant_that_an_agent_names_holds_for_its_own_arguments() {
    recorder();
    own_tenant("alice@example.com");
    let named_late = hashes("tenant by the agent");
    assert_eq!(key_ids(&named_late).len(), 1, "{named_late:?}");
    let before = run(Some("named late"), "t-named");
    assert!(
        !named_late.is_disjoint(&before),
        "the same key as for the session of that tenant"
    );
}
