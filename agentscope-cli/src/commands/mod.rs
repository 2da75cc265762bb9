//! One module a command.

mod doctor;
mod export;
mod find;
mod import;
#[cfg(feature = "parquet")]
mod parquet;
mod privacy;
mod schema;
mod serve;
mod sessions;
mod store;
mod tool;
mod tree;
mod triage;
mod verdict;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use agentscope_collector::store::{self as stores, Access, Period, Store, StoreError};
use tracing_subscriber::filter::LevelFilter;

use crate::args::{Cli, Command, Common, Within};
use crate::error::Error;
use crate::output::Output;
use crate::when;

/// Does what the command line says.
pub(crate) fn run(cli: Cli, output: &mut Output) -> Result<ExitCode, Error> {
    let common = &cli.common;
    match &cli.command {
        Command::Serve(args) => serve::run(common, args, output)?,
        Command::Import(args) => return import::run(common, args, output),
        Command::Store(args) => store::run(common, args, output)?,
        Command::Sessions(args) => sessions::run(common, args, output)?,
        Command::Tree(args) => tree::run(common, args, output)?,
        Command::Export(args) => export::run(common, args, output)?,
        Command::Doctor => return doctor::run(common, output),
        Command::Verdict(args) => verdict::run(common, args, output)?,
        Command::Triage(args) => triage::run(common, args, output)?,
        Command::Tool(args) => tool::run(common, args, output)?,
        Command::Schema(args) => schema::run(common, args, output)?,
        Command::Privacy(args) => privacy::run(common, args, output)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints on the standard error what is warned of from now on.
fn warn() {
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::WARN)
        .with_writer(std::io::stderr)
        .init();
}

/// The store, which must be there.
fn to_read(common: &Common) -> Result<Arc<dyn Store>, Error> {
    stores::open(&common.store()?, Access::Read).map_err(|error| match error {
        StoreError::NoStore(_) => {
            Error::Said(format!(
                "there is no store at {}: say where it is with --store or AGENTSCOPE_STORE; `agentscope serve` and \
                 `agentscope import` make one",
                common.shown_store()
            ))
        }
        other => other.into(),
    })
}

impl Within {
    fn period(&self) -> Period {
        Period {
            since: self.since(),
            until: self.until.unwrap_or(u64::MAX),
        }
    }

    fn since(&self) -> u64 {
        let week = Duration::from_secs(7 * 24 * 60 * 60);
        self.since
            .unwrap_or_else(|| when::now().saturating_sub(week.as_nanos() as u64))
    }
}

/// `1 session`, `2 sessions`.
fn counted(count: impl TryInto<u64>, noun: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// What stands where a thing is absent.
fn or_dash(text: Option<impl Into<String>>) -> String {
    text.map_or_else(|| "-".to_owned(), Into::into)
}

/// Millionths of a US dollar for people.
fn dollars(micro: u64) -> String {
    match micro {
        // Nothing has a price that is known.
        0 => "-".to_owned(),
        1..10_000 => format!("${:.6}", micro as f64 / 1e6),
        _ => format!("${:.2}", micro as f64 / 1e6),
    }
}
