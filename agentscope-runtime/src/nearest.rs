//! "Did you mean": the known word that is nearest to a misspelt one.

/// The known word that was probably meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let candidates = known.into_iter();
    let (distance, candidate) = candidates
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .min()?;
    (distance <= 1 + word.len() / 4).then_some(candidate)
}

/// Levenshtein distance in characters.
fn distance(one: &str, other: &str) -> usize {
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
    use super::nearest;

    #[test]
    fn a_near_word_is_meant_and_a_far_one_is_not() {
        let known = ["support", "billing"];
        assert_eq!(nearest("suport", known), Some("support"));
        assert_eq!(nearest("SUPPORT", known), Some("support"));
        assert_eq!(nearest("research", known), None);
        assert_eq!(nearest("suport", []), None);
    }
}
