//! A cashier: a model that uses the tools of an MCP server, which it starts as a child process.
//!
//! ```sh
//! cashier --model-url http://127.0.0.1:8080/v1 --model gpt-4o-mini --server ./till "Tea and bread, please."
//! ```

#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;
use std::path::PathBuf;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::types::chat::{
    ChatCompletionMessageToolCalls, ChatCompletionRequestAssistantMessage,
    ChatCompletionRequestMessage, ChatCompletionRequestSystemMessage,
    ChatCompletionRequestToolMessage, ChatCompletionRequestUserMessage, ChatCompletionTool,
    ChatCompletionTools, CreateChatCompletionRequest, CreateChatCompletionResponse, FunctionObject,
};
use clap::Parser;
use rmcp::ServiceExt as _;
use rmcp::model::{CallToolRequestParams, JsonObject, Tool};
use rmcp::service::{RoleClient, RunningService, ServiceError};
use rmcp::transport::TokioChildProcess;

const SYSTEM_PROMPT: &str = "You are the cashier of a shop: tea is 3.49, bread 2.80. Use the till, \
    and say in one sentence why you use it.";

/// A model that goes on and on is stopped.
const MOST_TURNS: usize = 8;

#[derive(Debug, thiserror::Error)]
enum CashierError {
    #[error("the model could not be asked: {0}")]
    Model(#[from] OpenAIError),
    #[error("the till could not be asked: {0}")]
    Till(#[from] ServiceError),
    #[error("the model answered without content")]
    NoContent,
    #[error("no answer after {MOST_TURNS} turns")]
    TooManyTurns,
}

type Till = RunningService<RoleClient, ()>;

struct Cashier {
    client: Client<OpenAIConfig>,
    model: String,
    till: Till,
}

fn definition(tool: &Tool) -> ChatCompletionTools {
    ChatCompletionTools::Function(ChatCompletionTool {
        function: FunctionObject {
            name: tool.name.to_string(),
            description: tool.description.as_ref().map(ToString::to_string),
            parameters: Some(tool.schema_as_json_value()),
            strict: None,
        },
    })
}

impl Cashier {
    async fn complete(
        &self,
        request: CreateChatCompletionRequest,
    ) -> Result<CreateChatCompletionResponse, OpenAIError> {
        self.client.chat().create(request).await
    }

    async fn use_till(&self, tool: String, arguments: JsonObject) -> Result<String, ServiceError> {
        let call = CallToolRequestParams::new(tool).with_arguments(arguments);
        let result = self.till.call_tool(call).await?;
        let texts = result.content.iter().filter_map(|it| it.as_text());
        Ok(texts.map(|text| text.text.as_str()).collect())
    }

    /// Serves a customer.
    async fn serve(&self, order: &str) -> Result<String, CashierError> {
        let tools = self.till.list_all_tools().await?;
        let mut messages: Vec<ChatCompletionRequestMessage> = vec![
            ChatCompletionRequestSystemMessage::from(SYSTEM_PROMPT).into(),
            ChatCompletionRequestUserMessage::from(order).into(),
        ];
        for _ in 0..MOST_TURNS {
            let request = CreateChatCompletionRequest {
                model: self.model.clone(),
                messages: messages.clone(),
                tools: Some(tools.iter().map(definition).collect()),
                ..CreateChatCompletionRequest::default()
            };
            let response = self.complete(request).await?;
            let choice = response.choices.into_iter().next();
            let message = choice.ok_or(CashierError::NoContent)?.message;
            let calls = message.tool_calls.unwrap_or_default();
            if calls.is_empty() {
                return message.content.ok_or(CashierError::NoContent);
            }
            let said = ChatCompletionRequestAssistantMessage {
                content: message.content.map(Into::into),
                tool_calls: Some(calls.clone()),
                ..ChatCompletionRequestAssistantMessage::default()
            };
            messages.push(said.into());
            for call in calls {
                // Custom tools are never offered.
                let ChatCompletionMessageToolCalls::Function(call) = call else {
                    continue;
                };
                let arguments = serde_json::from_str(&call.function.arguments);
                let observation = match arguments {
                    Ok(arguments) => self.use_till(call.function.name, arguments).await,
                    Err(error) => Ok(format!("error: {error}")),
                };
                let told = ChatCompletionRequestToolMessage {
                    content: observation.unwrap_or_else(|it| it.to_string()).into(),
                    tool_call_id: call.id,
                };
                messages.push(told.into());
            }
        }
        Err(CashierError::TooManyTurns)
    }
}

#[derive(Parser)]
struct Arguments {
    /// An endpoint in the form of OpenAI's chat completions
    #[arg(long)]
    model_url: String,
    /// The model to ask
    #[arg(long)]
    model: String,
    /// The program that is the till
    #[arg(long)]
    server: PathBuf,
    /// What the customer wants
    order: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let server = tokio::process::Command::new(arguments.server);
    let till = ().serve(TokioChildProcess::new(server)?).await?;
    let config = OpenAIConfig::new().with_api_base(arguments.model_url);
    let mut cashier = Cashier {
        client: Client::with_config(config),
        model: arguments.model,
        till,
    };
    println!("{}", cashier.serve(&arguments.order).await?);
    cashier.till.close().await?;
    Ok(())
}
