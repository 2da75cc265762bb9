//! What holds of every text; the fuzz target looks at the same.

use agentscope_runtime::__private::scrub::{finds, is_clean, scrub, scrub_json};
use serde::de::IgnoredAny;

/// Fails if scrubbing a text leaves a find in it, or is not finished after once, or makes something
/// else than JSON of JSON.
pub(crate) fn check(text: &str) {
    let once = scrub(text);
    assert!(is_clean(&once), "{text:?} → {once:?}: {:?}", finds(&once));
    assert_eq!(scrub(&once), once, "{text:?}");
    let mut last = 0;
    for find in finds(text) {
        assert!(
            last <= find.range.start && find.range.start < find.range.end,
            "{text:?}"
        );
        assert!(text.get(find.range.clone()).is_some(), "{text:?}: {find:?}");
        last = find.range.end;
    }
    let json = scrub_json(text);
    if serde_json::from_str::<IgnoredAny>(text).is_ok() {
        let valid = serde_json::from_str::<IgnoredAny>(&json);
        assert!(valid.is_ok(), "{text:?} → {json:?}");
    }
    assert_eq!(scrub_json(&json), json, "{text:?}");
    let quoted = serde_json::Value::from(text).to_string();
    let json = scrub_json(&quoted);
    let read: Result<String, _> = serde_json::from_str(&json);
    assert!(
        read.is_ok_and(|read| is_clean(&read)),
        "{text:?} → {json:?}"
    );
}
