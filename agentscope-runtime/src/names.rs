//! Look up what a span, attribute or event name on the wire means, and where it comes from.
//!
//! Every name that agentscope emits stands here once. Official OpenTelemetry names win; what has
//! no official name lives under `agentscope.*`, and nothing is invented under `gen_ai.*`.
//!
//! ```
//! # extern crate agentscope_runtime as agentscope;
//! let name = agentscope::names::find("agentscope.call.reason").expect("in the table");
//! assert_eq!(name.source, agentscope::names::Source::Agentscope);
//! ```

use once_cell::sync::OnceCell;
use opentelemetry::trace::SpanKind;

use crate::site::Layer;

/// Who defines a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// OpenTelemetry's GenAI semantic conventions, state of 2026-08.
    GenAi,
    /// OpenTelemetry's general semantic conventions, version 1.43.
    OpenTelemetry,
    /// OpenInference, which several backends read.
    OpenInference,
    /// This project.
    Agentscope,
}

/// What a name stands for: an attribute with a type of value, a log event, or a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Attribute: a text.
    Text,
    /// Attribute: one of these words and no other.
    OneOf(&'static [&'static str]),
    /// Attribute: a whole number.
    Int,
    /// Attribute: a number.
    Double,
    /// Attribute: true or false.
    Boolean,
    /// Attribute: a list of texts.
    Texts,
    /// Attribute: any value by the conventions; a text that is JSON.
    Json,
    /// Name of a log event.
    Event,
    /// Name of a counter, with the unit that it counts in.
    Counter(&'static str),
    /// Name of a histogram, with its unit.
    Histogram(&'static str),
}

impl Kind {
    /// The word for it in an OpenTelemetry registry.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// use agentscope::names::{self, Kind};
    /// assert_eq!(Kind::Texts.as_str(), "string[]");
    /// let outcome = names::find(names::OUTCOME).expect("in the table");
    /// assert_eq!(outcome.kind.as_str(), "string");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text | Self::OneOf(_) => "string",
            Self::Int => "int",
            Self::Double => "double",
            Self::Boolean => "boolean",
            Self::Texts => "string[]",
            Self::Json => "any",
            Self::Event => "event",
            Self::Counter(_) => "counter",
            Self::Histogram(_) => "histogram",
        }
    }
}

/// A state of the official conventions, in which some names are spelt differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// The GenAI conventions of 2026-08: what is emitted.
    #[default]
    V2026_08,
    /// The renames that were accepted after it.
    Next,
}

/// One name of the table: how it is spelt on the wire, who defines it, what it holds.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Name {
    /// The name on the wire.
    pub key: &'static str,
    /// Who defines it.
    pub source: Source,
    /// What it stands for.
    pub kind: Kind,
    /// What it holds, with its unit where it has one.
    pub meaning: &'static str,
    next: &'static str,
}

impl Name {
    /// How the name is spelt in a state of the conventions.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// use agentscope::names::{self, Profile};
    /// let written = names::find(names::USAGE_CACHE_WRITE).expect("in the table");
    /// assert_eq!(written.key_in(Profile::default()), written.key);
    /// assert_eq!(written.key_in(Profile::Next), "gen_ai.usage.cache_write.input_tokens");
    /// ```
    pub const fn key_in(&self, profile: Profile) -> &'static str {
        match profile {
            Profile::V2026_08 => self.key,
            Profile::Next => self.next,
        }
    }
}

/// The state of the conventions that this process emits: with `gen_ai_latest_experimental` in
/// `OTEL_SEMCONV_STABILITY_OPT_IN`, a list, the later spellings.
pub(crate) fn profile() -> Profile {
    static PROFILE: OnceCell<Profile> = OnceCell::new();
    *PROFILE.get_or_init(|| {
        let opted_in = std::env::var("OTEL_SEMCONV_STABILITY_OPT_IN").unwrap_or_default();
        let mut words = opted_in.split(',').map(str::trim);
        match words.any(|word| word == "gen_ai_latest_experimental") {
            true => Profile::Next,
            false => Profile::V2026_08,
        }
    })
}

/// How a name is spelt by this process.
pub(crate) fn spelt(key: &'static str) -> &'static str {
    find(key).map_or(key, |name| name.key_in(profile()))
}

/// Finds a name of the table by its spelling on the wire.
pub fn find(key: &str) -> Option<&'static Name> {
    TABLE.iter().find(|name| name.key == key)
}

/// How the spans of one layer are named, and of what OpenTelemetry kind they are.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SpanName {
    /// The layer.
    pub layer: Layer,
    /// The name of the span; a word in braces stands for the value of that attribute. Where the
    /// span does not have the attribute, the name ends before it.
    pub name: &'static str,
    /// The kind.
    pub kind: SpanKind,
}

/// Every kind of span that agentscope opens.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Layer, names};
/// let tool = names::SPANS.into_iter().find(|span| span.layer == Layer::Tool);
/// assert_eq!(tool.expect("every layer has one").name, "execute_tool {gen_ai.tool.name}");
/// ```
pub const SPANS: [SpanName; 5] = [
    SpanName {
        layer: Layer::Session,
        name: "invoke_workflow {gen_ai.workflow.name}",
        kind: SpanKind::Internal,
    },
    SpanName {
        layer: Layer::Agent,
        name: "invoke_agent {gen_ai.agent.name}",
        kind: SpanKind::Internal,
    },
    SpanName {
        layer: Layer::Tool,
        name: "execute_tool {gen_ai.tool.name}",
        kind: SpanKind::Internal,
    },
    SpanName {
        layer: Layer::Inference,
        name: "{gen_ai.operation.name} {gen_ai.request.model}",
        kind: SpanKind::Client,
    },
    SpanName {
        layer: Layer::Delegation,
        name: "invoke_agent {gen_ai.agent.name}",
        kind: SpanKind::Client,
    },
];

/// The values of `gen_ai.operation.name`, a closed list.
const OPERATIONS: &[&str] = &[
    "chat",
    "generate_content",
    "text_completion",
    "embeddings",
    "retrieval",
    "fetch_response",
    "create_agent",
    "invoke_agent",
    "execute_tool",
    "invoke_workflow",
    "plan",
    "search_memory",
    "create_memory",
    "update_memory",
    "upsert_memory",
    "delete_memory",
    "create_memory_store",
    "delete_memory_store",
];

/// The later spelling where there is one.
const fn last(spellings: &[&'static str]) -> &'static str {
    spellings[spellings.len() - 1]
}

macro_rules! names {
    ($($source:ident {
        $($constant:ident = $key:literal $(=> $next:literal)?, $kind:expr, $meaning:literal;)*
    })*) => {
        $($(
            #[doc = concat!("`", $key, "`: ", $meaning, ".")]
            pub const $constant: &str = $key;
        )*)*

        /// Every name that agentscope emits, those of spans aside: attributes of spans, log
        /// records and metrics, log events, metrics.
        pub const TABLE: &[Name] = &[$($(
            Name {
                key: $key,
                source: Source::$source,
                kind: { use Kind::*; $kind },
                meaning: $meaning,
                next: last(&[$key, $($next)?]),
            },
        )*)*];
    };
}

names! {
    GenAi {
        OPERATION_NAME = "gen_ai.operation.name", OneOf(OPERATIONS), "invoke_workflow, invoke_agent, execute_tool, chat and so on";
        WORKFLOW_NAME = "gen_ai.workflow.name", Text, "name of the session's workflow";
        CONVERSATION_ID = "gen_ai.conversation.id", Text, "conversation id, only where the application supplied one";
        AGENT_NAME = "gen_ai.agent.name", Text, "name of the agent";
        AGENT_DESCRIPTION = "gen_ai.agent.description", Text, "doc comment of the agent function";
        TOOL_NAME = "gen_ai.tool.name", Text, "name of the tool";
        TOOL_DESCRIPTION = "gen_ai.tool.description", Text, "doc comment of the tool function";
        TOOL_CALL_ID = "gen_ai.tool.call.id", Text, "by what the model knows the tool call";
        TOOL_TYPE = "gen_ai.tool.type", OneOf(&["function"]), "always `function` for an annotated function";
        PROVIDER_NAME = "gen_ai.provider.name", Text, "who serves the model; `agentscope` on a delegation";
        REQUEST_MODEL = "gen_ai.request.model", Text, "model that was asked for";
        REQUEST_TEMPERATURE = "gen_ai.request.temperature", Double, "sampling temperature of the request";
        REQUEST_TOP_P = "gen_ai.request.top_p", Double, "share of probability that the request samples from";
        REQUEST_MAX_TOKENS = "gen_ai.request.max_tokens", Int, "most tokens that the answer may have";
        REQUEST_STOP_SEQUENCES = "gen_ai.request.stop_sequences", Texts, "texts at which the model stops; only of a request up to the class internal";
        REQUEST_STREAM = "gen_ai.request.stream", Boolean, "true where the answer is streamed";
        REQUEST_SEED = "gen_ai.request.seed", Int, "seed of the request";
        RESPONSE_ID = "gen_ai.response.id", Text, "by what the provider knows the answer";
        RESPONSE_MODEL = "gen_ai.response.model", Text, "model that answered";
        FINISH_REASONS = "gen_ai.response.finish_reasons", Texts, "why the model stopped, one for each choice; `error` for a stream that broke off";
        CONVERSATION_COMPACTED = "gen_ai.conversation.compacted", Boolean, "true where the prompt has lost half of a long conversation";
        PROMPT_NAME = "gen_ai.prompt.name", Text, "name of the prompt";
        PROMPT_VERSION = "gen_ai.prompt.version", Text, "version of the prompt";
        TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk", Double, "seconds until the first item of a streamed response";
        INPUT_MESSAGES = "gen_ai.input.messages", Json, "the prompt as JSON, redacted by class; only where message content is captured";
        SYSTEM_INSTRUCTIONS = "gen_ai.system_instructions", Json, "what the request says beside its messages as JSON, redacted by class; only where message content is captured";
        OUTPUT_MESSAGES = "gen_ai.output.messages", Json, "the completion as JSON, redacted by class; only where message content is captured";
        EVENT_INFERENCE_DETAILS = "gen_ai.client.inference.operation.details", Event, "an inference ended; only where message content is captured in events";
        EVALUATION_NAME = "gen_ai.evaluation.name", Text, "policy that a guardrail has checked";
        EVALUATION_LABEL = "gen_ai.evaluation.score.label", OneOf(&["pass", "fail"]), "pass or fail";
        EVALUATION_SCORE = "gen_ai.evaluation.score.value", Double, "1 for pass, 0 for fail";
        EVALUATION_EXPLANATION = "gen_ai.evaluation.explanation", Text, "why the check has failed, by class";
        EVENT_EVALUATION = "gen_ai.evaluation.result", Event, "a guardrail has checked something";
        USAGE_INPUT_TOKENS = "gen_ai.usage.input_tokens", Int, "tokens of the prompt, cached ones included";
        USAGE_OUTPUT_TOKENS = "gen_ai.usage.output_tokens", Int, "tokens of the completion, reasoning included";
        USAGE_CACHE_READ = "gen_ai.usage.cache_read.input_tokens", Int, "prompt tokens read from the provider's cache";
        USAGE_CACHE_WRITE = "gen_ai.usage.cache_creation.input_tokens" => "gen_ai.usage.cache_write.input_tokens", Int, "prompt tokens written to the provider's cache";
        TOKEN_TYPE = "gen_ai.token.type", OneOf(&["input", "output"]), "on a metric: tokens of the prompt or of the completion";
        METRIC_INFERENCE_DURATION = "gen_ai.client.operation.duration" => "gen_ai.client.inference.duration", Histogram("s"), "how long inferences took";
        METRIC_TOKEN_USAGE = "gen_ai.client.token.usage", Histogram("{token}"), "tokens that inferences used, by `gen_ai.token.type`";
        METRIC_FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk" => "gen_ai.client.inference.time_to_first_chunk", Histogram("s"), "how long streamed answers took to begin";
        METRIC_CHUNK = "gen_ai.client.operation.time_per_output_chunk" => "gen_ai.client.inference.time_per_output_chunk", Histogram("s"), "how long streamed answers took from chunk to chunk";
        METRIC_WORKFLOW_DURATION = "gen_ai.workflow.duration" => "gen_ai.invoke_workflow.duration", Histogram("s"), "how long sessions took";
        METRIC_AGENT_DURATION = "gen_ai.invoke_agent.duration", Histogram("s"), "how long agents took";
        METRIC_AGENT_INFERENCES = "gen_ai.invoke_agent.inference_calls", Histogram("{inference_call}"), "model calls of an agent";
        METRIC_AGENT_TOOLS = "gen_ai.invoke_agent.tool_calls", Histogram("{tool_call}"), "tool calls of an agent";
        METRIC_TOOL_DURATION = "gen_ai.execute_tool.duration", Histogram("s"), "how long tool calls took";
        USAGE_REASONING = "gen_ai.usage.reasoning.output_tokens", Int, "completion tokens spent on reasoning";
    }
    OpenTelemetry {
        SESSION_ID = "session.id", Text, "the session: one user interaction or job";
        USER_HASH = "enduser.pseudo.id", Text, "keyed hash of the user";
        ERROR_TYPE = "error.type", Text, "type of the error, never its text; `panic` for a panic";
        FUNCTION_NAME = "code.function.name", Text, "path of the annotated function";
    }
    OpenInference {
        SPAN_KIND = "openinference.span.kind", OneOf(&["CHAIN"]), "CHAIN, on session spans only";
        INPUT_VALUE = "input.value", Text, "arguments as a JSON object, each value redacted by class";
        INPUT_MIME_TYPE = "input.mime_type", OneOf(&["application/json"]), "application/json";
        OUTPUT_VALUE = "output.value", Text, "result as JSON, redacted by class";
        OUTPUT_MIME_TYPE = "output.mime_type", OneOf(&["application/json"]), "application/json";
    }
    Agentscope {
        LAYER = "agentscope.layer", OneOf(&["session", "agent", "tool", "inference", "delegation"]), "session, agent, tool, inference or delegation";
        OUTCOME = "agentscope.outcome", OneOf(&["ok", "error", "cancelled", "panicked"]), "ok, error, cancelled or panicked";
        LEVEL = "agentscope.level", OneOf(&["TRACE", "DEBUG", "INFO", "WARN", "SEMANTIC_WARN", "ERROR", "CRITICAL"]), "on a span: the worst level of its snapshots; on a snapshot: its own";
        FRAME = "agentscope.frame", OneOf(&["recovered"]), "`recovered` where foreign code had dropped the agent frame";
        STEP_INDEX = "agentscope.step.index", Int, "number of the (latest) step in its session span, from 0";
        STEP_PATH = "agentscope.step.path", Text, "where a step, or the work of an agent, stands in the session across processes: numbers of steps from the outermost delegation in, such as `4/2/0`";
        TASK_ID = "agentscope.task.id", Text, "the application's task";
        TENANT_ID = "agentscope.tenant.id", Text, "the application's tenant";
        CLASSIFICATION = "agentscope.data.classification", OneOf(&["public", "internal", "confidential", "pii", "special", "secret"]), "highest sensitivity class among the values of the span";
        REDACTION_COUNT = "agentscope.redaction.count", Int, "values of the span that were masked, hashed or dropped";
        SESSION_VERDICT = "agentscope.session.verdict", OneOf(&["success", "failure", "unknown"]), "success, failure or unknown";
        SESSION_VERDICT_SOURCE = "agentscope.session.verdict.source", Text, "which rule or who gave the verdict";
        SESSION_TOOL_CALLS = "agentscope.session.tool_calls", Int, "tool calls of the session";
        SESSION_INFERENCE_CALLS = "agentscope.session.inference_calls", Int, "model calls of the session";
        SESSION_SEMANTIC_WARNINGS = "agentscope.session.semantic_warnings", Int, "SEMANTIC_WARN snapshots of the session";
        AGENT_ID = "agentscope.agent.id", Text, "this run of the agent";
        AGENT_MODE = "agentscope.agent.mode", Text, "react, plan_and_execute, reflection or the application's own";
        AGENT_TIER = "agentscope.agent.tier", Text, "the application's tier of the agent";
        AGENT_VERSION = "agentscope.agent.version", Text, "version of the agent";
        AGENT_MODEL = "agentscope.agent.model", Text, "model that the agent is configured with";
        SYSTEM_PROMPT_HASH = "agentscope.system_prompt.hash", Text, "keyed hash of the system prompt";
        PROMPT_TEMPLATE_HASH = "agentscope.prompt.template.hash", Text, "keyed hash of the template that the prompt is made from";
        AGENT_TOOL_CALLS = "agentscope.agent.tool_calls", Int, "tool calls of this agent";
        AGENT_INFERENCE_CALLS = "agentscope.agent.inference_calls", Int, "model calls of this agent";
        ITERATION_COUNT = "agentscope.iteration.count", Int, "reasoning loops of the agent so far";
        ITERATION_LIMIT = "agentscope.iteration.limit", Int, "most reasoning loops the agent, or the session, may take";
        ITERATION_REMAINING = "agentscope.iteration.remaining", Int, "reasoning loops that are left; negative beyond the limit";
        BUDGET_LIMIT = "agentscope.token.budget.limit", Int, "tokens the agent, or the session, may use";
        BUDGET_REMAINING = "agentscope.token.budget.remaining", Int, "tokens that are left; negative when overspent";
        COST_LIMIT = "agentscope.cost.budget.limit", Double, "US dollars the agent, or the session, may spend";
        COST_REMAINING = "agentscope.cost.budget.remaining", Double, "US dollars that are left; negative when overspent";
        TIME_LIMIT = "agentscope.time.budget.limit", Double, "seconds the agent, or the session, may take";
        TIME_REMAINING = "agentscope.time.budget.remaining", Double, "seconds that are left; on a span negative when overrun";
        BUDGET_KIND = "agentscope.budget.kind", OneOf(&["tokens", "cost", "iterations", "time"]), "which budget a warning is about: tokens, cost, iterations or time";
        BUDGET_OWNER = "agentscope.budget.owner", OneOf(&["agent", "outer_agent", "delegation", "session"]), "whose it is: of the agent that used it up, of one above it, the grant of a delegation, or of the session";
        COST = "agentscope.cost.usd", Double, "US dollars that the model call cost at list prices; none where the price is not known";
        TOTAL_COST = "agentscope.usage.cost_usd", Double, "US dollars that all inferences below this span cost, as far as their prices are known";
        TOTAL_INPUT_TOKENS = "agentscope.usage.input_tokens", Int, "prompt tokens of all inferences below this span";
        TOTAL_OUTPUT_TOKENS = "agentscope.usage.output_tokens", Int, "completion tokens of all inferences below this span";
        TOOL_LATENCY = "agentscope.latency.tool_ms", Double, "milliseconds in tool calls below this span, summed over parallel calls";
        INFERENCE_LATENCY = "agentscope.latency.inference_ms", Double, "milliseconds in model calls below this span, summed over parallel calls";
        CALL_REASON = "agentscope.call.reason", Text, "why the call was made";
        CALL_DECIDED_BY = "agentscope.call.decided_by", Text, "id of the span of the inference that chose the call";
        DECISION_TOOLS = "agentscope.decision.tools", Texts, "on the snapshot of a decision: the tools that the model chose";
        REQUEST_TOOLS = "agentscope.request.tools", Texts, "names of the tools that the model was offered";
        REQUEST_ATTEMPTS = "agentscope.request.attempts", Int, "how often a streamed answer began, where it began more than once";
        STREAM_CHUNKS = "agentscope.stream.chunks", Int, "chunks of a streamed answer that came";
        STREAM_GAP_P50 = "agentscope.stream.gap.p50_ms", Double, "median of the milliseconds between chunks, of the latest 4,096";
        STREAM_GAP_MAX = "agentscope.stream.gap.max_ms", Double, "most milliseconds between chunks";
        STREAM_TOKENS_PER_SECOND = "agentscope.stream.output_tokens_per_second", Double, "tokens of the completion a second, from the first chunk to the last";
        CONTEXT_WINDOW = "agentscope.context.window", Int, "tokens that the model takes";
        CONTEXT_USED = "agentscope.context.used", Double, "tokens of the prompt, as a part of the model's window";
        CONTEXT_TOKENS_BEFORE = "agentscope.context.tokens.before", Int, "tokens of the prompt before it was compacted";
        CONTEXT_TOKENS_AFTER = "agentscope.context.tokens.after", Int, "tokens of the prompt after that";
        CALL_REASON_SOURCE = "agentscope.call.reason.source", OneOf(&["stated", "model", "missing"]), "stated, model or missing";
        DELEGATION_TARGET = "agentscope.delegation.target", Text, "agent that a task was handed to";
        DELEGATION_REASON = "agentscope.delegation.reason", Text, "why it was, by class";
        DELEGATION_INSTRUCTIONS = "agentscope.delegation.instructions", Text, "what that agent was told to do, by class";
        DELEGATION_MODE = "agentscope.delegation.mode", OneOf(&["child", "link"]), "child where its spans are below the delegation's, link where they are in a trace of their own";
        DELEGATION_DEPTH = "agentscope.delegation.depth", Int, "delegations from the entry agent to here; 1 for the first";
        DELEGATION_FAN_OUT = "agentscope.delegation.fan_out", Int, "delegations of the agent that were open side by side, this one included";
        DELEGATION_CHAIN = "agentscope.delegation.chain", Texts, "agents that a task came through, the entry agent first";
        DELEGATION_CYCLE = "agentscope.delegation.cycle", Boolean, "true where a task has come back to an agent that it came through";
        DELEGATION_ATTEMPT = "agentscope.delegation.attempt", Int, "deliveries of the task so far, this one included; 2 for the first redelivery";
        TOOL_EFFECT = "agentscope.tool.effect", OneOf(&["read", "write"]), "read or write";
        TOOL_SCHEMA_HASH = "agentscope.tool.schema.hash", Text, "SHA-256 over the canonical JSON Schema of the declared arguments";
        TOOL_OPAQUE_ARGS = "agentscope.tool.args.opaque", Texts, "arguments whose type has no JSON Schema";
        TOOL_SHAPE_HASH = "agentscope.tool.args.shape.hash", Text, "keyed hash over the structure, not the values, of the arguments";
        TOOL_STATUS = "agentscope.tool.status", OneOf(&["success", "empty", "error"]), "success, empty or error";
        TOOL_RESPONSE_SIZE = "agentscope.tool.response.size", Int, "bytes of the result as canonical JSON";
        TOOL_RESPONSE_HASH = "agentscope.tool.response.hash", Text, "keyed hash over the result as canonical JSON";
        INPUT_REF = "agentscope.input.ref", Text, "by what the payload sink finds the raw arguments, or the prompt";
        INPUT_SIZE = "agentscope.input.size", Int, "bytes of these, as far as their class lets it be told";
        INPUT_HASH = "agentscope.input.hash", Text, "keyed hash over these, where their class lets it be told";
        OUTPUT_REF = "agentscope.output.ref", Text, "by what the payload sink finds the raw result, or the completion";
        OUTPUT_SIZE = "agentscope.output.size", Int, "bytes of it, as far as its class lets it be told";
        OUTPUT_HASH = "agentscope.output.hash", Text, "keyed hash over it, where its class lets it be told";
        TOOL_UNCLASSIFIED = "agentscope.tool.unclassified", Texts, "arguments, and `output`, that nothing but a default has made secret";
        ERROR_PARTS = "agentscope.error.parts", Text, "the error as JSON, redacted by class; only of a classified error type";
        TOOL_BLIND = "agentscope.tool.blind", Boolean, "true where nothing of the call is shown and a default has made values secret";
        WARNING = "agentscope.warning", OneOf(&["retry", "timeout", "empty_response", "tool_error", "inference_error", "schema_violation", "budget_low", "budget_exhausted", "iteration_limit", "context_window", "fallback", "guardrail", "delegation_error", "delegation_cycle", "redelivered", "implausible_reply"]), "what a snapshot warns of: retry, timeout, empty_response, tool_error, inference_error, schema_violation, budget_low, budget_exhausted, iteration_limit, context_window, fallback, guardrail, delegation_error, delegation_cycle, redelivered, implausible_reply";
        SCHEMA_SIDE = "agentscope.schema.side", OneOf(&["arguments", "result"]), "what does not fit its schema: arguments or result";
        SCHEMA_POINTER = "agentscope.schema.pointer", Text, "JSON Pointer to the value that does not fit; none for the whole";
        SCHEMA_VIOLATION = "agentscope.schema.violation", OneOf(&["syntax", "truncated", "data"]), "how it does not fit: syntax, truncated or data";
        RESULT_SCHEMA_HASH = "agentscope.tool.result.schema.hash", Text, "SHA-256 over the canonical JSON Schema that the result does not fit";
        FALLBACK_FROM = "agentscope.fallback.from", Text, "what is given up, by class";
        FALLBACK_TO = "agentscope.fallback.to", Text, "what is used instead, by class";
        SIMULATED = "agentscope.simulated", Text, "on imported data: what of it is made up, not recorded, such as `time`";
        EVENT = "agentscope.event", Text, "on a `tracing` event: the snapshot's event name";
        MEMORY = "agentscope.memory.summary", Text, "the agent's working memory, by class";
        MEMORY_SOURCE = "agentscope.memory.source", OneOf(&["stated", "derived"]), "stated by the code, or derived from the steps";
        MEMORY_TRUNCATED = "agentscope.memory.truncated", Boolean, "true where more was stated than the 256 tokens, by estimate, that are shown";
        MEMORY_CHANGE = "agentscope.memory.change", Text, "what of a stated memory is new (`+`) and gone (`-`) since the snapshot of the previous step";
        GOAL = "agentscope.goal", Text, "the agent's goal, by class";
        SUB_GOAL = "agentscope.sub_goal", Text, "what the agent is after on the way to its goal, by class";
        BELIEF = "agentscope.belief", Text, "the agent's belief, by class";
        CONFIDENCE = "agentscope.confidence", Double, "how certain the agent says it is, from 0 to 1";
        NOTE = "agentscope.note", Text, "text of a snapshot that the application recorded, by class";
        PAYLOAD_SIZE = "agentscope.payload.size", Int, "bytes of a raw prompt and completion that stayed in the process";
        EXPORT_SIGNAL = "agentscope.export.signal", OneOf(&["traces", "logs", "metrics"]), "on a metric: what was offered for export";
        EXPORT_RESULT = "agentscope.export.result", OneOf(&["exported", "failed", "dropped"]), "on a metric: what became of it";
        EVENT_TOOL_CALLED = "agentscope.tool.called", Event, "the state before a tool call";
        EVENT_TOOL_RETURNED = "agentscope.tool.returned", Event, "a tool call ended";
        EVENT_DELEGATION_CALLED = "agentscope.delegation.called", Event, "the state before a task was handed to another agent";
        EVENT_DELEGATION_RETURNED = "agentscope.delegation.returned", Event, "that agent has answered, or nobody waits for it any more";
        EVENT_AGENT_DECIDED = "agentscope.agent.decided", Event, "an inference ended";
        EVENT_WARNING = "agentscope.warned", Event, "a warning between two steps";
        EVENT_COMPACTED = "agentscope.context.compacted", Event, "the prompt has lost half of a long conversation";
        EVENT_NOTE = "agentscope.noted", Event, "the application recorded a snapshot";
        EVENT_VALUES = "agentscope.values", Event, "at DEBUG: arguments or result in full, by class";
        EVENT_PAYLOAD = "agentscope.payload", Event, "at TRACE: a raw prompt and completion existed";
        METRIC_WARNINGS = "agentscope.warnings", Counter("{warning}"), "snapshots from WARN on, by `agentscope.level` and `agentscope.warning`";
        METRIC_BUDGET_LEFT = "agentscope.budget.left", Histogram("1"), "part of its budget that an agent, or a session, had left at its end, 0 where that was overspent; by `agentscope.budget.kind`";
        METRIC_SPANS_OPENED = "agentscope.spans.opened", Counter("{span}"), "spans that annotated code opened";
        METRIC_SPANS_ENDED = "agentscope.spans.ended", Counter("{span}"), "spans of annotated code that ended, by `agentscope.outcome`";
        METRIC_SNAPSHOTS = "agentscope.snapshots.recorded", Counter("{snapshot}"), "snapshots that annotated code recorded";
        METRIC_EXPORT = "agentscope.export.items", Counter("{item}"), "spans, log records and metric collections by what became of them";
        METRIC_CONSOLE_DROPPED = "agentscope.console.dropped", Counter("{item}"), "spans and snapshots that are in no printed session";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_once_and_nothing_of_ours_is_under_gen_ai() {
        for (index, name) in TABLE.iter().enumerate() {
            let same = TABLE.iter().position(|other| other.key == name.key);
            assert_eq!(same, Some(index), "{} stands twice", name.key);
            let ours = name.key.starts_with("agentscope.");
            assert_eq!(ours, name.source == Source::Agentscope, "{}", name.key);
            let gen_ai = name.key.starts_with("gen_ai.");
            assert_eq!(gen_ai, name.source == Source::GenAi, "{}", name.key);
            for taken in ["agentscope.function.", "agentscope.format."] {
                assert!(
                    !name.key.starts_with(taken),
                    "{} is another framework's",
                    name.key
                );
            }
        }
    }
}
