//! When the session of a request ends, and how.

use super::*;

use std::future::{Future, poll_fn};
use std::pin::pin;

use axum::body::HttpBody as _;
use opentelemetry_sdk::trace::SpanData;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

fn session(task: &str) -> SpanData {
    named(&recorder().task(task), "invoke_workflow support").clone()
}

fn has_ended(task: &str) -> bool {
    let spans = recorder().spans();
    let mut sessions = spans
        .iter()
        .filter(|it| it.name == "invoke_workflow support");
    sessions.any(|it| text(it, "agentscope.task.id").as_deref() == Some(task))
}

async fn next(body: &mut Body) -> Option<Bytes> {
    let frame = poll_fn(|cx| pin!(&mut *body).poll_frame(cx)).await?;
    frame.expect("infallible").into_data().ok()
}

#[tokio::test]
async fn the_session_ends_when_the_body_has_been_read() {
    let mut body = respond(request("/words/2", "T-body")).await.into_body();
    for word in ["0 ", "1 "] {
        assert!(!has_ended("T-body"));
        assert_eq!(next(&mut body).await.as_deref(), Some(word.as_bytes()));
    }
    assert!(!has_ended("T-body"));
    assert_eq!(next(&mut body).await, None);
    let spans = recorder().task("T-body");
    assert!(spans.iter().all(|span| outcome(span) == "ok"));
    let session = named(&spans, "invoke_workflow support");
    for span in &spans {
        assert!(span.end_time <= session.end_time, "{}", span.name);
    }
}

#[tokio::test]
async fn a_response_that_is_dropped_half_way_ends_cancelled() {
    let mut body = respond(request("/words/9", "T-half")).await.into_body();
    next(&mut body).await;
    drop(body);
    let spans = recorder().task("T-half");
    assert_eq!(outcome(named(&spans, "invoke_agent words")), "cancelled");
    assert_eq!(outcome(&session("T-half")), "cancelled");
}

#[tokio::test]
async fn a_request_that_is_dropped_before_its_response_ends_cancelled() {
    {
        let mut response = pin!(respond(request("/orders/7", "T-dropped")));
        // Once: the tool is waiting then.
        poll_fn(|cx| {
            assert!(response.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    }
    let spans = recorder().task("T-dropped");
    assert_eq!(spans.len(), 3);
    assert!(spans.iter().all(|span| outcome(span) == "cancelled"));
}

#[tokio::test]
async fn a_handler_that_panics_ends_its_session_panicked() {
    let response = tokio::spawn(respond(request("/panics", "T-panics"))).await;
    assert!(response.expect_err("it panicked").is_panic());
    assert_eq!(outcome(&session("T-panics")), "panicked");
    let error = text(&session("T-panics"), "error.type");
    assert_eq!(error.as_deref(), Some("panic"));
}

#[tokio::test]
async fn a_server_error_is_the_sessions_error() {
    read(respond(request("/unavailable", "T-503")).await).await;
    assert_eq!(outcome(&session("T-503")), "error");
    assert_eq!(
        text(&session("T-503"), "error.type").as_deref(),
        Some("503")
    );
}

#[tokio::test]
async fn an_error_of_the_service_is_the_sessions_error() {
    recorder();
    let failing =
        service_fn(|_: Request<Body>| async { Err::<Response<Body>, _>(std::fmt::Error) });
    let mut service = SessionLayer::described_by(describe).layer(failing);
    let failed = service.call(request("/", "T-fails")).await;
    assert!(failed.is_err());
    assert_eq!(outcome(&session("T-fails")), "error");
    let error = text(&session("T-fails"), "error.type");
    assert_eq!(error.as_deref(), Some("core::fmt::Error"));
}

/// A server on a port, and what ends it: when it has ended, so has all that it has served.
async fn served() -> (std::net::SocketAddr, impl AsyncFnOnce()) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = axum::serve(listener, app()).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    let serving = tokio::spawn(async { serving.await });
    let end = async move || {
        stop.send(()).expect("it is running");
        serving.await.expect("no panic").expect("it has served");
    };
    (address, end)
}

#[tokio::test]
async fn a_client_that_goes_away_in_mid_stream_leaves_cancelled_spans() {
    let (address, end) = served().await;
    let mut client = TcpStream::connect(address).await.expect("it listens");
    let request = "GET /waits HTTP/1.1\r\nhost: it\r\nx-task: T-gone\r\n\r\n";
    client.write_all(request.as_bytes()).await.expect("sent");
    let mut some = [0; 256];
    let read = client.read(&mut some).await.expect("the first words");
    assert!(some[..read].starts_with(b"HTTP/1.1 200"));
    drop(client);
    end().await;
    assert_eq!(outcome(&session("T-gone")), "cancelled");
    let spans = recorder().task("T-gone");
    assert_eq!(outcome(named(&spans, "invoke_agent waits")), "cancelled");
}

/// What a server does not read to its end, because it knows where that is.
#[tokio::test]
async fn a_response_without_a_body_or_of_known_length_ends_ok() {
    let (address, end) = served().await;
    let requests = [
        ("HEAD /words/3", "T-head"),
        ("GET /none", "T-204"),
        ("GET /sized", "T-sized"),
        ("GET /orders/7", "T-whole"),
        ("GET /words/0", "T-nothing"),
    ];
    for (line, task) in requests {
        let mut client = TcpStream::connect(address).await.expect("it listens");
        let request =
            format!("{line} HTTP/1.1\r\nhost: it\r\nconnection: close\r\nx-task: {task}\r\n\r\n");
        client.write_all(request.as_bytes()).await.expect("sent");
        let mut response = Vec::new();
        client.read_to_end(&mut response).await.expect("answered");
        assert!(response.starts_with(b"HTTP/1.1 20"), "{line}");
    }
    end().await;
    for (line, task) in requests {
        assert_eq!(outcome(&session(task)), "ok", "{line}");
    }
}
