//! See what agents did, and why: `agentscope serve` receives, the other commands read.
//!
//! Every command prints for people and, with `--json`, one JSON document for programs. It ends with
//! 0, with 1 where something went wrong or, for `doctor`, is wrong, and with 2 where it was called
//! with arguments that it does not know.

mod args;
mod commands;
mod error;
mod output;
mod table;
mod when;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::Cli;
use crate::error::Error;
use crate::output::Output;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut output = Output::new(cli.common.json);
    let ended = commands::run(cli, &mut output).and_then(|code| {
        output.flush()?;
        Ok(code)
    });
    match ended {
        Ok(code) => code,
        // Whoever read the output has seen enough: `agentscope sessions | head`.
        Err(Error::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}
