//! Texts that nobody would write: made of seeds by a generator that makes the same in every run.

use std::time::{Duration, Instant};

use crate::check::check;
use crate::generated;
use crate::rng::{Mutation, Rng};

const SEEDS: &[&str] = &[
    "bob.smith+tag@mail.example.co.uk",
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
    "2001:db8::1%eth0/64",
    "::ffff:192.0.2.7",
    "192.0.2.7/24 10.0.0.1:80",
    "SSN: 078051121",
    "+41 (0)62 585 51 90 ext. 12",
    "(415) 555-2671",
    "06 12 34 56 78",
    "Phone: 540 392 6876",
    "postgres://app:p@ss@db/x",
    "Bearer abcdefghijklmnop0123",
    "eyJhbGciOi.eyJzdWIi.c2ln",
    "-----BEGIN RSA PRIVATE KEY-----",
    "-----END RSA PRIVATE KEY-----",
    "sk-abcdefgh12345678ijklmnop",
    "AKIAIOSFODNN7EXAMPLE",
    "123456789:AAabcdefghijklmnopqrstuvwxyz0123456",
    "{\"phone\":5403926876,\"a\":[\"x\\n\\u0040\",null]}",
    "\\n",
    "\\u00e9",
    "\\\"",
    "[card]",
    "[phone]",
    "[email]",
    "[ip]",
    "a::b",
    "::1",
    "::",
    "@",
    "%40",
    "://",
    "+1 ",
    "1234 ",
    "00",
    "(",
    ")",
    "-",
    ".",
    "/",
    ":",
    " ",
    "\n",
    "\"",
    "\u{a0}",
    "\u{202f}",
    "é",
    "电话",
    "中",
    "🦀",
    "0",
    "9",
    "x12",
    "card ",
    "tel ",
    "ssn ",
    "v1.2.3.4",
    "version ",
    "id=",
];

fn mutated(rng: &mut Rng) -> String {
    let text = match rng.below(3) {
        0 => generated::text(rng).0,
        _ => String::new(),
    };
    let mutation = Mutation {
        seeds: SEEDS,
        most_steps: 12,
        signs: "0123456789 .-:@/+()[]\"\\\nabfnxAZ_=%",
        repeated_below: 2_000,
        repeats: 2,
    };
    rng.mutated(text, &mutation)
}

#[test]
fn scrub_survives_seeded_mutations() {
    let seconds = std::env::var("AGENTSCOPE_FUZZ_SECONDS").ok();
    let seconds: Option<u64> = seconds.and_then(|seconds| seconds.parse().ok());
    let start = Instant::now();
    let mut rng = Rng::new(0xf022);
    let mut texts = 0_u64;
    loop {
        for _ in 0..500 {
            check(&mutated(&mut rng));
        }
        texts += 500;
        let is_enough = match seconds {
            Some(seconds) => start.elapsed() >= Duration::from_secs(seconds),
            None => texts >= 5_000,
        };
        if is_enough {
            break;
        }
    }
    println!("{texts} texts in {:?}", start.elapsed());
}
