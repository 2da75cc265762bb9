//! Listens, and ends in order.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use super::config::{Config, ConfigError};
use super::connections::Connections;
use super::destinations::elsewhere;
use super::receive::{Decoding, Ports, Shared};
use super::{grpc, http};
use crate::forward::Forward;
use crate::ingest::Ingest;
use crate::store::{Retention, Store, StoreError};

/// How long requests may take to their end when the server is stopped.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often what is older than it is kept is dropped.
const PRUNE: Duration = Duration::from_secs(60 * 60);

/// A server that listens already; [`run`](Self::run) answers.
pub struct Server {
    grpc: (SocketAddr, TcpListener),
    http: (SocketAddr, TcpListener),
    ingest: Arc<Ingest>,
    store: Arc<dyn Store>,
    retention: Retention,
    shared: Arc<Shared>,
    connections: Connections,
    forward: Option<Arc<Forward>>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("grpc", &self.grpc.0)
            .field("http", &self.http.0)
            .finish_non_exhaustive()
    }
}

/// Why a server does not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Its configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What waits for destinations cannot be kept.
    #[error("queue: {}: {source}", .path.display())]
    Queue {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// An address cannot be listened on.
    #[error("{key}: cannot listen on {address}: {source}; another server may have taken it")]
    Listen {
        /// Which address of the configuration.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

impl Server {
    /// Listens. Nobody is answered before [`run`](Self::run).
    ///
    /// # Errors
    ///
    /// See [`ServeError`].
    pub async fn bind(config: &Config, store: Arc<dyn Store>) -> Result<Self, ServeError> {
        let tokens = config.tokens()?;
        let limits = config.limits()?;
        let connections = config.connections();
        let retention = config.retention()?;
        let listen = config.listen;
        let grpc = bound("listen.grpc", listen.grpc).await?;
        let http = bound("listen.http", listen.http).await?;
        let read = Arc::clone(&store);
        let destinations = config.destinations()?;
        elsewhere(&destinations, [grpc.0, http.0])?;
        let ingest = tokio::task::spawn_blocking(move || Ingest::new(read, limits));
        // It can only panic.
        let ingest = ingest.await.unwrap_or(Err(StoreError::Closed))?;
        let forward = match destinations.is_empty() {
            true => None,
            false => {
                let queues = config.queues()?;
                let started = Forward::start(&queues, destinations);
                let failed = |source| ServeError::Queue {
                    path: queues.clone(),
                    source,
                };
                Some(Arc::new(started.map_err(failed)?))
            }
        };
        let ingest = Arc::new(match &forward {
            Some(forward) => ingest.with_tap(forward.clone()),
            None => ingest,
        });
        let at_once = std::thread::available_parallelism().map_or(2, usize::from);
        let shared = Shared {
            ingest: Arc::clone(&ingest),
            tokens,
            // One waits for the disk while another decodes.
            gate: Semaphore::new(2 * at_once),
            forward: forward.clone(),
            decoding: Decoding::new(ingest.limits().in_flight_bytes),
            ports: Ports {
                grpc: grpc.0.port(),
                http: http.0.port(),
            },
        };
        Ok(Self {
            grpc,
            http,
            ingest,
            store,
            retention,
            shared: Arc::new(shared),
            connections: Connections::new(connections),
            forward,
        })
    }

    /// The address that gRPC is served on; its port is a real one where the configuration says 0.
    pub fn grpc(&self) -> SocketAddr {
        self.grpc.0
    }

    /// The address that HTTP is served on.
    pub fn http(&self) -> SocketAddr {
        self.http.0
    }

    /// Where records go; for what else wants to see its accounts.
    pub fn ingest(&self) -> &Arc<Ingest> {
        &self.ingest
    }

    /// Answers until `stop` is done; then takes to their end the requests that have begun, 10
    /// seconds long at most, and stores the accounts.
    ///
    /// # Errors
    ///
    /// Where the store does not take the accounts at the end. What was acknowledged is stored
    /// all the same.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), ServeError> {
        let (ending, end) = watch::channel(false);
        let connections = Arc::new(self.connections);
        let serve = |listener: TcpListener, routes: Router| {
            tokio::spawn(Arc::clone(&connections).serve(listener, routes, end.clone()))
        };
        let servers = [
            serve(self.grpc.1, grpc::routes(Arc::clone(&self.shared))),
            serve(self.http.1, http::routes(Arc::clone(&self.shared))),
        ];
        let ticking = tokio::spawn(tick(Arc::clone(&self.ingest)));
        let pruning = tokio::spawn(prune(self.store, self.retention));
        stop.await;
        let _ = ending.send(true);
        let ended = async {
            for server in servers {
                // It can only panic.
                let _ = server.await;
            }
            connections.ended().await;
        };
        if tokio::time::timeout(PATIENCE, ended).await.is_err() {
            tracing::warn!(target: "agentscope", "some requests had not come to their end and are not answered");
        }
        ticking.abort();
        pruning.abort();
        let (ingest, forward) = (self.ingest, self.forward);
        let last = tokio::task::spawn_blocking(move || {
            if let Some(forward) = forward {
                forward.stop();
            }
            ingest.tick()
        });
        let last = last.await;
        Ok(last.unwrap_or(Err(StoreError::Closed))?)
    }
}

async fn bound(
    key: &'static str,
    address: SocketAddr,
) -> Result<(SocketAddr, TcpListener), ServeError> {
    let failed = |source| ServeError::Listen {
        key,
        address,
        source,
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((address, listener))
}

async fn tick(ingest: Arc<Ingest>) {
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut fails = false;
    loop {
        seconds.tick().await;
        let ingest = Arc::clone(&ingest);
        let done = tokio::task::spawn_blocking(move || ingest.tick()).await;
        let error = done.unwrap_or(Err(StoreError::Closed)).err();
        if let (Some(error), false) = (&error, fails) {
            tracing::warn!(target: "agentscope", "the store does not take accounts and ends of sessions: {error}");
        }
        fails = error.is_some();
    }
}

async fn prune(store: Arc<dyn Store>, retention: Retention) {
    let mut hours = tokio::time::interval(PRUNE);
    loop {
        hours.tick().await;
        let (store, retention) = (Arc::clone(&store), retention.clone());
        let pruned = tokio::task::spawn_blocking(move || {
            store.prune(&retention, crate::time::now(), &mut |_| {})
        });
        if let Ok(Err(error)) = pruned.await {
            tracing::warn!(target: "agentscope", "what is too old could not be dropped: {error}");
        }
    }
}

/// Done when the process is asked to end: by SIGTERM, or by Ctrl-C.
///
/// Where the system does not let it listen for these, it is never done.
pub async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return,
                Ok(()) = tokio::signal::ctrl_c() => return,
            }
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_ok() {
        return;
    }
    std::future::pending().await
}
