//! Scrubs arguments and results on the way out, on threads that have the time: the runtime then
//! does not do it on those of the agents.

use std::sync::Arc;
use std::time::Duration;

use agentscope_runtime::{ScrubLater, Snapshot};
use opentelemetry::Value;
use opentelemetry::logs::AnyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

/// An exporter that scrubs what it exports.
#[derive(Debug)]
pub(crate) struct Scrubbed<E> {
    pub(crate) exporter: E,
    pub(crate) scrubber: Arc<ScrubLater>,
}

impl<E: SpanExporter> SpanExporter for Scrubbed<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        for span in &mut batch {
            scrub_span(&self.scrubber, span);
        }
        self.exporter.export(batch).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

pub(crate) fn scrub_span(scrubber: &ScrubLater, span: &mut SpanData) {
    for attribute in &mut span.attributes {
        if let Value::String(text) = &mut attribute.value {
            scrub(scrubber, attribute.key.as_str(), text);
        }
    }
}

pub(crate) fn scrub_snapshot(scrubber: &ScrubLater, snapshot: &mut Snapshot) {
    for (key, value) in &mut snapshot.details {
        if let AnyValue::String(text) = value {
            scrub(scrubber, key, text);
        }
    }
}

fn scrub(scrubber: &ScrubLater, key: &str, text: &mut opentelemetry::StringValue) {
    let scrubbed = match scrubber.scrubbed(key, text.as_str()) {
        std::borrow::Cow::Borrowed(_) => return,
        std::borrow::Cow::Owned(scrubbed) => scrubbed,
    };
    *text = scrubbed.into();
}
