//! Read what a model was asked and what it answered, whoever provides it.
//!
//! Nothing here has to be called: an [`inference`](macro@crate::inference) that takes a request or returns
//! an answer of such a type, or a stream of its chunks, is recorded with what they say. For types of
//! your own, implement the traits.
//!
//! [`InferenceRequest`] and [`InferenceResponse`] are what the types of all clients have in common.
//! A `serde_json::Value` has both, in the documented shapes of OpenAI's chat completions and
//! responses, Anthropic's messages, Gemini's `generateContent` and Bedrock's Converse; the features
//! `async-openai`, `genai` and `rig` add the types of those crates. A streamed answer is gathered by a
//! [`StreamedResponse`], which then says what the unstreamed answer would have said.
//!
//! ```
//! # extern crate agentscope_runtime as agentscope;
//! use agentscope::model::{InferenceResponse, cost};
//!
//! let answer = serde_json::json!({
//!     "object": "chat.completion",
//!     "model": "gpt-4o-2024-08-06",
//!     "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "Hello."}}],
//!     "usage": {"prompt_tokens": 1_000, "completion_tokens": 100},
//! });
//! let usage = answer.usage().expect("the answer says it");
//! assert_eq!(answer.text().as_deref(), Some("Hello."));
//! assert_eq!(cost("gpt-4o-2024-08-06", &usage).expect("in the table").micro(), 3_500);
//! ```
//!
//! Nothing here records anything by itself: text, reasoning and arguments are content, and are lent out.

#[cfg(feature = "async-openai")]
mod async_openai;
mod by_place;
mod chat;
pub(crate) mod conversation;
mod converse;
pub(crate) mod counts;
mod dialect;
mod fields;
mod gemini;
#[cfg(feature = "genai")]
mod genai;
mod json_request;
mod messages;
mod micro_dollars;
mod price_file;
mod prices;
mod request;
mod response;
mod responses;
#[cfg(feature = "rig")]
mod rig;
mod streamed;
mod streamed_calls;

pub use micro_dollars::MicroDollars;
pub(crate) use prices::mistake;
pub use prices::{context_window, cost};
pub use request::InferenceRequest;
pub use response::{InferenceResponse, ToolCall};
pub use streamed::{InferenceChunk, StreamUsage, StreamedResponse};
