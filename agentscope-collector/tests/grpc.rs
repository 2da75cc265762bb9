//! Export through gRPC, from every kind of program.

#[path = "support/child.rs"]
mod child;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

#[derive(Clone, Default)]
struct Names(Arc<Mutex<Vec<String>>>);

#[tonic::async_trait]
impl TraceService for Names {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let spans = request.into_inner().resource_spans.into_iter();
        let spans = spans
            .flat_map(|part| part.scope_spans)
            .flat_map(|scope| scope.spans);
        self.0
            .lock()
            .expect("no panic")
            .extend(spans.map(|span| span.name));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

/// An endpoint on a thread of its own, and the names of the spans it gets.
fn endpoint() -> (String, Names) {
    let names = Names::default();
    let service = TraceServiceServer::new(names.clone());
    let (send, address) = std::sync::mpsc::channel::<SocketAddr>();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("tokio");
        runtime.block_on(async {
            let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into()).expect("a free port");
            send.send(incoming.local_addr().expect("bound"))
                .expect("the test waits");
            Server::builder()
                .add_service(service)
                .serve_with_incoming(incoming)
                .await
                .expect("serves");
        });
    });
    (format!("http://{}", address.recv().expect("bound")), names)
}

fn one_session() {
    let guard = agentscope_collector::init().expect("set up");
    child::session("s-1", 2);
    guard.shutdown().expect("delivered");
}

#[test]
#[ignore = "the other test runs it in processes of their own"]
fn child() {
    match child::scenario().as_deref() {
        None => {}
        Some("current_thread") => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .expect("tokio");
            runtime.block_on(async { one_session() });
        }
        Some("multi_thread") => {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .build()
                .expect("tokio");
            runtime.block_on(async {
                tokio::spawn(async { one_session() })
                    .await
                    .expect("no panic")
            });
        }
        Some(_) => one_session(),
    }
}

#[test]
fn spans_arrive_from_sync_and_from_both_kinds_of_runtime() {
    for scenario in ["sync", "current_thread", "multi_thread"] {
        let (endpoint, names) = endpoint();
        let variables = [
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &*endpoint),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"),
        ];
        child::play(scenario, &variables);
        let mut names = names.0.lock().expect("no panic").clone();
        names.sort();
        assert_eq!(
            names,
            ["invoke_agent", "invoke_workflow", "tool-0", "tool-1"],
            "{scenario}"
        );
    }
}
