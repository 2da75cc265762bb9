//! The cases of W3C's trace-context test suite, and properties.

use opentelemetry::trace::SpanContext;
use proptest::prelude::*;

use crate::{TRACEPARENT, extracted};

/// The members in order, as they are handed on.
pub(crate) fn handed_on(text: &str) -> String {
    let remote = extracted(&[("traceparent", TRACEPARENT), ("tracestate", text)]);
    let span: &SpanContext = remote.span_context();
    assert!(span.is_valid(), "the trace is none the worse: {text:?}");
    span.trace_state().header()
}

fn taken(text: &str) {
    let without_space: Vec<&str> = text
        .split(',')
        .map(|member| member.trim_matches([' ', '\t']))
        .filter(|member| !member.is_empty())
        .collect();
    assert_eq!(handed_on(text), without_space.join(","), "{text:?}");
}

#[test]
fn what_the_standard_allows_is_handed_on_in_order() {
    for text in [
        "foo=1",
        "foo=1,bar=2",
        "foo=1 , bar=2",
        "foo=1 \t , \t bar=2, \t baz=3",
        " foo=1",
        "foo=1\t",
        "foo=1,",
        "foo=1,,bar=2",
        "",
        ",",
        "foo= 1",
        "foo=\u{20}!\"#$%&'()*+-./:;<>?@[\\]^_`{|}~",
        "foo@bar=1",
        "0foo@bar=1",
        "1a-2_3*4/5=x",
        // Twice the same: kept, as one of the two ways that the standard leaves open.
        "foo=1,foo=1",
        "foo=1,foo=2",
    ] {
        taken(text);
    }
    taken(&format!("{}=1", "z".repeat(256)));
    taken(&format!("{}@v=1", "t".repeat(241)));
    taken(&format!("foo={}", "v".repeat(256)));
    let members: Vec<String> = (0..32).map(|it| format!("bar{it:02}={it}")).collect();
    taken(&members.join(","));
    // At least 512 characters.
    let long: Vec<String> = (0..8)
        .map(|it| format!("k{it}={}", "v".repeat(250)))
        .collect();
    taken(&long.join(","));
}

#[test]
fn of_what_the_standard_forbids_nothing_is_handed_on() {
    for text in [
        "foo",
        "foo=1,bar",
        "=1",
        "foo=",
        "foo=,bar=3",
        "foo =1",
        "FOO=1",
        "foo.bar=1",
        "foo@=1,bar=2",
        "@foo=1,bar=2",
        "foo@@bar=1,bar=2",
        "foo@bar@baz=1,bar=2",
        "_foo=1",
        "foo=bar=baz",
        "foo=\u{0}",
        "foo=\u{7f}",
        "foo=a\tb",
        "foo=é",
        "föö=1",
        "foo=1,\u{a0}bar=2",
        "foo=1\nbar=2",
    ] {
        assert_eq!(handed_on(text), "", "{text:?}");
    }
    for text in [
        format!("{}=1", "z".repeat(257)),
        format!("{}@v=1", "t".repeat(242)),
        format!("t@{}=1", "v".repeat(15)),
        format!("foo={}", "v".repeat(257)),
        (0..33).map(|it| format!("bar{it:02}={it},")).collect(),
        format!("foo=1{}", ",".repeat(9_000)),
    ] {
        assert_eq!(handed_on(&text), "", "{text:?}");
    }
}

// Without a trace it belongs to nothing.
#[test]
fn alone_it_is_nothing() {
    let remote = extracted(&[("tracestate", "foo=1")]);
    assert!(!remote.span_context().is_valid());
    assert_eq!(remote.span_context().trace_state().header(), "");
}

/// The rules once more, for what has one member in it.
fn is_member(text: &str) -> bool {
    let member = text.trim_matches([' ', '\t']);
    let Some((key, value)) = member.split_once('=') else {
        return false;
    };
    let (tenant, vendor) = key.split_once('@').unwrap_or((key, "v"));
    let is_name = |name: &str| {
        let mut signs = name.chars();
        signs
            .next()
            .is_some_and(|it| it.is_ascii_digit() || it.is_ascii_lowercase())
            && signs.all(|it| it.is_ascii_digit() || it.is_ascii_lowercase() || "_-*/".contains(it))
    };
    is_name(tenant)
        && is_name(vendor)
        && !value.is_empty()
        && !value.ends_with(' ')
        && value
            .chars()
            .all(|it| (' '..='~').contains(&it) && it != '=')
}

proptest! {
    #[test]
    fn members_are_handed_on_exactly_where_the_rules_allow_them(
        members in prop::collection::vec("[ \t]?[a-z0-9][a-z0-9_*/@.-]{0,4}=?[ -~é]{0,4}[ \t]?", 1..5),
    ) {
        let text = members.join(",");
        let members = text.split(',').map(|it| it.trim_matches([' ', '\t']));
        let members: Vec<&str> = members.filter(|it| !it.is_empty()).collect();
        let expected = match members.iter().all(|member| is_member(member)) {
            true => members.join(","),
            false => String::new(),
        };
        prop_assert_eq!(handed_on(&text), expected, "{:?}", text);
    }

    #[test]
    fn any_text_is_survived(text in ".{0,200}") {
        let once = handed_on(&text);
        prop_assert_eq!(handed_on(&once), once);
    }
}
