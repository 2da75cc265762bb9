//! The names of each namespace, as far as they are documented.

use super::Named::{self, Content, Harmless, Unknown};

/// The official conventions, and what others have put into their namespace.
pub(super) fn gen_ai(rest: &str) -> Named {
    const HARMLESS: &[&str] = &[
        "operation.name",
        "system",
        "provider.name",
        "workflow.name",
        "agent.id",
        "agent.name",
        "agent.description",
        "agent.version",
        "conversation.",
        "data_source.id",
        "embeddings.dimension.count",
        "evaluation.name",
        "evaluation.score.",
        "memory.record.count",
        "memory.record.id",
        "memory.store.",
        "output.type",
        "prompt.name",
        "prompt.version",
        "response.",
        "retrieval.top_k",
        "token.type",
        "tool.name",
        "tool.type",
        "tool.description",
        "tool.definitions",
        "tool.call.id",
        "usage.",
    ];
    const CONTENT: &[&str] = &[
        "agent.memory",
        "choice",
        "completion",
        "completion.",
        "content.",
        "evaluation.explanation",
        "event.content",
        "headers",
        "input.messages",
        "memory.query.text",
        "memory.records",
        "output.messages",
        "prompt",
        "prompt.",
        "request.stop_sequences",
        "retrieval.documents",
        "retrieval.query.text",
        "system_instructions",
        "tool.call.arguments",
        "tool.call.result",
        "tool.call_reason",
        "user",
    ];
    match () {
        () if is_in(rest, HARMLESS) => Harmless,
        () if is_in(rest, CONTENT) => Content,
        () if rest.starts_with("request.") => Harmless,
        () => Unknown,
    }
}

/// Names of ours on a span that is not: nobody has redacted these texts.
pub(super) fn ours(rest: &str) -> Named {
    const CONTENT: &[&str] = &[
        "belief",
        "call.reason",
        "delegation.instructions",
        "delegation.reason",
        "error.parts",
        "fallback.",
        "goal",
        "memory.change",
        "memory.summary",
        "note",
        "sub_goal",
    ];
    match () {
        () if is_in(rest, CONTENT) => Content,
        // Of the Python framework that has the same name.
        () if is_in(rest, &["function.", "format."]) => Unknown,
        () => Harmless,
    }
}

pub(super) fn openinference(space: &str, rest: &str) -> Named {
    let last = rest.rsplit('.').next().unwrap_or(rest);
    match space {
        "input" | "output" => harmless_if(rest == "mime_type"),
        "llm" => {
            const HARMLESS: &[&str] = &[
                "cost.",
                "invocation_parameters",
                "is_streaming",
                "model_name",
                "prompt_template.template",
                "prompt_template.version",
                "provider",
                "request.",
                "response.model",
                "system",
                "token_count.",
                "tools.",
                "usage.",
                "vendor",
            ];
            const CONTENT: &[&str] = &[
                "choices.",
                "completions",
                "completions.",
                "content.",
                "function_call",
                "headers",
                "input_messages",
                "input_messages.",
                "output_messages",
                "output_messages.",
                "prompt_template.variables",
                "prompts",
                "prompts.",
                "user",
            ];
            match () {
                () if is_in(rest, CONTENT) => Content,
                () if is_in(rest, HARMLESS) => Harmless,
                () => Unknown,
            }
        }
        "tool" => match rest {
            "name" | "description" | "id" | "json_schema" => Harmless,
            _ => Content,
        },
        "agent" | "graph" | "tag" | "openinference" => Harmless,
        // Vectors tell the text that they were made of.
        "embedding" => harmless_if(matches!(rest, "model_name" | "invocation_parameters")),
        _ => harmless_if(matches!(last, "id" | "score" | "model_name" | "top_k")),
    }
}

pub(super) fn traceloop(rest: &str) -> Named {
    if let Some(property) = rest.strip_prefix("association.properties.") {
        return match property {
            "user_id" => Content,
            _ if property.ends_with("_id") => Harmless,
            _ => Unknown,
        };
    }
    match rest {
        "entity.input" | "entity.output" | "prompt.template_variables" => Content,
        _ if is_in(rest, &["span.kind", "entity.", "workflow.name", "prompt."]) => Harmless,
        _ => Unknown,
    }
}

/// What backends have for emitters that write for them alone.
pub(super) fn backend(space: &str, rest: &str) -> Named {
    let harmless: &[&str] = match space {
        "langfuse" => &[
            "environment",
            "internal.",
            "observation.cost_details",
            "observation.level",
            "observation.model.",
            "observation.prompt.name",
            "observation.prompt.version",
            "observation.type",
            "observation.usage_details",
            "release",
            "session.id",
            "trace.name",
            "trace.public",
            "trace.tags",
            "version",
        ],
        "langsmith" => &[
            "metadata.session_id",
            "metadata.thread_id",
            "span.",
            "trace.",
        ],
        "mlflow" => &[
            "chat.tokenUsage",
            "chat.tools",
            "experimentId",
            "spanFunctionName",
            "spanType",
            "traceRequestId",
        ],
        // Its other names say how to show the span; this one has the values in it.
        _ => return harmless_if(rest != "msg"),
    };
    harmless_if(is_in(rest, harmless))
}

/// Vercel's AI SDK.
pub(super) fn vercel(rest: &str) -> Named {
    const HARMLESS: &[&str] = &[
        "finishReason",
        "model.",
        "operationId",
        "prompt.tools",
        "prompt.toolChoice",
        "response.avgCompletionTokensPerSecond",
        "response.avgOutputTokensPerSecond",
        "response.finishReason",
        "response.id",
        "response.model",
        "response.msToFinish",
        "response.msToFirstChunk",
        "response.timestamp",
        "settings.",
        "telemetry.functionId",
        "toolCall.id",
        "toolCall.name",
        "usage.",
    ];
    harmless_if(is_in(rest, HARMLESS))
}

/// OpenTelemetry's other conventions.
pub(super) fn conventions(space: &str, rest: &str) -> Named {
    let content: &[&str] = match space {
        "exception" => return harmless_if(matches!(rest, "type" | "escaped")),
        "error" => return harmless_if(rest == "type"),
        "user" => return harmless_if(matches!(rest, "hash" | "roles")),
        "enduser" => return harmless_if(matches!(rest, "pseudo.id" | "role" | "scope")),
        "http" => &[
            "request.body",
            "request.header.",
            "response.body",
            "response.header.",
        ],
        "db" => &[
            "query.parameter.",
            "query.result.",
            "query.text",
            "statement",
        ],
        "rpc" => &[
            "request.metadata.",
            "response.metadata.",
            "grpc.request.metadata.",
        ],
        "messaging" => &["message.body"],
        "graphql" => &["document"],
        "mcp" => &["request.argument", "response.value", "session.init_options"],
        "process" => &["command_args", "command_line", "environment_variable."],
        "log" => &["record.original"],
        // Not `app` and `event`: applications put names of their own there too.
        "android" | "aws" | "azure" | "browser" | "cicd" | "client" | "cloud" | "code"
        | "container" | "cpu" | "deployment" | "destination" | "device" | "dns" | "faas"
        | "feature_flag" | "file" | "gcp" | "geo" | "heroku" | "host" | "hw" | "jsonrpc"
        | "k8s" | "net" | "network" | "oci" | "openai" | "os" | "otel" | "peer" | "server"
        | "service" | "session" | "source" | "system" | "telemetry" | "thread" | "tls" | "url"
        | "user_agent" | "vcs" => &[],
        _ => return Unknown,
    };
    harmless_if(!is_in(rest, content))
}

/// Whether `rest` is one of `names`; one that ends in a dot stands for all below it.
fn is_in(rest: &str, names: &[&str]) -> bool {
    let mut names = names.iter();
    names.any(|name| rest == *name || name.ends_with('.') && rest.starts_with(name))
}

fn harmless_if(condition: bool) -> Named {
    match condition {
        true => Harmless,
        false => Content,
    }
}
