//! The server: how many spans a second it takes over OTLP/gRPC, decides on and stores, and what it
//! does when it is offered more.
//!
//! Another process sends, so that what it computes is not counted as the server's and is stated
//! apart; on a machine of two processors it still takes its part of them. It makes its spans before it
//! begins, but for those that its memory would not hold: they are made meanwhile.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use agentscope_collector::server::{Config, Server};
use agentscope_collector::store::{self, Access, Batch, Origin};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;
use prost::bytes::{Buf as _, BufMut as _, Bytes};
use serde::{Deserialize, Serialize};
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Endpoint;

use crate::measure::{Budget, Outcome, Timing, process_time};
use crate::sessions_of_spans::Sessions;

const BENCH: &str = "ingest";
const OVERLOAD: &str = "overload";
const EXPORT: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
/// Spans of a message: what exporters send at once by default.
const BATCH: usize = 512;
/// Senders at the same time.
const SENDERS: usize = 8;
/// Those who offer more than can be taken.
const CROWD: usize = 400;
/// Spans that the sending process makes before it begins; a gigabyte.
const AT_ONCE: usize = 400_000;

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
    let plan = Plan {
        spans,
        senders: SENDERS,
        seconds: None,
    };
    let mut outcomes = measured(&plan, 1.0, 25_000.0, "all stored")?;
    outcomes.extend(measured(&plan, 0.2, 50_000.0, "a fifth kept")?);
    Ok(outcomes)
}

/// Offers more than the server can take, for so many seconds: what was put off is offered again at
/// once, from many senders.
///
/// # Errors
///
/// See [`run`].
pub(crate) fn overload(seconds: u64) -> Result<Vec<Outcome>, Error> {
    let plan = Plan {
        spans: usize::MAX,
        senders: CROWD,
        seconds: Some(seconds),
    };
    let run = kept(&plan, 1.0)?;
    let taken = run.sent.spans as f64 / run.sent.seconds;
    let offered = (run.sent.spans + run.sent.put_off * BATCH) as f64 / run.sent.seconds;
    let outcome = |case: String, value, reference, budget| {
        Outcome::new(
            OVERLOAD,
            "",
            (case, Timing::exact(value)),
            reference,
            budget,
        )
        .counted(1)
    };
    let took = ("spans taken in a second", Timing::exact(taken));
    Ok(vec![
        outcome(
            format!("spans offered in a second, for {seconds} s by {CROWD} senders"),
            offered,
            took,
            Budget::AtLeast(5.0 * taken),
        ),
        outcome(
            "spans that were acknowledged".to_owned(),
            run.sent.spans as f64,
            ("spans stored", Timing::exact(run.stored as f64)),
            Budget::AtLeast(run.stored as f64),
        ),
        outcome(
            "records of which the accounts do not say what became".to_owned(),
            run.unaccounted as f64,
            ("none", Timing::exact(0.0)),
            Budget::AtMost(0.0),
        ),
        outcome(
            "most memory of the server's process, MB".to_owned(),
            run.memory,
            ("after a tenth of it", Timing::exact(run.memory_at_a_tenth)),
            Budget::AtMost(500.0),
        ),
    ])
}

/// What the sending process is to do.
struct Plan {
    spans: usize,
    senders: usize,
    /// Ends then, however much was sent.
    seconds: Option<u64>,
}

/// What came of it.
struct Run {
    sent: Sent,
    computed: f64,
    stored: u64,
    unaccounted: u64,
    memory: f64,
    memory_at_a_tenth: f64,
}

fn kept(plan: &Plan, share: f64) -> Result<Run, Error> {
    let dir = std::env::temp_dir().join(format!("agentscope-bench-{}-ingest", std::process::id()));
    let result = served(plan, share, &dir);
    // It may never have been made.
    let _ = std::fs::remove_dir_all(&dir);
    result
}

fn measured(plan: &Plan, share: f64, least: f64, what: &str) -> Result<Vec<Outcome>, Error> {
    let run = kept(plan, share)?;
    let (sent, stored) = (&run.sent, run.stored);
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
            (case("offered over gRPC"), rate(sent.seconds)),
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
            (
                case("offered, by what the server computes"),
                rate(run.computed),
            ),
            sending,
            Budget::None,
        )
        .counted(1),
        Outcome::new(
            BENCH,
            "MB",
            (
                case("most memory of the server's process"),
                Timing::exact(run.memory),
            ),
            ("after a tenth of it", Timing::exact(run.memory_at_a_tenth)),
            Budget::AtMost(500.0),
        )
        .counted(1),
    ])
}

fn served(plan: &Plan, share: f64, dir: &std::path::Path) -> Result<Run, Error> {
    let text =
        format!("share = {share:?}\n[listen]\ngrpc = \"127.0.0.1:0\"\nhttp = \"127.0.0.1:0\"\n");
    let config = Config::parse(&text)?;
    let store = store::open(&dir.display().to_string(), Access::Write)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let server = runtime.block_on(Server::bind(&config, store))?;
    let (url, ingest) = (
        format!("http://{}", server.grpc()),
        Arc::clone(server.ingest()),
    );
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = runtime.spawn(server.run(async move { drop(stopped.await) }));

    let mut child = Command::new(std::env::current_exe()?)
        .args(["ingest-send", &url])
        .args([plan.spans.to_string(), plan.senders.to_string()])
        .arg(plan.seconds.unwrap_or(u64::MAX).to_string())
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
    line()?;
    let memory_at_a_tenth = most_memory();
    let sent: Sent = serde_json::from_str(&line()?)?;
    let computed = process_time() - before;
    child.wait()?;
    let _ = stop.send(());
    runtime.block_on(serving)??;
    let accounts = ingest.accounts();
    Ok(Run {
        sent,
        computed: computed.as_secs_f64(),
        stored: accounts.iter().map(|it| it.stored).sum(),
        unaccounted: accounts.iter().map(|it| it.unaccounted()).sum(),
        memory: most_memory(),
        memory_at_a_tenth,
    })
}

/// Plays the sending process.
#[allow(clippy::print_stdout, reason = "it is how the processes talk")]
pub(crate) fn send(url: &str, spans: usize, senders: usize, seconds: u64) -> Result<(), Error> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let source = Mutex::new(Source::new(u64::try_from(since.as_nanos())?, spans));
    println!("ready");
    std::io::stdin().read_line(&mut String::new())?;
    let put_off = AtomicUsize::new(0);
    let count = AtomicUsize::new(0);
    let (before, start) = (process_time(), Instant::now());
    let ends = start.checked_add(Duration::from_secs(seconds));
    let is_over = || ends.is_some_and(|ends| Instant::now() >= ends);
    let told = AtomicBool::new(false);
    let tell = |sent: usize| {
        let tenth = match seconds {
            u64::MAX => sent >= spans / 10,
            seconds => start.elapsed() >= Duration::from_secs(seconds / 10),
        };
        if tenth && !told.swap(true, Relaxed) {
            println!("a tenth");
        }
    };
    std::thread::scope(|scope| {
        let work = || -> Result<(), Error> {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            let endpoint = Endpoint::from_shared(url.to_owned())?;
            let mut client = Grpc::new(runtime.block_on(endpoint.connect())?);
            while !is_over() {
                let message = source.lock().ok().and_then(|mut source| source.next());
                let Some((message, spans)) = message else {
                    break;
                };
                loop {
                    let message = tonic::Request::new(message.clone());
                    let answer = runtime.block_on(async {
                        client
                            .ready()
                            .await
                            .map_err(|error| tonic::Status::unavailable(error.to_string()))?;
                        let path = PathAndQuery::from_static(EXPORT);
                        client.unary(message, path, Encoded).await
                    });
                    match answer {
                        Ok(_) => {
                            tell(count.fetch_add(spans, Relaxed) + spans);
                            break;
                        }
                        Err(status) if status.code() == tonic::Code::ResourceExhausted => {
                            put_off.fetch_add(1, Relaxed);
                            if is_over() {
                                break;
                            }
                            // Whoever measures a rate waits as it is told to; a crowd does not.
                            if seconds == u64::MAX {
                                std::thread::sleep(Duration::from_millis(100));
                            }
                        }
                        Err(status) => return Err(status.into()),
                    }
                }
            }
            Ok(())
        };
        let senders: Vec<_> = (0..senders).map(|_| scope.spawn(work)).collect();
        let results = senders
            .into_iter()
            .map(|sender| sender.join().unwrap_or(Err("panicked".into())));
        results.collect::<Result<(), Error>>()
    })?;
    let sent = Sent {
        spans: count.into_inner(),
        seconds: start.elapsed().as_secs_f64(),
        processor_seconds: (process_time() - before).as_secs_f64(),
        put_off: put_off.into_inner(),
    };
    println!("{}", serde_json::to_string(&sent)?);
    Ok(())
}

/// Where messages come from.
struct Source {
    ready: std::vec::IntoIter<(Bytes, usize)>,
    /// Makes what was not made before.
    sessions: Sessions,
    left: usize,
}

impl Source {
    fn new(begin: u64, spans: usize) -> Self {
        let mut sessions = Sessions::new(11, begin, 1_000_000);
        let before = spans.min(AT_ONCE).div_ceil(BATCH);
        let ready: Vec<_> = (0..before).map(|_| made(&mut sessions)).collect();
        Self {
            ready: ready.into_iter(),
            sessions,
            left: spans.saturating_sub(AT_ONCE),
        }
    }

    fn next(&mut self) -> Option<(Bytes, usize)> {
        self.ready.next().or_else(|| {
            let some = self.left > 0;
            self.left = self.left.saturating_sub(BATCH);
            some.then(|| made(&mut self.sessions))
        })
    }
}

fn made(sessions: &mut Sessions) -> (Bytes, usize) {
    let batch = sessions.batch(BATCH);
    (message(&batch).encode_to_vec().into(), batch.spans.len())
}

/// Sends what is encoded already, and does not look at the answer's message.
struct Encoded;

impl Codec for Encoded {
    type Encode = Bytes;
    type Decode = ();
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Encoded {
    type Item = Bytes;
    type Error = tonic::Status;

    fn encode(&mut self, message: Bytes, to: &mut EncodeBuf<'_>) -> Result<(), tonic::Status> {
        to.put(message);
        Ok(())
    }
}

impl Decoder for Encoded {
    type Item = ();
    type Error = tonic::Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<()>, tonic::Status> {
        from.advance(from.remaining());
        Ok(Some(()))
    }
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
