//! What is promised of any text.

use std::borrow::Cow;

use agentscope_runtime::__private::scrub::{
    Find, Kind, LARGEST, finds, is_clean, scrub, scrub_json,
};

#[test]
fn a_find_becomes_the_marker_of_its_kind() {
    for (text, scrubbed) in [
        ("write to bob@example.com.", "write to [email]."),
        ("pay 4111 1111 1111 1111, 12/27", "pay [card], 12/27"),
        ("card 4111111111111111.0", "card [card].0"),
        ("to DE89 3704 0044 0532 0130 00!", "to [iban]!"),
        (
            "from 192.0.2.7:443 and [2001:db8::1]:80",
            "from [ip]:443 and [[ip]]:80",
        ),
        (
            "route 10.0.0.0/8, 0.0.0.0/0 or 1.1.1.1",
            "route [ip], [ip] or [ip]",
        ),
        ("SSN 078-05-1121", "SSN [ssn]"),
        ("call +41 (0)62 585 51 90", "call [phone]"),
        ("(415) 555-2671 ext. 12", "[phone]"),
        ("key AKIAIOSFODNN7EXAMPLE", "key [credential]"),
        (
            "Authorization: Bearer abcdefghijklmnop0123",
            "Authorization: [credential]",
        ),
        (
            "postgres://app:hunter2@db:5432/x",
            "postgres://[credential]@db:5432/x",
        ),
        ("postgres://app:p@ss@db/x", "postgres://[credential]@db/x"),
        (
            "GET /cb?access_token=word&state=1#x and /b?a=1&Sig=ab%2Fc, done",
            "GET /cb?access_token=[credential]&state=1#x and /b?a=1&Sig=[credential], done",
        ),
        (
            "/a?tokens=3&token=&password=${PASSWORD}&api_key=[credential]&x-token=7",
            "/a?tokens=3&token=&password=${PASSWORD}&api_key=[credential]&x-token=7",
        ),
        (
            "a=-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY----- z",
            "a=[credential] z",
        ),
        (
            "cut -----BEGIN EC PRIVATE KEY-----\nMIIB",
            "cut [credential]",
        ),
        ("4111111111111111@example.com", "[email]"),
        ("john.4155552671@example.com", "[email]"),
        ("q=john%40example.com&x", "q=[email]&x"),
        (
            "\\nbob@example.com\\t4111111111111111\\n",
            "\\n[email]\\t[card]\\n",
        ),
        ("git@github.com:org/repo.git", "git@github.com:org/repo.git"),
        ("mail git@company.com today", "mail [email] today"),
    ] {
        assert_eq!(scrub(text), scrubbed, "{text:?}");
    }
}

#[test]
fn what_is_clean_is_borrowed() {
    assert!(matches!(scrub("nothing in here"), Cow::Borrowed(_)));
    assert!(matches!(
        scrub_json(r#"{"a":["b",1,null]}"#),
        Cow::Borrowed(_)
    ));
    assert!(is_clean("") && scrub("").is_empty() && scrub_json("").is_empty());
}

#[test]
fn a_find_says_where_it_is() {
    let find = Find {
        range: 3..18,
        kind: Kind::Email,
    };
    assert_eq!(
        finds("ö bob@example.com z"),
        [Find {
            range: 3..18,
            ..find
        }]
    );
}

#[test]
fn json_is_scrubbed_as_what_its_strings_say() {
    for (json, scrubbed) in [
        (r#"{"a":"x\nbob@example.com"}"#, r#"{"a":"x\n[email]"}"#),
        (r#"{"a":"bob\u0040example.com"}"#, r#"{"a":"[email]"}"#),
        (r#"{"a":"\u0062ob@example.com\\"}"#, r#"{"a":"[email]\\"}"#),
        (r#"["\t4111111111111111\""]"#, r#"["\t[card]\""]"#),
        (r#"{"bob@example.com":1}"#, r#"{"[email]":1}"#),
        (r#"{"n":4111111111111111,"m":7}"#, r#"{"n":"[card]","m":7}"#),
        (
            r#"{"phone": "5403926876","id":"5403926876"}"#,
            r#"{"phone": "[phone]","id":"5403926876"}"#,
        ),
        (r#"{"phone":5403926876}"#, r#"{"phone":"[phone]"}"#),
        (r#"{"ssn":"078051121"}"#, r#"{"ssn":"[ssn]"}"#),
        (r#""bob@example.com""#, r#""[email]""#),
        // One text in another: both stay JSON.
        (
            r#"{"a":"{\"m\":\"bob@example.com\\n\"}"}"#,
            r#"{"a":"{\"m\":\"[email]\\n\"}"}"#,
        ),
    ] {
        assert_eq!(scrub_json(json), scrubbed, "{json}");
    }
}

#[test]
fn what_is_no_json_is_scrubbed_as_text() {
    for text in [
        "{\"a\": bob@example.com",
        "bob@example.com",
        "{'a': 'bob@example.com'}",
        "[1,2] bob@example.com",
    ] {
        assert_eq!(scrub_json(text), scrub(text));
        assert!(scrub_json(text).contains("[email]"));
    }
}

#[test]
fn half_of_a_surrogate_pair_hides_nothing() {
    let json = r#"{"a":"\ud800 bob@example.com"}"#;
    let scrubbed = scrub_json(json);
    assert!(!scrubbed.contains("bob"), "{scrubbed}");
}

#[test]
fn nothing_leaves_unseen() {
    let long = format!("{} bob@example.com", "x ".repeat(LARGEST / 2));
    let scrubbed = scrub(&long);
    assert!(scrubbed.len() <= LARGEST && scrubbed.ends_with("[cut]"));
    assert!(!scrubbed.contains("bob") && !is_clean(&long));
    assert_eq!(scrub(&scrubbed), scrubbed);
    // A card that lies over the end is not shown in part.
    for place in 0..40 {
        let long = format!(
            "{}4111 1111 1111 1111 {}",
            "x ".repeat(LARGEST / 2 - place),
            "y ".repeat(99)
        );
        assert!(!scrub(&long).contains('4'));
    }
    let json = format!("\"{long}\"");
    assert_eq!(scrub_json(&json), "\"[cut]\"");
}

#[test]
fn deep_json_is_no_danger() {
    let json = format!(
        "{}\"bob@example.com\"{}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(scrub_json(&json).contains("\"[email]\""));
}
