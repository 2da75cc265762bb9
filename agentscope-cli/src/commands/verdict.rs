//! `agentscope verdict`: a person, or a rule, says how a session went.

use agentscope_collector::store::Verdict;
use serde::Serialize;

use super::find;
use crate::args;
use crate::args::Common;
use crate::error::Error;
use crate::output::Output;

#[derive(Serialize)]
struct Said<'a> {
    session: &'a str,
    verdict: &'a Verdict,
}

pub(super) fn run(common: &Common, args: &args::Verdict, output: &mut Output) -> Result<(), Error> {
    // A verdict does not disturb whoever writes sessions.
    let store = super::to_read(common)?;
    let session = &find::full_id(store.as_ref(), common, &args.session)?;
    let verdict = &Verdict {
        value: agentscope_runtime::Verdict::from(args.verdict)
            .as_str()
            .to_owned(),
        source: args.source.clone(),
    };
    store.judge(&common.tenant, session, verdict)?;
    output.answer(&Said { session, verdict }, |to| {
        writeln!(to, "{session}: {}, says {}", verdict.value, verdict.source)
    })
}
