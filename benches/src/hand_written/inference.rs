//! The same for a model call: what it was asked, used and cost, its window, its metrics and the
//! snapshot of its decision.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::SystemTime;

use async_openai::types::chat::{
    CreateChatCompletionRequest as Request, CreateChatCompletionResponse as Response, FinishReason,
};
use opentelemetry::logs::{AnyValue, LogRecord as _, Logger as _, Severity};
use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanContext, SpanKind, TraceContextExt as _, Tracer as _,
};
use opentelemetry::{Array, KeyValue, StringValue, Value};

use super::{HandAgent, lock};

impl HandAgent {
    pub(crate) fn infer(&self, request: &Request, answer: &Response) -> Response {
        // What the price list and the model's card say.
        const MICRO_DOLLARS: [f64; 2] = [2.5, 10.0];
        const WINDOW: u32 = 128_000;
        let started = SystemTime::now();
        self.iterations.fetch_add(1, Relaxed);
        let model: Arc<str> = request.model.as_str().into();
        let mut attributes = Vec::with_capacity(36);
        attributes.extend([
            KeyValue::new("session.id", self.session.clone()),
            KeyValue::new("agentscope.agent.id", self.agent.clone()),
            KeyValue::new("agentscope.layer", "inference"),
            KeyValue::new("code.function.name", "agentscope_benches::subjects::infer"),
            KeyValue::new("gen_ai.operation.name", "chat"),
            KeyValue::new("gen_ai.provider.name", "openai"),
            KeyValue::new("gen_ai.request.model", model.clone()),
        ]);
        if let Some(tokens) = request.max_completion_tokens {
            attributes.push(KeyValue::new(
                "gen_ai.request.max_tokens",
                i64::from(tokens),
            ));
        }
        if let Some(temperature) = request.temperature {
            let temperature = f64::from(temperature);
            attributes.push(KeyValue::new("gen_ai.request.temperature", temperature));
        }
        let builder = SpanBuilder::from_name(format!("chat {model}"))
            .with_kind(SpanKind::Client)
            .with_start_time(started)
            .with_attributes(attributes);
        let span = self.hand.tracer.build_with_context(builder, &self.parent);
        let context = span.span_context().clone();
        let cx = self.parent.with_span(span);
        let answer = {
            let _entered = cx.clone().attach();
            black_box(request);
            answer.clone()
        };
        let ended = SystemTime::now();
        let nanos = ended.duration_since(started).unwrap_or_default().as_nanos() as u64;
        let (input, output) = answer.usage.as_ref().map_or((0, 0), |usage| {
            (usage.prompt_tokens, usage.completion_tokens)
        });
        let micros = f64::from(input) * MICRO_DOLLARS[0] + f64::from(output) * MICRO_DOLLARS[1];
        for totals in [&self.of_agent, &self.of_session] {
            totals.nanos.fetch_add(nanos, Relaxed);
            totals.tokens.fetch_add((input + output).into(), Relaxed);
            totals.micro_dollars.fetch_add(micros as u64, Relaxed);
        }
        let used = f64::from(input) / f64::from(WINDOW);
        // A prompt that has shrunk was compacted.
        black_box(self.window.swap(input, Relaxed) > 2 * input);
        let answered: Arc<str> = answer.model.as_str().into();
        let mut labels = [
            KeyValue::new("gen_ai.token.type", "input"),
            KeyValue::new("gen_ai.operation.name", "chat"),
            KeyValue::new("gen_ai.provider.name", "openai"),
            KeyValue::new("gen_ai.request.model", model.clone()),
            KeyValue::new("gen_ai.response.model", answered.clone()),
        ];
        self.hand.token_usage.record(input.into(), &labels);
        labels[0].value = "output".into();
        self.hand.token_usage.record(output.into(), &labels);
        let seconds = nanos as f64 / 1e9;
        self.hand.inference_duration.record(seconds, &labels[1..]);
        self.log_decision(model, used, &context, ended);
        let reasons = answer.choices.iter().filter_map(|choice| {
            let reason = match choice.finish_reason? {
                FinishReason::Stop => "stop",
                FinishReason::Length => "length",
                FinishReason::ToolCalls => "tool_calls",
                FinishReason::ContentFilter => "content_filter",
                FinishReason::FunctionCall => "function_call",
            };
            Some(StringValue::from(reason))
        });
        let reasons = Array::String(reasons.collect());
        let span = cx.span();
        span.set_attributes([
            KeyValue::new("gen_ai.usage.input_tokens", i64::from(input)),
            KeyValue::new("gen_ai.usage.output_tokens", i64::from(output)),
            KeyValue::new("agentscope.cost.usd", micros / 1e6),
            KeyValue::new("agentscope.context.window", i64::from(WINDOW)),
            KeyValue::new("agentscope.context.used", used),
            KeyValue::new("gen_ai.response.id", answer.id.clone()),
            KeyValue::new("gen_ai.response.model", answered),
            KeyValue::new("gen_ai.response.finish_reasons", Value::Array(reasons)),
            KeyValue::new("agentscope.data.classification", "confidential"),
            KeyValue::new("agentscope.redaction.count", 3),
            KeyValue::new("agentscope.outcome", "ok"),
            KeyValue::new("agentscope.level", "INFO"),
        ]);
        span.end_with_timestamp(ended);
        answer
    }

    fn log_decision(&self, model: Arc<str>, used: f64, span: &SpanContext, time: SystemTime) {
        let mut record = self.hand.logger.create_log_record();
        record.set_event_name("agentscope.agent.decided");
        record.set_timestamp(time);
        record.set_severity_number(Severity::Info);
        record.set_severity_text("INFO");
        record.set_trace_context(span.trace_id(), span.span_id(), Some(span.trace_flags()));
        let text = |text: &StringValue| AnyValue::String(text.clone());
        record.add_attributes([
            ("session.id", text(&self.session)),
            ("agentscope.level", AnyValue::from("INFO")),
            (
                "agentscope.iteration.count",
                AnyValue::from(i64::from(self.iterations.load(Relaxed))),
            ),
            ("agentscope.agent.id", text(&self.agent)),
            ("gen_ai.agent.name", AnyValue::from("agent")),
            ("agentscope.memory.summary", text(&lock(&self.known).memory)),
            ("agentscope.memory.source", AnyValue::from("stated")),
            ("agentscope.outcome", AnyValue::from("ok")),
            ("gen_ai.request.model", AnyValue::String(model.into())),
            ("agentscope.context.used", AnyValue::from(used)),
        ]);
        self.hand.logger.emit(record);
    }
}
