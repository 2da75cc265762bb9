//! `agentscope export`: sessions for other programs.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use agentscope_collector::store::{SessionFilter, Store};
use serde::Serialize;

use super::find;
use crate::args::{Common, Export};
use crate::error::Error;
use crate::output::Output;

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
    let Some(path) = &args.output else {
        return lines(store.as_ref(), common, &ids, output.raw()).map(drop);
    };
    let failed = |source| Error::File {
        path: path.clone(),
        source,
    };
    // What is there is not overwritten.
    let file = File::create_new(path).map_err(failed)?;
    let (spans, logs) =
        write(store.as_ref(), common, args, &ids, file).map_err(|error| match error {
            Error::Output(source) => failed(source),
            other => other,
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
            "{}: {sessions} sessions, {spans} spans, {logs} log records",
            path.display()
        )
    })
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
    let (mut spans, mut logs) = (0, 0);
    for id in ids {
        // Gone since it was listed: its time was over.
        let Some(session) = store.session(&common.tenant, id)? else {
            continue;
        };
        spans += session.spans.len();
        logs += session.logs.len();
        for line in session.otlp_lines()? {
            writeln!(to, "{line}")?;
        }
    }
    Ok((spans, logs))
}
