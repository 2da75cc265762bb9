//! Assertions over a recording.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use opentelemetry::Value;

use super::difference::difference;
use super::recorded::Recorded;
use super::view::SpanView;
use crate::names;
use crate::outcome::{Outcome, Verdict};
use crate::site::Layer;

/// Units of budgets, and the names of their limits and of what is left of them.
const BUDGETS: [(&str, &str, &str); 4] = [
    ("tokens", names::BUDGET_LIMIT, names::BUDGET_REMAINING),
    ("dollars", names::COST_LIMIT, names::COST_REMAINING),
    ("loops", names::ITERATION_LIMIT, names::ITERATION_REMAINING),
    ("seconds", names::TIME_LIMIT, names::TIME_REMAINING),
];

/// Asserts which tools were called, in the order of their steps, and that no step was lost.
///
/// The same as [`Recorded::assert_tool_sequence`](crate::testing::Recorded::assert_tool_sequence),
/// to stand beside `assert_eq!` in a test.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::testing::{assert_tool_sequence, record};
/// # use agentscope::tool;
/// # #[tool(default = internal)]
/// # fn search(word: &str) -> usize { word.len() }
///
/// let recorded = record(|| search("whale") + search("ship"));
/// assert_tool_sequence!(recorded, ["search", "search"]);
/// ```
#[macro_export]
#[doc(hidden)]
macro_rules! assert_tool_sequence {
    ($recorded:expr, $expected:expr $(,)?) => {
        $recorded.assert_tool_sequence(&$expected)
    };
}

impl<R> Recorded<R> {
    /// Asserts which tools were called, session by session in the order of their steps, and that
    /// no step was lost ([`assert_no_lost_steps`](Self::assert_no_lost_steps)).
    ///
    /// ```should_panic
    /// # extern crate agentscope_runtime as agentscope;
    /// # use agentscope::{testing::record, tool};
    /// # #[tool(default = internal)]
    /// # fn search(word: &str) -> usize { word.len() }
    /// let recorded = record(|| search("whale"));
    /// recorded.assert_tool_sequence(&["search", "read"]); // fails: `read` was not called
    /// ```
    #[track_caller]
    pub fn assert_tool_sequence(&self, expected: &[&str]) {
        let called: Vec<_> = self.tools().iter().map(|tool| tool.name.clone()).collect();
        if called != expected {
            self.fail(difference(
                "the tool sequence",
                "tool call",
                expected,
                &called,
            ));
        }
        self.assert_no_lost_steps();
    }

    /// Asserts that each step of each session was recorded and had ended: step numbers without a
    /// gap, as many tool calls as the session counted, no span still open.
    ///
    /// ```should_panic
    /// # extern crate agentscope_runtime as agentscope;
    /// use agentscope::{InCurrentAgent as _, testing::record_async, tool};
    ///
    /// #[tool(default = internal)]
    /// async fn search(word: &str) {
    ///     std::future::pending().await
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let recorded = record_async(async {
    ///     tokio::spawn(search("whale").in_current_agent()); // never awaited
    ///     tokio::task::yield_now().await;
    /// });
    /// recorded.await.assert_no_lost_steps();
    /// # }
    /// ```
    #[track_caller]
    pub fn assert_no_lost_steps(&self) {
        let lost = lost_steps(self.spans());
        if !lost.is_empty() {
            self.fail(format!("steps were lost:\n  {}", lost.join("\n  ")));
        }
    }

    /// Asserts how every call of the tool, agent, session or inference of this name ended.
    ///
    /// ```should_panic
    /// # extern crate agentscope_runtime as agentscope;
    /// # use agentscope::{Outcome, testing::record, tool};
    /// # #[tool(default = internal)]
    /// # fn search(word: &str) -> usize { word.len() }
    /// let recorded = record(|| search("whale"));
    /// recorded.assert_outcome("search", Outcome::Error); // fails: it ended `ok`
    /// ```
    ///
    /// # Panics
    ///
    /// Also if there was no such call.
    #[track_caller]
    pub fn assert_outcome(&self, name: &str, expected: Outcome) {
        let calls = self.named(name).len();
        if calls == 0 {
            self.fail(self.unknown(name, "was never called"));
        }
        self.assert_outcomes(name, &vec![expected; calls]);
    }

    /// Asserts how the calls of the tool, agent, session or inference of this name ended, one by
    /// one: a retry, for example.
    ///
    /// An implicit session has the name of its entry agent or tool; of two such, the inner one is
    /// meant.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// use agentscope::{Outcome, testing::record, tool};
    ///
    /// #[tool(default = internal)]
    /// fn read(page: u32) -> Result<u32, std::fmt::Error> {
    ///     if page == 0 { Err(std::fmt::Error) } else { Ok(page) }
    /// }
    ///
    /// let recorded = record(|| read(0).or_else(|_| read(1)));
    /// recorded.assert_outcomes("read", &[Outcome::Error, Outcome::Ok]);
    /// ```
    #[track_caller]
    pub fn assert_outcomes(&self, name: &str, expected: &[Outcome]) {
        let word = |span: &&SpanView| {
            span.outcome
                .map_or("still open", Outcome::as_str)
                .to_owned()
        };
        let actual: Vec<_> = self.named(name).iter().map(word).collect();
        let expected: Vec<_> = expected.iter().map(|outcome| outcome.as_str()).collect();
        if actual != expected {
            let what = format!("how `{name}` ended");
            self.fail(difference(&what, "call", &expected, &actual));
        }
    }

    /// Asserts that no agent and no session used more tokens, dollars, loops or time than it may.
    ///
    /// # Panics
    ///
    /// Also if none has a budget: nothing would be asserted.
    #[track_caller]
    pub fn assert_within_budget(&self) {
        let mut budgets = 0;
        let mut over = String::new();
        for (index, span) in self.spans().iter().enumerate() {
            let number = |key| match span.attribute(key) {
                Some(Value::I64(number)) => Some(*number as f64),
                Some(Value::F64(number)) => Some(*number),
                _ => None,
            };
            for (unit, of_limit, of_rest) in BUDGETS {
                // A span says what is left when it ends; until then its snapshots do, of tokens.
                let left = match unit {
                    "tokens" if !span.ended => self.budget_in_snapshots(index),
                    _ => number(of_rest),
                };
                let Some(left) = left else {
                    continue;
                };
                budgets += 1;
                if left < 0.0 {
                    let limit = number(of_limit).map_or(String::new(), |it| format!(" of {it}"));
                    let layer = span.layer.map_or("span", Layer::as_str);
                    let (name, left) = (&span.name, -left);
                    // Writing to a String cannot fail.
                    let _ = write!(
                        over,
                        "\n  {layer} `{name}` is {left} {unit} over its budget{limit}"
                    );
                }
            }
        }
        if !over.is_empty() {
            self.fail(format!("expected everybody within their budgets:{over}"));
        }
        if budgets == 0 {
            self.fail("no agent has a budget, nor has a session: nothing to assert".into());
        }
    }

    /// Asserts the verdict of every session.
    ///
    /// ```should_panic
    /// # extern crate agentscope_runtime as agentscope;
    /// # use agentscope::{Verdict, testing::record, tool};
    /// # #[tool(default = internal)]
    /// # fn search(word: &str) -> usize { word.len() }
    /// let recorded = record(|| search("whale"));
    /// recorded.assert_verdict(Verdict::Success); // fails: nobody has said so
    /// ```
    ///
    /// # Panics
    ///
    /// Also if there was no session.
    #[track_caller]
    pub fn assert_verdict(&self, expected: Verdict) {
        let is_session = |span: &&SpanView| span.layer == Some(Layer::Session);
        let sessions: Vec<_> = self.spans().iter().filter(is_session).collect();
        if sessions.is_empty() {
            self.fail("there is no session that could have a verdict".into());
        }
        for session in sessions {
            if session.verdict != Some(expected) {
                let verdict = session.verdict.map_or("none yet", Verdict::as_str);
                let source = session.verdict_source.as_deref().unwrap_or("still open");
                self.fail(format!(
                    "the verdict on session `{}` differs\n  expected: {}\n    actual: {verdict} ({source})",
                    session.name,
                    expected.as_str(),
                ));
            }
        }
    }

    #[track_caller]
    pub(super) fn fail(&self, what: String) -> ! {
        let strays = self.strays().unwrap_or_default();
        let tree = self.tree();
        let tree = if tree.is_empty() { "nothing\n" } else { &tree };
        panic!("{what}\n\nrecorded:\n{tree}{strays}")
    }

    fn budget_in_snapshots(&self, agent: usize) -> Option<f64> {
        let of_agent = self.snapshots().iter().filter(|snapshot| {
            let around = snapshot.span.and_then(|span| self.agent_of(span));
            around == Some(agent)
        });
        of_agent
            .filter_map(|snapshot| snapshot.budget_remaining)
            .min()
            .map(|left| left as f64)
    }

    /// The agent that a span is in, itself for one; as a place in the list.
    fn agent_of(&self, span: usize) -> Option<usize> {
        let above = |index: &usize| self.spans()[*index].parent;
        std::iter::successors(Some(span), above)
            .find(|&index| self.spans()[index].layer == Some(Layer::Agent))
    }
}

fn lost_steps(spans: &[SpanView]) -> Vec<String> {
    let mut lost = Vec::new();
    for (index, session) in spans.iter().enumerate() {
        if session.layer != Some(Layer::Session) {
            continue;
        }
        let in_session = spans.iter().filter(|span| span.session == Some(index));
        let is_step =
            |span: &&SpanView| matches!(span.layer, Some(Layer::Tool | Layer::Delegation));
        let taken: Vec<_> = in_session.filter(is_step).collect();
        let steps: BTreeSet<u32> = taken.iter().filter_map(|step| step.step).collect();
        // With a delegation it counts the calls of other processes too.
        let is_alone = taken.iter().all(|step| step.layer == Some(Layer::Tool));
        // The session's own count tells of lost steps at the end, where they leave no gap.
        let counted = match session.attribute(names::SESSION_TOOL_CALLS) {
            Some(opentelemetry::Value::I64(count)) if is_alone => {
                u32::try_from(*count).unwrap_or(0)
            }
            _ => 0,
        };
        let expected = steps.last().map_or(0, |last| last + 1).max(counted);
        for step in (0..expected).filter(|step| !steps.contains(step)) {
            lost.push(format!(
                "step #{step} of session `{}` was not recorded",
                session.name
            ));
        }
    }
    for span in spans.iter().filter(|span| !span.ended) {
        let step = match (span.layer, span.step) {
            (Some(Layer::Tool | Layer::Delegation), Some(step)) => format!("step #{step}, "),
            _ => String::new(),
        };
        lost.push(format!(
            "{step}`{}` had not ended when the recording did",
            span.span_name
        ));
    }
    lost
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::record;
    use crate::{Session, tool};

    #[tool(default = internal)]
    fn count(n: u32) -> u32 {
        n + 1
    }

    #[test]
    fn a_gap_and_a_missing_last_step_are_lost_steps() {
        let job = || (0..3).map(count).sum::<u32>();
        let recorded = record(|| Session::builder().name("job").run_sync(job));
        assert_eq!(lost_steps(recorded.spans()), [] as [String; 0]);
        for step in 0..3 {
            let mut spans = recorded.spans().to_vec();
            spans[step + 1].layer = None; // as though it had not been recorded
            let lost = format!("step #{step} of session `job` was not recorded");
            assert_eq!(lost_steps(&spans), [lost]);
        }
    }
}
