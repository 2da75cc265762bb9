//! What each command does and says, for people and for programs.

#[path = "../support/records.rs"]
mod records;
#[path = "../support/mod.rs"]
mod support;

mod doctor;
mod files;
mod questions;
mod stores;

use std::path::PathBuf;

use serde_json::Value;
use support::{json, run};
use tempfile::TempDir;

/// A store in a directory of its own.
struct Place {
    directory: TempDir,
    store: PathBuf,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let store = directory.path().join("store");
        Self { directory, store }
    }

    /// With the three sessions of a shop.
    fn with_sessions() -> Self {
        let place = Self::new();
        let file = place.file("shop.jsonl", records::lines(1).as_bytes());
        place.json(&["import", &file]);
        place
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.directory.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    }

    fn path(&self, name: &str) -> String {
        let path = self.directory.path().join(name);
        path.to_str().expect("UTF-8").to_owned()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        json(&self.store, arguments)
    }

    fn text(&self, arguments: &[&str]) -> String {
        support::text(&self.store, arguments)
    }

    /// The command where nothing names a store.
    fn unnamed(&self) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_agentscope"));
        command.env_clear().current_dir(self.directory.path());
        command
    }

    /// Overwrites a segment; gives its path.
    fn spoil_a_segment(&self) -> PathBuf {
        let files = std::fs::read_dir(self.store.join("default")).expect("listed");
        let mut segments: Vec<_> = files.flatten().map(|it| it.path()).collect();
        segments.retain(|path| path.to_string_lossy().ends_with("warn.db"));
        std::fs::write(&segments[0], [0x5a; 5_000]).expect("overwritten");
        segments.remove(0)
    }

    /// What a command says that must fail, and its exit code.
    fn fails(&self, arguments: &[&str]) -> (i32, String) {
        let output = run(&self.store, arguments);
        let said = String::from_utf8(output.stderr).expect("text");
        let code = output.status.code().expect("it was not killed");
        assert_ne!(code, 0, "{arguments:?}: {said}");
        (code, said)
    }

    /// Ids that a command lists, in its order.
    fn ids(&self, arguments: &[&str]) -> Vec<String> {
        let listed = self.json(arguments);
        let id = |it: &Value| {
            let id = it.get("id").or_else(|| it.get("session"));
            id.and_then(Value::as_str).expect("an id").to_owned()
        };
        listed.as_array().expect("a list").iter().map(id).collect()
    }
}
