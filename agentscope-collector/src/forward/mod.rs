//! Send on what was stored, and metrics, to any number of OTLP endpoints.
//!
//! Each destination has a queue on disk and a thread of its own, so that one that is down holds up
//! neither the others nor what comes in. Delivery is *at least once*: what a destination has
//! acknowledged is not sent again, but for the message that was on its way when the process was
//! killed; and what a sender repeats because an answer got lost is sent on again too. Spans have
//! ids, by which a backend knows them again.

mod content;
mod queue;
mod send;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::ResourceMetrics;
use prost::Message as _;
use reqwest::Url;
use reqwest::header::HeaderMap;

pub use content::Audience;

use crate::ingest::{Send, Signal, Tap, points};
use crate::profile::Profile;
use crate::store::{Account, Batch, Tenant};
use crate::to_otlp;
use queue::Message;
use send::Lane;

/// Where records are sent on to.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    /// Names its queue, and itself in counts.
    pub(crate) name: String,
    /// The base of the URLs, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it.
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) audience: Audience,
    /// What it gets; all where there is none.
    pub(crate) signals: Option<BTreeSet<Signal>>,
    pub(crate) profile: Option<&'static Profile>,
    /// Whose records; all where there is none.
    pub(crate) tenants: Option<BTreeSet<Tenant>>,
    /// Bytes that may wait on disk.
    pub(crate) queue_bytes: u64,
}

/// What became of the records for a destination.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) delivered: AtomicU64,
    /// The destination will never take them.
    pub(crate) refused: AtomicU64,
    /// The queue was full, or could not be written.
    pub(crate) dropped: AtomicU64,
    /// Attempts that failed and were, or will be, repeated.
    pub(crate) retries: AtomicU64,
}

/// All destinations.
#[derive(Debug)]
pub(crate) struct Forward {
    lanes: Vec<Lane>,
}

impl Forward {
    /// Opens the queues and starts to send what waits in them.
    pub(crate) fn start(queues: &Path, destinations: Vec<Destination>) -> io::Result<Self> {
        let lane = |destination: Destination| {
            let directory: PathBuf = queues.join(&destination.name);
            Lane::start(&directory, destination)
        };
        let lanes: io::Result<Vec<Lane>> = destinations.into_iter().map(lane).collect();
        Ok(Self { lanes: lanes? })
    }

    /// Of each destination its name, its counts, and what waits for it: records and bytes.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (&str, &Counts, u64, u64)> {
        self.lanes.iter().map(Lane::counts)
    }

    /// Lets each message that is on its way come to its end; what waits stays on disk.
    pub(crate) fn stop(&self) {
        self.lanes.iter().for_each(Lane::stop);
    }
}

impl Tap for Forward {
    fn ready(self: Arc<Self>, tenant: &Tenant, batch: &Batch) -> Send {
        let mut parcels: Vec<Parcel> = Vec::new();
        for (place, lane) in self.lanes.iter().enumerate() {
            let destination = lane.destination();
            if !destination.is_for(tenant) {
                continue;
            }
            // Mostly several show the same.
            let same = |other: &Parcel| {
                let other = self.lanes[other.place].destination();
                other.shows_as(destination)
            };
            let same: Vec<Parcel> = parcels.iter().filter(|it| same(it)).cloned().collect();
            match same.first().map(|first| first.place) {
                None => parcels.extend(written(place, destination, batch)),
                Some(first) => {
                    let same = same.into_iter().filter(|it| it.place == first);
                    parcels.extend(same.map(|it| Parcel { place, ..it }));
                }
            }
        }
        Box::new(move || {
            for parcel in parcels {
                self.lanes[parcel.place].push(&parcel);
            }
        })
    }

    fn metrics(&self, tenant: &Tenant, groups: Vec<ResourceMetrics>) {
        let count = groups.iter().map(points).sum::<u64>();
        let mut request = ExportMetricsServiceRequest {
            resource_metrics: groups,
        };
        // What the agents' own people may see comes before it is stripped for the others.
        for audience in [Audience::Agent, Audience::Platform] {
            let mut bytes: Option<Arc<Vec<u8>>> = None;
            if audience == Audience::Platform {
                content::strip_metrics(&mut request.resource_metrics);
            }
            for (place, lane) in self.lanes.iter().enumerate() {
                let destination = lane.destination();
                if destination.audience == audience
                    && destination.is_for(tenant)
                    && destination.takes(Signal::Metrics)
                {
                    let bytes = bytes.get_or_insert_with(|| Arc::new(request.encode_to_vec()));
                    lane.push(&Parcel {
                        place,
                        signal: Signal::Metrics,
                        count: u32::try_from(count).unwrap_or(u32::MAX),
                        bytes: Arc::clone(bytes),
                    });
                }
            }
        }
    }

    fn accounts(&self, run: &str, now: u64) -> Vec<Account> {
        let account = |(name, counts, pending, _): (&str, &Counts, u64, u64)| {
            let count = |counter: &AtomicU64| counter.load(Relaxed);
            let (delivered, refused) = (count(&counts.delivered), count(&counts.refused));
            let dropped = count(&counts.dropped);
            let reasons = [
                ("refused there", refused),
                ("no room in its queue", dropped),
            ];
            let reasons = reasons.into_iter().filter(|(_, count)| *count > 0);
            Account {
                // Not what was offered: some of it was waiting already when this run began.
                received: delivered + refused + dropped + pending,
                stored: delivered,
                refused,
                failed: dropped,
                pending,
                reasons: reasons
                    .map(|(why, count)| (why.to_owned(), count))
                    .collect(),
                updated: now,
                ..Account::new(run, format!("{}{name}", Account::TO), Tenant::default())
            }
        };
        self.counts().map(account).collect()
    }
}

/// A message for a destination.
#[derive(Clone, Debug)]
struct Parcel {
    place: usize,
    signal: Signal,
    count: u32,
    /// Shared by destinations that show the same.
    bytes: Arc<Vec<u8>>,
}

impl Destination {
    fn is_for(&self, tenant: &Tenant) -> bool {
        self.tenants
            .as_ref()
            .is_none_or(|only| only.contains(tenant))
    }

    fn takes(&self, signal: Signal) -> bool {
        self.signals
            .as_ref()
            .is_none_or(|only| only.contains(&signal))
    }

    fn shows_as(&self, other: &Self) -> bool {
        let profile = |it: &Self| it.profile.map(std::ptr::from_ref);
        self.audience == other.audience
            && self.signals == other.signals
            && profile(self) == profile(other)
    }
}

fn written(place: usize, destination: &Destination, batch: &Batch) -> Vec<Parcel> {
    let mut parcels = Vec::with_capacity(2);
    let parcel = |signal: Signal, count: usize, bytes: Vec<u8>| Parcel {
        place,
        signal,
        count: u32::try_from(count).unwrap_or(u32::MAX),
        bytes: Arc::new(bytes),
    };
    let strips = destination.audience == Audience::Platform;
    if !batch.spans.is_empty() && destination.takes(Signal::Traces) {
        let mut spans = batch.spans.clone();
        for span in &mut spans {
            if strips {
                content::strip_span(&mut span.record);
            }
            // After that: a profile copies what is there.
            if let Some(profile) = destination.profile {
                profile.apply_otlp(&mut span.record);
            }
        }
        parcels.push(parcel(
            Signal::Traces,
            spans.len(),
            to_otlp::traces(&spans).encode_to_vec(),
        ));
    }
    if !batch.logs.is_empty() && destination.takes(Signal::Logs) {
        let mut logs = batch.logs.clone();
        if strips {
            logs.iter_mut()
                .for_each(|log| content::strip_log(&mut log.record));
        }
        parcels.push(parcel(
            Signal::Logs,
            logs.len(),
            to_otlp::records(&logs).encode_to_vec(),
        ));
    }
    parcels
}

impl From<&Parcel> for Message {
    fn from(parcel: &Parcel) -> Self {
        Self {
            signal: queue::byte(parcel.signal),
            count: parcel.count,
            bytes: parcel.bytes.to_vec(),
        }
    }
}

fn add(counter: &AtomicU64, count: impl Into<u64>) {
    counter.fetch_add(count.into(), Relaxed);
}
