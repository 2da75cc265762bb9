//! A server whose answers stream: each request is a session that lasts as long as its answer.
#![cfg(unix)]

mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::json;
use support::endpoint::{chunks, completion, endpoint};
use support::{command, guide};

const GUIDE: &str = include_str!("../axum/README.md");
const WORDS: [&str; 4] = ["There", " are", " twelve", " lamps."];

/// Starts the program, asks it once, and stops it: what it has answered, and its standard output.
fn asked(program: &str) -> (String, String) {
    let answers = vec![
        completion(
            0,
            "I look into the stock.",
            &[("stock", json!({"item": "lamp"}))],
        ),
        chunks(1, &WORDS),
    ];
    let (url, _requests) = endpoint(answers);
    let arguments = ["--model-url", &url, "--model", "gpt-4o-mini"];
    let mut desk = command(program, &arguments, &[("OPENAI_API_KEY", "none")])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the example was built");
    let mut out = BufReader::new(desk.stdout.take().expect("piped"));
    let mut line = String::new();
    out.read_line(&mut line).expect("its first line");
    let address = line.trim_end().strip_prefix("listening on ");
    let mut stream = TcpStream::connect(address.expect("an address")).expect("it listens");
    let body = json!("How many lamps are there?").to_string();
    write!(
        stream,
        "POST /questions HTTP/1.1\r\nhost: desk\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let id = desk.id().to_string();
    let stopped = Command::new("kill").args(["-INT", &id]).status();
    assert!(stopped.expect("kill is there").success());
    let mut printed = String::new();
    out.read_to_string(&mut printed).expect("UTF-8");
    assert!(desk.wait().expect("it ends").success());
    (answer, printed)
}

#[test]
fn the_diff_of_the_guide_makes_the_annotated_program() {
    let (before, after) = (
        include_str!("../axum/desk_before.rs"),
        include_str!("../axum/desk.rs"),
    );
    let applied = guide::applied(before, guide::block(GUIDE, "diff", 0));
    assert_eq!(guide::first_difference(&applied.program, after), None);
    assert_eq!(applied.removed, [""; 0]);
    let is_attribute = |line: &&str| line.starts_with("#[") && line.ends_with(']');
    let beside: Vec<_> = applied
        .added
        .into_iter()
        .filter(|line| !is_attribute(line))
        .collect();
    assert_eq!(
        beside,
        [
            "use agentscope::{agent, inference, tool};",
            "let _guard = agentscope_collector::init()?;",
            ".layer(agentscope::tower::SessionLayer::new())",
        ]
    );
}

#[test]
fn a_request_is_a_session_that_lasts_as_long_as_its_answer_as_the_guide_says() {
    let (before, _) = asked(env!("CARGO_BIN_EXE_desk_before"));
    let (answer, printed) = asked(env!("CARGO_BIN_EXE_desk"));
    let words = |answer: &str| {
        let lines = answer
            .lines()
            .filter_map(|line| line.strip_prefix("data: "));
        lines.map(str::to_owned).collect::<String>()
    };
    assert_eq!(words(&answer), WORDS.concat());
    assert_eq!(words(&answer), words(&before));
    let tree = &printed[printed.find('◆').expect("a tree")..];
    assert_eq!(
        guide::without_times(tree),
        guide::without_times(guide::block(GUIDE, "text", 0)),
        "{printed}"
    );
}
