//! `agentscope import`: sessions from files.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::ExitCode;

use agentscope_collector::ingest::{Answer, Ingest, Limits, Reason, Sender};
use agentscope_collector::server::Config;
use agentscope_collector::store::{self, Access, Account};
use flate2::bufread::MultiGzDecoder;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::counted;
use crate::args::{Common, Import};
use crate::error::Error;
use crate::output::{self, Output};

/// Lines that could not be read of which each is told; the others are counted.
const TOLD: u64 = 5;

/// What became of it all.
#[derive(Default, Serialize)]
struct Imported {
    lines: u64,
    unreadable: u64,
    accounts: Vec<Account>,
}

pub(super) fn run(common: &Common, args: &Import, output: &mut Output) -> Result<ExitCode, Error> {
    // A sender is not told why the store takes nothing; whoever imports is.
    super::warn();
    let configured = Config::without_secrets(None)?.limits()?;
    let store = store::open(&common.store()?, Access::Write)?;
    let limits = Limits {
        content: args.content.into(),
        // Who names a file means all of it.
        share: 1.0,
        ..configured
    };
    let ingest = Ingest::new(store, limits)?;
    let sender = Sender::Local(common.tenant.clone());
    let mut imported = Imported::default();
    for path in &args.files {
        let read = file(path, &ingest, &sender, &mut imported);
        read.map_err(|error| match error {
            Error::Output(source) => Error::File {
                path: path.clone(),
                source,
            },
            other => other,
        })?;
        ingest.tick()?;
    }
    // What is in a file has ended.
    ingest.end_all()?;
    imported.accounts = ingest.accounts();
    output.answer(&imported, |to| {
        writeln!(
            to,
            "{}, {} of them unreadable",
            counted(imported.lines, "line"),
            imported.unreadable
        )?;
        for account in &imported.accounts {
            writeln!(
                to,
                "{}: {} read, {} kept, {} not",
                account.signal,
                account.received,
                account.stored,
                account.refused + account.failed
            )?;
            for (reason, count) in &account.reasons {
                writeln!(to, "  {count} {reason}")?;
            }
        }
        Ok(())
    })?;
    let refused = refused(&imported.accounts);
    if refused > 0 {
        output::say(format_args!(
            "error: {} not kept; the reasons stand beside the counts, and the limits are those of [limits] in \
             agentscope.toml",
            counted(refused, "record")
        ));
    }
    Ok(match imported.unreadable == 0 && refused == 0 {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Records that should be there and are not: what was there already is, and metrics nobody keeps.
fn refused(accounts: &[Account]) -> u64 {
    let expected = [Reason::Duplicate, Reason::NotKept].map(Reason::as_str);
    let reasons = accounts.iter().flat_map(|account| &account.reasons);
    let counts = reasons.filter(|(reason, _)| !expected.contains(&reason.as_str()));
    counts.map(|(_, count)| count).sum()
}

fn file(
    path: &Path,
    ingest: &Ingest,
    sender: &Sender,
    imported: &mut Imported,
) -> Result<(), Error> {
    let standard_input = path.as_os_str() == "-";
    let (raw, bytes): (Box<dyn Read>, Option<u64>) = match standard_input {
        true => (Box::new(io::stdin()), None),
        false => {
            let file = File::open(path)?;
            let bytes = file.metadata().map(|about| about.len()).ok();
            (Box::new(file), bytes)
        }
    };
    // It draws on a terminal only.
    let progress = match bytes {
        Some(bytes) => ProgressBar::new(bytes).with_style(style()),
        None => ProgressBar::no_length(),
    };
    let mut raw = BufReader::new(progress.wrap_read(raw));
    let is_gzip = raw.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let lines: Box<dyn BufRead> = match is_gzip {
        true => Box::new(BufReader::new(MultiGzDecoder::new(raw))),
        false => Box::new(raw),
    };
    for (number, line) in lines.lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        imported.lines += 1;
        match ingest.line(sender, &line) {
            Ok(answers) => stored(&answers)?,
            Err(error) => {
                imported.unreadable += 1;
                if imported.unreadable <= TOLD {
                    let place = number + 1;
                    progress.suspend(|| {
                        output::say(format_args!("{}:{place}: {error}", path.display()));
                    });
                }
            }
        }
    }
    progress.finish_and_clear();
    Ok(())
}

fn style() -> ProgressStyle {
    // A template of our own that is wrong is no reason not to import.
    ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes}, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// What the store does not take now ends the import: sent again later, nothing is there twice.
fn stored(answers: &[Answer]) -> Result<(), Error> {
    for answer in answers {
        if let Answer::Later { reason, .. } = answer {
            let again = format!("{reason}; import the file again later");
            return Err(Error::Said(again));
        }
    }
    Ok(())
}
