//! `agentscope sessions`: what ran, the latest first.

use std::io::{self, Write};

use agentscope_collector::store::{SessionFilter, SessionState, SessionSummary, Tenant};

use super::{dollars, or_dash};
use crate::args::{Common, Sessions};
use crate::error::Error;
use crate::output::Output;
use crate::table::{self, Side};
use crate::when;

pub(super) fn run(common: &Common, args: &Sessions, output: &mut Output) -> Result<(), Error> {
    let store = super::to_read(common)?;
    let filter = SessionFilter {
        period: args.within.period(),
        agent: args.agent.clone(),
        tool: args.tool.clone(),
        level: args.level,
        verdict: args.verdict.map(Into::into),
        state: args.state.map(Into::into),
        limit: args.limit,
    };
    let sessions = store.sessions(&common.tenant, &filter)?;
    // Where it finds nothing, what would have been found otherwise.
    let (mut latest, mut tenants) = (Vec::new(), Vec::new());
    if sessions.is_empty() {
        let any = SessionFilter {
            limit: 1,
            ..SessionFilter::default()
        };
        latest = store.sessions(&common.tenant, &any)?;
        tenants = store.tenants()?;
    }
    output.answer(&sessions, |to| {
        if sessions.is_empty() {
            writeln!(
                to,
                "no such sessions of tenant {} in {} since {}",
                common.tenant,
                common.shown_store(),
                when::shown(args.within.since())
            )?;
            return elsewhere(to, &latest, &tenants);
        }
        let heading = [
            ("BEGAN", Side::Time),
            ("TOOK", Side::Right),
            ("STATE", Side::Left),
            ("VERDICT", Side::Left),
            ("WORST", Side::Left),
            ("TOOLS", Side::Right),
            ("MODELS", Side::Right),
            ("ERRORS", Side::Right),
            ("TOKENS", Side::Right),
            ("COST", Side::Right),
            ("NAME", Side::Left),
            ("SESSION", Side::Left),
        ];
        let rows: Vec<_> = sessions.iter().map(row).collect();
        table::write(to, heading, &rows)?;
        if sessions.iter().any(is_settling) {
            writeln!(
                to,
                "settling: what it did has ended; it is waited for what is still on its way"
            )?;
        }
        if args.limit != 0 && sessions.len() == args.limit {
            writeln!(to, "the latest {}; --limit 0 shows all", args.limit)?;
        }
        Ok(())
    })
}

fn elsewhere(to: &mut dyn Write, latest: &[SessionSummary], tenants: &[Tenant]) -> io::Result<()> {
    if let Some(latest) = latest.first() {
        let began = when::shown(latest.begin);
        return writeln!(
            to,
            "the latest session that there is began at {began}: --since, fewer conditions"
        );
    }
    if tenants.is_empty() {
        return writeln!(
            to,
            "nothing was received yet; `agentscope doctor` says what is set up"
        );
    }
    let names: Vec<_> = tenants.iter().map(Tenant::as_str).collect();
    writeln!(to, "this tenant has none; there are: {}", names.join(", "))
}

/// Whether its outermost span has ended.
fn is_settling(session: &SessionSummary) -> bool {
    session.state == SessionState::Running && session.root_ended
}

fn row(session: &SessionSummary) -> [String; 12] {
    let state = match session.state {
        SessionState::Running if is_settling(session) => "settling",
        SessionState::Running => "running",
        SessionState::Ended => "ended",
        SessionState::Abandoned => "abandoned",
    };
    [
        when::shown(session.begin),
        when::lasted(session.end.saturating_sub(session.begin)),
        state.to_owned(),
        or_dash(
            session
                .verdict
                .as_ref()
                .map(|verdict| verdict.value.as_str()),
        ),
        or_dash(session.level.map(agentscope_runtime::Level::as_str)),
        session.tools.to_string(),
        session.inferences.to_string(),
        session.errors.to_string(),
        session
            .input_tokens
            .saturating_add(session.output_tokens)
            .to_string(),
        or_dash(session.cost_microusd.map(dollars)),
        or_dash(session.name.as_deref()),
        session.id.clone(),
    ]
}
