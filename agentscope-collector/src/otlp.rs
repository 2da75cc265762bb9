//! Builds OTLP exporters from the standard variables.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::tonic_types::transport::ClientTlsConfig;
use opentelemetry_otlp::{
    ExporterBuildError, LogExporter, MetricExporter, Protocol, RetryPolicy, SpanExporter,
    WithExportConfig, WithHttpConfig, WithTonicConfig,
};
use tokio::runtime::Handle;

use crate::counts::Lane;
use crate::env::Signal;
use crate::error::InitError;
use crate::export::Counted;

/// What exporters share.
#[derive(Default)]
pub(crate) struct Transports {
    /// By timeout, since the client enforces it.
    http: BTreeMap<Duration, reqwest::blocking::Client>,
    grpc: Option<Handle>,
}

/// One exporter of each signal that is exported, or none.
macro_rules! exporter {
    ($name:ident, $exporter:ident) => {
        pub(crate) fn $name(&mut self, lane: &Arc<Lane>) -> Result<Counted<$exporter>, InitError> {
            let transport = self.transport(lane)?;
            let build = |retry: RetryPolicy| -> Result<$exporter, ExporterBuildError> {
                let builder = $exporter::builder();
                match &transport {
                    Transport::Http(client) => builder
                        .with_http()
                        .with_protocol(Protocol::HttpBinary)
                        .with_http_client(client.clone())
                        .with_retry_policy(retry)
                        .build(),
                    Transport::Grpc(runtime, tls) => {
                        // tonic registers with the runtime it is built on.
                        let _entered = runtime.enter();
                        let builder = builder.with_tonic().with_retry_policy(retry);
                        match tls {
                            // The exporter's own default trusts no certificate at all.
                            true => builder
                                .with_tls_config(ClientTlsConfig::new().with_enabled_roots())
                                .build(),
                            false => builder.build(),
                        }
                    }
                }
            };
            let failed = |source: ExporterBuildError| InitError::Exporter {
                signal: lane.signal().as_str(),
                target: lane.target().to_owned(),
                source: source.into(),
            };
            Ok(Counted {
                retrying: build(RetryPolicy::recommended()).map_err(failed)?,
                once: build(RetryPolicy::disabled()).map_err(failed)?,
                lane: Arc::clone(lane),
                runtime: match transport {
                    Transport::Grpc(runtime, _) => Some(runtime),
                    Transport::Http(_) => None,
                },
            })
        }
    };
}

/// Says why a request failed: the exporter itself keeps no more than "network error".
#[derive(Clone, Debug)]
struct HttpTransport {
    client: reqwest::blocking::Client,
    lane: Arc<Lane>,
}

#[async_trait::async_trait]
impl HttpClient for HttpTransport {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let result = self.client.send_bytes(request).await;
        if let Err(error) = &result {
            // The innermost error is the one that tells: refused, timed out, unknown certificate.
            let mut error: &dyn std::error::Error = error.as_ref();
            while let Some(source) = error.source() {
                error = source;
            }
            self.lane.explain(error.to_string());
        }
        result
    }
}

enum Transport {
    Http(HttpTransport),
    /// The runtime, and whether to encrypt.
    Grpc(Handle, bool),
}

impl Transports {
    exporter!(spans, SpanExporter);
    exporter!(logs, LogExporter);
    exporter!(metrics, MetricExporter);

    fn transport(&mut self, lane: &Arc<Lane>) -> Result<Transport, InitError> {
        let (signal, target) = (lane.signal(), lane.target());
        let protocol = signal
            .otlp("PROTOCOL")
            .unwrap_or_else(|| "http/protobuf".to_owned());
        match protocol.to_ascii_lowercase().as_str() {
            "http/protobuf" => {
                let client = self.client(signal, target)?;
                Ok(Transport::Http(HttpTransport {
                    client,
                    lane: Arc::clone(lane),
                }))
            }
            "grpc" => {
                let insecure = signal
                    .otlp("INSECURE")
                    .is_some_and(|word| word.eq_ignore_ascii_case("true"));
                let https = target
                    .get(..6)
                    .is_some_and(|start| start.eq_ignore_ascii_case("https:"));
                Ok(Transport::Grpc(self.runtime()?, https && !insecure))
            }
            _ => Err(InitError::Protocol {
                signal: signal.as_str(),
                protocol,
            }),
        }
    }

    fn client(
        &mut self,
        signal: Signal,
        target: &str,
    ) -> Result<reqwest::blocking::Client, InitError> {
        let timeout = signal.timeout();
        if let Some(client) = self.http.get(&timeout) {
            return Ok(client.clone());
        }
        // Given to the exporter by hand: which client it would choose itself depends on the
        // features that other crates of the program turn on.
        let built = reqwest::blocking::Client::builder()
            .timeout(timeout)
            .build();
        let client = built.map_err(|source| InitError::Exporter {
            signal: signal.as_str(),
            target: target.to_owned(),
            source: source.into(),
        })?;
        self.http.insert(timeout, client.clone());
        Ok(client)
    }

    /// A thread that drives gRPC for the rest of the program. The application's runtime may be a
    /// `current_thread` one that waits for the flush, may end before it, or may not exist.
    fn runtime(&mut self) -> Result<Handle, InitError> {
        if let Some(handle) = &self.grpc {
            return Ok(handle.clone());
        }
        let (answer, answered) = sync_channel(1);
        let drive = move || {
            let built = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            match built {
                Ok(runtime) => {
                    let _ = answer.send(Ok(runtime.handle().clone()));
                    runtime.block_on(std::future::pending::<()>());
                }
                Err(error) => {
                    let _ = answer.send(Err(error));
                }
            }
        };
        std::thread::Builder::new()
            .name("agentscope-grpc".to_owned())
            .spawn(drive)
            .map_err(InitError::Thread)?;
        let ended = || std::io::Error::other("the thread for gRPC ended");
        let handle = answered
            .recv()
            .map_err(|_| InitError::Thread(ended()))?
            .map_err(InitError::Thread)?;
        Ok(self.grpc.insert(handle).clone())
    }
}
