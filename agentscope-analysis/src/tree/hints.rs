//! What stands below the tree: what did not fit together, and what the developer can do about it.

use std::collections::BTreeMap;

use super::{Paint, Writer};
use crate::text;

impl Writer<'_> {
    /// What the developer can do about what the tree could not show.
    pub(super) fn hints(&mut self) {
        self.irregular();
        let session = self.session;
        let blind: BTreeMap<_, _> = session
            .nodes
            .iter()
            .filter(|node| node.blind)
            .map(|node| (node.name.as_str(), &node.unclassified))
            .collect();
        if !blind.is_empty() {
            let line = |name: &str| text::line(name, self.options.text);
            let tools = blind.into_iter().map(|(tool, values)| {
                let values: Vec<_> = values.iter().map(|name| line(name)).collect();
                match values.is_empty() {
                    true => line(tool),
                    false => format!("{} ({})", line(tool), values.join(", ")),
                }
            });
            let words = format!(
                "blind: {}. Nobody has said what these values are, so a default hides them: write \
                 #[sensitivity(..)] before the arguments, and the result's class as output = ..\n",
                tools.collect::<Vec<_>>().join(", ")
            );
            self.paint(Paint::Yellow, &words);
        }
        let recovered = session.nodes.iter().filter(|node| node.recovered).count();
        if recovered > 0 {
            let words = format!(
                "frame recovered: foreign code had dropped the agent's context in {}; wrap that future with \
                 .in_current_agent()\n",
                text::counted(recovered, "call")
            );
            self.paint(Paint::Yellow, &words);
        }
    }

    /// What did not fit together.
    fn irregular(&mut self) {
        let totals = &self.session.totals;
        let odd = [
            (totals.orphans, "whose parent is missing"),
            (totals.duplicates, "that came again"),
            (
                totals.skewed,
                "not within the time of a parent in another process",
            ),
        ];
        let odd: Vec<_> = odd
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{} {what}", text::counted(number, "span")))
            .collect();
        if !odd.is_empty() {
            self.paint(Paint::Yellow, &format!("irregular: {}\n", odd.join(", ")));
        }
    }
}
