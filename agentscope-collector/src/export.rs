//! Exporters that count, and that keep their failures to themselves.
//!
//! The SDK logs every failed export. Here a failure is counted and said once for the signal, and
//! the SDK is told that all is well.

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::logs::{
    BatchLogProcessor, LogBatch, LogExporter, LogProcessor, SdkLogRecord,
};
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tokio::runtime::Handle;

use crate::counts::Lane;

/// The same exporter twice: one that retries, and one that does not.
///
/// Retrying costs a second an export. That is right for an endpoint that stumbles, and wrong for
/// one that is known to be down or while the program waits to end.
#[derive(Debug)]
pub(crate) struct Counted<E> {
    pub(crate) retrying: E,
    pub(crate) once: E,
    pub(crate) lane: Arc<Lane>,
    /// Where gRPC runs; HTTP needs no runtime.
    pub(crate) runtime: Option<Handle>,
}

impl<E> Counted<E> {
    fn exporter(&self) -> &E {
        if self.lane.may_retry() {
            &self.retrying
        } else {
            &self.once
        }
    }

    /// Always `Ok` for the SDK; see the top of this file.
    async fn run(&self, count: u64, export: impl Future<Output = OTelSdkResult>) -> OTelSdkResult {
        if self.lane.is_hopeless() {
            self.lane.settle(
                count,
                Some(&"the endpoint did not take the export before this one"),
            );
            return Ok(());
        }
        let result = match &self.runtime {
            // The SDK exports on threads of its own, so this blocks none of the application's.
            Some(runtime) => runtime.block_on(export),
            None => export.await,
        };
        match &result {
            Ok(()) => self.lane.settle(count, None),
            Err(OTelSdkError::InternalFailure(message)) => self.lane.settle(count, Some(message)),
            Err(error) => self.lane.settle(count, Some(error)),
        }
        Ok(())
    }
}

impl<E: SpanExporter> SpanExporter for Counted<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.run(batch.len() as u64, self.exporter().export(batch))
            .await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        let _ = self.once.shutdown_with_timeout(timeout);
        self.retrying.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.once.set_resource(resource);
        self.retrying.set_resource(resource);
    }
}

impl<E: LogExporter> LogExporter for Counted<E> {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        self.run(batch.iter().count() as u64, self.exporter().export(batch))
            .await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        let _ = self.once.shutdown_with_timeout(timeout);
        self.retrying.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.once.set_resource(resource);
        self.retrying.set_resource(resource);
    }
}

impl<E: PushMetricExporter> PushMetricExporter for Counted<E> {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        self.lane.offer();
        // One collection is exported at a time, so there is always room.
        self.lane.admit();
        self.run(1, self.exporter().export(metrics)).await
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.retrying.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        let _ = self.once.shutdown_with_timeout(timeout);
        self.retrying.shutdown_with_timeout(timeout)
    }

    fn temporality(&self) -> Temporality {
        self.retrying.temporality()
    }
}

/// The SDK's batch processor behind a lane that counts. Snapshots were offered when the agent
/// recorded them.
#[derive(Debug)]
pub(crate) struct Logs {
    pub(crate) lane: Arc<Lane>,
    pub(crate) batch: BatchLogProcessor,
}

impl LogProcessor for Logs {
    fn emit(&self, record: &mut SdkLogRecord, scope: &InstrumentationScope) {
        if self.lane.admit() {
            self.batch.emit(record, scope);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.batch.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.batch.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.batch.set_resource(resource);
    }
}

#[cfg(test)]
#[path = "../tests/support/receiver.rs"]
mod receiver;

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::{Duration, UNIX_EPOCH};

    use opentelemetry::logs::{LogRecord as _, Logger as _, LoggerProvider as _, Severity};
    use opentelemetry::trace::{SpanId, TraceFlags, TraceId};

    use super::receiver::{Mode, Receiver, text};

    const NAME: &str = "export::tests::log_record_arrives_with_its_own_severity_time_and_span";
    const VARIABLE: &str = "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT";

    /// Sets up from the environment, so it runs itself in a process of its own.
    #[test]
    fn log_record_arrives_with_its_own_severity_time_and_span() {
        if std::env::var_os(VARIABLE).is_some() {
            return emit();
        }
        let receiver = Receiver::start(Mode::Accept);
        let status = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", NAME])
            .env(VARIABLE, format!("{}/v1/logs", receiver.endpoint()))
            .env("NO_PROXY", "*")
            .status();
        assert!(status.expect("runs").success());
        let received = receiver.received();
        let [record] = &received.logs[..] else {
            panic!("{:?}", received.logs)
        };
        assert_eq!(record.event_name, "agentscope.warned");
        assert_eq!(
            (record.severity_number, &*record.severity_text),
            (14, "SEMANTIC_WARN")
        );
        assert_eq!(record.time_unix_nano, 1_700_000_000_000_000_000);
        assert_eq!(
            (record.trace_id.as_slice(), record.span_id.as_slice()),
            (&[7; 16][..], &[9; 8][..])
        );
        assert_eq!(text(&record.attributes, "session.id"), Some("s-1"));
    }

    fn emit() {
        let running = crate::builder().set_up().expect("set up");
        let provider = running.loggers.as_ref().expect("an endpoint is set");
        let logger = provider.logger("agentscope");
        let mut record = logger.create_log_record();
        record.set_event_name("agentscope.warned");
        record.set_severity_number(Severity::Warn2);
        record.set_severity_text("SEMANTIC_WARN");
        record.set_timestamp(UNIX_EPOCH + Duration::from_secs(1_700_000_000));
        let ids = (TraceId::from_bytes([7; 16]), SpanId::from_bytes([9; 8]));
        record.set_trace_context(ids.0, ids.1, Some(TraceFlags::SAMPLED));
        record.add_attribute("session.id", "s-1");
        running.lanes[0].offer();
        logger.emit(record);
        assert_eq!(crate::stats().logs.pending(), 1);
        provider.shutdown().expect("delivered");
        assert_eq!(
            (crate::stats().logs.exported, crate::stats().logs.pending()),
            (1, 0)
        );
    }
}
