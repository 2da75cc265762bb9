//! `agentscope tool`: calls of a tool.

use agentscope_collector::store::{Call, CallFilter, Period};

use super::{find, or_dash};
use crate::args::{Common, Tool};
use crate::error::Error;
use crate::output::Output;
use crate::table::{self, Side};
use crate::when;

pub(super) fn run(common: &Common, args: &Tool, output: &mut Output) -> Result<(), Error> {
    let store = super::to_read(common)?;
    let session = args
        .session
        .as_ref()
        .map(|id| find::full_id(store.as_ref(), common, id))
        .transpose()?;
    let filter = CallFilter {
        // Who names a session means it, however old it is.
        period: match session {
            Some(_) => Period::default(),
            None => args.within.period(),
        },
        session,
        name: args.name.clone(),
        step: args.step,
        outcome: args.outcome.map(Into::into),
        status: args.status.clone(),
        level: args.level,
        limit: args.limit,
    };
    let calls = store.calls(&common.tenant, &filter)?;
    output.answer(&calls, |to| {
        if calls.is_empty() {
            let since = when::shown(args.within.since());
            return writeln!(to, "no such calls since {since}");
        }
        let heading = [
            ("BEGAN", Side::Time),
            ("TOOK", Side::Right),
            ("STEP", Side::Right),
            ("TOOL", Side::Left),
            ("AGENT", Side::Left),
            ("OUTCOME", Side::Left),
            ("STATUS", Side::Left),
            ("WORST", Side::Left),
            ("ERROR", Side::Left),
            ("SESSION", Side::Left),
        ];
        let rows: Vec<_> = calls.iter().map(row).collect();
        table::write(to, heading, &rows)?;
        if args.limit != 0 && calls.len() == args.limit {
            writeln!(to, "the latest {}; --limit 0 shows all", args.limit)?;
        }
        Ok(())
    })
}

fn row(call: &Call) -> [String; 10] {
    [
        when::shown(call.begin),
        when::lasted(call.duration),
        or_dash(call.step.map(|step| step.to_string())),
        call.name.clone(),
        or_dash(call.agent.as_deref()),
        or_dash(call.outcome.map(agentscope_runtime::Outcome::as_str)),
        or_dash(call.status.as_deref()),
        or_dash(call.level.map(agentscope_runtime::Level::as_str)),
        or_dash(call.error_type.as_deref()),
        call.session.clone(),
    ]
}
