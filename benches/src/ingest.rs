//! The server: how many spans a second it takes over OTLP/HTTP, decides on and stores.
//!
//! Another process sends, with everything encoded before it begins, so that what it computes is not
//! counted as the server's; on a machine of two processors it still takes its part of them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use agentscope_collector::server::{Config, Server};
use agentscope_collector::store::{self, Access, Batch, Origin};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;
use serde::{Deserialize, Serialize};

use crate::measure::{Budget, Outcome, Timing, process_time};
use crate::sessions_of_spans::Sessions;

const BENCH: &str = "ingest";
/// Spans of a message: what exporters send at once by default.
const BATCH: usize = 512;
/// Senders at the same time.
const SENDERS: usize = 4;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// What the sending process has done.
#[derive(Serialize, Deserialize)]
struct Sent {
    spans: usize,
    seconds: f64,
    /// That it computed, while it sent.
    processor_seconds: f64,
    /// Messages that were to be sent again later, and were.
    put_off: usize,
}

/// Sends so many spans to a server that stores all of them, and to one that keeps a fifth of the
/// sessions.
///
/// # Errors
///
/// Where the temporary directory cannot be written, or no port is free.
pub(crate) fn run(spans: usize) -> Result<Vec<Outcome>, Error> {
    let mut outcomes = measured(spans, 1.0, 25_000.0, "all stored")?;
    outcomes.extend(measured(spans, 0.2, 50_000.0, "a fifth kept")?);
    Ok(outcomes)
}

fn measured(spans: usize, share: f64, least: f64, what: &str) -> Result<Vec<Outcome>, Error> {
    let dir = std::env::temp_dir().join(format!("agentscope-bench-{}-ingest", std::process::id()));
    let result = served(spans, share, &dir);
    // It may never have been made.
    let _ = std::fs::remove_dir_all(&dir);
    let (sent, computed, stored) = result?;
    let rate = |seconds: f64| Timing::exact(sent.spans as f64 / seconds);
    let case = |unit: &str| {
        format!(
            "{what}: {unit}, {} spans, {stored} of them stored",
            sent.spans
        )
    };
    let sending = (
        "the same of the process that sends, beside it",
        rate(sent.processor_seconds),
    );
    Ok(vec![
        Outcome::new(
            BENCH,
            "spans/s",
            (case("offered over HTTP"), rate(sent.seconds)),
            (
                "messages that were put off",
                Timing::exact(sent.put_off as f64),
            ),
            Budget::AtLeast(least),
        )
        .counted(1),
        Outcome::new(
            BENCH,
            "spans/CPU-s",
            (case("offered, by what the server computes"), rate(computed)),
            sending,
            Budget::None,
        )
        .counted(1),
        Outcome::new(
            BENCH,
            "MB",
            (
                case("most memory of the server's process so far"),
                Timing::exact(most_memory()),
            ),
            ("memory when it began", Timing::exact(0.0)),
            Budget::AtMost(500.0),
        )
        .counted(1),
    ])
}

/// What was sent, the seconds that the server computed, and the spans that it stored.
fn served(spans: usize, share: f64, dir: &std::path::Path) -> Result<(Sent, f64, u64), Error> {
    let text =
        format!("share = {share:?}\n[listen]\ngrpc = \"127.0.0.1:0\"\nhttp = \"127.0.0.1:0\"\n");
    let config = Config::parse(&text)?;
    let store = store::open(&dir.display().to_string(), Access::Write)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let server = runtime.block_on(Server::bind(&config, store))?;
    let (url, ingest) = (
        format!("http://{}/v1/traces", server.http()),
        Arc::clone(server.ingest()),
    );
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = runtime.spawn(server.run(async move { drop(stopped.await) }));

    let mut child = Command::new(std::env::current_exe()?)
        .args(["ingest-send", &url, &spans.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (input, output) = (child.stdin.take(), child.stdout.take());
    let (Some(mut input), Some(output)) = (input, output) else {
        return Err("no pipes".into());
    };
    let mut lines = BufReader::new(output).lines();
    let mut line = || {
        lines
            .next()
            .unwrap_or_else(|| Err(std::io::ErrorKind::UnexpectedEof.into()))
    };
    line()?;
    let before = process_time();
    writeln!(input, "go")?;
    let sent: Sent = serde_json::from_str(&line()?)?;
    let computed = process_time() - before;
    child.wait()?;
    let _ = stop.send(());
    runtime.block_on(serving)??;
    let accounts = ingest.accounts();
    Ok((
        sent,
        computed.as_secs_f64(),
        accounts.iter().map(|it| it.stored).sum(),
    ))
}

/// Plays the sending process.
#[allow(clippy::print_stdout, reason = "it is how the processes talk")]
pub(crate) fn send(url: &str, spans: usize) -> Result<(), Error> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let mut sessions = Sessions::new(11, u64::try_from(since.as_nanos())?, 1_000_000);
    let messages: Vec<(Vec<u8>, usize)> = (0..spans.div_ceil(BATCH))
        .map(|_| sessions.batch(BATCH))
        .map(|batch| (message(&batch).encode_to_vec(), batch.spans.len()))
        .collect();
    let count = messages.iter().map(|(_, count)| count).sum();
    let messages = Mutex::new(messages.into_iter());
    let next = || {
        messages
            .lock()
            .ok()
            .and_then(|mut messages| messages.next())
    };
    println!("ready");
    std::io::stdin().read_line(&mut String::new())?;
    let put_off = AtomicUsize::new(0);
    let (before, start) = (process_time(), Instant::now());
    std::thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS)
            .map(|_| scope.spawn(|| sender(url, &next, &put_off)))
            .collect();
        let results = senders
            .into_iter()
            .map(|sender| sender.join().unwrap_or(Err("panicked".into())));
        results.collect::<Result<(), Error>>()
    })?;
    let sent = Sent {
        spans: count,
        seconds: start.elapsed().as_secs_f64(),
        processor_seconds: (process_time() - before).as_secs_f64(),
        put_off: put_off.into_inner(),
    };
    println!("{}", serde_json::to_string(&sent)?);
    Ok(())
}

fn sender(
    url: &str,
    next: &dyn Fn() -> Option<(Vec<u8>, usize)>,
    put_off: &AtomicUsize,
) -> Result<(), Error> {
    let client = reqwest::blocking::Client::new();
    while let Some((message, _)) = next() {
        loop {
            let request = client
                .post(url)
                .header("content-type", "application/x-protobuf");
            let status = request.body(message.clone()).send()?.status();
            match status.as_u16() {
                200 => break,
                429 => {
                    put_off.fetch_add(1, Relaxed);
                    std::thread::sleep(std::time::Duration::from_millis(100));
                }
                _ => return Err(status.to_string().into()),
            }
        }
    }
    Ok(())
}

/// By who emitted them, as exporters do it.
fn message(batch: &Batch) -> ExportTraceServiceRequest {
    let mut groups: Vec<(&Arc<Origin>, Vec<Span>)> = Vec::new();
    for span in &batch.spans {
        match groups
            .iter_mut()
            .find(|(origin, _)| Arc::ptr_eq(origin, &span.origin))
        {
            Some((_, spans)) => spans.push(span.record.clone()),
            None => groups.push((&span.origin, vec![span.record.clone()])),
        }
    }
    let group = |(origin, spans): (&Arc<Origin>, Vec<Span>)| ResourceSpans {
        resource: Some(origin.resource.clone()),
        scope_spans: vec![ScopeSpans {
            scope: Some(origin.scope.clone()),
            spans,
            ..ScopeSpans::default()
        }],
        ..ResourceSpans::default()
    };
    ExportTraceServiceRequest {
        resource_spans: groups.into_iter().map(group).collect(),
    }
}

/// Megabytes; 0 where the system does not tell.
fn most_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
}
