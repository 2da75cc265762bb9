//! `local_model`: what the spans say of a real server is what the server counted itself.
//!
//! The recordings were made with `--record` at the server that `examples/local_model/serve.py` starts:
//! what it really sent, whole and streamed. They are played always. The server itself is asked by
//!
//! ```sh
//! cargo test -p agentscope-examples --test local_model -- --ignored
//! ```

#[path = "../../agentscope-collector/tests/support/receiver.rs"]
mod receiver;
mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use agentscope::names;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Attribute;
use opentelemetry_proto::tonic::trace::v1::Span;
use receiver::{Mode, Receiver};
use serde_json::Value;
use support::endpoint::{Answer, endpoint};
use support::{Run, local_model};

const STREAMED: &str = include_str!("../recordings/local_model/streamed.jsonl");
const WHOLE: &str = include_str!("../recordings/local_model/whole.jsonl");

/// A request, and the answer to it: one body, or its chunks.
struct Exchange {
    request: Value,
    came: Vec<Value>,
}

impl Exchange {
    /// Those of a record, in order. The first line of a recording says where it is from.
    fn of(record: &str) -> Vec<Self> {
        let mut exchanges: Vec<Self> = Vec::new();
        for line in record.lines() {
            let message: Value = serde_json::from_str(line).expect("JSON");
            if message.get("messages").is_some() {
                let (request, came) = (message, Vec::new());
                exchanges.push(Self { request, came });
            } else if let Some(exchange) = exchanges.last_mut() {
                exchange.came.push(message);
            }
        }
        exchanges
    }

    fn answer(&self) -> Answer {
        match self.request.get("stream") {
            Some(_) => Answer::streamed(&self.came),
            None => Answer::whole(&self.came[0]),
        }
    }

    /// What the server measured of its own work.
    fn timing(&self, key: &str) -> f64 {
        let last = self.came.last().expect("an answer");
        last["timings"][key].as_f64().expect("a number")
    }

    fn counted(&self) -> Tokens {
        let cached = self.timing("cache_n");
        Tokens {
            input: cached + self.timing("prompt_n"),
            cached,
            output: self.timing("predicted_n"),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Tokens {
    input: f64,
    cached: f64,
    output: f64,
}

fn number(span: &Span, key: &str) -> Option<f64> {
    let mut attributes = span.attributes.iter();
    let attribute = attributes.find(|attribute| attribute.key == key)?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Attribute::IntValue(number) => Some(*number as f64),
        Attribute::DoubleValue(number) => Some(*number),
        _ => None,
    }
}

fn tokens(span: &Span) -> Tokens {
    Tokens {
        input: number(span, names::USAGE_INPUT_TOKENS).expect("input tokens"),
        // Not said where nothing was.
        cached: number(span, names::USAGE_CACHE_READ).unwrap_or_default(),
        output: number(span, names::USAGE_OUTPUT_TOKENS).expect("output tokens"),
    }
}

/// Runs the example; gives its spans of the kind too, in the order of their ends.
fn run(url: &str, arguments: &[&str]) -> (Run, Vec<Span>) {
    let receiver = Receiver::start(Mode::Accept);
    let arguments = [&["--model-url", url], arguments].concat();
    let run = local_model(
        &arguments,
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.endpoint())],
    );
    assert_eq!(run.code, Some(0), "{run:?}");
    (run, receiver.received().spans)
}

fn inferences(spans: &[Span]) -> Vec<&Span> {
    let inferences = spans.iter().filter(|span| span.name.starts_with("chat "));
    let mut inferences: Vec<_> = inferences.collect();
    inferences.sort_by_key(|span| span.end_time_unix_nano);
    inferences
}

/// Each span, the totals of the session and what is printed are the server's own counts.
fn assert_counted(run: &Run, spans: &[Span], exchanges: &[Exchange]) -> Tokens {
    let counted: Vec<_> = exchanges.iter().map(Exchange::counted).collect();
    let said: Vec<_> = inferences(spans).into_iter().map(tokens).collect();
    assert!(said.len() > 1, "{run:?}");
    assert_eq!(said, counted);
    let sum = |of: fn(&Tokens) -> f64| counted.iter().map(of).sum::<f64>();
    let all = Tokens {
        input: sum(|tokens| tokens.input),
        cached: sum(|tokens| tokens.cached),
        output: sum(|tokens| tokens.output),
    };
    let printed = format!(
        "the server itself counted {}→{} tokens, {} of",
        all.input, all.output, all.cached
    );
    assert!(run.stdout.contains(&printed), "{printed}: {run:?}");
    let session = spans
        .iter()
        .find(|span| span.name == "invoke_workflow local_model")
        .expect("a session");
    for (key, total) in [
        (names::TOTAL_INPUT_TOKENS, all.input),
        (names::TOTAL_OUTPUT_TOKENS, all.output),
    ] {
        assert_eq!(number(session, key), Some(total), "{key}");
    }
    all
}

fn play(recording: &str, arguments: &[&str]) -> (Run, Vec<Span>, Vec<Exchange>) {
    let exchanges = Exchange::of(recording);
    let (url, requests) = endpoint(exchanges.iter().map(Exchange::answer).collect());
    let (run, spans) = run(&url, arguments);
    assert_eq!(requests.try_iter().count(), exchanges.len());
    (run, spans, exchanges)
}

#[test]
fn usage_is_what_the_server_counted_streamed_or_not() {
    let (run, spans, exchanges) = play(STREAMED, &[]);
    let streamed = assert_counted(&run, &spans, &exchanges);
    for (span, exchange) in inferences(&spans).into_iter().zip(&exchanges) {
        let chunks = number(span, names::STREAM_CHUNKS);
        assert_eq!(chunks, Some(exchange.came.len() as f64));
    }
    let (run, spans, exchanges) = play(WHOLE, &["--unstreamed"]);
    assert_eq!(assert_counted(&run, &spans, &exchanges), streamed);
    for span in inferences(&spans) {
        assert_eq!(number(span, names::STREAM_CHUNKS), None);
    }
}

#[test]
fn the_model_chooses_its_tools_from_the_schema_that_it_is_given() {
    let exchanges = Exchange::of(STREAMED);
    let (url, requests) = endpoint(exchanges.iter().map(Exchange::answer).collect());
    let (run, _) = run(&url, &[]);
    let requests: Vec<Value> = requests.try_iter().collect();
    let offered: Vec<Vec<&str>> = requests
        .iter()
        .map(|request| {
            let branches = &request["response_format"]["json_schema"]["schema"]["oneOf"];
            let branches = branches.as_array().into_iter().flatten();
            branches
                .filter_map(|branch| branch["required"][0].as_str())
                .collect()
        })
        .collect();
    assert_eq!(
        offered,
        [
            vec!["files", "lines", "tests", "answer"],
            vec!["lines", "tests", "answer"],
            vec![],
        ]
    );
    let tree = run.tree();
    for tool in ["▸ tool #0 files  ok", "▸ tool #1 tests  ok"] {
        assert!(tree.contains(tool), "{tool}: {tree}");
    }
}

/// The server that the script starts, until it is dropped.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/local_model/serve.py");
        let mut process = Command::new("python3")
            .arg(script)
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3");
        let stdout = process.stdout.take().expect("piped");
        let mut url = String::new();
        let _ = BufReader::new(stdout).read_line(&mut url);
        let server = Self {
            process,
            url: url.trim().to_owned(),
        };
        assert!(server.url.starts_with("http://"), "the script says why");
        server
    }

    /// Its counters since it started.
    fn counted(&self) -> Tokens {
        let address = self.url.trim_start_matches("http://");
        let address = address.trim_end_matches("/v1");
        let mut stream = TcpStream::connect(address).expect("it listens");
        write!(stream, "GET /metrics HTTP/1.0\r\n\r\n").expect("sent");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("text");
        let counter = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name));
            let value = value.and_then(|value| value.trim().parse::<f64>().ok());
            value.unwrap_or_else(|| panic!("{name}: {text}"))
        };
        let cached = counter("llamacpp:prompt_tokens_cached_total ");
        Tokens {
            input: cached + counter("llamacpp:prompt_tokens_total "),
            cached,
            output: counter("llamacpp:tokens_predicted_total "),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs the example at a server of its own, which has nothing in its cache yet.
fn live(arguments: &[&str], record: &str) -> (Tokens, Vec<Span>, Vec<Exchange>) {
    let server = Server::start();
    let record = format!("{}/{record}", env!("CARGO_TARGET_TMPDIR"));
    let (run, spans) = run(
        &server.url,
        &[arguments, &["--record", record.as_str()]].concat(),
    );
    let exchanges = Exchange::of(&std::fs::read_to_string(record).expect("recorded"));
    let tokens = assert_counted(&run, &spans, &exchanges);
    assert_eq!(tokens, server.counted());
    (tokens, spans, exchanges)
}

#[test]
#[ignore = "downloads a server and a model of 200 MB once, and takes half a minute"]
fn a_real_server_counts_what_the_spans_say() {
    let (streamed, spans, exchanges) = live(&[], "streamed.jsonl");
    for (span, exchange) in inferences(&spans).into_iter().zip(&exchanges) {
        let told = |key| number(span, key).unwrap_or_else(|| panic!("{key}: {span:?}"));
        assert_eq!(told(names::STREAM_CHUNKS), exchange.came.len() as f64);
        let nanos = span.end_time_unix_nano - span.start_time_unix_nano;
        let took = nanos as f64 / 1e9;
        let first = told(names::TIME_TO_FIRST_CHUNK);
        // There is nothing to send before the prompt is read.
        assert!(first > 0.9 * exchange.timing("prompt_ms") / 1e3, "{span:?}");
        assert!(first < took, "{span:?}");
        let (middle, most) = (told(names::STREAM_GAP_P50), told(names::STREAM_GAP_MAX));
        assert!(middle <= most && most < took * 1e3, "{span:?}");
        let rate = told(names::STREAM_TOKENS_PER_SECOND);
        let theirs = exchange.timing("predicted_per_second");
        assert!(
            rate > 0.5 * theirs && rate < 2.0 * theirs,
            "{theirs}: {span:?}"
        );
    }
    let (whole, spans, _) = live(&["--unstreamed"], "whole.jsonl");
    assert_eq!(whole, streamed);
    for span in inferences(&spans) {
        assert_eq!(number(span, names::TIME_TO_FIRST_CHUNK), None);
    }
}
