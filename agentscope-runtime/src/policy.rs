//! What may be shown of a value of each class, and where: the policy table, and how a deployment
//! departs from it.
//!
//! | class | spans and logs | baggage, metric labels | payload sink |
//! |---|---|---|---|
//! | `public` | the value | the value | the value |
//! | `internal` | the value | nothing | the value |
//! | `confidential` | a mask | nothing | the value |
//! | `pii` | a keyed hash, or what its [`Kind`](crate::Kind) says | nothing | the value |
//! | `special` | nothing | nothing | the value |
//! | `secret` | nothing | nothing | nothing |
//!
//! A deployment can be stricter without a new build: `AGENTSCOPE_POLICY=internal=mask,pii=drop`. To
//! be looser takes code with a name and a reason, which [`overrides`] and the inventory list:
//!
//! ```
//! # extern crate agentscope_runtime as agentscope;
//! use agentscope::{Class, Treatment, policy};
//!
//! policy::tighten(Class::Internal, Treatment::Truncate);
//! policy::loosen(
//!     Class::Confidential,
//!     Treatment::Last4,
//!     "order numbers on staging",
//!     "synthetic data only, ticket OPS-17",
//! );
//! assert_eq!(policy::overrides().len(), 1);
//! ```

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use once_cell::sync::OnceCell;

use crate::environment;
use crate::privacy::class::{Class, Sensitivity, Treatment};

/// Where a value may go.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Class, policy::Destination};
/// assert!(Destination::Baggage.takes(Class::Public));
/// assert!(!Destination::Baggage.takes(Class::Internal));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Destination {
    /// Attributes of spans.
    Span,
    /// Attributes of log records.
    Log,
    /// What travels to other processes with the trace.
    Baggage,
    /// Labels of metrics.
    MetricLabel,
    /// A [`PayloadSink`](crate::PayloadSink).
    Payload,
}

impl Destination {
    /// Whether a value of the class may go there as it is.
    pub const fn takes(self, class: Class) -> bool {
        let highest = match self {
            Self::Span | Self::Log => Class::Internal,
            Self::Baggage | Self::MetricLabel => Class::Public,
            Self::Payload => Class::Special,
        };
        class as u8 <= highest as u8
    }
}

/// A departure from the table that shows more.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// for it in agentscope::policy::overrides() {
///     println!("{} shows {} as {}: {}", it.name, it.class.as_str(), it.treatment.as_str(), it.reason);
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Override {
    /// The class.
    pub class: Class,
    /// What is shown of its values.
    pub treatment: Treatment,
    /// What the override is called.
    pub name: &'static str,
    /// Why that is right.
    pub reason: &'static str,
}

static OVERRIDES: Mutex<Vec<Override>> = Mutex::new(Vec::new());

/// For each class the least strict treatment there is.
static FLOORS: OnceCell<[AtomicU8; 6]> = OnceCell::new();

/// For each class one more than the treatment that an override gives it; 0 without one.
static LOOSENED: [AtomicU8; 6] = [const { AtomicU8::new(0) }; 6];

/// Whether anything departs from the table: asked of every value, and mostly nothing does.
static DEPARTS: AtomicU8 = AtomicU8::new(UNKNOWN);
const UNKNOWN: u8 = 0;
const NOTHING: u8 = 1;
const SOMETHING: u8 = 2;

fn floors() -> &'static [AtomicU8; 6] {
    let mut warnings = Vec::new();
    let floors = FLOORS.get_or_init(|| {
        let floors = [const { AtomicU8::new(Treatment::Keep as u8) }; 6];
        let (rules, mistakes) = said();
        warnings = mistakes;
        for (class, treatment) in rules {
            floors[class as usize].fetch_max(treatment as u8, Relaxed);
            DEPARTS.store(SOMETHING, Relaxed);
        }
        DEPARTS.fetch_max(NOTHING, Relaxed);
        floors
    });
    // Not before they are known: whoever takes the log may ask for them.
    for warning in warnings {
        tracing::warn!(target: "agentscope", "{warning}");
    }
    floors
}

/// Shows no more of a class than `treatment`, from now on.
///
/// Said twice the stricter holds; an override does not reach below it.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Class, Treatment};
/// agentscope::policy::tighten(Class::Pii, Treatment::Drop);
/// ```
pub fn tighten(class: Class, treatment: Treatment) {
    floors()[class as usize].fetch_max(treatment as u8, Relaxed);
    DEPARTS.store(SOMETHING, Relaxed);
}

/// Shows more of a class than the table lets, where the place says nothing else.
///
/// The override is listed with its name and reason, and a warning is logged. Said twice of a class the
/// latter holds. Nothing is ever shown of `special` and `secret`, and what shows no more than the table
/// is for [`tighten`]: for these it does nothing but warn.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Class, Treatment, policy};
/// policy::loosen(Class::Confidential, Treatment::Keep, "load test", "synthetic data, OPS-17");
/// ```
pub fn loosen(class: Class, treatment: Treatment, name: &'static str, reason: &'static str) {
    if class > Class::Pii || name.is_empty() || reason.is_empty() {
        tracing::warn!(
            target: "agentscope",
            "the policy override {name:?} for class {} has no effect: special and secret are never \
             shown, and an override needs a name and a reason",
            class.as_str()
        );
        return;
    }
    if treatment >= class.treatment() {
        tracing::warn!(
            target: "agentscope",
            "the policy override {name:?} for class {} has no effect: {} shows no more than {}, which \
             its values are shown as; `tighten` shows less",
            class.as_str(),
            treatment.as_str(),
            class.treatment().as_str()
        );
        return;
    }
    tracing::warn!(
        target: "agentscope",
        "policy override {name:?}: values of class {} are shown as {} ({reason})",
        class.as_str(),
        treatment.as_str()
    );
    let mut overrides = OVERRIDES.lock().unwrap_or_else(PoisonError::into_inner);
    overrides.retain(|earlier| earlier.class != class);
    overrides.push(Override {
        class,
        treatment,
        name,
        reason,
    });
    LOOSENED[class as usize].store(treatment as u8 + 1, Relaxed);
    DEPARTS.store(SOMETHING, Relaxed);
}

/// The overrides in force, one for a class at most, in the order that they were made.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// assert!(agentscope::policy::overrides().is_empty());
/// ```
pub fn overrides() -> Vec<Override> {
    let overrides = OVERRIDES.lock().unwrap_or_else(PoisonError::into_inner);
    overrides.clone()
}

/// What is shown of a value here and now.
#[inline]
pub(crate) fn treatment(sensitivity: &Sensitivity) -> Treatment {
    match DEPARTS.load(Relaxed) {
        NOTHING => sensitivity.treatment(),
        _ => departing(sensitivity),
    }
}

#[cold]
#[inline(never)]
fn departing(sensitivity: &Sensitivity) -> Treatment {
    let class = sensitivity.class as usize;
    let said = match (
        LOOSENED[class].load(Relaxed).checked_sub(1),
        sensitivity.treatment(),
    ) {
        // A kind of which nothing is shown, whatever is shown of others of its class.
        (_, Treatment::Drop) => Treatment::Drop,
        // Nor less of a kind of which more is shown.
        (Some(loosened), said) if sensitivity.redact.is_none() => of_number(loosened).min(said),
        (_, said) => said,
    };
    let floor = of_number(floors()[class].load(Relaxed));
    match (said, floor) {
        // Of two parts of a value neither is in the other.
        (
            Treatment::Generalise | Treatment::BinLast4 | Treatment::Last4,
            Treatment::Generalise | Treatment::BinLast4 | Treatment::Last4,
        ) if floor > said => Treatment::Hash,
        _ => said.max(floor),
    }
}

fn of_number(number: u8) -> Treatment {
    Treatment::ALL
        .get(usize::from(number))
        .copied()
        .unwrap_or(Treatment::Drop)
}

/// What the environment says, and what is wrong with that.
fn said() -> (Vec<(Class, Treatment)>, Vec<String>) {
    let text = environment::get("AGENTSCOPE_POLICY").unwrap_or_default();
    parse(&text)
}

/// What is wrong with what the environment says, a sentence each.
pub(crate) fn mistakes() -> Vec<String> {
    said().1
}

/// `class=treatment`, separated by commas. What cannot be read hides everything that it can be
/// about: a deployment that wanted to be strict must not be open for a spelling mistake.
fn parse(text: &str) -> (Vec<(Class, Treatment)>, Vec<String>) {
    let (mut rules, mut mistakes) = (Vec::new(), Vec::new());
    for rule in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        let (class, treatment) = rule.split_once('=').unwrap_or((rule, ""));
        let class = Class::ALL
            .into_iter()
            .find(|it| it.as_str() == class.trim());
        let treatment = Treatment::ALL
            .into_iter()
            .find(|it| it.as_str() == treatment.trim());
        match (class, treatment) {
            (Some(class), Some(treatment)) => mistakes.extend(too_open(rule, class, treatment)),
            _ => mistakes.push(format!(
                "AGENTSCOPE_POLICY: {rule:?} is no `class=treatment`, so nothing is shown of {}; \
                 classes are public, internal, confidential, pii, special, secret, and treatments \
                 keep, truncate, generalise, bin_last4, last4, hmac, mask, drop",
                class.map_or("any class", Class::as_str)
            )),
        }
        let classes = class.map_or(Class::ALL.to_vec(), |class| vec![class]);
        let treatment = treatment.unwrap_or(Treatment::Drop);
        rules.extend(classes.into_iter().map(|class| (class, treatment)));
    }
    (rules, mistakes)
}

/// A rule that would show more than is shown without it: the environment can only be stricter.
fn too_open(rule: &str, class: Class, treatment: Treatment) -> Option<String> {
    let instead = match class {
        Class::Special | Class::Secret => "nothing is ever shown of special and secret",
        _ => "to show more use `policy::loosen` in the code, with a name and a reason",
    };
    (treatment < class.treatment()).then(|| {
        format!(
            "AGENTSCOPE_POLICY: {rule:?} shows more than the default of that class, {}, and the \
             environment can only hide more, so the default holds; {instead}",
            class.treatment().as_str()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_and_a_mistake_hides_all_it_can_be_about() {
        let (internal, drop) = (Class::Internal, Treatment::Drop);
        assert_eq!(
            parse("internal=mask, pii=drop"),
            (
                vec![(internal, Treatment::Mask), (Class::Pii, drop)],
                vec![]
            )
        );
        assert_eq!(parse("internal=hide").0, [(internal, drop)]);
        assert_eq!(parse("intern=mask").0.len(), 6);
        assert_eq!(parse("intern=mask").1.len(), 1);
        assert_eq!(parse(""), (vec![], vec![]));
    }

    // It was taken and did nothing, without a word.
    #[test]
    fn a_rule_that_would_show_more_is_told_that_it_does_not() {
        let told = |text| parse(text).1.join("\n");
        assert!(told("pii=keep").contains("default of that class, hmac"));
        assert!(told("pii=keep").contains("`policy::loosen`"));
        assert!(told("secret=mask").contains("nothing is ever shown"));
        assert_eq!(told("internal=keep,pii=hmac,confidential=drop"), "");
    }

    #[test]
    fn numbers_stand_for_the_treatments_in_their_order() {
        for (number, treatment) in Treatment::ALL.into_iter().enumerate() {
            assert_eq!(treatment as usize, number);
        }
        assert!(Treatment::ALL.is_sorted());
    }
}
