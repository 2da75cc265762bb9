//! Runs of digits and of what may separate them: cards, IP addresses of version 4, Social Security
//! and telephone numbers.

use std::ops::Range;

use super::bytes::{at, before, is_end, is_start, skip_back};
use super::context::{self, Context};
use super::pass::Scan;
use super::{Kind, card, ip, phone, ssn};

/// Digits without a separator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
    /// What stands behind it.
    behind: Gap,
}

impl Group {
    pub(super) fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// What stands between two groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    /// There is no group on that side.
    None,
    Space,
    Dash,
    Dot,
    Slash,
    /// More than one sign, or a bracket.
    Other,
}

/// A run, cut into groups.
pub(super) struct Run<'r> {
    pub(super) text: &'r [u8],
    pub(super) groups: &'r [Group],
    /// Where the run's part of the text ends: nothing is found behind.
    pub(super) to: usize,
    from: usize,
    all: Range<usize>,
    context: Option<Context>,
}

/// A find, and the group behind it.
pub(super) struct Hit {
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
    pub(super) next: usize,
}

/// Looks at the run that ends at `end` and does not begin before `at`.
pub(super) fn look(scan: &mut Scan<'_>, at: usize, end: usize) -> usize {
    let start = skip_back(scan.text, at, end, is_part);
    let mut groups = std::mem::take(&mut scan.groups);
    cut(&scan.text[..end], start, &mut groups);
    let mut run = Run {
        text: scan.text,
        groups: &groups,
        to: scan.to,
        from: scan.edge(),
        all: scan.from..scan.to,
        context: None,
    };
    // What has a checksum or a strict form first; telephone numbers are in what is left.
    let mut group = 0;
    let mut left = 0;
    while group < groups.len() {
        let strong = card::find(&mut run, group)
            .or_else(|| ip::find(&mut run, group))
            .or_else(|| ssn::find(&mut run, group));
        let Some(hit) = strong else {
            group += 1;
            continue;
        };
        phones(scan, &mut run, left..group);
        group = hit.next.max(group + 1);
        left = group;
        scan.keep(hit.range, hit.kind);
        run.from = scan.edge();
    }
    phones(scan, &mut run, left..groups.len());
    scan.groups = groups;
    end
}

fn phones(scan: &mut Scan<'_>, run: &mut Run<'_>, groups: Range<usize>) {
    let mut group = groups.start;
    while group < groups.end {
        match phone::find(run, group, groups.end) {
            Some(hit) => {
                group = hit.next.max(group + 1);
                scan.keep(hit.range, hit.kind);
                run.from = scan.edge();
            }
            None => group += 1,
        }
    }
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_digit()
        || matches!(byte, b' ' | b'(' | b')' | b'.' | b'/' | b'-')
        || matches!(byte, 0xC2 | 0xA0 | 0xE2 | 0x80 | 0x90..=0x95 | 0xAF)
}

/// Cuts what stands behind `start` into groups.
fn cut(text: &[u8], start: usize, groups: &mut Vec<Group>) {
    groups.clear();
    let mut place = start;
    while place < text.len() {
        if !text[place].is_ascii_digit() {
            place += 1;
            continue;
        }
        let end = super::bytes::skip(text, place, text.len(), |byte| byte.is_ascii_digit());
        if let Some(last) = groups.last_mut() {
            last.behind = gap(&text[last.end..place]);
        }
        groups.push(Group {
            start: place,
            end,
            behind: Gap::None,
        });
        place = end;
    }
}

fn gap(between: &[u8]) -> Gap {
    match between {
        b" " | b"\xC2\xA0" | b"\xE2\x80\xAF" => Gap::Space,
        b"-" | [0xE2, 0x80, 0x90..=0x95] => Gap::Dash,
        b"." => Gap::Dot,
        b"/" => Gap::Slash,
        _ => Gap::Other,
    }
}

impl Run<'_> {
    pub(super) fn len(&self, group: usize) -> usize {
        self.groups
            .get(group)
            .map_or(0, |group| group.end - group.start)
    }

    pub(super) fn digits(&self, group: usize) -> &[u8] {
        self.groups
            .get(group)
            .map_or(&[], |group| &self.text[group.range()])
    }

    /// The digits of some groups, and how many there are; no more than fit.
    pub(super) fn joined(&self, groups: Range<usize>) -> ([u8; 20], usize) {
        let mut digits = [0; 20];
        let mut count = 0;
        for group in groups {
            for digit in self.digits(group) {
                if count < digits.len() {
                    digits[count] = *digit;
                }
                count += 1;
            }
        }
        (digits, count.min(20))
    }

    /// What stands before a group.
    pub(super) fn gap_before(&self, group: usize) -> Gap {
        match group.checked_sub(1) {
            Some(last) => self.gap(last),
            None => Gap::None,
        }
    }

    /// What stands behind a group.
    pub(super) fn gap(&self, group: usize) -> Gap {
        self.groups
            .get(group)
            .map_or(Gap::None, |group| group.behind)
    }

    /// Whether nothing runs on into a group from the left. A dash that joins it to a word or a
    /// number makes it a part of a longer name.
    pub(super) fn starts(&self, group: usize, joins: &[Gap]) -> bool {
        let start = self.groups[group].start;
        if start <= self.from {
            return true;
        }
        let gap = self.gap_before(group);
        if gap != Gap::None {
            return !joins.contains(&gap) && gap != Gap::Dot;
        }
        is_start(self.text, start)
            && !(before(self.text, start) == b'.'
                && at(self.text, start.wrapping_sub(2)).is_ascii_digit())
            && !(joins.contains(&Gap::Dash) && is_joined(self.text, start))
    }

    /// Whether nothing runs on from a group to the right.
    pub(super) fn ends(&self, group: usize, joins: &[Gap]) -> bool {
        let end = self.groups[group].end;
        if end >= self.to {
            return true;
        }
        let gap = self.gap(group);
        if gap != Gap::None {
            return !joins.contains(&gap) && gap != Gap::Dot;
        }
        is_end(self.text, end)
            && !(at(self.text, end) == b'.' && at(self.text, end + 1).is_ascii_digit())
            && !(joins.contains(&Gap::Dash)
                && at(self.text, end) == b'-'
                && !is_end(self.text, end + 1))
    }

    /// What the words before the run say.
    pub(super) fn context(&mut self) -> Context {
        let from = self.groups.first().map_or(0, |group| group.start);
        let text = self.text;
        *self
            .context
            .get_or_insert_with(|| context::context(text, from))
    }

    /// Whether the run begins with the sign of an international number.
    pub(super) fn is_international(&self) -> bool {
        let from = self.groups.first().map_or(0, |group| group.start);
        before(self.text, from) == b'+'
    }

    /// Whether the run is all of its text.
    pub(super) fn is_all(&self) -> bool {
        self.groups.len() == 1 && self.groups[0].range() == self.all
    }

    /// No word or number runs on from before this place.
    pub(super) fn from(&self) -> usize {
        self.from
    }
}

/// Whether a dash joins a word to what begins at `start`.
fn is_joined(text: &[u8], start: usize) -> bool {
    before(text, start) == b'-' && start >= 2 && text[start - 2].is_ascii_alphanumeric()
}
