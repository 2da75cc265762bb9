//! The working memory as snapshots show it: bounded in tokens, with what has changed.

use std::collections::HashSet;
use std::sync::Arc;

use crate::hash::keyring::Hasher;
use crate::privacy::redacted::Redacted;
use crate::privacy::scrubbing::MARK;
use crate::privacy::text::Text;

/// Tokens of a memory that are shown.
const TOKENS: usize = 256;
/// Tokens that are told of a change.
const CHANGE_TOKENS: usize = 128;
/// ASCII characters that count as one token. Any other character counts as one alone, so a text of
/// so many tokens has at most so many times as many bytes.
const ASCII_OF_TOKEN: usize = 4;

pub(crate) struct Memory {
    pub(crate) shown: Redacted,
    /// There was more.
    pub(crate) truncated: bool,
}

impl Memory {
    /// What the code says.
    pub(crate) fn stated(text: Text, hasher: &Hasher) -> Self {
        let (shown, truncated) = text.bounded(TOKENS * ASCII_OF_TOKEN, hasher);
        Self::within(shown, truncated)
    }

    fn within(shown: Redacted, truncated: bool) -> Self {
        match cut(shown.as_str(), TOKENS) {
            Some(text) => Self {
                shown: Redacted::shown(text),
                truncated: true,
            },
            None => Self { shown, truncated },
        }
    }
}

/// What the runtime has made of names that may be shown, and whether there was more of it.
pub(crate) fn derived(text: &str) -> (Arc<str>, bool) {
    match cut(text, TOKENS) {
        Some(cut) => (cut, true),
        None => (text.into(), false),
    }
}

/// The beginning of a text that has more than so many tokens, and a mark.
fn cut(text: &str, tokens: usize) -> Option<Arc<str>> {
    let begun = begun(text, tokens);
    // The mark counts as one.
    (begun.len() < text.len())
        .then(|| format!("{}{MARK}", self::begun(text, tokens.saturating_sub(1))).into())
}

/// So many tokens of a text, by estimate.
fn begun(text: &str, tokens: usize) -> &str {
    // Even if no character of it were ASCII.
    if text.len() <= tokens {
        return text;
    }
    let mut room = tokens * ASCII_OF_TOKEN;
    let end = text.char_indices().find_map(|(place, character)| {
        let takes = if character.is_ascii() {
            1
        } else {
            ASCII_OF_TOKEN
        };
        match room.checked_sub(takes) {
            Some(left) => {
                room = left;
                None
            }
            None => Some(place),
        }
    });
    &text[..end.unwrap_or(text.len())]
}

/// What is new and what is gone between two memories; `None` if nothing is. What is new comes first,
/// for of a long change the end is cut off.
///
/// Made of what is shown of both: a hidden text takes no part, and of hashed ones the hashes do.
pub(crate) fn change(before: &Redacted, now: &Redacted) -> Option<Redacted> {
    let (before, now) = (before.as_str(), now.as_str());
    let is_one_line = |text: &str| text.lines().nth(1).is_none();
    let told = match is_one_line(before) && is_one_line(now) {
        true => words(before, now),
        // Lines that have only changed places are told as words.
        false => lines(before, now).or_else(|| words(before, now)),
    }?;
    let told = cut(&told, CHANGE_TOKENS).unwrap_or_else(|| told.into());
    Some(Redacted::shown(told))
}

/// The lines of only one of them.
fn lines(before: &str, now: &str) -> Option<String> {
    let only_in = |one: &str, other: &str, sign: &str| {
        let known: HashSet<&str> = other.lines().map(str::trim).collect();
        let own = one.lines().map(str::trim);
        let own = own.filter(|line| !line.is_empty() && !known.contains(line));
        own.map(|line| format!("{sign} {line}")).collect::<Vec<_>>()
    };
    let mut told = only_in(now, before, "+");
    told.extend(only_in(before, now, "-"));
    (!told.is_empty()).then(|| told.join("\n"))
}

/// The words between what both begin and what both end with.
fn words(before: &str, now: &str) -> Option<String> {
    let [before, now] = [before, now].map(|text| text.split_whitespace().collect::<Vec<_>>());
    let same = |(one, other): &(&&str, &&str)| one == other;
    let head = before.iter().zip(&now).take_while(same).count();
    let (before, now) = (&before[head..], &now[head..]);
    let tail = before.iter().rev().zip(now.iter().rev());
    let tail = tail.take_while(same).count();
    let told: Vec<_> = [("+", now), ("-", before)]
        .into_iter()
        .map(|(sign, words)| (sign, &words[..words.len() - tail]))
        .filter(|(_, words)| !words.is_empty())
        .map(|(sign, words)| format!("{sign} {}", words.join(" ")))
        .collect();
    (!told.is_empty()).then(|| told.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::text::{IntoText as _, confidential, internal};

    fn stated(text: Text) -> (String, bool) {
        let memory = Memory::stated(text, &Hasher::default());
        (memory.shown.as_str().to_owned(), memory.truncated)
    }

    fn changed(before: &'static str, now: &'static str) -> Option<String> {
        change(&before.into(), &now.into()).map(|told| told.as_str().to_owned())
    }

    #[test]
    fn a_memory_is_cut_at_256_tokens_and_says_so() {
        for (character, fit) in [("x", 1024), ("ä", 256), ("字", 256), ("🦀", 256)] {
            let whole = character.repeat(fit);
            assert_eq!(stated(internal(whole.clone())), (whole.clone(), false));
            let (shown, truncated) = stated(internal(whole + "x"));
            assert!(truncated && shown.ends_with(MARK), "{shown}");
            assert!(
                shown.len() <= 1024 && shown.chars().count() <= fit,
                "{shown}"
            );
        }
        assert_eq!(stated("short".into_text()), ("short".into(), false));
    }

    #[test]
    fn what_is_hidden_is_not_truncated_whatever_its_length() {
        let hidden = stated(confidential("x".repeat(5000)));
        assert_eq!(hidden, ("[confidential]".into(), false));
    }

    #[test]
    fn what_scrubbing_makes_short_enough_is_not_truncated() {
        let card = "4111111111111111 ".repeat(64);
        let (shown, truncated) = stated(internal(card));
        assert!(!truncated && shown.starts_with("[card] [card]"), "{shown}");
    }

    #[test]
    fn the_change_of_one_line_is_told_in_words() {
        let told = changed("order not looked up yet", "order found");
        assert_eq!(told.as_deref(), Some("+ found\n- not looked up yet"));
        let told = changed("order found", "order found, balance is 7");
        assert_eq!(told.as_deref(), Some("+ found, balance is 7\n- found"));
        assert_eq!(changed("a b c", "a b b c").as_deref(), Some("+ b"));
        assert_eq!(changed("the same", "the  same "), None);
    }

    #[test]
    fn the_change_of_several_lines_is_told_in_lines() {
        let told = changed("order 7\nnot paid", "order 7\npaid\nshipped");
        assert_eq!(told.as_deref(), Some("+ paid\n+ shipped\n- not paid"));
        assert!(
            changed("a\nb", "b\na").is_some(),
            "they have changed places"
        );
    }

    #[test]
    fn a_long_change_is_cut_behind_what_is_new() {
        let before = Redacted::from(internal("old ".repeat(200)));
        let now = Redacted::from(internal("new ".repeat(100)));
        let told = change(&before, &now).expect("all of it");
        let told = told.as_str();
        assert!(
            told.starts_with("+ new") && told.contains("\n- old"),
            "{told}"
        );
        assert!(
            told.len() <= CHANGE_TOKENS * 4 && told.ends_with(MARK),
            "{told}"
        );
    }
}
