//! What both transports do with a request.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use flate2::read::GzDecoder;
use http_body_util::BodyExt as _;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use super::tokens::{Role, Tokens};
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
    Malformed(&'static str),
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
            Self::Malformed(_) => "malformed",
            Self::Compression => "unknown compression",
        }
    }

    /// As the sender is told.
    pub(super) fn message(&self) -> &'static str {
        match self {
            Self::Unauthenticated => {
                "send a token that this server knows: Authorization: Bearer TOKEN"
            }
            Self::Forbidden => "the role of this token does not allow that",
            Self::Overload(_) => "too much is at work already; send it again later",
            Self::StoreFails(_) => "the store cannot be written at the moment; send it again later",
            Self::TooLarge => "the message is too large; send less at once",
            Self::Malformed(what) => what,
            Self::Compression => "compress with gzip or not at all",
        }
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
        let mut in_flight = self.ingest.admit(length.unwrap_or(0)).ok_or(OVERLOAD)?;
        let reading = read(body, most + PREFIX, length.unwrap_or(0), &mut in_flight);
        let late = |_| Refusal::Malformed("the message did not come to its end in time");
        let bytes = tokio::time::timeout(PATIENCE, reading)
            .await
            .map_err(late)??;

        // Decoding takes time of a processor, and storing waits for a disk: neither on a thread of the
        // runtime, and few at once.
        let _permit = self.gate.acquire().await.map_err(|_| OVERLOAD)?;
        let ingest = Arc::clone(&self.ingest);
        let working = tokio::task::spawn_blocking(move || {
            take(&ingest, &sender, &written, &bytes, &mut in_flight)
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

async fn read(
    body: &mut Body,
    most: usize,
    admitted: usize,
    in_flight: &mut InFlight,
) -> Result<Bytes, Refusal> {
    let broken = |_| Refusal::Malformed("the message broke off");
    let mut bytes = BytesMut::with_capacity(admitted.min(most));
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(broken)?.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > most {
            return Err(Refusal::TooLarge);
        }
        let more = (bytes.len() + data.len()).saturating_sub(admitted.max(bytes.len()));
        if !in_flight.grow(more) {
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
    let answer = match written.signal {
        Signal::Traces => ingest.traces(
            sender,
            decoded::<ExportTraceServiceRequest>(bytes, written.format)?,
        ),
        Signal::Logs => ingest.logs(
            sender,
            decoded::<ExportLogsServiceRequest>(bytes, written.format)?,
        ),
        Signal::Metrics => ingest.metrics(
            sender,
            decoded::<ExportMetricsServiceRequest>(bytes, written.format)?,
        ),
    };
    match answer {
        Answer::Accepted => Ok(None),
        Answer::Partial { rejected, reason } => Ok(Some((rejected, reason))),
        Answer::Later { after, .. } => Err(Refusal::StoreFails(after)),
    }
}

fn unframed(bytes: &[u8], is_gzip: bool) -> Result<(&[u8], bool), Refusal> {
    let malformed = Refusal::Malformed("no message of gRPC");
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
    let mut decoder = GzDecoder::new(bytes);
    loop {
        if !in_flight.grow(PIECE) {
            return Err(OVERLOAD);
        }
        let read = decoder
            .by_ref()
            .take(PIECE as u64)
            .read_to_end(&mut unpacked);
        let malformed = |_| Refusal::Malformed("no gzip");
        if read.map_err(malformed)? == 0 {
            return Ok(unpacked);
        }
        if unpacked.len() > most {
            return Err(Refusal::TooLarge);
        }
    }
}

fn decoded<T: Message + Default + DeserializeOwned>(
    bytes: &[u8],
    format: Format,
) -> Result<T, Refusal> {
    // What a decoder says may quote the message.
    match format {
        Format::Protobuf | Format::Grpc => {
            T::decode(bytes).map_err(|_| Refusal::Malformed("no message of OTLP in protobuf"))
        }
        Format::Json => json::read(bytes).ok_or(Refusal::Malformed("no message of OTLP in JSON")),
    }
}
