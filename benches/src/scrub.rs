//! What the scrubber of free text costs: what agents write, and what would be the worst for it.

use std::fmt::Write as _;
use std::hint::black_box;

use agentscope::__private::scrub::{finds, scrub, scrub_json};

use crate::measure::{Budget, Outcome, Sample, Timing, here, interleaved};

/// Bytes of each text, about.
const SIZE: usize = 100_000;
const REFERENCE: &str = "copying the text and checking that it is UTF-8";

/// Lines as agents write them; in one of five there is something to find.
const LINES: [&str; 20] = [
    "2024-08-06T12:30:45.123Z INFO planner: step 3 of 12, calling search_orders with 2 arguments\n",
    "The customer wants a refund for order #W5403926, which was delivered three days ago and arrived broken.\n",
    "{\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"span_id\":\"00f067aa0ba902b7\",\"ts\":1722945045123}\n",
    "I should look the order up first; if it is within 30 days I can refund it to the original payment method.\n",
    "Please confirm with anna.larsen+orders@mail.example.com that the new address is right.\n",
    "usage: prompt_tokens=12873 completion_tokens=512 total_tokens=13385 cost_usd=0.0421\n",
    "thread 'main' panicked at src/agent/planner.rs:128:17: index out of bounds: the len is 3\n",
    "Observation: 17 results. The first says that std::fmt::Display is implemented for a::b::Error since 1.2.0.\n",
    "Call me on +44 20 7946 0958 after five, or leave a message with my colleague at the front desk.\n",
    "GET https://api.example.com/v1/items?limit=50&offset=100 200 in 132 ms (sha256:e3b0c44298fc1c14)\n",
    "Die Bestellung ist unterwegs; die Lieferung dauert erfahrungsgemäß zwei bis vier Werktage.\n",
    "Thought: the tool failed twice with a timeout of 30 s, so I try again with a smaller page size of 20 rows.\n",
    "The payment with 4111 1111 1111 1111 was declined, the one by transfer went through without a problem.\n",
    "def plan(goal: str, *, depth: int = 3) -> list[Step]:  # the model is gpt-4o-2024-08-06\n",
    "run 550e8400-e29b-41d4-a716-446655440000 finished: 7 tool calls, 3 inferences, 1 retry, 42.7 s\n",
    "connection from 203.0.113.42:51834 closed after 3600 s; 1048576 bytes sent, 20480 received\n",
    "The user is not sure which of the two accounts was charged and asks for a list of all charges since May.\n",
    "| id | item | price | in stock |\n| 7 | lamp, brass | 49.90 | 12 |\n| 8 | lamp, steel | 39.90 | 0 |\n",
    "No further steps are needed: the refund of 49.90 EUR was issued and the customer was told so.\n",
    "remember: prefers e-mail, speaks French and English, has asked twice about the warranty of the lamp\n",
];
const WITH_FINDS: [usize; 4] = [4, 8, 12, 15];

fn prose(with_finds: bool) -> String {
    let lines = LINES.iter().enumerate();
    let lines: Vec<&str> = lines
        .filter(|(place, _)| with_finds || !WITH_FINDS.contains(place))
        .map(|(_, line)| *line)
        .collect();
    let mut text = String::with_capacity(SIZE);
    // Numbered, so that no two lines are the same.
    for (place, line) in lines.iter().cycle().enumerate() {
        if text.len() >= SIZE {
            return text;
        }
        let _ = write!(text, "[{place}] {line}");
    }
    text
}

/// Texts that are made to be slow: what a search begins in again and again, and never ends.
fn floods() -> Vec<(&'static str, String)> {
    let units = [
        ("groups of digits", "1234 "),
        ("pairs of digits", "06 12 "),
        ("triples of digits", "415-"),
        ("what may be cards", "4111 1111 1111 1112 "),
        ("cards in one run", "4111-1111-1111-1112-"),
        ("one run of digits", "4"),
        ("cards", "4111111111111111 "),
        ("dotted digits", "1.1.1."),
        ("addresses of version 4", "1.1.1.1 "),
        ("no addresses of version 4", "1.1.1.256 "),
        ("signs of addresses", "@"),
        ("addresses without an end", "a@"),
        (
            "addresses with a long name",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b ",
        ),
        ("addresses", "a@b.cc "),
        (
            "addresses of many labels",
            "x@a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.",
        ),
        ("labels", "a.a.a."),
        ("letters outside of ASCII", "é@é."),
        ("colons", ":"),
        ("pairs of colons", "a::"),
        ("no addresses of version 6", "a:b:c:d:"),
        ("addresses of version 6", "2001:db8::1 "),
        ("times", "12:30:45:"),
        ("signs of numbers", "+1 "),
        ("numbers of telephones", "+41 79 123 45 67 "),
        ("names of numbers", "tel 123456 "),
        ("zeros in front", "0123 456 "),
        ("brackets", "(0)"),
        ("hexadecimal", "deadbeef01234567"),
        ("base64", "TWFuIGlzIGRpc3Rpbmd1aXNoZWQ0MTEx/"),
        ("countries", "DE89 "),
        ("no accounts", "DE89370400440532013001 "),
        ("accounts", "DE89370400440532013000 "),
        ("prefixes of keys", "sk-a"),
        ("prefixes of keys in words", "AKIAIOSFODNN7EXAMPL "),
        ("web tokens", "eyJhbGci."),
        ("bearers", "bearer "),
        ("schemes", "a://b:"),
        ("names in URLs", "a://b:c@"),
        ("private keys", "-----BEGIN PRIVATE KEY-----"),
        ("begins of private keys", "-----BEGIN A"),
        ("nine digits", "123456789 "),
        ("numbers of three parts", "123-45-6789-"),
        // The slowest of many thousands that were put together from the others by chance.
        ("an address and pairs of digits", "é@é.é006 12 06 12 "),
        ("an address and a number", "2001:db8::1 200"),
        ("digits and a quote", "1.1.1.25\"0123 456 012"),
        ("a zone and addresses", "1234 1234 fe80::1%é@é.é@é.é@é.é"),
        ("an extension and an address", "ext.1232024-0é@é.é"),
        ("brackets and pairs", "(0123)06 12 06"),
        ("numbers that touch", "+41 79 123 45 67x12345::1"),
        ("accounts that touch", "DE89370400440532013000"),
    ];
    let flood = |unit: &str| unit.repeat(2 * SIZE / unit.len());
    units.map(|(name, unit)| (name, flood(unit))).into()
}

fn copied(text: &str) {
    let copy = black_box(text).as_bytes().to_vec();
    black_box(String::from_utf8(copy).is_ok());
}

/// Megabytes a second of a text.
fn speed(timing: Timing, text: &str) -> Timing {
    let bytes = u32::try_from(text.len()).unwrap_or(u32::MAX);
    Timing {
        median: f64::from(bytes) * 1e3 / timing.median,
        ..timing
    }
}

/// Measures one way to look at a text beside its copy.
fn measured(text: &str, mut look: impl FnMut(&str)) -> [Timing; 2] {
    let calls = 3;
    let timings = interleaved(
        &mut [&mut || repeat(calls, || look(black_box(text))), &mut || {
            repeat(100, || copied(text))
        }],
    );
    [timings[0][0], timings[1][0]].map(|timing| speed(timing, text))
}

fn repeat(calls: u32, mut once: impl FnMut()) -> Sample {
    here(calls, &mut |calls| (0..calls).for_each(|_| once()))
}

fn outcome(case: impl Into<String>, [ours, copy]: [Timing; 2], least: Option<f64>) -> Outcome {
    let budget = least.map_or(Budget::None, Budget::AtLeast);
    Outcome::new("scrub", "MB/s", (case, ours), (REFERENCE, copy), budget)
}

/// Prose with finds and without, and the slowest of the floods.
pub(crate) fn run() -> Vec<Outcome> {
    let (prose, clean) = (prose(true), prose(false));
    let json = serde_json::json!({ "messages": prose.lines().collect::<Vec<_>>() }).to_string();
    let scrubbed = |text: &str| {
        black_box(scrub(text));
    };
    let mut outcomes = vec![
        outcome(
            format!(
                "prose, {} finds in {} KB",
                finds(&prose).len(),
                prose.len() / 1000
            ),
            measured(&prose, scrubbed),
            Some(60.0),
        ),
        outcome(
            "prose without finds",
            measured(&clean, scrubbed),
            Some(60.0),
        ),
        outcome(
            "the prose as JSON, a string for each line",
            measured(&json, |json| {
                black_box(scrub_json(json));
            }),
            None,
        ),
    ];
    let mut floods: Vec<_> = floods()
        .into_iter()
        .map(|(name, text)| (name, measured(&text, scrubbed)))
        .collect();
    floods.sort_by(|(_, one), (_, other)| one[0].median.total_cmp(&other[0].median));
    for (place, (name, timings)) in floods.into_iter().take(3).enumerate() {
        let case = match place {
            0 => format!("the worst of the floods: {name}"),
            _ => format!("the next of the floods: {name}"),
        };
        outcomes.push(outcome(case, timings, Some(10.0)));
    }
    outcomes
}
