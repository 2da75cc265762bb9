//! The guide: an agent that knew nothing of agentscope, and what attributes alone show of it.
//!
//! The model's answers are written by hand, in the form that the provider documents; the endpoint that
//! gives them is real.

mod support;

use serde_json::json;
use support::endpoint::{Answer, completion, endpoint};
use support::{Run, guide, order_desk};

const BEFORE: &str = include_str!("../annotate/before.rs");
const AFTER: &str = include_str!("../annotate/after.rs");
const GUIDE: &str = include_str!("../annotate/README.md");

fn answers() -> Vec<Answer> {
    vec![
        completion(
            0,
            "I look the order up.",
            &[("find_order", json!({"number": 1042}))],
        ),
        completion(
            1,
            "It is late: where is it?",
            &[("track_parcel", json!({"number": 1042}))],
        ),
        completion(
            2,
            "Nine days late: the customer gets the money back.",
            &[(
                "refund_order",
                json!({"number": 1042, "cause": "nine days late"}),
            )],
        ),
        completion(
            3,
            "Your lamp is nine days late. I have refunded 54.50.",
            &[],
        ),
    ]
}

fn run(annotated: bool) -> Run {
    let (url, _requests) = endpoint(answers());
    let arguments = [
        "--model-url",
        &url,
        "--model",
        "gpt-4o-mini",
        "Where is order 1042?",
    ];
    order_desk(annotated, &arguments, &[("OPENAI_API_KEY", "none")])
}

#[test]
fn the_diff_of_the_guide_makes_the_annotated_program_and_adds_attributes_only() {
    let applied = guide::applied(BEFORE, guide::block(GUIDE, "diff", 0));
    assert_eq!(guide::first_difference(&applied.program, AFTER), None);
    assert_eq!(applied.removed, [""; 0]);
    let added = applied.added;
    let is_attribute = |line: &&&str| line.starts_with("#[") && line.ends_with(']');
    let others: Vec<_> = added.iter().filter(|line| !is_attribute(line)).collect();
    assert_eq!(
        others,
        [
            &"use agentscope::{agent, inference, tool};",
            &"let _guard = agentscope_collector::init()?;"
        ]
    );
}

#[test]
fn the_program_answers_as_before() {
    let (before, after) = (run(false), run(true));
    assert_eq!((before.code, after.code), (Some(0), Some(0)), "{after:?}");
    let [said, _] = after.with_and_without(&before);
    assert_eq!(said, before.stdout, "{after:?}");
}

#[test]
fn attributes_alone_show_every_step_with_what_decided_it_as_the_guide_says() {
    let shown = guide::block(GUIDE, "text", 0);
    let annotated = run(true);
    let [_, tree] = annotated.with_and_without(&run(false));
    assert_eq!(
        guide::without_times(&tree),
        guide::without_times(shown),
        "{annotated:?}"
    );
    assert!(!tree.contains("1042"), "no class, no value: {annotated:?}");
}
