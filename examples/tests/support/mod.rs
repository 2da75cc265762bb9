//! Runs an example as its user would, in a known environment.

#![allow(
    unreachable_pub,
    dead_code,
    reason = "shared by tests, each of which uses a part"
)]

pub mod endpoint;
pub mod guide;

use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// How long a program needs for its start and end, beside the work and the flush.
pub const MARGIN: Duration = Duration::from_secs(1);
/// How long the guard waits for its queues at the end.
pub const FLUSH_DEADLINE: Duration = Duration::from_secs(2);

/// What a program did.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    /// From start to exit.
    pub took: Duration,
}

/// Runs `repo_analyst`.
pub fn repo_analyst(arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    run(env!("CARGO_BIN_EXE_repo_analyst"), arguments, environment)
}

/// Runs `local_model`.
pub fn local_model(arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    run(env!("CARGO_BIN_EXE_local_model"), arguments, environment)
}

/// Runs `order_desk`, as it was or with attributes.
pub fn order_desk(annotated: bool, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let program = match annotated {
        true => env!("CARGO_BIN_EXE_order_desk"),
        false => env!("CARGO_BIN_EXE_order_desk_before"),
    };
    run(program, arguments, environment)
}

/// Runs `cashier` with the till that it starts, as they were or with attributes.
pub fn cashier(annotated: bool, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let (program, till) = match annotated {
        true => (env!("CARGO_BIN_EXE_cashier"), env!("CARGO_BIN_EXE_till")),
        false => (
            env!("CARGO_BIN_EXE_cashier_before"),
            env!("CARGO_BIN_EXE_till_before"),
        ),
    };
    let arguments = [&["--server", till], arguments].concat();
    run(program, &arguments, environment)
}

/// Runs `silent_failure`.
pub fn silent_failure() -> Run {
    run(env!("CARGO_BIN_EXE_silent_failure"), &[], &[])
}

/// A program in a known environment.
pub fn command(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("OTEL_") || name.starts_with("AGENTSCOPE_") {
            command.env_remove(&*name);
        }
    }
    // A key of the test's own, so that none is made in the state directory of whoever runs it.
    command.env("AGENTSCOPE_KEY", "key of the examples' tests");
    // The endpoints of the tests are on this machine.
    command.env("NO_PROXY", "127.0.0.1");
    command.envs(environment.iter().copied());
    command
}

fn run(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let mut command = command(program, arguments, environment);
    let begin = Instant::now();
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the example was built");
    Run {
        code: status.code(),
        stdout: String::from_utf8(stdout).expect("UTF-8"),
        stderr: String::from_utf8(stderr).expect("UTF-8"),
        took: begin.elapsed(),
    }
}

impl Run {
    /// The part of the standard output that is the tree.
    pub fn tree(&self) -> &str {
        &self.stdout[self.stdout.find('◆').expect("a tree")..]
    }

    /// The standard output in two: what the program says in another run too, and the rest. A session's
    /// tree is printed by a thread of its own, before the program's last lines or after them.
    pub fn with_and_without(&self, other: &Run) -> [String; 2] {
        let is_known = |line: &&str| other.stdout.lines().any(|known| known == *line);
        let (own, rest): (Vec<_>, Vec<_>) = self
            .stdout
            .split_inclusive('\n')
            .partition(|line| is_known(&line.trim_end()));
        [own.concat(), rest.concat()]
    }

    /// How long the agent says that it took.
    pub fn answered_in(&self) -> Duration {
        let line = self
            .stdout
            .lines()
            .find_map(|line| line.strip_prefix("answered in "));
        let seconds = line
            .and_then(|rest| rest.strip_suffix(" s"))
            .expect("the agent's time");
        Duration::from_secs_f64(seconds.parse().expect("seconds"))
    }
}
