//! Finds the calls of `declassify` in the sources of a package: what has not run is found too.

use std::fs;
use std::io;
use std::path::Path;

use crate::privacy::inventory_report::Declassified;

const CALL: &str = "declassify::public";

/// Those in `src` and below, by the path from the package.
pub(super) fn of_package(package: &Path) -> io::Result<Vec<Declassified>> {
    let mut found = Vec::new();
    of_directory(&package.join("src"), "src", &mut found)?;
    found.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
    Ok(found)
}

fn of_directory(directory: &Path, name: &str, found: &mut Vec<Declassified>) -> io::Result<()> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let own = entry.file_name().to_string_lossy().into_owned();
        let (path, name) = (entry.path(), format!("{name}/{own}"));
        if entry.file_type()?.is_dir() {
            of_directory(&path, &name, found)?;
        } else if own.ends_with(".rs") {
            found.extend(of_source(&name, &fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

fn of_source(file: &str, source: &str) -> Vec<Declassified> {
    let calls = source.match_indices(CALL);
    let calls = calls.filter(|(place, _)| !is_in_comment(source, *place));
    calls
        .map(|(place, _)| Declassified {
            file: file.to_owned(),
            line: u32::try_from(source[..place].matches('\n').count() + 1).unwrap_or(u32::MAX),
            reason: reason(&source[place + CALL.len()..]).unwrap_or_default(),
        })
        .collect()
}

fn is_in_comment(source: &str, place: usize) -> bool {
    let line = source[..place].rsplit('\n').next().unwrap_or_default();
    line.contains("//")
}

/// The literal before the parenthesis that closes the call; nothing where the call is not written
/// out, as in a `use`.
fn reason(call: &str) -> Option<String> {
    let mut depth = 0_u32;
    let mut literal = None;
    let mut rest = call.char_indices();
    while let Some((place, character)) = rest.next() {
        match character {
            '(' => depth += 1,
            ')' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return literal;
                }
            }
            '"' => {
                let text = &call[place + 1..];
                let end = closing_quote(text)?;
                literal = Some(text[..end].to_owned());
                // To behind the literal.
                rest.by_ref()
                    .take_while(|(at, _)| *at < place + 1 + end)
                    .for_each(drop);
            }
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.char_indices().find_map(|(place, character)| {
        let closes = character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        closes.then_some(place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_with_their_reasons_and_comments_are_not() {
        let source = r#"use agentscope::declassify;
fn f() {
    // declassify::public(x, "in a comment");
    let a = declassify::public(article, "on the price list");
    let b = agentscope::declassify::public(
        format!("{} (\")\") {}", 1, name(2)),
        "a \"quoted\" reason",
    );
}
"#;
        let found = of_source("src/lib.rs", source);
        let found: Vec<_> = found
            .iter()
            .map(|it| (it.line, it.reason.as_str()))
            .collect();
        assert_eq!(
            found,
            [(4, "on the price list"), (5, r#"a \"quoted\" reason"#)]
        );
    }
}
