//! The processes, and what their tasks go through.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::receiver::{Mode, Receiver};
use crate::tree::Trace;

/// How often the receiver is asked to wait, for ten seconds each: this machine may have other work.
const PATIENCE: usize = 6;

pub(crate) enum Backend {
    Http,
    /// A server that the script of the example starts. It ends with its standard input.
    #[cfg_attr(
        not(any(feature = "postgres", feature = "nats")),
        expect(dead_code, reason = "what needs one was not built")
    )]
    Queue {
        transport: &'static str,
        url: String,
        script: Child,
    },
}

impl Backend {
    #[cfg(any(feature = "postgres", feature = "nats"))]
    pub(crate) fn of(transport: &'static str) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/transports/run.py");
        let mut script = Command::new("python3")
            .args([script, transport, "--serve"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3");
        let url = first_line(&mut BufReader::new(script.stdout.take().expect("piped")));
        assert!(!url.is_empty(), "the script says why");
        Self::Queue {
            transport,
            url,
            script,
        }
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        if let Self::Queue { script, .. } = self {
            drop(script.stdin.take());
            let _ = script.wait();
        }
    }
}

fn first_line(output: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    let _ = output.read_line(&mut line);
    line.trim_end().to_owned()
}

/// Killed when it is dropped.
struct Process {
    name: &'static str,
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Process {
    fn start(name: &'static str, mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("it was built");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Self {
            name,
            child,
            output,
        }
    }

    /// As a service is ended: it has time to tell what it has not told yet.
    fn end(mut self) {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(told.expect("kill").success());
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The support desk: a receiver of telemetry, specialists, and what their tasks go through.
pub(crate) struct Desk {
    receiver: Receiver,
    endpoint: String,
    specialists: Vec<Process>,
    /// Where each is, in the order in which they first came.
    places: Vec<(&'static str, String)>,
    backend: Backend,
}

impl Desk {
    pub(crate) fn open(backend: Backend) -> Self {
        let receiver = Receiver::start(Mode::Accept);
        Self {
            endpoint: receiver.endpoint(),
            receiver,
            specialists: Vec::new(),
            places: Vec::new(),
            backend,
        }
    }

    /// The same, where somebody else receives.
    pub(crate) fn telling(backend: Backend, endpoint: &str) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            ..Self::open(backend)
        }
    }

    fn command(&self, role: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dispatch"));
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("OTEL_") || name.starts_with("AGENTSCOPE_") {
                command.env_remove(&*name);
            }
        }
        command
            .env("AGENTSCOPE_KEY", "key of the examples' tests")
            .env("AGENTSCOPE_CONSOLE", "off")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", &self.endpoint)
            // A process that is killed has told what it did before.
            .env("OTEL_BSP_SCHEDULE_DELAY", "20")
            .env("OTEL_BLRP_SCHEDULE_DELAY", "20")
            .env("NO_PROXY", "127.0.0.1")
            .arg(role);
        match &self.backend {
            Backend::Http => {
                let places = self.places.iter();
                let places = places.map(|(name, url)| format!("--at={name}={url}"));
                command.args(["--via", "http"]).args(places);
            }
            Backend::Queue { transport, url, .. } => {
                command.args(["--via", transport, "--url", url]);
            }
        }
        command
    }

    /// Starts a specialist: over HTTP where it was before, if it was.
    pub(crate) fn start(&mut self, name: &'static str, arguments: &[&str]) {
        let mut command = self.command("specialist");
        command.args(["--name", name]).args(arguments);
        let before = self.places.iter().position(|(it, _)| *it == name);
        if let (Backend::Http, Some(before)) = (&self.backend, before) {
            let address = self.places[before].1.trim_start_matches("http://");
            command.args(["--listen", address]);
        }
        let mut process = Process::start(name, command);
        let line = first_line(&mut process.output);
        let place = line.strip_prefix(name).expect("it runs").trim();
        if before.is_none() {
            self.places.push((name, place.to_owned()));
        }
        self.specialists.push(process);
    }

    /// SIGKILL: it has no time for anything.
    pub(crate) fn kill(&mut self, name: &str) {
        // Dropped.
        self.specialists.retain(|it| it.name != name);
    }

    /// Waits until what was told says so.
    pub(crate) fn wait_for(&self, enough: impl Fn(&Trace) -> bool) {
        let found = (0..PATIENCE).any(|_| {
            let received = self.receiver.wait(|it| enough(&Trace::of(it)));
            enough(&Trace::of(&received))
        });
        assert!(found, "not told in time:\n{}", self.told().tree());
    }

    fn told(&self) -> Trace {
        Trace::of(&self.receiver.received())
    }

    /// Runs the orchestrator, and does something meanwhile: the answer.
    pub(crate) fn ask(&mut self, meanwhile: impl FnOnce(&mut Self)) -> Value {
        let mut orchestrator = Process::start("support", self.command("orchestrator"));
        meanwhile(self);
        let mut output = String::new();
        let read = orchestrator.output.read_to_string(&mut output);
        let status = orchestrator.child.wait().expect("it ran");
        assert!(read.is_ok() && status.success(), "{status}: {output}");
        serde_json::from_str(&output).expect("an answer")
    }

    /// Ends the specialists in order.
    pub(crate) fn end(&mut self) {
        for specialist in std::mem::take(&mut self.specialists) {
            specialist.end();
        }
    }

    /// Runs the orchestrator, does something meanwhile, and ends everything in order: the answer, and
    /// all that was told.
    pub(crate) fn answer(mut self, meanwhile: impl FnOnce(&mut Self)) -> (Value, Trace) {
        let answer = self.ask(meanwhile);
        // Their end is bounded, however busy this machine is.
        self.wait_for(Trace::is_answered);
        self.end();
        (answer, self.told())
    }
}
