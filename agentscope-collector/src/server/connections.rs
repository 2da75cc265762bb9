//! Connections: how many there are, and for how long one may say nothing.
//!
//! Who opens one has shown nothing yet, so it must cost nobody else anything. One that sends no whole
//! head of a request ends after a while; where there is no room for another, the one goes that has
//! been idle for longest.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;
use tower_service::Service as _;

use crate::seldom::Seldom;

/// How long the head of a request may take, and a connection of HTTP/1 be idle before it. No period
/// in which exporters usually send, so that none of them meets a connection that is just ending.
const HEAD: Duration = Duration::from_secs(20);

/// How long a connection of HTTP/2 may be idle that has brought a request.
const IDLE: Duration = Duration::from_secs(5 * 60);

/// How often a peer of HTTP/2 is asked whether it is there still.
const PING: Duration = Duration::from_secs(60);

/// How long an idle connection may take to end when the server does.
const LAST: Duration = Duration::from_millis(200);

/// How long a server waits that cannot take a connection.
const REST: Duration = Duration::from_millis(100);

/// All connections of a server.
#[derive(Debug)]
pub(super) struct Connections {
    most: usize,
    room: Arc<Semaphore>,
    open: Mutex<Open>,
    full: Seldom,
    failed: Seldom,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    connections: HashMap<u64, Arc<Connection>>,
}

#[derive(Debug)]
struct Connection {
    state: Mutex<State>,
    close: Notify,
    is_closing: AtomicBool,
}

#[derive(Clone, Copy, Debug)]
struct State {
    /// Requests that are at work.
    busy: usize,
    /// One came, with all of its head.
    has_requested: bool,
    /// When it was opened, or was idle again.
    since: Instant,
}

impl Connections {
    /// So many at most, and half as many as the system lets this process have files.
    pub(super) fn new(most: usize) -> Self {
        let files = open_files().map_or(usize::MAX, |files| (files / 2).max(1));
        if files < most {
            tracing::warn!(
                target: "agentscope",
                "{files} connections at once are taken and not {most}: this process may open few files (ulimit -n)"
            );
        }
        let most = most.min(files).min(Semaphore::MAX_PERMITS);
        Self {
            most,
            room: Arc::new(Semaphore::new(most)),
            open: Mutex::default(),
            full: Seldom::default(),
            failed: Seldom::default(),
        }
    }

    /// Takes connections until it is told to end.
    pub(super) async fn serve(
        self: Arc<Self>,
        listener: TcpListener,
        routes: Router,
        mut end: watch::Receiver<bool>,
    ) {
        loop {
            let next = async {
                let stream = self.accept(&listener).await;
                (stream, self.place().await)
            };
            let ended = end.clone();
            tokio::select! {
                (stream, place) = next => {
                    let connections = Arc::clone(&self);
                    let routes = routes.clone();
                    tokio::spawn(async move {
                        connections.run(stream, routes, ended).await;
                        drop(place);
                    });
                }
                // Where nobody is left who could say it, it is over too.
                _ = end.wait_for(|end| *end) => return,
            }
        }
    }

    /// Waits until there is none.
    pub(super) async fn ended(&self) {
        let all = u32::try_from(self.most).unwrap_or(u32::MAX);
        // Nobody closes it.
        let _ = self.room.acquire_many(all).await;
    }

    async fn accept(&self, listener: &TcpListener) -> TcpStream {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => return stream,
                Err(error) if is_of_one(&error) => {}
                // No more files, mostly.
                Err(error) => {
                    self.close_idle();
                    if let Some(more) = self.failed.due() {
                        tracing::warn!(target: "agentscope", "a connection cannot be taken: {error}{more}");
                    }
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }

    /// Room for a connection; another one goes for it if it must.
    async fn place(&self) -> OwnedSemaphorePermit {
        loop {
            if let Ok(place) = Arc::clone(&self.room).try_acquire_owned() {
                return place;
            }
            self.close_idle();
            if let Some(more) = self.full.due() {
                tracing::warn!(
                    target: "agentscope",
                    "{} connections are open, which is as many as may be (limits.connections): the idle ones make room{more}",
                    self.most
                );
            }
            let room = Arc::clone(&self.room).acquire_owned();
            // Nobody closes it.
            if let Ok(Ok(place)) = tokio::time::timeout(REST, room).await {
                return place;
            }
        }
    }

    fn close_idle(&self) {
        let open = lock(&self.open);
        let idle = open.connections.values().filter_map(|it| {
            let state = *lock(&it.state);
            (state.busy == 0 && !it.is_closing.load(Relaxed)).then_some((state, it))
        });
        // Who has sent nothing yet goes before who may send again.
        if let Some((_, oldest)) = idle.min_by_key(|(it, _)| (it.has_requested, it.since)) {
            oldest.is_closing.store(true, Relaxed);
            oldest.close.notify_one();
        }
    }

    async fn run(&self, stream: TcpStream, routes: Router, mut end: watch::Receiver<bool>) {
        let connection = Arc::new(Connection {
            state: Mutex::new(State {
                busy: 0,
                has_requested: false,
                since: Instant::now(),
            }),
            close: Notify::new(),
            is_closing: AtomicBool::new(false),
        });
        let _listed = Listed::new(self, &connection);
        let at_work = Arc::clone(&connection);
        let service = service_fn(move |request: Request<Incoming>| {
            let busy = Busy::new(&at_work);
            let answer = routes.clone().call(request);
            async move {
                let answer: Result<Response<Body>, Infallible> = answer.await;
                drop(busy);
                answer
            }
        });
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(PING)
            .keep_alive_timeout(HEAD);
        let mut serving = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let mut ends: Option<Instant> = None;
        loop {
            let deadline = lock(&connection.state).deadline(ends);
            tokio::select! {
                // What broke is the peer's affair.
                _ = serving.as_mut() => return,
                () = connection.close.notified() => return,
                () = tokio::time::sleep_until(deadline) => {
                    if lock(&connection.state).deadline(ends) <= Instant::now() {
                        return;
                    }
                }
                _ = end.wait_for(|end| *end), if ends.is_none() => {
                    ends = Some(Instant::now());
                    serving.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

impl State {
    /// When it has been idle for too long, or is to be looked at again. HTTP/1 sees to its own between
    /// requests. Where the server `ends`, an idle connection has a moment to do so in order.
    fn deadline(&self, ends: Option<Instant>) -> Instant {
        match (self.busy, self.has_requested, ends) {
            (0, _, Some(ends)) => ends.max(self.since) + LAST,
            (0, false, None) => self.since + HEAD,
            (0, true, None) => self.since + IDLE,
            (_, _, Some(_)) => Instant::now() + LAST,
            (_, _, None) => Instant::now() + IDLE,
        }
    }
}

/// A request that is at work.
struct Busy(Arc<Connection>);

impl Busy {
    fn new(connection: &Arc<Connection>) -> Self {
        let mut state = lock(&connection.state);
        state.busy += 1;
        state.has_requested = true;
        drop(state);
        Self(Arc::clone(connection))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut state = lock(&self.0.state);
        state.busy -= 1;
        state.since = Instant::now();
    }
}

/// A connection as long as it is open.
struct Listed<'a> {
    connections: &'a Connections,
    number: u64,
}

impl<'a> Listed<'a> {
    fn new(connections: &'a Connections, connection: &Arc<Connection>) -> Self {
        let mut open = lock(&connections.open);
        let number = open.next;
        open.next += 1;
        open.connections.insert(number, Arc::clone(connection));
        Self {
            connections,
            number,
        }
    }
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        lock(&self.connections.open)
            .connections
            .remove(&self.number);
    }
}

/// Whether it concerns a connection that somebody has given up, and no other.
fn is_of_one(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    )
}

/// How many files this process may open, where the system says it in a file.
fn open_files() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits
        .lines()
        .find_map(|it| it.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
