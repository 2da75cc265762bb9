//! A shop's desk behind HTTP: `POST /questions` with a question; the answer streams back as
//! server-sent events, word by word as the model says it.
//!
//! ```sh
//! desk --model-url http://127.0.0.1:8080/v1 --model gpt-4o-mini
//! ```

#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::types::chat::{
    ChatCompletionMessageToolCalls, ChatCompletionRequestAssistantMessage,
    ChatCompletionRequestMessage, ChatCompletionRequestSystemMessage,
    ChatCompletionRequestToolMessage, ChatCompletionRequestUserMessage,
    ChatCompletionStreamOptions, ChatCompletionTool, ChatCompletionTools,
    CreateChatCompletionRequest, CreateChatCompletionResponse, CreateChatCompletionStreamResponse,
    FunctionObject,
};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Sse;
use axum::response::sse::Event;
use axum::routing::post;
use axum::{Json, Router};
use clap::Parser;
use futures_util::StreamExt as _;
use futures_util::stream::{BoxStream, Stream};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;

const SYSTEM_PROMPT: &str =
    "You are the desk of a shop. Look into the stock, and say in one sentence why.";

type Chunk = Result<CreateChatCompletionStreamResponse, OpenAIError>;

#[derive(Debug, thiserror::Error)]
enum DeskError {
    #[error("the model could not be asked: {0}")]
    Model(#[from] OpenAIError),
    #[error("the model answered without content")]
    NoContent,
    #[error("the arguments are not usable: {0}")]
    Arguments(#[from] serde_json::Error),
}

#[derive(Deserialize, JsonSchema)]
struct Wanted {
    /// What the customer asks for.
    item: String,
}

struct Desk {
    client: Client<OpenAIConfig>,
    model: String,
}

impl Desk {
    /// How many of an item there are.
    async fn stock(&self, item: String) -> Option<u32> {
        ["lamp", "kettle"].contains(&item.as_str()).then_some(12)
    }

    async fn decide(
        &self,
        request: CreateChatCompletionRequest,
    ) -> Result<CreateChatCompletionResponse, OpenAIError> {
        self.client.chat().create(request).await
    }

    async fn say(
        &self,
        request: CreateChatCompletionRequest,
    ) -> Result<BoxStream<'static, Chunk>, OpenAIError> {
        self.client.chat().create_stream(request).await
    }

    /// Answers a customer, word by word.
    async fn answer(&self, question: String) -> Result<BoxStream<'static, String>, DeskError> {
        let mut request = CreateChatCompletionRequest {
            model: self.model.clone(),
            messages: vec![
                ChatCompletionRequestSystemMessage::from(SYSTEM_PROMPT).into(),
                ChatCompletionRequestUserMessage::from(question.as_str()).into(),
            ],
            tools: Some(vec![ChatCompletionTools::Function(ChatCompletionTool {
                function: FunctionObject {
                    name: "stock".to_owned(),
                    description: Some("How many of an item there are.".to_owned()),
                    parameters: Some(schema_for!(Wanted).to_value()),
                    strict: None,
                },
            })]),
            ..CreateChatCompletionRequest::default()
        };
        let response = self.decide(request.clone()).await?;
        let choice = response.choices.into_iter().next();
        let message = choice.ok_or(DeskError::NoContent)?.message;
        let calls = message.tool_calls.unwrap_or_default();
        let said = ChatCompletionRequestAssistantMessage {
            content: message.content.map(Into::into),
            tool_calls: Some(calls.clone()),
            ..ChatCompletionRequestAssistantMessage::default()
        };
        request.messages.push(said.into());
        for call in calls {
            // Custom tools are never offered.
            let ChatCompletionMessageToolCalls::Function(call) = call else {
                continue;
            };
            let Wanted { item } = serde_json::from_str(&call.function.arguments)?;
            let told: ChatCompletionRequestMessage = ChatCompletionRequestToolMessage {
                content: format!("{:?}", self.stock(item).await).into(),
                tool_call_id: call.id,
            }
            .into();
            request.messages.push(told);
        }
        request.stream_options = Some(ChatCompletionStreamOptions {
            include_usage: Some(true),
            include_obfuscation: None,
        });
        let chunks = self.say(request).await?;
        let words = chunks.filter_map(|chunk| std::future::ready(word(chunk)));
        Ok(words.boxed())
    }
}

fn word(chunk: Chunk) -> Option<String> {
    let choice = chunk.ok()?.choices.into_iter().next();
    choice?.delta.content
}

type Events = Sse<BoxStream<'static, Result<Event, Infallible>>>;

async fn questions(
    State(desk): State<Arc<Desk>>,
    Json(question): Json<String>,
) -> Result<Events, (StatusCode, String)> {
    let words = desk.answer(question).await;
    let words = words.map_err(|error| (StatusCode::BAD_GATEWAY, error.to_string()))?;
    Ok(Sse::new(events(words).boxed()))
}

fn events(
    words: impl Stream<Item = String> + Send + 'static,
) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    words.map(|word| Ok(Event::default().data(word)))
}

#[derive(Parser)]
struct Arguments {
    /// An endpoint in the form of OpenAI's chat completions
    #[arg(long)]
    model_url: String,
    /// The model to ask
    #[arg(long)]
    model: String,
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let config = OpenAIConfig::new().with_api_base(arguments.model_url);
    let desk = Desk {
        client: Client::with_config(config),
        model: arguments.model,
    };
    let app = Router::new()
        .route("/questions", post(questions))
        .with_state(Arc::new(desk));
    let listener = tokio::net::TcpListener::bind(&arguments.listen).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, app)
        .with_graceful_shutdown(async {
            let _ = tokio::signal::ctrl_c().await;
        })
        .await?;
    Ok(())
}
