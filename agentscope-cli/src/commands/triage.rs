//! `agentscope triage`: where to look first.

use super::{counted, dollars};
use crate::args::{Common, Within};
use crate::error::Error;
use crate::output::Output;
use crate::table::{self, Side};
use crate::when;

pub(super) fn run(common: &Common, args: &Within, output: &mut Output) -> Result<(), Error> {
    let store = super::to_read(common)?;
    let triage = store.triage(&common.tenant, &args.period())?;
    output.answer(&triage, |to| {
        writeln!(
            to,
            "{} since {}: {} running, {} failed, {} judged a success, {} with a warning or worse; {} tokens in, {} out, {}",
            counted(triage.sessions, "session"),
            when::shown(args.since()),
            triage.running,
            triage.failures,
            triage.successes,
            triage.warned,
            triage.input_tokens,
            triage.output_tokens,
            dollars(triage.cost_microusd)
        )?;
        if !triage.tools.is_empty() {
            writeln!(to)?;
            let heading = [
                ("TOOL", Side::Left),
                ("CALLS", Side::Right),
                ("ERRORS", Side::Right),
                ("EMPTY", Side::Right),
                ("WARNED", Side::Right),
                ("BLIND", Side::Right),
                ("P50", Side::Right),
                ("P95", Side::Right),
            ];
            let rows: Vec<_> = triage
                .tools
                .iter()
                .map(|tool| {
                    [
                        tool.name.clone(),
                        tool.calls.to_string(),
                        tool.errors.to_string(),
                        tool.empty.to_string(),
                        tool.warned.to_string(),
                        tool.blind.to_string(),
                        when::lasted(tool.p50),
                        when::lasted(tool.p95),
                    ]
                })
                .collect();
            table::write(to, heading, &rows)?;
        }
        if !triage.models.is_empty() {
            writeln!(to)?;
            let heading = [
                ("MODEL", Side::Left),
                ("CALLS", Side::Right),
                ("ERRORS", Side::Right),
                ("IN", Side::Right),
                ("OUT", Side::Right),
                ("COST", Side::Right),
                ("P50", Side::Right),
                ("P95", Side::Right),
            ];
            let rows: Vec<_> = triage
                .models
                .iter()
                .map(|model| {
                    [
                        model.name.clone(),
                        model.calls.to_string(),
                        model.errors.to_string(),
                        model.input_tokens.to_string(),
                        model.output_tokens.to_string(),
                        dollars(model.cost_microusd),
                        when::lasted(model.p50),
                        when::lasted(model.p95),
                    ]
                })
                .collect();
            table::write(to, heading, &rows)?;
        }
        if !triage.errors.is_empty() {
            writeln!(to)?;
            let heading = [("ERROR", Side::Left), ("SPANS", Side::Right)];
            let rows: Vec<_> = triage
                .errors
                .iter()
                .map(|(name, count)| [name.clone(), count.to_string()])
                .collect();
            table::write(to, heading, &rows)?;
        }
        Ok(())
    })
}
