//! By which names attributes say a fact, and which of two names wins.

use agentscope_runtime::names;

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident { $($field:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
        WorkflowName, Target, Entity, AgentId, Outcome, ErrorType, Level, Reason, ReasonSource,
        StepPath, ToolStatus, SchemaHash, ShapeHash, ResponseHash, Model, Provider, Verdict, VerdictSource, Tenant, Task, Input, Output,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Field {
    Text(Text),
    Int(Int),
    Number(Number),
    Flag(Flag),
}

/// What attributes say: name, fact, rank. Of two names that say the same the lower rank wins: official
/// names and ours before all others.
const TABLE: &[(&str, Field, u8)] = &{
    use {Flag::*, Int::*, Number::*, Text::*};
    [
        // Ours.
        (names::LAYER, text(Layer), 0),
        (names::OUTCOME, text(Outcome), 0),
        (names::LEVEL, text(Level), 0),
        (names::AGENT_ID, text(AgentId), 0),
        (names::CALL_REASON, text(Reason), 0),
        (names::DELEGATION_REASON, text(Reason), 1),
        (names::CALL_REASON_SOURCE, text(ReasonSource), 0),
        (names::STEP_PATH, text(StepPath), 0),
        (names::DELEGATION_TARGET, text(Target), 0),
        (names::TOOL_STATUS, text(ToolStatus), 0),
        (names::TOOL_SCHEMA_HASH, text(SchemaHash), 0),
        (names::TOOL_SHAPE_HASH, text(ShapeHash), 0),
        (names::TOOL_RESPONSE_HASH, text(ResponseHash), 0),
        (names::SESSION_VERDICT, text(Verdict), 0),
        (names::SESSION_VERDICT_SOURCE, text(VerdictSource), 0),
        (names::TENANT_ID, text(Tenant), 0),
        (names::TASK_ID, text(Task), 0),
        (names::STEP_INDEX, int(Step), 0),
        (names::ITERATION_COUNT, int(Iteration), 0),
        (names::BUDGET_REMAINING, int(BudgetRemaining), 0),
        (names::TOTAL_INPUT_TOKENS, int(TotalInput), 0),
        (names::TOTAL_OUTPUT_TOKENS, int(TotalOutput), 0),
        (names::COST, number(Cost), 0),
        (names::TOTAL_COST, number(TotalCost), 0),
        (names::TOOL_BLIND, flag(Blind), 0),
        // Official names; from rank 1 on, old ones and what others have invented here.
        (names::OPERATION_NAME, text(Operation), 0),
        (names::CONVERSATION_ID, text(Conversation), 0),
        (names::WORKFLOW_NAME, text(WorkflowName), 0),
        (names::AGENT_NAME, text(AgentName), 0),
        (names::TOOL_NAME, text(ToolName), 0),
        (names::PROVIDER_NAME, text(Provider), 0),
        (names::REQUEST_MODEL, text(Model), 0),
        (names::RESPONSE_MODEL, text(Model), 1),
        (names::USAGE_INPUT_TOKENS, int(InputTokens), 0),
        (names::USAGE_OUTPUT_TOKENS, int(OutputTokens), 0),
        // Before 2025.
        ("gen_ai.system", text(Provider), 1),
        ("gen_ai.usage.prompt_tokens", int(InputTokens), 1),
        ("gen_ai.usage.completion_tokens", int(OutputTokens), 1),
        ("gen_ai.usage.cost", number(Cost), 2),
        ("gen_ai.tool.call.arguments", text(Input), 1),
        ("gen_ai.tool.call.result", text(Output), 1),
        // Of a hosted agent; the best there is where nobody says which run it is.
        ("gen_ai.agent.id", text(AgentId), 1),
        ("gen_ai.task.id", text(Task), 2),
        ("gen_ai.agent.step", int(Step), 1),
        ("gen_ai.agent.iterations", int(Iteration), 1),
        ("gen_ai.token_budget.remaining", int(BudgetRemaining), 1),
        ("gen_ai.tool.call_reason", text(Reason), 2),
        ("gen_ai.handoff.reason", text(Reason), 3),
        ("gen_ai.tool.response_hash", text(ResponseHash), 1),
        ("gen_ai.tool.args_schema_hash", text(SchemaHash), 1),
        // OpenInference, and OpenLLMetry before it took the official names.
        ("llm.model_name", text(Model), 3),
        ("llm.request.model_name", text(Model), 2),
        ("llm.response.model_name", text(Model), 4),
        ("llm.request.model", text(Model), 5),
        ("llm.response.model", text(Model), 6),
        ("llm.provider", text(Provider), 2),
        ("llm.system", text(Provider), 3),
        ("llm.vendor", text(Provider), 4),
        ("llm.token_count.prompt", int(InputTokens), 2),
        ("llm.token_count.completion", int(OutputTokens), 2),
        ("llm.usage.prompt_tokens", int(InputTokens), 3),
        ("llm.usage.completion_tokens", int(OutputTokens), 3),
        ("llm.cost.total", number(Cost), 1),
        ("llm.request.type", text(RequestType), 1),
        // OpenLLMetry.
        ("traceloop.span.kind", text(Traceloop), 1),
        ("traceloop.entity.name", text(Entity), 1),
        ("traceloop.workflow.name", text(WorkflowName), 1),
        ("traceloop.entity.input", text(Input), 3),
        ("traceloop.entity.output", text(Output), 3),
        (
            "traceloop.association.properties.session_id",
            text(Session),
            5,
        ),
        (
            "traceloop.association.properties.thread_id",
            text(Session),
            6,
        ),
        (
            "traceloop.association.properties.tenant_id",
            text(Tenant),
            1,
        ),
        ("traceloop.association.properties.task_id", text(Task), 3),
        // OpenInference again, and sessions as backends spell them.
        (names::SESSION_ID, text(Session), 0),
        ("langfuse.session.id", text(Session), 1),
        ("langsmith.trace.session_id", text(Session), 2),
        ("langsmith.metadata.session_id", text(Session), 3),
        ("langsmith.metadata.thread_id", text(Session), 4),
        (names::ERROR_TYPE, text(ErrorType), 0),
        ("exception.type", text(ErrorType), 1),
        (names::SPAN_KIND, text(SpanKind), 0),
        (names::INPUT_VALUE, text(Input), 0),
        (names::OUTPUT_VALUE, text(Output), 0),
        ("agent.name", text(AgentName), 1),
        ("tool.name", text(ToolName), 1),
        ("tool.parameters", text(Input), 2),
        ("embedding.model_name", text(Model), 7),
    ]
};

const fn text(field: Text) -> Field {
    Field::Text(field)
}

const fn int(field: Int) -> Field {
    Field::Int(field)
}

const fn number(field: Number) -> Field {
    Field::Number(field)
}

const fn flag(field: Flag) -> Field {
    Field::Flag(field)
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_names_for_a_fact_one_wins_and_each_is_found() {
        let mut seen = std::collections::HashSet::new();
        for (name, field, rank) in TABLE {
            assert!(
                seen.insert((field, rank)),
                "{name} has a rank that another has"
            );
            assert_eq!(read(name), Some((*field, *rank)));
        }
        let longer = "x".repeat(2 * LONGEST);
        for length in 0..longer.len() {
            assert_eq!(read(&longer[..length]), None);
        }
    }
}
