//! A delegation that is open and recorded.

use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::trace::{
    Link, Span as _, SpanBuilder, SpanContext, SpanKind, TraceContextExt as _,
};
use opentelemetry::{Context, KeyValue};

use super::delegate::Delegation;
use super::fan::Place;
use super::state::{DelegationState, Here, path_of};
use super::unrecorded::settle;
use super::{Delegated, Grant, Mode, RemoteContext};
use crate::agent::agent_state::CallPrint;
use crate::frame::{self, Frame};
use crate::ledger::{Ledger, News, SetAside};
use crate::limits::{Kind, Limits};
use crate::names;
use crate::opening::{Opening, Placed};
use crate::outcome::{Ending, Outcome};
use crate::output::Failure;
use crate::privacy::redacted::{Labels, Put, Redacted, attribute};
use crate::privacy::text::TEXT_LIMIT;
use crate::propagation;
use crate::recording::Entered;
use crate::session::own_session::OwnSession;
use crate::session::session_state::{SpanKey, end_span};
use crate::session::totals::{Sums, Totals};
use crate::site::Layer;
use crate::snapshot::level::Level;
use crate::snapshot::moment::{Event, Moment, ToolCall};

/// Names of agents that a task takes along.
const LONGEST_CHAIN: usize = 64;

pub(crate) struct OpenDelegation {
    cx: Context,
    span: SpanContext,
    key: SpanKey,
    /// Of whoever delegates.
    frame: Frame,
    /// Of the sub-agent, where that runs here.
    within: Frame,
    state: Arc<DelegationState>,
    ledger: Arc<Ledger>,
    set_aside: Option<SetAside>,
    pub(super) grant: Grant,
    mode: Mode,
    step: u32,
    reason: Option<Redacted>,
    place: Place,
    now: SystemTime,
    worst: Level,
    own_session: Option<OwnSession>,
}

/// What came back from elsewhere.
pub(super) struct Answer {
    pub(super) ending: Ending,
    pub(super) sums: Sums,
    pub(super) used: [u64; 4],
    /// It told of more than was granted.
    pub(super) is_implausible: bool,
    pub(super) attempt: u32,
    pub(super) rule: Option<&'static str>,
}

/// What a delegation may use: the ledger of it, what is set aside for it, and what the far side is
/// told. Where nothing is granted that is what is left.
pub(super) fn grant(
    delegation: &Delegation,
    above: Option<Arc<Ledger>>,
) -> (Arc<Ledger>, Option<SetAside>, Grant) {
    let set_aside = above
        .as_ref()
        .map(|above| above.set_aside(&delegation.limits));
    let amounts = set_aside
        .as_ref()
        .map_or(delegation.limits.0, |it| it.amounts);
    let time = delegation.limits.0[Kind::Time as usize];
    let limits = Limits(Kind::ALL.map(|kind| match kind {
        Kind::Time => time,
        _ => amounts[kind as usize],
    }));
    let left = |kind| above.as_ref()?.left_for_others(kind);
    let grant = Grant::of(|kind| match kind {
        Kind::Time => time.into_iter().chain(left(kind)).min(),
        _ => limits.0[kind as usize].or_else(|| left(kind)),
    });
    let kinds = set_aside.as_ref().map_or([false; 4], SetAside::kinds);
    let owner = delegation.target.clone();
    let ledger = Ledger::of_grant(Layer::Delegation, owner, limits, above, kinds);
    (ledger, set_aside, grant)
}

/// The agents that a task came through by now, the entry agent first.
fn chain(frame: &Frame) -> Vec<Redacted> {
    let outer = frame.delegation.as_ref();
    let is_outer = |of: Option<&Arc<DelegationState>>| match (of, outer) {
        (Some(of), Some(outer)) => Arc::ptr_eq(of, outer),
        (None, None) => true,
        _ => false,
    };
    let mut chain: Vec<_> = frame
        .agents()
        .take_while(|agent| is_outer(agent.delegation.as_ref()))
        .map(|agent| agent.name.clone())
        .collect();
    chain.extend(
        outer
            .iter()
            .flat_map(|outer| outer.chain.iter().rev().cloned()),
    );
    chain.truncate(LONGEST_CHAIN);
    chain.reverse();
    chain
}

impl OpenDelegation {
    /// Gives the delegation back where nothing is recorded.
    pub(super) fn open(delegation: Delegation) -> Result<Self, Box<Delegation>> {
        let target = delegation.target.clone();
        let Some(opening) = Opening::find(false, || target.clone()) else {
            return Err(Box::new(delegation));
        };
        let Placed {
            parent,
            frame,
            own_session,
            displaced,
            stated_reason,
        } = opening.placed(target.clone());
        let session = &frame.session;
        let (ledger, set_aside, grant) = grant(&delegation, Some(frame.ledger().clone()));
        let now = SystemTime::now();
        let step = session.take_step();
        let chain = chain(&frame);
        let outer = frame.delegation.as_ref();
        let depth = outer.map_or(0, |outer| outer.depth).saturating_add(1);
        let path = path_of(&frame, step);
        let is_cycle = chain.contains(&target);
        let redacted =
            |text: crate::privacy::text::Text| text.redacted(TEXT_LIMIT, session.hasher());
        let reason = delegation.reason.or(stated_reason).map(redacted);
        let mode = delegation.mode;

        let mut attributes = Vec::with_capacity(32);
        attributes.extend([
            attribute(names::SESSION_ID, session.id.clone()),
            attribute(names::LAYER, Layer::Delegation.as_str()),
            attribute(names::OPERATION_NAME, "invoke_agent"),
            attribute(names::PROVIDER_NAME, "agentscope"),
            attribute(names::AGENT_NAME, target.clone()),
            attribute(names::STEP_INDEX, i64::from(step)),
            attribute(names::STEP_PATH, path.clone()),
            attribute(names::DELEGATION_TARGET, target.clone()),
            attribute(names::DELEGATION_MODE, word(mode)),
            attribute(names::DELEGATION_DEPTH, i64::from(depth)),
        ]);
        session.push_identity(&mut attributes);
        let said = [
            (names::DELEGATION_REASON, reason.clone()),
            (
                names::DELEGATION_INSTRUCTIONS,
                delegation.instructions.map(redacted),
            ),
            (
                names::AGENT_ID,
                frame.agent.as_ref().map(|agent| agent.id.clone()),
            ),
        ];
        let said = said.into_iter();
        attributes.extend(said.filter_map(|(key, text)| Some(attribute(key, text?))));
        if !chain.is_empty() {
            attributes.put(names::DELEGATION_CHAIN, Labels(chain.clone()));
        }
        if is_cycle {
            attributes.put(names::DELEGATION_CYCLE, true);
        }
        let mut links: Vec<_> = frame.fan().join();
        if let Some(displaced) = displaced {
            attributes.put(names::FRAME, "recovered");
            links.push(displaced);
        }
        let builder = SpanBuilder::from_name(format!("invoke_agent {target}"))
            .with_kind(SpanKind::Client)
            .with_start_time(now)
            .with_attributes(attributes)
            .with_links(links.into_iter().map(Link::with_context).collect());
        let span = propagation::start(&session.tracer, builder, &parent);
        let span_context = span.span_context().clone();
        let state = Arc::new(DelegationState {
            target,
            path,
            depth,
            chain,
            is_cycle,
            attempt: 1,
            here: Some(Here::new(span_context.clone(), ledger.clone())),
        });
        let within = frame.delegating(state.clone());
        let cx = propagation::enter(&parent.with_span(span), within.clone());
        let key = session.open_span(cx.clone(), None);
        if session.has_ended() {
            frame::track(session);
        }
        let place = frame.fan().open();
        let mut open = Self {
            cx,
            span: span_context,
            key,
            within,
            state,
            ledger,
            set_aside,
            grant,
            mode,
            step,
            reason,
            place,
            now,
            worst: Level::Info,
            own_session,
            frame,
        };
        let event = match is_cycle {
            true => Event::warning(
                names::EVENT_DELEGATION_CALLED,
                Level::Warn,
                "delegation_cycle",
            ),
            false => Event::new(names::EVENT_DELEGATION_CALLED, Level::Info),
        };
        open.snapshot(event);
        Ok(open)
    }

    pub(crate) fn enter(&self) -> Entered {
        Entered::new(&self.cx, Some(&self.within))
    }

    fn moment(&self) -> Moment<'_> {
        Moment {
            frame: &self.frame,
            span: (&self.span).into(),
            time: self.now,
            step: Some(self.step),
        }
    }

    fn snapshot(&mut self, event: Event) {
        self.worst = self.worst.max(event.level);
        let event = event
            .with(names::DELEGATION_TARGET, self.state.target.clone())
            .with(names::STEP_PATH, self.state.path.clone());
        let call = ToolCall {
            reason: self.reason.as_ref(),
            ..ToolCall::default()
        };
        self.moment().record(event, call);
    }

    /// For whoever works on it elsewhere.
    pub(super) fn context(&self) -> RemoteContext {
        let session = &self.frame.session;
        let agent = self.frame.agent.as_ref();
        let tier = agent.map_or(&session.tier, |agent| &agent.tier);
        let text = |text: Option<&Redacted>| text.cloned().map(Into::into);
        let span = &self.span;
        RemoteContext {
            parent: SpanContext::new(
                span.trace_id(),
                span.span_id(),
                span.trace_flags(),
                true,
                span.trace_state().clone(),
            ),
            session: Some(session.id.clone().into()),
            task: text(session.said(|it| &it.task)),
            tier: text(tier.as_ref()),
            user_hash: text(session.said(|it| &it.user_hash)),
            tenant: text(session.said(|it| &it.tenant)),
            delegated: Some(self.delegated()),
            attempt: 1,
            account: Arc::default(),
        }
    }

    pub(super) fn delegated(&self) -> Delegated {
        let state = &self.state;
        let text = |text: &Redacted| text.as_str().to_owned();
        Delegated {
            target: text(&state.target),
            mode: self.mode,
            step_path: text(&state.path),
            depth: state.depth,
            chain: state.chain.iter().map(text).collect(),
            grant: self.grant.any().then_some(self.grant),
        }
    }

    pub(super) fn is_link(&self) -> bool {
        self.mode == Mode::Link
    }

    /// The sub-agent ran here: what it used is on every span above it already.
    pub(crate) fn ran(mut self, ending: &Ending) {
        let Some(here) = &self.state.here else {
            return;
        };
        let (ended, sums) = (here.ending(), here.sums());
        let ending = match ending.outcome {
            Outcome::Ok => ended,
            _ => ending.clone(),
        };
        let used = |kind| self.ledger.used(kind).unwrap_or(0);
        let news = self.set_aside.take().map(|it| it.settle(used));
        self.end(&ending, Some(&sums), &news.unwrap_or_default(), Vec::new());
    }

    /// It ran elsewhere.
    pub(super) fn answered(mut self, answer: Answer) {
        let session = &self.frame.session;
        let agents = self.frame.agents();
        agents.for_each(|agent| agent.totals.add(&answer.sums));
        session.totals.add(&answer.sums);
        if let Some(rule) = answer.rule {
            session.fail(rule);
        }
        let news = self.settle(|kind| answer.used[kind as usize]);
        let attempt = i64::from(answer.attempt);
        let attributes = vec![attribute(names::DELEGATION_ATTEMPT, attempt)];
        if answer.is_implausible {
            self.now = SystemTime::now();
            let warning = "implausible_reply";
            self.snapshot(Event::warning(names::EVENT_WARNING, Level::Warn, warning));
        }
        self.end(&answer.ending, Some(&answer.sums), &news, attributes);
    }

    /// Nobody waits for an answer: it was handed over for good, or given up.
    pub(super) fn unanswered(mut self, ending: &Ending) {
        let amounts = self.set_aside.as_ref().map_or([None; 4], |it| it.amounts);
        let is_given_away = self.is_link() && ending.outcome == Outcome::Ok;
        let news = self.settle(|kind| match is_given_away {
            true => amounts[kind as usize].unwrap_or(0),
            false => 0,
        });
        self.end(ending, None, &news, Vec::new());
    }

    fn settle(&mut self, used: impl Fn(Kind) -> u64) -> Vec<News> {
        for kind in [Kind::Tokens, Kind::Cost, Kind::Iterations] {
            self.ledger.tell_used(kind, used(kind));
        }
        settle(self.set_aside.take(), Some(self.frame.ledger()), used)
    }

    fn end(
        mut self,
        ending: &Ending,
        sums: Option<&Sums>,
        news: &[News],
        mut attributes: Vec<KeyValue>,
    ) {
        self.now = SystemTime::now();
        let status = match ending.outcome {
            Outcome::Ok => "success",
            Outcome::Error | Outcome::Panicked => "error",
            Outcome::Cancelled => "cancelled",
        };
        if let Some(agent) = &self.frame.agent {
            let call = CallPrint {
                tool: &self.state.target,
                arguments: None,
            };
            agent.finished_step(call, status, false);
        }
        let timeout = ending
            .error_type
            .as_deref()
            .is_some_and(Failure::is_timeout);
        let name = names::EVENT_DELEGATION_RETURNED;
        let mut event = match ending.outcome {
            Outcome::Error if timeout => Event::warning(name, Level::Warn, "timeout"),
            Outcome::Error | Outcome::Panicked => {
                Event::warning(name, Level::Error, "delegation_error")
            }
            Outcome::Ok | Outcome::Cancelled => Event::new(name, Level::Info),
        };
        event.outcome = Some(ending.outcome);
        if let Some(error_type) = &ending.error_type {
            event = event.with(names::ERROR_TYPE, Redacted::of_code(error_type.clone()));
        }
        self.snapshot(event);
        let told = self.moment().budget(news);
        self.worst = self.worst.max(told);
        if let Some(sums) = sums {
            let totals = Totals::default();
            totals.add(sums);
            attributes
                .extend(totals.attributes(names::AGENT_TOOL_CALLS, names::AGENT_INFERENCE_CALLS));
        }
        attributes.extend(self.ledger.closing_attributes());
        attributes.extend([
            attribute(names::DELEGATION_FAN_OUT, i64::from(self.place.fan_out())),
            attribute(names::OUTCOME, ending.outcome.as_str()),
            attribute(names::LEVEL, self.worst.as_str()),
        ]);
        let session = &self.frame.session;
        self.frame.fan().ended(&self.span);
        if session.close_span(self.key) {
            end_span(&self.cx, ending, attributes, self.now);
        }
        if let Some(own) = self.own_session.take() {
            own.end(ending, self.now);
        }
        if session.has_ended() {
            frame::untrack_unless_open(session);
        }
    }
}

fn word(mode: Mode) -> &'static str {
    match mode {
        Mode::Child => "child",
        Mode::Link => "link",
    }
}
