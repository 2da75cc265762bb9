//! What is read from spans and log records of all who emit GenAI telemetry.

use agentscope_analysis::{Facts, Layer, Scalar, SpanKind, SpanRecord};
use agentscope_runtime::{Level, Outcome};
use proptest::prelude::*;

fn facts<'a>(name: &'a str, attributes: &[(&'a str, Scalar<'a>)]) -> Facts<'a> {
    Facts::of(name, SpanKind::Internal, false, attributes.iter().copied())
}

fn text<'a>(key: &'a str, value: &'a str) -> Facts<'a> {
    facts("span", &[(key, Scalar::Text(value))])
}

#[test]
fn every_vocabulary_of_layers_is_understood() {
    use Layer::{Agent, Delegation, Inference, Other, Session, Tool};
    let layers = [
        ("agentscope.layer", "session", Session),
        ("agentscope.layer", "delegation", Delegation),
        ("openinference.span.kind", "AGENT", Agent),
        ("openinference.span.kind", "TOOL", Tool),
        ("openinference.span.kind", "LLM", Inference),
        ("openinference.span.kind", "CHAIN", Other),
        ("openinference.span.kind", "RETRIEVER", Tool),
        ("openinference.span.kind", "EMBEDDING", Inference),
        ("openinference.span.kind", "RERANKER", Other),
        ("openinference.span.kind", "UNKNOWN", Other),
        ("gen_ai.operation.name", "invoke_workflow", Session),
        ("gen_ai.operation.name", "handle_turn", Session),
        ("gen_ai.operation.name", "invoke_agent", Agent),
        ("gen_ai.operation.name", "create_agent", Other),
        ("gen_ai.operation.name", "execute_tool", Tool),
        ("gen_ai.operation.name", "chat", Inference),
        ("gen_ai.operation.name", "generate_content", Inference),
        ("gen_ai.operation.name", "text_completion", Inference),
        ("gen_ai.operation.name", "embeddings", Inference),
        ("gen_ai.operation.name", "retrieval", Tool),
        ("traceloop.span.kind", "workflow", Session),
        ("traceloop.span.kind", "task", Other),
        ("traceloop.span.kind", "agent", Agent),
        ("traceloop.span.kind", "tool", Tool),
        ("llm.request.type", "chat", Inference),
        ("http.request.method", "GET", Other),
    ];
    for (key, word, layer) in layers {
        assert_eq!(text(key, word).layer, layer, "{key}={word}");
    }
    assert!(text("gen_ai.operation.name", "embeddings").is_embedding);
    assert!(text("openinference.span.kind", "EMBEDDING").is_embedding);
    assert!(!text("openinference.span.kind", "LLM").is_embedding);
    let chain = text("openinference.span.kind", "CHAIN");
    assert_eq!(chain.layer_at_root(), Session);
    assert_eq!(text("traceloop.span.kind", "task").layer_at_root(), Other);
}

#[test]
fn earlier_vocabularies_win_over_later_ones() {
    let words = [
        ("agentscope.layer", "tool", Layer::Tool),
        ("openinference.span.kind", "AGENT", Layer::Agent),
        ("gen_ai.operation.name", "chat", Layer::Inference),
        ("traceloop.span.kind", "workflow", Layer::Session),
    ];
    for from in 0..words.len() {
        let mut attributes: Vec<_> = words[from..]
            .iter()
            .map(|(key, word, _)| (*key, Scalar::Text(word)))
            .collect();
        assert_eq!(facts("chat m", &attributes).layer, words[from].2);
        attributes.reverse();
        assert_eq!(facts("chat m", &attributes).layer, words[from].2);
    }
}

#[test]
fn span_name_tells_what_attributes_do_not() {
    let read = |name| {
        let facts = facts(name, &[]);
        (facts.layer, facts.name)
    };
    assert_eq!(
        read("invoke_agent refunds"),
        (Layer::Agent, Some("refunds"))
    );
    assert_eq!(read("execute_tool add"), (Layer::Tool, Some("add")));
    assert_eq!(read("chat gpt-4o"), (Layer::Inference, None));
    assert_eq!(read("chatter about"), (Layer::Other, None));
    assert_eq!(read("GET /chat"), (Layer::Other, None));
    // A server that serves chats calls no model by that.
    let served = Facts::of("chat room", SpanKind::Server, false, std::iter::empty());
    assert_eq!(served.layer, Layer::Other);
}

#[test]
fn agent_of_another_process_is_a_delegation_only_where_agentscope_hands_over() {
    let read = |provider| {
        let attributes = [
            ("gen_ai.operation.name", Scalar::Text("invoke_agent")),
            ("gen_ai.agent.name", Scalar::Text("billing")),
            ("gen_ai.provider.name", Scalar::Text(provider)),
        ];
        let facts = Facts::of("x", SpanKind::Client, false, attributes.into_iter());
        (facts.layer, facts.name)
    };
    assert_eq!(read("agentscope"), (Layer::Delegation, Some("billing")));
    assert_eq!(read("azure.ai.inference"), (Layer::Agent, Some("billing")));
}

/// The README's table of names that one may have read, and the spellings of others.
#[test]
fn foreign_spellings_say_the_same_as_official_ones() {
    let is = |key: &'static str, want: fn(&Facts<'_>) -> bool, value: Scalar<'static>| {
        // The layer is one that has tokens of its own.
        let layer = ("gen_ai.operation.name", Scalar::Text("chat"));
        assert!(want(&facts("span", &[layer, (key, value)])), "{key}");
    };
    let x = Scalar::Text("x");
    for key in [
        "session.id",
        "langfuse.session.id",
        "langsmith.trace.session_id",
        "langsmith.metadata.session_id",
        "langsmith.metadata.thread_id",
        "traceloop.association.properties.session_id",
        "traceloop.association.properties.thread_id",
        "gen_ai.conversation.id",
    ] {
        is(key, |facts| facts.session == Some("x"), x);
    }
    for key in [
        "gen_ai.request.model",
        "gen_ai.response.model",
        "llm.model_name",
        "llm.request.model_name",
        "llm.response.model_name",
        "llm.request.model",
        "llm.response.model",
        "embedding.model_name",
    ] {
        is(
            key,
            |facts| facts.model == Some("x") && facts.name == Some("x"),
            x,
        );
    }
    for key in [
        "gen_ai.provider.name",
        "gen_ai.system",
        "llm.provider",
        "llm.system",
        "llm.vendor",
    ] {
        is(key, |facts| facts.provider == Some("x"), x);
    }
    for key in [
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.prompt_tokens",
        "llm.token_count.prompt",
        "llm.usage.prompt_tokens",
    ] {
        is(key, |facts| facts.input_tokens == Some(7), Scalar::Int(7));
    }
    for key in [
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
        "llm.token_count.completion",
        "llm.usage.completion_tokens",
    ] {
        is(
            key,
            |facts| facts.output_tokens == Some(7),
            Scalar::Double(7.0),
        );
    }
    for key in ["agentscope.cost.usd", "llm.cost.total", "gen_ai.usage.cost"] {
        is(
            key,
            |facts| facts.cost_usd == Some(0.5),
            Scalar::Double(0.5),
        );
    }
    let one = Scalar::Int(1);
    is(
        "gen_ai.agent.step",
        |facts| facts.step_index == Some(1),
        one,
    );
    is(
        "gen_ai.agent.iterations",
        |facts| facts.iteration_count == Some(1),
        one,
    );
    is(
        "gen_ai.token_budget.remaining",
        |facts| facts.budget_remaining == Some(1),
        one,
    );
    is(
        "gen_ai.tool.call_reason",
        |facts| facts.reason == Some("x"),
        x,
    );
    is(
        "gen_ai.tool.response_hash",
        |facts| facts.response_hash == Some("x"),
        x,
    );
    is(
        "gen_ai.tool.args_schema_hash",
        |facts| facts.schema_hash == Some("x"),
        x,
    );
    is("gen_ai.agent.id", |facts| facts.agent_id == Some("x"), x);
    is(
        "traceloop.association.properties.tenant_id",
        |facts| facts.tenant == Some("x"),
        x,
    );
    is("exception.type", |facts| facts.error_type == Some("x"), x);
    for key in [
        "input.value",
        "gen_ai.tool.call.arguments",
        "tool.parameters",
        "traceloop.entity.input",
    ] {
        is(key, |facts| facts.input == Some("x"), x);
    }
    for key in [
        "output.value",
        "gen_ai.tool.call.result",
        "traceloop.entity.output",
    ] {
        is(key, |facts| facts.output == Some("x"), x);
    }
}

#[test]
fn totals_of_an_agent_are_never_its_own_usage() {
    let agent = facts(
        "invoke_agent a",
        &[
            ("gen_ai.usage.input_tokens", Scalar::Int(90)),
            ("gen_ai.usage.output_tokens", Scalar::Int(9)),
            ("llm.cost.total", Scalar::Double(0.5)),
        ],
    );
    assert_eq!(
        (agent.input_tokens, agent.output_tokens, agent.cost_usd),
        (None, None, None)
    );
    assert_eq!(
        (agent.total_input_tokens, agent.total_output_tokens),
        (Some(90), Some(9))
    );
    assert_eq!(agent.total_cost_usd, Some(0.5));
}

#[test]
fn only_what_agentscope_alone_says_is_ours() {
    assert!(text("agentscope.layer", "tool").is_ours);
    assert!(text("agentscope.level", "WARN").is_ours);
    // Baggage that a foreign processor copies onto foreign spans.
    assert!(!text("agentscope.task.id", "t").is_ours);
    // Of the Python framework that has the same name.
    assert!(!text("agentscope.function.name", "f").is_ours);
    assert!(!text("gen_ai.operation.name", "chat").is_ours);
}

#[test]
fn outcome_and_level_are_as_said_else_as_the_status_has_it() {
    let ended = |error, attributes: &[(&'static str, Scalar<'static>)]| {
        Facts::of("x", SpanKind::Internal, error, attributes.iter().copied())
    };
    assert_eq!(ended(true, &[]).outcome, Some(Outcome::Error));
    assert_eq!(ended(false, &[]).outcome, None);
    let panicked = [("agentscope.outcome", Scalar::Text("panicked"))];
    assert_eq!(ended(true, &panicked).outcome, Some(Outcome::Panicked));
    assert_eq!(
        text("agentscope.level", "semantic_warn").level,
        Some(Level::SemanticWarn)
    );
    assert_eq!(text("agentscope.level", "loud").level, None);
}

#[test]
fn values_of_another_type_and_empty_texts_say_nothing() {
    let said = facts(
        "span",
        &[
            ("session.id", Scalar::Int(7)),
            ("gen_ai.conversation.id", Scalar::Text("")),
            ("langfuse.session.id", Scalar::Text("s")),
            ("agentscope.step.index", Scalar::Text("3")),
            ("agentscope.iteration.count", Scalar::Double(1.5)),
        ],
    );
    assert_eq!((said.session, said.conversation), (Some("s"), None));
    assert_eq!((said.step_index, said.iteration_count), (None, None));
}

proptest! {
    #[test]
    fn order_of_attributes_does_not_matter(order in Just(vec![
        ("gen_ai.usage.prompt_tokens", 1), ("llm.token_count.prompt", 2), ("gen_ai.usage.input_tokens", 3),
        ("llm.usage.prompt_tokens", 4),
    ]).prop_shuffle()) {
        let span = order.iter().map(|(key, value)| (*key, Scalar::Int(*value)));
        let facts = Facts::of("chat m", SpanKind::Client, false, span);
        prop_assert_eq!(facts.input_tokens, Some(3));
    }

    #[test]
    fn no_name_or_value_is_too_odd(name in any::<String>(), key in any::<String>(), value in any::<String>()) {
        let span = SpanRecord::new(1, 2, name).with(&key, value);
        let facts = span.facts();
        prop_assert!(facts.name.is_none_or(|name| !name.is_empty()));
    }
}
