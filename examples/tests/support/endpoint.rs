//! An endpoint in the form of OpenAI's chat completions, which answers with what it is given.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

/// The body of a successful answer.
pub struct Answer {
    media_type: &'static str,
    body: String,
}

impl Answer {
    /// All at once.
    pub fn whole(completion: &Value) -> Self {
        Self {
            media_type: "application/json",
            body: completion.to_string(),
        }
    }

    /// As server-sent events.
    pub fn streamed(chunks: &[Value]) -> Self {
        let mut body: String = chunks
            .iter()
            .map(|chunk| format!("data: {chunk}\n\n"))
            .collect();
        body.push_str("data: [DONE]\n\n");
        Self {
            media_type: "text/event-stream",
            body,
        }
    }
}

/// A completion: words, and the tool calls that they give the reason of.
pub fn completion(turn: usize, content: &str, calls: &[(&str, Value)]) -> Answer {
    let (input, output) = (200 + 50 * turn, 20);
    let usage = json!({
        "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
    });
    completion_that_used(&usage, turn, content, calls)
}

/// The same, with what it used as the provider counts.
pub fn completion_that_used(
    usage: &Value,
    turn: usize,
    content: &str,
    calls: &[(&str, Value)],
) -> Answer {
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
        "usage": usage,
    }))
}

/// The chunks of an answer in words, the usage at its end.
pub fn chunks(turn: usize, words: &[&str]) -> Answer {
    let chunk = |choices: Value, usage: Value| {
        json!({
            "id": format!("chatcmpl-{turn}"), "object": "chat.completion.chunk",
            "created": 1_790_000_000, "model": "gpt-4o-mini-2024-07-18",
            "choices": choices, "usage": usage,
        })
    };
    let said = |word: &&str| {
        let delta = json!({"role": "assistant", "content": word});
        let choice = json!({"index": 0, "delta": delta, "finish_reason": null});
        chunk(json!([choice]), Value::Null)
    };
    let mut chunks: Vec<_> = words.iter().map(said).collect();
    let last = json!({"index": 0, "delta": {}, "finish_reason": "stop"});
    let prompt = 200 + 50 * turn;
    chunks.extend([
        chunk(json!([last]), Value::Null),
        chunk(
            json!([]),
            json!({"prompt_tokens": prompt, "completion_tokens": 20, "total_tokens": prompt + 20}),
        ),
    ]);
    Answer::streamed(&chunks)
}

/// Answers each request with the next answer; gives the URL and the requests.
pub fn endpoint(answers: Vec<Answer>) -> (String, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/v1", listener.local_addr().expect("bound"));
    let (seen, requests) = channel();
    std::thread::spawn(move || {
        let answers = Arc::new(Mutex::new(answers.into_iter()));
        for stream in listener.incoming().flatten() {
            let (answers, seen) = (Arc::clone(&answers), seen.clone());
            // A client may open its next connection while it keeps one that it does not use any more.
            std::thread::spawn(move || {
                // A connection that breaks is the client's affair.
                let _ = serve(stream, &answers, &seen);
            });
        }
    });
    (url, requests)
}

fn serve(
    stream: TcpStream,
    answers: &Mutex<std::vec::IntoIter<Answer>>,
    seen: &Sender<Value>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        assert!(line.starts_with("POST /v1/chat/completions "), "{line}");
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let Some((name, value)) = header.trim_end().split_once(':') else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        // The test may have seen enough.
        let _ = seen.send(serde_json::from_slice(&body)?);
        let next = answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next();
        let (status, answer) = match next {
            Some(answer) => ("200 OK", answer),
            None => (
                "400 Bad Request",
                Answer {
                    media_type: "application/json",
                    body: r#"{"error":{"message":"no more completions"}}"#.to_owned(),
                },
            ),
        };
        let Answer { media_type, body } = answer;
        let length = body.len();
        write!(
            writer,
            "HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n\r\n{body}"
        )?;
    }
}
