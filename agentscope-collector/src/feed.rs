//! What this program records, into a store of its own: `AGENTSCOPE_STORE`.
//!
//! It runs on the thread "agentscope", never on one of the agent's. Spans and snapshots are taken
//! in by the batch, through what a server takes in what others send.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use agentscope_runtime::Snapshot;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;

use crate::env;
use crate::ingest::{Ingest, Limits, Sender};
use crate::store::{self, Access, StoreError};
use crate::time::nanos;

pub(crate) const VARIABLE: &str = "AGENTSCOPE_STORE";

/// A batch is stored when it has so many records, or at this age.
const BATCH: usize = 512;
const AGE: Duration = Duration::from_secs(1);

/// What found no room on its way to the feed; counted by the agent's threads.
#[derive(Debug, Default)]
pub(crate) struct Lost {
    pub(crate) spans: AtomicU64,
    pub(crate) logs: AtomicU64,
}

pub(crate) struct Feed {
    ingest: Ingest,
    resource: ResourceAttributesWithSchema,
    spans: Vec<SpanData>,
    logs: Vec<LogRecord>,
    lost: Arc<Lost>,
    stored: Instant,
    has_warned: bool,
}

impl Feed {
    /// `None` where no store is asked for, or it cannot be written: that another copy of the program
    /// writes to it, or that a disk is full, is no reason for this one not to run.
    pub(crate) fn asked(resource: &Resource) -> Option<Self> {
        let address = env::get(VARIABLE)?;
        let open = || -> Result<Ingest, StoreError> {
            Ingest::new(store::open(&address, Access::Write)?, Limits::default())
        };
        let opened = open();
        if let Err(error) = &opened {
            crate::console::warn(format_args!(
                "{VARIABLE}: {error}; the program runs on, and no session of it is kept there"
            ));
        }
        Some(Self {
            ingest: opened.ok()?,
            resource: resource.into(),
            spans: Vec::with_capacity(BATCH),
            logs: Vec::with_capacity(BATCH),
            lost: Arc::default(),
            stored: Instant::now(),
            has_warned: false,
        })
    }

    pub(crate) fn lost(&self) -> Arc<Lost> {
        Arc::clone(&self.lost)
    }

    pub(crate) fn span(&mut self, span: SpanData) {
        self.spans.push(span);
        if self.spans.len() >= BATCH {
            self.store();
        }
    }

    pub(crate) fn snapshot(&mut self, snapshot: Snapshot) {
        self.logs.push(log(snapshot));
        if self.logs.len() >= BATCH {
            self.store();
        }
    }

    /// The thread has nothing else to do.
    pub(crate) fn rest(&mut self) {
        if self.stored.elapsed() < AGE {
            return;
        }
        self.store();
        let told = self.ingest.tick();
        self.warn(told);
    }

    pub(crate) fn store(&mut self) {
        self.stored = Instant::now();
        let lost = [&self.lost.spans, &self.lost.logs].map(|count| count.swap(0, Relaxed));
        self.ingest.lost(lost[0], lost[1]);
        let spans = mem::replace(&mut self.spans, Vec::with_capacity(BATCH));
        if !spans.is_empty() {
            let resource_spans = group_spans_by_resource_and_scope(spans, &self.resource);
            let request = ExportTraceServiceRequest { resource_spans };
            // What could not be stored is counted, and warned of where it failed.
            let _ = self.ingest.traces(&Sender::Application, request);
        }
        let log_records = mem::replace(&mut self.logs, Vec::with_capacity(BATCH));
        if !log_records.is_empty() {
            let request = self.message(log_records);
            let _ = self.ingest.logs(&Sender::Application, request);
        }
    }

    fn message(&self, log_records: Vec<LogRecord>) -> ExportLogsServiceRequest {
        let scope = InstrumentationScope {
            name: "agentscope".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..InstrumentationScope::default()
        };
        let resource = opentelemetry_proto::tonic::resource::v1::Resource {
            attributes: self.resource.attributes.0.clone(),
            ..Default::default()
        };
        let scope_logs = vec![ScopeLogs {
            scope: Some(scope),
            log_records,
            ..ScopeLogs::default()
        }];
        ExportLogsServiceRequest {
            resource_logs: vec![ResourceLogs {
                resource: Some(resource),
                scope_logs,
                ..ResourceLogs::default()
            }],
        }
    }

    /// The program ends: nothing more comes of its sessions.
    pub(crate) fn end(&mut self) {
        self.store();
        let told = self.ingest.end_all();
        self.warn(told);
    }

    fn warn(&mut self, told: Result<(), StoreError>) {
        if let (Err(error), false) = (told, self.has_warned) {
            self.has_warned = true;
            crate::console::warn(format_args!(
                "the store of {VARIABLE} does not take everything: {error}; the agent is not affected, \
                 what is lost is counted in the store (agentscope doctor)"
            ));
        }
    }
}

/// The record that the log pipeline emits for the same snapshot.
fn log(snapshot: Snapshot) -> LogRecord {
    let time = nanos(snapshot.time);
    let attribute = |(key, value): (&str, opentelemetry::logs::AnyValue)| KeyValue {
        key: key.to_owned(),
        value: Some(value.into()),
        key_strindex: 0,
    };
    LogRecord {
        time_unix_nano: time,
        observed_time_unix_nano: time,
        severity_number: snapshot.level.severity_number().into(),
        severity_text: snapshot.level.as_str().to_owned(),
        trace_id: snapshot.trace_id.to_bytes().to_vec(),
        span_id: snapshot.span_id.to_bytes().to_vec(),
        flags: snapshot.trace_flags.to_u8().into(),
        event_name: snapshot.event.to_owned(),
        attributes: snapshot.attributes().into_iter().map(attribute).collect(),
        ..LogRecord::default()
    }
}
