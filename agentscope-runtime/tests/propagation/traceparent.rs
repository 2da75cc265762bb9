//! The cases of W3C's trace-context test suite, and properties.

use opentelemetry::trace::{SpanContext, TraceFlags, TraceState};
use proptest::prelude::*;

use crate::{TRACEPARENT, extracted};

fn parsed(text: &str) -> Option<SpanContext> {
    let remote = extracted(&[("traceparent", text)]);
    Some(remote.span_context().clone()).filter(SpanContext::is_valid)
}

const TRACE: &str = "12345678901234567890123456789012";

#[test]
fn what_the_standard_allows_is_taken() {
    for (text, flags) in [
        ("00-12345678901234567890123456789012-1234567890123456-00", 0),
        ("00-12345678901234567890123456789012-1234567890123456-01", 1),
        // Sampled, and a trace id that is random; of the other flags nobody knows anything.
        ("00-12345678901234567890123456789012-1234567890123456-03", 3),
        ("00-12345678901234567890123456789012-1234567890123456-ff", 3),
        ("00-12345678901234567890123456789012-1234567890123456-fe", 2),
        // Optional white space around the value of a header.
        (
            " 00-12345678901234567890123456789012-1234567890123456-01",
            1,
        ),
        (
            "\t00-12345678901234567890123456789012-1234567890123456-01",
            1,
        ),
        (
            "00-12345678901234567890123456789012-1234567890123456-01 \t",
            1,
        ),
        // Later versions: what stands where version 00 has it.
        ("01-12345678901234567890123456789012-1234567890123456-01", 1),
        ("cc-12345678901234567890123456789012-1234567890123456-03", 1),
        (
            "cc-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
            1,
        ),
        (
            "fe-12345678901234567890123456789012-1234567890123456-01-",
            1,
        ),
    ] {
        let span = parsed(text).unwrap_or_else(|| panic!("{text} is allowed"));
        assert_eq!(span.trace_id().to_string(), TRACE, "{text}");
        assert_eq!(span.span_id().to_string(), "1234567890123456", "{text}");
        assert_eq!(span.trace_flags(), TraceFlags::new(flags), "{text}");
        assert!(span.is_remote());
    }
}

#[test]
fn what_the_standard_forbids_is_not() {
    for text in [
        "",
        "00",
        "-",
        "---",
        // Versions.
        ".0-12345678901234567890123456789012-1234567890123456-01",
        "0.-12345678901234567890123456789012-1234567890123456-01",
        "ff-12345678901234567890123456789012-1234567890123456-01",
        "FE-12345678901234567890123456789012-1234567890123456-01",
        "000-12345678901234567890123456789012-1234567890123456-01",
        "0-12345678901234567890123456789012-1234567890123456-01",
        "0000-12345678901234567890123456789012-1234567890123456-01",
        // More than version 00 has, and what follows a later version without a dash.
        "00-12345678901234567890123456789012-1234567890123456-01-",
        "00-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
        "00-12345678901234567890123456789012-1234567890123456-01.",
        "cc-12345678901234567890123456789012-1234567890123456-01.what-the-future-will-be-like",
        // Ids of the trace.
        "00-00000000000000000000000000000000-1234567890123456-01",
        "00-.2345678901234567890123456789012-1234567890123456-01",
        "00-1234567890123456789012345678901.-1234567890123456-01",
        "00-1234567890123456789012345678901-1234567890123456-01",
        "00-123456789012345678901234567890123-1234567890123456-01",
        "00-ABCDEF78901234567890123456789012-1234567890123456-01",
        "00-+2345678901234567890123456789012-1234567890123456-01",
        // Ids of the span.
        "00-12345678901234567890123456789012-0000000000000000-01",
        "00-12345678901234567890123456789012-.234567890123456-01",
        "00-12345678901234567890123456789012-123456789012345.-01",
        "00-12345678901234567890123456789012-123456789012345-01",
        "00-12345678901234567890123456789012-12345678901234567-01",
        "00-12345678901234567890123456789012-ABCDEF7890123456-01",
        // Flags.
        "00-12345678901234567890123456789012-1234567890123456-.0",
        "00-12345678901234567890123456789012-1234567890123456-0.",
        "00-12345678901234567890123456789012-1234567890123456-0F",
        "00-12345678901234567890123456789012-1234567890123456-1",
        "00-12345678901234567890123456789012-1234567890123456-001",
        "00-12345678901234567890123456789012-1234567890123456",
        // Dashes elsewhere, and signs of more than a byte.
        "00_12345678901234567890123456789012-1234567890123456-01",
        "00-12345678901234567890123456789012_1234567890123456-01",
        "00-12345678901234567890123456789012-1234567890123456_01",
        "00-1234567890123456789012345678901é-123456789012345-01",
        "00-12345678901234567890123456789012-1234567890123456-0\u{661}",
        "\u{a0}00-12345678901234567890123456789012-1234567890123456-01",
        "00-12345678901234567890123456789012-1234567890123456-01\0",
        "00-12345678901234567890123456789012-1234567890123456-01, 00-12345678901234567890123456789012-1234567890123456-01",
    ] {
        assert_eq!(parsed(text), None, "{text:?}");
    }
    assert_eq!(parsed(&format!("01-{}", "-".repeat(1_000_000))), None);
}

/// The rules once more, a field at a time.
pub(crate) fn is_allowed(text: &str) -> bool {
    let fields: Vec<&str> = text.trim_matches([' ', '\t']).split('-').collect();
    let [version, trace, span, flags, rest @ ..] = &fields[..] else {
        return false;
    };
    let sized = [(version, 2), (trace, 32), (span, 16), (flags, 2)];
    let is_hex = |text: &str| text.chars().all(|it| "0123456789abcdef".contains(it));
    sized
        .iter()
        .all(|(text, size)| text.len() == *size && is_hex(text))
        && *version != "ff"
        && (*version != "00" || rest.is_empty())
        && [trace, span]
            .iter()
            .all(|id| id.chars().any(|it| it != '0'))
}

/// Changes in a text, each at a place: what is put there, and how much of what stood there goes.
pub(crate) fn changed(mut text: Vec<char>, changes: &[(usize, usize, String)]) -> String {
    for (place, gone, put) in changes {
        let start = place % (text.len() + 1);
        let end = (start + gone).min(text.len());
        text.splice(start..end, put.chars());
    }
    text.into_iter().collect()
}

proptest! {
    #[test]
    fn it_is_taken_exactly_where_the_rules_allow_it(
        version in "[0-9a-f]{2}|00|ff",
        ids in "[0-9a-f]{32}-[0-9a-f]{16}|0{32}-1{16}|1{32}-0{16}|[0-9a-fA-F]{30,33}-[0-9a-f]{15,17}",
        flags in "[0-9a-f]{2}",
        rest in "|-|-[a-z-]{1,9}|[.0-9]",
        changes in prop::collection::vec((0..80_usize, 0..3_usize, "[-0-9a-fA-F \t\\PC]{0,2}"), 0..2),
    ) {
        let text = changed(format!("{version}-{ids}-{flags}{rest}").chars().collect(), &changes);
        prop_assert_eq!(parsed(&text).is_some(), is_allowed(&text), "{:?}", text);
    }

    #[test]
    fn any_text_is_survived(text in ".{0,120}") {
        prop_assert_eq!(parsed(&text).is_some(), is_allowed(&text));
    }

    #[test]
    fn what_is_written_is_what_was_read(trace in 1_u128.., span in 1_u64.., flags in 0..4_u8) {
        let sent = SpanContext::new(
            trace.into(), span.into(), TraceFlags::new(flags), true, TraceState::NONE,
        );
        let headers = crate::context::injected_below(sent.clone());
        prop_assert!(is_allowed(&headers["traceparent"]));
        prop_assert_eq!(parsed(&headers["traceparent"]), Some(sent));
    }
}

#[test]
fn the_example_of_the_standard_is_written_as_it_stands_there() {
    let span = parsed(TRACEPARENT).expect("allowed");
    assert_eq!(
        crate::context::injected_below(span)["traceparent"],
        TRACEPARENT
    );
}
