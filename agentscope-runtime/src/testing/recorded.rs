//! What a recording hands back.

use std::collections::BTreeSet;

use super::recorder::Seen;
use super::tree;
use super::view::{self, SnapshotView, SpanView};
use crate::nearest::nearest;
use crate::site::Layer;

/// The result of the code under test, and the spans and snapshots that it recorded.
///
/// The assertions fail with a message that shows what was expected beside what happened, and the
/// tree of what was recorded.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Outcome, Verdict, agent, testing::record, tool};
///
/// #[tool(default = internal)]
/// fn search(word: &str) -> Result<u32, std::fmt::Error> {
///     Err(std::fmt::Error)
/// }
///
/// #[agent(default = internal)]
/// fn librarian(word: &str) -> String {
///     search(word).map_or("nothing found".into(), |id| format!("book {id}"))
/// }
///
/// let recorded = record(|| librarian("whale"));
/// assert_eq!(recorded.result, "nothing found");
/// recorded.assert_outcome("search", Outcome::Error);
/// recorded.assert_verdict(Verdict::Unknown);
/// ```
#[derive(Clone, Debug)]
#[must_use = "a recording is made to be looked at"]
pub struct Recorded<R> {
    /// What the code under test returned.
    pub result: R,
    spans: Vec<SpanView>,
    snapshots: Vec<SnapshotView>,
    strays: Vec<String>,
}

impl<R> Recorded<R> {
    pub(super) fn new(result: R, mut seen: Seen) -> Self {
        let strays = std::mem::take(&mut seen.strays);
        let (spans, snapshots) = view::views(seen);
        Self {
            result,
            spans,
            snapshots,
            strays,
        }
    }

    /// All spans, in the order in which they started.
    pub fn spans(&self) -> &[SpanView] {
        &self.spans
    }

    /// All snapshots, in the order in which they were taken.
    pub fn snapshots(&self) -> &[SnapshotView] {
        &self.snapshots
    }

    /// The tool calls, session by session, in the order of their steps.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// # use agentscope::{testing::record, tool};
    /// # #[tool(default = internal)]
    /// # fn search(word: &str) -> usize { word.len() }
    /// let recorded = record(|| search("whale") + search("ship"));
    /// assert!(recorded.tools().iter().all(|tool| tool.name == "search"));
    /// assert_eq!(recorded.tools().len(), 2);
    /// ```
    pub fn tools(&self) -> Vec<&SpanView> {
        let is_tool = |span: &&SpanView| span.layer == Some(Layer::Tool);
        let mut tools: Vec<_> = self.spans.iter().filter(is_tool).collect();
        tools.sort_by_key(|tool| (tool.session, tool.step));
        tools
    }

    /// The first span of this name.
    ///
    /// An implicit session has the name of its entry agent or tool; of two such, the inner one is
    /// meant.
    ///
    /// # Panics
    ///
    /// If there is none; the message shows the tree.
    #[track_caller]
    pub fn span(&self, name: &str) -> &SpanView {
        match self.named(name).first() {
            Some(span) => span,
            None => self.fail(self.unknown(name, "is no span")),
        }
    }

    /// What to say of a name that nothing has: what was probably meant.
    pub(super) fn unknown(&self, name: &str, is_not: &str) -> String {
        let known: BTreeSet<_> = self.spans.iter().map(|span| span.name.as_str()).collect();
        let recorded: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
        let hint = match (nearest(name, known), recorded.is_empty()) {
            (Some(meant), _) => format!("; did you mean `{meant}`?"),
            (None, false) => format!("; recorded were {}", recorded.join(", ")),
            (None, true) => String::new(),
        };
        format!("`{name}` {is_not}{hint}")
    }

    /// The spans of this name; sessions only where nothing else has it.
    pub(super) fn named(&self, name: &str) -> Vec<&SpanView> {
        let named = self.spans.iter().filter(|span| span.name == name);
        let (sessions, others): (Vec<_>, Vec<_>) =
            named.partition(|span| span.layer == Some(Layer::Session));
        if others.is_empty() { sessions } else { others }
    }

    /// The recording as text that stays equal from run to run: no ids, no times, keyed hashes
    /// numbered. Made for snapshot tests, for example with `insta`.
    ///
    /// Memory, goal and belief stand where they were first seen changed. Calls that run in
    /// parallel on several threads are numbered as they start, which may differ from run to run.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// use agentscope::{agent, because, testing::record, tool};
    ///
    /// #[tool(default = internal)]
    /// fn search(word: &str) -> Vec<u32> {
    ///     vec![]
    /// }
    ///
    /// #[agent(default = internal)]
    /// fn librarian(word: &str) {
    ///     agentscope::memory("nothing found yet");
    ///     because("the catalogue knows all books", || search(word));
    /// }
    ///
    /// let tree = r#"
    /// session 1 librarian  ok · verdict unknown (none)
    /// └─ agent librarian  ok
    ///    └─ tool #0 search  ok · result empty
    ///         why: "the catalogue knows all books"
    ///         memory: "nothing found yet"
    ///         ! WARN empty_response
    /// "#;
    /// assert_eq!(record(|| librarian("whale")).tree(), tree.trim_start());
    /// ```
    pub fn tree(&self) -> String {
        tree::render(&self.spans, &self.snapshots)
    }

    /// Tool calls that started meanwhile and belong to no recording, as a line for a message.
    pub(super) fn strays(&self) -> Option<String> {
        let names = self.strays.join(", ");
        (!names.is_empty()).then(|| {
            format!(
                "in no recording meanwhile: {names} (spawned without `.in_current_agent()`, or \
                 called by another test)\n"
            )
        })
    }
}
