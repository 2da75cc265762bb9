//! Where to look first, in ClickHouse's SQL.

use serde::Deserialize;

use super::ClickHouse;
use super::queries::{Parameters, SPANS, in_period, sessions_in_period};
use crate::store::{ModelUse, Period, SessionFilter, StoreError, Tenant, ToolUse, Triage};

impl ClickHouse {
    pub(super) fn count(&self, tenant: &Tenant, period: &Period) -> Result<Triage, StoreError> {
        let filter = SessionFilter {
            period: *period,
            ..SessionFilter::default()
        };
        let mut triage = Triage::default();
        for session in self.summaries(tenant, &filter, None)? {
            triage.add(&session);
        }
        let parameters = in_period(tenant, period);
        triage.tools = self.tools(&parameters)?;
        triage.models = self.models(&parameters)?;
        triage.errors = self.errors(&parameters)?;
        Ok(triage)
    }

    fn tools(&self, parameters: &Parameters) -> Result<Vec<ToolUse>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            name: String,
            calls: u64,
            errors: u64,
            empty: u64,
            warned: u64,
            blind: u64,
            p50: u64,
            p95: u64,
        }
        let sql = format!(
            "SELECT Name AS name, count() AS calls, countIf(Outcome IN ('error', 'panicked')) AS errors, \
             countIf(Status = 'empty') AS empty, countIf(Level >= 4) AS warned, countIf(Blind = 1) AS blind, \
             {}, {} FROM ({SPANS}) WHERE Layer = 'tool' AND Sid IN ({}) \
             GROUP BY name ORDER BY errors DESC, name",
            nearest_rank("p50", 50),
            nearest_rank("p95", 95),
            sessions_in_period()
        );
        let rows = self.database.rows::<Row>(&sql, parameters)?;
        let tools = rows.into_iter().map(|row| ToolUse {
            name: row.name,
            calls: row.calls,
            errors: row.errors,
            empty: row.empty,
            warned: row.warned,
            blind: row.blind,
            p50: row.p50,
            p95: row.p95,
        });
        Ok(tools.collect())
    }

    fn models(&self, parameters: &Parameters) -> Result<Vec<ModelUse>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            name: String,
            calls: u64,
            errors: u64,
            input_tokens: u64,
            output_tokens: u64,
            cost: u64,
            p50: u64,
            p95: u64,
        }
        let sql = format!(
            "SELECT Model AS name, count() AS calls, countIf(Outcome IN ('error', 'panicked')) AS errors, \
             sum(InputTokens) AS input_tokens, sum(OutputTokens) AS output_tokens, sum(ifNull(CostMicroUsd, 0)) AS cost, \
             {}, {} FROM ({SPANS}) WHERE Layer = 'inference' AND Model != '' AND Sid IN ({}) \
             GROUP BY name ORDER BY calls DESC, name",
            nearest_rank("p50", 50),
            nearest_rank("p95", 95),
            sessions_in_period()
        );
        let rows = self.database.rows::<Row>(&sql, parameters)?;
        let models = rows.into_iter().map(|row| ModelUse {
            name: row.name,
            calls: row.calls,
            errors: row.errors,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cost_microusd: row.cost,
            p50: row.p50,
            p95: row.p95,
        });
        Ok(models.collect())
    }

    fn errors(&self, parameters: &Parameters) -> Result<Vec<(String, u64)>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            name: String,
            spans: u64,
        }
        let sql = format!(
            "SELECT ErrorType AS name, count() AS spans FROM ({SPANS}) WHERE ErrorType != '' AND Sid IN ({}) \
             GROUP BY name ORDER BY spans DESC, name",
            sessions_in_period()
        );
        let rows = self.database.rows::<Row>(&sql, parameters)?;
        Ok(rows.into_iter().map(|row| (row.name, row.spans)).collect())
    }
}

/// The shortest duration that `percent` of all stay within.
fn nearest_rank(name: &str, percent: u32) -> String {
    format!(
        "arraySort(groupArray(End - Begin))[toUInt64(greatest(1, ceil(count() * {percent} / 100)))] AS {name}"
    )
}
