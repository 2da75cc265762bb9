//! The agent: the model chooses tools, then puts what they found into a sentence.
//!
//! A model of 135 million parameters makes no tool calls in OpenAI's form (`tools`). What it can do is
//! fill in a form: the response format is a JSON Schema whose branches are the tools, made from the
//! types that parse the choice, and the server lets it write nothing else. So the choice is the
//! model's, but it is no tool call on the wire: no `gen_ai.tool.call.id`, and the reason is what this
//! code knows, because the reasons that such a model writes mean nothing.

use agentscope::{agent, because, internal};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::CounterError;
use crate::model::{Counted, Model};
use crate::tools::{files, lines, tests};

const CHOOSE: &str = "You answer questions about crates. Tools: lines, files, tests. Each counts what \
    a crate has. Call one, in JSON, or answer.";
const SAY: &str = "Answer in one sentence.";
/// A small model does not see by itself that it knows enough.
const CALLS: usize = 2;
const TOKEN_BUDGET: u32 = 2_000;

/// What the model may choose: a tool with its arguments, or to answer.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Choice {
    Files { of: Crate },
    Lines { of: Crate },
    Tests { of: Crate },
    Answer {},
}

/// A crate that can be asked about; the model can write no other name.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
enum Crate {
    #[serde(rename = "agentscope-runtime")]
    Runtime,
    #[serde(rename = "agentscope-macros")]
    Macros,
    #[serde(rename = "agentscope-collector")]
    Collector,
    #[serde(rename = "agentscope-analysis")]
    Analysis,
}

impl Crate {
    fn name(self) -> &'static str {
        match self {
            Self::Runtime => "agentscope-runtime",
            Self::Macros => "agentscope-macros",
            Self::Collector => "agentscope-collector",
            Self::Analysis => "agentscope-analysis",
        }
    }
}

pub(crate) struct Counter {
    model: Model,
}

impl Counter {
    pub(crate) fn new(model: Model) -> Self {
        Self { model }
    }

    pub(crate) fn counted_by_the_server(&self) -> Counted {
        self.model.counted()
    }

    // The question and everything made from it is about a public repository: internal.
    #[agent(
        mode = "react",
        model = self.model.name(),
        system_prompt = CHOOSE,
        token_budget = TOKEN_BUDGET,
        output = internal
    )]
    pub(crate) async fn counter(
        &self,
        #[sensitivity(internal)] question: &str,
    ) -> Result<String, CounterError> {
        let mut messages = vec![message("system", CHOOSE), message("user", question)];
        let mut found: Vec<String> = Vec::new();
        let mut taken: Vec<&str> = Vec::new();
        while found.len() < CALLS {
            let format = json!({"type": "json_schema", "json_schema": {"name": "choice", "schema": choices(&taken)}});
            let mut request = request(&messages);
            request["response_format"] = format;
            let text = self.model.ask(request).await?;
            let choice = serde_json::from_str(&text)
                .map_err(|error| CounterError::Choice(error.to_string()))?;
            let why = "the model chose it in the response format";
            let (of, what, count) = match choice {
                Choice::Files { of } => (of, "files", because(why, || files(of.name()))?),
                Choice::Lines { of } => (of, "lines", because(why, || lines(of.name()))?),
                Choice::Tests { of } => (of, "tests", because(why, || tests(of.name()))?),
                Choice::Answer {} => break,
            };
            let fact = format!("{} has {count} {what}.", of.name());
            messages.push(message("assistant", &text));
            messages.push(message("user", &format!("{fact} {question}")));
            taken.push(what);
            found.push(fact);
            agentscope::memory(internal(found.join(" ")));
        }
        // A conversation of its own: after its own JSON the model would only write more of it.
        let asked = format!("{}\n{question}", found.join("\n"));
        let messages = [message("system", SAY), message("user", &asked)];
        self.model.ask(request(&messages)).await
    }
}

/// The same each time: without chance in the choice of tokens, the answers can be compared.
fn request(messages: &[Value]) -> Value {
    json!({"messages": messages, "temperature": 0, "seed": 7, "max_tokens": 100})
}

fn message(role: &str, content: &str) -> Value {
    json!({"role": role, "content": content})
}

/// The choices that are left: the same tool would find the same again.
fn choices(taken: &[&str]) -> Value {
    let mut schema = schema_for!(Choice).to_value();
    if let Some(branches) = schema["oneOf"].as_array_mut() {
        branches.retain(|branch| !taken.iter().any(|name| branch["required"][0] == **name));
    }
    schema
}
