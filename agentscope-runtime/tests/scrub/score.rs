//! Counts what was found of what there is.

use std::collections::BTreeMap;
use std::ops::Range;

use agentscope_runtime::__private::scrub::{Kind, finds};

/// What a text has in it.
#[derive(Clone, Debug)]
pub(crate) struct Gold {
    pub(crate) range: Range<usize>,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    gold: usize,
    covered: usize,
    found: usize,
    right: usize,
}

/// Recall: spans with nine tenths of their characters in finds of their kind. Precision: finds that
/// overlap a span of their kind.
#[derive(Debug, Default)]
pub(crate) struct Score {
    kinds: BTreeMap<Kind, Tally>,
    /// What was missed or wrong, for whoever reads the output of the test.
    pub(crate) misses: Vec<String>,
}

impl Score {
    /// Looks at a text; `kinds` are those that its spans are complete for.
    pub(crate) fn add(&mut self, text: &str, gold: &[Gold], kinds: &[Kind]) {
        let found = finds(text);
        for span in gold.iter().filter(|span| kinds.contains(&span.kind)) {
            let tally = self.kinds.entry(span.kind).or_default();
            tally.gold += 1;
            let all = text[span.range.clone()].char_indices();
            let is_hidden = |place: usize| {
                found
                    .iter()
                    .any(|find| find.kind == span.kind && find.range.contains(&place))
            };
            let count = text[span.range.clone()].chars().count();
            let hidden = all
                .filter(|(at, _)| is_hidden(span.range.start + at))
                .count();
            let is_covered = hidden * 10 >= count * 9;
            tally.covered += usize::from(is_covered);
            if !is_covered {
                let missed = &text[span.range.clone()];
                self.misses
                    .push(format!("missed {:?} {missed:?} in {text:?}", span.kind));
            }
        }
        for find in found.iter().filter(|find| kinds.contains(&find.kind)) {
            let tally = self.kinds.entry(find.kind).or_default();
            tally.found += 1;
            let is_right = gold.iter().any(|span| {
                span.kind == find.kind
                    && span.range.start < find.range.end
                    && find.range.start < span.range.end
            });
            tally.right += usize::from(is_right);
            if !is_right {
                let wrong = &text[find.range.clone()];
                self.misses
                    .push(format!("wrong {:?} {wrong:?} in {text:?}", find.kind));
            }
        }
    }

    /// Fails unless recall and precision of a kind are at least so much.
    pub(crate) fn require(&self, kind: Kind, recall: f64, precision: f64) {
        let tally = self.kinds.get(&kind).copied().unwrap_or_default();
        let (reached, precise) = tally.shares();
        assert!(
            reached >= recall && precise >= precision,
            "{kind:?}: recall {reached:.4} of {recall}, precision {precise:.4} of {precision}\n{}",
            self.misses
                .iter()
                .filter(|miss| miss.contains(&format!("{kind:?}")))
                .take(40)
                .cloned()
                .collect::<Vec<_>>()
                .join("\n")
        );
    }

    /// A line of figures for each kind.
    pub(crate) fn figures(&self) -> String {
        let line = |(kind, tally): (&Kind, &Tally)| {
            let (recall, precision) = tally.shares();
            let name = format!("{kind:?}");
            format!(
                "{name:<11} {:>6} spans, recall {recall:.4}; {:>6} finds, precision {precision:.4}\n",
                tally.gold, tally.found
            )
        };
        self.kinds.iter().map(line).collect()
    }
}

impl Tally {
    #[allow(clippy::cast_precision_loss, reason = "the counts are small")]
    fn shares(self) -> (f64, f64) {
        let share = |part: usize, all: usize| match all {
            0 => 1.0,
            _ => part as f64 / all as f64,
        };
        (
            share(self.covered, self.gold),
            share(self.right, self.found),
        )
    }
}
