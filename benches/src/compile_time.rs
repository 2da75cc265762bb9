//! What annotations add to the time that the compiler takes: 300 async functions of three
//! arguments each, checked and built without optimisation.
//!
//! The seconds are those that cargo and the compiler computed, not those that passed.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::measure::{Budget, Outcome, Timing};

const FUNCTIONS: usize = 300;
const RUNS: usize = 5;

/// Crate, attribute.
const CRATES: [(&str, &str); 5] = [
    ("plain", ""),
    ("instrumented", "#[tracing::instrument(skip_all)]"),
    ("tools", "#[agentscope::tool(default = internal)]"),
    ("agents", "#[agentscope::agent(default = internal)]"),
    (
        "inferences",
        "#[agentscope::inference(provider = \"p\", model = \"m\", default = internal)]",
    ),
];

pub(crate) fn run() -> Vec<Outcome> {
    let measured = ["check", "build"].map(|command| (command, rounds(command)));
    let mut outcomes = Vec::new();
    for (command, rounds) in measured {
        match rounds {
            Ok(rounds) => outcomes.extend(compared(command, &rounds)),
            Err(error) => outcomes.push(Outcome::unmeasured(
                "compile-time",
                command,
                "#[instrument(skip_all)]",
                &error.to_string(),
            )),
        }
    }
    outcomes
}

/// What each annotation adds to the plain crate, over what `#[instrument]` adds.
fn compared(command: &'static str, rounds: &[Vec<f64>; 5]) -> Vec<Outcome> {
    let added = |crate_: usize| {
        let of_rounds = rounds[crate_].iter().zip(&rounds[0]);
        Timing::of(of_rounds.map(|(with, without)| with - without).collect())
    };
    let instrument = ("#[instrument(skip_all)]", added(1));
    let ours = (2..CRATES.len()).map(|crate_| {
        let case = format!("{command}: 300 {} add", CRATES[crate_].0);
        let budget = Budget::Ratio(0.8);
        Outcome::new(
            "compile-time",
            "s",
            (case, added(crate_)),
            instrument,
            budget,
        )
        .counted(RUNS)
    });
    ours.collect()
}

/// Seconds of each crate in each round, the crates in turn.
fn rounds(command: &str) -> io::Result<[Vec<f64>; 5]> {
    let workspace = write_workspace()?;
    let mut rounds: [Vec<f64>; 5] = Default::default();
    for (name, _) in CRATES {
        // The dependencies, and whatever the file system has to warm up.
        compile(&workspace, command, name)?;
    }
    for _ in 0..RUNS {
        for ((name, _), rounds) in CRATES.iter().zip(&mut rounds) {
            rounds.push(compile(&workspace, command, name)?);
        }
    }
    Ok(rounds)
}

fn compile(workspace: &Path, command: &str, name: &str) -> io::Result<f64> {
    fs::File::options()
        .write(true)
        .open(workspace.join(name).join("src/lib.rs"))?
        .set_modified(std::time::SystemTime::now())?;
    let before = of_children()?;
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([command, "--quiet", "--package", name])
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", workspace.join("target"))
        .env("CARGO_INCREMENTAL", "0")
        .status()?;
    match status.success() {
        true => Ok(of_children()? - before),
        false => Err(io::Error::other(format!(
            "cargo {command} failed: {status}"
        ))),
    }
}

/// Seconds that the processes that have ended below this one have computed.
fn of_children() -> io::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name of the program may have spaces; it ends with the last parenthesis.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(13).take(2);
    let ticks: u64 = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

fn write_workspace() -> io::Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = here.join("../target/compile-time");
    fs::create_dir_all(&workspace)?;
    let names: Vec<_> = CRATES.iter().map(|(name, _)| *name).collect();
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = {names:?}\n\n\
         [profile.dev]\ndebug = \"line-tables-only\"\n"
    );
    fs::write(workspace.join("Cargo.toml"), manifest)?;
    // The versions that everything else is measured with.
    fs::copy(here.join("../Cargo.lock"), workspace.join("Cargo.lock"))?;
    for (name, attribute) in CRATES {
        fs::create_dir_all(workspace.join(name).join("src"))?;
        let manifest = format!(
            "[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             agentscope = {{ package = \"agentscope-runtime\", path = \"../../../agentscope-runtime\" }}\n\
             tracing = {{ version = \"0.1\", features = [\"attributes\"] }}\n"
        );
        fs::write(workspace.join(name).join("Cargo.toml"), manifest)?;
        fs::write(workspace.join(name).join("src/lib.rs"), source(attribute))?;
    }
    Ok(workspace)
}

fn source(attribute: &str) -> String {
    let mut text = String::from("#[derive(Debug)]\npub struct Failed;\n\nasync fn waits() {}\n");
    for n in 0..FUNCTIONS {
        let _ = write!(
            text,
            "
{attribute}
pub async fn f{n}(id: u64, name: &str, list: Vec<u64>) -> Result<u64, Failed> {{
    waits().await;
    if name.is_empty() {{
        return Err(Failed);
    }}
    Ok(list.iter().sum::<u64>() + id + {n})
}}
"
        );
    }
    text
}
