//! A session for each request, through axum and the layers of the feature `tower`.

#![allow(
    clippy::await_holding_lock,
    reason = "tests that count take turns, each on a runtime of its own"
)]

#[path = "../support/mod.rs"]
mod support;

mod endings;
mod outside;

use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};

use agentscope::tower::{PropagateLayer, SessionLayer};
use agentscope::{Session, SessionBuilder, agent, tool};
use agentscope_runtime as agentscope;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Path;
use axum::http::request::Parts;
use axum::http::{Request, Response, StatusCode};
use axum::routing::get;
use futures_util::Stream;
use support::{chain, int, named, outcome, recorder, text};
use tokio::task::{JoinSet, yield_now};
use tower::{Layer as _, Service as _, ServiceExt as _, service_fn};

/// What the server's own authentication has found out.
#[derive(Clone)]
struct Account {
    user: String,
    tenant: String,
}

#[tool(default = internal)]
async fn look_up(order: u32) -> u32 {
    yield_now().await;
    order
}

#[agent(default = internal)]
async fn answer(order: u32) -> String {
    look_up(order).await;
    let left = agentscope::budget::remaining().tokens;
    format!("{order}, {left:?}")
}

/// Word by word, with a call of a tool before each.
#[agent(default = internal)]
fn words(count: u32) -> impl Stream<Item = Result<String, Infallible>> {
    futures_util::stream::unfold(0, move |word| async move {
        if word == count {
            return None;
        }
        Some((Ok(format!("{} ", look_up(word).await)), word + 1))
    })
}

/// One word, and then nothing for as long as anybody listens.
#[agent(default = internal)]
fn waits() -> impl Stream<Item = Result<&'static str, Infallible>> {
    futures_util::stream::unfold(true, |is_first| async move {
        if !is_first {
            std::future::pending::<()>().await;
        }
        Some((Ok("0 "), false))
    })
}

/// Says the task of the request, so that a test finds its spans, and whose it is.
fn describe(request: &Parts) -> SessionBuilder {
    assert!(!request.headers.contains_key("x-hook-panics"), "on purpose");
    let task = request.headers.get("x-task");
    let account = request.extensions.get::<Account>();
    Session::builder()
        .name("support")
        .task(task.and_then(|task| task.to_str().ok()))
        .user(account.map(|account| account.user.as_str()))
        .tenant(account.map(|account| account.tenant.as_str()))
        .token_budget(500)
}

async fn order(Path(order): Path<u32>) -> String {
    answer(order).await
}

fn app() -> Router {
    recorder();
    Router::new()
        .route("/orders/{order}", get(order))
        .route(
            "/words/{count}",
            get(|Path(count): Path<u32>| async move { Body::from_stream(words(count)) }),
        )
        .route("/waits", get(|| async { Body::from_stream(waits()) }))
        .route(
            "/sized",
            get(|| async {
                let body = Body::from_stream(words(3));
                ([("content-length", "6")], body)
            }),
        )
        .route(
            "/none",
            get(|| async { (StatusCode::NO_CONTENT, answer(1).await) }),
        )
        .route(
            "/unavailable",
            get(|| async { (StatusCode::SERVICE_UNAVAILABLE, answer(1).await) }),
        )
        .route(
            "/panics",
            get(|| async {
                answer(1).await;
                panic!("on purpose");
                #[allow(unreachable_code, reason = "says what the handler answers with")]
                String::new()
            }),
        )
        .layer(SessionLayer::described_by(describe))
}

fn request(path: &str, task: &str) -> Request<Body> {
    let request = Request::get(path).header("x-task", task);
    request.body(Body::empty()).expect("a request")
}

async fn respond(request: Request<Body>) -> Response<Body> {
    app().oneshot(request).await.expect("infallible")
}

async fn read(response: Response<Body>) -> Bytes {
    let body = to_bytes(response.into_body(), 1 << 16).await;
    body.expect("a body")
}

/// Counters are those of the process: tests that read or move them take turns.
fn counting() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[tokio::test]
async fn a_request_that_brings_nothing_runs_in_a_session_of_its_own() {
    let response = respond(request("/orders/7", "T-own")).await;
    assert_eq!(read(response).await, "7, Some(500)");
    let spans = recorder().task("T-own");
    let expected = [
        "execute_tool look_up",
        "invoke_agent answer",
        "invoke_workflow support",
    ];
    assert_eq!(chain(&spans, "execute_tool look_up"), expected);
    assert_eq!(spans.len(), 3);
    assert!(spans.iter().all(|span| outcome(span) == "ok"));
}

/// Asks the server from inside an agent, through the layer of a client.
#[tool(default = internal)]
async fn ask(order: u32, task: String) -> String {
    let service = service_fn(|request: Request<Body>| async move {
        // As over a network: nothing of where it is called from is there but the headers.
        Ok::<_, Infallible>(tokio::spawn(respond(request)).await.expect("no panic"))
    });
    let mut client = PropagateLayer::new().layer(service);
    let request = request(&format!("/orders/{order}"), &task);
    let response = client.call(request).await.expect("infallible");
    String::from_utf8_lossy(&read(response).await).into_owned()
}

#[tokio::test]
async fn a_request_goes_on_with_the_session_that_it_brings() {
    recorder();
    let session = Session::builder().id("s-brought").task("T-brought");
    let answer = session.run(ask(7, "T-brought".into())).await;
    // What the receiver allows holds there too.
    assert_eq!(answer, "7, Some(500)");
    let spans = recorder().task("T-brought");
    let expected = [
        "execute_tool look_up",
        "invoke_agent answer",
        "execute_tool ask",
        "invoke_workflow session",
    ];
    assert_eq!(chain(&spans, "execute_tool look_up"), expected);
    assert_eq!(spans.len(), 4, "no session twice");
    for span in &spans {
        assert_eq!(text(span, "session.id").as_deref(), Some("s-brought"));
        assert_eq!(outcome(span), "ok");
    }
}

#[tokio::test]
async fn whose_a_request_is_the_receiver_says() {
    let _turn = counting();
    recorder();
    let said = Session::builder()
        .user("alice@example.com")
        .tenant("acme")
        .task("T-said-here");
    said.run(answer(1)).await;
    let here = recorder().task("T-said-here");
    let hash = text(named(&here, "invoke_agent answer"), "enduser.pseudo.id");
    assert!(hash.is_some());
    for (task, baggage) in [
        ("T-whose-own", "agentscope.tenant.id=other"),
        (
            "T-whose-brought",
            "session.id=s-whose,agentscope.tenant.id=other",
        ),
    ] {
        let mut request = request("/orders/7", task);
        request.extensions_mut().insert(Account {
            user: "alice@example.com".into(),
            tenant: "acme".into(),
        });
        let headers = request.headers_mut();
        headers.insert("baggage", baggage.parse().expect("a value"));
        read(respond(request).await).await;
        for span in &recorder().task(task) {
            assert_eq!(text(span, "agentscope.tenant.id").as_deref(), Some("acme"));
            assert_eq!(text(span, "enduser.pseudo.id"), hash, "{}", span.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_of_many_tenants_at_once_do_not_mix() {
    let mut requests = JoinSet::new();
    for number in 0..200_u32 {
        let mut request = request(
            &format!("/words/{}", number % 4),
            &format!("T-mix-{number}"),
        );
        request.extensions_mut().insert(Account {
            user: format!("user {number}"),
            tenant: format!("tenant {number}"),
        });
        requests.spawn(async move { read(respond(request).await).await });
    }
    requests.join_all().await;
    let spans = recorder().spans();
    for number in 0..200_u32 {
        let task = format!("T-mix-{number}");
        let is_mine = |span: &&_| text(span, "agentscope.task.id").as_ref() == Some(&task);
        let mine: Vec<_> = spans.iter().filter(is_mine).collect();
        // The session, the agent, and its calls.
        assert_eq!(mine.len() as u32, 2 + number % 4, "{task}");
        let session = text(mine[0], "session.id");
        for span in mine {
            let tenant = text(span, "agentscope.tenant.id");
            assert_eq!(tenant, Some(format!("tenant {number}")), "{}", span.name);
            assert_eq!(text(span, "session.id"), session, "{}", span.name);
        }
    }
}

#[tokio::test]
async fn outgoing_requests_keep_the_applications_own_baggage() {
    recorder();
    let seen = service_fn(|request: Request<()>| async move {
        let all = request.headers().get_all("baggage").iter();
        let all: Vec<_> = all
            .map(|it| it.to_str().expect("text").to_owned())
            .collect();
        Ok::<_, Infallible>(all)
    });
    let mut client = PropagateLayer::new().layer(seen);
    let mut outgoing = Request::new(());
    let own = "color=blue".parse().expect("a value");
    outgoing.headers_mut().insert("baggage", own);
    let session = Session::builder().id("s-own-baggage").task("T-own-baggage");
    let seen = session.run(async { client.call(outgoing).await }).await;
    let seen = seen.expect("infallible");
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(seen[0].starts_with("session.id=s-own-baggage"), "{seen:?}");
    assert_eq!(seen[1], "color=blue");
}

#[tokio::test]
async fn a_hook_that_panics_costs_nobody_the_answer() {
    let mut request = request("/orders/7", "T-hook");
    let yes = "yes".parse().expect("a value");
    request.headers_mut().insert("x-hook-panics", yes);
    assert_eq!(read(respond(request).await).await, "7, None");
}

#[test]
fn steps_are_those_of_the_session() {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(async {
        read(respond(request("/words/3", "T-steps")).await).await;
    });
    let mut steps: Vec<_> = recorder().task("T-steps");
    steps.retain(|span| span.name == "execute_tool look_up");
    steps.sort_by_key(|span| span.start_time);
    let steps: Vec<_> = steps
        .iter()
        .map(|span| int(span, "agentscope.step.index"))
        .collect();
    assert_eq!(steps, [Some(0), Some(1), Some(2)]);
}
