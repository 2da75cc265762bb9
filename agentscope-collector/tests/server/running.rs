//! A server in this process, on free ports.

use std::net::SocketAddr;
use std::sync::Arc;

use agentscope_collector::ingest::Ingest;
use agentscope_collector::server::{Config, ServeError, Server};
use agentscope_collector::store::{Account, Store, StoredSession, Tenant};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::flaky::Flaky;
use crate::messages::{balances, reason};

const ADDRESSES: &str = "[listen]\ngrpc = \"127.0.0.1:0\"\nhttp = \"127.0.0.1:0\"\n";

/// `write` of acme, `read` of acme, `admin` of acme, `write` of other.
pub(crate) fn tokens() -> String {
    let entry = |(token, tenant, role): (&str, &str, &str)| {
        use sha2::{Digest as _, Sha256};
        let hash = Sha256::digest(token.as_bytes());
        let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("[[tokens]]\ntenant = \"{tenant}\"\nrole = \"{role}\"\nsha256 = \"{digits}\"\n")
    };
    let all = [
        ("w", "acme", "write"),
        ("r", "acme", "read"),
        ("a", "acme", "admin"),
        ("o", "other", "write"),
    ];
    all.map(entry).concat()
}

pub(crate) struct Running {
    pub(crate) store: Arc<Flaky>,
    pub(crate) ingest: Arc<Ingest>,
    pub(crate) runtime: Runtime,
    pub(crate) grpc: SocketAddr,
    pub(crate) http: SocketAddr,
    pub(crate) client: reqwest::blocking::Client,
    stop: oneshot::Sender<()>,
    done: JoinHandle<Result<(), ServeError>>,
}

impl Running {
    pub(crate) fn start(more: &str) -> Self {
        Self::with("", more)
    }

    /// With keys that stand before all tables.
    pub(crate) fn with(keys: &str, more: &str) -> Self {
        let store: Arc<Flaky> = Arc::default();
        let text = format!("{keys}{ADDRESSES}{more}");
        let config = Config::parse(&text).expect("a configuration");
        let runtime = Runtime::new().expect("threads");
        let shared: Arc<dyn Store> = store.clone();
        let server = runtime
            .block_on(Server::bind(&config, shared))
            .expect("free ports");
        let (grpc, http, ingest) = (server.grpc(), server.http(), Arc::clone(server.ingest()));
        let (stop, stopped) = oneshot::channel();
        let done = runtime.spawn(server.run(async move { drop(stopped.await) }));
        let client = reqwest::blocking::Client::new();
        Self {
            store,
            ingest,
            runtime,
            grpc,
            http,
            client,
            stop,
            done,
        }
    }

    /// Posts bytes; gives the status and the body.
    pub(crate) fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> (u16, Vec<u8>) {
        let url = format!("http://{}{path}", self.http);
        let request = headers
            .iter()
            .fold(self.client.post(url), |it, (key, value)| {
                it.header(*key, *value)
            });
        let response = request.body(body).send().expect("an answer");
        (
            response.status().as_u16(),
            response.bytes().expect("a body").to_vec(),
        )
    }

    pub(crate) fn post_spans(
        &self,
        token: &str,
        spans: &ExportTraceServiceRequest,
    ) -> (u16, Vec<u8>) {
        let authorization = format!("Bearer {token}");
        let headers = [
            ("content-type", "application/x-protobuf"),
            ("authorization", &authorization),
        ];
        self.post("/v1/traces", &headers, spans.encode_to_vec())
    }

    pub(crate) fn get(&self, path: &str, token: &str) -> (u16, String) {
        let request = self.client.get(format!("http://{}{path}", self.http));
        let response = request.bearer_auth(token).send().expect("an answer");
        (response.status().as_u16(), response.text().expect("a text"))
    }

    /// Account of a signal of a tenant; all accounts balance whenever they are looked at.
    pub(crate) fn account(&self, tenant: &str, signal: &str) -> Account {
        let accounts = self.ingest.accounts();
        accounts.iter().for_each(balances);
        let it = accounts
            .into_iter()
            .find(|it| it.signal == signal && it.tenant.as_str() == tenant);
        it.unwrap_or_else(|| Account::new("", signal, Tenant::default()))
    }

    pub(crate) fn refused(&self, tenant: &str, signal: &str, why: &str) -> u64 {
        reason(&self.account(tenant, signal), why)
    }

    pub(crate) fn session(&self, tenant: &str, id: &str) -> Option<StoredSession> {
        let tenant = tenant.parse().expect("a name");
        self.store.session(&tenant, id).expect("a store that works")
    }

    /// Ends the server as a signal would.
    pub(crate) fn stop(self) -> Arc<Flaky> {
        let _ = self.stop.send(());
        self.runtime
            .block_on(self.done)
            .expect("no panic")
            .expect("an orderly end");
        // Clients that are still connected do not hold it up.
        drop(self.client);
        self.store
    }
}
