//! What both transports do with a request.

use std::borrow::Cow;
use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt as _;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde::de::DeserializeOwned;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::tokens::{Role, Tokens};
use super::weigh::{self, Unfit};
use crate::forward::Forward;
use crate::ingest::{Answer, InFlight, Ingest, Sender, Signal, json};
use crate::store::Tenant;

/// How long the body of a request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long the rest of one may take of which nothing is taken.
const PATIENCE_WITH_REFUSED: Duration = Duration::from_secs(5);

/// How long a sender waits that came when there was too much to do.
const AGAIN: Duration = Duration::from_secs(1);

/// What all requests share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) ingest: Arc<Ingest>,
    pub(super) tokens: Tokens,
    /// So many messages are decoded and stored at once.
    pub(super) gate: Semaphore,
    pub(super) forward: Option<Arc<Forward>>,
    pub(super) ports: Ports,
    pub(super) decoding: Decoding,
}

/// Room for messages that are decoded, in thousands of bytes: as much again as for those that come
/// in, from which it is apart, for what waits must not keep out what it waits for.
#[derive(Debug)]
pub(super) struct Decoding {
    most: u32,
    room: Semaphore,
}

impl Decoding {
    pub(super) fn new(bytes: usize) -> Self {
        let most = u32::try_from(bytes / 1_000).unwrap_or(u32::MAX).max(1);
        Self {
            most,
            room: Semaphore::new(most as usize),
        }
    }

    /// Waits on a thread that may; one that needs all of it is decoded alone.
    fn room(&self, bytes: usize) -> Result<SemaphorePermit<'_>, Refusal> {
        let needed = u32::try_from(bytes / 1_000).unwrap_or(u32::MAX);
        let room = self.room.acquire_many(needed.min(self.most));
        // Nobody closes it.
        Handle::current().block_on(room).map_err(|_| OVERLOAD)
    }
}

/// Where each transport is served, to tell who comes to the other's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    pub(super) grpc: u16,
    pub(super) http: u16,
}

impl Ports {
    /// For a request that is not of the transport, or that leads nowhere.
    pub(super) fn message(self) -> String {
        let Self { grpc, http } = self;
        format!(
            "port {http} takes OTLP/HTTP: POST to /v1/traces, /v1/logs or /v1/metrics; port {grpc} takes OTLP/gRPC"
        )
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Protobuf,
    Json,
    /// Protobuf with five bytes before it, which say whether it is compressed and how long it is.
    Grpc,
}

/// Why nothing of a message was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Unauthenticated,
    Forbidden,
    Overload(Duration),
    StoreFails(Duration),
    TooLarge,
    /// It holds more records, or parts of these, than a message may: so many.
    TooMany(u64),
    Malformed(Cow<'static, str>),
    Compression,
}

impl Refusal {
    /// As it is counted: one of few words.
    fn word(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::Overload(_) => "overload",
            Self::StoreFails(_) => "store failed",
            Self::TooLarge => "too large",
            Self::TooMany(_) => "too many records",
            Self::Malformed(_) => "malformed",
            Self::Compression => "unknown compression",
        }
    }

    /// As the sender is told.
    pub(super) fn message(&self) -> Cow<'static, str> {
        let message = match self {
            Self::Unauthenticated => {
                "send a token that this server knows: Authorization: Bearer TOKEN"
            }
            Self::Forbidden => "the role of this token does not allow that",
            Self::Overload(_) => "too much is at work already; send it again later",
            Self::StoreFails(_) => "the store cannot be written at the moment; send it again later",
            Self::TooLarge => "the message is too large; send less at once",
            Self::TooMany(most) => {
                return Cow::Owned(format!(
                    "a message may hold {most} records (limits.records_per_message), and ten times as many \
                     attributes, events and links; send fewer at once"
                ));
            }
            Self::Malformed(what) => return what.clone(),
            Self::Compression => "compress with gzip or not at all",
        };
        Cow::Borrowed(message)
    }

    pub(super) fn retry(&self) -> Option<Duration> {
        match self {
            Self::Overload(after) | Self::StoreFails(after) => Some(*after),
            _ => None,
        }
    }
}

/// How a message is written.
pub(super) struct Written {
    pub(super) signal: Signal,
    pub(super) format: Format,
    pub(super) is_gzip: bool,
}

/// Some records refused: how many, and why.
pub(super) type Rejected = Option<(u64, String)>;

impl Shared {
    /// Who sends the request, if they may do that.
    pub(super) fn sender(&self, headers: &HeaderMap, needed: Role) -> Result<Sender, Refusal> {
        if self.tokens.is_empty() {
            return Ok(Sender::Local(Tenant::default()));
        }
        let said = headers
            .get(header::AUTHORIZATION)
            .and_then(|it| it.to_str().ok());
        let token = said.and_then(|said| {
            let (scheme, token) = said.split_once(' ')?;
            scheme
                .eq_ignore_ascii_case("bearer")
                .then_some(token.trim())
        });
        let known = token.and_then(|token| self.tokens.find(token));
        match known {
            None => Err(Refusal::Unauthenticated),
            Some((_, role)) if !role.may(needed) => Err(Refusal::Forbidden),
            Some((tenant, _)) => Ok(Sender::Authenticated(tenant)),
        }
    }

    /// Reads a message, and takes in what it holds.
    pub(super) async fn receive(
        self: &Arc<Self>,
        headers: &HeaderMap,
        mut body: Body,
        written: Result<Written, Refusal>,
    ) -> Result<Rejected, Refusal> {
        let result = self.taken(headers, &mut body, written).await;
        if result.is_err() {
            // Many a client that is still sending does not read an answer.
            let draining = drain(&mut body, 2 * self.ingest.limits().message_bytes);
            let _ = tokio::time::timeout(PATIENCE_WITH_REFUSED, draining).await;
        }
        if let Err(refusal) = &result
            // Those of the store are records, and counted as such.
            && !matches!(refusal, Refusal::StoreFails(_) | Refusal::Overload(_))
        {
            self.ingest.message_refused(refusal.word());
        }
        result
    }

    /// Counts a request that leads nowhere, under one of few words, and lets its sender read why.
    pub(super) async fn dismiss(&self, request: Request, word: &'static str) {
        self.ingest.message_refused(word);
        let mut body = request.into_body();
        let draining = drain(&mut body, 2 * self.ingest.limits().message_bytes);
        let _ = tokio::time::timeout(PATIENCE_WITH_REFUSED, draining).await;
    }

    async fn taken(
        self: &Arc<Self>,
        headers: &HeaderMap,
        body: &mut Body,
        written: Result<Written, Refusal>,
    ) -> Result<Rejected, Refusal> {
        let sender = self.sender(headers, Role::Write)?;
        let written = written?;
        let most = self.ingest.limits().message_bytes;
        let length = headers.get(header::CONTENT_LENGTH);
        let length = length.and_then(|it| it.to_str().ok()?.parse::<usize>().ok());
        if length.is_some_and(|length| length > most + PREFIX) {
            return Err(Refusal::TooLarge);
        }
        // Room is made for what comes and not for what is announced, which costs nothing.
        let mut in_flight = self.ingest.admit(0).ok_or(OVERLOAD)?;
        let reading = read(body, most + PREFIX, &mut in_flight);
        let late = |_| malformed("the message did not come to its end in time");
        let bytes = tokio::time::timeout(PATIENCE, reading)
            .await
            .map_err(late)??;

        // Decoding takes time of a processor, and storing waits for a disk: neither on a thread of the
        // runtime, and few at once.
        let _permit = self.gate.acquire().await.map_err(|_| OVERLOAD)?;
        let shared = Arc::clone(self);
        let working = tokio::task::spawn_blocking(move || {
            let Shared {
                ingest, decoding, ..
            } = &*shared;
            take(ingest, &sender, &written, &bytes, &mut in_flight, decoding)
        });
        // It can only panic.
        working.await.unwrap_or(Err(Refusal::StoreFails(AGAIN)))
    }
}

/// Bytes before a message in gRPC.
const PREFIX: usize = 5;

const OVERLOAD: Refusal = Refusal::Overload(AGAIN);

/// Throws away what is left of a body.
async fn drain(body: &mut Body, most: usize) {
    let mut seen = 0;
    while let Some(Ok(frame)) = body.frame().await {
        seen += frame.data_ref().map_or(0, Bytes::len);
        if seen > most {
            return;
        }
    }
}

async fn read(body: &mut Body, most: usize, in_flight: &mut InFlight) -> Result<Bytes, Refusal> {
    let broken = |_| malformed("the message broke off");
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(broken)?.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > most {
            return Err(Refusal::TooLarge);
        }
        if !in_flight.grow(data.len()) {
            return Err(OVERLOAD);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}

fn take(
    ingest: &Ingest,
    sender: &Sender,
    written: &Written,
    bytes: &[u8],
    in_flight: &mut InFlight,
    decoding: &Decoding,
) -> Result<Rejected, Refusal> {
    let most = ingest.limits().message_bytes;
    let (bytes, is_gzip) = match written.format {
        Format::Grpc => unframed(bytes, written.is_gzip)?,
        Format::Protobuf | Format::Json => (bytes, written.is_gzip),
    };
    let unpacked;
    let bytes = match is_gzip {
        true => {
            unpacked = unpack(bytes, most, in_flight)?;
            unpacked.as_slice()
        }
        false => bytes,
    };
    if bytes.len() > most {
        return Err(Refusal::TooLarge);
    }
    let weight = weigh(bytes, written, ingest.limits().records_per_message)?;
    let _room = decoding.room(weight)?;
    let answer = match written.signal {
        Signal::Traces => ingest.traces(
            sender,
            decoded::<ExportTraceServiceRequest>(bytes, written, "resourceSpans")?,
        ),
        Signal::Logs => ingest.logs(
            sender,
            decoded::<ExportLogsServiceRequest>(bytes, written, "resourceLogs")?,
        ),
        Signal::Metrics => ingest.metrics(
            sender,
            decoded::<ExportMetricsServiceRequest>(bytes, written, "resourceMetrics")?,
        ),
    };
    match answer {
        Answer::Accepted => Ok(None),
        Answer::Partial { rejected, reason } => Ok(Some((rejected, reason))),
        Answer::Later { after, .. } => Err(Refusal::StoreFails(after)),
    }
}

fn unframed(bytes: &[u8], is_gzip: bool) -> Result<(&[u8], bool), Refusal> {
    let malformed = malformed("no message of gRPC");
    let Some(([flag, length @ ..], message)) = bytes.split_first_chunk::<PREFIX>() else {
        return Err(malformed);
    };
    if u32::from_be_bytes(*length) as usize != message.len() || *flag > 1 {
        return Err(malformed);
    }
    match (flag, is_gzip) {
        (0, _) => Ok((message, false)),
        (_, true) => Ok((message, true)),
        (_, false) => Err(Refusal::Compression),
    }
}

/// No more than may be: a few bytes can stand for gigabytes.
fn unpack(bytes: &[u8], most: usize, in_flight: &mut InFlight) -> Result<Vec<u8>, Refusal> {
    const PIECE: usize = 256 * 1024;
    let mut unpacked = Vec::new();
    // A file of gzip may have several parts, one behind the other.
    let mut decoder = MultiGzDecoder::new(bytes);
    loop {
        if !in_flight.grow(PIECE) {
            return Err(OVERLOAD);
        }
        let read = decoder
            .by_ref()
            .take(PIECE as u64)
            .read_to_end(&mut unpacked);
        if read.map_err(|_| malformed("no gzip"))? == 0 {
            return Ok(unpacked);
        }
        if unpacked.len() > most {
            return Err(Refusal::TooLarge);
        }
    }
}

/// Bytes that the message will be about, beside those that it has, when it is decoded.
fn weigh(bytes: &[u8], written: &Written, most: u64) -> Result<usize, Refusal> {
    let weighed = match written.format {
        Format::Protobuf | Format::Grpc => weigh::protobuf(bytes, written.signal, most),
        Format::Json => weigh::json(bytes, most),
    };
    weighed.map_err(|unfit| match unfit {
        Unfit::TooMany => Refusal::TooMany(most),
        Unfit::Malformed => malformed(NO_PROTOBUF),
    })
}

const NO_PROTOBUF: &str = "no message of OTLP in protobuf";

fn decoded<T: Message + Default + DeserializeOwned>(
    bytes: &[u8],
    written: &Written,
    list: &str,
) -> Result<T, Refusal> {
    match written.format {
        // What this decoder says may quote the message.
        Format::Protobuf | Format::Grpc => T::decode(bytes).map_err(|_| malformed(NO_PROTOBUF)),
        Format::Json => json::read(bytes, list)
            .map_err(|why| malformed(format!("no message of OTLP in JSON: {why}"))),
    }
}

pub(super) fn malformed(what: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::Malformed(what.into())
}
