//! Sessions in a ClickHouse database, past one machine.
//!
//! Spans and log records are rows of `otel_traces` and `otel_logs`, the tables of the OpenTelemetry
//! Collector's exporter, whether this program or a Collector writes them. Materialised views fill
//! narrow tables that the commands search. A tenant is the resource attribute
//! `agentscope.tenant.id`, which whoever writes must set from its own authentication.

mod client;
mod levels;
mod queries;
mod rows;
mod triage;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::client::Database;
use self::rows::{LOG_COLUMNS, LogRow, TRACE_COLUMNS, TraceRow};
use super::{
    Access, Account, Batch, Call, CallFilter, Origin, Period, Recorded, Retention, RunningSession,
    SchemaSeen, Segment, SessionEnd, SessionFilter, SessionId, SessionSummary, Store, StoreError,
    StoredSession, Tenant, Tier, Triage, Verdict, Written,
};
use crate::from_otlp;

const TABLES: &str = include_str!("tables.sql");
const VIEWS: &str = include_str!("views.sql");

const DAY: u64 = 24 * 60 * 60 * 1_000_000_000;

/// The store that `clickhouse://host:8123/database` names.
#[derive(Debug)]
pub(super) struct ClickHouse {
    database: Database,
}

impl ClickHouse {
    /// Makes what is missing of tables and views, where it may write.
    pub(super) fn open(address: &str, access: Access) -> Result<Self, StoreError> {
        let database = Database::at(address)?;
        if access == Access::Write {
            let views = levels::put_in(VIEWS);
            for statement in TABLES.split(";\n").chain(views.split(";\n")) {
                let sql = statement.lines().filter(|line| !line.starts_with("--"));
                let sql = sql.collect::<Vec<_>>().join("\n");
                if !sql.trim().is_empty() {
                    database.execute(&sql, &[])?;
                }
            }
        }
        Ok(Self { database })
    }

    /// The ids under which the records of a session were written: its own, and those of traces whose
    /// session was learnt later.
    fn keys(&self, tenant: &Tenant, id: &str) -> Result<Vec<String>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            id: String,
        }
        let sql = "SELECT TraceSession AS id FROM agentscope_bindings FINAL \
             WHERE Tenant = {tenant:String} AND Session = {session:String}";
        let parameters = [("tenant", tenant.to_string()), ("session", id.to_owned())];
        let bound = self.database.rows::<Row>(sql, &parameters)?;
        let bound = bound.into_iter().map(|row| row.id);
        Ok(std::iter::once(id.to_owned()).chain(bound).collect())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct BindingRow<'a> {
    tenant: &'a str,
    trace_session: String,
    session: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EndRow<'a> {
    tenant: &'a str,
    session: &'a str,
    time: u64,
    abandoned: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct VerdictRow<'a> {
    tenant: &'a str,
    session: &'a str,
    verdict: &'a str,
    source: &'a str,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccountRow {
    tenant: String,
    run: String,
    signal: String,
    account: String,
    updated: u64,
}

impl Store for ClickHouse {
    /// A record that was sent before is a row more in `otel_traces` and `otel_logs`, and no row more
    /// in what is searched: none counts as a duplicate here.
    fn write(&self, tenant: &Tenant, batch: Batch) -> Result<Written, StoreError> {
        let name = tenant.as_str();
        let mut bindings: BTreeSet<(u128, &SessionId)> = batch
            .bindings
            .iter()
            .map(|binding| (binding.trace_id, &binding.session))
            .collect();
        // What a record does not say itself, the view cannot read from it.
        for span in &batch.spans {
            let facts = from_otlp::facts_of_span(&span.record);
            if facts.session != Some(span.session.as_str()) {
                let trace = from_otlp::trace_id(&span.record.trace_id);
                bindings.insert((trace, &span.session));
            }
        }
        for log in &batch.logs {
            let facts = from_otlp::facts_of_log(&log.record);
            if facts.session != Some(log.session.as_str()) {
                let trace = from_otlp::trace_id(&log.record.trace_id);
                bindings.insert((trace, &log.session));
            }
        }
        let bindings = bindings
            .into_iter()
            .map(|(trace, session)| (SessionId::of_trace(trace), session))
            .filter(|(own, session)| own != *session);
        self.database.insert(
            "agentscope_bindings",
            bindings.map(|(own, session)| BindingRow {
                tenant: name,
                trace_session: own.as_str().to_owned(),
                session: session.as_str(),
            }),
        )?;
        let spans = batch.spans.iter();
        let spans = spans.map(|span| TraceRow::of(tenant, &span.origin, &span.record));
        self.database.insert("otel_traces", spans)?;
        let logs = batch.logs.iter();
        let logs = logs.map(|log| LogRow::of(tenant, &log.origin, &log.record));
        self.database.insert("otel_logs", logs)?;
        Ok(Written {
            spans: batch.spans.len() as u64,
            logs: batch.logs.len() as u64,
            ..Written::default()
        })
    }

    fn end(&self, tenant: &Tenant, ends: &[SessionEnd]) -> Result<(), StoreError> {
        let rows = ends.iter().map(|end| EndRow {
            tenant: tenant.as_str(),
            session: end.session.as_str(),
            time: end.time,
            abandoned: u8::from(end.abandoned),
        });
        self.database.insert("agentscope_ends", rows)
    }

    fn judge(&self, tenant: &Tenant, session: &str, verdict: &Verdict) -> Result<(), StoreError> {
        if self.summary(tenant, session)?.is_none() {
            return Err(StoreError::NoSession(session.to_owned()));
        }
        let row = VerdictRow {
            tenant: tenant.as_str(),
            session,
            verdict: &verdict.value,
            source: &verdict.source,
        };
        self.database
            .insert("agentscope_verdicts", [row].into_iter())
    }

    fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            name: String,
        }
        let sql = "SELECT DISTINCT Tenant AS name FROM agentscope_spans ORDER BY name";
        let rows = self.database.rows::<Row>(sql, &[])?;
        // Others may write names there that are none here.
        let names = rows.into_iter().filter_map(|row| row.name.parse().ok());
        Ok(names.collect())
    }

    fn sessions(
        &self,
        tenant: &Tenant,
        filter: &SessionFilter,
    ) -> Result<Vec<SessionSummary>, StoreError> {
        self.summaries(tenant, filter, None)
    }

    fn session(&self, tenant: &Tenant, id: &str) -> Result<Option<StoredSession>, StoreError> {
        let Some(summary) = self.summary(tenant, id)? else {
            return Ok(None);
        };
        let session = SessionId::named(id);
        let keys = self.keys(tenant, id)?;
        let keys = format!(
            "['{}']",
            keys.iter()
                .map(|key| quoted(key))
                .collect::<Vec<_>>()
                .join("','")
        );
        let parameters = [("tenant", tenant.to_string()), ("keys", keys)];
        // The narrow tables know which traces a session is in; the first row of a span counts.
        let sql = format!(
            "SELECT {TRACE_COLUMNS} FROM otel_traces WHERE (TraceId, SpanId) IN \
             (SELECT TraceId, SpanId FROM agentscope_spans WHERE Tenant = {{tenant:String}} AND Session IN {{keys:Array(String)}}) \
             AND coalesce(nullIf(ResourceAttributes['agentscope.tenant.id'], ''), 'default') = {{tenant:String}} \
             ORDER BY otel_traces.Timestamp, SpanId LIMIT 1 BY TraceId, SpanId"
        );
        let spans = self.database.rows::<TraceRow>(&sql, &parameters)?;
        let sql = format!(
            "SELECT {LOG_COLUMNS} FROM otel_logs WHERE (TraceId, SpanId, toUInt64(toUnixTimestamp64Nano(otel_logs.Timestamp)), \
             cityHash64(EventName, Body, mapKeys(LogAttributes), mapValues(LogAttributes))) IN \
             (SELECT TraceId, SpanId, Time, Hash FROM agentscope_logs WHERE Tenant = {{tenant:String}} AND Session IN {{keys:Array(String)}}) \
             AND coalesce(nullIf(ResourceAttributes['agentscope.tenant.id'], ''), 'default') = {{tenant:String}} \
             ORDER BY otel_logs.Timestamp LIMIT 1 BY TraceId, SpanId, otel_logs.Timestamp, EventName, Body, mapKeys(LogAttributes), mapValues(LogAttributes)"
        );
        let logs = self.database.rows::<LogRow>(&sql, &parameters)?;
        Ok(Some(StoredSession {
            summary,
            spans: recorded(&session, spans.into_iter().map(TraceRow::into_span)),
            logs: recorded(&session, logs.into_iter().map(LogRow::into_log)),
        }))
    }

    fn calls(&self, tenant: &Tenant, filter: &CallFilter) -> Result<Vec<Call>, StoreError> {
        self.find_calls(tenant, filter)
    }

    fn triage(&self, tenant: &Tenant, period: &Period) -> Result<Triage, StoreError> {
        self.count(tenant, period)
    }

    fn schemas(&self, tenant: &Tenant, period: &Period) -> Result<Vec<SchemaSeen>, StoreError> {
        self.find_schemas(tenant, period)
    }

    fn running(&self, tenant: &Tenant) -> Result<Vec<RunningSession>, StoreError> {
        self.find_running(tenant)
    }

    fn put_account(&self, account: &Account) -> Result<(), StoreError> {
        let row = AccountRow {
            tenant: account.tenant.to_string(),
            run: account.run.clone(),
            signal: account.signal.clone(),
            account: serde_json::to_string(account).map_err(|error| StoreError::Damaged {
                place: self.database.place(),
                what: error.to_string(),
            })?,
            updated: account.updated,
        };
        self.database
            .insert("agentscope_accounts", [row].into_iter())
    }

    fn accounts(&self, tenant: &Tenant) -> Result<Vec<Account>, StoreError> {
        let sql = "SELECT Tenant, Run, Signal, Account, Updated FROM agentscope_accounts FINAL \
             WHERE Tenant = {tenant:String} ORDER BY Updated DESC, Run, Signal";
        let rows = self
            .database
            .rows::<AccountRow>(sql, &[("tenant", tenant.to_string())])?;
        let accounts = rows
            .into_iter()
            .map(|row| Account::read(tenant, &row.account, || self.database.place()));
        accounts.collect()
    }

    /// Rows of `otel_traces` and `otel_logs` go; the narrow rows, which hold names, counts and times,
    /// stay for the sums over sessions. There is nothing to tell `progress` of: the server drops
    /// rows when it likes.
    fn prune(
        &self,
        retention: &Retention,
        now: u64,
        _: &mut dyn FnMut(&Segment),
    ) -> Result<(), StoreError> {
        for tier in Tier::ALL {
            let days = u64::from(retention.days(tier));
            let before = now.saturating_sub(days.saturating_mul(DAY));
            let parameters = [("before", before.to_string())];
            for (table, level) in [
                ("otel_traces", "LEVEL_OF_SPAN"),
                ("otel_logs", "LEVEL_OF_LOG"),
            ] {
                let sql = levels::put_in(&format!(
                    "DELETE FROM {table} WHERE toUnixTimestamp64Nano(Timestamp) < {{before:UInt64}} AND {level} IN ({})",
                    levels::of_tier(tier)
                ));
                self.database.execute(&sql, &parameters)?;
            }
        }
        Ok(())
    }

    fn segments(&self, _: &Tenant) -> Result<Vec<Segment>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            day: String,
            bytes: u64,
        }
        // Tables are shared by all tenants, and a part of one holds every tier.
        let sql = "SELECT partition AS day, sum(bytes_on_disk) AS bytes FROM system.parts \
             WHERE active AND database = currentDatabase() AND table IN ('otel_traces', 'otel_logs') \
             GROUP BY day ORDER BY day DESC";
        let rows = self.database.rows::<Row>(sql, &[])?;
        let segments = rows.into_iter().map(|row| Segment {
            tenant: Tenant::default(),
            day: row.day,
            tier: None,
            bytes: row.bytes,
        });
        Ok(segments.collect())
    }
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'")
}

/// Records with their origins, equal ones shared.
fn recorded<T>(
    session: &SessionId,
    records: impl Iterator<Item = (Origin, T)>,
) -> Vec<Recorded<T>> {
    let mut origins: Vec<Arc<Origin>> = Vec::new();
    records
        .map(|(origin, record)| {
            let known = origins.iter().find(|known| ***known == origin).cloned();
            let origin = known.unwrap_or_else(|| {
                origins.push(Arc::new(origin));
                origins[origins.len() - 1].clone()
            });
            Recorded {
                session: session.clone(),
                origin,
                record,
            }
        })
        .collect()
}
