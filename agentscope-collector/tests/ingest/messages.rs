//! Messages of OTLP for tests, and an ingest with a clock that stands still.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use agentscope_collector::ingest::{Ingest, Limits, Sender};
use agentscope_collector::store::{Account, Store, Tenant};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};

use crate::flaky::Flaky;

pub(crate) const SECOND: u64 = 1_000_000_000;

pub(crate) fn string(text: impl Into<String>) -> AnyValue {
    AnyValue {
        value: Some(Value::StringValue(text.into())),
    }
}

pub(crate) fn attribute(key: &str, text: impl Into<String>) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(string(text)),
        key_strindex: 0,
    }
}

pub(crate) fn attributes(pairs: &[(&str, &str)]) -> Vec<KeyValue> {
    pairs
        .iter()
        .map(|(key, text)| attribute(key, *text))
        .collect()
}

/// The text of an attribute.
pub(crate) fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    let attribute = attributes.iter().find(|it| it.key == key)?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}

pub(crate) fn span(trace: u128, id: u64, pairs: &[(&str, &str)]) -> Span {
    Span {
        trace_id: trace.to_be_bytes().to_vec(),
        span_id: id.to_be_bytes().to_vec(),
        name: format!("span {id}"),
        start_time_unix_nano: id,
        end_time_unix_nano: id + 10,
        attributes: attributes(pairs),
        ..Span::default()
    }
}

pub(crate) fn log(trace: u128, span: u64, event: &str, pairs: &[(&str, &str)]) -> LogRecord {
    let id = |bytes: &[u8]| {
        if bytes.iter().all(|it| *it == 0) {
            Vec::new()
        } else {
            bytes.to_vec()
        }
    };
    LogRecord {
        trace_id: id(&trace.to_be_bytes()),
        span_id: id(&span.to_be_bytes()),
        event_name: event.to_owned(),
        time_unix_nano: 5,
        attributes: attributes(pairs),
        ..LogRecord::default()
    }
}

fn scope(name: &str) -> Option<InstrumentationScope> {
    Some(InstrumentationScope {
        name: name.to_owned(),
        ..InstrumentationScope::default()
    })
}

pub(crate) fn spans(library: &str, spans: Vec<Span>) -> ExportTraceServiceRequest {
    let scope_spans = vec![ScopeSpans {
        scope: scope(library),
        spans,
        ..ScopeSpans::default()
    }];
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            scope_spans,
            ..ResourceSpans::default()
        }],
    }
}

pub(crate) fn logs(library: &str, log_records: Vec<LogRecord>) -> ExportLogsServiceRequest {
    let scope_logs = vec![ScopeLogs {
        scope: scope(library),
        log_records,
        ..ScopeLogs::default()
    }];
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            scope_logs,
            ..ResourceLogs::default()
        }],
    }
}

pub(crate) fn acme() -> Tenant {
    "acme".parse().expect("a name")
}

pub(crate) fn sender() -> Sender {
    Sender::Authenticated(acme())
}

/// An ingest over a store of its own, and the clock that it goes by.
pub(crate) struct Bench {
    pub(crate) store: Arc<Flaky>,
    pub(crate) ingest: Arc<Ingest>,
    pub(crate) clock: Arc<AtomicU64>,
}

impl Bench {
    pub(crate) fn new(limits: Limits) -> Self {
        Self::over(Arc::default(), limits)
    }

    pub(crate) fn over(store: Arc<Flaky>, limits: Limits) -> Self {
        let clock = Arc::new(AtomicU64::new(1_000 * SECOND));
        let time = Arc::clone(&clock);
        let shared: Arc<dyn Store> = store.clone();
        let ingest = Ingest::with_clock(shared, limits, Arc::new(move || time.load(Relaxed)));
        Self {
            store,
            ingest: Arc::new(ingest.expect("an empty store")),
            clock,
        }
    }

    pub(crate) fn later(&self, seconds: u64) {
        self.clock.fetch_add(seconds * SECOND, Relaxed);
        self.ingest.tick().expect("a store that works");
    }

    /// The account of a signal; it balances whenever it is looked at.
    pub(crate) fn account(&self, signal: &str) -> Account {
        let accounts = self.ingest.accounts();
        accounts.iter().for_each(balances);
        let account = accounts.into_iter().find(|it| it.signal == signal);
        account.unwrap_or_else(|| Account::new("", signal, acme()))
    }

    /// The only session's spans, logs.
    pub(crate) fn session(&self, id: &str) -> agentscope_collector::store::StoredSession {
        let session = self.store.session(&acme(), id).expect("a store that works");
        session.unwrap_or_else(|| panic!("session {id}"))
    }
}

pub(crate) fn balances(account: &Account) {
    let Account {
        received,
        stored,
        sampled_out,
        refused,
        failed,
        pending,
        ..
    } = account;
    assert_eq!(
        *received,
        stored + sampled_out + refused + failed + pending,
        "{account:?}"
    );
    let reasons: u64 = account.reasons.iter().map(|(_, count)| count).sum();
    assert_eq!(reasons, refused + failed, "{account:?}");
}

pub(crate) fn reason(account: &Account, word: &str) -> u64 {
    account
        .reasons
        .iter()
        .find(|(reason, _)| reason == word)
        .map_or(0, |it| it.1)
}
