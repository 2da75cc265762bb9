//! The thread of a destination.

use std::error::Error as _;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message as _;
use reqwest::blocking::{Client, Response};
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, LOCATION, RETRY_AFTER,
};
use reqwest::redirect::Policy;
use reqwest::{StatusCode, Url};
use serde_json::Value;

use super::queue::{Message, Queue};
use super::{Counts, Destination, Parcel, add};
use crate::ingest::Signal;
use crate::seldom::Seldom;

/// How long a destination may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Between attempts: doubled each time, up to the most, and never less than the destination says.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Bytes of an answer that are read.
const LONGEST_ANSWER: u64 = 64 * 1024;

/// A destination may not put us off for longer than this.
const LONGEST_SAID: Duration = Duration::from_secs(15 * 60);

#[derive(Debug)]
struct Waiting {
    queue: Queue,
    stops: bool,
}

#[derive(Debug)]
struct Shared {
    destination: Destination,
    counts: Counts,
    waiting: Mutex<Waiting>,
    changed: Condvar,
    unwritten: Seldom,
}

/// A destination with its queue and its thread.
#[derive(Debug)]
pub(super) struct Lane {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Lane {
    pub(super) fn start(directory: &Path, destination: Destination) -> io::Result<Self> {
        let queue = Queue::open(directory, destination.queue_bytes)?;
        let name = format!("agentscope-to-{}", destination.name);
        let shared = Arc::new(Shared {
            destination,
            counts: Counts::default(),
            waiting: Mutex::new(Waiting {
                queue,
                stops: false,
            }),
            changed: Condvar::new(),
            unwritten: Seldom::default(),
        });
        let working = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name(name)
            .spawn(move || working.work())?;
        Ok(Self {
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(super) fn destination(&self) -> &Destination {
        &self.shared.destination
    }

    pub(super) fn counts(&self) -> (&str, &Counts, u64, u64) {
        let waiting = self.shared.lock();
        let queue = &waiting.queue;
        let name = self.shared.destination.name.as_str();
        (name, &self.shared.counts, queue.pending(), queue.bytes())
    }

    pub(super) fn push(&self, parcel: &Parcel) {
        let counts = &self.shared.counts;
        let pushed = self.shared.lock().queue.push(&Message::from(parcel));
        match pushed {
            Ok(true) => self.shared.changed.notify_one(),
            Ok(false) => add(&counts.dropped, parcel.count),
            Err(error) => {
                add(&counts.dropped, parcel.count);
                let name = &self.shared.destination.name;
                if let Some(more) = self.shared.unwritten.due() {
                    tracing::warn!(target: "agentscope", "the queue to {name} cannot be written: {error}{more}");
                }
            }
        }
    }

    pub(super) fn stop(&self) {
        self.shared.lock().stops = true;
        self.shared.changed.notify_one();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            // It can only have panicked.
            let _ = thread.join();
        }
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What a destination has said to a message.
enum Said {
    /// Taken, but for so many records.
    Taken(u64),
    /// Never.
    Refused(String),
    /// Not now; not before this time, if it said one.
    Later(Option<Duration>, String),
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        // Here and not where it is started: a blocking client must not be built, nor dropped, on a
        // thread of an async runtime.
        // Who follows to another host shows it the key, and leaves the records behind.
        let client = Client::builder().timeout(PATIENCE).redirect(Policy::none());
        let client = match client.build() {
            Ok(client) => client,
            Err(error) => return self.warn(&format!("cannot be sent to: {error}")),
        };
        let mut wait = FIRST_WAIT;
        let mut refusal = String::new();
        while let Some(message) = self.next() {
            match self.send(&client, &message) {
                Said::Taken(rejected) => {
                    let count = u64::from(message.count);
                    add(&self.counts.delivered, count.saturating_sub(rejected));
                    add(&self.counts.refused, rejected.min(count));
                    self.done(&message);
                    wait = FIRST_WAIT;
                }
                Said::Refused(why) => {
                    add(&self.counts.refused, message.count);
                    // Each is counted; what it says to one it mostly says to the next.
                    if refusal != why {
                        self.warn(&format!("refuses {} records: {why}", message.count));
                        refusal = why;
                    }
                    self.done(&message);
                    wait = FIRST_WAIT;
                }
                Said::Later(said, why) => {
                    add(&self.counts.retries, 1u64);
                    if wait == FIRST_WAIT {
                        self.warn(&format!(
                            "is not reached, what is for it waits on disk: {why}"
                        ));
                    }
                    self.rest(wait.max(said.unwrap_or_default().min(LONGEST_SAID)));
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
        }
    }

    fn warn(&self, what: &str) {
        let name = &self.destination.name;
        tracing::warn!(target: "agentscope", "the destination {name} {what}");
    }

    /// The oldest message; waits for one. `None` when it is to stop.
    fn next(&self) -> Option<Message> {
        let mut waiting = self.lock();
        loop {
            if waiting.stops {
                return None;
            }
            match waiting.queue.first() {
                Ok(Some(message)) => return Some(message),
                Ok(None) => {
                    waiting = self
                        .changed
                        .wait(waiting)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                Err(error) => {
                    drop(waiting);
                    self.warn(&format!("has a queue that cannot be read: {error}"));
                    self.rest(LONGEST_WAIT);
                    waiting = self.lock();
                }
            }
        }
    }

    fn done(&self, message: &Message) {
        if let Err(error) = self.lock().queue.take(message) {
            self.warn(&format!("took records that it will get again: {error}"));
        }
    }

    /// Waits, unless it is to stop.
    fn rest(&self, time: Duration) {
        let end = Instant::now() + time;
        let mut waiting = self.lock();
        while !waiting.stops {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let woken = self.changed.wait_timeout(waiting, left);
            waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn send(&self, client: &Client, message: &Message) -> Said {
        let signal = match message.signal {
            b't' => Signal::Traces,
            b'm' => Signal::Metrics,
            _ => Signal::Logs,
        };
        let signal = signal.as_str();
        let base = self.destination.url.as_str().trim_end_matches('/');
        let request = client
            .post(format!("{base}/v1/{signal}"))
            .headers(self.destination.headers.clone())
            .header(CONTENT_TYPE, "application/x-protobuf")
            .header(CONTENT_ENCODING, "gzip")
            .body(packed(&message.bytes));
        match request.send() {
            Ok(response) => said(signal, response),
            Err(error) => Said::Later(None, reason(error)),
        }
    }
}

/// Without the URL, in which somebody may have written a password.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut said = error.to_string();
    let mut because = error.source();
    while let Some(error) = because {
        said.push_str(&format!(": {error}"));
        because = error.source();
    }
    said
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::fast());
    // Memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

fn said(signal: &str, response: Response) -> Said {
    let status = response.status();
    let headers = response.headers();
    let after = text(headers, RETRY_AFTER).and_then(|said| wait(said, SystemTime::now()));
    match status {
        status if status.is_success() => {
            let kind = text(headers, CONTENT_TYPE).unwrap_or_default().to_owned();
            let mut bytes = Vec::new();
            // It has taken the records, whatever becomes of the rest of what it says.
            let _ = response.take(LONGEST_ANSWER).read_to_end(&mut bytes);
            match rejected(&kind, &bytes) {
                Some(rejected) => Said::Taken(rejected),
                None => Said::Refused(format!(
                    "{status} to {signal}, and a page for people: is its url that of OTLP/HTTP?"
                )),
            }
        }
        status if status.is_redirection() => {
            let to = text(headers, LOCATION).map(|to| shown(response.url(), to));
            Said::Refused(format!(
                "{status} to {signal}; it says to send to {}: write that as its url, without /v1/{signal}",
                to.as_deref().unwrap_or("another place")
            ))
        }
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::REQUEST_TIMEOUT
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => Said::Later(after, status.to_string()),
        // A token that was changed is corrected; what waits for it must not be gone by then.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Said::Later(Some(after.unwrap_or(LONGEST_WAIT)), status.to_string())
        }
        _ => Said::Refused(format!("{status} to {signal}")),
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Where a destination sends us to, without what somebody may keep to themselves.
fn shown(from: &Url, to: &str) -> String {
    match from.join(to) {
        Ok(url) => {
            let port = url.port().map(|port| format!(":{port}"));
            format!(
                "{}://{}{}{}",
                url.scheme(),
                url.host_str().unwrap_or_default(),
                port.unwrap_or_default(),
                url.path()
            )
        }
        Err(_) => "what is no URL".to_owned(),
    }
}

/// How many records a destination did not take that has answered with success; `None` where that is
/// no answer of OTLP but a page, for example of a proxy that wants somebody to log in. Some answer
/// with a word or with nothing.
fn rejected(kind: &str, answer: &[u8]) -> Option<u64> {
    let kind = kind.to_ascii_lowercase();
    if kind.contains("html") {
        return None;
    }
    if kind.contains("json") {
        let answer: Option<Value> = serde_json::from_slice(answer).ok();
        let part = answer.as_ref().and_then(|it| it.get("partialSuccess"));
        let counts = ["rejectedSpans", "rejectedLogRecords", "rejectedDataPoints"];
        let count = counts.iter().find_map(|name| part?.get(name));
        let count = count.and_then(|it| it.as_u64().or_else(|| it.as_str()?.parse().ok()));
        return Some(count.unwrap_or(0));
    }
    // The answers to the other signals differ in nothing that is read here.
    let Ok(answer) = ExportTraceServiceResponse::decode(answer) else {
        let is_page = answer.trim_ascii_start().starts_with(b"<");
        return (!is_page).then_some(0);
    };
    let rejected = answer.partial_success.map_or(0, |part| part.rejected_spans);
    Some(u64::try_from(rejected).unwrap_or(0))
}

/// What `Retry-After` says: seconds, or a date.
fn wait(said: &str, now: SystemTime) -> Option<Duration> {
    let said = said.trim();
    let seconds = said.parse().map(Duration::from_secs);
    seconds.ok().or_else(|| {
        let date = httpdate::parse_http_date(said).ok()?;
        Some(date.duration_since(now).unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_what_was_rejected_and_a_page_is_none() {
        let protobuf = [0x0a, 0x02, 0x08, 0x03];
        let json = br#"{"partialSuccess":{"rejectedLogRecords":"3"}}"#;
        assert_eq!(rejected("application/x-protobuf", &protobuf), Some(3));
        assert_eq!(rejected("application/json; charset=utf-8", json), Some(3));
        for (kind, answer) in [("", ""), ("application/json", "{}"), ("text/plain", "ok")] {
            assert_eq!(rejected(kind, answer.as_bytes()), Some(0), "{kind}");
        }
        assert_eq!(rejected("text/html", b""), None);
        assert_eq!(rejected("", b"\n<!doctype html>"), None);
    }

    #[test]
    fn a_destination_says_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777 - 90);
        assert_eq!(wait(" 7", now), Some(Duration::from_secs(7)));
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(wait(date, now), Some(Duration::from_secs(90)));
        let later = now + Duration::from_secs(1_000);
        assert_eq!(wait(date, later), Some(Duration::ZERO));
        assert_eq!(wait("soon", now), None);
    }
}
