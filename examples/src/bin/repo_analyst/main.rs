//! Answers questions about a repository with three agents: an analyst that delegates, a searcher
//! that finds places, and a reader that reads them. The tools really run.
//!
//! What to learn from here:
//!
//! - [`tools`]: functions that become tools with one attribute each, and the classes of their data.
//! - [`model`]: one function that asks the model, and what it says about tokens.
//! - [`agents`]: agents that say their goal, memory and belief, and why they call a tool.
//! - this file: the two lines in `main` that set telemetry up and end it.
//!
//! With `--model-url` any OpenAI-compatible endpoint is the model. Without, the completions come
//! from a file in `examples/recordings` ([`recording`]), which the first lines of output say.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

mod agents;
mod chat;
mod error;
mod model;
mod recording;
mod tools;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use agentscope::Session;
use clap::Parser;

use agents::Team;
use error::AnalystError;
use model::Model;
use recording::Recording;
use tools::Repository;

/// Answers a question about a repository.
#[derive(Parser)]
struct Arguments {
    /// What to find out.
    #[arg(
        long,
        default_value = "Where is a span opened and what guarantees that it is closed?"
    )]
    question: String,
    /// The repository to look at [default: the one around the current directory]
    #[arg(long, value_name = "PATH")]
    repo: Option<PathBuf>,
    /// Base URL of an OpenAI-compatible endpoint, for example http://localhost:11434/v1; its key is
    /// read from OPENAI_API_KEY, if it wants one
    #[arg(long, value_name = "URL", requires = "model")]
    model_url: Option<String>,
    /// Name of the model to ask there
    #[arg(long, value_name = "NAME", requires = "model_url")]
    model: Option<String>,
    /// Only list every value that telemetry could carry, with its class
    #[arg(long)]
    inventory: bool,
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    if arguments.inventory {
        print!("{}", agentscope::inventory());
        return Ok(ExitCode::SUCCESS);
    }
    let guard = agentscope_collector::init()?;
    let code = run(arguments).await;
    // Delivers what is queued and prints the tree. A program that has nothing to say after that
    // writes `let _guard = agentscope_collector::init()?;` and lets it drop by itself.
    drop(guard);
    report_export();
    Ok(code)
}

async fn run(arguments: Arguments) -> ExitCode {
    let question = arguments.question.clone();
    let team = match prepare(arguments) {
        Ok(team) => team,
        Err(error) => {
            eprintln!("repo_analyst: {error}");
            return ExitCode::from(if matches!(error, AnalystError::NotRecorded { .. }) {
                2
            } else {
                1
            });
        }
    };
    // A session of one agent needs no builder: the agent would open one. This one has a task and a
    // tenant, and ends after the answer is printed.
    let answering = async {
        let begin = Instant::now();
        let answer = team.analyst(&question).await;
        let took = begin.elapsed().as_secs_f64();
        match &answer {
            Ok(answer) => println!("\n{answer}\n\nanswered in {took:.4} s\n"),
            Err(error) => eprintln!("repo_analyst: {error}"),
        }
        ExitCode::from(u8::from(answer.is_err()))
    };
    Session::builder()
        .name("repo_analysis")
        .task("question")
        .tenant("examples")
        .run(answering)
        .await
}

/// Finds the repository and the model that the arguments ask for.
fn prepare(arguments: Arguments) -> Result<Team, AnalystError> {
    let repository = match &arguments.repo {
        Some(path) => Repository::at(path)?,
        None => Repository::around(Path::new("."))?,
    };
    let model = match arguments.model_url.zip(arguments.model) {
        Some((url, name)) => {
            println!("repo_analyst: asking {name} at {url}");
            Model::live(url, name)
        }
        None => {
            let recording = Recording::of(&arguments.question, repository.root())?;
            println!("{}", recording.notice());
            Model::recorded(recording)
        }
    };
    Ok(Team { model, repository })
}

/// Where an endpoint is set: what became of the telemetry.
fn report_export() {
    let stats = agentscope_collector::stats();
    for (what, signal) in [
        ("spans", stats.spans),
        ("snapshots", stats.logs),
        ("metrics", stats.metrics),
    ] {
        if signal.offered > 0 {
            eprintln!(
                "export of {what}: {} offered, {} exported, {} failed, {} dropped, {} pending",
                signal.offered,
                signal.exported,
                signal.failed,
                signal.dropped,
                signal.pending()
            );
        }
    }
}
