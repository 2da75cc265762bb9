//! What a guide says, so that a test can hold it to the programs: its diffs and its trees.

/// A fenced block of a guide: the `place`th of its language.
pub fn block<'a>(guide: &'a str, language: &str, place: usize) -> &'a str {
    let fence = format!("```{language}\n");
    let rest = guide.split(&fence).nth(place + 1).expect("such a block");
    let (block, _) = rest.split_once("```").expect("its end");
    block
}

/// What a diff makes of a program.
pub struct Applied<'a> {
    pub program: Vec<&'a str>,
    /// What it adds and takes away, without the blanks before it.
    pub added: Vec<&'a str>,
    pub removed: Vec<&'a str>,
}

/// Applies a diff without line numbers: a line of context stands somewhere further down.
pub fn applied<'a>(before: &'a str, diff: &'a str) -> Applied<'a> {
    let mut before = before.lines();
    let mut applied = Applied {
        program: Vec::new(),
        added: Vec::new(),
        removed: Vec::new(),
    };
    for line in diff.lines() {
        // Where nothing is left of an empty line of context but the line.
        let line = if line.is_empty() { " " } else { line };
        let (sign, line) = line.split_at(1);
        match sign {
            "+" => {
                applied.program.push(line);
                applied.added.push(line.trim());
            }
            " " | "-" => {
                let found = before.by_ref().find(|same| {
                    let is_found = *same == line;
                    if !is_found || sign == " " {
                        applied.program.push(*same);
                    }
                    is_found
                });
                assert!(found.is_some(), "{line} stands in the program");
                if sign == "-" {
                    applied.removed.push(line.trim());
                }
            }
            _ => assert_eq!(sign, "@", "{line}"),
        }
    }
    applied.program.extend(before);
    applied
}

/// The first line that is not the same, with that of the other program.
pub fn first_difference<'a>(made: &[&'a str], after: &'a str) -> Option<(&'a str, &'a str)> {
    let after: Vec<_> = after.lines().collect();
    let most = made.len().max(after.len());
    let line = |lines: &[&'a str], place: usize| lines.get(place).copied().unwrap_or("(none)");
    let mut pairs = (0..most).map(|place| (line(made, place), line(&after, place)));
    pairs.find(|(made, after)| made != after)
}

/// What is not the same in each run: times, and the session's id.
pub fn without_times(tree: &str) -> Vec<String> {
    let is_time = |word: &&str| {
        let unit = word.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.');
        unit.len() < word.len() && ["s", "ms", "µs"].contains(&unit)
    };
    let line = |line: &str| {
        let line = line.split(" · id ").next().unwrap_or(line);
        let words: Vec<_> = line.split(' ').filter(|word| !is_time(word)).collect();
        words.join(" ").trim_end().to_owned()
    };
    tree.lines()
        .map(line)
        .filter(|line| !line.is_empty())
        .collect()
}
