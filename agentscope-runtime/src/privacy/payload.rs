//! Raw arguments and results, for somebody who keeps them apart from telemetry.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanId, TraceId};

use crate::hash::keyring::Hasher;
use crate::json::LARGEST;
use crate::limits::to_signed;
use crate::names;
use crate::privacy::class::Class;
use crate::privacy::redacted::{Put, Redacted, attribute};
use crate::privacy::tally::Tally;

/// Which side of a call a [`Payload`] is.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// assert_eq!(agentscope::PayloadSide::Input.as_str(), "input");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PayloadSide {
    /// The arguments; the prompt of a model call.
    Input,
    /// The result; the completion of a model call.
    Output,
}

impl PayloadSide {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }
}

/// The values of one side of a call as they are, without those of class `secret` and of the kind
/// `card_secret`: such are nowhere.
///
/// Its `Debug` does not show the values.
#[non_exhaustive]
pub struct Payload<'a> {
    /// JSON: an object of the arguments, or the result.
    pub json: &'a str,
    /// Highest class of any value in it.
    pub class: Class,
    /// Arguments or result.
    pub side: PayloadSide,
    /// The annotated function: `crate::module::function`; empty where it is of another library.
    pub function: &'static str,
    /// Session.
    pub session_id: &'a Redacted,
    /// The tenant whose values they are.
    pub tenant: Option<&'a Redacted>,
    /// Trace of the call's span.
    pub trace_id: TraceId,
    /// The call's span.
    pub span_id: SpanId,
}

impl fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payload")
            .field("bytes", &self.json.len())
            .field("class", &self.class)
            .field("side", &self.side)
            .field("function", &self.function)
            .field("trace_id", &self.trace_id)
            .field("span_id", &self.span_id)
            .finish_non_exhaustive()
    }
}

/// Where raw arguments and results go, prompts and completions among them.
///
/// Telemetry then carries their size and keyed hash, as far as their class lets it, and the
/// reference that the sink gave them. Without a sink they go nowhere.
///
/// `put` is called on the thread of the agent: it must not block and must not panic. A payload of
/// more than 256 KiB is not put.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use std::sync::{Arc, Mutex};
/// use agentscope::{Payload, PayloadSink};
///
/// /// Keeps them in memory, for a test.
/// #[derive(Default)]
/// struct Kept(Mutex<Vec<String>>);
///
/// impl PayloadSink for Kept {
///     fn put(&self, payload: Payload<'_>) -> Option<String> {
///         let mut kept = self.0.lock().ok()?;
///         kept.push(payload.json.to_owned());
///         Some(format!("memory:{}", kept.len() - 1))
///     }
/// }
///
/// agentscope::set_payload_sink(Some(Arc::new(Kept::default())));
/// # agentscope::set_payload_sink(None);
/// ```
pub trait PayloadSink: Send + Sync {
    /// Takes one payload and says by what it can be found again; `None` if it was not kept. The
    /// reference goes into telemetry as it is.
    fn put(&self, payload: Payload<'_>) -> Option<String>;
}

static SINK: RwLock<Option<Arc<dyn PayloadSink>>> = RwLock::new(None);

/// Whether there is one: asked at every call.
static INSTALLED: AtomicBool = AtomicBool::new(false);

/// Hands all later payloads to `sink`; `None` lets them go nowhere again.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// agentscope::set_payload_sink(None);
/// ```
pub fn set_payload_sink(sink: Option<Arc<dyn PayloadSink>>) {
    let mut installed = SINK.write().unwrap_or_else(PoisonError::into_inner);
    INSTALLED.store(sink.is_some(), Relaxed);
    let before = std::mem::replace(&mut *installed, sink);
    drop(installed);
    // What its `Drop` does is none of our business, and may take time.
    drop(before);
}

pub(crate) fn is_wanted() -> bool {
    INSTALLED.load(Relaxed)
}

/// Hands a payload to the sink, and gives what telemetry may say of it: how to find it, and as far
/// as telemetry shows the values how large it is and by a keyed hash what it is equal to.
pub(crate) fn put(payload: Payload<'_>, shown: Tally, hasher: &Hasher) -> Vec<KeyValue> {
    let sink = SINK.read().unwrap_or_else(PoisonError::into_inner).clone();
    let Payload {
        json, class, side, ..
    } = payload;
    // What it does is not ours; the observed function must not see it.
    let kept = catch_unwind(AssertUnwindSafe(|| sink.and_then(|sink| sink.put(payload))));
    let Ok(Some(reference)) = kept else {
        return Vec::new();
    };
    let (reference_key, size_key, hash_key) = match side {
        PayloadSide::Input => (names::INPUT_REF, names::INPUT_SIZE, names::INPUT_HASH),
        PayloadSide::Output => (names::OUTPUT_REF, names::OUTPUT_SIZE, names::OUTPUT_HASH),
    };
    let mut attributes = vec![attribute(reference_key, Redacted::of_code(reference))];
    if let Some(size) = shown.size_shown(class, json.len()) {
        attributes.put(size_key, to_signed(size));
    }
    if shown.may_be_compared(class) {
        let hash = hasher.hash(side.as_str(), json.as_bytes());
        attributes.put(hash_key, hash);
    }
    attributes
}

/// What stands for an identifier of others that holds an address or the like, as for one of ours;
/// `None` where it can stand as it is.
pub fn identifier_of_others(id: &str, tenant: &str) -> Option<String> {
    let is_clean = crate::scrub::is_clean(id);
    (!is_clean).then(|| {
        let hash = Hasher::of_tenant(tenant).hash("identifier", id.as_bytes());
        hash.as_str().to_owned()
    })
}

/// Likewise what the record of another library says, whose class nobody has told: `confidential`.
/// A record may say more than a call does, so it is bounded here.
pub fn put_of_others(
    json: &str,
    side: PayloadSide,
    (session_id, tenant): (&str, &str),
    (trace_id, span_id): (TraceId, SpanId),
) -> Vec<KeyValue> {
    if !is_wanted() || json.len() > LARGEST {
        return Vec::new();
    }
    let class = Class::Confidential;
    let payload = Payload {
        json,
        class,
        side,
        function: "",
        session_id: &Redacted::of_code(session_id.to_owned()),
        tenant: Some(&Redacted::of_code(tenant.to_owned())),
        trace_id,
        span_id,
    };
    // As the mask of a value is tallied.
    let shown = Tally {
        incomparable: true,
        ..Tally::default()
    };
    put(payload, shown, &Hasher::of_tenant(tenant))
}
