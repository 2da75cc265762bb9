//! A snapshot sink that panics. The sink is process wide, so this is one test.

mod support;

use std::sync::Arc;

use agentscope::{Session, Snapshot, SnapshotSink, tool};
use agentscope_runtime as agentscope;
use support::recorder;

struct Panics;

impl SnapshotSink for Panics {
    fn record(&self, _: Snapshot) -> bool {
        panic!("on purpose: the sink fails");
    }
}

#[tool(default = internal)]
fn answers() -> u32 {
    7
}

// It took the tool with it, and its spans were never ended.
#[test]
fn a_sink_that_panics_costs_its_snapshots_and_nothing_else() {
    let recorder = recorder();
    agentscope::set_snapshot_sink(Some(Arc::new(Panics)));
    assert_eq!(Session::builder().task("sink").run_sync(answers), 7);
    assert_eq!(recorder.task("sink").len(), 2);
    let stats = agentscope::stats();
    assert_eq!((stats.opened, stats.ended), (2, 2));
    assert_eq!((stats.snapshots, stats.dropped), (0, 2));
}
