//! Where a find may begin: one automaton for all kinds.
//!
//! Its matches are short and say little; whether there is a find around one, and where it begins
//! and ends, is said by the code of its kind. So the automaton stays small and no text makes it
//! slow.

use std::sync::LazyLock;

use regex_automata::meta::{Config, Regex};
use regex_automata::util::syntax;

use super::vendors::{KEYS, Key};

/// Which pattern matched.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    /// Behind a run of digits and what may separate them.
    Digits,
    /// Behind the sign in an e-mail address.
    At,
    /// In an IP address of version 6.
    Colons,
    /// Behind the first four characters of what may be an IBAN.
    Iban,
    /// Behind `://`.
    Scheme,
    /// In the name of a parameter of a URL.
    Parameter,
    /// Behind `Bearer `.
    Bearer,
    /// Behind the begin of a JSON web token.
    Jwt,
    /// Behind the begin of a private key.
    Pem,
    /// Behind what a vendor's keys begin with.
    Vendor(&'static Key, &'static str),
}

const PATTERNS: [(Anchor, &str); 9] = [
    (Anchor::At, r"(?:@|%40)[A-Za-z0-9\x80-\xFF]"),
    (Anchor::Colons, r"::|(?:[0-9A-Fa-f]{1,4}:){3}[0-9A-Fa-f]"),
    (Anchor::Iban, r"[A-Z]{2}[0-9]{2}"),
    (Anchor::Scheme, r"://"),
    (Anchor::Parameter, r"[?&][A-Za-z]"),
    (
        Anchor::Bearer,
        r#"(?i:bearer|authorization["']?[ ]{0,2}[:=][ ]{0,2}["']?(?:basic|token))[ ]"#,
    ),
    (Anchor::Jwt, r"eyJ[A-Za-z0-9_-]{4}"),
    (Anchor::Pem, r"-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY"),
    // Of two that begin at a place the earlier one matches, so the one that fits most is the last.
    // The separators outside of ASCII are spaces and dashes that do not break. Numbers of telephones
    // have seven digits or more; addresses may have fewer.
    (
        Anchor::Digits,
        r"[0-9](?:(?:[ ().\-/]|\xC2\xA0|\xE2\x80[\x90-\x95\xAF]){0,3}[0-9]){6,}|[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?",
    ),
];

/// The automaton, and the anchor of each of its patterns.
pub(super) struct Patterns {
    pub(super) regex: Regex,
    pub(super) anchors: Vec<Anchor>,
}

static ALL: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let (mut anchors, mut patterns) = (Vec::new(), Vec::new());
    let keys = KEYS
        .iter()
        .flat_map(|key| key.prefixes.iter().map(move |prefix| (key, prefix)));
    for (key, prefix) in keys {
        anchors.push(Anchor::Vendor(key, prefix));
        patterns.push(prefix.replace('.', r"\."));
    }
    for (anchor, pattern) in PATTERNS {
        anchors.push(anchor);
        patterns.push(pattern.to_owned());
    }
    let regex = Regex::builder()
        // Bytes and ASCII: Unicode classes make it many times slower and find nothing more.
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .configure(Config::new().utf8_empty(false))
        .build_many(&patterns)
        .ok()?;
    Some(Patterns { regex, anchors })
});

/// All patterns. A test holds that they are valid; without them nothing could be said to be clean.
pub(super) fn all() -> Option<&'static Patterns> {
    ALL.as_ref()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_valid() {
        assert!(super::all().is_some());
    }
}
