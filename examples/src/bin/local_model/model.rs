//! The model: a server that speaks OpenAI's chat completions, asked for whole answers or streamed ones.
//!
//! Requests, answers and chunks are the JSON that goes over the wire. `#[inference]` reads it: the
//! spans say what was asked for, what it used and, of a stream, how fast it came.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use agentscope::inference;
use agentscope::model::{InferenceResponse as _, StreamedResponse};
use async_openai::Client;
use async_openai::config::OpenAIConfig;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use serde_json::Value;

use crate::error::CounterError;

pub(crate) struct Model {
    name: String,
    client: Client<OpenAIConfig>,
    streamed: bool,
    counted: Mutex<Counted>,
    record: Option<Mutex<File>>,
}

/// Tokens as llama.cpp counts them where it works on them: its `timings`, which stand beside the
/// `usage` that OpenAI's form asks for. The spans are made from the latter.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counted {
    pub(crate) input: u64,
    pub(crate) cached: u64,
    pub(crate) output: u64,
}

impl Model {
    pub(crate) fn new(
        url: &str,
        name: String,
        streamed: bool,
        record: Option<PathBuf>,
    ) -> Result<Self, CounterError> {
        let create = |path: PathBuf| {
            File::create(&path)
                .map(Mutex::new)
                .map_err(|error| CounterError::File {
                    path: path.display().to_string(),
                    problem: error.to_string(),
                })
        };
        Ok(Self {
            name,
            client: Client::with_config(OpenAIConfig::new().with_api_base(url)),
            streamed,
            counted: Mutex::default(),
            record: record.map(create).transpose()?,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn counted(&self) -> Counted {
        *self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The text that the model answers with.
    pub(crate) async fn ask(&self, mut request: Value) -> Result<String, CounterError> {
        request["model"] = self.name.as_str().into();
        if !self.streamed {
            self.note(&request);
            let answer = self.complete(&request).await?;
            self.note(&answer);
            return Ok(answer.text().unwrap_or_default().into_owned());
        }
        request["stream"] = true.into();
        // Without it a server sends no usage.
        request["stream_options"] = serde_json::json!({"include_usage": true});
        self.note(&request);
        let mut answer = StreamedResponse::default();
        let mut chunks = self.stream(&request).await?;
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
            self.note(&chunk);
            answer.push(&chunk);
        }
        Ok(answer.text().unwrap_or_default().into_owned())
    }

    #[inference(provider = "llama.cpp", default = internal)]
    async fn complete(&self, request: &Value) -> Result<Value, CounterError> {
        let answer = self.client.chat().create_byot(request).await;
        answer.map_err(|error| CounterError::Model(error.to_string()))
    }

    /// The call lasts until the stream ends.
    #[inference(provider = "llama.cpp", default = internal)]
    async fn stream(
        &self,
        request: &Value,
    ) -> Result<BoxStream<'static, Result<Value, CounterError>>, CounterError> {
        let chunks = self.client.chat().create_stream_byot(request).await;
        let chunks = chunks.map_err(|error| CounterError::Model(error.to_string()))?;
        let chunks =
            chunks.map(|chunk| chunk.map_err(|error| CounterError::Model(error.to_string())));
        Ok(chunks.boxed())
    }

    /// What the server says of its own work is summed up; everything is written down, if that is wanted.
    fn note(&self, message: &Value) {
        if let Some(timings) = message.get("timings") {
            let count = |key: &str| timings[key].as_u64().unwrap_or(0);
            let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
            counted.input += count("cache_n") + count("prompt_n");
            counted.cached += count("cache_n");
            counted.output += count("predicted_n");
        }
        if let Some(record) = &self.record {
            let mut file = record.lock().unwrap_or_else(PoisonError::into_inner);
            // Seen when it is read: a record that breaks off is none.
            let _ = writeln!(file, "{message}");
        }
    }
}
