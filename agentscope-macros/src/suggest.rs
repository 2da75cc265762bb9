//! "Did you mean": the known word that is nearest to a misspelt one.

/// The end of a message about an unknown word: the nearest known one, or all of them.
pub(crate) fn among(word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("known are {}", known.join(", ")),
    }
}

/// The known word that was probably meant; they are written in small letters.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    let (distance, candidate) = known
        .iter()
        .map(|candidate| (distance(&word, candidate), *candidate))
        .min()?;
    (distance <= 1 + word.len() / 4).then_some(candidate)
}

/// Levenshtein distance in characters.
pub(crate) fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, character) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for column in 0..other.len() {
            let substituted = diagonal + usize::from(character != other[column]);
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::among;

    #[test]
    fn a_near_word_is_suggested_and_a_far_one_gets_the_list() {
        let known = ["token_budget", "tier", "task"];
        assert_eq!(among("token_buget", &known), "did you mean `token_budget`?");
        assert_eq!(among("tiers", &known), "did you mean `tier`?");
        assert_eq!(among("TIER", &known), "did you mean `tier`?");
        assert_eq!(
            among("temperature", &known),
            "known are token_budget, tier, task"
        );
    }
}
