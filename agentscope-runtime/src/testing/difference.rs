//! Two sequences side by side.

use std::fmt::Write as _;

/// Sequences whose lengths multiply to more are put side by side as they are: a table of so many
/// places takes memory, and so long a message nobody reads.
const MOST_PLACES: usize = 1 << 22;

/// The rows of a table, with a mark at the first difference. What is in both stands in one row, so
/// that one call that is missing does not move all after it.
pub(super) fn difference(what: &str, unit: &str, expected: &[&str], actual: &[String]) -> String {
    let rows = rows(expected, actual);
    let first = rows.iter().take_while(|row| row.0 == row.1).count();
    let cell = |word: Option<&str>| word.unwrap_or("(none)").to_owned();
    let widths = rows.iter().map(|row| cell(row.0).chars().count());
    let width = widths.max().unwrap_or(0).max(8);
    let mut text = format!(
        "{what} differs, first at {unit} {first}\n       {:width$}  actual",
        "expected"
    );
    for (at, row) in rows.iter().enumerate() {
        let mark = if at == first { '>' } else { ' ' };
        let (expected, actual) = (cell(row.0), cell(row.1));
        // Writing to a String cannot fail.
        let _ = write!(text, "\n  {mark} {at:<2} {expected:width$}  {actual}");
    }
    text
}

/// A word of each side.
type Row<'a> = (Option<&'a str>, Option<&'a str>);

/// With as few rows that differ as there can be; what came instead of a word stands beside it.
fn rows<'a>(expected: &[&'a str], actual: &'a [String]) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    let (mut at, mut to) = (0, 0);
    let steps = steps(expected, actual);
    while at < expected.len() || to < actual.len() {
        let place = at * (actual.len() + 1) + to;
        let (takes_left, takes_right) = steps.get(place).map_or((true, true), Step::takes);
        let left = expected.get(at).copied().filter(|_| takes_left);
        let right = actual.get(to).map(String::as_str).filter(|_| takes_right);
        rows.push((left, right));
        at += usize::from(left.is_some());
        to += usize::from(right.is_some());
    }
    rows
}

/// What a row takes; ordered, the one to be preferred first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Both,
    Left,
    Right,
}

impl Step {
    fn takes(&self) -> (bool, bool) {
        (*self != Self::Right, *self != Self::Left)
    }
}

/// The next row at each pair of places: that of a Levenshtein distance.
fn steps(expected: &[&str], actual: &[String]) -> Vec<Step> {
    let width = actual.len() + 1;
    if (expected.len() + 1) * width > MOST_PLACES {
        return Vec::new();
    }
    let mut steps = vec![Step::Both; (expected.len() + 1) * width];
    // How many rows differ from each place on, of this word and of the next.
    let (mut costs, mut next): (Vec<usize>, Vec<usize>) = (vec![0; width], vec![0; width]);
    for at in (0..=expected.len()).rev() {
        for to in (0..width).rev() {
            let (left, right) = (expected.get(at), actual.get(to));
            let both = left.zip(right);
            let both =
                both.map(|(one, other)| (next[to + 1] + usize::from(one != other), Step::Both));
            let left = left.map(|_| (next[to] + 1, Step::Left));
            let right = right.map(|_| (costs[to + 1] + 1, Step::Right));
            let cheapest = [both, left, right].into_iter().flatten().min();
            (costs[to], steps[at * width + to]) = cheapest.unwrap_or((0, Step::Both));
        }
        std::mem::swap(&mut costs, &mut next);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(expected: &[&str], actual: &[&str]) -> String {
        let actual: Vec<_> = actual.iter().map(|&name| name.to_owned()).collect();
        difference("the tool sequence", "tool call", expected, &actual)
    }

    // All rows after it were shown as different.
    #[test]
    fn a_missing_call_does_not_move_those_after_it() {
        let shown = "\
the tool sequence differs, first at tool call 1
       expected  actual
    0  search    search
  > 1  read      (none)
    2  write     write
    3  send      send";
        let expected = ["search", "read", "write", "send"];
        assert_eq!(table(&expected, &["search", "write", "send"]), shown);
    }

    #[test]
    fn what_came_instead_stands_beside_what_was_expected() {
        let shown = "\
the tool sequence differs, first at tool call 0
       expected  actual
  > 0  search    find
    1  read      read
    2  (none)    read
    3  write     write";
        let actual = ["find", "read", "read", "write"];
        assert_eq!(table(&["search", "read", "write"], &actual), shown);
        let last = |table: String| table.lines().last().map(str::to_owned).unwrap_or_default();
        assert_eq!(last(table(&[], &["find"])), "  > 0  (none)    find");
        assert_eq!(last(table(&["find"], &[])), "  > 0  find      (none)");
        assert_eq!(last(table(&["a", "b"], &["b", "a"])), "    1  b         a");
    }
}
