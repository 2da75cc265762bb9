//! `agentscope store`: what there is on disk.

use agentscope_collector::server::Config;
use agentscope_collector::store::{self, Access, Segment};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::counted;
use crate::args::{Common, StoreArgs, StoreCommand};
use crate::error::Error;
use crate::output::Output;
use crate::table::{self, Side};
use crate::when;

pub(super) fn run(common: &Common, args: &StoreArgs, output: &mut Output) -> Result<(), Error> {
    match &args.what {
        StoreCommand::Ls => list(common, output),
        StoreCommand::Prune { config } => {
            let retention = Config::without_secrets(config.as_deref())?.retention()?;
            // Where there is nothing, nothing is begun.
            super::to_read(common)?;
            let store = store::open(&common.store()?, Access::Write)?;
            let mut dropped: Vec<Line> = Vec::new();
            let progress = ProgressBar::no_length().with_style(style());
            let pruned = store.prune(&retention, when::now(), &mut |segment| {
                progress.set_message(format!("{} of {}", segment.day, segment.tenant));
                progress.inc(1);
                dropped.push(Line::of(segment));
            });
            progress.finish_and_clear();
            output.answer(&dropped, |to| {
                let bytes: u64 = dropped.iter().map(|line| line.segment.bytes).sum();
                writeln!(
                    to,
                    "dropped {}, {}",
                    counted(dropped.len() as u64, "segment"),
                    megabytes(bytes)
                )
            })?;
            // What was dropped until then is gone, and was told.
            Ok(pruned?)
        }
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::default_spinner()
}

#[derive(Serialize)]
struct Line {
    tenant: String,
    #[serde(flatten)]
    segment: Segment,
}

impl Line {
    fn of(segment: &Segment) -> Self {
        Self {
            tenant: segment.tenant.to_string(),
            segment: segment.clone(),
        }
    }
}

fn list(common: &Common, output: &mut Output) -> Result<(), Error> {
    let store = super::to_read(common)?;
    let mut lines = Vec::new();
    for tenant in store.tenants()? {
        lines.extend(store.segments(&tenant)?.iter().map(Line::of));
    }
    output.answer(&lines, |to| {
        let heading = [
            ("TENANT", Side::Left),
            ("DAY", Side::Left),
            ("KEPT AS", Side::Left),
            ("SIZE", Side::Right),
        ];
        let rows: Vec<_> = lines
            .iter()
            .map(|Line { tenant, segment }| {
                let day = match segment.day.is_empty() {
                    true => "-".to_owned(),
                    false => segment.day.clone(),
                };
                let tier = segment.tier.map_or("sums", |tier| tier.as_str());
                [
                    tenant.clone(),
                    day,
                    tier.to_owned(),
                    megabytes(segment.bytes),
                ]
            })
            .collect();
        table::write(to, heading, &rows)?;
        let bytes = lines.iter().map(|line| line.segment.bytes).sum();
        writeln!(to, "{} in all", megabytes(bytes))
    })
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
