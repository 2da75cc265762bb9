//! Reasons, memory, goals and beliefs: text that says its own class.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use opentelemetry::StringValue;

use crate::hash::keyring::Hasher;
use crate::policy;
use crate::privacy::class::{Class, Sensitivity, Treatment};
use crate::privacy::clean_names;
use crate::privacy::redacted::Redacted;
use crate::privacy::scrubbing::{self, MARGIN, MARK, is_plain};
use crate::privacy::treat;
use crate::scrub::{is_clean, scrub};

/// A text with its sensitivity class; made by [`internal`], [`confidential`] or [`pii`].
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    value: Cow<'static, str>,
    class: Class,
    /// Made at run time, and nobody has said that it may be shown as it is: what is shown of it is
    /// scrubbed.
    is_scrubbed: bool,
}

/// Shows no more than telemetry may.
impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.treatment() {
            Treatment::Keep => fmt::Debug::fmt(&self.scrubbed(TEXT_LIMIT), f),
            _ => f.write_str(placeholder(self.class)),
        }
    }
}

/// What can be given as a reason, a memory, a goal or a belief.
///
/// A literal is code, so it counts as internal: the type is `&'static str`, so what was leaked to live
/// as long counts too. Text made at run time must say its class.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{IntoText, Text, internal};
///
/// let texts: [Text; 2] = ["a literal".into_text(), internal(format!("{} rows", 3)).into_text()];
/// # let _ = texts;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is text without a sensitivity class",
    label = "say its class",
    note = "write `internal(..)`, `confidential(..)` or `pii(..)` around it, from `agentscope`; only a string literal needs no class, a `&str` made at run time does"
)]
pub trait IntoText {
    /// The text with its class.
    fn into_text(self) -> Text;
}

impl IntoText for &'static str {
    fn into_text(self) -> Text {
        Text {
            value: Cow::Borrowed(self),
            class: Class::Internal,
            is_scrubbed: false,
        }
    }
}

impl IntoText for Text {
    fn into_text(self) -> Text {
        self
    }
}

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident => $class:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(text: impl Into<String>) -> Text {
            Text { value: Cow::Owned(text.into()), class: Class::$class, is_scrubbed: true }
        }
    )*};
}

classes! {
    /// Run-time text that whoever reads the telemetry may read.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// let rows = 3;
    /// agentscope::memory(agentscope::internal(format!("{rows} rows found")));
    /// ```
    internal => Internal;
    /// Run-time text that telemetry only shows masked.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// agentscope::goal(agentscope::confidential(String::from("merge with the competitor")));
    /// ```
    confidential => Confidential;
    /// Run-time text with personal data: telemetry only shows a keyed hash of it.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// # let customer = "Alice";
    /// agentscope::belief(agentscope::pii(format!("{customer} is angry")));
    /// ```
    pii => Pii;
}

/// Bytes of memory, goal, belief and reason that are recorded; about 250 tokens.
pub(crate) const TEXT_LIMIT: usize = 1024;

impl Text {
    /// Free text of a class that is known at run time.
    pub(crate) fn of(class: Class, value: String) -> Self {
        Self {
            value: Cow::Owned(value),
            class,
            is_scrubbed: true,
        }
    }

    /// Somebody has said why it may be shown to anybody.
    pub(crate) fn declassified(value: String) -> Self {
        Self {
            value: Cow::Owned(value),
            class: Class::Public,
            is_scrubbed: false,
        }
    }

    /// What telemetry may show of the text, at most `limit` bytes of it.
    pub(crate) fn redacted(self, limit: usize, hasher: &Hasher) -> Redacted {
        self.bounded(limit, hasher).0
    }

    /// Of a text whose place says more of it than its class.
    pub(crate) fn treated(self, treatment: Treatment, limit: usize, hasher: &Hasher) -> Redacted {
        self.bounded_by(treatment, limit, hasher).0
    }

    /// The same, and whether it was cut for being longer.
    pub(crate) fn bounded(self, limit: usize, hasher: &Hasher) -> (Redacted, bool) {
        let treatment = self.treatment();
        self.bounded_by(treatment, limit, hasher)
    }

    fn bounded_by(self, treatment: Treatment, limit: usize, hasher: &Hasher) -> (Redacted, bool) {
        let shown = match treatment {
            Treatment::Keep => match self.value {
                Cow::Borrowed(text) if text.len() <= limit && !self.is_scrubbed => {
                    Redacted::shown(text)
                }
                _ => {
                    let scrubbed = self.scrubbed(limit);
                    let is_begun = self.is_scrubbed && self.value.len() > limit + MARGIN;
                    let shown = Arc::<str>::from(shortened(&scrubbed, limit));
                    return (Redacted::shown(shown), is_begun || scrubbed.len() > limit);
                }
            },
            Treatment::Truncate => Redacted::shown(treat::truncated(&self.scrubbed(limit))),
            Treatment::Hash => hasher.hash("text", self.value.as_bytes()).into(),
            // Free text has no part that could be shown.
            _ => Redacted::shown(placeholder(self.class)),
        };
        (shown, false)
    }

    /// The beginning of it, without what is found in it.
    fn scrubbed(&self, limit: usize) -> Cow<'_, str> {
        match self.is_scrubbed {
            true => scrubbing::begun(&self.value, limit),
            false => Cow::Borrowed(&self.value),
        }
    }

    /// Whatever the policy: what is never shown.
    pub(crate) fn hashed(self, domain: &str, hasher: &Hasher) -> Redacted {
        hasher.hash(domain, self.value.as_bytes()).into()
    }

    fn treatment(&self) -> Treatment {
        policy::treatment(&Sensitivity::of(self.class))
    }
}

/// Bytes of a name or an identifier: whoever made a longer one did not mean it to be one.
const NAME_LIMIT: usize = 256;

/// What is shown of a name that the application gives at run time: of an agent, a model, a provider.
/// It has no class, for it is not meant to be personal; if it looks so it is not shown.
pub(crate) fn label(text: StringValue) -> Redacted {
    match is_plain(text.as_str()) {
        true => Redacted::shown(text),
        false => name(text.as_str()),
    }
}

/// The same of a text that somebody else holds.
pub(crate) fn name(text: &str) -> Redacted {
    if let Some(known) = clean_names::find(text) {
        return Redacted::shown(known);
    }
    let seen = match is_plain(text) {
        true => Cow::Borrowed(text),
        false if text.len() > NAME_LIMIT => {
            let begun = scrubbing::begun(text, NAME_LIMIT);
            return Redacted::shown(Arc::<str>::from(shortened(&begun, NAME_LIMIT)));
        }
        false => scrub(text),
    };
    match seen {
        Cow::Borrowed(clean) => match clean_names::keep(clean) {
            Some(kept) => Redacted::shown(kept),
            None => Redacted::shown(Arc::<str>::from(clean)),
        },
        Cow::Owned(scrubbed) => Redacted::shown(Arc::<str>::from(scrubbed)),
    }
}

/// The same of an identifier: two that differ must go on differing, so it becomes a keyed hash.
pub(crate) fn identifier(text: StringValue, hasher: &Hasher) -> Redacted {
    let is_short = text.as_str().len() <= NAME_LIMIT;
    match is_plain(text.as_str()) || is_short && is_clean(text.as_str()) {
        true => Redacted::shown(text),
        false => hasher.hash("identifier", text.as_str().as_bytes()).into(),
    }
}

/// What stands in the place of a value of a class that may not be shown.
pub(crate) const fn placeholder(class: Class) -> &'static str {
    match class {
        Class::Public => "[public]",
        Class::Internal => "[internal]",
        Class::Confidential => "[confidential]",
        Class::Pii => "[pii]",
        Class::Special => "[special]",
        Class::Secret => "[secret]",
    }
}

/// At most `limit` bytes of a text, cut between characters, with a mark where it was cut.
pub(crate) fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    let begun = begun(text, limit.saturating_sub(MARK.len()));
    Cow::Owned(format!("{begun}{MARK}"))
}

/// At most `limit` bytes of a text, cut between characters.
pub(crate) fn begun(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_up_to_internal_is_shown() {
        assert_eq!(
            "a literal"
                .into_text()
                .redacted(99, &Hasher::default())
                .as_str(),
            "a literal"
        );
        assert_eq!(
            internal("shown").redacted(99, &Hasher::default()).as_str(),
            "shown"
        );
        assert_eq!(
            confidential("hidden")
                .redacted(99, &Hasher::default())
                .as_str(),
            "[confidential]"
        );
        let hashed = pii("Alice").redacted(99, &Hasher::default());
        assert!(hashed.as_str().starts_with('h') && !hashed.as_str().contains("Alice"));
    }

    #[test]
    fn a_name_is_shown_the_same_however_often_it_is_asked_for() {
        // More than are kept, so that they take one another's places.
        let names = (0..100).map(|n| format!("gpt-{n}o-2024-08-06"));
        let names: Vec<_> = names.chain(["alice@example.com".into()]).collect();
        for _ in 0..3 {
            for text in &names {
                assert_eq!(name(text).as_str(), scrub(text));
                assert_eq!(label(text.clone().into()).as_str(), scrub(text));
            }
        }
    }

    // One of 1 MiB became the name of a span.
    #[test]
    fn a_name_is_short_and_an_identifier_that_is_not_is_a_hash() {
        let long = format!(
            "{} alice@example.com {}",
            "ä".repeat(120),
            "x".repeat(1 << 20)
        );
        for shown in [name(&long), label(long.clone().into())] {
            let shown = shown.as_str();
            assert!(
                shown.len() <= NAME_LIMIT && shown.ends_with(MARK),
                "{shown}"
            );
            assert!(
                shown.starts_with("ää") && !shown.contains("alice"),
                "{shown}"
            );
        }
        let exact = "x".repeat(NAME_LIMIT);
        assert_eq!(name(&exact).as_str(), exact);
        let hasher = &Hasher::default();
        let of = |text: String| identifier(text.into(), hasher).as_str().to_owned();
        assert_eq!(of(exact.clone()), exact);
        assert!(of(format!("{exact}x")).len() < NAME_LIMIT);
        assert_ne!(of(format!("{exact}x")), of(format!("{exact}y")));
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(shortened("äöüäöü", 8), "äö…");
        assert_eq!(shortened("abc", 3), "abc");
    }
}
