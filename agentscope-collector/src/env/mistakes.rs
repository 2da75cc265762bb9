//! What is set in the environment and does not do what it was set for.

use super::{Handling, SIGNALS, TABLE, find, get, propagators};
use crate::profile;

/// What is set in the environment and has no effect, or not the one that was meant: a sentence
/// each. `init()` warns of them.
///
/// ```
/// for what in agentscope_collector::env::without_effect() {
///     println!("{what}");
/// }
/// ```
pub fn without_effect() -> Vec<String> {
    let mut found = unread();
    found.extend(misspelt());
    found.extend(of_runtime());
    found
}

/// What the runtime warns of itself where it reads a variable first, as events of `tracing`.
pub(crate) fn of_runtime() -> Vec<String> {
    agentscope_runtime::__private::environment_mistakes()
}

/// What nobody else warns of, but for names.
pub(crate) fn unread() -> Vec<String> {
    let mut found = Vec::new();
    for variable in TABLE {
        if let (Handling::Unsupported(why), Some(_)) = (variable.handling, get(variable.name)) {
            found.push(format!("{}: {why}", variable.name));
        }
    }
    for signal in SIGNALS {
        let words = signal.exporter().unwrap_or_default();
        for word in words
            .split(',')
            .map(str::trim)
            .filter(|word| !matches!(*word, "" | "otlp" | "none"))
        {
            let why = if word == "console" {
                "AGENTSCOPE_CONSOLE prints sessions"
            } else {
                "telemetry is exported through OTLP only"
            };
            found.push(format!("OTEL_{}_EXPORTER={word}: {why}", signal.word()));
        }
        if let Some(word) = signal.otlp("COMPRESSION")
            && !["gzip", "none"]
                .iter()
                .any(|known| word.eq_ignore_ascii_case(known))
        {
            found.push(format!(
                "compression {word} for {}: write gzip or none",
                signal.as_str()
            ));
        }
    }
    if let Some(word) = get("OTEL_TRACES_SAMPLER") {
        let known = ["always_on", "always_off", "traceidratio"];
        if !known.contains(&word.strip_prefix("parentbased_").unwrap_or(&word)) {
            found.push(format!(
                "OTEL_TRACES_SAMPLER={word}: not in the SDK; all traces are sampled"
            ));
        }
    }
    if let Err(word) = profile::asked() {
        let (variable, known) = (profile::VARIABLE, profile::known());
        found.push(format!("{variable}={word}: known are {known}"));
    }
    for word in propagators() {
        if !matches!(word.as_str(), "tracecontext" | "baggage" | "none") {
            found.push(format!(
                "OTEL_PROPAGATORS={word}: only tracecontext and baggage are built in"
            ));
        }
    }
    found.extend(TABLE.iter().filter_map(|variable| number(variable.name)));
    found.extend(disabled());
    found.extend(share());
    found.dedup();
    found
}

/// A number that is none; whoever reads it takes the default then.
fn number(name: &str) -> Option<String> {
    const NUMBERS: [&str; 5] = ["_LIMIT", "_SIZE", "_DELAY", "_TIMEOUT", "_INTERVAL"];
    let is_read = find(name).is_some_and(|it| !matches!(it.handling, Handling::Unsupported(_)));
    let is_number = is_read && NUMBERS.iter().any(|end| name.ends_with(end));
    let word = get(name).filter(|word| is_number && word.parse::<u64>().is_err())?;
    Some(format!(
        "{name}={word}: no whole number, so the default holds"
    ))
}

fn disabled() -> Option<String> {
    const NAME: &str = "OTEL_SDK_DISABLED";
    let is_known = |word: &str| ["true", "false"].map(|it| word.eq_ignore_ascii_case(it));
    let word = get(NAME).filter(|word| !is_known(word).contains(&true))?;
    Some(format!(
        "{NAME}={word}: counts as false; `true` turns telemetry off"
    ))
}

/// The share of traces that is sampled.
fn share() -> Option<String> {
    const NAME: &str = "OTEL_TRACES_SAMPLER_ARG";
    let share = get(NAME)?;
    let sampler = get("OTEL_TRACES_SAMPLER").unwrap_or_default();
    if !sampler.ends_with("traceidratio") {
        return Some(format!(
            "{NAME}: only OTEL_TRACES_SAMPLER=traceidratio and parentbased_traceidratio take one"
        ));
    }
    let is_share = |share: f64| (0.0..=1.0).contains(&share);
    let is_known = share.parse().is_ok_and(is_share);
    (!is_known).then(|| format!("{NAME}={share}: write a share from 0 to 1"))
}

/// Names that are nearly ours. What they hold is not said: it may be a key. Others that begin as ours
/// do may be somebody else's: Kubernetes sets such for a service of our name.
pub(crate) fn misspelt() -> Vec<String> {
    const START: &str = "AGENTSCOPE_";
    let own = || TABLE.iter().filter_map(|it| it.name.strip_prefix(START));
    let mut set: Vec<_> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| find(name).is_none())
        .collect();
    set.sort();
    let told = set.into_iter().filter_map(|name| {
        let meant = agentscope_runtime::__private::nearest(name.strip_prefix(START)?, own())?;
        Some(format!(
            "{name}: no such variable; did you mean {START}{meant}?"
        ))
    });
    told.collect()
}
