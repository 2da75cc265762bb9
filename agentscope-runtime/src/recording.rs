//! A call that is being recorded, from the opening of its span to its end.

use std::time::{Duration, SystemTime};

use opentelemetry::trace::TraceContextExt as _;
use opentelemetry::{Context, KeyValue};

use crate::agent::agent_state::CallPrint;
use crate::attributes::{self, OUTPUT, push_word};
use crate::budget::BudgetExhausted;
use crate::frame::{self, AmbientGuard, Frame};
use crate::inference::decided::Asked;
use crate::inference::so_far::SoFar;
use crate::names;
use crate::outcome::{Ending, Outcome, ToolStatus};
use crate::output::{Failure, Output};
use crate::privacy::content;
use crate::privacy::payload::{self, PayloadSide};
use crate::privacy::redacted::{Put, Redacted, Words, attribute};
use crate::privacy::tally::Tally;
use crate::session::own_session::OwnSession;
use crate::session::session_state::{SpanKey, end_span};
use crate::session::totals::Totals;
use crate::site::{KnownSite, Layer};
use crate::snapshot::level::{self, Level};
use crate::snapshot::moment::{Event, SpanIds, ToolCall};
use crate::tool::result_schema::Misfit;
use crate::tool::schema::Schema;

pub(crate) struct Recording {
    pub(crate) site: &'static KnownSite,
    pub(crate) cx: Context,
    pub(crate) span: SpanIds,
    pub(crate) key: SpanKey,
    pub(crate) step: Option<u32>,
    pub(crate) name: Redacted,
    pub(crate) reason: Option<Redacted>,
    /// By what the model knows the call, for the snapshot of its beginning.
    pub(crate) call_id: Option<Redacted>,
    /// Tells the arguments of a tool's call from others, as far as they can be compared.
    pub(crate) print: Option<u64>,
    pub(crate) schema: Option<&'static Schema>,
    pub(crate) model: Option<Redacted>,
    /// Of an inference.
    pub(crate) asked: Option<Asked>,
    /// The parts of the error that the call ends with.
    pub(crate) error: Option<Redacted>,
    /// What was hidden of the arguments.
    pub(crate) tally: Tally,
    pub(crate) started: SystemTime,
    /// The clock is read twice a call: when it starts and when it ends.
    pub(crate) now: SystemTime,
    pub(crate) worst: Level,
    /// The session that this call has opened and will end.
    pub(crate) own_session: Option<Box<OwnSession>>,
    pub(crate) frame: Frame,
    /// The body is not run, for a budget is used up.
    pub(crate) refused: Option<Box<BudgetExhausted>>,
}

/// While it lives, code on this thread runs in the context, and inside the call or the agent of the
/// frame.
pub(crate) struct Entered {
    _cx: opentelemetry::ContextGuard,
    _ambient: AmbientGuard,
}

impl Entered {
    pub(crate) fn new(cx: &Context, frame: Option<&Frame>) -> Self {
        Self {
            _cx: cx.clone().attach(),
            _ambient: frame::enter(frame),
        }
    }

    /// For code in a context of which nothing is recorded.
    pub(crate) fn unrecorded(cx: &Context) -> Self {
        Self {
            _cx: cx.clone().attach(),
            _ambient: AmbientGuard::NONE,
        }
    }
}

impl Recording {
    pub(crate) fn enter(&self) -> Entered {
        Entered::new(&self.cx, Some(&self.frame))
    }

    /// Applies to the agent, those above it, and the session.
    pub(crate) fn for_each_totals(&self, apply: impl Fn(&Totals)) {
        self.frame.agents().for_each(|agent| apply(&agent.totals));
        apply(&self.frame.session.totals);
    }

    pub(crate) fn snapshot(&mut self, event: Event) {
        self.worst = self.worst.max(event.level);
        let is_tool = self.site.meta.layer == Layer::Tool;
        let tool = ToolCall {
            name: is_tool.then_some(&self.name),
            schema_hash: self.schema.map(|schema| Redacted::of_code(schema.hash)),
            reason: self.reason.as_ref(),
        };
        self.moment().record_here(event, tool);
    }

    /// At DEBUG, arguments or a result in full as far as their classes allow.
    pub(crate) fn debug_values(&mut self, key: &'static str, json: Option<Redacted>) {
        let Some(json) = json else {
            return;
        };
        if self.moment().is_recorded(Level::Debug) {
            let event = Event::new(names::EVENT_VALUES, Level::Debug);
            self.snapshot(event.with(key, json));
        }
    }

    /// A response that comes in items has begun.
    pub(crate) fn first_item(&self) {
        if self.site.meta.layer == Layer::Inference {
            let waited = SystemTime::now().duration_since(self.started);
            let seconds = waited.unwrap_or_default().as_secs_f64();
            self.measure_first_chunk(seconds);
            let attribute = attribute(names::TIME_TO_FIRST_CHUNK, seconds);
            self.cx.span().set_attribute(attribute);
        }
    }

    pub(crate) fn returned(self: Box<Self>, output: &mut Output) {
        self.end(Ending::OK, Some(output));
    }

    /// Ends with what the items of a stream have told.
    pub(crate) fn items_ended(self: Box<Self>, mut so_far: Option<Box<SoFar>>, is_whole: bool) {
        let failure = so_far.as_mut().and_then(|it| it.failure.take());
        let answer = so_far.as_mut().and_then(|it| it.answer.as_mut());
        // Whoever stops asking leaves open what would have come.
        if let Some(answer) = answer.filter(|_| is_whole || failure.is_some()) {
            answer.end();
        }
        let hasher = self.frame.session.hasher();
        let output = &mut Output::of_items(&self.site.meta, hasher, so_far);
        match failure {
            Some(failure) => self.failed(failure, Some(output)),
            None if is_whole => self.returned(output),
            None => self.cancelled(Some(output)),
        }
    }

    /// With what has come before the error, where that is known.
    pub(crate) fn failed(mut self: Box<Self>, failure: Failure, so_far: Option<&mut Output>) {
        let failure = match self.refused {
            // Whatever the function makes of it.
            Some(_) => Failure::of::<BudgetExhausted>(),
            None => failure,
        };
        let ending = Ending {
            outcome: Outcome::Error,
            error_type: Some(failure.error_type),
        };
        self.error = failure.parts;
        self.end(ending, so_far);
    }

    pub(crate) fn panicked(self: Box<Self>) {
        self.end(Ending::PANICKED, None);
    }

    /// The future was dropped; that may be while its thread is torn down.
    pub(crate) fn cancelled(self: Box<Self>, so_far: Option<&mut Output>) {
        frame::on_living_thread(|| self.end(Ending::CANCELLED, so_far));
    }

    fn end(mut self: Box<Self>, ending: Ending, mut output: Option<&mut Output>) {
        self.now = SystemTime::now();
        let mut attributes = attributes::lend();
        // A completion goes nowhere, whatever its class: not on this span nor on that of a session
        // that the call has opened for itself, nor into the log; unless the deployment asks for it.
        let is_inference = self.site.meta.layer == Layer::Inference;
        let shown = output.as_deref_mut().filter(|output| {
            output.values.tally.visible > 0 && (!is_inference || content::capture().is_wanted())
        });
        let shown = shown.map(|output| output.values.room.get().json.to_redacted());
        let (completion, shown) = match is_inference {
            true => (shown, None),
            false => (None, shown),
        };
        let tally = output
            .as_deref()
            .map_or(Tally::default(), |it| it.values.tally);
        if let Some((class, json)) = output.as_deref_mut().and_then(Output::payload) {
            let session = &self.frame.session;
            let side = PayloadSide::Output;
            let payload = session.payload(self.span, self.site, side, class, json);
            attributes.extend(payload::put(payload, tally, session.hasher()));
        }
        match self.site.meta.layer {
            Layer::Tool => {
                let time = self.duration();
                self.measure_tool(&ending, time);
                self.end_tool(&ending, time, output.as_deref(), &mut attributes);
            }
            Layer::Inference => {
                let time = self.duration();
                self.measure_inference(&ending, time, output.as_deref());
                self.content(&ending, output.as_deref(), completion, &mut attributes);
                self.end_inference(&ending, time, output.as_deref_mut(), &mut attributes);
            }
            Layer::Agent | Layer::Session | Layer::Delegation => {
                self.end_agent(&ending, &mut attributes);
            }
        }
        if self.own_session.is_some() || self.is_entry_agent() {
            self.frame.session.left_with(ending.outcome, &shown);
        }
        // Nearly always the span is the only place that it goes to.
        let again = match level::level() <= Level::Debug {
            true => shown.clone(),
            false => None,
        };
        if let Some(shown) = shown {
            attributes::push_json(&mut attributes, OUTPUT, shown);
        }
        self.debug_values(names::OUTPUT_VALUE, again);
        let result_tally = output.as_deref().map(|output| output.values.tally);
        let tally = result_tally.map_or(self.tally, |result| self.tally.and(result));
        if let Some(max) = tally.max {
            push_word(&mut attributes, names::CLASSIFICATION, max.as_str());
        }
        attributes.put(names::REDACTION_COUNT, i64::from(tally.hidden));
        let is_hidden = tally.visible == 0 && tally.hidden > 0 && result_tally.is_some();
        if is_hidden && self.site.meta.layer == Layer::Tool {
            self.push_blind(&mut attributes);
        }
        if let Some(error) = self.error.take() {
            attributes.put(names::ERROR_PARTS, error);
        }
        push_word(&mut attributes, names::OUTCOME, ending.outcome.as_str());
        push_word(&mut attributes, names::LEVEL, self.worst.as_str());
        if self.frame.session.close_span(self.key) {
            end_span(&self.cx, &ending, attributes, self.now);
        }
        if let Some(session) = self.own_session.take() {
            session.end(&ending, self.now);
        }
        // It was tracked on for the calls that outlive it, of which this one was the last.
        if self.frame.session.has_ended() {
            frame::untrack_unless_open(&self.frame.session);
        }
    }

    /// A tool of which nothing is seen.
    #[cold]
    fn push_blind(&self, attributes: &mut Vec<KeyValue>) {
        let unclassified = self.site.meta.unclassified();
        // What somebody has made secret is meant to be.
        if !unclassified.is_empty() {
            attributes.put(names::TOOL_BLIND, true);
            attributes.put(names::TOOL_UNCLASSIFIED, Words(unclassified));
        }
    }

    pub(crate) fn call_print(&self) -> CallPrint<'_> {
        CallPrint {
            tool: &self.name,
            arguments: self.print,
        }
    }

    fn is_entry_agent(&self) -> bool {
        let agent = self.frame.agent.as_ref();
        self.site.meta.layer == Layer::Agent && agent.is_some_and(|agent| agent.is_entry)
    }

    /// Zero where the wall clock was set back.
    pub(crate) fn duration(&self) -> Duration {
        self.now.duration_since(self.started).unwrap_or_default()
    }

    #[cold]
    fn end_agent(&mut self, ending: &Ending, attributes: &mut Vec<KeyValue>) {
        let (session, Some(agent)) = (&self.frame.session, &self.frame.agent) else {
            return;
        };
        session.remove_agent(agent);
        agent.end();
        let news = agent.ledger.look_at_clock();
        if agent.is_entry {
            session.entry_agent_ended(ending, self.started, self.now);
        }
        agent.fan.join_at_end(&self.cx);
        if agent.answers
            && let Some(delegation) = &agent.delegation
        {
            delegation.agent_ended(ending, &agent.totals.sums());
        }
        attributes.extend(agent.closing_attributes());
        self.measure_agent(agent, ending);
        self.tell(&news);
    }

    #[cold]
    fn does_not_fit(&mut self, misfit: &Misfit) {
        let hash = misfit.schema_hash.clone();
        let event = misfit.event("result");
        self.snapshot(event.with(names::RESULT_SCHEMA_HASH, hash));
    }

    fn end_tool(
        &mut self,
        ending: &Ending,
        time: Duration,
        output: Option<&Output>,
        attributes: &mut Vec<KeyValue>,
    ) {
        self.for_each_totals(|totals| totals.add_tool_time(time));
        if let Some(agent) = &self.frame.agent {
            // One that was stated inside this call was for something inside it.
            agent.take_stated_retry();
        }
        if let Some(misfit) = output.and_then(|output| output.misfit.as_ref()) {
            self.does_not_fit(misfit);
        }
        let is_empty = output.is_some_and(|output| output.empty);
        let status = match ending.outcome {
            Outcome::Ok if is_empty => Some(ToolStatus::Empty),
            Outcome::Ok => Some(ToolStatus::Success),
            Outcome::Error | Outcome::Panicked => Some(ToolStatus::Error),
            Outcome::Cancelled => None,
        };
        if let Some(status) = status {
            push_word(attributes, names::TOOL_STATUS, status.as_str());
        }
        if let Some(size) = output.and_then(Output::size) {
            let size = i64::try_from(size).unwrap_or(i64::MAX);
            attributes.put(names::TOOL_RESPONSE_SIZE, size);
        }
        if let Some(bytes) = output.and_then(Output::hashable) {
            let hash = self.frame.session.hasher().hash("response", bytes);
            attributes.put(names::TOOL_RESPONSE_HASH, hash);
        }
        let failed = ending.outcome != Outcome::Ok;
        if let Some(agent) = &self.frame.agent {
            let word = status.map_or(ending.outcome.as_str(), ToolStatus::as_str);
            agent.finished_step(self.call_print(), word, failed);
        }
        let is_timeout = ending
            .error_type
            .as_deref()
            .is_some_and(Failure::is_timeout);
        let name = names::EVENT_TOOL_RETURNED;
        let mut event = match ending.outcome {
            Outcome::Error if is_timeout => Event::warning(name, Level::Warn, "timeout"),
            Outcome::Error | Outcome::Panicked => Event::warning(name, Level::Error, "tool_error"),
            Outcome::Ok if is_empty && output.is_some_and(|output| !output.unit) => {
                Event::warning(name, Level::Warn, "empty_response")
            }
            Outcome::Ok | Outcome::Cancelled => Event::new(name, Level::Info),
        };
        event.outcome = Some(ending.outcome);
        event.tool_status = status;
        if let Some(error_type) = &ending.error_type {
            event = event.with(names::ERROR_TYPE, Redacted::of_code(error_type.clone()));
        }
        self.snapshot(event);
        self.look_at_clock();
    }
}
