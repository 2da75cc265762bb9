//! `agentscope schema`: with which argument schemas tools were called.

use std::collections::BTreeMap;

use crate::args::{Common, Schema};
use crate::error::Error;
use crate::output::Output;
use crate::table::{self, Side};
use crate::when;

pub(super) fn run(common: &Common, args: &Schema, output: &mut Output) -> Result<(), Error> {
    let store = super::to_read(common)?;
    let mut seen = store.schemas(&common.tenant, &args.within.period())?;
    if let Some(tool) = &args.tool {
        seen.retain(|schema| schema.tool == *tool);
    }
    let mut hashes: BTreeMap<String, usize> = BTreeMap::new();
    for schema in &seen {
        *hashes.entry(schema.tool.clone()).or_default() += 1;
    }
    if args.changed {
        seen.retain(|schema| hashes[&schema.tool] > 1);
    }
    output.answer(&seen, |to| {
        if seen.is_empty() {
            return writeln!(
                to,
                "no {} since {}; tools of agentscope send `agentscope.tool.schema.hash`",
                if args.changed { "tool has changed its schema" } else { "schema was seen" },
                when::shown(args.within.since())
            );
        }
        let heading = [
            ("TOOL", Side::Left),
            ("SCHEMA", Side::Left),
            ("CALLS", Side::Right),
            ("FIRST", Side::Time),
            ("LAST", Side::Time),
        ];
        let rows: Vec<_> = seen
            .iter()
            .map(|schema| {
                [
                    schema.tool.clone(),
                    schema.hash.clone(),
                    schema.calls.to_string(),
                    when::shown(schema.first),
                    when::shown(schema.last),
                ]
            })
            .collect();
        table::write(to, heading, &rows)?;
        for (tool, count) in hashes.iter().filter(|(_, count)| **count > 1) {
            writeln!(
                to,
                "{tool} was called with {count} schemas; `agentscope.lock` in its repository holds it to one"
            )?;
        }
        Ok(())
    })
}
