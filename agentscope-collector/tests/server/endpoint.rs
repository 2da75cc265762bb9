//! An endpoint that answers what it is told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

/// A request, unpacked.
pub(crate) struct Request {
    pub(crate) time: Instant,
    pub(crate) path: String,
    pub(crate) headers: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn spans(&self) -> Vec<Span> {
        assert_eq!(self.path, "/v1/traces");
        let message = ExportTraceServiceRequest::decode(&*self.body).expect("OTLP");
        let scopes = message
            .resource_spans
            .into_iter()
            .flat_map(|it| it.scope_spans);
        scopes.flat_map(|it| it.spans).collect()
    }

    pub(crate) fn metrics(&self) -> Vec<Metric> {
        assert_eq!(self.path, "/v1/metrics");
        let message = ExportMetricsServiceRequest::decode(&*self.body).expect("OTLP");
        let scopes = message
            .resource_metrics
            .into_iter()
            .flat_map(|it| it.scope_metrics);
        scopes.flat_map(|it| it.metrics).collect()
    }

    pub(crate) fn logs(&self) -> Vec<LogRecord> {
        assert_eq!(self.path, "/v1/logs");
        let message = ExportLogsServiceRequest::decode(&*self.body).expect("OTLP");
        let scopes = message
            .resource_logs
            .into_iter()
            .flat_map(|it| it.scope_logs);
        scopes.flat_map(|it| it.log_records).collect()
    }
}

pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    requests: Receiver<Request>,
}

impl Endpoint {
    /// Gives these answers one after another (status line and headers), then 200.
    pub(crate) fn start(answers: &'static [&'static str]) -> Self {
        Self::on(
            TcpListener::bind("127.0.0.1:0").expect("a free port"),
            answers,
        )
    }

    pub(crate) fn on(listener: TcpListener, answers: &'static [&'static str]) -> Self {
        let address = listener.local_addr().expect("bound");
        let (sender, requests) = channel();
        std::thread::spawn(move || {
            let mut answers = answers.iter();
            for stream in listener.incoming().flatten() {
                let Some(request) = read(&stream) else {
                    continue;
                };
                let answer = answers.next().copied().unwrap_or("200 OK");
                let _ = write!(
                    &stream,
                    "HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                if sender.send(request).is_err() {
                    return;
                }
            }
        });
        Self { address, requests }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next request.
    pub(crate) fn next(&self) -> Request {
        self.requests
            .recv_timeout(Duration::from_secs(20))
            .expect("a request")
    }

    /// Whether none comes for a moment.
    pub(crate) fn is_silent(&self) -> bool {
        self.requests
            .recv_timeout(Duration::from_millis(700))
            .is_err()
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end() {
            "" => break,
            line => headers.push(line.to_owned()),
        }
    }
    let header = |name: &str| {
        headers
            .iter()
            .find_map(|it| it.strip_prefix(name).map(str::to_owned))
    };
    let length: usize = header("content-length: ")?.parse().ok()?;
    let mut packed = vec![0; length];
    reader.read_exact(&mut packed).ok()?;
    let mut body = Vec::new();
    flate2::read::GzDecoder::new(&*packed)
        .read_to_end(&mut body)
        .ok()?;
    let path = headers.first()?.split(' ').nth(1)?.to_owned();
    Some(Request {
        time: Instant::now(),
        path,
        headers,
        body,
    })
}
