//! Texts that are made up, with what is in them.

use agentscope_runtime::__private::scrub::{Kind, finds, is_clean, scrub, scrub_json};

use crate::carriers::{NEUTRAL, named};
use crate::rng::Rng;
use crate::score::{Gold, Score};
use crate::values;

const KINDS: [Kind; 7] = [
    Kind::Email,
    Kind::Card,
    Kind::Iban,
    Kind::Ip,
    Kind::Ssn,
    Kind::Phone,
    Kind::Credential,
];
const TEXTS: usize = 20_000;

/// One carrier with its value.
fn sentence(rng: &mut Rng) -> (String, Vec<Gold>) {
    let kind = KINDS[rng.below(KINDS.len())];
    let made = values::value(rng, kind);
    let carrier = match made.is_plain && rng.below(2) == 0 {
        true => rng.pick(NEUTRAL),
        false => rng.pick(named(kind)),
    };
    let start = carrier.find("{}").unwrap();
    let range = start..start + made.text.len();
    // A letter of the script before an address may be one of it.
    (
        carrier.replacen("{}", &made.text, 1),
        vec![Gold { range, kind }],
    )
}

/// One sentence or a few, on a line or on several.
pub(crate) fn text(rng: &mut Rng) -> (String, Vec<Gold>) {
    let (mut text, mut gold) = (String::new(), Vec::new());
    for place in 0..1 + rng.below(3) {
        if place > 0 {
            text.push_str(rng.pick(&["\n", "; ", " | ", "\n\n", " — ", ". "]));
        }
        let (more, spans) = sentence(rng);
        gold.extend(spans.into_iter().map(|span| Gold {
            range: span.range.start + text.len()..span.range.end + text.len(),
            ..span
        }));
        text.push_str(&more);
    }
    (text, gold)
}

#[test]
fn what_is_made_up_is_found() {
    let mut rng = Rng::new(0x5eed);
    let mut score = Score::default();
    for _ in 0..TEXTS {
        let (text, gold) = text(&mut rng);
        score.add(&text, &gold, &KINDS);
        assert_ne!(scrub(&text), "[scrubbed]", "{text:?}");
    }
    println!("{TEXTS} texts\n{}", score.figures());
    println!(
        "{}",
        score
            .misses
            .iter()
            .take(60)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
    for kind in [
        Kind::Email,
        Kind::Card,
        Kind::Iban,
        Kind::Ssn,
        Kind::Credential,
    ] {
        score.require(kind, 0.98, 0.98);
    }
    score.require(Kind::Ip, 0.95, 0.95);
    score.require(Kind::Phone, 0.70, 0.95);
}

/// The same in JSON: what was planted is gone, and it is JSON still.
#[test]
fn what_is_made_up_is_found_in_json() {
    let mut rng = Rng::new(0x150_4711);
    let (mut planted, mut left) = (0, 0);
    for _ in 0..4_000 {
        let (text, gold) = text(&mut rng);
        let json = serde_json::json!({ "step": 3, "message": text, "more": [null, { "x": 1.5 }] });
        let scrubbed: serde_json::Value =
            serde_json::from_str(&scrub_json(&json.to_string())).unwrap();
        let message = scrubbed["message"].as_str().unwrap();
        planted += gold.len();
        left += gold
            .iter()
            .filter(|span| message.contains(&text[span.range.clone()]))
            .count();
    }
    println!("{left} of {planted} left");
    assert!(left * 50 <= planted, "{left} of {planted} left");
}

/// Numbers and names of the kinds that telemetry has, never the same.
fn harmless(rng: &mut Rng) -> String {
    let seconds = 1_700_000_000 + rng.below(99_999_999);
    let bad_luhn = |body: String| {
        let check = (values::luhn(&body) + 1 + u32::try_from(body.len() % 8).unwrap()) % 10;
        format!("{body}{check}")
    };
    match rng.below(24) {
        0 => rng.fill("trace_id=~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ span_id=~~~~~~~~~~~~~~~~"),
        1 => rng.fill("run ~~~~~~~~-~~~~-4~~~-a~~~-~~~~~~~~~~~~ resumed"),
        2 => format!("ts={seconds} took {} ms", rng.below(99_999)),
        3 => format!("{{\"ts\":{seconds}{},\"ok\":true}}", rng.digits(3)),
        4 => format!("at {seconds}{} ns", rng.digits(9)),
        5 => format!("order {} shipped", bad_luhn(rng.fill("4##############"))),
        6 => format!(
            "invoice {}",
            bad_luhn(rng.fill("5#### #### #### ##").replace(' ', ""))
        ),
        7 => rng.fill("commit ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~"),
        8 => rng.fill("sha256:~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~"),
        9 => format!(
            "version {}.{}.{}.{}",
            rng.below(20),
            rng.below(20),
            rng.below(255),
            rng.below(255)
        ),
        10 => format!(
            "v{}.{}.{}-{}-g{}",
            rng.below(9),
            rng.below(30),
            rng.below(9),
            rng.below(99),
            rng.fill("~~~~~~~")
        ),
        11 => rng.fill("prompt_tokens=P##### completion_tokens=P### total_tokens=P#####"),
        12 => rng.fill("src/a/b.rs:P##:P# and lib.py:P###"),
        13 => rng.fill("2024-0P-1# 1#:3#:4#.######"),
        14 => rng.fill("cost $0.00####, total P,###,###.##"),
        15 => rng.fill("-1##.######, 4#.######"),
        16 => rng.fill("gpt-4o-2024-0P-1# claude-3-5-sonnet-2024101#"),
        17 => rng.fill("call_~~~~~~~~~~~~~~~~~~~~~~~~ returned P### rows"),
        18 => rng.fill("pkg@P.##.# and @scope/name@P.#.##-rc.#"),
        19 => rng.fill("mac ~~:~~:~~:~~:~~:~~ at 1#:3#:5#"),
        20 => rng.fill("a[::P] std::fmt b::c::d P:#"),
        21 => rng.fill("size P###### bytes, offset P########"),
        22 => rng.fill("P.####e-0P 0.################ -P.######"),
        _ => rng.fill("ticket #P###### user_id=P########, zip P####-####"),
    }
}

#[test]
fn nothing_is_found_where_nothing_is() {
    let mut rng = Rng::new(0xc1ea4);
    for _ in 0..TEXTS {
        let parts: Vec<String> = (0..1 + rng.below(4)).map(|_| harmless(&mut rng)).collect();
        let text = parts.join(rng.pick(&["\n", " ", ", ", " | "]));
        assert!(
            is_clean(&text),
            "{text:?}: {:?}\n{}",
            finds(&text),
            scrub(&text)
        );
    }
}
