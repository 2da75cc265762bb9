//! Which environment variables `init()` honours, and how.
//!
//! [`TABLE`] lists them all. Where one is set that nobody reads, or to what it does not take, or one is
//! misspelt, `init()` says so.
//!
//! ```
//! use agentscope_collector::env::{Handling, find};
//! let variable = find("OTEL_SDK_DISABLED").expect("in the table");
//! assert_eq!(variable.handling, Handling::Here);
//! ```

mod mistakes;

use std::time::Duration;

pub use mistakes::without_effect;
pub(crate) use mistakes::{misspelt, of_runtime, unread};

/// Who reads a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handling {
    /// The OpenTelemetry SDK or its OTLP exporter.
    Sdk,
    /// agentscope: this crate or the runtime.
    Here,
    /// Nobody, for this reason.
    Unsupported(&'static str),
}

/// One environment variable.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Who reads it.
    pub handling: Handling,
}

/// Finds a variable of the table.
pub fn find(name: &str) -> Option<&'static Variable> {
    TABLE.iter().find(|variable| variable.name == name)
}

macro_rules! handling {
    (Sdk $why:literal) => {
        Handling::Sdk
    };
    (Here $why:literal) => {
        Handling::Here
    };
    (Unsupported $why:literal) => {
        Handling::Unsupported($why)
    };
}

macro_rules! table {
    ($($handling:ident $why:literal => $($name:literal)*;)*) => {
        /// Every variable of the OpenTelemetry specification for SDKs, and agentscope's own.
        ///
        /// | variable | who reads it; or why nobody does |
        /// |---|---|
        $($(#[doc = concat!("| `", $name, "` | ", stringify!($handling), ": ", $why, " |")])*)*
        pub const TABLE: &[Variable] =
            &[$($(Variable { name: $name, handling: handling!($handling $why) },)*)*];
    };
}

table! {
    Here "agentscope" =>
        "AGENTSCOPE_CONSOLE" "AGENTSCOPE_KEY" "AGENTSCOPE_LEVEL" "AGENTSCOPE_POLICY" "AGENTSCOPE_PRICES"
        "AGENTSCOPE_PROFILE" "AGENTSCOPE_STORE" "NO_COLOR"
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT" "OTEL_SEMCONV_STABILITY_OPT_IN"
        "OTEL_SDK_DISABLED" "OTEL_PROPAGATORS" "OTEL_SERVICE_NAME"
        "OTEL_TRACES_EXPORTER" "OTEL_LOGS_EXPORTER" "OTEL_METRICS_EXPORTER"
        "OTEL_EXPORTER_OTLP_PROTOCOL" "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
        "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL" "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"
        "OTEL_ATTRIBUTE_COUNT_LIMIT" "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT" "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT";
    Here "the server: its file of settings" => "AGENTSCOPE_CONFIG";
    Here "tests: `update` rewrites the committed file" => "AGENTSCOPE_INVENTORY" "AGENTSCOPE_LOCK";
    Sdk "the SDK or its exporter" =>
        "OTEL_RESOURCE_ATTRIBUTES" "OTEL_TRACES_SAMPLER" "OTEL_TRACES_SAMPLER_ARG"
        "OTEL_BSP_SCHEDULE_DELAY" "OTEL_BSP_MAX_QUEUE_SIZE" "OTEL_BSP_MAX_EXPORT_BATCH_SIZE"
        "OTEL_BLRP_SCHEDULE_DELAY" "OTEL_BLRP_MAX_QUEUE_SIZE" "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE"
        "OTEL_METRIC_EXPORT_INTERVAL"
        "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT" "OTEL_SPAN_EVENT_COUNT_LIMIT" "OTEL_SPAN_LINK_COUNT_LIMIT"
        "OTEL_EXPORTER_OTLP_ENDPOINT" "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT" "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"
        "OTEL_EXPORTER_OTLP_HEADERS" "OTEL_EXPORTER_OTLP_TRACES_HEADERS"
        "OTEL_EXPORTER_OTLP_LOGS_HEADERS" "OTEL_EXPORTER_OTLP_METRICS_HEADERS"
        "OTEL_EXPORTER_OTLP_TIMEOUT" "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"
        "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT" "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT"
        "OTEL_EXPORTER_OTLP_COMPRESSION" "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION"
        "OTEL_EXPORTER_OTLP_LOGS_COMPRESSION" "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION"
        "OTEL_EXPORTER_OTLP_INSECURE" "OTEL_EXPORTER_OTLP_TRACES_INSECURE"
        "OTEL_EXPORTER_OTLP_LOGS_INSECURE" "OTEL_EXPORTER_OTLP_METRICS_INSECURE"
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
    Unsupported "the SDK does not cut values; agentscope bounds the texts it records" => "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT" "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT";
    Unsupported "the SDK has no limits for log records; agentscope's have a bounded size" =>
        "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT" "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT";
    Unsupported "an export ends by OTEL_EXPORTER_OTLP_TIMEOUT" =>
        "OTEL_BSP_EXPORT_TIMEOUT" "OTEL_BLRP_EXPORT_TIMEOUT" "OTEL_METRIC_EXPORT_TIMEOUT";
    Unsupported "one export runs at a time" => "OTEL_BSP_MAX_CONCURRENT_EXPORTS";
    Unsupported "the certificates of the machine are trusted; SSL_CERT_FILE names others" =>
        "OTEL_EXPORTER_OTLP_CERTIFICATE" "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE"
        "OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE" "OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE";
    Unsupported "client certificates are not offered; use OTEL_EXPORTER_OTLP_HEADERS to authenticate" =>
        "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE" "OTEL_EXPORTER_OTLP_CLIENT_KEY"
        "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE" "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY"
        "OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE" "OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY"
        "OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE" "OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY";
    Unsupported "the SDK takes explicit buckets only" =>
        "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION";
    Unsupported "the SDK records no exemplars" => "OTEL_METRICS_EXEMPLAR_FILTER";
    Unsupported "filter the target `agentscope` in your tracing subscriber" => "OTEL_LOG_LEVEL";
    Unsupported "the SDK is set up from variables, not from a file" =>
        "OTEL_CONFIG_FILE" "OTEL_EXPERIMENTAL_CONFIG_FILE";
    Unsupported "the resource comes from OTEL_RESOURCE_ATTRIBUTES" => "OTEL_ENTITIES";
    Unsupported "telemetry is exported through OTLP only" =>
        "OTEL_EXPORTER_ZIPKIN_ENDPOINT" "OTEL_EXPORTER_ZIPKIN_TIMEOUT"
        "OTEL_EXPORTER_PROMETHEUS_HOST" "OTEL_EXPORTER_PROMETHEUS_PORT"
        "OTEL_EXPORTER_JAEGER_ENDPOINT" "OTEL_EXPORTER_JAEGER_TIMEOUT"
        "OTEL_EXPORTER_JAEGER_AGENT_HOST" "OTEL_EXPORTER_JAEGER_AGENT_PORT"
        "OTEL_EXPORTER_JAEGER_USER" "OTEL_EXPORTER_JAEGER_PASSWORD";
}

/// The value of a variable; the specification counts an empty one as unset.
pub(crate) fn get(name: &str) -> Option<String> {
    let value = std::env::var_os(name)?.to_string_lossy().trim().to_owned();
    (!value.is_empty()).then_some(value)
}

/// A number, where the variable is set and holds one.
pub(crate) fn number<T: std::str::FromStr>(name: &str) -> Option<T> {
    get(name)?.parse().ok()
}

/// Whether a boolean variable says true; the specification counts everything else as false.
pub(crate) fn is_true(name: &str) -> bool {
    get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// One of the three OpenTelemetry signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Traces,
    Logs,
    Metrics,
}

impl Signal {
    /// As in `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`.
    const fn word(self) -> &'static str {
        match self {
            Self::Traces => "TRACES",
            Self::Logs => "LOGS",
            Self::Metrics => "METRICS",
        }
    }

    /// As people write it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Logs => "logs",
            Self::Metrics => "metrics",
        }
    }

    /// The variable of this signal, else the general one.
    pub(crate) fn otlp(self, what: &str) -> Option<String> {
        get(&format!("OTEL_EXPORTER_OTLP_{}_{what}", self.word()))
            .or_else(|| get(&format!("OTEL_EXPORTER_OTLP_{what}")))
    }

    /// Where the signal goes, for messages and so without a password; `None` where it is not
    /// exported.
    ///
    /// An endpoint asks for export, and so does `otlp` as the name of the exporter; a newcomer who
    /// set neither gets no exporter and no warning about a missing one.
    pub(crate) fn target(self) -> Option<String> {
        let endpoint = self.otlp("ENDPOINT").map(|url| without_user(&url));
        match self.exporter() {
            None => endpoint,
            Some(words) if words.split(',').any(|word| word.trim() == "otlp") => {
                Some(endpoint.unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned()))
            }
            Some(_) => None,
        }
    }

    fn exporter(self) -> Option<String> {
        get(&format!("OTEL_{}_EXPORTER", self.word()))
    }

    /// How long one export may take.
    pub(crate) fn timeout(self) -> Duration {
        let milliseconds = self.otlp("TIMEOUT").and_then(|value| value.parse().ok());
        Duration::from_millis(milliseconds.unwrap_or(10_000))
    }
}

/// What to write for an endpoint that has no scheme.
pub(crate) fn without_scheme(target: &str) -> Option<String> {
    (!target.contains("://"))
        .then(|| format!("write http://{target}, or https://, in OTEL_EXPORTER_OTLP_ENDPOINT"))
}

/// What to do where an export failed so and that tells: mostly the other transport's port was given.
pub(crate) fn advice(signal: Signal, target: &str, error: &str) -> Option<String> {
    let protocol = signal.otlp("PROTOCOL").unwrap_or_default();
    advice_for(protocol.eq_ignore_ascii_case("grpc"), target, error)
}

fn advice_for(is_grpc: bool, target: &str, error: &str) -> Option<String> {
    if let Some(advice) = without_scheme(target) {
        return Some(advice);
    }
    if error.contains("refused") {
        return None;
    }
    let host = target.split("://").nth(1)?.split('/').next()?;
    let (port, sign) = match is_grpc {
        true => (":4318", "nimplemented"),
        false => (":4317", "status code: 415"),
    };
    if !host.ends_with(port) && !error.contains(sign) {
        return None;
    }
    Some(match is_grpc {
        true => format!(
            "{host} takes HTTP: use port 4317, or OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
        ),
        false => {
            format!("{host} takes gRPC: use port 4318, or OTEL_EXPORTER_OTLP_PROTOCOL=grpc")
        }
    })
}

/// A URL without user and password.
fn without_user(url: &str) -> String {
    let host = url.find("://").map_or(0, |place| place + 3);
    let end = url[host..]
        .find(['/', '?', '#'])
        .map_or(url.len(), |place| host + place);
    match url[host..end].rfind('@') {
        Some(at) => format!("{}{}", &url[..host], &url[host + at + 1..]),
        None => url.to_owned(),
    }
}

/// What the specification says of OTLP over HTTP.
const DEFAULT_ENDPOINT: &str = "http://localhost:4318";

pub(crate) const SIGNALS: [Signal; 3] = [Signal::Traces, Signal::Logs, Signal::Metrics];

/// Where spans of this process's environment go, without user and password; `None` where nothing is
/// exported.
///
/// ```
/// if let Some(endpoint) = agentscope_collector::env::endpoint() {
///     println!("spans go to {endpoint}");
/// }
/// ```
pub fn endpoint() -> Option<String> {
    Signal::Traces.target()
}

/// The propagators asked for, each once; by default those of the specification.
pub(crate) fn propagators() -> Vec<String> {
    let words = get("OTEL_PROPAGATORS").unwrap_or_else(|| "tracecontext,baggage".to_owned());
    let mut propagators: Vec<String> = Vec::new();
    for word in words
        .split(',')
        .map(|word| word.trim().to_ascii_lowercase())
    {
        if !word.is_empty() && !propagators.contains(&word) {
            propagators.push(word);
        }
    }
    propagators
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_stands_once_and_is_ours_or_opentelemetrys() {
        for (index, variable) in TABLE.iter().enumerate() {
            let first = TABLE.iter().position(|other| other.name == variable.name);
            assert_eq!(first, Some(index), "{} stands twice", variable.name);
            let known = ["OTEL_", "AGENTSCOPE_", "NO_COLOR"];
            assert!(
                known.iter().any(|start| variable.name.starts_with(start)),
                "{}",
                variable.name
            );
        }
    }

    #[test]
    fn a_message_names_the_endpoint_without_its_password() {
        let shown = without_user;
        assert_eq!(shown("https://u:p@ss@host:4318/v1"), "https://host:4318/v1");
        assert_eq!(shown("u:p@host"), "host");
        assert_eq!(shown("http://host/a@b"), "http://host/a@b");
    }

    #[test]
    fn who_exports_to_the_other_transports_port_is_told_the_right_one() {
        let grpc = "127.0.0.1:4317 takes gRPC: use port 4318, or OTEL_EXPORTER_OTLP_PROTOCOL=grpc";
        let failed = "HTTP export failed with status code: 415";
        let advice = advice_for(false, "http://127.0.0.1:4317/v1/traces", "network error");
        assert_eq!(advice.as_deref(), Some(grpc));
        assert!(advice_for(false, "http://otel:14317", failed).is_some());
        assert!(advice_for(true, "http://otel:4318", "transport error").is_some());
        assert!(advice_for(true, "http://otel", "Unimplemented").is_some());
        assert_eq!(
            advice_for(false, "http://otel:4318", failed.trim_end_matches("415")),
            None
        );
        assert_eq!(
            advice_for(true, "http://otel:4318", "Connection refused"),
            None
        );
        let no_scheme = advice_for(false, "localhost:4318", "").expect("no scheme");
        assert!(
            no_scheme.starts_with("write http://localhost:4318"),
            "{no_scheme}"
        );
    }

    #[test]
    fn every_otlp_variable_exists_for_all_signals() {
        for what in [
            "ENDPOINT",
            "HEADERS",
            "TIMEOUT",
            "COMPRESSION",
            "PROTOCOL",
            "CERTIFICATE",
            "CLIENT_KEY",
            "INSECURE",
        ] {
            let general = find(&format!("OTEL_EXPORTER_OTLP_{what}"))
                .expect(what)
                .handling;
            for signal in SIGNALS {
                let own =
                    find(&format!("OTEL_EXPORTER_OTLP_{}_{what}", signal.word())).expect(what);
                assert_eq!(own.handling, general, "{}", own.name);
            }
        }
    }
}
