//! The real command, for tests of several crates: whoever takes this in says where it is, as
//! `super::command()`.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// `agentscope serve` in a process of its own; killed when it is dropped.
pub(crate) struct Serving {
    child: Child,
    pub(crate) http: String,
    pub(crate) grpc: String,
}

impl Serving {
    pub(crate) fn start(store: &Path, arguments: &[&str]) -> Self {
        let mut child = agentscope(store)
            .args([
                "serve",
                "--json",
                "--grpc",
                "127.0.0.1:0",
                "--http",
                "127.0.0.1:0",
            ])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let output = child.stdout.as_mut().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("a line");
        let said: Value = serde_json::from_str(&line).expect("where it listens");
        let address = |key: &str| said[key].as_str().expect("an address").to_owned();
        Self {
            http: format!("http://{}", address("http")),
            grpc: format!("http://{}", address("grpc")),
            child,
        }
    }

    /// As the system does it: SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("it ended");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command, without what the environment of the tests says.
pub(crate) fn agentscope(store: &Path) -> Command {
    let mut command = Command::new(super::command());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("AGENTSCOPE_") || name.starts_with("OTEL_") {
            command.env_remove(&*name);
        }
    }
    command
        .arg("--store")
        .arg(store)
        .current_dir(store.parent().expect("a directory"));
    command
}
