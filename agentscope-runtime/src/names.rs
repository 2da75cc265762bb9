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

/// One name of the table: how it is spelt on the wire, who defines it, what it holds.
#[derive(Clone, Copy, Debug)]
pub struct Name {
    /// The name on the wire.
    pub key: &'static str,
    /// Who defines it.
    pub source: Source,
    /// What it holds, with its unit where it has one.
    pub meaning: &'static str,
}

/// Finds a name of the table by its spelling on the wire.
pub fn find(key: &str) -> Option<&'static Name> {
    TABLE.iter().find(|name| name.key == key)
}

macro_rules! names {
    ($($source:ident { $($constant:ident = $key:literal, $meaning:literal;)* })*) => {
        $($(
            #[doc = concat!("`", $key, "`: ", $meaning, ".")]
            pub const $constant: &str = $key;
        )*)*

        /// Every name that agentscope emits: span attributes, log attributes, log event names.
        pub const TABLE: &[Name] = &[$($(
            Name { key: $key, source: Source::$source, meaning: $meaning },
        )*)*];
    };
}

names! {
    GenAi {
        OPERATION_NAME = "gen_ai.operation.name", "invoke_workflow, invoke_agent, execute_tool, chat and so on";
        WORKFLOW_NAME = "gen_ai.workflow.name", "name of the session's workflow";
        CONVERSATION_ID = "gen_ai.conversation.id", "conversation id, only where the application supplied one";
        AGENT_NAME = "gen_ai.agent.name", "name of the agent";
        AGENT_DESCRIPTION = "gen_ai.agent.description", "doc comment of the agent function";
        TOOL_NAME = "gen_ai.tool.name", "name of the tool";
        TOOL_DESCRIPTION = "gen_ai.tool.description", "doc comment of the tool function";
        TOOL_TYPE = "gen_ai.tool.type", "always `function` for an annotated function";
        PROVIDER_NAME = "gen_ai.provider.name", "who serves the model";
        REQUEST_MODEL = "gen_ai.request.model", "model that was asked for";
        REQUEST_TEMPERATURE = "gen_ai.request.temperature", "sampling temperature of the request";
        REQUEST_SEED = "gen_ai.request.seed", "seed of the request";
        USAGE_INPUT_TOKENS = "gen_ai.usage.input_tokens", "tokens of the prompt, cached ones included";
        USAGE_OUTPUT_TOKENS = "gen_ai.usage.output_tokens", "tokens of the completion, reasoning included";
        USAGE_CACHE_READ = "gen_ai.usage.cache_read.input_tokens", "prompt tokens read from the provider's cache";
        USAGE_CACHE_WRITE = "gen_ai.usage.cache_creation.input_tokens", "prompt tokens written to the provider's cache";
        USAGE_REASONING = "gen_ai.usage.reasoning.output_tokens", "completion tokens spent on reasoning";
    }
    OpenTelemetry {
        SESSION_ID = "session.id", "the session: one user interaction or job";
        USER_HASH = "enduser.pseudo.id", "keyed hash of the user";
        ERROR_TYPE = "error.type", "type of the error, never its text; `panic` for a panic";
        FUNCTION_NAME = "code.function.name", "path of the annotated function";
    }
    OpenInference {
        SPAN_KIND = "openinference.span.kind", "CHAIN, on session spans only";
        INPUT_VALUE = "input.value", "arguments as a JSON object, each value redacted by class";
        INPUT_MIME_TYPE = "input.mime_type", "application/json";
        OUTPUT_VALUE = "output.value", "result as JSON, redacted by class";
        OUTPUT_MIME_TYPE = "output.mime_type", "application/json";
    }
    Agentscope {
        LAYER = "agentscope.layer", "session, agent, tool or inference";
        OUTCOME = "agentscope.outcome", "ok, error, cancelled or panicked";
        LEVEL = "agentscope.level", "on a span: the worst level of its snapshots; on a snapshot: its own";
        FRAME = "agentscope.frame", "`recovered` where foreign code had dropped the agent frame";
        STEP_INDEX = "agentscope.step.index", "number of the (latest) step in its session span, from 0";
        TASK_ID = "agentscope.task.id", "the application's task";
        TENANT_ID = "agentscope.tenant.id", "the application's tenant";
        CLASSIFICATION = "agentscope.data.classification", "highest sensitivity class among the values of the span";
        REDACTION_COUNT = "agentscope.redaction.count", "values of the span that were masked, hashed or dropped";
        SESSION_VERDICT = "agentscope.session.verdict", "success, failure or unknown";
        SESSION_VERDICT_SOURCE = "agentscope.session.verdict.source", "which rule or who gave the verdict";
        SESSION_TOOL_CALLS = "agentscope.session.tool_calls", "tool calls of the session";
        SESSION_INFERENCE_CALLS = "agentscope.session.inference_calls", "model calls of the session";
        SESSION_SEMANTIC_WARNINGS = "agentscope.session.semantic_warnings", "SEMANTIC_WARN snapshots of the session";
        AGENT_ID = "agentscope.agent.id", "this run of the agent";
        AGENT_MODE = "agentscope.agent.mode", "react, plan_and_execute, reflection or the application's own";
        AGENT_TIER = "agentscope.agent.tier", "the application's tier of the agent";
        AGENT_VERSION = "agentscope.agent.version", "version of the agent";
        AGENT_MODEL = "agentscope.agent.model", "model that the agent is configured with";
        SYSTEM_PROMPT_HASH = "agentscope.agent.system_prompt.hash", "keyed hash of the system prompt";
        AGENT_TOOL_CALLS = "agentscope.agent.tool_calls", "tool calls of this agent";
        AGENT_INFERENCE_CALLS = "agentscope.agent.inference_calls", "model calls of this agent";
        ITERATION_COUNT = "agentscope.iteration.count", "reasoning loops of the agent so far";
        ITERATION_LIMIT = "agentscope.iteration.limit", "most reasoning loops the agent may take";
        BUDGET_LIMIT = "agentscope.token.budget.limit", "tokens the agent may use";
        BUDGET_REMAINING = "agentscope.token.budget.remaining", "tokens the agent has left; negative when overspent";
        TOTAL_INPUT_TOKENS = "agentscope.usage.input_tokens", "prompt tokens of all inferences below this span";
        TOTAL_OUTPUT_TOKENS = "agentscope.usage.output_tokens", "completion tokens of all inferences below this span";
        TOOL_LATENCY = "agentscope.latency.tool_ms", "milliseconds in tool calls below this span, summed over parallel calls";
        INFERENCE_LATENCY = "agentscope.latency.inference_ms", "milliseconds in model calls below this span, summed over parallel calls";
        CALL_REASON = "agentscope.call.reason", "why the call was made";
        CALL_REASON_SOURCE = "agentscope.call.reason.source", "stated, model or missing";
        TOOL_EFFECT = "agentscope.tool.effect", "read or write";
        TOOL_SCHEMA_HASH = "agentscope.tool.schema.hash", "SHA-256 over the canonical JSON Schema of the declared arguments";
        TOOL_OPAQUE_ARGS = "agentscope.tool.args.opaque", "arguments whose type has no JSON Schema";
        TOOL_SHAPE_HASH = "agentscope.tool.args.shape.hash", "SHA-256 over the structure, not the values, of the arguments";
        TOOL_STATUS = "agentscope.tool.status", "success, empty or error";
        TOOL_RESPONSE_SIZE = "agentscope.tool.response.size", "bytes of the result as canonical JSON";
        TOOL_RESPONSE_HASH = "agentscope.tool.response.hash", "keyed hash over the result as canonical JSON";
        TOOL_BLIND = "agentscope.tool.blind", "true where no value of the call has a class that telemetry may show";
        WARNING = "agentscope.warning", "what a snapshot warns of: retry, timeout, empty_response, tool_error, inference_error, schema_violation, budget_exhausted, iteration_limit";
        ARGS_POINTER = "agentscope.args.pointer", "JSON Pointer to the argument that does not fit its schema";
        ARGS_VIOLATION = "agentscope.args.violation", "how it does not fit: syntax, truncated or data";
        EVENT = "agentscope.event", "on a `tracing` event: the snapshot's event name";
        MEMORY = "agentscope.memory.summary", "the agent's working memory, by class";
        MEMORY_SOURCE = "agentscope.memory.source", "stated by the code, or derived from the steps";
        GOAL = "agentscope.goal", "the agent's goal, by class";
        BELIEF = "agentscope.belief", "the agent's belief, by class";
        NOTE = "agentscope.note", "text of a snapshot that the application recorded, by class";
        PAYLOAD_SIZE = "agentscope.payload.size", "bytes of a raw prompt and completion that stayed in the process";
        EVENT_TOOL_CALLED = "agentscope.tool.called", "log event: the state before a tool call";
        EVENT_TOOL_RETURNED = "agentscope.tool.returned", "log event: a tool call ended";
        EVENT_AGENT_DECIDED = "agentscope.agent.decided", "log event: an inference ended";
        EVENT_WARNING = "agentscope.warned", "log event: a warning between two steps";
        EVENT_NOTE = "agentscope.noted", "log event: the application recorded a snapshot";
        EVENT_VALUES = "agentscope.values", "log event at DEBUG: arguments or result in full, by class";
        EVENT_PAYLOAD = "agentscope.payload", "log event at TRACE: a raw prompt and completion existed";
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
