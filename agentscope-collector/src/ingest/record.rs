//! Spans and log records on their way from a message into a batch.

use std::sync::Arc;

use agentscope_analysis::{Facts, Layer, SpanKind};
use agentscope_runtime::names;
use opentelemetry_proto::tonic::common::v1::{InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;

use super::assembly::Sign;
use super::bound;
use super::conceal::{Concealed, scrub_all, scrub_text};
use super::ledger::{Reason, Signal};
use super::limits::Limits;
use super::seen;
use crate::from_otlp;
use crate::store::{Batch, Origin, Recorded, SessionId, Written};

/// A record whose session is looked for.
pub(super) struct Draft<T> {
    pub(super) trace: u128,
    pub(super) span: u64,
    /// The session that it names itself.
    pub(super) session: Option<SessionId>,
    /// The tenant that it says it is of.
    pub(super) tenant: Option<String>,
    pub(super) sign: Sign,
    pub(super) is_ours: bool,
    pub(super) origin: Arc<Origin>,
    pub(super) record: T,
}

/// A span or a log record.
pub(super) trait Record: Sized {
    const SIGNAL: Signal;

    /// Reads what decides where it goes.
    fn draft(self, origin: &Arc<Origin>, limits: &Limits) -> Result<Draft<Self>, Reason>;
    /// Cuts what is too long; whether something was.
    fn bound(&mut self, limits: &Limits) -> bool;
    fn conceal(&mut self, concealed: &mut Concealed);
    fn attributes(&mut self) -> &mut Vec<KeyValue>;
    fn list(batch: &mut Batch) -> &mut Vec<Recorded<Self>>;
    /// How many of a batch were there already.
    fn duplicates(written: &Written) -> u64;
}

/// Who emitted records; made once for those that came together.
pub(super) fn origin(
    resource: &Option<Resource>,
    scope: Option<InstrumentationScope>,
    limits: &Limits,
) -> Result<Arc<Origin>, Reason> {
    let mut resource = resource.clone().unwrap_or_default();
    let mut scope = scope.unwrap_or_default();
    if bound::are_too_deep(&resource.attributes, limits.depth)
        || bound::are_too_deep(&scope.attributes, limits.depth)
    {
        return Err(Reason::Nesting);
    }
    bound::attributes(
        &mut resource.attributes,
        &mut resource.dropped_attributes_count,
        limits,
    );
    bound::attributes(
        &mut scope.attributes,
        &mut scope.dropped_attributes_count,
        limits,
    );
    for text in [&mut scope.name, &mut scope.version] {
        bound::text(text, &mut limits.value_bytes.clone());
    }
    // Of our records too: what stands there comes from the environment and from the application.
    scrub_all(&mut resource.attributes);
    scrub_all(&mut scope.attributes);
    scrub_text(&mut scope.name);
    scrub_text(&mut scope.version);
    Ok(Arc::new(Origin { resource, scope }))
}

impl Record for Span {
    const SIGNAL: Signal = Signal::Traces;

    fn draft(self, origin: &Arc<Origin>, limits: &Limits) -> Result<Draft<Self>, Reason> {
        let trace = trace_id(&self.trace_id).ok_or(Reason::BadId)?;
        let span = span_id(&self.span_id).ok_or(Reason::BadId)?;
        let has_parent = match self.parent_span_id.as_slice() {
            // Some write a missing parent as zeros.
            [] => false,
            parent if parent.iter().all(|byte| *byte == 0) => false,
            parent => span_id(parent).map(|_| true).ok_or(Reason::BadId)?,
        };
        let times = [self.start_time_unix_nano, self.end_time_unix_nano];
        let events = self.events.iter().map(|event| event.time_unix_nano);
        if times.into_iter().chain(events).any(is_beyond) {
            return Err(Reason::BadId);
        }
        let parts = self.events.iter().map(|event| &event.attributes);
        let parts = parts.chain(self.links.iter().map(|link| &link.attributes));
        if parts
            .chain([&self.attributes])
            .any(|it| bound::are_too_deep(it, limits.depth))
        {
            return Err(Reason::Nesting);
        }
        let facts = Facts::of(
            &self.name,
            SpanKind::Internal,
            false,
            from_otlp::scalars(&self.attributes),
        );
        let is_root =
            !has_parent || from_otlp::is_parent_remote(&self) || facts.layer == Layer::Session;
        Ok(Draft {
            trace,
            span,
            session: session(facts.session, limits)?,
            tenant: tenant(facts.tenant, origin),
            sign: Sign::Ended {
                trace,
                span,
                is_root,
            },
            is_ours: facts.is_ours && seen::is_ours(&origin.scope),
            origin: Arc::clone(origin),
            record: self,
        })
    }

    fn bound(&mut self, limits: &Limits) -> bool {
        let mut cut = bound::attributes(
            &mut self.attributes,
            &mut self.dropped_attributes_count,
            limits,
        );
        // An id of the wrong length leads nowhere.
        let links = self.links.len();
        let leads = |link: &opentelemetry_proto::tonic::trace::v1::span::Link| {
            trace_id(&link.trace_id).is_some() && span_id(&link.span_id).is_some()
        };
        self.links.retain(leads);
        let lost = u32::try_from(links - self.links.len()).unwrap_or(u32::MAX);
        self.dropped_links_count = self.dropped_links_count.saturating_add(lost);
        cut |= bound::shorten(
            &mut self.events,
            &mut self.dropped_events_count,
            limits.attributes,
        );
        cut |= bound::shorten(
            &mut self.links,
            &mut self.dropped_links_count,
            limits.attributes,
        );
        for event in &mut self.events {
            cut |= bound::text(&mut event.name, &mut limits.value_bytes.clone());
            cut |= bound::attributes(
                &mut event.attributes,
                &mut event.dropped_attributes_count,
                limits,
            );
        }
        for link in &mut self.links {
            cut |= bound::text(&mut link.trace_state, &mut limits.value_bytes.clone());
            cut |= bound::attributes(
                &mut link.attributes,
                &mut link.dropped_attributes_count,
                limits,
            );
        }
        let message = self.status.as_mut().map(|status| &mut status.message);
        for text in [&mut self.name, &mut self.trace_state]
            .into_iter()
            .chain(message)
        {
            cut |= bound::text(text, &mut limits.value_bytes.clone());
        }
        cut
    }

    fn conceal(&mut self, concealed: &mut Concealed) {
        concealed.attributes("", &mut self.attributes);
        // The runtime writes no trace state, events, links' attributes and status messages: whatever
        // stands in these comes from elsewhere, on a span of ours too.
        scrub_text(&mut self.trace_state);
        for (number, event) in self.events.iter_mut().enumerate() {
            scrub_text(&mut event.name);
            concealed.attributes(&format!("event.{number}."), &mut event.attributes);
        }
        for (number, link) in self.links.iter_mut().enumerate() {
            scrub_text(&mut link.trace_state);
            concealed.attributes(&format!("link.{number}."), &mut link.attributes);
        }
        if let Some(status) = &mut self.status {
            concealed.hide_text("exception.status", &mut status.message);
        }
        if concealed.scrubs() {
            scrub_text(&mut self.name);
        }
    }

    fn attributes(&mut self) -> &mut Vec<KeyValue> {
        &mut self.attributes
    }

    fn list(batch: &mut Batch) -> &mut Vec<Recorded<Self>> {
        &mut batch.spans
    }

    fn duplicates(written: &Written) -> u64 {
        written.duplicate_spans
    }
}

impl Record for LogRecord {
    const SIGNAL: Signal = Signal::Logs;

    fn draft(self, origin: &Arc<Origin>, limits: &Limits) -> Result<Draft<Self>, Reason> {
        let trace = optional(&self.trace_id, trace_id)?.unwrap_or(0);
        let span = optional(&self.span_id, span_id)?.unwrap_or(0);
        if is_beyond(self.time_unix_nano) || is_beyond(self.observed_time_unix_nano) {
            return Err(Reason::BadId);
        }
        if bound::are_too_deep(&self.attributes, limits.depth)
            || bound::is_too_deep(self.body.as_ref(), limits.depth)
        {
            return Err(Reason::Nesting);
        }
        let facts = from_otlp::facts_of_log(&self);
        let session = session(facts.session, limits)?;
        if session.is_none() && trace == 0 {
            return Err(Reason::NoSession);
        }
        let sign = match self.event_name.as_str() {
            names::EVENT_TOOL_CALLED | names::EVENT_DELEGATION_CALLED => {
                Sign::Called { trace, span }
            }
            names::EVENT_TOOL_RETURNED | names::EVENT_DELEGATION_RETURNED => {
                Sign::Returned { trace, span }
            }
            _ => Sign::Other,
        };
        Ok(Draft {
            trace,
            span,
            session,
            tenant: tenant(facts.tenant, origin),
            sign,
            is_ours: facts.is_ours && seen::is_ours(&origin.scope),
            origin: Arc::clone(origin),
            record: self,
        })
    }

    fn bound(&mut self, limits: &Limits) -> bool {
        let mut cut = bound::any(self.body.as_mut(), &mut limits.value_bytes.clone());
        for text in [&mut self.event_name, &mut self.severity_text] {
            cut |= bound::text(text, &mut limits.value_bytes.clone());
        }
        cut | bound::attributes(
            &mut self.attributes,
            &mut self.dropped_attributes_count,
            limits,
        )
    }

    fn conceal(&mut self, concealed: &mut Concealed) {
        concealed.attributes("", &mut self.attributes);
        // A snapshot has none.
        concealed.hide("body", self.body.as_mut());
        if concealed.scrubs() {
            scrub_text(&mut self.event_name);
            scrub_text(&mut self.severity_text);
        }
    }

    fn attributes(&mut self) -> &mut Vec<KeyValue> {
        &mut self.attributes
    }

    fn list(batch: &mut Batch) -> &mut Vec<Recorded<Self>> {
        &mut batch.logs
    }

    fn duplicates(written: &Written) -> u64 {
        written.duplicate_logs
    }
}

fn session(id: Option<&str>, limits: &Limits) -> Result<Option<SessionId>, Reason> {
    match id {
        Some(id) if id.len() > limits.session_id_bytes => Err(Reason::LongSessionId),
        // Nobody can take over the name that stands for another trace.
        Some(id) if id.starts_with(SessionId::OF_TRACE) => Err(Reason::ReservedSessionId),
        id => Ok(id.map(SessionId::named)),
    }
}

fn tenant(said: Option<&str>, origin: &Origin) -> Option<String> {
    let said = said.or_else(|| seen::tenant(&origin.resource.attributes));
    said.map(str::to_owned)
}

/// The database keeps signed numbers.
fn is_beyond(time: u64) -> bool {
    i64::try_from(time).is_err()
}

pub(super) fn trace_id(bytes: &[u8]) -> Option<u128> {
    Some(from_otlp::trace_id(bytes)).filter(|id| *id != 0)
}

fn span_id(bytes: &[u8]) -> Option<u64> {
    Some(from_otlp::span_id(bytes)).filter(|id| *id != 0)
}

/// Of a log record ids may be missing, which some write as zeros.
fn optional<T>(bytes: &[u8], read: fn(&[u8]) -> Option<T>) -> Result<Option<T>, Reason> {
    match bytes.iter().all(|byte| *byte == 0) && matches!(bytes.len(), 0 | 8 | 16) {
        true => Ok(None),
        false => read(bytes).map(Some).ok_or(Reason::BadId),
    }
}
