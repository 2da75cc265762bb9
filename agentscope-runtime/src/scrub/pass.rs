//! One pass over a text: from one place where a find may begin to the next.

use std::ops::Range;

use regex_automata::Input;

use super::patterns::{self, Anchor};
use super::{Find, Kind};
use super::{credential, digits, email, iban, ip, userinfo};

/// A part of a text that is looked through. What stands before it says what it may be about.
pub(super) struct Scan<'t> {
    /// The whole text.
    pub(super) text: &'t [u8],
    /// Where the part begins.
    pub(super) from: usize,
    /// Where it ends.
    pub(super) to: usize,
    /// Where there are no addresses of version 6 before: each token is looked at once.
    pub(super) no_colons_before: usize,
    /// Likewise for keys, where a prefix of one is in the middle of a token.
    pub(super) no_keys_before: usize,
    /// Likewise for names and passwords in URLs.
    pub(super) no_userinfo_before: usize,
    /// Groups of digits; kept for its room.
    pub(super) groups: Vec<digits::Group>,
    found: Vec<Find>,
    /// Where the last find ends.
    clear: usize,
}

/// What is found in a part of a text.
pub(super) fn finds(text: &str, part: Range<usize>) -> Vec<Find> {
    let Some(patterns) = patterns::all() else {
        // Fail closed: nothing is shown of a text that cannot be looked at.
        return vec![Find {
            range: part,
            kind: Kind::Credential,
        }];
    };
    let mut scan = Scan {
        text: text.as_bytes(),
        from: part.start,
        to: part.end,
        no_colons_before: 0,
        no_keys_before: 0,
        no_userinfo_before: 0,
        clear: 0,
        groups: Vec::new(),
        found: Vec::new(),
    };
    let mut at = part.start;
    let mut input = Input::new(text).range(part);
    while at < scan.to {
        input.set_start(at);
        let Some(half) = patterns.regex.search_half(&input) else {
            break;
        };
        let Some(anchor) = patterns.anchors.get(half.pattern().as_usize()) else {
            break;
        };
        at = scan.look(*anchor, at, half.offset());
    }
    scan.found
}

impl Scan<'_> {
    /// Looks around an anchor that ends at `end`. Gives where to go on, which is behind `at`.
    fn look(&mut self, anchor: Anchor, at: usize, end: usize) -> usize {
        let go_on = match anchor {
            Anchor::Digits => digits::look(self, at, end),
            Anchor::At => email::look(self, end),
            Anchor::Colons => ip::look(self, end),
            // The digits may be the begin of another number.
            Anchor::Iban => iban::look(self, end - 4).unwrap_or(end - 2),
            Anchor::Scheme => userinfo::look(self, end),
            Anchor::Parameter => userinfo::parameter(self, end - 1),
            Anchor::Bearer => credential::bearer(self, end),
            Anchor::Jwt => credential::jwt(self, end - 7),
            Anchor::Pem => credential::pem(self, end),
            Anchor::Vendor(key, prefix) => credential::vendor(self, end, key, prefix),
        };
        go_on.max(at + 1)
    }

    /// What stands before this place is hidden, or no part of what is looked at: no word or number
    /// runs on from there.
    pub(super) fn edge(&self) -> usize {
        self.from.max(self.clear)
    }

    /// Keeps a find. Of two that overlap the longer one stays, of two of a length the earlier.
    pub(super) fn keep(&mut self, range: Range<usize>, kind: Kind) {
        debug_assert!(range.start < range.end && range.end <= self.to);
        while let Some(last) = self.found.last() {
            if last.range.end <= range.start {
                break;
            }
            if last.range.len() >= range.len() {
                return;
            }
            self.found.pop();
        }
        self.clear = range.end;
        self.found.push(Find { range, kind });
    }
}
