//! What a store holds, in every form in which it comes out, and that no canary is in it.

use std::path::Path;

use agentscope::Class;
use agentscope_analysis::TreeOptions;
use agentscope_collector::store::{
    self, Access, CallFilter, Period, SessionFilter, Store, StoredSession,
};

use crate::canaries::Canary;
use crate::channels::{Run, around, run};
use crate::hold;
use crate::program::{self, Setup};
use crate::search::{Search, find};

/// Names and bytes of all files of a directory.
pub(crate) fn files(directory: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        bytes.extend_from_slice(path.as_os_str().as_encoded_bytes());
        match path.is_dir() {
            true => bytes.extend(files(&path)),
            false => bytes.extend(std::fs::read(&path).expect("a file")),
        }
    }
    bytes
}

/// All that a store answers, of all tenants: each kind of answer by its name.
pub(crate) fn answers(store: &dyn Store) -> Vec<(&'static str, Vec<u8>)> {
    let [mut lines, mut trees, mut models, mut lists] = [const { Vec::new() }; 4];
    let all = TreeOptions {
        siblings: usize::MAX,
        text: usize::MAX,
        ..TreeOptions::default()
    };
    for tenant in store.tenants().expect("readable") {
        let period = Period::default();
        let sessions = store.sessions(&tenant, &SessionFilter::default());
        let sessions = sessions.expect("readable");
        lists.extend(json(&sessions));
        lists.extend(json(
            &store
                .calls(&tenant, &CallFilter::default())
                .expect("readable"),
        ));
        lists.extend(json(&store.triage(&tenant, &period).expect("readable")));
        lists.extend(json(&store.schemas(&tenant, &period).expect("readable")));
        lists.extend(json(&store.accounts(&tenant).expect("readable")));
        lists.extend(tenant.as_str().bytes());
        for session in sessions {
            let stored = store.session(&tenant, &session.id).expect("readable");
            let stored: StoredSession = stored.expect("it was listed");
            let exported = stored.otlp_lines().expect("lines");
            lines.extend(
                exported
                    .into_iter()
                    .flat_map(|line| format!("{line}\n").into_bytes()),
            );
            let model = stored.model();
            trees.extend(model.tree(&all).into_bytes());
            models.extend(json(&model));
        }
    }
    vec![
        ("export", lines),
        ("trees", trees),
        ("trees as JSON", models),
        ("lists", lists),
    ]
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("JSON")
}

/// Canaries that are there, and what is around them.
pub(crate) fn found(place: &str, bytes: &[u8], forbidden: &[Canary]) -> Vec<String> {
    let found = Search::new(forbidden.iter()).found_in(bytes);
    let tell =
        |(canary, at): (&Canary, usize)| format!("{canary:?} in {place}: {}", around(bytes, at));
    found.into_values().map(tell).collect()
}

/// Of what nothing may be stored: the column of spans in the table of the policy.
pub(crate) fn forbidden(run: &Run) -> Vec<Canary> {
    run.planted(|canary| canary.class > Class::Internal)
}

pub(crate) fn holds_none(what: &[(&str, Vec<u8>)], forbidden: &[Canary]) {
    let found = what
        .iter()
        .flat_map(|(place, bytes)| found(place, bytes, forbidden));
    let leaks: Vec<_> = found.collect();
    assert!(leaks.is_empty(), "{} leaks: {leaks:#?}", leaks.len());
}

/// What may be there is there, so that the search would have found what may not.
pub(crate) fn shows(what: &[(&str, Vec<u8>)], names: &[&str], allowed: &[Canary]) {
    assert!(!allowed.is_empty());
    for name in names {
        let bytes = &what.iter().find(|it| it.0 == *name).expect(name).1;
        let is_there = |canary: &Canary| find(bytes, &canary.text).is_some();
        assert!(allowed.iter().any(is_there), "{name} shows nothing");
    }
}

#[test]
fn in_a_store_of_the_program_itself() {
    for leaks in [false, true] {
        let directory = tempfile::tempdir().expect("a directory");
        let address = directory.path().join("store");
        let address = address.to_str().expect("UTF-8");
        let mut environment = vec![
            ("AGENTSCOPE_STORE", address),
            ("AGENTSCOPE_LEVEL", "trace"),
            (
                "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
                "SPAN_AND_EVENT",
            ),
        ];
        if leaks {
            environment.push((program::LEAK, "1"));
        }
        let run = run(&format!("store {leaks}"), Setup::Collector, &environment);
        let store = store::open(address, Access::Read).expect("the program wrote it");
        let mut what = answers(&*store);
        what.push(("files", files(directory.path())));
        if leaks {
            let leaked = run.planted(|canary| canary.place == "leak");
            shows(&what, &["export", "trees as JSON"], &leaked);
            continue;
        }
        hold(&run);
        holds_none(&what, &forbidden(&run));
        for class in [Class::Public, Class::Internal] {
            let allowed = run.planted(|canary| canary.class == class);
            shows(&what, &["export", "trees", "trees as JSON"], &allowed);
        }
    }
}
