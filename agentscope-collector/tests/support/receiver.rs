//! An OTLP/HTTP endpoint for tests: takes protobuf, with gzip or without, keeps what it gets.
//!
//! Needs `opentelemetry-proto` (features `gen-tonic-messages`, `trace`, `logs`, `metrics`), `prost` and
//! `flate2`.

#![allow(
    unreachable_pub,
    dead_code,
    reason = "shared by tests, each of which uses a part"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

/// How the endpoint answers.
#[derive(Clone, Copy, Debug)]
pub enum Mode {
    /// 200, at once.
    Accept,
    /// This status; nothing is kept.
    Refuse(u16),
    /// 200, after this time; kept before.
    Slow(Duration),
}

/// What was received, in the order it came.
#[derive(Clone, Debug, Default)]
pub struct Received {
    pub requests: usize,
    /// Attributes of the resource, of the last request.
    pub resource: Vec<KeyValue>,
    pub spans: Vec<Span>,
    pub logs: Vec<LogRecord>,
    pub metrics: Vec<Metric>,
    /// Path and body of each request, unpacked.
    pub bodies: Vec<(String, Vec<u8>)>,
}

#[derive(Default)]
struct Shared {
    received: Mutex<Received>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The endpoint. Its threads end with the test process.
pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Receiver {
    /// Listens on a free port of this machine.
    pub fn start(mode: Mode) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let shared = Arc::new(Shared::default());
        let keep = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let keep = Arc::clone(&keep);
                std::thread::spawn(move || {
                    // A connection that breaks is the client's affair.
                    let _ = serve(stream, mode, &keep);
                });
            }
        });
        Self { address, shared }
    }

    /// For `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What came so far.
    pub fn received(&self) -> Received {
        self.shared.lock().clone()
    }

    /// Waits until what came satisfies `enough`; gives what came by then, or after ten seconds.
    pub fn wait(&self, mut enough: impl FnMut(&Received) -> bool) -> Received {
        let received = self.shared.lock();
        let waited =
            self.shared
                .changed
                .wait_timeout_while(received, Duration::from_secs(10), |received| {
                    !enough(received)
                });
        waited.unwrap_or_else(PoisonError::into_inner).0.clone()
    }
}

/// An address where nobody listens.
pub fn dead_endpoint() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!("http://{}", listener.local_addr().expect("bound"))
}

/// The text of an attribute.
pub fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    let attribute = attributes.iter().find(|attribute| attribute.key == key)?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}

fn serve(stream: TcpStream, mode: Mode, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    loop {
        let mut request = String::new();
        if reader.read_line(&mut request)? == 0 {
            return Ok(());
        }
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        let (mut length, mut is_gzip) = (0, false);
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let Some((name, value)) = header.trim_end().split_once(':') else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap_or(0);
            }
            is_gzip |= name.eq_ignore_ascii_case("content-encoding") && value.trim() == "gzip";
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        if is_gzip {
            let packed = std::mem::take(&mut body);
            flate2::read::GzDecoder::new(&*packed).read_to_end(&mut body)?;
        }
        let status = match mode {
            Mode::Refuse(status) => status,
            Mode::Accept | Mode::Slow(_) => keep(&path, &body, &mut shared.lock()),
        };
        shared.lock().requests += 1;
        shared.changed.notify_all();
        if let Mode::Slow(delay) = mode {
            std::thread::sleep(delay);
        }
        write!(
            writer,
            "HTTP/1.1 {status} test\r\ncontent-length: 0\r\n\r\n"
        )?;
    }
}

/// The status to answer with.
fn keep(path: &str, body: &[u8], received: &mut Received) -> u16 {
    match path {
        "/v1/traces" => {
            let Ok(request) = ExportTraceServiceRequest::decode(body) else {
                return 400;
            };
            for part in request.resource_spans {
                received.resource = part.resource.unwrap_or_default().attributes;
                received
                    .spans
                    .extend(part.scope_spans.into_iter().flat_map(|scope| scope.spans));
            }
        }
        "/v1/logs" => {
            let Ok(request) = ExportLogsServiceRequest::decode(body) else {
                return 400;
            };
            for part in request.resource_logs {
                received.resource = part.resource.unwrap_or_default().attributes;
                received.logs.extend(
                    part.scope_logs
                        .into_iter()
                        .flat_map(|scope| scope.log_records),
                );
            }
        }
        "/v1/metrics" => {
            let Ok(request) = ExportMetricsServiceRequest::decode(body) else {
                return 400;
            };
            for part in request.resource_metrics {
                received.resource = part.resource.unwrap_or_default().attributes;
                received.metrics.extend(
                    part.scope_metrics
                        .into_iter()
                        .flat_map(|scope| scope.metrics),
                );
            }
        }
        _ => return 404,
    }
    received.bodies.push((path.to_owned(), body.to_owned()));
    200
}
