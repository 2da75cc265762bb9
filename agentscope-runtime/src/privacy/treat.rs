//! What is shown of a text under each treatment, and the one form that it is hashed in.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::privacy::kind::Kind;

/// Characters of a text that is only begun.
const BEGINNING: usize = 64;

/// The form in which equal values of a kind have equal bytes.
pub(crate) fn canonical(kind: Option<Kind>, text: &[u8]) -> Cow<'_, [u8]> {
    // Most are in that form already.
    let is_lower = |it: &u8| it.is_ascii_graphic() & !it.is_ascii_uppercase();
    if kind == Some(Kind::Email) && text.iter().fold(true, |all, it| all & is_lower(it)) {
        return Cow::Borrowed(text);
    }
    let Ok(text) = std::str::from_utf8(text) else {
        return Cow::Borrowed(text);
    };
    let owned = match kind {
        Some(Kind::Email) => text.trim().to_lowercase(),
        Some(Kind::Name | Kind::Address) => {
            let words: Vec<_> = text.split_whitespace().collect();
            words.join(" ").to_lowercase()
        }
        Some(Kind::Phone) => e164(text),
        Some(Kind::Pan | Kind::Iban | Kind::Account | Kind::NationalId | Kind::Postcode) => {
            let letters = text.chars().filter(|it| it.is_alphanumeric());
            letters.flat_map(char::to_uppercase).collect()
        }
        Some(Kind::Ip) => match ip(text) {
            Some(ip) => ip.to_string(),
            None => return Cow::Borrowed(text.trim().as_bytes()),
        },
        _ => return Cow::Borrowed(text.as_bytes()),
    };
    Cow::Owned(owned.into_bytes())
}

/// With `+` where the country is told; where it is not nobody can know it.
fn e164(text: &str) -> String {
    let text = text.trim();
    let (plus, rest) = match text.strip_prefix('+').or_else(|| text.strip_prefix("00")) {
        Some(rest) => ("+", rest),
        None => ("", text),
    };
    // `+44 (0) 20 ..`: the zero is for callers from inside.
    let rest = match plus {
        "" => rest.to_owned(),
        _ => rest.replacen("(0)", "", 1),
    };
    let digits = rest.chars().filter(char::is_ascii_digit);
    plus.chars().chain(digits).collect()
}

/// Of an address that is written alone, in brackets, or with its prefix length.
fn ip(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bracketed = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let text = bracketed.unwrap_or(text);
    let text = text.split(['/', '%']).next().unwrap_or(text);
    Some(text.parse::<IpAddr>().ok()?.to_canonical())
}

/// The last four characters of a text that has so many more that they tell little.
pub(crate) fn last4(text: &str) -> Option<String> {
    let length = text.chars().count();
    (length >= 8).then(|| format!("…{}", text.chars().skip(length - 4).collect::<String>()))
}

/// The first six and the last four digits of a card number: PCI DSS 3.4.1 allows no more.
pub(crate) fn bin_last4(text: &str) -> Option<String> {
    let is_number = text
        .chars()
        .all(|it| it.is_ascii_digit() || matches!(it, ' ' | '-'));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let last = digits.len().checked_sub(4)?;
    match digits.len() {
        15..=19 if is_number => Some(format!("{}…{}", &digits[..6], &digits[last..])),
        // Of a short one ten digits would be nearly all.
        13..=14 if is_number => Some(format!("…{}", &digits[last..])),
        _ => None,
    }
}

pub(crate) fn truncated(text: &str) -> String {
    match text.char_indices().nth(BEGINNING) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What a value has in common with many.
pub(crate) fn generalised(kind: Option<Kind>, text: &str) -> Option<String> {
    match kind? {
        Kind::Ip => ip(text).map(network),
        Kind::Dob | Kind::Date => year(text),
        Kind::Postcode => {
            let area: String = text.trim().chars().take(3).collect();
            // Of a short one three characters are nearly all; a longer text is something else.
            is_postcode(text.trim()).then(|| format!("{area}…"))
        }
        Kind::Url => place(text),
        _ => None,
    }
}

fn is_postcode(text: &str) -> bool {
    let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, ' ' | '-');
    (5..=10).contains(&text.len())
        && text.chars().all(is_part)
        && text.contains(|it: char| it.is_ascii_digit())
}

/// The /24 or /48 that it is in; not written as an address, which the scrubber would hide.
fn network(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}.*")
        }
        IpAddr::V6(ip) => {
            let [a, b, c, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:*")
        }
    }
}

/// The one group of four digits that can be a year; where there are two nobody knows which.
fn year(text: &str) -> Option<String> {
    let groups = text.split(|it: char| !it.is_ascii_digit());
    let mut years = groups.filter(|group| group.len() == 4);
    let year = years
        .next()
        .filter(|year| ("1800".."2200").contains(year))?;
    years.next().is_none().then(|| year.to_owned())
}

/// Without what is about the person: user and password, parameters, query, fragment.
fn place(url: &str) -> Option<String> {
    let (scheme, rest) = url.trim().split_once("://")?;
    let is_scheme = scheme
        .chars()
        .all(|it| it.is_ascii_alphanumeric() || matches!(it, '+' | '-' | '.'));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    // Behind `;` are parameters too, often the id of a session.
    let path = path.split(';').next().unwrap_or_default();
    // The last one, as browsers read it; and `\` is a slash to some of them.
    let host = authority.rsplit('@').next().unwrap_or_default();
    let has_at = path.contains('@') || path.contains("%40");
    let is_plain = is_scheme && !rest.contains('\\') && !has_at;
    is_plain.then(|| format!("{scheme}://{host}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_of_a_kind_have_one_form() {
        let same = |kind, one: &str, other: &str| {
            let forms = [one, other].map(|it| canonical(Some(kind), it.as_bytes()).into_owned());
            assert_eq!(forms[0], forms[1], "{one} {other}");
        };
        same(Kind::Email, "Alice@Example.COM ", "alice@example.com");
        same(Kind::Phone, "+44 (0)20 7946 0018", "0044 20-7946-0018");
        same(Kind::Pan, "4111 1111 1111 1111", "4111-1111-1111-1111");
        same(
            Kind::Iban,
            "gb33 bukb 2020 1555 5555 55",
            "GB33BUKB20201555555555",
        );
        same(Kind::Ip, "::ffff:10.1.2.3", "10.1.2.3");
        same(Kind::Ip, "2001:DB8::1", "2001:db8:0:0::1");
        same(Kind::Name, " Alice  Müller", "alice müller");
        let apart = canonical(Some(Kind::UserId), b"A") != canonical(Some(Kind::UserId), b"a");
        assert!(apart, "nobody knows that the case of an id says nothing");
    }

    #[test]
    fn what_is_generalised_is_common_to_many_or_not_shown() {
        let shown = |kind, text: &str| generalised(Some(kind), text);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(shown(Kind::Ip, "203.0.113.77"), some("203.0.113.*"));
        assert_eq!(shown(Kind::Ip, "[2001:db8:1:2::9]"), some("2001:db8:1:*"));
        assert_eq!(shown(Kind::Ip, "::ffff:203.0.113.77"), some("203.0.113.*"));
        assert_eq!(shown(Kind::Dob, "1984-05-17"), some("1984"));
        assert_eq!(shown(Kind::Dob, "17.05.1984"), some("1984"));
        assert_eq!(shown(Kind::Dob, "19840517"), None);
        assert_eq!(shown(Kind::Dob, "1984/2001"), None, "nobody knows which");
        assert_eq!(shown(Kind::Postcode, "SW1A 1AA"), some("SW1…"));
        assert_eq!(shown(Kind::Postcode, "1010"), None);
        assert_eq!(shown(Kind::Postcode, "Bob, 12 High Street"), None);
        assert_eq!(shown(Kind::Postcode, "al@b.example"), None);
        let url = "https://alice:pw@shop.example/orders?mail=alice#top";
        assert_eq!(shown(Kind::Url, url), some("https://shop.example/orders"));
        assert_eq!(shown(Kind::Url, "mailto:alice@example.com"), None);
        let session = "https://shop.example/cart;jsessionid=8f3c/item;v=2?x";
        assert_eq!(shown(Kind::Url, session), some("https://shop.example/cart"));
        let odd = "https://alice;x@shop.example/cart";
        assert_eq!(shown(Kind::Url, odd), some("https://shop.example/cart"));
        let encoded = "https://shop.example/users/alice%40example.com";
        assert_eq!(shown(Kind::Url, encoded), None);
        assert_eq!(shown(Kind::Email, "alice@example.com"), None);
    }

    #[test]
    fn parts_of_a_number_are_shown_of_long_ones_only() {
        assert_eq!(last4("12345678").as_deref(), Some("…5678"));
        assert_eq!(last4("1234567"), None);
        let card = bin_last4("4111 1111 1111 1234");
        assert_eq!(card.as_deref(), Some("411111…1234"));
        assert_eq!(bin_last4("4222222222222").as_deref(), Some("…2222"));
        assert_eq!(bin_last4("411111111111"), None, "too short for a card");
        assert_eq!(bin_last4("4111 1111 1111 1234 alice"), None);
        assert_eq!(truncated(&"ä".repeat(65)), format!("{}…", "ä".repeat(64)));
    }
}
