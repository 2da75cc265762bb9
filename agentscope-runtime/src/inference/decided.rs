//! The end of an inference: its usage, its decision, and its content where that is asked for.

use std::time::Duration;

use opentelemetry::KeyValue;

use crate::agent::reasoning::{ModelsCall, Window};
use crate::inference::answer::Answer;
use crate::inference::usage::Usage;
use crate::limits::to_signed;
use crate::model;
use crate::names;
use crate::outcome::{Ending, Outcome};
use crate::output::Output;
use crate::policy;
use crate::privacy::class::Sensitivity;
use crate::privacy::content::{self, Conversation, Parts};
use crate::privacy::redacted::{Labels, Put, Redacted};
use crate::privacy::text::{self, TEXT_LIMIT, Text};
use crate::recording::Recording;
use crate::session::id;
use crate::snapshot::level::Level;
use crate::snapshot::moment::Event;
use crate::unread::Unread;

/// Share of sessions whose prompts and completions make a TRACE snapshot.
const TRACE_RATIO: f64 = 0.05;

/// What an inference was asked, for metrics and for the event that tells of it.
pub(crate) struct Asked {
    pub(crate) operation: Redacted,
    pub(crate) provider: Option<Redacted>,
    /// Rarely asked for, and large.
    pub(crate) prompt: Option<Box<Conversation>>,
}

impl Recording {
    /// What was asked and answered, where the deployment asks for it.
    pub(crate) fn content(
        &mut self,
        ending: &Ending,
        output: Option<&Output>,
        completion: Option<Redacted>,
        attributes: &mut Vec<KeyValue>,
    ) {
        let capture = content::capture();
        let operation = self.asked.as_ref().map(|asked| &asked.operation);
        let has_messages = operation.is_some_and(content::has_messages);
        if !capture.is_wanted() || !has_messages {
            return;
        }
        let answer = completion.map(|completion| {
            let reasons = output.and_then(|output| output.answer.as_ref());
            let reason = reasons.and_then(|answer| answer.finish_reasons.first());
            let reason = reason.map(Redacted::as_str);
            match output.and_then(|output| output.parts.as_ref()) {
                Some(parts) => parts.answered(reason, ending.outcome),
                None => Parts::of_json(&completion).answered(reason, ending.outcome),
            }
        });
        if let Some(answer) = answer.as_ref().filter(|_| capture.on_spans) {
            attributes.put(names::OUTPUT_MESSAGES, answer.clone());
        }
        let Some(asked) = self.asked.take().filter(|_| capture.in_events) else {
            return;
        };
        let prompt = asked
            .prompt
            .map(|prompt| (prompt.messages, prompt.instructions));
        let (messages, instructions) = prompt.unzip();
        let said = [
            (names::OPERATION_NAME, Some(asked.operation)),
            (names::PROVIDER_NAME, asked.provider),
            (names::REQUEST_MODEL, self.model.clone()),
            (names::INPUT_MESSAGES, messages),
            (names::SYSTEM_INSTRUCTIONS, instructions.flatten()),
            (names::OUTPUT_MESSAGES, answer),
        ];
        let event = Event::new(names::EVENT_INFERENCE_DETAILS, Level::Info);
        let event = said
            .into_iter()
            .fold(event, |event, (key, value)| match value {
                Some(value) => event.with(key, value),
                None => event,
            });
        self.snapshot(event);
    }

    pub(crate) fn end_inference(
        &mut self,
        ending: &Ending,
        time: Duration,
        output: Option<&mut Output>,
        attributes: &mut Vec<KeyValue>,
    ) {
        self.for_each_totals(|totals| totals.add_inference_time(time));
        if output.as_ref().is_none_or(|output| output.usage.is_none()) {
            Unread::look(self.site, ending.outcome, output.as_deref());
        }
        let told = output.map(|output| self.told(output, attributes));
        let told = told.unwrap_or_default();
        let mut news = Vec::new();
        if let Some(usage) = &told.usage {
            news = self.charge(usage, told.model, attributes);
        }
        let name = names::EVENT_AGENT_DECIDED;
        let event = match ending.outcome {
            Outcome::Error | Outcome::Panicked => {
                Event::warning(name, Level::Error, "inference_error")
            }
            Outcome::Ok | Outcome::Cancelled => Event::new(name, Level::Info),
        };
        let mut event = Event {
            outcome: Some(ending.outcome),
            model: self.model.clone(),
            context_used: told.window.map(Window::used),
            ..event
        };
        if let Some(tools) = told.chosen_tools {
            event = event.with(names::DECISION_TOOLS, tools);
        }
        self.snapshot(event);
        self.tell(&news);
        if let Some(window) = told.window {
            self.window_is_filled(window, attributes);
        }
        let in_sample = || id::in_sample(self.frame.session.id.as_str(), TRACE_RATIO);
        if let (Some(size), true) = (
            told.size,
            self.moment().is_recorded(Level::Trace) && in_sample(),
        ) {
            let event = Event::new(names::EVENT_PAYLOAD, Level::Trace)
                .with(names::PAYLOAD_SIZE, to_signed(size));
            self.snapshot(event);
        }
    }

    /// What the span says of what came, and what more is to be made of it.
    fn told<'a>(&self, output: &'a mut Output, attributes: &mut Vec<KeyValue>) -> Told<'a> {
        let usage = output.usage;
        if let Some(usage) = &usage {
            push_usage(attributes, usage);
        }
        if let Some(pace) = &mut output.pace {
            pace.push_attributes(usage.map(|usage| usage.output_tokens), attributes);
        }
        if output.attempts > 1 {
            let attempts = i64::from(output.attempts);
            attributes.put(names::REQUEST_ATTEMPTS, attempts);
        }
        let size = output.size();
        let answer = output.answer.as_ref();
        let said = answer.filter(|it| !it.choices.is_empty());
        let said = said.map(|_| output.said());
        let mut chosen_tools = None;
        if let Some(answer) = &mut output.answer {
            answer.push_attributes(attributes, self.frame.session.hasher());
            chosen_tools = answer.chosen_tools();
            if let Some(said) = said {
                self.remember(answer, &said);
            }
        }
        let answer = output.answer.as_ref();
        let window = usage.and_then(|usage| self.window(answer, &usage));
        if let Some(window) = window {
            let size = to_signed(window.size);
            attributes.put(names::CONTEXT_WINDOW, size);
            attributes.put(names::CONTEXT_USED, window.used());
        }
        Told {
            usage,
            window,
            model: answer.and_then(|answer| answer.model.as_ref().map(Redacted::as_str)),
            chosen_tools,
            size,
        }
    }
}

/// What the end of an inference has to do with.
#[derive(Default)]
struct Told<'a> {
    usage: Option<Usage>,
    window: Option<Window>,
    /// That answered.
    model: Option<&'a str>,
    chosen_tools: Option<Labels>,
    /// Of what came, as far as it may be told.
    size: Option<usize>,
}

impl Recording {
    /// Keeps what the model chose for the tools that will be called.
    fn remember(&self, answer: &mut Answer, said: &Sensitivity) {
        let hasher = self.frame.session.hasher();
        let reason = match answer.why.take() {
            Some(why) => {
                let treatment = policy::treatment(said);
                Text::of(said.class, why).treated(treatment, TEXT_LIMIT, hasher)
            }
            None => Redacted::of_code("chosen by the model, which did not say why"),
        };
        let decided_by = Redacted::of_code(self.span.span_id.to_string());
        let choices = std::mem::take(&mut answer.choices).into_iter();
        let choices = choices.map(|mut choice| {
            let id = choice.call_id.take();
            let call = ModelsCall {
                id: id.map(|id| text::identifier(id.into(), hasher)),
                reason: reason.clone(),
                decided_by: decided_by.clone(),
            };
            (choice, call)
        });
        self.frame
            .reasoning()
            .decided(choices, self.started, self.now);
    }

    /// How much of its window the prompt has filled, of a model whose window is known.
    fn window(&self, answer: Option<&Answer>, usage: &Usage) -> Option<Window> {
        let of_answer = answer.and_then(|answer| answer.model.as_ref().map(Redacted::as_str));
        let asked = self.model.as_ref().map(Redacted::as_str);
        let size = of_answer
            .and_then(model::context_window)
            .or_else(|| model::context_window(asked?))?;
        let tokens = usage.input_tokens;
        Some(Window { tokens, size })
    }

    fn window_is_filled(&mut self, window: Window, attributes: &mut Vec<KeyValue>) {
        let news = self.frame.reasoning().filled(self.site, window);
        if news.is_nearly_full {
            let event = Event::warning(names::EVENT_WARNING, Level::Warn, "context_window");
            self.snapshot(event.with(names::CONTEXT_USED, window.used()));
        }
        if let Some(before) = news.compacted_from {
            attributes.put(names::CONVERSATION_COMPACTED, true);
            let event = Event::new(names::EVENT_COMPACTED, Level::Info)
                .with(names::CONTEXT_TOKENS_BEFORE, to_signed(before))
                .with(names::CONTEXT_TOKENS_AFTER, to_signed(window.tokens));
            self.snapshot(event);
        }
    }
}

fn push_usage(attributes: &mut Vec<KeyValue>, usage: &Usage) {
    let mut push = |key, tokens| attributes.put(key, to_signed(tokens));
    push(names::USAGE_INPUT_TOKENS, usage.input_tokens);
    push(names::USAGE_OUTPUT_TOKENS, usage.output_tokens);
    let where_used = [
        (names::USAGE_CACHE_READ, usage.cache_read_input_tokens),
        (names::USAGE_CACHE_WRITE, usage.cache_write_input_tokens),
        (names::USAGE_REASONING, usage.reasoning_output_tokens),
    ];
    let used = where_used.into_iter().filter(|(_, tokens)| *tokens > 0);
    used.for_each(|(key, tokens)| push(names::spelt(key), tokens));
}
