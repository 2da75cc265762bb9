//! The guide: an agent that knew nothing of agentscope, and what attributes alone show of it.
//!
//! The model's answers are written by hand, in the form that the provider documents; the endpoint that
//! gives them is real.

mod support;

use serde_json::{Value, json};
use support::endpoint::{Answer, endpoint};
use support::{Run, order_desk};

const BEFORE: &str = include_str!("../annotate/before.rs");
const AFTER: &str = include_str!("../annotate/after.rs");
const GUIDE: &str = include_str!("../annotate/README.md");

/// A completion: words, and the tool calls that they give the reason of.
fn completion(turn: usize, content: &str, calls: &[(&str, Value)]) -> Answer {
    let calls: Vec<_> = calls
        .iter()
        .enumerate()
        .map(|(index, (name, arguments))| {
            json!({
                "id": format!("call_{turn}_{index}"), "type": "function",
                "function": {"name": name, "arguments": arguments.to_string()},
            })
        })
        .collect();
    let finish_reason = if calls.is_empty() {
        "stop"
    } else {
        "tool_calls"
    };
    let calls = (!calls.is_empty()).then_some(calls);
    Answer::whole(&json!({
        "id": format!("chatcmpl-{turn}"), "object": "chat.completion", "created": 1_790_000_000,
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [{
            "index": 0, "finish_reason": finish_reason, "logprobs": null,
            "message": {"role": "assistant", "content": content, "refusal": null, "tool_calls": calls},
        }],
        "usage": {"prompt_tokens": 200 + 50 * turn, "completion_tokens": 20, "total_tokens": 220 + 50 * turn},
    }))
}

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

/// The lines of the guide's diff.
fn diff() -> impl Iterator<Item = &'static str> {
    let (_, block) = GUIDE.split_once("```diff\n").expect("a diff in the guide");
    let (diff, _) = block.split_once("```").expect("its end");
    diff.lines()
}

#[test]
fn the_diff_of_the_guide_makes_the_annotated_program_and_adds_attributes_only() {
    let mut before = BEFORE.lines();
    let mut made = Vec::new();
    let mut added = Vec::new();
    for line in diff() {
        // Where nothing is left of an empty line of context but the line.
        let line = if line.is_empty() { " " } else { line };
        match line.split_at_checked(1) {
            Some(("+", new)) => {
                made.push(new);
                added.push(new.trim());
            }
            // A context line that stands further down: what is before it stays as it was.
            Some((" ", same)) => loop {
                let line = before.next().expect("the context stands in the program");
                made.push(line);
                if line == same {
                    break;
                }
            },
            _ => assert!(line.starts_with("@@"), "{line}"),
        }
    }
    made.extend(before);
    let is_other = |(made, after): &(&&str, &str)| **made != *after;
    let other = made.iter().zip(AFTER.lines()).find(is_other);
    assert_eq!((other, made.len()), (None, AFTER.lines().count()));
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
    assert!(after.stdout.starts_with(&before.stdout), "{after:?}");
}

/// What is not the same in each run: times, and the session's id.
fn without_times(tree: &str) -> Vec<String> {
    let is_time = |word: &&str| {
        let unit = word.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.');
        unit.len() < word.len() && ["s", "ms", "µs"].contains(&unit)
    };
    let line = |line: &str| {
        let line = line.split(" · id ").next().unwrap_or(line);
        let words: Vec<_> = line.split(' ').filter(|word| !is_time(word)).collect();
        words.join(" ").trim_end().to_owned()
    };
    tree.lines()
        .map(line)
        .filter(|line| !line.is_empty())
        .collect()
}

#[test]
fn attributes_alone_show_every_step_with_what_decided_it_as_the_guide_says() {
    let (_, block) = GUIDE.split_once("```text\n").expect("a tree in the guide");
    let (shown, _) = block.split_once("```").expect("its end");
    let run = run(true);
    assert_eq!(without_times(run.tree()), without_times(shown), "{run:?}");
    assert!(!run.tree().contains("1042"), "no class, no value: {run:?}");
}
