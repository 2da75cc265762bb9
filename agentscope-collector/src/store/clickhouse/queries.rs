//! What the commands ask for, in ClickHouse's SQL.

use agentscope_analysis::Layer;
use agentscope_runtime::Outcome;
use serde::Deserialize;

use super::ClickHouse;
use super::levels::{rank, to_level};
use crate::store::{
    Call, CallFilter, Period, RunningSession, SchemaSeen, SessionFilter, SessionId, SessionState,
    SessionSummary, StoreError, Tenant, Verdict,
};

/// Spans of a tenant, each in the session that it is known by now.
pub(super) const SPANS: &str = "SELECT if(b.Session != '', b.Session, s.Session) AS Sid, s.* EXCEPT (Session) \
     FROM (SELECT * FROM agentscope_spans FINAL WHERE Tenant = {tenant:String}) AS s \
     LEFT JOIN (SELECT TraceSession, Session FROM agentscope_bindings FINAL WHERE Tenant = {tenant:String}) AS b \
     ON s.Session = b.TraceSession";

/// Log records likewise.
const LOGS: &str = "SELECT if(b.Session != '', b.Session, l.Session) AS Sid, l.* EXCEPT (Session) \
     FROM (SELECT * FROM agentscope_logs FINAL WHERE Tenant = {tenant:String}) AS l \
     LEFT JOIN (SELECT TraceSession, Session FROM agentscope_bindings FINAL WHERE Tenant = {tenant:String}) AS b \
     ON l.Session = b.TraceSession";

/// Sums of sessions: one row each.
fn summaries() -> String {
    format!(
        "SELECT Sid AS id, min(T0) AS begin, max(T1) AS end, max(Rank) AS level, \
         countIf(IsLog = 0) AS spans, countIf(IsLog = 1) AS logs, \
         countIf(Kind = 'agent') AS agents, countIf(Kind = 'tool') AS tools, \
         countIf(Kind = 'inference') AS inferences, countIf(Kind = 'delegation') AS delegations, \
         countIf(Ended IN ('error', 'panicked')) AS errors, \
         sum(TokensIn) AS input_tokens, sum(TokensOut) AS output_tokens, sum(Cost) AS cost_microusd, \
         argMinIf(Called, (T0, Span), Kind = 'session' AND Called != '') AS workflow, \
         argMinIf(Called, (T0, Span), Kind = 'agent' AND Called != '') AS agent, \
         arraySort(groupUniqArrayIf(From, From != '')) AS services, \
         groupUniqArrayIf(Called, Kind = 'agent') AS agent_names, groupUniqArrayIf(Called, Kind = 'tool') AS tool_names, \
         multiIf(countIf(Said = 'failure') > 0, 'failure', countIf(Said = 'success') > 0, 'success', \
                 countIf(Said = 'unknown') > 0, 'unknown', '') AS said, \
         argMaxIf(SaidBy, (T1, Span), Said != '' AND Said = 'failure') AS failed_by, \
         argMaxIf(SaidBy, (T1, Span), Said = 'success') AS succeeded_by, \
         argMaxIf(SaidBy, (T1, Span), Said = 'unknown') AS unknown_by, \
         groupUniqArrayIf(Trace, IsLog = 0) AS traces, countIf(IsLog = 0 AND Parent = '') AS roots \
         FROM (\
           SELECT Sid, Begin AS T0, End AS T1, Level AS Rank, 0 AS IsLog, Layer AS Kind, Name AS Called, Outcome AS Ended, \
                  InputTokens AS TokensIn, OutputTokens AS TokensOut, CostMicroUsd AS Cost, Service AS From, \
                  Verdict AS Said, VerdictSource AS SaidBy, TraceId AS Trace, SpanId AS Span, ParentSpanId AS Parent FROM ({SPANS}) \
           UNION ALL \
           SELECT Sid, Time, Time, Level, 1, '', '', '', 0, 0, NULL, Service, '', '', TraceId, SpanId, '' FROM ({LOGS})\
         ) GROUP BY Sid"
    )
}

/// The same with what was said of them beside.
fn listed() -> String {
    format!(
        "SELECT t.*, e.Session != '' AS has_ended, e.Abandoned AS abandoned, e.Time AS ended_at, \
         v.Verdict AS judged, v.Source AS judged_by \
         FROM ({}) AS t \
         LEFT JOIN (SELECT * FROM agentscope_ends FINAL WHERE Tenant = {{tenant:String}}) AS e ON t.id = e.Session \
         LEFT JOIN (SELECT * FROM agentscope_verdicts FINAL WHERE Tenant = {{tenant:String}}) AS v ON t.id = v.Session",
        summaries()
    )
}

#[derive(Deserialize)]
struct SummaryRow {
    id: String,
    begin: u64,
    end: u64,
    level: u8,
    spans: u64,
    logs: u64,
    agents: u64,
    tools: u64,
    inferences: u64,
    delegations: u64,
    errors: u64,
    input_tokens: u64,
    output_tokens: u64,
    cost_microusd: Option<u64>,
    workflow: String,
    agent: String,
    services: Vec<String>,
    said: String,
    failed_by: String,
    succeeded_by: String,
    unknown_by: String,
    traces: Vec<String>,
    roots: u64,
    has_ended: u8,
    abandoned: u8,
    judged: String,
    judged_by: String,
}

impl SummaryRow {
    fn state(&self) -> SessionState {
        match (self.has_ended, self.abandoned) {
            (0, _) => SessionState::Running,
            (_, 0) => SessionState::Ended,
            _ => SessionState::Abandoned,
        }
    }

    fn into_summary(self) -> SessionSummary {
        let state = self.state();
        let verdict = match (self.judged.is_empty(), self.said.as_str()) {
            (false, _) => Some((self.judged, self.judged_by)),
            (true, "failure") => Some((self.said, self.failed_by)),
            (true, "success") => Some((self.said, self.succeeded_by)),
            (true, "unknown") => Some((self.said, self.unknown_by)),
            _ => None,
        };
        SessionSummary {
            id: self.id,
            begin: self.begin,
            end: self.end,
            state,
            verdict: verdict.map(|(value, source)| Verdict { value, source }),
            level: to_level(self.level),
            name: some(self.workflow).or_else(|| some(self.agent)),
            services: self.services,
            spans: self.spans,
            logs: self.logs,
            agents: self.agents,
            tools: self.tools,
            inferences: self.inferences,
            delegations: self.delegations,
            errors: self.errors,
            input_tokens: self.input_tokens,
            output_tokens: self.output_tokens,
            cost_microusd: self.cost_microusd,
            // Rows do not say in which order they came.
            late: 0,
            root_ended: self.roots > 0,
        }
    }
}

#[derive(Deserialize)]
struct CallRow {
    session: String,
    trace_id: String,
    span_id: String,
    layer: String,
    name: String,
    agent: String,
    step: Option<i64>,
    begin: u64,
    duration: u64,
    outcome: String,
    status: String,
    level: u8,
    error_type: String,
    schema_hash: String,
}

pub(super) type Parameters = Vec<(&'static str, String)>;

pub(super) fn in_period(tenant: &Tenant, period: &Period) -> Parameters {
    vec![
        ("tenant", tenant.to_string()),
        ("since", period.since.to_string()),
        ("until", period.until.to_string()),
    ]
}

impl ClickHouse {
    pub(super) fn summary(
        &self,
        tenant: &Tenant,
        id: &str,
    ) -> Result<Option<SessionSummary>, StoreError> {
        let found = self.summaries(tenant, &SessionFilter::default(), Some(id))?;
        Ok(found.into_iter().next())
    }

    pub(super) fn summaries(
        &self,
        tenant: &Tenant,
        filter: &SessionFilter,
        id: Option<&str>,
    ) -> Result<Vec<SessionSummary>, StoreError> {
        let mut parameters = in_period(tenant, &filter.period);
        let mut sql = format!(
            "SELECT * FROM ({}) WHERE begin >= {{since:UInt64}} AND begin < {{until:UInt64}}",
            listed()
        );
        let mut with = |condition: &str, name: &'static str, value: String| {
            sql.push_str(condition);
            parameters.push((name, value));
        };
        if let Some(id) = id {
            with(" AND id = {id:String}", "id", id.to_owned());
        }
        if let Some(agent) = &filter.agent {
            with(
                " AND has(agent_names, {agent:String})",
                "agent",
                agent.clone(),
            );
        }
        if let Some(tool) = &filter.tool {
            with(" AND has(tool_names, {tool:String})", "tool", tool.clone());
        }
        if let Some(level) = filter.level {
            with(
                " AND level >= {level:UInt8}",
                "level",
                rank(level).to_string(),
            );
        }
        if let Some(verdict) = filter.verdict {
            // What nobody has judged is unknown.
            let is = " AND multiIf(judged != '', judged, said != '', said, 'unknown') = {verdict:String}";
            with(is, "verdict", verdict.as_str().to_owned());
        }
        if let Some(state) = filter.state {
            sql.push_str(match state {
                SessionState::Running => " AND NOT has_ended",
                SessionState::Ended => " AND has_ended AND NOT abandoned",
                SessionState::Abandoned => " AND has_ended AND abandoned",
            });
        }
        sql.push_str(" ORDER BY begin DESC, id");
        if filter.limit > 0 {
            sql.push_str(&format!(" LIMIT {}", filter.limit));
        }
        let rows = self.database.rows::<SummaryRow>(&sql, &parameters)?;
        Ok(rows.into_iter().map(SummaryRow::into_summary).collect())
    }

    pub(super) fn find_running(&self, tenant: &Tenant) -> Result<Vec<RunningSession>, StoreError> {
        let sql = format!(
            "SELECT * FROM ({}) WHERE NOT has_ended ORDER BY id",
            listed()
        );
        let rows = self
            .database
            .rows::<SummaryRow>(&sql, &[("tenant", tenant.to_string())])?;
        let running = rows.into_iter().map(|row| RunningSession {
            id: SessionId::named(row.id),
            traces: row
                .traces
                .iter()
                .filter_map(|trace| u128::from_str_radix(trace, 16).ok())
                .collect(),
            root_ended: row.roots > 0,
            records: row.spans + row.logs,
        });
        Ok(running.collect())
    }

    pub(super) fn find_calls(
        &self,
        tenant: &Tenant,
        filter: &CallFilter,
    ) -> Result<Vec<Call>, StoreError> {
        let mut parameters = in_period(tenant, &filter.period);
        let mut sql = format!(
            "SELECT Sid AS session, TraceId AS trace_id, SpanId AS span_id, Layer AS layer, Name AS name, Agent AS agent, \
             Step AS step, Begin AS begin, End - Begin AS duration, Outcome AS outcome, Status AS status, Level AS level, \
             ErrorType AS error_type, SchemaHash AS schema_hash FROM ({SPANS}) \
             WHERE Layer IN ('tool', 'delegation') AND Begin >= {{since:UInt64}} AND Begin < {{until:UInt64}}"
        );
        let mut with = |condition: &str, name: &'static str, value: String| {
            sql.push_str(condition);
            parameters.push((name, value));
        };
        if let Some(session) = &filter.session {
            with(" AND Sid = {session:String}", "session", session.clone());
        }
        if let Some(name) = &filter.name {
            with(" AND Name = {name:String}", "name", name.clone());
        }
        if let Some(step) = filter.step {
            with(" AND Step = {step:Int64}", "step", step.to_string());
        }
        if let Some(outcome) = filter.outcome {
            with(
                " AND Outcome = {outcome:String}",
                "outcome",
                outcome.as_str().to_owned(),
            );
        }
        if let Some(status) = &filter.status {
            with(" AND Status = {status:String}", "status", status.clone());
        }
        if let Some(level) = filter.level {
            with(
                " AND Level >= {level:UInt8}",
                "level",
                rank(level).to_string(),
            );
        }
        sql.push_str(" ORDER BY begin DESC, trace_id, span_id");
        if filter.limit > 0 {
            sql.push_str(&format!(" LIMIT {}", filter.limit));
        }
        let rows = self.database.rows::<CallRow>(&sql, &parameters)?;
        let calls = rows.into_iter().map(|row| Call {
            session: row.session,
            trace_id: row.trace_id,
            span_id: row.span_id,
            layer: match row.layer.as_str() {
                "delegation" => Layer::Delegation,
                _ => Layer::Tool,
            },
            name: row.name,
            agent: some(row.agent),
            step: row.step,
            begin: row.begin,
            duration: row.duration,
            outcome: outcome(&row.outcome),
            status: some(row.status),
            level: to_level(row.level),
            error_type: some(row.error_type),
            schema_hash: some(row.schema_hash),
        });
        Ok(calls.collect())
    }

    pub(super) fn find_schemas(
        &self,
        tenant: &Tenant,
        period: &Period,
    ) -> Result<Vec<SchemaSeen>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            tool: String,
            hash: String,
            calls: u64,
            first: u64,
            last: u64,
        }
        let sql = format!(
            "SELECT Name AS tool, SchemaHash AS hash, count() AS calls, min(Begin) AS first, max(Begin) AS last FROM ({SPANS}) \
             WHERE Layer = 'tool' AND SchemaHash != '' AND Sid IN ({}) \
             GROUP BY tool, hash ORDER BY tool, first, hash",
            sessions_in_period()
        );
        let rows = self
            .database
            .rows::<Row>(&sql, &in_period(tenant, period))?;
        let seen = rows.into_iter().map(|row| SchemaSeen {
            tool: row.tool,
            hash: row.hash,
            calls: row.calls,
            first: row.first,
            last: row.last,
        });
        Ok(seen.collect())
    }
}

pub(super) fn sessions_in_period() -> String {
    format!(
        "SELECT id FROM ({}) WHERE begin >= {{since:UInt64}} AND begin < {{until:UInt64}}",
        summaries()
    )
}

fn outcome(word: &str) -> Option<Outcome> {
    let mut all = Outcome::ALL.into_iter();
    all.find(|outcome| outcome.as_str() == word)
}

/// What is absent is an empty text there.
fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}
