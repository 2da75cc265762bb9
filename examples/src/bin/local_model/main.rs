//! An agent whose model is a small one on this machine, asked in OpenAI's chat-completions form and
//! read as it streams.
//!
//! What to learn from here:
//!
//! - [`model`]: requests, answers and chunks that are plain JSON; what was used, and how fast it came,
//!   is on the spans without a word about it.
//! - [`agent`]: a model that knows no tool calls, which chooses a tool through a response format.
//!
//! `examples/local_model/serve.py` starts the server. At the end stands what that has counted itself;
//! the tree below it says what the spans say.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

mod agent;
mod error;
mod model;
mod tools;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use agentscope::Session;
use clap::Parser;

use agent::Counter;
use error::CounterError;
use model::Model;

/// Counts what a crate of this repository has.
#[derive(Parser)]
struct Arguments {
    /// Base URL of the server: what examples/local_model/serve.py prints
    #[arg(long, value_name = "URL")]
    model_url: String,
    /// Name of the model to ask there
    #[arg(long, value_name = "NAME", default_value = "SmolLM2-135M-Instruct")]
    model: String,
    /// What to find out
    #[arg(
        long,
        default_value = "How many files and how many tests has agentscope-collector?"
    )]
    question: String,
    /// Ask for whole answers instead of streamed ones
    #[arg(long)]
    unstreamed: bool,
    /// Write what is sent and what comes into this file, a JSON value a line
    #[arg(long, value_name = "PATH")]
    record: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    let guard = agentscope_collector::init()?;
    let code = Session::builder()
        .name("local_model")
        .run(async {
            match run(arguments).await {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("local_model: {error}");
                    ExitCode::FAILURE
                }
            }
        })
        .await;
    drop(guard);
    Ok(code)
}

async fn run(arguments: Arguments) -> Result<(), CounterError> {
    let Arguments {
        model_url,
        model,
        question,
        unstreamed,
        record,
    } = arguments;
    let how = if unstreamed { "whole" } else { "streamed" };
    println!("local_model: asking {model} at {model_url} for {how} answers");
    let counter = Counter::new(Model::new(&model_url, model, !unstreamed, record)?);
    let answer = counter.counter(&question).await?;
    let counted = counter.counted_by_the_server();
    println!(
        "\n{answer}\n\nthe server itself counted {}→{} tokens, {} of the prompts from its cache\n",
        counted.input, counted.output, counted.cached
    );
    Ok(())
}
