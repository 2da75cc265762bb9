//! What can go wrong. The variant's name becomes `error.type`; the text stays in the process.

use agentscope::Classify;

/// Why a tool gave no result. The agent goes on: the model gets the text.
#[derive(Debug, thiserror::Error, Classify)]
#[sensitivity(default = internal)]
pub(crate) enum ToolError {
    #[error("there is no {path} in the repository")]
    NotFound { path: String },
    #[error("{path} is outside the repository")]
    Outside { path: String },
    #[error("{path} is no text file")]
    NotText { path: String },
    #[error("lines {first} to {last}: {path} has {lines} lines")]
    Lines {
        path: String,
        first: usize,
        last: usize,
        lines: usize,
    },
    #[error("the pattern is no regular expression: {problem}")]
    Pattern { problem: String },
    #[error("{program} could not be started: {problem}")]
    NotStarted { program: String, problem: String },
    #[error("{program} failed: {problem}")]
    Failed { program: String, problem: String },
}

/// Why the team gave no answer.
#[derive(Debug, thiserror::Error, Classify)]
#[sensitivity(default = internal)]
pub(crate) enum AnalystError {
    #[error("{path} is in no git repository; say which to look at with --repo")]
    NoRepository { path: String },
    #[error(
        "no completions are recorded for {what}.\n\
         To ask it, start a model behind any OpenAI-compatible endpoint (Ollama, llama.cpp's llama-server,\n\
         vLLM, a hosted one with OPENAI_API_KEY set) and name it:\n\
         \n    \
         cargo run -p agentscope-examples --bin repo_analyst -- \\\n        \
         --model-url http://localhost:11434/v1 --model NAME --question \"..\""
    )]
    NotRecorded { what: String },
    #[error("the recording {path} cannot be used: {problem}")]
    Recording { path: String, problem: String },
    #[error("the recorded completions are used up")]
    RecordingEnded,
    #[error("the model gave no answer: {0}")]
    Model(#[sensitivity(confidential)] String),
    #[error("the answer of the model is empty")]
    NoContent,
    #[error(transparent)]
    Budget(#[from] agentscope::budget::BudgetExhausted),
    #[error("no answer after {limit} turns")]
    TooManyTurns { limit: u32 },
}
