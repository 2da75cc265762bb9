//! US Social Security numbers.

use super::Kind;
use super::bytes::number;
use super::digits::{Gap, Hit, Run};

/// The number that begins with a group of a run.
pub(super) fn find(run: &mut Run<'_>, first: usize) -> Option<Hit> {
    let hit = |run: &Run<'_>, last: usize| {
        Some(Hit {
            range: run.groups[first].start..run.groups[last].end,
            kind: Kind::Ssn,
            next: last + 1,
        })
    };
    match (run.len(first), run.len(first + 1), run.len(first + 2)) {
        (9, ..) => {
            let digits = run.digits(first);
            let (area, group, serial) = (&digits[..3], &digits[3..5], &digits[5..]);
            // Nine digits may be anything. A field that has them and no more, a zero in front, has no
            // count and no time in it.
            let is_code = run.is_all() && digits[0] == b'0';
            if !is_valid(area, group, serial)
                || !run.starts(first, &[Gap::Dash])
                || !run.ends(first, &[Gap::Dash])
                || !(is_code || (run.context().ssn && !run.is_international()))
            {
                return None;
            }
            hit(run, first)
        }
        (3, 2, 4) => {
            let gap = run.gap(first);
            let joins = [gap];
            if gap != run.gap(first + 1)
                || !matches!(gap, Gap::Dash | Gap::Space | Gap::Dot)
                || !is_valid(
                    run.digits(first),
                    run.digits(first + 1),
                    run.digits(first + 2),
                )
                || !run.starts(first, &joins)
                || !run.ends(first + 2, &joins)
                || (gap == Gap::Dot && run.context().version)
            {
                return None;
            }
            hit(run, first + 2)
        }
        _ => None,
    }
}

/// Whether the number can have been given to somebody. Two that cards and leaflets showed never
/// count again.
fn is_valid(area: &[u8], group: &[u8], serial: &[u8]) -> bool {
    let (area, group, serial) = (number(area), number(group), number(serial));
    !matches!(area, 0 | 666 | 900..)
        && group != 0
        && serial != 0
        && !matches!(
            (area, group, serial),
            (78, 5, 1120) | (219, 9, 9999) | (111, 11, 1111)
        )
}
