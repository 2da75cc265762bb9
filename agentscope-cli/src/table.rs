//! Columns for people.

use std::io::{self, Write};

/// How a column stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
    /// Left, and cut only where words are short already.
    Time,
}

/// What is cut where there is no room for all, and to how many characters, in this order: words, the
/// seconds of times, and what is left of the words. Numbers are never cut.
const CUTS: [(Side, usize); 3] = [(Side::Left, 8), (Side::Time, 17), (Side::Left, 5)];

/// Writes rows under a heading, each column as wide as its widest cell. On a terminal the widest
/// columns of words are cut as far as a row does not fit into a line; who reads from a pipe or a file
/// gets all. The last column is not padded. Control characters and marks that change the direction
/// are shown as `?`: what a store holds was written by others.
pub(crate) fn write<const N: usize>(
    to: &mut dyn Write,
    heading: [(&str, Side); N],
    rows: &[[String; N]],
) -> io::Result<()> {
    // Of nothing where the output is no terminal.
    let terminal = terminal_size::terminal_size_of(io::stdout());
    let width = terminal.map(|(width, _)| usize::from(width.0));
    write_within(to, heading, rows, width.unwrap_or(usize::MAX))
}

fn write_within<const N: usize>(
    to: &mut dyn Write,
    heading: [(&str, Side); N],
    rows: &[[String; N]],
    width: usize,
) -> io::Result<()> {
    let mut widths = heading.map(|(name, _)| name.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    fit(&mut widths, heading.map(|(_, side)| side), width);
    let titles = heading.map(|(name, _)| name.to_owned());
    for row in std::iter::once(&titles).chain(rows) {
        for (column, cell) in row.iter().enumerate() {
            let width = widths[column];
            let cell = shown(cell, width);
            match heading[column].1 {
                Side::Right => write!(to, "{cell:>width$}")?,
                _ if column + 1 == N => write!(to, "{cell}")?,
                _ => write!(to, "{cell:<width$}")?,
            }
            to.write_all(if column + 1 == N { b"\n" } else { b"  " })?;
        }
    }
    Ok(())
}

/// Takes from the widest columns what a line has no room for.
fn fit<const N: usize>(widths: &mut [usize; N], sides: [Side; N], width: usize) {
    let between = 2 * N.saturating_sub(1);
    let all: usize = widths.iter().sum::<usize>() + between;
    let mut missing = all.saturating_sub(width);
    for (of, narrowest) in CUTS {
        while missing > 0 {
            let columns = widths.iter_mut().zip(sides);
            let columns = columns.filter(|(width, side)| *side == of && **width > narrowest);
            let Some(widest) = columns.map(|(width, _)| width).max() else {
                break;
            };
            *widest -= 1;
            missing -= 1;
        }
    }
}

fn shown(cell: &str, width: usize) -> String {
    let is_cut = cell.chars().count() > width;
    let length = if is_cut {
        width.saturating_sub(1)
    } else {
        width
    };
    let mut shown: String = cell
        .chars()
        .take(length)
        .map(|char| if is_unsafe(char) { '?' } else { char })
        .collect();
    shown.extend(is_cut.then_some('…'));
    shown
}

/// What could control the terminal, or reorder or hide what stands beside it.
fn is_unsafe(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{61c}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[[&str; 3]], width: usize) -> String {
        let heading = [("NAME", Side::Left), ("N", Side::Right), ("ID", Side::Left)];
        let rows: Vec<_> = rows.iter().map(|row| row.map(str::to_owned)).collect();
        let mut out = Vec::new();
        write_within(&mut out, heading, &rows, width).expect("memory");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_nobody_else_controls_the_terminal() {
        let text = table(
            &[["a\u{1b}[31m", "12", "x\u{202e}y"], ["b", "3", "z"]],
            usize::MAX,
        );
        assert_eq!(text, "NAME     N  ID\na?[31m  12  x?y\nb        3  z\n");
    }

    /// One name of 256 characters made every row of every session as wide.
    #[test]
    fn on_a_terminal_the_widest_words_are_cut_and_numbers_are_not() {
        let long = "n".repeat(256);
        let rows = [[long.as_str(), "1234567890123", "0123456789abcdef"]];
        let text = table(&rows, 40);
        let lines: Vec<_> = text.lines().collect();
        assert!(
            lines.iter().all(|line| line.chars().count() <= 40),
            "{text}"
        );
        assert_eq!(lines[1], "nnnnnnnnnnn…  1234567890123  0123456789…");
        assert!(table(&rows, usize::MAX).contains(&long));
        // Where it cannot fit, it is as narrow as it can be.
        assert!(
            table(&rows, 3)
                .lines()
                .all(|line| line.chars().count() <= 27)
        );
    }
}
