//! OTLP over HTTP, and what the server says of itself.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use axum::routing::{get, post};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message as _;
use serde_json::json;

use super::about;
use super::grpc;
use super::grpc::RpcStatus;
use super::receive::{Format, Refusal, Rejected, Shared, Written, malformed};
use super::tokens::Role;
use crate::ingest::Signal;

pub(super) fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route(
            "/v1/traces",
            post(|shared, request| export(shared, request, Signal::Traces)),
        )
        .route(
            "/v1/logs",
            post(|shared, request| export(shared, request, Signal::Logs)),
        )
        .route(
            "/v1/metrics",
            post(|shared, request| export(shared, request, Signal::Metrics)),
        )
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
        .fallback(nowhere)
        .method_not_allowed_fallback(nowhere)
        .with_state(shared)
}

async fn export(
    State(shared): State<Arc<Shared>>,
    request: Request,
    signal: Signal,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let format = format(&parts.headers);
    let encoding = text(&parts.headers, header::CONTENT_ENCODING).map(str::to_ascii_lowercase);
    let is_gzip = match encoding.as_deref().map(str::trim) {
        None | Some("" | "identity") => Ok(false),
        Some("gzip" | "x-gzip") => Ok(true),
        Some(_) => Err(Refusal::Compression),
    };
    let written = match (format, is_gzip) {
        (Some(format), Ok(is_gzip)) => Ok(Written {
            signal,
            format,
            is_gzip,
        }),
        (_, Err(refusal)) => Err(refusal),
        (None, _) => Err(malformed(
            "say what it is: content-type: application/x-protobuf, or application/json",
        )),
    };
    let result = shared.receive(&parts.headers, body, written).await;
    let format = format.unwrap_or(Format::Json);
    match result {
        Ok(rejected) => answer(
            StatusCode::OK,
            format,
            success(signal, format, rejected),
            None,
        ),
        Err(refusal) => refused(&refusal, format),
    }
}

/// Whether what comes in is stored.
async fn health(State(shared): State<Arc<Shared>>) -> (StatusCode, &'static str) {
    match shared.ingest.can_store() {
        true => (StatusCode::OK, "ok\n"),
        false => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the store cannot be written\n",
        ),
    }
}

/// What leads nowhere: a path or a method that nobody knows, or the other transport.
async fn nowhere(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let message = shared.ports.message();
    if grpc::is_grpc(request.headers()) {
        shared.dismiss(request, "wrong port").await;
        return grpc::unimplemented(&message);
    }
    // Browsers ask for this and that.
    if request.method() == Method::POST {
        shared.dismiss(request, "wrong path").await;
    }
    let mut response = Response::new(Body::from(message + "\n"));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

async fn metrics(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response<Body> {
    if let Err(refusal) = shared.sender(&headers, Role::Admin) {
        return refused(&refusal, Format::Json);
    }
    let text = tokio::task::spawn_blocking(move || about::text(&shared)).await;
    match text {
        Ok(text) => {
            let mut response = Response::new(Body::from(text));
            let kind = HeaderValue::from_static("text/plain; version=0.0.4");
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            response
        }
        // It can only panic.
        Err(_) => refused(
            &Refusal::StoreFails(std::time::Duration::from_secs(1)),
            Format::Json,
        ),
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn format(headers: &HeaderMap) -> Option<Format> {
    let kind = text(headers, header::CONTENT_TYPE)?
        .split(';')
        .next()?
        .trim();
    match kind.to_ascii_lowercase().as_str() {
        "application/x-protobuf" => Some(Format::Protobuf),
        "application/json" => Some(Format::Json),
        _ => None,
    }
}

/// The answers of the three services differ in one name, which protobuf does not write.
fn success(signal: Signal, format: Format, rejected: Rejected) -> Vec<u8> {
    match format {
        Format::Json => {
            let name = match signal {
                Signal::Traces => "rejectedSpans",
                Signal::Logs => "rejectedLogRecords",
                Signal::Metrics => "rejectedDataPoints",
            };
            let part = |(count, why): (u64, String)| {
                // A whole number of 64 bits is a text in JSON.
                json!({"partialSuccess": {name: count.to_string(), "errorMessage": why}})
            };
            rejected
                .map_or_else(|| json!({}), part)
                .to_string()
                .into_bytes()
        }
        Format::Protobuf | Format::Grpc => partial(rejected).encode_to_vec(),
    }
}

pub(super) fn partial(rejected: Rejected) -> ExportTraceServiceResponse {
    let part = |(count, error_message): (u64, String)| ExportTracePartialSuccess {
        rejected_spans: i64::try_from(count).unwrap_or(i64::MAX),
        error_message,
    };
    ExportTraceServiceResponse {
        partial_success: rejected.map(part),
    }
}

fn refused(refusal: &Refusal, format: Format) -> Response<Body> {
    let status = match refusal {
        Refusal::Unauthenticated => StatusCode::UNAUTHORIZED,
        Refusal::Forbidden => StatusCode::FORBIDDEN,
        Refusal::Overload(_) => StatusCode::TOO_MANY_REQUESTS,
        Refusal::StoreFails(_) => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::TooLarge | Refusal::TooMany(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::Malformed(_) => StatusCode::BAD_REQUEST,
        Refusal::Compression => StatusCode::UNSUPPORTED_MEDIA_TYPE,
    };
    let body = match format {
        Format::Json => json!({"message": refusal.message()})
            .to_string()
            .into_bytes(),
        Format::Protobuf | Format::Grpc => RpcStatus::of(refusal).encode_to_vec(),
    };
    answer(status, format, body, refusal.retry())
}

fn answer(
    status: StatusCode,
    format: Format,
    body: Vec<u8>,
    retry: Option<std::time::Duration>,
) -> Response<Body> {
    let kind = match format {
        Format::Json => "application/json",
        Format::Protobuf | Format::Grpc => "application/x-protobuf",
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(after) = retry {
        headers.insert(
            header::RETRY_AFTER,
            HeaderValue::from(after.as_secs().max(1)),
        );
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}
