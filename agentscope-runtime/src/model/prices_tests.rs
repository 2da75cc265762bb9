//! The table itself, how models are found in it, and what is charged.

use serde_json::Value;

use super::*;

fn table(text: &str) -> Table {
    Table(price_file::parse(text).expect("of the format"))
}

fn usage(input: u64, read: u64, written: u64, output: u64) -> Usage {
    Usage {
        input_tokens: input,
        cache_read_input_tokens: read,
        cache_write_input_tokens: written,
        output_tokens: output,
        reasoning_output_tokens: 0,
    }
}

#[test]
fn the_built_in_table_has_a_date_and_a_source_for_each_price() {
    let text: Value = serde_json::from_str(BUILT_IN).expect("JSON");
    let models = text["models"].as_array().expect("a list");
    assert!(models.len() >= 25);
    for model in models {
        let name = &model["names"][0];
        for said in ["date", "source", "provider"] {
            assert!(model[said].is_string(), "{said} of {name}");
        }
        let source = model["source"].as_str().unwrap_or("");
        assert!(source.starts_with("https://"), "source of {name}");
    }
    let names: usize = models
        .iter()
        .map(|model| model["names"].as_array().map_or(0, Vec::len))
        .sum();
    assert_eq!(Table::built_in().0.len(), names, "no name stands twice");
}

#[test]
fn what_is_cached_is_priced_once() {
    // 100 new, 800 read and 100 written at $3, $0.30 and $3.75, 50 out at $15.
    let cost = cost("claude-sonnet-4-5-20250929", &usage(1_000, 800, 100, 50));
    assert_eq!(cost, Some(MicroDollars::new(300 + 240 + 375 + 750)));
    // More cached than there was: a provider's mistake, and no reason to pay less than nothing.
    assert!(
        known("gpt-4o")
            .expect("there")
            .cost(&usage(10, 20, 0, 0))
            .micro()
            > 0
    );
}

#[test]
fn fractions_of_a_millionth_are_rounded_at_the_end() {
    // 30 tokens at $0.005 for a million are 0.15 millionths, and with 70 at $0.05 they are 3.65.
    let nano = known("gpt-5-nano").expect("there");
    assert_eq!(nano.cost(&usage(100, 30, 0, 0)).micro(), 4);
    assert_eq!(nano.cost(&usage(0, 0, 0, 0)).micro(), 0);
    let all = usage(u64::MAX, 0, 0, u64::MAX);
    assert_eq!(known("gpt-4").expect("there").cost(&all).micro(), u64::MAX);
}

#[test]
fn a_long_request_costs_more_from_its_first_token() {
    let model = known("claude-haiku-5-5").expect("there");
    assert_eq!(model.cost(&usage(100_000, 0, 0, 0)).micro(), 10_000);
    assert_eq!(model.cost(&usage(100_001, 0, 0, 0)).micro(), 50_001);
}

#[test]
fn a_snapshot_is_its_model_and_another_model_is_not() {
    let same = [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("openai/gpt-4o", "gpt-4o"),
        ("GPT-4o", "gpt-4o"),
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5"),
        ("anthropic/claude-haiku-4-5@20251001", "claude-haiku-4-5"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku"),
        ("models/gemini-2.5-flash-001", "gemini-2.5-flash"),
        ("gpt-4.1-mini-2025-04-14", "gpt-4.1-mini"),
    ];
    for (name, base) in same {
        assert!(known(base).is_some(), "{base}");
        assert_eq!(known(name), known(base), "{name}");
    }
    let unknown = [
        "",
        "-",
        "gpt",
        "gpt-4o-realtime",
        "gpt-4o-2024",
        "gpt-4o-08-06",
        "my-gpt-4o",
        "gpt-4o-2024-08-0x",
        "azure/gpt-4o",
        "gpt-4o@today",
        "é-20250101",
    ];
    for name in unknown {
        assert_eq!(known(name), None, "{name}");
        assert_eq!(cost(name, &usage(1, 0, 0, 1)), None, "{name}");
    }
}

#[test]
fn an_own_table_needs_no_more_than_prices() {
    let own = table(r#"{"models": [{"names": ["Mine"], "input": 1, "output": 2}]}"#);
    let mine = own.find("mine-2026-01-01").expect("there");
    assert_eq!(
        mine.cost(&usage(10, 4, 4, 1)).micro(),
        12,
        "cached as any input"
    );
    assert_eq!(mine.window, None);
}

#[test]
fn what_is_no_table_is_refused_with_a_reason() {
    let refused = [
        ("", "no table of prices"),
        (r#"{"models": [{"names": ["m"], "output": 1}]}"#, "input"),
        (
            r#"{"models": [{"names": ["m"], "inptu": 1, "input": 1, "output": 1}]}"#,
            "inptu",
        ),
        (
            r#"{"models": [{"names": ["m"], "input": -1, "output": 1}]}"#,
            "price of m",
        ),
    ];
    for (text, reason) in refused {
        let error = price_file::parse(text).expect_err(text).to_string();
        assert!(error.contains(reason), "{error}");
    }
    let missing = Table::read(Path::new("/nowhere/prices.json"));
    assert!(
        missing
            .err()
            .expect("not there")
            .to_string()
            .contains("cannot be read")
    );
}
