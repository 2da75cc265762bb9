//! Calls that are charged to budgets where nothing is recorded: telemetry is off, or nobody takes it.
//!
//! The ledger is in the OpenTelemetry context, as the agent frame is where something is recorded; no
//! span is made and no value looked at.

use std::sync::Arc;

use opentelemetry::Context;

use crate::budget::BudgetExhausted;
use crate::capture::Capture;
use crate::frame::{self, Frame};
use crate::inference::usage::Usage;
use crate::ledger::Ledger;
use crate::limits::{Kind, Limits};
use crate::model;
use crate::privacy::redacted::Redacted;
use crate::propagation::RemoteContext;
use crate::recording::Entered;
use crate::settle::Settle;
use crate::site::{KnownSite, Layer};

/// A ledger in a context.
#[derive(Clone)]
struct Carried {
    ledger: Arc<Ledger>,
    /// That of the frame which was in the context: a later frame goes before this.
    within: Option<Arc<Ledger>>,
}

/// The innermost ledger of the code that runs here.
pub(crate) fn nearest() -> Option<Arc<Ledger>> {
    if !frame::thread_is_alive() {
        return None;
    }
    let in_context = Context::map_current(nearest_in);
    in_context.or_else(|| Some(Frame::of_current_context()?.ledger().clone()))
}

pub(crate) fn nearest_in(cx: &Context) -> Option<Arc<Ledger>> {
    let framed = cx.get::<Frame>().map(Frame::ledger);
    let carried = cx.get::<Carried>();
    let is_inner = |carried: &&Carried| match (framed, &carried.within) {
        (Some(framed), Some(within)) => Arc::ptr_eq(framed, within),
        (Some(_), None) => false,
        (None, _) => true,
    };
    let inner = carried.filter(is_inner).map(|carried| &carried.ledger);
    inner.or(framed).cloned()
}

/// What code runs in that has a budget; nothing is recorded of it.
pub(crate) struct Scope(Context);

impl Scope {
    pub(crate) fn open(layer: Layer, owner: Redacted, limits: Limits) -> Self {
        Self::of_ledger(Ledger::new(layer, owner, limits, nearest()))
    }

    /// In a ledger that was made before, whatever runs here.
    pub(crate) fn of_ledger(ledger: Arc<Ledger>) -> Self {
        Self::with(Context::current(), ledger)
    }

    fn with(cx: Context, ledger: Arc<Ledger>) -> Self {
        let within = cx.get::<Frame>().map(|frame| frame.ledger().clone());
        Self(cx.with_value(Carried { ledger, within }))
    }

    /// Of a task that came from elsewhere: it is kept for what goes out from here.
    pub(crate) fn of_remote(remote: &RemoteContext) -> Self {
        let cx = Context::current().with_value(Passing(remote.clone()));
        Self::with(cx, remote.ledger())
    }

    pub(crate) fn enter(&self) -> Entered {
        Entered::unrecorded(&self.0)
    }
}

/// Where a task came from that nothing is recorded of.
#[derive(Clone)]
struct Passing(RemoteContext);

/// Where the task came from that code here works on; for code of which nothing is recorded.
pub(crate) fn passing() -> Option<RemoteContext> {
    if !frame::thread_is_alive() {
        return None;
    }
    Context::map_current(|cx| cx.get::<Passing>().map(|passing| passing.0.clone()))
}

/// Opens the budget of a session of which nothing is recorded.
pub(crate) fn open_session(name: Redacted, limits: Limits) -> Option<Scope> {
    let is_wanted = limits.any() && frame::thread_is_alive();
    is_wanted.then(|| Scope::open(Layer::Session, name, limits))
}

pub(crate) enum Metered {
    Agent(Scope),
    Inference(Inference),
}

pub(crate) struct Inference {
    ledger: Arc<Ledger>,
    /// Where its price is wanted.
    model: Option<Redacted>,
    refused: Option<BudgetExhausted>,
}

/// A call of a function whose attribute says where its task came from; its options are known.
pub(crate) fn open_asked(capture: &mut Capture, site: &'static KnownSite) -> Option<Box<Metered>> {
    if !frame::thread_is_alive() {
        return None;
    }
    let name = capture.name.take();
    let name = name.unwrap_or_else(|| Redacted::of_code(site.meta.name));
    let outer = match capture.context.take() {
        Some(remote) => Scope::of_remote(&remote),
        None => Scope(Context::current()),
    };
    let _outer = outer.enter();
    let scope = Scope::open(Layer::Agent, name, capture.limits);
    Some(Box::new(Metered::Agent(scope)))
}

/// `None` for a call that no budget is about.
pub(crate) fn open(
    site: &'static KnownSite,
    fill: &mut dyn FnMut(&mut Capture),
) -> Option<Box<Metered>> {
    let nearest = nearest().filter(|ledger| ledger.limits_anything());
    let asked = |fill: &mut dyn FnMut(&mut Capture)| {
        let mut capture = Capture::of_options(site);
        // What is said until something in there panics, holds.
        capture.fill(fill);
        capture
    };
    let metered = match site.meta.layer {
        // Loops are an agent's own, so one below a budget needs a ledger too.
        Layer::Agent if site.has_budget => {
            let capture = asked(fill);
            if nearest.is_none() && (!capture.limits.any() || !frame::thread_is_alive()) {
                return None;
            }
            let name = capture.name.clone();
            let name = name.unwrap_or_else(|| Redacted::of_code(site.meta.name));
            Metered::Agent(Scope::open(Layer::Agent, name, capture.limits))
        }
        Layer::Agent => {
            nearest?;
            let name = Redacted::of_code(site.meta.name);
            Metered::Agent(Scope::open(Layer::Agent, name, Limits::default()))
        }
        Layer::Inference => {
            let ledger = nearest?;
            let refusal = match site.enforces_budget {
                true => ledger.check().err(),
                false => None,
            };
            let refused = refusal.map(|refusal| refusal.exhausted);
            let mut model = None;
            if refused.is_none() {
                ledger.iterate();
                if ledger.limits(Kind::Cost) {
                    model = asked(fill).model.take();
                }
            }
            Metered::Inference(Inference {
                ledger,
                model,
                refused,
            })
        }
        Layer::Tool | Layer::Session | Layer::Delegation => return None,
    };
    Some(Box::new(metered))
}

impl Metered {
    pub(crate) fn enter(&self) -> Option<Entered> {
        match self {
            Self::Agent(scope) => Some(scope.enter()),
            Self::Inference(_) => None,
        }
    }

    pub(crate) fn refused(&self) -> Option<&BudgetExhausted> {
        match self {
            Self::Agent(_) => None,
            Self::Inference(inference) => inference.refused.as_ref(),
        }
    }

    /// What a value that the call has yielded says it used.
    pub(crate) fn usage<S: Settle>(&self, yielded: &S::Yields, settle: S) -> Option<Usage> {
        match self {
            Self::Agent(_) => None,
            Self::Inference(_) => settle.used(yielded),
        }
    }

    /// Whether what it uses is charged.
    pub(crate) fn is_charged(&self) -> bool {
        matches!(self, Self::Inference(_))
    }

    /// The call has ended.
    pub(crate) fn used(&self, usage: Option<Usage>) {
        if let (Self::Inference(Inference { ledger, model, .. }), Some(usage)) = (self, usage) {
            let model = model.as_ref();
            let cost = model.and_then(|model| model::cost(model.as_str(), &usage));
            ledger.spend(usage.total(), cost);
        }
    }
}
