//! OTLP over gRPC.
//!
//! The three services have one unary method each, so that the framing is all there is to gRPC; a
//! server of a library would decode messages before anything could bound how many are at work.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::{BufMut as _, Bytes, BytesMut};
use http_body::Frame;
use prost::Message;

use super::http::partial;
use super::receive::{Format, Refusal, Rejected, Shared, Written};
use crate::ingest::Signal;

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");
const ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
const ACCEPTS: HeaderName = HeaderName::from_static("grpc-accept-encoding");

const OK: i32 = 0;
const UNIMPLEMENTED: i32 = 12;

pub(super) fn routes(shared: Arc<Shared>) -> Router {
    const PACKAGE: &str = "/opentelemetry.proto.collector";
    let path = |service: &str| format!("{PACKAGE}.{service}/Export");
    Router::new()
        .route(
            &path("trace.v1.TraceService"),
            post(|shared, request| export(shared, request, Signal::Traces)),
        )
        .route(
            &path("logs.v1.LogsService"),
            post(|shared, request| export(shared, request, Signal::Logs)),
        )
        .route(
            &path("metrics.v1.MetricsService"),
            post(|shared, request| export(shared, request, Signal::Metrics)),
        )
        .fallback(nowhere)
        .method_not_allowed_fallback(nowhere)
        .with_state(shared)
}

async fn nowhere(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    match is_grpc(request.headers()) {
        true => {
            shared.dismiss(request, "wrong path").await;
            unimplemented("OTLP is all that is served here")
        }
        false => other_port(&shared, request).await,
    }
}

async fn export(
    State(shared): State<Arc<Shared>>,
    request: Request,
    signal: Signal,
) -> Response<Body> {
    if !is_grpc(request.headers()) {
        return other_port(&shared, request).await;
    }
    let (parts, body) = request.into_parts();
    let written = match parts.headers.get(ENCODING).map(HeaderValue::as_bytes) {
        encoding @ (None | Some(b"identity" | b"gzip")) => Ok(Written {
            signal,
            format: Format::Grpc,
            is_gzip: encoding == Some(b"gzip"),
        }),
        _ => Err(Refusal::Compression),
    };
    match shared.receive(&parts.headers, body, written).await {
        Ok(rejected) => succeeded(rejected),
        Err(refusal) => {
            let status = RpcStatus::of(&refusal);
            failed(status.code, &refusal.message(), Some(&status))
        }
    }
}

/// Protobuf over gRPC: not gRPC-Web, whose answers are others.
pub(super) fn is_grpc(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let rest = kind.and_then(|kind| kind.strip_prefix(b"application/grpc"));
    let rest = rest.map(|rest| rest.strip_prefix(b"+proto").unwrap_or(rest));
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b';' | b' ')))
}

pub(super) fn unimplemented(message: &str) -> Response<Body> {
    failed(UNIMPLEMENTED, message, None)
}

/// For who sends OTLP/HTTP here: gRPC's own errors are 200 to it, and it would take all that it lost
/// for delivered.
async fn other_port(shared: &Shared, request: Request) -> Response<Body> {
    shared.dismiss(request, "wrong port").await;
    let mut response = Response::new(Body::from(shared.ports.message() + "\n"));
    *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    response
}

fn response(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/grpc"),
    );
    headers.insert(ACCEPTS, HeaderValue::from_static("gzip,identity"));
    response
}

fn succeeded(rejected: Rejected) -> Response<Body> {
    let message = partial(rejected);
    let length = message.encoded_len();
    let mut data = BytesMut::with_capacity(length + 5);
    data.put_u8(0);
    data.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    data.put_slice(&message.encode_to_vec());
    let mut trailers = HeaderMap::new();
    trailers.insert(STATUS, HeaderValue::from(OK));
    response(Body::new(Unary {
        data: Some(data.freeze()),
        trailers: Some(trailers),
    }))
}

/// What has no message says its status in the headers.
fn failed(code: i32, message: &str, status: Option<&RpcStatus>) -> Response<Body> {
    let mut response = response(Body::empty());
    let headers = response.headers_mut();
    headers.insert(STATUS, HeaderValue::from(code));
    // What needs a `%` is not said here.
    if let Ok(message) = HeaderValue::try_from(message) {
        headers.insert(MESSAGE, message);
    }
    let details = status.filter(|status| !status.details.is_empty());
    let details = details.map(|status| STANDARD_NO_PAD.encode(status.encode_to_vec()));
    if let Some(details) = details.and_then(|text| HeaderValue::try_from(text).ok()) {
        headers.insert(DETAILS, details);
    }
    response
}

/// A body of one message, and what comes behind it.
struct Unary {
    data: Option<Bytes>,
    trailers: Option<HeaderMap>,
}

impl http_body::Body for Unary {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let data = self.data.take().map(Frame::data);
        let next = data.or_else(|| self.trailers.take().map(Frame::trailers));
        Poll::Ready(next.map(Ok))
    }
}

/// `google.rpc.Status`, which says in both transports why nothing was taken.
#[derive(Clone, PartialEq, Message)]
pub(super) struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<Duration>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, PartialEq, Message)]
struct Duration {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

impl RpcStatus {
    pub(super) fn of(refusal: &Refusal) -> Self {
        // By the specification of OTLP a sender tries again after UNAVAILABLE, and after
        // RESOURCE_EXHAUSTED where it is told when.
        let code = match refusal {
            Refusal::Unauthenticated => 16,
            Refusal::Forbidden => 7,
            Refusal::Overload(_) => 8,
            Refusal::StoreFails(_) => 14,
            Refusal::TooLarge | Refusal::TooMany(_) | Refusal::Malformed(_) => 3,
            Refusal::Compression => UNIMPLEMENTED,
        };
        let retry = |after: std::time::Duration| {
            let delay = Duration {
                seconds: i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
                nanos: i32::try_from(after.subsec_nanos()).unwrap_or(0),
            };
            Any {
                type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(),
                value: RetryInfo {
                    retry_delay: Some(delay),
                }
                .encode_to_vec(),
            }
        };
        Self {
            code,
            message: refusal.message().into_owned(),
            details: refusal.retry().map(retry).into_iter().collect(),
        }
    }
}
