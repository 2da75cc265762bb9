//! Every way in which a call can fail, with a canary in whatever tells of it.

use std::error::Error;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use agentscope::{Class, Classify, InCurrentAgent as _, Redactor, agent, args, tool};
use futures_util::{FutureExt as _, Stream, StreamExt as _, stream};

use tokio::sync::Notify;

use crate::canaries::word;

fn secret(place: &str) -> String {
    word(Class::Secret, place)
}

/// Says all that it knows, and has a source that does too.
struct Talkative(String, Option<Box<Talkative>>);

impl Talkative {
    fn planted(place: &str) -> Self {
        let source = Self(secret(&format!("{place}/source")), None);
        Self(secret(place), Some(Box::new(source)))
    }
}

impl fmt::Display for Talkative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Talkative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} because of {:?}", self.0, self.1)
    }
}

impl Error for Talkative {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|source| source as &dyn Error)
    }
}

#[derive(Debug, thiserror::Error)]
enum StoreError {
    #[error("no {0}")]
    Missing(String, #[source] Talkative),
}

/// Its parts have classes, its text has none.
#[derive(Debug, thiserror::Error, Classify)]
#[error("{found} {told} {hidden}")]
struct ClassifiedError {
    #[sensitivity(internal)]
    found: String,
    #[sensitivity(pii)]
    told: String,
    #[sensitivity(secret)]
    hidden: String,
}

#[tool(output = internal)]
fn fails_talkatively() -> Result<u32, Talkative> {
    Err(Talkative::planted("Err"))
}

#[tool(output = internal)]
fn fails_in_a_chain() -> Result<u32, StoreError> {
    let source = Talkative::planted("chain");
    Err(StoreError::Missing(secret("chain/top"), source))
}

#[tool(output = internal)]
async fn fails_boxed() -> Result<u32, Box<dyn Error + Send + Sync>> {
    Err(Talkative::planted("boxed").into())
}

#[tool(output = internal)]
fn fails_with_parts() -> Result<u32, ClassifiedError> {
    Err(ClassifiedError {
        found: word(Class::Internal, "part of an error"),
        told: word(Class::Pii, "part of an error"),
        hidden: secret("part of an error"),
    })
}

#[tool(output = internal)]
fn fails_to_read() -> std::io::Result<u32> {
    Err(std::io::Error::other(secret("io")))
}

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
struct Order {
    #[expect(dead_code, reason = "it is never read in")]
    count: u32,
}

#[tool(output = internal)]
fn fails_to_parse(#[sensitivity(secret)] text: &str) -> serde_json::Result<Order> {
    // Its message quotes what does not fit.
    serde_json::from_str(text)
}

/// What a model wrote, in the wrong type, as an unknown key, as no JSON; gives what is said of it.
fn wrong_arguments() -> String {
    let texts = [
        format!(r#"{{"count": "{}"}}"#, secret("argument")),
        format!(r#"{{"{}": 7}}"#, secret("key of an argument")),
        format!(r#"{{"count": {}}}"#, secret("no JSON")),
        format!(r#"{{"count": 7, "x": "{}"#, secret("truncated")),
    ];
    let mut said = String::new();
    for text in texts {
        if let Err(error) = args::parse::<Order>(&text) {
            said.push_str(&format!("{error} {error:?}\n"));
        }
        let _ = fails_to_parse(&text);
    }
    said
}

#[tool(output = internal)]
fn panics(#[sensitivity(internal)] how: u32) -> u32 {
    match how {
        0 => panic!("{}", secret("panic")),
        1 => nothing().expect("it is there"),
        2 => {
            secret("boundary").replace('b', "é").len() as u32 + cut(&format!("é{}", secret("cut")))
        }
        _ => std::panic::panic_any(secret("payload")),
    }
}

fn nothing() -> Result<u32, Talkative> {
    Err(Talkative::planted("unwrap"))
}

/// Not between two characters.
fn cut(text: &str) -> u32 {
    text[..1].len() as u32
}

#[tool(output = internal)]
async fn panics_later() -> u32 {
    tokio::task::yield_now().await;
    panic!("{}", secret("panic in a future"))
}

/// Shows something and then panics, in whatever it is asked.
struct Touchy(String);

impl serde::Serialize for Touchy {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let _ = serializer.serialize_str(&self.0);
        panic!("{}", self.0)
    }
}

impl Classify for Touchy {
    const MAX: Class = Class::Pii;

    fn redact(&self, out: &mut Redactor<'_>) {
        out.word("touched");
        panic!("{}", self.0)
    }
}

#[tool]
fn touches(value: &Touchy) -> Result<Touchy, Touchy> {
    Ok(Touchy(value.0.clone()))
}

#[tool(output = internal)]
async fn waits(
    #[sensitivity(secret)] for_what: String,
    #[sensitivity(secret)] begun: Arc<Notify>,
) -> usize {
    begun.notify_one();
    std::future::pending::<()>().await;
    for_what.len()
}

#[tool(default = secret)]
fn pages(text: String) -> impl Stream<Item = Result<String, Talkative>> {
    stream::iter([Ok(text), Err(Talkative::planted("stream"))])
}

/// Calls tools that call tools, of which the innermost fails.
#[tool(output = internal)]
fn calls_another(#[sensitivity(special)] what: String) -> Result<u32, Talkative> {
    fails_talkatively()?;
    Ok(what.len() as u32)
}

#[agent(default = secret)]
async fn loses(text: String) -> Result<String, Talkative> {
    Err(Talkative(text, None))
}

/// Gives what is said of the arguments.
#[agent(output = secret)]
pub(crate) async fn run() -> String {
    for _ in 0..2 {
        // The second time it is a retry.
        let _ = fails_talkatively();
    }
    let _ = fails_in_a_chain();
    let _ = fails_boxed().await;
    let _ = fails_with_parts();
    let _ = fails_to_read();
    let _ = calls_another(word(Class::Special, "outer tool"));
    let said = wrong_arguments();
    for how in 0..4 {
        let _ = catch_unwind(|| panics(how));
    }
    let _ = AssertUnwindSafe(panics_later()).catch_unwind().await;
    let _ = touches(&Touchy(secret("touchy")));
    let patience = Duration::from_millis(1);
    let _ = tokio::time::timeout(patience, waits(secret("timeout"), Arc::default())).await;
    let begun = Arc::new(Notify::new());
    let aborted = tokio::spawn(waits(secret("abort"), begun.clone()).in_current_agent());
    begun.notified().await;
    aborted.abort();
    let _ = aborted.await;
    let _ = waits(secret("dropped"), Arc::default()).now_or_never();
    let mut stream = std::pin::pin!(pages(secret("item")));
    while stream.next().await.is_some() {}
    let _ = pages(secret("unread item"));
    let _ = loses(secret("agent")).await;
    said
}
