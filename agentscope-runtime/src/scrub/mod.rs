//! Finds personal data and credentials in text that was made at run time, and hides them.
//!
//! A second net under the classification at compile time: names and addresses of people have no
//! pattern, so a text without a find is not therefore a text without personal data.

mod bytes;
mod card;
mod context;
mod credential;
mod digits;
mod email;
mod iban;
mod ip;
mod json;
mod pass;
mod patterns;
mod phone;
mod phone_ends;
mod phone_plan;
mod ssn;
mod userinfo;
mod vendors;
mod words;

use std::borrow::Cow;
use std::ops::Range;

pub use json::scrub_json;

/// Bytes of a text that are looked at. Of a longer one no more than these leave.
pub const LARGEST: usize = 1024 * 1024;

/// Stands where a text was cut off.
const CUT: &str = "[cut]";

/// What is cut was looked at this much further than it is shown, so that nothing is shown of a find
/// that ends behind the cut.
const MARGIN: usize = 512;

/// A find can come to light when its neighbour is hidden: a number beside another one, for
/// example. So often a text is looked at; twice is the rule.
const ROUNDS: usize = 4;

/// Stands for a text in which there is no end of finds.
const GIVEN_UP: &str = "[scrubbed]";

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An e-mail address.
    Email,
    /// The number of a payment card.
    Card,
    /// An International Bank Account Number.
    Iban,
    /// An IP address or network.
    Ip,
    /// A US Social Security number.
    Ssn,
    /// A telephone number.
    Phone,
    /// A key, token or password.
    Credential,
}

impl Kind {
    /// What stands in the place of a find.
    #[must_use]
    pub const fn marker(self) -> &'static str {
        match self {
            Self::Email => "[email]",
            Self::Card => "[card]",
            Self::Iban => "[iban]",
            Self::Ip => "[ip]",
            Self::Ssn => "[ssn]",
            Self::Phone => "[phone]",
            Self::Credential => "[credential]",
        }
    }
}

/// Where in a text something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find {
    /// Its bytes.
    pub range: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// The text with a marker in the place of each find; borrowed if there is none.
///
/// Of a text longer than [`LARGEST`] the end is cut off, with a mark, and not passed unseen.
#[must_use]
pub fn scrub(text: &str) -> Cow<'_, str> {
    let found = match text.len() <= LARGEST {
        true => finds(text),
        false => Vec::new(),
    };
    if found.is_empty() && text.len() <= LARGEST {
        return Cow::Borrowed(text);
    }
    Cow::Owned(settled(hidden(text, &found)))
}

/// What was found in a text, in its order; nothing overlaps. Behind [`LARGEST`] nothing is found.
#[must_use]
pub fn finds(text: &str) -> Vec<Find> {
    let text = &text[..bytes::floor(text, LARGEST)];
    pass::finds(text, 0..text.len())
}

/// Whether [`scrub`] would leave the text as it is.
#[must_use]
pub fn is_clean(text: &str) -> bool {
    text.len() <= LARGEST && finds(text).is_empty()
}

/// Scrubs until there is nothing left to find.
fn settled(mut text: String) -> String {
    for _ in 0..ROUNDS {
        if text.len() > LARGEST {
            text = cut(&text);
        }
        let found = finds(&text);
        if found.is_empty() {
            return text;
        }
        text = hidden(&text, &found);
    }
    GIVEN_UP.to_owned()
}

/// The text with markers.
fn hidden(text: &str, found: &[Find]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for find in found {
        out.push_str(&text[from..find.range.start]);
        out.push_str(find.kind.marker());
        from = find.range.end;
    }
    out.push_str(&text[from..]);
    out
}

/// As much of a text as is looked at, without finds that reach behind what is shown of it.
fn cut(text: &str) -> String {
    let seen = &text[..bytes::floor(text, LARGEST)];
    let mut shown = bytes::floor(seen, LARGEST - MARGIN - CUT.len());
    let found = pass::finds(seen, 0..seen.len());
    if let Some(find) = found.iter().find(|find| find.range.contains(&shown)) {
        shown = find.range.start;
    }
    format!("{}{CUT}", &seen[..shown])
}
