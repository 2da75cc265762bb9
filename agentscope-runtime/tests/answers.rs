//! What `#[inference]` reads from its own argument and return types, and what the tools that the
//! model chose have from it.

use agentscope_runtime::testing::{Recorded, SpanView, record_async};
use agentscope_runtime::{Layer, Outcome, agent, because, inference, names, tool};
use futures_util::stream::{self, BoxStream, StreamExt as _};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, std::fmt::Error>;

fn asked() -> Value {
    json!({
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "What does alice@example.com owe?"}],
        "temperature": 0.25,
        "top_p": 0.5,
        "seed": 7,
        "max_tokens": 100,
        "stop": ["END"],
        "tools": [{"type": "function", "function": {"name": "balance"}}],
    })
}

const WHY: &str = "The balance of each account is needed.";

fn answer() -> Value {
    let call = |id: &str, account: u32| {
        let arguments = format!("{{\"account\":{account}}}");
        json!({"id": id, "type": "function", "function": {"name": "balance", "arguments": arguments}})
    };
    json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
            "content": WHY,
            "tool_calls": [call("call_1", 1), call("call_2", 2)],
        }}],
        "usage": usage(110_000),
    })
}

fn usage(prompt: u32) -> Value {
    json!({
        "prompt_tokens": prompt,
        "completion_tokens": 20,
        "prompt_tokens_details": {"cached_tokens": 40},
    })
}

/// The same answer in pieces.
fn chunks() -> Vec<Value> {
    let chunk = |choice: Value| {
        json!({
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "model": "gpt-4o-2024-08-06",
            "choices": [choice],
        })
    };
    let delta = |delta: Value| chunk(json!({"index": 0, "delta": delta, "finish_reason": null}));
    let mut chunks: Vec<_> = WHY
        .split_inclusive(' ')
        .map(|word| delta(json!({"content": word})))
        .collect();
    for (index, call) in answer()["choices"][0]["message"]["tool_calls"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        let mut call = call.clone();
        call["index"] = index.into();
        chunks.push(delta(json!({"tool_calls": [call]})));
    }
    chunks.push(chunk(
        json!({"index": 0, "delta": {}, "finish_reason": "tool_calls"}),
    ));
    chunks.push(json!({
        "object": "chat.completion.chunk",
        "choices": [],
        "usage": usage(110_000),
    }));
    chunks
}

#[inference(provider = "openai", default = internal)]
async fn complete(request: Value) -> Result<Value> {
    request.get("model").ok_or(std::fmt::Error)?;
    Ok(answer())
}

#[inference(provider = "openai", default = internal)]
async fn streamed(request: &Value, broken: bool) -> Result<BoxStream<'static, Result<Value>>> {
    request.get("model").ok_or(std::fmt::Error)?;
    let chunks = chunks().into_iter().map(Ok);
    Ok(match broken {
        false => stream::iter(chunks).boxed(),
        true => stream::iter(chunks.take(3).chain([Err(std::fmt::Error)])).boxed(),
    })
}

#[tool]
async fn balance(#[sensitivity(internal)] account: u32) -> Result<()> {
    if account == 0 {
        return Err(std::fmt::Error);
    }
    Ok(())
}

fn inference_of<R>(recorded: &Recorded<R>) -> &SpanView {
    let mut spans = recorded.spans().iter();
    let found = spans.find(|span| span.layer == Some(Layer::Inference));
    found.expect("recorded")
}

fn attribute(span: &SpanView, key: &str) -> Option<String> {
    span.attribute(key).map(ToString::to_string)
}

/// What a span says of request and answer.
fn said(span: &SpanView) -> Vec<(&'static str, String)> {
    let keys = [
        names::REQUEST_MODEL,
        names::REQUEST_TEMPERATURE,
        names::REQUEST_TOP_P,
        names::REQUEST_SEED,
        names::REQUEST_MAX_TOKENS,
        names::REQUEST_STOP_SEQUENCES,
        names::REQUEST_TOOLS,
        names::RESPONSE_ID,
        names::RESPONSE_MODEL,
        names::FINISH_REASONS,
        names::USAGE_INPUT_TOKENS,
        names::USAGE_OUTPUT_TOKENS,
        names::USAGE_CACHE_READ,
        names::CONTEXT_WINDOW,
    ];
    let said = keys.map(|key| (key, attribute(span, key)));
    said.into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
}

async fn read_all(request: &Value, broken: bool) -> Result<usize> {
    let mut chunks = streamed(request, broken).await?;
    let mut count = 0;
    while let Some(chunk) = chunks.next().await {
        chunk?;
        count += 1;
    }
    Ok(count)
}

#[tokio::test]
async fn a_streamed_and_an_unstreamed_run_of_the_same_call_say_the_same() {
    let whole = record_async(complete(asked())).await;
    let request = asked();
    let in_pieces = record_async(read_all(&request, false)).await;
    let (whole, in_pieces) = (inference_of(&whole), inference_of(&in_pieces));
    assert_eq!(
        said(whole),
        [
            (names::REQUEST_MODEL, "gpt-4o"),
            (names::REQUEST_TEMPERATURE, "0.25"),
            (names::REQUEST_TOP_P, "0.5"),
            (names::REQUEST_SEED, "7"),
            (names::REQUEST_MAX_TOKENS, "100"),
            (names::REQUEST_STOP_SEQUENCES, "[\"END\"]"),
            (names::REQUEST_TOOLS, "[\"balance\"]"),
            (names::RESPONSE_ID, "chatcmpl-1"),
            (names::RESPONSE_MODEL, "gpt-4o-2024-08-06"),
            (names::FINISH_REASONS, "[\"tool_calls\"]"),
            (names::USAGE_INPUT_TOKENS, "110000"),
            (names::USAGE_OUTPUT_TOKENS, "20"),
            (names::USAGE_CACHE_READ, "40"),
            (names::CONTEXT_WINDOW, "128000"),
        ]
        .map(|(key, value)| (key, value.to_owned()))
    );
    assert_eq!(said(in_pieces), said(whole));
    assert_eq!(whole.span_name, "chat gpt-4o");
    assert_eq!(
        attribute(in_pieces, names::STREAM_CHUNKS).as_deref(),
        Some("11")
    );
    for key in [
        names::TIME_TO_FIRST_CHUNK,
        names::STREAM_GAP_MAX,
        names::STREAM_GAP_P50,
    ] {
        assert!(attribute(in_pieces, key).is_some(), "{key}");
        assert!(attribute(whole, key).is_none(), "{key}");
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_says_error_and_a_dropped_one_what_came() {
    let request = asked();
    let broken = record_async(read_all(&request, true)).await;
    let broken = inference_of(&broken);
    assert_eq!(broken.outcome, Some(Outcome::Error));
    assert_eq!(
        attribute(broken, names::FINISH_REASONS).as_deref(),
        Some("[\"error\"]")
    );
    assert_eq!(
        attribute(broken, names::RESPONSE_ID).as_deref(),
        Some("chatcmpl-1")
    );

    let dropped = record_async(async {
        let mut chunks = streamed(&request, false).await.expect("made");
        let _ = chunks.next().await;
    })
    .await;
    let dropped = inference_of(&dropped);
    assert_eq!(dropped.outcome, Some(Outcome::Cancelled));
    assert_eq!(
        attribute(dropped, names::STREAM_CHUNKS).as_deref(),
        Some("1")
    );
    assert_eq!(
        attribute(dropped, names::RESPONSE_ID).as_deref(),
        Some("chatcmpl-1")
    );
    assert_eq!(attribute(dropped, names::FINISH_REASONS), None);
}

/// No helper anywhere: an agent as it was before.
#[agent(default = internal)]
async fn plain() -> Result<()> {
    let answer = complete(asked()).await?;
    let calls = answer["choices"][0]["message"]["tool_calls"].as_array();
    // In another order than the model's.
    for call in calls.into_iter().flatten().rev() {
        let arguments = call["function"]["arguments"].as_str().unwrap_or("{}");
        let arguments: Value = serde_json::from_str(arguments).map_err(|_| std::fmt::Error)?;
        let account = arguments["account"]
            .as_u64()
            .and_then(|it| u32::try_from(it).ok());
        balance(account.unwrap_or(0)).await?;
    }
    balance(9).await
}

#[tokio::test]
async fn a_tool_that_the_model_chose_says_why_and_by_which_inference() {
    let recorded = record_async(plain()).await;
    let tools = recorded.tools();
    let told: Vec<_> = tools
        .iter()
        .map(|tool| {
            let source = attribute(tool, names::CALL_REASON_SOURCE);
            (
                attribute(tool, names::TOOL_CALL_ID),
                tool.reason.clone(),
                source,
            )
        })
        .collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        told,
        [
            (some("call_2"), some(WHY), some("model")),
            (some("call_1"), some(WHY), some("model")),
            (None, None, some("missing")),
        ]
    );
    assert!(attribute(tools[0], names::CALL_DECIDED_BY).is_some_and(|id| id.len() == 16));
}

#[inference(provider = "openai", default = secret)]
async fn hidden(request: Value) -> Value {
    drop(request);
    answer()
}

#[agent(default = secret)]
async fn guarded() -> Result<()> {
    hidden(asked()).await;
    balance(1).await?;
    because("the code knows better", || balance(2)).await?;
    balance(2).because("the code knows better").await
}

#[tokio::test]
async fn what_a_model_says_is_shown_by_the_class_of_its_answer() {
    let recorded = record_async(guarded()).await;
    let reasons: Vec<_> = recorded
        .tools()
        .iter()
        .map(|tool| tool.reason.clone())
        .collect();
    assert_eq!(reasons[0].as_deref(), Some("[secret]"));
    let span = inference_of(&recorded);
    assert_eq!(attribute(span, names::REQUEST_STOP_SEQUENCES), None);
    assert_eq!(
        attribute(span, names::REQUEST_MODEL).as_deref(),
        Some("gpt-4o")
    );
}

#[inference(provider = "openai", output(internal, redact = mask))]
async fn masked(
    #[sensitivity(internal, redact = mask, reason = "prompts are the customer's")] request: Value,
) -> Value {
    drop(request);
    answer()
}

#[inference(provider = "openai", output(pii, kind = "national_id"), default = internal)]
async fn dropped(request: Value) -> Value {
    drop(request);
    answer()
}

#[inference(provider = "openai", output(internal, redact = mask), default = internal)]
async fn masked_stream(request: Value) -> BoxStream<'static, Value> {
    drop(request);
    stream::iter(chunks()).boxed()
}

#[agent(default = secret)]
async fn masks(of: &str) -> Result<()> {
    match of {
        "masked" => drop(masked(asked()).await),
        "dropped" => drop(dropped(asked()).await),
        _ => drop(masked_stream(asked()).await.collect::<Vec<_>>().await),
    }
    balance(1).await
}

// Only the bare class was looked at.
#[tokio::test]
async fn what_a_model_says_is_shown_no_more_of_than_its_place_lets() {
    for (of, reason) in [
        ("masked", "[internal]"),
        ("dropped", "[pii]"),
        ("stream", "[internal]"),
    ] {
        let recorded = record_async(masks(of)).await;
        assert_eq!(recorded.tools()[0].reason.as_deref(), Some(reason), "{of}");
        let stops = attribute(inference_of(&recorded), names::REQUEST_STOP_SEQUENCES);
        assert_eq!(stops.is_some(), of != "masked", "{of}");
    }
}
