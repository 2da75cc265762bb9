//! What one span or log record says, whoever emitted it, found in one pass over its attributes.

use std::ops::RangeInclusive;

use agentscope_runtime::{Level, Outcome};

use crate::node::Layer;
use crate::record::{LogRecord, SpanKind, SpanRecord, Status};

mod layer;
mod spelling;

use spelling::{Field, Flag, Int, Number, Text};

/// The value of an attribute, borrowed from whatever holds it.
///
/// ```
/// use agentscope_analysis::Scalar;
/// let value = Scalar::Text("EUR");
/// assert_eq!(value, Scalar::Text("EUR"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// Text.
    Text(&'a str),
    /// A whole number.
    Int(i64),
    /// A number.
    Double(f64),
    /// True or false.
    Bool(bool),
    /// Lists, maps and bytes, which no fact is read from.
    Other,
}

/// Whether [`Facts`] are read from attributes of this name.
///
/// ```
/// use agentscope_analysis::is_fact;
/// assert!(is_fact("session.id") && is_fact("llm.model_name"));
/// assert!(!is_fact("acme.note"));
/// ```
pub fn is_fact(key: &str) -> bool {
    spelling::read(key).is_some()
}

/// What a span or log record says of itself, in one form for all who emit GenAI telemetry: ours,
/// OpenTelemetry's conventions old and new, OpenInference, OpenLLMetry.
///
/// An official name or one of ours wins over a foreign spelling, wherever it stands among the
/// attributes. A name or id that is empty says nothing. Nothing is allocated, so that a collector can
/// ask this of every span that it takes.
///
/// ```
/// use agentscope_analysis::{Facts, Layer, Scalar, SpanKind};
/// let attributes = [
///     ("llm.model_name", Scalar::Text("gpt-4o")),
///     ("openinference.span.kind", Scalar::Text("LLM")),
///     ("llm.token_count.prompt", Scalar::Int(120)),
/// ];
/// let facts = Facts::of("ChatOpenAI", SpanKind::Internal, false, attributes.into_iter());
/// assert_eq!(facts.layer, Layer::Inference);
/// assert_eq!((facts.name, facts.input_tokens), (Some("gpt-4o"), Some(120)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Facts<'a> {
    /// The session: `session.id`, else how Langfuse, LangSmith and Traceloop spell it, else the
    /// conversation.
    pub session: Option<&'a str>,
    /// The conversation, where the application has supplied one.
    pub conversation: Option<&'a str>,
    /// What it is. A chain of OpenInference is [`Layer::Other`]; see [`Facts::layer_at_root`].
    pub layer: Layer,
    /// Whether it is a chain of OpenInference, which is a session where nothing is above it.
    pub is_chain: bool,
    /// Whether it is an inference that decides nothing: it makes embeddings.
    pub is_embedding: bool,
    /// Whether agentscope emitted it, so that its values are redacted by class. Anybody can write
    /// so: it is no proof.
    pub is_ours: bool,
    /// Name of the tool, agent or workflow, target of the delegation, model of the inference;
    /// where no attribute says it, the name of the span without the word for its operation.
    pub name: Option<&'a str>,
    /// The run of the agent.
    pub agent_id: Option<&'a str>,
    /// The agent that it is, or that it belongs to.
    pub agent_name: Option<&'a str>,
    /// Number of the (latest) step in its session span, from 0.
    pub step_index: Option<i64>,
    /// Where the step, or the work of an agent, stands in the session across processes: `4/2/0`.
    pub step_path: Option<&'a str>,
    /// How it ended: what it says, else an error where its status is one.
    pub outcome: Option<Outcome>,
    /// Type of the error.
    pub error_type: Option<&'a str>,
    /// How much it matters.
    pub level: Option<Level>,
    /// Why the call was made.
    pub reason: Option<&'a str>,
    /// `stated`, `model` or `missing`.
    pub reason_source: Option<&'a str>,
    /// `success`, `empty` or `error`.
    pub tool_status: Option<&'a str>,
    /// Hash of the declared arguments.
    pub schema_hash: Option<&'a str>,
    /// Keyed hash of the structure of the arguments.
    pub shape_hash: Option<&'a str>,
    /// Keyed hash of the result.
    pub response_hash: Option<&'a str>,
    /// Model that was asked for, else the one that answered.
    pub model: Option<&'a str>,
    /// Who serves the model.
    pub provider: Option<&'a str>,
    /// Prompt tokens of an inference; `None` for all else, whose totals would count twice.
    pub input_tokens: Option<i64>,
    /// Completion tokens, likewise.
    pub output_tokens: Option<i64>,
    /// US dollars of an inference, likewise.
    pub cost_usd: Option<f64>,
    /// Prompt tokens of all inferences below, where it is none itself.
    pub total_input_tokens: Option<i64>,
    /// Completion tokens, likewise.
    pub total_output_tokens: Option<i64>,
    /// US dollars, likewise.
    pub total_cost_usd: Option<f64>,
    /// Reasoning loops so far.
    pub iteration_count: Option<i64>,
    /// Tokens left; negative when overspent.
    pub budget_remaining: Option<i64>,
    /// `success`, `failure` or `unknown`.
    pub verdict: Option<&'a str>,
    /// Who or what gave the verdict.
    pub verdict_source: Option<&'a str>,
    /// The tenant that it claims to be of. Who takes it in must authenticate that.
    pub tenant: Option<&'a str>,
    /// The application's task.
    pub task: Option<&'a str>,
    /// Whether nothing of the call is shown because nobody has said what its values are.
    pub blind: Option<bool>,
    /// What it was called with: of ours redacted by class, of others as they wrote it.
    pub input: Option<&'a str>,
    /// What it gave, likewise.
    pub output: Option<&'a str>,
}

impl<'a> Facts<'a> {
    /// Reads a span's name, kind, whether its status is ERROR, and attributes; of a log record the
    /// event name is the name.
    pub fn of(
        name: &'a str,
        kind: SpanKind,
        error: bool,
        attributes: impl Iterator<Item = (&'a str, Scalar<'a>)>,
    ) -> Self {
        let mut said = Said::default();
        for (key, value) in attributes {
            if let Some((field, rank)) = spelling::read(key) {
                said.take(field, rank, value);
            }
        }
        said.into_facts(name, kind, error)
    }

    /// What it is if nothing is above it: there a chain is a session.
    pub fn layer_at_root(&self) -> Layer {
        match self.is_chain {
            true => Layer::Session,
            false => self.layer,
        }
    }
}

impl SpanRecord {
    /// What the span says, whoever emitted it.
    ///
    /// ```
    /// use agentscope_analysis::{Layer, SpanRecord};
    /// let span = SpanRecord::new(1, 2, "execute_tool add");
    /// assert_eq!((span.facts().layer, span.facts().name), (Layer::Tool, Some("add")));
    /// ```
    pub fn facts(&self) -> Facts<'_> {
        let error = matches!(self.status, Status::Error(_));
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|(key, value)| (key.as_str(), value.scalar()));
        Facts::of(&self.name, self.kind, error, attributes)
    }
}

impl LogRecord {
    /// What the log record says, whoever emitted it.
    ///
    /// ```
    /// use agentscope_analysis::LogRecord;
    /// let record = LogRecord::new("agentscope.warned", 1, 2).with("agentscope.level", "WARN");
    /// assert!(record.facts().is_ours);
    /// ```
    pub fn facts(&self) -> Facts<'_> {
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|(key, value)| (key.as_str(), value.scalar()));
        Facts::of(&self.event_name, SpanKind::Internal, false, attributes)
    }
}

/// What a call, or a session, can have used. Beyond it a number is a mistake, or is there to spoil
/// the sums of all others, and says nothing.
const TOKENS: RangeInclusive<i64> = 0..=1_000_000_000_000;
const USD: RangeInclusive<f64> = 0.0..=1e6;

/// The strongest spelling of each fact that was met so far.
#[derive(Default)]
struct Said<'a> {
    texts: [Slot<&'a str>; Text::COUNT],
    ints: [Slot<i64>; Int::COUNT],
    numbers: [Slot<f64>; Number::COUNT],
    flags: [Slot<bool>; Flag::COUNT],
}

#[derive(Clone, Copy, Default)]
struct Slot<T> {
    value: Option<T>,
    rank: u8,
}

impl<T> Slot<T> {
    fn put(&mut self, rank: u8, value: T) {
        if self.value.is_none() || rank < self.rank {
            *self = Self {
                value: Some(value),
                rank,
            };
        }
    }
}

impl<'a> Said<'a> {
    fn take(&mut self, field: Field, rank: u8, value: Scalar<'a>) {
        match (field, value) {
            (Field::Text(field), Scalar::Text(text))
                if !text.is_empty() || field.may_be_empty() =>
            {
                self.texts[field as usize].put(rank, text);
            }
            (Field::Int(field), Scalar::Int(number)) => {
                self.ints[field as usize].put(rank, number);
            }
            // Where a language has one type of number, whole ones come as these.
            (Field::Int(field), Scalar::Double(number)) if number.fract() == 0.0 => {
                self.ints[field as usize].put(rank, number as i64);
            }
            (Field::Number(field), Scalar::Double(number)) => {
                self.numbers[field as usize].put(rank, number);
            }
            (Field::Number(field), Scalar::Int(number)) => {
                self.numbers[field as usize].put(rank, number as f64);
            }
            (Field::Flag(field), Scalar::Bool(flag)) => {
                self.flags[field as usize].put(rank, flag);
            }
            // A value of another type than the name promises says nothing.
            _ => {}
        }
    }

    fn text(&self, field: Text) -> Option<&'a str> {
        self.texts[field as usize].value
    }

    fn into_facts(self, span_name: &'a str, kind: SpanKind, error: bool) -> Facts<'a> {
        let text = |field| self.text(field);
        let int = |field: Int| self.ints[field as usize].value;
        let number = |field: Number| self.numbers[field as usize].value;

        let own_level = text(Text::Level).and_then(|word| find(&Level::ALL, word, Level::as_str));
        let found = layer::of(&self, span_name, kind);
        let layer = found.layer;
        let is_inference = layer == Layer::Inference;
        let own = |value: Option<i64>| value.filter(|it| is_inference && TOKENS.contains(it));
        let total = |value: Option<i64>| value.filter(|it| !is_inference && TOKENS.contains(it));
        let usd = |field| number(field).filter(|it| USD.contains(it));
        let cost = usd(Number::Cost);
        let named_at_root = match found.is_chain {
            true => Layer::Session,
            false => layer,
        };
        let name = self.name(named_at_root, span_name);
        Facts {
            session: text(Text::Session).or(text(Text::Conversation)),
            conversation: text(Text::Conversation),
            layer,
            is_chain: found.is_chain,
            is_embedding: found.is_embedding,
            is_ours: text(Text::Layer).is_some() || own_level.is_some(),
            name,
            agent_id: text(Text::AgentId),
            agent_name: text(Text::AgentName).or(name.filter(|_| layer == Layer::Agent)),
            step_index: int(Int::Step),
            step_path: text(Text::StepPath),
            outcome: text(Text::Outcome)
                .and_then(|word| find(&Outcome::ALL, word, Outcome::as_str))
                .or(error.then_some(Outcome::Error)),
            error_type: text(Text::ErrorType),
            level: own_level,
            reason: text(Text::Reason),
            reason_source: text(Text::ReasonSource),
            tool_status: text(Text::ToolStatus),
            schema_hash: text(Text::SchemaHash),
            shape_hash: text(Text::ShapeHash),
            response_hash: text(Text::ResponseHash),
            model: text(Text::Model),
            provider: text(Text::Provider),
            input_tokens: own(int(Int::InputTokens)),
            output_tokens: own(int(Int::OutputTokens)),
            cost_usd: cost.filter(|_| is_inference),
            total_input_tokens: total(int(Int::TotalInput).or(int(Int::InputTokens))),
            total_output_tokens: total(int(Int::TotalOutput).or(int(Int::OutputTokens))),
            total_cost_usd: usd(Number::TotalCost).or(cost.filter(|_| !is_inference)),
            iteration_count: int(Int::Iteration),
            budget_remaining: int(Int::BudgetRemaining),
            verdict: text(Text::Verdict),
            verdict_source: text(Text::VerdictSource),
            tenant: text(Text::Tenant),
            task: text(Text::Task),
            blind: self.flags[Flag::Blind as usize].value,
            input: text(Text::Input),
            output: text(Text::Output),
        }
    }

    fn name(&self, layer: Layer, span_name: &'a str) -> Option<&'a str> {
        let said = match layer {
            // Since late 2026 the conventions name a workflow as they name an agent.
            Layer::Session => self
                .text(Text::WorkflowName)
                .or(self.text(Text::Entity))
                .or(self.text(Text::AgentName)),
            Layer::Agent => self.text(Text::AgentName),
            Layer::Tool => self.text(Text::ToolName),
            Layer::Delegation => self.text(Text::Target).or(self.text(Text::AgentName)),
            Layer::Inference => return self.text(Text::Model),
            Layer::Other => return None,
        };
        said.or(self.text(Text::Entity))
            .or_else(|| layer::without_operation(span_name))
    }
}

/// The one of `all` that is spelt `word`.
fn find<T: Copy>(all: &[T], word: &str, spelt: fn(T) -> &'static str) -> Option<T> {
    let mut all = all.iter().copied();
    all.find(|one| spelt(*one).eq_ignore_ascii_case(word))
}
