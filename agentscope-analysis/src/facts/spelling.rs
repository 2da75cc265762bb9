//! By which names attributes say a fact, and which of two names wins.

use agentscope_runtime::names;

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident { $($field:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(super) enum $name { $($field),* }

        impl $name {
            pub(super) const COUNT: usize = [$($name::$field),*].len();
        }
    )*};
}

fields! {
    /// Facts that are texts.
    Text {
        Session, Conversation, Layer, SpanKind, Operation, Traceloop, RequestType, ToolName, AgentName,
        WorkflowName, Target, Entity, AgentId, Outcome, ErrorType, Level, Reason, ToolStatus, SchemaHash,
        ShapeHash, ResponseHash, Model, Provider, Verdict, VerdictSource, Tenant, Task, Input, Output,
    }
    /// Facts that are whole numbers.
    Int { Step, Iteration, BudgetRemaining, InputTokens, OutputTokens, TotalInput, TotalOutput }
    /// Facts that are numbers.
    Number { Cost, TotalCost }
    /// Facts that are true or false.
    Flag { Blind }
}

impl Text {
    /// What people or models wrote, in contrast to names and ids.
    pub(super) fn may_be_empty(self) -> bool {
        matches!(self, Self::Reason | Self::Input | Self::Output)
    }
}

#[derive(Clone, Copy)]
pub(super) enum Field {
    Text(Text),
    Int(Int),
    Number(Number),
    Flag(Flag),
}

/// What attributes say: name, fact, rank. Of two names that say the same the lower rank wins.
const TABLE: &[(&str, Field, u8)] = &[
    // Ours.
    (names::LAYER, Field::Text(Text::Layer), 0),
    (names::OUTCOME, Field::Text(Text::Outcome), 0),
    (names::LEVEL, Field::Text(Text::Level), 0),
    (names::AGENT_ID, Field::Text(Text::AgentId), 0),
    (names::CALL_REASON, Field::Text(Text::Reason), 0),
    (names::DELEGATION_REASON, Field::Text(Text::Reason), 0),
    (names::DELEGATION_TARGET, Field::Text(Text::Target), 0),
    (names::TOOL_STATUS, Field::Text(Text::ToolStatus), 0),
    (names::TOOL_SCHEMA_HASH, Field::Text(Text::SchemaHash), 0),
    (names::TOOL_SHAPE_HASH, Field::Text(Text::ShapeHash), 0),
    (
        names::TOOL_RESPONSE_HASH,
        Field::Text(Text::ResponseHash),
        0,
    ),
    (names::SESSION_VERDICT, Field::Text(Text::Verdict), 0),
    (
        names::SESSION_VERDICT_SOURCE,
        Field::Text(Text::VerdictSource),
        0,
    ),
    (names::TENANT_ID, Field::Text(Text::Tenant), 0),
    (names::TASK_ID, Field::Text(Text::Task), 0),
    (names::STEP_INDEX, Field::Int(Int::Step), 0),
    (names::ITERATION_COUNT, Field::Int(Int::Iteration), 0),
    (names::BUDGET_REMAINING, Field::Int(Int::BudgetRemaining), 0),
    (names::TOTAL_INPUT_TOKENS, Field::Int(Int::TotalInput), 0),
    (names::TOTAL_OUTPUT_TOKENS, Field::Int(Int::TotalOutput), 0),
    (names::COST, Field::Number(Number::Cost), 0),
    (names::TOTAL_COST, Field::Number(Number::TotalCost), 0),
    (names::TOOL_BLIND, Field::Flag(Flag::Blind), 0),
    // Official names; from rank 1 on, old ones and what others have invented here.
    (names::OPERATION_NAME, Field::Text(Text::Operation), 0),
    (names::CONVERSATION_ID, Field::Text(Text::Conversation), 0),
    (names::WORKFLOW_NAME, Field::Text(Text::WorkflowName), 0),
    (names::AGENT_NAME, Field::Text(Text::AgentName), 0),
    (names::TOOL_NAME, Field::Text(Text::ToolName), 0),
    (names::PROVIDER_NAME, Field::Text(Text::Provider), 0),
    (names::REQUEST_MODEL, Field::Text(Text::Model), 0),
    (names::RESPONSE_MODEL, Field::Text(Text::Model), 1),
    (names::USAGE_INPUT_TOKENS, Field::Int(Int::InputTokens), 0),
    (names::USAGE_OUTPUT_TOKENS, Field::Int(Int::OutputTokens), 0),
    // Before 2025.
    ("gen_ai.system", Field::Text(Text::Provider), 1),
    (
        "gen_ai.usage.prompt_tokens",
        Field::Int(Int::InputTokens),
        1,
    ),
    (
        "gen_ai.usage.completion_tokens",
        Field::Int(Int::OutputTokens),
        1,
    ),
    ("gen_ai.usage.cost", Field::Number(Number::Cost), 2),
    ("gen_ai.tool.call.arguments", Field::Text(Text::Input), 1),
    ("gen_ai.tool.call.result", Field::Text(Text::Output), 1),
    // Of a hosted agent; the best there is where nobody says which run it is.
    ("gen_ai.agent.id", Field::Text(Text::AgentId), 1),
    ("gen_ai.task.id", Field::Text(Text::Task), 2),
    ("gen_ai.agent.step", Field::Int(Int::Step), 1),
    ("gen_ai.agent.iterations", Field::Int(Int::Iteration), 1),
    (
        "gen_ai.token_budget.remaining",
        Field::Int(Int::BudgetRemaining),
        1,
    ),
    ("gen_ai.tool.call_reason", Field::Text(Text::Reason), 1),
    ("gen_ai.handoff.reason", Field::Text(Text::Reason), 2),
    (
        "gen_ai.tool.response_hash",
        Field::Text(Text::ResponseHash),
        1,
    ),
    (
        "gen_ai.tool.args_schema_hash",
        Field::Text(Text::SchemaHash),
        1,
    ),
    // OpenInference, and OpenLLMetry before it took the official names.
    ("llm.model_name", Field::Text(Text::Model), 2),
    ("llm.request.model_name", Field::Text(Text::Model), 1),
    ("llm.response.model_name", Field::Text(Text::Model), 3),
    ("llm.request.model", Field::Text(Text::Model), 4),
    ("llm.response.model", Field::Text(Text::Model), 5),
    ("llm.provider", Field::Text(Text::Provider), 2),
    ("llm.system", Field::Text(Text::Provider), 3),
    ("llm.vendor", Field::Text(Text::Provider), 4),
    ("llm.token_count.prompt", Field::Int(Int::InputTokens), 2),
    (
        "llm.token_count.completion",
        Field::Int(Int::OutputTokens),
        2,
    ),
    ("llm.usage.prompt_tokens", Field::Int(Int::InputTokens), 3),
    (
        "llm.usage.completion_tokens",
        Field::Int(Int::OutputTokens),
        3,
    ),
    ("llm.cost.total", Field::Number(Number::Cost), 1),
    ("llm.request.type", Field::Text(Text::RequestType), 1),
    // OpenLLMetry.
    ("traceloop.span.kind", Field::Text(Text::Traceloop), 1),
    ("traceloop.entity.name", Field::Text(Text::Entity), 1),
    (
        "traceloop.workflow.name",
        Field::Text(Text::WorkflowName),
        1,
    ),
    ("traceloop.entity.input", Field::Text(Text::Input), 3),
    ("traceloop.entity.output", Field::Text(Text::Output), 3),
    (
        "traceloop.association.properties.session_id",
        Field::Text(Text::Session),
        4,
    ),
    (
        "traceloop.association.properties.thread_id",
        Field::Text(Text::Session),
        5,
    ),
    (
        "traceloop.association.properties.tenant_id",
        Field::Text(Text::Tenant),
        1,
    ),
    (
        "traceloop.association.properties.task_id",
        Field::Text(Text::Task),
        3,
    ),
    // OpenInference again, and sessions as backends spell them.
    (names::SESSION_ID, Field::Text(Text::Session), 0),
    ("langfuse.session.id", Field::Text(Text::Session), 1),
    ("langsmith.trace.session_id", Field::Text(Text::Session), 2),
    (
        "langsmith.metadata.session_id",
        Field::Text(Text::Session),
        3,
    ),
    (
        "langsmith.metadata.thread_id",
        Field::Text(Text::Session),
        3,
    ),
    (names::ERROR_TYPE, Field::Text(Text::ErrorType), 0),
    ("exception.type", Field::Text(Text::ErrorType), 1),
    (names::SPAN_KIND, Field::Text(Text::SpanKind), 0),
    (names::INPUT_VALUE, Field::Text(Text::Input), 0),
    (names::OUTPUT_VALUE, Field::Text(Text::Output), 0),
    ("agent.name", Field::Text(Text::AgentName), 1),
    ("tool.name", Field::Text(Text::ToolName), 1),
    ("tool.parameters", Field::Text(Text::Input), 2),
    ("embedding.model_name", Field::Text(Text::Model), 2),
];

/// What an attribute says, and the rank of its name.
///
/// Only names of the same length are compared, for this is asked of every attribute of every span.
pub(super) fn read(key: &str) -> Option<(Field, u8)> {
    let (from, to) = (BEGINS.get(key.len())?, BEGINS.get(key.len() + 1)?);
    let candidates = &BY_LENGTH[usize::from(*from)..usize::from(*to)];
    let mut candidates = candidates.iter().map(|row| &TABLE[usize::from(*row)]);
    let found = candidates.find(|(name, _, _)| *name == key)?;
    Some((found.1, found.2))
}

/// Longer than any name.
const LONGEST: usize = 64;

/// Rows of the table, shortest name first.
const BY_LENGTH: [u8; TABLE.len()] = by_length();

/// Where names of each length begin in it.
const BEGINS: [u8; LONGEST + 1] = begins();

const fn by_length() -> [u8; TABLE.len()] {
    let mut order = [0; TABLE.len()];
    let (mut length, mut next) = (0, 0);
    while length < LONGEST {
        let mut row = 0;
        while row < TABLE.len() {
            if TABLE[row].0.len() == length {
                order[next] = row as u8;
                next += 1;
            }
            row += 1;
        }
        length += 1;
    }
    assert!(
        next == TABLE.len() && next < 256,
        "a name is too long, or there are too many"
    );
    order
}

const fn begins() -> [u8; LONGEST + 1] {
    let mut begins = [0; LONGEST + 1];
    let mut length = 0;
    while length <= LONGEST {
        let mut row = 0;
        while row < TABLE.len() {
            if TABLE[row].0.len() < length {
                begins[length] += 1;
            }
            row += 1;
        }
        length += 1;
    }
    begins
}
