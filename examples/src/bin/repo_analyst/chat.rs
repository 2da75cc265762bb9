//! One agent's conversation with the model: messages, tool definitions, tool calls.

use std::time::Duration;

use async_openai::types::chat::{
    ChatCompletionMessageToolCalls, ChatCompletionRequestAssistantMessage,
    ChatCompletionRequestMessage, ChatCompletionRequestSystemMessage,
    ChatCompletionRequestToolMessage, ChatCompletionRequestUserMessage, ChatCompletionTool,
    ChatCompletionTools, CreateChatCompletionRequest, FunctionObject,
};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::AnalystError;
use crate::model::Model;

/// What the model may call: name, description, and arguments as a JSON Schema.
pub(crate) fn definition<Own: JsonSchema>(name: &str, description: &str) -> ChatCompletionTools {
    ChatCompletionTools::Function(ChatCompletionTool {
        function: FunctionObject {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            parameters: Some(schema_for!(Arguments<Own>).to_value()),
            strict: None,
        },
    })
}

/// The arguments of a tool, and what the model says about the call itself.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Arguments<Own> {
    #[serde(flatten)]
    pub(crate) own: Own,
    #[serde(flatten)]
    pub(crate) about: About,
}

/// What the model says about every call.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct About {
    /// Why this call is needed, in one sentence.
    pub(crate) reason: String,
    /// How long to wait for it, in milliseconds. Default: 20000.
    #[serde(default = "twenty_seconds")]
    pub(crate) timeout_ms: u64,
}

const fn twenty_seconds() -> u64 {
    20_000
}

impl About {
    pub(crate) fn limit(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

/// A tool call that the model asks for.
pub(crate) struct Call {
    id: String,
    pub(crate) name: String,
    arguments: String,
}

impl Call {
    /// The arguments, or what the model must be told about them.
    pub(crate) fn arguments<Own: DeserializeOwned>(&self) -> Result<Arguments<Own>, String> {
        serde_json::from_str(&self.arguments)
            .map_err(|error| format!("the arguments of {} are not usable: {error}", self.name))
    }
}

/// What the model decided.
pub(crate) enum Turn {
    Answer(String),
    Calls(Vec<Call>),
}

/// Everything that was said so far.
pub(crate) struct Chat<'a> {
    model: &'a Model,
    messages: Vec<ChatCompletionRequestMessage>,
    tools: Vec<ChatCompletionTools>,
}

impl<'a> Chat<'a> {
    pub(crate) fn new(
        model: &'a Model,
        system_prompt: &str,
        task: &str,
        tools: Vec<ChatCompletionTools>,
    ) -> Self {
        let messages = vec![
            ChatCompletionRequestSystemMessage::from(system_prompt).into(),
            ChatCompletionRequestUserMessage::from(task).into(),
        ];
        Self {
            model,
            messages,
            tools,
        }
    }

    /// Asks the model what to do next.
    pub(crate) async fn next(&mut self) -> Result<Turn, AnalystError> {
        let request = CreateChatCompletionRequest {
            model: self.model.name().to_owned(),
            messages: self.messages.clone(),
            tools: Some(self.tools.clone()),
            ..CreateChatCompletionRequest::default()
        };
        let response = self.model.complete(request).await?;
        let choice = response
            .choices
            .into_iter()
            .next()
            .ok_or(AnalystError::NoContent)?;
        let (content, calls) = (
            choice.message.content,
            choice.message.tool_calls.unwrap_or_default(),
        );
        self.messages.push(
            ChatCompletionRequestAssistantMessage {
                content: content.clone().map(Into::into),
                tool_calls: (!calls.is_empty()).then(|| calls.clone()),
                ..ChatCompletionRequestAssistantMessage::default()
            }
            .into(),
        );
        if calls.is_empty() {
            return content
                .filter(|text| !text.is_empty())
                .map(Turn::Answer)
                .ok_or(AnalystError::NoContent);
        }
        let calls = calls.into_iter().filter_map(|call| match call {
            ChatCompletionMessageToolCalls::Function(call) => Some(Call {
                id: call.id,
                name: call.function.name,
                arguments: call.function.arguments,
            }),
            // Custom tools are never offered.
            ChatCompletionMessageToolCalls::Custom(_) => None,
        });
        Ok(Turn::Calls(calls.collect()))
    }

    /// Tells the model what a call gave.
    pub(crate) fn tell(&mut self, call: Call, observation: String) {
        let message = ChatCompletionRequestToolMessage {
            content: observation.into(),
            tool_call_id: call.id,
        };
        self.messages.push(message.into());
    }

    /// Whether the model was offered a tool of this name.
    pub(crate) fn offers(&self, name: &str) -> bool {
        self.tools.iter().any(|tool| matches!(tool, ChatCompletionTools::Function(tool) if tool.function.name == name))
    }
}
