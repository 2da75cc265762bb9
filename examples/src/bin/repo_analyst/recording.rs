//! Recorded completions, so that the example runs without a model.
//!
//! The file of a question holds answers in the response shape of the OpenAI chat completions API.
//! They are played in order, whatever the tools found: the tools run live, the text does not.

use std::path::Path;
use std::sync::Mutex;

use async_openai::types::chat::CreateChatCompletionResponse;
use serde::Deserialize;

use crate::error::AnalystError;

/// The recorded answers to one question.
#[derive(Deserialize)]
pub(crate) struct Recording {
    /// Who wrote the completions.
    written: String,
    /// When.
    date: String,
    /// What the token numbers are.
    usage: String,
    /// The name in the place of the model's.
    model: String,
    completions: Mutex<std::collections::VecDeque<CreateChatCompletionResponse>>,
}

impl Recording {
    /// The recording of a question about this very repository.
    pub(crate) fn of(question: &str, root: &Path) -> Result<Self, AnalystError> {
        if !root.join("agentscope-runtime/Cargo.toml").is_file() {
            let what = "this repository, only for agentscope's own".to_owned();
            return Err(AnalystError::NotRecorded { what });
        }
        let path = format!("examples/recordings/{}.json", file_name(question));
        let Ok(text) = std::fs::read_to_string(root.join(&path)) else {
            return Err(AnalystError::NotRecorded {
                what: format!("the question {question:?}"),
            });
        };
        serde_json::from_str(&text).map_err(|error| AnalystError::Recording {
            path,
            problem: error.to_string(),
        })
    }

    pub(crate) fn model(&self) -> &str {
        &self.model
    }

    /// What a reader of the output must know.
    pub(crate) fn notice(&self) -> String {
        let Self {
            written,
            date,
            usage,
            model,
            ..
        } = self;
        format!(
            "repo_analyst: no --model-url, so recorded completions are played in order; the tools run live.\n\
             The completions of \"{model}\" were {written} on {date}; {usage}."
        )
    }

    /// The next completion.
    pub(crate) fn next(&self) -> Result<CreateChatCompletionResponse, AnalystError> {
        let mut completions = self
            .completions
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        completions.pop_front().ok_or(AnalystError::RecordingEnded)
    }
}

/// `Where is it?` is `where-is-it`.
fn file_name(question: &str) -> String {
    let words = question.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<_> = words
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_names_a_file_and_nothing_else() {
        assert_eq!(
            file_name("Where is a span opened?"),
            "where-is-a-span-opened"
        );
        assert_eq!(file_name("../../etc/passwd"), "etc-passwd");
    }
}
