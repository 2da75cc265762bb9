//! What the server says of itself, as Prometheus reads it.
//!
//! Labels are names of tenants, signals and reasons, of which there are few; nothing of what was
//! received is in it.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::receive::Shared;
use crate::forward::Forward;

/// All of it.
pub(super) fn text(shared: &Shared) -> String {
    let ingest = &shared.ingest;
    let mut page = Page::default();
    let accounts = ingest.accounts();
    page.family(
        "agentscope_received_records_total",
        "counter",
        "Records that came in.",
    );
    for it in &accounts {
        page.line(
            &[("tenant", it.tenant.as_str()), ("signal", &it.signal)],
            it.received,
        );
    }
    page.family(
        "agentscope_records_total",
        "counter",
        "Records by what became of them.",
    );
    for it in &accounts {
        let results = [
            ("stored", it.stored),
            ("sampled_out", it.sampled_out),
            ("refused", it.refused),
            ("failed", it.failed),
        ];
        for (result, count) in results {
            let labels = [
                ("tenant", it.tenant.as_str()),
                ("signal", &it.signal),
                ("result", result),
            ];
            page.line(&labels, count);
        }
    }
    page.family(
        "agentscope_pending_records",
        "gauge",
        "Records that are being stored.",
    );
    for it in &accounts {
        page.line(
            &[("tenant", it.tenant.as_str()), ("signal", &it.signal)],
            it.pending,
        );
    }
    page.family(
        "agentscope_refused_records_total",
        "counter",
        "Records that were refused or failed, by reason.",
    );
    for it in &accounts {
        for (reason, count) in &it.reasons {
            let labels = [
                ("tenant", it.tenant.as_str()),
                ("signal", &it.signal),
                ("reason", reason),
            ];
            page.line(&labels, *count);
        }
    }
    page.family(
        "agentscope_refused_messages_total",
        "counter",
        "Messages of which no record was read, by reason.",
    );
    for (reason, count) in ingest.messages_refused() {
        page.line(&[("reason", reason)], count);
    }
    let cut = ingest.records_cut();
    page.family(
        "agentscope_cut_records_total",
        "counter",
        "Records in which something was cut.",
    );
    page.line(&[], cut);
    page.family(
        "agentscope_running_sessions",
        "gauge",
        "Sessions that have not ended.",
    );
    page.line(&[], ingest.sessions_in_flight() as u64);
    page.family(
        "agentscope_early_ended_sessions_total",
        "counter",
        "Sessions ended before their time, because too many were running.",
    );
    page.line(&[], ingest.sessions_ended_early());
    page.family(
        "agentscope_in_flight_bytes",
        "gauge",
        "Bytes of messages that are at work.",
    );
    page.line(&[], ingest.bytes_in_flight() as u64);
    let sizes = ingest.store_bytes();
    page.family(
        "agentscope_store_bytes",
        "gauge",
        "Bytes of the store on disk.",
    );
    for (tenant, bytes) in &sizes {
        page.line(&[("tenant", tenant.as_str())], *bytes);
    }
    if let Some(forward) = &shared.forward {
        destinations(&mut page, forward);
    }
    page.text
}

fn destinations(page: &mut Page, forward: &Forward) {
    let read = |counter: &AtomicU64| counter.load(Relaxed);
    page.family(
        "agentscope_forwarded_records_total",
        "counter",
        "Records for a destination by what became of them.",
    );
    for (name, counts, _, _) in forward.counts() {
        let results = [
            ("delivered", &counts.delivered),
            ("refused", &counts.refused),
            ("dropped", &counts.dropped),
        ];
        for (result, count) in results {
            page.line(&[("destination", name), ("result", result)], read(count));
        }
    }
    page.family(
        "agentscope_forward_retries_total",
        "counter",
        "Attempts that failed and are repeated.",
    );
    for (name, counts, _, _) in forward.counts() {
        page.line(&[("destination", name)], read(&counts.retries));
    }
    page.family(
        "agentscope_forward_pending_records",
        "gauge",
        "Records that wait on disk.",
    );
    for (name, _, pending, _) in forward.counts() {
        page.line(&[("destination", name)], pending);
    }
    page.family(
        "agentscope_forward_queue_bytes",
        "gauge",
        "Bytes that wait on disk.",
    );
    for (name, _, _, bytes) in forward.counts() {
        page.line(&[("destination", name)], bytes);
    }
}

#[derive(Default)]
struct Page {
    text: String,
    /// The family that the next line is of.
    name: &'static str,
}

impl Page {
    fn family(&mut self, name: &'static str, kind: &str, help: &str) {
        // Writing to a String cannot fail.
        let _ = write!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        self.name = name;
    }

    fn line(&mut self, labels: &[(&str, &str)], value: u64) {
        let name = self.name;
        let labels = labels
            .iter()
            .map(|(key, value)| format!("{key}=\"{}\"", escaped(value)));
        let labels = labels.collect::<Vec<_>>().join(",");
        let labels = match labels.is_empty() {
            true => labels,
            false => format!("{{{labels}}}"),
        };
        let _ = writeln!(self.text, "{name}{labels} {value}");
    }
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
