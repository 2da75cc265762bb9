//! The model: an endpoint, or a recording in its place. Both answer through the same function.

use agentscope::{Usage, inference};
use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::types::chat::{CreateChatCompletionRequest, CreateChatCompletionResponse};

use crate::error::AnalystError;
use crate::recording::Recording;

/// Who answers.
pub(crate) struct Model {
    name: String,
    source: Source,
}

enum Source {
    Live(Client<OpenAIConfig>),
    Recorded(Recording),
}

impl Model {
    /// A model behind an OpenAI-compatible endpoint. The key is that of `OPENAI_API_KEY`, if set.
    pub(crate) fn live(url: String, name: String) -> Self {
        let config = OpenAIConfig::new().with_api_base(url);
        Self {
            name,
            source: Source::Live(Client::with_config(config)),
        }
    }

    pub(crate) fn recorded(recording: Recording) -> Self {
        Self {
            name: recording.model().to_owned(),
            source: Source::Recorded(recording),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn provider(&self) -> &'static str {
        match self.source {
            Source::Live(_) => "openai",
            Source::Recorded(_) => "recording",
        }
    }

    /// Asks the model.
    ///
    /// Request and response are the types of another crate, so they take the default class. Prompts
    /// and completions are never put on a span; the tokens are, and they are charged to the budget.
    #[inference(
        provider = self.provider(),
        model = &request.model,
        usage = |response| response.usage.as_ref().map(|usage| Usage {
            input_tokens: usage.prompt_tokens.into(),
            output_tokens: usage.completion_tokens.into(),
            cache_read_input_tokens: usage
                .prompt_tokens_details
                .as_ref()
                .and_then(|details| details.cached_tokens)
                .map_or(0, u64::from),
            ..Usage::default()
        }),
        enforce_budget = true,
        default = confidential
    )]
    pub(crate) async fn complete(
        &self,
        request: CreateChatCompletionRequest,
    ) -> Result<CreateChatCompletionResponse, AnalystError> {
        match &self.source {
            Source::Live(client) => {
                let response = client.chat().create(request).await;
                response.map_err(|error| AnalystError::Model(error.to_string()))
            }
            Source::Recorded(recording) => recording.next(),
        }
    }
}
