//! `agentscope tree`: what a session did.

use agentscope_analysis::TreeOptions;

use super::find;
use crate::args::{Common, Tree};
use crate::error::Error;
use crate::output::Output;

pub(super) fn run(common: &Common, args: &Tree, output: &mut Output) -> Result<(), Error> {
    let store = super::to_read(common)?;
    let stored = find::session(store.as_ref(), common, &args.session)?;
    if stored.spans.is_empty() && stored.logs.is_empty() {
        return Err(find::dropped(&stored.summary));
    }
    let session = stored.model();
    let mut options = TreeOptions {
        color: output.color(),
        ..TreeOptions::default()
    };
    if args.all {
        (options.siblings, options.text) = (usize::MAX, usize::MAX);
    }
    output.answer(&session, |to| {
        to.write_all(session.tree(&options).as_bytes())
    })
}
