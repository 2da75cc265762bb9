//! The names that serde gives fields and variants: its `rename_all`, word for word.

/// A rule of `rename_all`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Case {
    #[default]
    AsIs,
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

const RULES: &[(&str, Case)] = &[
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("PascalCase", Case::Pascal),
    ("camelCase", Case::Camel),
    ("snake_case", Case::Snake),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
    ("kebab-case", Case::Kebab),
    ("SCREAMING-KEBAB-CASE", Case::ScreamingKebab),
];

impl Case {
    /// The rule of that name; what serde does not know it reports itself.
    pub(crate) fn of(rule: &str) -> Self {
        let known = RULES.iter().find(|(name, _)| *name == rule);
        known.map_or(Self::AsIs, |(_, case)| *case)
    }

    /// The name of a variant, which is written `LikeThis`.
    pub(crate) fn of_variant(self, variant: &str) -> String {
        match self {
            Self::AsIs | Self::Pascal => variant.to_owned(),
            Self::Lower => variant.to_ascii_lowercase(),
            Self::Upper => variant.to_ascii_uppercase(),
            Self::Camel => lower_first(variant),
            Self::Snake => snake(variant),
            Self::ScreamingSnake => snake(variant).to_ascii_uppercase(),
            Self::Kebab => snake(variant).replace('_', "-"),
            Self::ScreamingKebab => snake(variant).to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// The name of a field, which is written `like_this`.
    pub(crate) fn of_field(self, field: &str) -> String {
        match self {
            Self::AsIs | Self::Lower | Self::Snake => field.to_owned(),
            Self::Upper | Self::ScreamingSnake => field.to_ascii_uppercase(),
            Self::Pascal => pascal(field),
            Self::Camel => lower_first(&pascal(field)),
            Self::Kebab => field.replace('_', "-"),
            Self::ScreamingKebab => field.to_ascii_uppercase().replace('_', "-"),
        }
    }
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

fn snake(variant: &str) -> String {
    let mut snake = String::new();
    for (place, letter) in variant.char_indices() {
        if place > 0 && letter.is_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn pascal(field: &str) -> String {
    let mut pascal = String::new();
    let mut capital = true;
    for letter in field.chars() {
        if letter == '_' {
            capital = true;
        } else if std::mem::take(&mut capital) {
            pascal.push(letter.to_ascii_uppercase());
        } else {
            pascal.push(letter);
        }
    }
    pascal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_serde_gives() {
        let field = |rule| Case::of(rule).of_field("ship_to_email");
        let variant = |rule| Case::of(rule).of_variant("ShipTo");
        let named = RULES.iter().map(|(rule, _)| (field(rule), variant(rule)));
        let expected = [
            ("ship_to_email", "shipto"),
            ("SHIP_TO_EMAIL", "SHIPTO"),
            ("ShipToEmail", "ShipTo"),
            ("shipToEmail", "shipTo"),
            ("ship_to_email", "ship_to"),
            ("SHIP_TO_EMAIL", "SHIP_TO"),
            ("ship-to-email", "ship-to"),
            ("SHIP-TO-EMAIL", "SHIP-TO"),
        ];
        let expected = expected.map(|(field, variant)| (field.to_owned(), variant.to_owned()));
        assert!(named.eq(expected));
    }
}
