//! W3C Baggage, as far as it is read; against the SDK's propagator where that reads it too.

use std::collections::HashMap;

use agentscope::Session;
use agentscope::propagation::inject;
use agentscope_runtime as agentscope;
use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry_sdk::propagation::BaggagePropagator;
use proptest::prelude::*;

use crate::extracted;
use crate::support::recorder;

pub(crate) fn task(baggage: &str) -> Option<String> {
    let remote = extracted(&[("baggage", baggage)]);
    remote.task_id().map(str::to_owned)
}

#[test]
fn what_the_standard_allows_is_read() {
    for (baggage, expected) in [
        ("agentscope.task.id=T-1", "T-1"),
        ("agentscope.task.id = \t T-1 \t", "T-1"),
        ("a=b,agentscope.task.id=T-1,c=d", "T-1"),
        (" a=b , agentscope.task.id=T-1 ", "T-1"),
        (",,agentscope.task.id=T-1,", "T-1"),
        ("agentscope.task.id=T-1;property;key=value", "T-1"),
        ("agentscope.task.id=T-1 ; p = v", "T-1"),
        ("agentscope.task.id=a=b=c", "a=b=c"),
        ("agentscope.task.id=%54%2d1", "T-1"),
        (
            "agentscope.task.id=a%20b%2Cc%3Bd%25e%22%5C",
            "a b,c;d%e\"\\",
        ),
        ("agentscope.task.id=%E9%9B%BB%E8%A9%B1-%C3%9F", "電話-ß"),
        (
            "agentscope.task.id=!#$&'()*+-./:<=>?@[]^_`{|}~",
            "!#$&'()*+-./:<=>?@[]^_`{|}~",
        ),
        // The first of two.
        ("agentscope.task.id=T-1,agentscope.task.id=T-2", "T-1"),
    ] {
        assert_eq!(task(baggage).as_deref(), Some(expected), "{baggage:?}");
    }
}

#[test]
fn what_is_no_value_is_not() {
    for baggage in [
        "",
        "agentscope.task.id",
        "agentscope.task.id=",
        "agentscope.task.id= ",
        "agentscope.task.id;=T-1",
        "=T-1",
        "AGENTSCOPE.TASK.ID=T-1",
        "agentscope.task.id=a b",
        "agentscope.task.id=\"T-1\"",
        "agentscope.task.id=a\\b",
        "agentscope.task.id=é",
        "agentscope.task.id=%",
        "agentscope.task.id=%4",
        "agentscope.task.id=%4g",
        "agentscope.task.id=%+4",
        "agentscope.task.id=%%35",
        "agentscope.task.id=%ff",
        "agentscope.task.id=%C3",
        "agentscope.task.id=%ED%A0%80",
    ] {
        assert_eq!(task(baggage), None, "{baggage:?}");
    }
}

proptest! {
    // Whatever the application calls its task: both propagators carry it, and each reads the other's.
    #[test]
    fn identifiers_come_out_as_they_went_in(id in "[\\PC]{1,40}|[ -~]{1,40}") {
        recorder();
        let (known, ours, theirs) = Session::builder().task(id.clone()).run_sync(|| {
            let known = Context::map_current(|cx| {
                let task = cx.baggage().get("agentscope.task.id");
                task.map(ToString::to_string)
            });
            let (mut ours, mut theirs) = (HashMap::new(), HashMap::new());
            inject(&mut ours);
            BaggagePropagator::new().inject(&mut theirs);
            (known, ours, theirs)
        });
        prop_assert_eq!(&task(&ours["baggage"]), &known);
        // The SDK's propagator writes these two as they are, which the standard does not allow.
        if !id.contains(['%', '\\']) {
            prop_assert_eq!(&task(&theirs["baggage"]), &known);
        }
        let read = BaggagePropagator::new().extract_with_context(&Context::new(), &ours);
        let read = read.baggage().get("agentscope.task.id").map(ToString::to_string);
        prop_assert_eq!(read, known);
    }

    #[test]
    fn any_text_is_survived(text in "(agentscope.task.id=|session.id=|[,;=% \t]|%[0-9A-F]{2}|.){0,60}") {
        if let Some(id) = task(&text) {
            prop_assert!(!id.is_empty() && id.len() <= 256 && !id.contains(char::is_control));
        }
    }
}
