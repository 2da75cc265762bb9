//! Columns for people.

use std::io::{self, Write};

/// How a column stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// Writes rows under a heading, each column as wide as its widest cell. The last column is not
/// padded. Control characters are shown as `?`: what a store holds was written by others.
pub(crate) fn write<const N: usize>(
    to: &mut dyn Write,
    heading: [(&str, Side); N],
    rows: &[[String; N]],
) -> io::Result<()> {
    let mut widths = heading.map(|(name, _)| name.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let titles = heading.map(|(name, _)| name.to_owned());
    for row in std::iter::once(&titles).chain(rows) {
        for (column, cell) in row.iter().enumerate() {
            let cell: String = cell
                .chars()
                .map(|char| if char.is_control() { '?' } else { char })
                .collect();
            let width = widths[column];
            match heading[column].1 {
                Side::Right => write!(to, "{cell:>width$}")?,
                Side::Left if column + 1 == N => write!(to, "{cell}")?,
                Side::Left => write!(to, "{cell:<width$}")?,
            }
            to.write_all(if column + 1 == N { b"\n" } else { b"  " })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_nobody_else_controls_the_terminal() {
        let mut out = Vec::new();
        let rows = [
            ["a\u{1b}[31m".to_owned(), "12".to_owned()],
            ["b".into(), "3".into()],
        ];
        write(&mut out, [("NAME", Side::Left), ("N", Side::Right)], &rows).expect("memory");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(text, "NAME     N\na?[31m  12\nb        3\n");
    }
}
