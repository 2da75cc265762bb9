//! Which attributes of foreign emitters are taken for content. Names are those of the emitters'
//! documentation: OpenTelemetry's GenAI conventions up to 2026, OpenInference's semantic
//! conventions, OpenLLMetry, Vercel's AI SDK, Langfuse, LangSmith, MLflow, Logfire.

use agentscope_analysis::{Scalar, carries_content, is_content};

const CONTENT: &[&str] = &[
    "agentscope.call.reason",
    "agentscope.function.input",
    "agentscope.memory.summary",
    "ai.prompt",
    "ai.prompt.messages",
    "ai.response.text",
    "ai.response.toolCalls",
    "ai.telemetry.metadata.userName",
    "ai.toolCall.args",
    "ai.toolCall.result",
    "all_messages_events",
    "completion",
    "crewai.task.output",
    "db.query.parameter.name",
    "db.statement",
    "embedding.embeddings.0.embedding.text",
    "enduser.id",
    "error.message",
    "events",
    "exception.message",
    "exception.stacktrace",
    "final_result",
    "gen_ai.completion.0.content",
    "gen_ai.completion.0.tool_calls.0.arguments",
    "gen_ai.evaluation.explanation",
    "gen_ai.event.content",
    "gen_ai.input.messages",
    "gen_ai.memory.records",
    "gen_ai.output.messages",
    "gen_ai.prompt",
    "gen_ai.prompt.0.content",
    "gen_ai.prompt.variable.customer",
    "gen_ai.retrieval.documents",
    "gen_ai.system_instructions",
    "gen_ai.task.input",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "gen_ai.tool.call_reason",
    "http.request.header.authorization",
    "input",
    "input.value",
    "langfuse.observation.input",
    "langfuse.observation.metadata.note",
    "langfuse.observation.output",
    "langfuse.trace.input",
    "langfuse.user.id",
    "langsmith.metadata.note",
    "llm.completions.0.content",
    "llm.input_messages.0.message.content",
    "llm.input_messages.0.message.contents.1.message_content.text",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments",
    "llm.prompt_template.variables",
    "llm.prompts",
    "llm.user",
    "logfire.msg",
    "mcp.request.argument",
    "messages",
    "metadata",
    "mlflow.chat.messages",
    "mlflow.spanInputs",
    "mlflow.spanOutputs",
    "output",
    "output.value",
    "prompt",
    "reranker.query",
    "retrieval.documents.0.document.content",
    "retrieval.documents.0.document.metadata",
    "system_prompt",
    "tool.parameters",
    "tool.parameters.order_id",
    "tool_arguments",
    "tool_response",
    "traceloop.association.properties.user_id",
    "traceloop.entity.input",
    "traceloop.entity.output",
    "user.email",
    "user.id",
];

const HARMLESS: &[&str] = &[
    "agent.name",
    "agentscope.layer",
    "agentscope.step.index",
    "ai.model.id",
    "ai.operationId",
    "ai.usage.promptTokens",
    "code.function.name",
    "db.system.name",
    "deployment.environment.name",
    "embedding.model_name",
    "enduser.pseudo.id",
    "error.type",
    "exception.type",
    "gen_ai.agent.name",
    "gen_ai.conversation.id",
    "gen_ai.operation.name",
    "gen_ai.output.type",
    "gen_ai.prompt.name",
    "gen_ai.request.model",
    "gen_ai.response.finish_reasons",
    "gen_ai.system",
    "gen_ai.tool.call.id",
    "gen_ai.tool.definitions",
    "gen_ai.tool.name",
    "gen_ai.usage.input_tokens",
    "http.response.status_code",
    "input.mime_type",
    "langfuse.observation.type",
    "langfuse.session.id",
    "llm.cost.prompt",
    "llm.invocation_parameters",
    "llm.model_name",
    "llm.token_count.prompt",
    "llm.tools.0.tool.json_schema",
    "logfire.json_schema",
    "message_id",
    "mlflow.spanType",
    "openinference.span.kind",
    "output.mime_type",
    "prompt_tokens",
    "retrieval.documents.0.document.id",
    "rpc.method",
    "server.address",
    "service.name",
    "session.id",
    "tag.tags",
    "tool.description",
    "tool.name",
    "traceloop.entity.name",
    "traceloop.span.kind",
    "url.full",
];

#[test]
fn names_that_carry_content_are_known_and_others_are_not_taken_for_them() {
    for key in CONTENT {
        assert!(is_content(key), "{key} carries content");
        assert!(
            carries_content(key, Scalar::Int(7)),
            "{key}, whatever its value"
        );
    }
    let long = "x".repeat(65);
    for key in HARMLESS {
        assert!(!is_content(key), "{key} carries none");
        let is_known = !matches!(*key, "message_id" | "prompt_tokens");
        assert!(
            !(is_known && carries_content(key, Scalar::Text(&long))),
            "{key}, however long"
        );
    }
}

#[test]
fn of_unknown_names_long_texts_and_lists_are_content() {
    let key = "acme.remark";
    let label = "x".repeat(64);
    assert!(!carries_content(key, Scalar::Text(&label)));
    assert!(carries_content(key, Scalar::Text(&(label + "x"))));
    assert!(carries_content(key, Scalar::Other));
    assert!(!carries_content(key, Scalar::Int(7)));
    assert!(!carries_content(key, Scalar::Bool(true)));
}

/// What we emit ourselves for people to read stands in the list of free texts, or nobody would
/// hide it on a span that only pretends to be ours.
#[test]
fn texts_of_ours_that_have_a_class_are_content_on_foreign_spans() {
    for name in agentscope_runtime::names::TABLE {
        if name.meaning.contains("by class") && name.kind.as_str() != "event" {
            assert!(is_content(name.key), "{}: {}", name.key, name.meaning);
        }
    }
}
