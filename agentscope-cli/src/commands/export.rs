//! `agentscope export`: sessions for other programs.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use agentscope_collector::store::{Period, SessionFilter, Store};
use serde::Serialize;

use super::{counted, find};
use crate::args::{Common, Export};
use crate::error::Error;
use crate::output::{Output, say};
use crate::when;

/// What was written, where it went to a file.
#[derive(Serialize)]
struct Written<'a> {
    file: &'a Path,
    sessions: usize,
    spans: usize,
    logs: usize,
}

pub(super) fn run(common: &Common, args: &Export, output: &mut Output) -> Result<(), Error> {
    let store = super::to_read(common)?;
    let ids = wanted(store.as_ref(), common, args)?;
    older(store.as_ref(), common, args)?;
    let Some(path) = &args.output else {
        return lines(store.as_ref(), common, &ids, output.raw()).map(drop);
    };
    let failed = |source| Error::File {
        path: path.clone(),
        source,
    };
    // What is there is not overwritten.
    if path.exists() {
        return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
    }
    // It has its name when it is whole: half of an export looks like one.
    let mut part = path.clone().into_os_string();
    part.push(".part");
    let part = Path::new(&part);
    let file = File::create(part).map_err(failed)?;
    let written = write(store.as_ref(), common, args, &ids, file).and_then(|counts| {
        std::fs::rename(part, path)?;
        Ok(counts)
    });
    let (spans, logs) = written.map_err(|error| {
        // What is left of it is of no use; it may be gone.
        let _ = std::fs::remove_file(part);
        match error {
            Error::Output(source) => failed(source),
            other => other,
        }
    })?;
    let written = Written {
        file: path,
        sessions: ids.len(),
        spans,
        logs,
    };
    output.answer(&written, |to| {
        let Written { sessions, .. } = written;
        writeln!(
            to,
            "{}: {}, {}, {}",
            path.display(),
            counted(sessions as u64, "session"),
            counted(spans as u64, "span"),
            counted(logs as u64, "log record")
        )
    })
}

/// Says that there is more than what is exported, where nobody has said from when: whoever keeps the
/// file as a copy would miss it.
fn older(store: &dyn Store, common: &Common, args: &Export) -> Result<(), Error> {
    if args.within.since.is_some() || !args.sessions.is_empty() {
        return Ok(());
    }
    let since = args.within.since();
    let filter = SessionFilter {
        period: Period {
            since: 0,
            until: since,
        },
        limit: 1,
        ..SessionFilter::default()
    };
    if !store.sessions(&common.tenant, &filter)?.is_empty() {
        say(format_args!(
            "note: sessions that began before {} are not exported; --since 1970-01-01 takes all",
            when::shown(since)
        ));
    }
    Ok(())
}

fn wanted(store: &dyn Store, common: &Common, args: &Export) -> Result<Vec<String>, Error> {
    if args.sessions.is_empty() {
        let filter = SessionFilter {
            period: args.within.period(),
            ..SessionFilter::default()
        };
        let listed = store.sessions(&common.tenant, &filter)?;
        return Ok(listed.into_iter().map(|session| session.id).collect());
    }
    let ids = args.sessions.iter();
    ids.map(|id| find::full_id(store, common, id)).collect()
}

fn write(
    store: &dyn Store,
    common: &Common,
    args: &Export,
    ids: &[String],
    file: File,
) -> Result<(usize, usize), Error> {
    #[cfg(feature = "parquet")]
    if args.parquet {
        return super::parquet::write(store, common, ids, file);
    }
    let _ = args;
    let mut to = BufWriter::new(file);
    let counts = lines(store, common, ids, &mut to)?;
    to.into_inner()
        .map_err(|error| error.into_error())?
        .sync_all()?;
    Ok(counts)
}

/// Sessions as lines of OTLP; gives the spans and log records in them.
fn lines(
    store: &dyn Store,
    common: &Common,
    ids: &[String],
    to: &mut dyn Write,
) -> Result<(usize, usize), Error> {
    let (mut spans, mut logs, mut dropped) = (0, 0, 0_u64);
    for id in ids {
        // Gone since it was listed: its time was over.
        let Some(session) = store.session(&common.tenant, id)? else {
            continue;
        };
        dropped += u64::from(session.spans.is_empty() && session.logs.is_empty());
        spans += session.spans.len();
        logs += session.logs.len();
        for line in session.otlp_lines()? {
            writeln!(to, "{line}")?;
        }
    }
    if dropped > 0 {
        say(format_args!(
            "note: the records of {} were dropped by retention",
            counted(dropped, "session")
        ));
    }
    Ok((spans, logs))
}
