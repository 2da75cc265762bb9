//! Counts instructions: runs this program again under valgrind's callgrind.

use std::path::Path;
use std::process::Command;

use crate::measure::Timing;

/// Differences between runs that are taken; the median of them counts.
pub(crate) const RUNS: usize = 5;

/// Instructions a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count {
    pub(crate) caller: Timing,
    pub(crate) process: Timing,
}

/// What `once` makes of a name, and where its instructions are counted.
#[derive(Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) name: &'static str,
    /// Counting begins where this function does, and ends where it ends.
    pub(crate) inside: &'static str,
    /// Calls that one run makes more than the one before.
    pub(crate) step: u32,
}

/// Counts one subject; the reason where that cannot be done.
///
/// What the program does before and after its calls is in each of its runs, so their differences
/// are those of the calls alone. They differ a little: by where the allocator happens to find room.
pub(crate) fn count(counted: Counted) -> Result<Count, String> {
    let runs: Result<Vec<_>, _> = (1..=RUNS as u32 + 1)
        .map(|run| total(counted, run * counted.step))
        .collect();
    let runs = runs?;
    let part = |part: usize| {
        let pairs = runs.windows(2);
        let differences = pairs.map(|pair| pair[1][part].saturating_sub(pair[0][part]));
        Timing::of(
            differences
                .map(|count| count as f64 / f64::from(counted.step))
                .collect(),
        )
    };
    Ok(Count {
        caller: part(0),
        process: part(1),
    })
}

/// Instructions of the first thread, and of all.
fn total(counted: Counted, calls: u32) -> Result<[u64; 2], String> {
    let directory = std::env::temp_dir().join(format!("agentscope-benches-{}", std::process::id()));
    std::fs::create_dir_all(&directory).map_err(|error| error.to_string())?;
    let total = total_in(&directory, counted, calls);
    let _ = std::fs::remove_dir_all(&directory);
    total
}

fn total_in(directory: &Path, counted: Counted, calls: u32) -> Result<[u64; 2], String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let out = directory.join("callgrind.out");
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--separate-threads=yes"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        // fastrace calibrates its clock before `main`, which takes as many instructions as it
        // takes time.
        .arg(format!("--toggle-collect={}", counted.inside))
        .arg("--toggle-collect=agentscope_collector::pipeline::work")
        .arg(program)
        .args(["once", counted.name, &calls.to_string()])
        .output();
    match run {
        Err(_) => return Err("valgrind not found".to_owned()),
        Ok(run) if !run.status.success() => return Err(format!("valgrind: {}", run.status)),
        Ok(_) => {}
    }
    let mut totals = [0; 2];
    for thread in 1..100 {
        let path = directory.join(format!("callgrind.out-{thread:02}"));
        let Ok(profile) = std::fs::read_to_string(path) else {
            break;
        };
        let total = profile
            .lines()
            .find_map(|line| line.strip_prefix("totals: "));
        let total: u64 = total
            .and_then(|total| total.trim().parse().ok())
            .ok_or("callgrind's output has no totals")?;
        if thread == 1 {
            totals[0] = total;
        }
        totals[1] += total;
    }
    if totals[0] == 0 {
        return Err("callgrind wrote nothing".to_owned());
    }
    Ok(totals)
}
