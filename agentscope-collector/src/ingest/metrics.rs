//! Metrics are counted and sent on; nobody keeps them here.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{Exemplar, Metric, ResourceMetrics, ScopeMetrics};

use super::answer::{Answer, Sender};
use super::bound;
use super::conceal::{Concealed, scrub_text};
use super::intake::answer;
use super::ledger::{Counts, Reason, Signal};
use super::limits::Limits;
use super::record::origin;
use super::seen;
use super::work::Ingest;
use crate::store::Tenant;

impl Ingest {
    /// Counts metrics, and hands them to whoever they are sent on to.
    ///
    /// The sender is told that all is well though no store keeps them: it would else complain to its
    /// own log at every export, of what nobody can mend there.
    pub fn metrics(&self, sender: &Sender, request: ExportMetricsServiceRequest) -> Answer {
        let mut tenants: BTreeMap<Tenant, (Vec<ResourceMetrics>, Counts)> = BTreeMap::new();
        for group in request.resource_metrics {
            let points = points(&group);
            let resource = group.resource.as_ref();
            let said = resource.and_then(|resource| seen::tenant(&resource.attributes));
            let tenant = sender.tenant_of(said);
            let shown = tenant.as_ref().map_err(|why| *why);
            let shown = shown.and_then(|_| match self.tap {
                Some(_) => shown_of(group, &self.limits).map(Some),
                None => Ok(None),
            });
            let (groups, counts) = tenants
                .entry(tenant.unwrap_or_else(|_| sender.tenant()))
                .or_default();
            counts.received += points;
            match shown {
                Ok(group) => {
                    counts.refuse(Reason::NotKept, points);
                    groups.extend(group);
                }
                Err(why) => counts.refuse(why, points),
            }
        }
        let mut refused = BTreeMap::new();
        for (tenant, (groups, counts)) in tenants {
            self.ledger.book(&tenant, Signal::Metrics, 0, &counts);
            for (why, count) in counts.refused {
                *refused.entry(why).or_default() += count;
            }
            if let Some(tap) = self.tap.as_ref().filter(|_| !groups.is_empty()) {
                tap.metrics(&tenant, groups);
            }
        }
        refused.remove(&Reason::NotKept);
        answer(&refused)
    }
}

/// Numbers that a message brings.
pub(crate) fn points(group: &ResourceMetrics) -> u64 {
    let metrics = group.scope_metrics.iter().flat_map(|scope| &scope.metrics);
    let points = metrics.map(|metric| match &metric.data {
        Some(Data::Gauge(data)) => data.data_points.len(),
        Some(Data::Sum(data)) => data.data_points.len(),
        Some(Data::Histogram(data)) => data.data_points.len(),
        Some(Data::ExponentialHistogram(data)) => data.data_points.len(),
        Some(Data::Summary(data)) => data.data_points.len(),
        None => 0,
    });
    points.sum::<usize>() as u64
}

/// The attributes of every number, and of the measurements that stand for it.
pub(crate) fn each_labels(metric: &mut Metric, mut with: impl FnMut(&mut Vec<KeyValue>)) {
    let mut point = |labels: &mut Vec<KeyValue>, exemplars: &mut Vec<Exemplar>| {
        with(labels);
        for exemplar in exemplars {
            with(&mut exemplar.filtered_attributes);
        }
    };
    match &mut metric.data {
        Some(Data::Gauge(data)) => {
            let points = data.data_points.iter_mut();
            points.for_each(|it| point(&mut it.attributes, &mut it.exemplars));
        }
        Some(Data::Sum(data)) => {
            let points = data.data_points.iter_mut();
            points.for_each(|it| point(&mut it.attributes, &mut it.exemplars));
        }
        Some(Data::Histogram(data)) => {
            let points = data.data_points.iter_mut();
            points.for_each(|it| point(&mut it.attributes, &mut it.exemplars));
        }
        Some(Data::ExponentialHistogram(data)) => {
            let points = data.data_points.iter_mut();
            points.for_each(|it| point(&mut it.attributes, &mut it.exemplars));
        }
        Some(Data::Summary(data)) => {
            let points = data.data_points.iter_mut();
            points.for_each(|it| point(&mut it.attributes, &mut Vec::new()));
        }
        None => {}
    }
    with(&mut metric.metadata);
}

/// What may be seen of them: bounded and concealed as spans are.
fn shown_of(mut group: ResourceMetrics, limits: &Limits) -> Result<ResourceMetrics, Reason> {
    let emitter = origin(&group.resource, None, limits)?;
    group.resource = Some(emitter.resource.clone());
    for scope in &mut group.scope_metrics {
        let emitter = origin(&None, scope.scope.take(), limits)?;
        scope.scope = Some(emitter.scope.clone());
        conceal(scope, limits)?;
    }
    Ok(group)
}

fn conceal(scope: &mut ScopeMetrics, limits: &Limits) -> Result<(), Reason> {
    for metric in &mut scope.metrics {
        let mut is_too_deep = false;
        each_labels(metric, |labels| {
            is_too_deep |= bound::are_too_deep(labels, limits.depth);
        });
        if is_too_deep {
            return Err(Reason::Nesting);
        }
        // The runtime labels its own with names only, which stay; so nobody has to be believed to be it.
        // Words have no span here that a reference could stand on: they go nowhere.
        let mut concealed = Concealed::new(false, limits.content);
        each_labels(metric, |labels| {
            bound::attributes(labels, &mut 0, limits);
            concealed.attributes("", labels);
        });
        for text in [&mut metric.name, &mut metric.description, &mut metric.unit] {
            bound::text(text, &mut limits.value_bytes.clone());
            if concealed.scrubs() {
                scrub_text(text);
            }
        }
    }
    Ok(())
}
