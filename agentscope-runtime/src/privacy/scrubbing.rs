//! When run-time text is scrubbed: at once, or later by whoever has a thread for it.
//!
//! Short texts (reasons, memory, names) are scrubbed where they are made. The JSON of arguments and
//! results can be long, so whoever stands between the agent and everything that leaves may take that
//! over.

use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use opentelemetry::logs::AnyValue;

use crate::names;
use crate::privacy::text;
use crate::scrub::{Find, finds, scrub, scrub_json};
use crate::snapshot::Snapshot;

/// Attributes whose JSON is scrubbed later while somebody has taken that over.
const KEYS: [&str; 6] = [
    names::ERROR_PARTS,
    names::INPUT_VALUE,
    names::OUTPUT_VALUE,
    names::INPUT_MESSAGES,
    names::OUTPUT_MESSAGES,
    names::SYSTEM_INSTRUCTIONS,
];

static TAKEN_OVER: AtomicUsize = AtomicUsize::new(0);

/// Leaves the scrubbing of arguments and results to whoever holds this; made by [`scrub_later`].
#[derive(Debug)]
#[must_use = "when it is dropped values are scrubbed where they are made again"]
pub struct ScrubLater(());

/// Takes over the scrubbing of arguments and results, off the agent's threads.
///
/// For a pipeline that sees everything before anything leaves: it must pass each attribute of each
/// span and each snapshot through [`ScrubLater::scrubbed`]. `agentscope_collector::init()` does.
/// Where several pipelines run each must scrub: a provider that the application installs beside it
/// gets what is not scrubbed yet.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// let scrubber = agentscope::scrub_later();
/// let value = r#"{"note":"call alice@example.com"}"#;
/// assert_eq!(scrubber.scrubbed("input.value", value), r#"{"note":"call [email]"}"#);
/// assert_eq!(scrubber.scrubbed("agentscope.layer", "tool"), "tool");
/// ```
pub fn scrub_later() -> ScrubLater {
    TAKEN_OVER.fetch_add(1, Relaxed);
    ScrubLater(())
}

impl ScrubLater {
    /// The text of an attribute as it may leave; borrowed where there is nothing to hide.
    pub fn scrubbed<'t>(&self, key: &str, text: &'t str) -> Cow<'t, str> {
        match KEYS.contains(&key) {
            true => scrub_json(text),
            false => Cow::Borrowed(text),
        }
    }
}

impl Drop for ScrubLater {
    fn drop(&mut self) {
        TAKEN_OVER.fetch_sub(1, Relaxed);
    }
}

/// A snapshot for whom nobody has taken anything over: whoever scrubs later sees only what goes
/// through itself.
pub(crate) fn scrub_snapshot(snapshot: &mut Snapshot) {
    if TAKEN_OVER.load(Relaxed) == 0 {
        return;
    }
    for (key, value) in &mut snapshot.details {
        if let (true, AnyValue::String(text)) = (KEYS.contains(key), value)
            && let Cow::Owned(scrubbed) = scrub_json(text.as_str())
        {
            *text = scrubbed.into();
        }
    }
}

/// JSON as it may be put on a span here and now.
pub(crate) fn at_once(json: &str) -> Cow<'_, str> {
    match TAKEN_OVER.load(Relaxed) {
        0 => scrub_json(json),
        _ => Cow::Borrowed(json),
    }
}

/// So much more of a text is scrubbed than is shown of it: of half a card number nobody could tell
/// what it is.
pub(crate) const MARGIN: usize = 512;

/// Stands where a text was cut off.
pub(crate) const MARK: &str = "…";

/// A text without finds; of a long one the first `limit` bytes, and a mark.
///
/// What is looked at behind these is never shown: there a find may have been cut in two, of which
/// nobody could tell any longer what it was.
pub(crate) fn begun(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit + MARGIN {
        return scrub(text);
    }
    let seen = text::begun(text, limit + MARGIN);
    let begun = without(seen, &finds(seen), limit);
    // What a find had beside it may be one now.
    Cow::Owned(scrub(&begun).into_owned())
}

/// The first bytes of a text, `limit` at most with the mark behind them, and markers in the place
/// of finds.
fn without(text: &str, found: &[Find], limit: usize) -> String {
    let mut end = text::begun(text, limit.saturating_sub(MARK.len())).len();
    let mut out = String::with_capacity(limit);
    let mut from = 0;
    for find in found {
        if find.range.start >= end {
            break;
        }
        out.push_str(&text[from..find.range.start]);
        out.push_str(find.kind.marker());
        from = find.range.end;
        end = end.max(from);
    }
    out.push_str(&text[from..end]);
    out.push_str(MARK);
    out
}

/// The same of JSON that is longer. Its escapes are no part of what stands beside them.
pub(crate) fn beginning(json: &str, limit: usize) -> String {
    let json = text::begun(json, limit + MARGIN);
    let mut seen = json.to_owned();
    let mut rest = json;
    while let Some(escape) = rest.find('\\') {
        let from = json.len() - rest.len() + escape;
        let length = match json.as_bytes().get(from + 1) {
            Some(b'u') => 6,
            _ => 2,
        };
        let to = json.len().min(from + length);
        if !json.is_char_boundary(to) {
            break;
        }
        seen.replace_range(from..to, &" ".repeat(to - from));
        rest = &json[to..];
    }
    without(json, &finds(&seen), limit)
}

/// A name that cannot be a find, told without the automaton.
pub(crate) fn is_plain(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-' | b'.' | b' ');
    // No number is as short, nor an address.
    let mut digits = 3;
    let mut is_plain = |byte: u8| {
        let is_digit = byte.is_ascii_digit() && digits > 0;
        digits -= u8::from(is_digit);
        is_digit || is_word(byte)
    };
    text.len() <= 16 && text.bytes().all(&mut is_plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::scrub::is_clean;

    #[test]
    fn what_is_scrubbed_later_is_not_scrubbed_at_once() {
        let json = r#"{"a":"alice@example.com"}"#;
        let later = scrub_later();
        assert_eq!(at_once(json), json);
        drop(later);
        assert_eq!(at_once(json), r#"{"a":"[email]"}"#);
    }

    #[test]
    fn what_is_beside_an_escape_is_found() {
        let json = r#""said\nalice@example.com \u00e94111111111111111\n4111 1111 1111 1111 \"#;
        let shown = r#""said\n[email] \u00e9[card]\n[card] \…"#;
        assert_eq!(beginning(json, json.len() + MARK.len()), shown);
    }

    proptest! {
        #[test]
        fn a_plain_name_is_clean(
            begun in "(sk-|ghp_|xoxb-|glpat-|hf_|bearer |pin |cvv |tel |call |ip v)?",
            text in "[a-z_. -]{0,12}([0-9][a-z_. -]{0,5}){0,4}",
        ) {
            let text = begun + &text;
            prop_assert!(!is_plain(&text) || is_clean(&text));
        }
    }
}
