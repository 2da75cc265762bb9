//! `agentscope privacy`: what telemetry does not say, because nobody has said what it may.

use serde::Serialize;

use crate::args::{Common, Within};
use crate::error::Error;
use crate::output::Output;
use crate::table::{self, Side};
use crate::when;

#[derive(Serialize)]
struct Blind {
    tool: String,
    calls: u64,
    blind: u64,
}

pub(super) fn run(common: &Common, args: &Within, output: &mut Output) -> Result<(), Error> {
    let store = super::to_read(common)?;
    let triage = store.triage(&common.tenant, &args.period())?;
    let tools = triage.tools.into_iter().filter(|tool| tool.blind > 0);
    let blind: Vec<_> = tools
        .map(|tool| Blind {
            tool: tool.name,
            calls: tool.calls,
            blind: tool.blind,
        })
        .collect();
    output.answer(&blind, |to| {
        if blind.is_empty() {
            return writeln!(to, "no blind tool since {}", when::shown(args.since()));
        }
        let heading = [("TOOL", Side::Left), ("CALLS", Side::Right), ("BLIND", Side::Right)];
        let rows: Vec<_> = blind
            .iter()
            .map(|tool| [tool.tool.clone(), tool.calls.to_string(), tool.blind.to_string()])
            .collect();
        table::write(to, heading, &rows)?;
        writeln!(
            to,
            "Of a blind call only its structure is recorded. `agentscope tree` of a session names the arguments and \
             results; give each a class: `#[sensitivity(..)]` at the argument, `#[derive(Classify)]` on the type"
        )
    })
}
