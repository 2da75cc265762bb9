//! Carriers beside the maps of texts that OpenTelemetry knows: HTTP headers, MCP's `_meta`.

use opentelemetry::propagation::{Extractor, Injector};
use serde_json::{Map, Value};

/// Stands for what is no text, so that it is refused like any other that is malformed.
const NO_TEXT: &str = "\u{fffd}";

/// The `params._meta` of an MCP request as a carrier: the keys are `traceparent`, `tracestate` and
/// `baggage`, without a prefix.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::propagation::{Meta, extract, inject};
/// use serde_json::{Map, json};
///
/// let recorded = agentscope::testing::record(|| {
///     agentscope::Session::builder().id("conversation-7").run_sync(|| {
///         let mut meta = Map::new();
///         inject(&mut Meta(&mut meta));
///         meta
///     })
/// });
/// assert_eq!(recorded.result["baggage"], "session.id=conversation-7");
///
/// let meta = json!({"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"});
/// let remote = extract(&Meta(meta.as_object().expect("an object")));
/// assert!(remote.span_context().is_valid());
/// ```
#[derive(Debug)]
pub struct Meta<M>(pub M);

impl Injector for Meta<&mut Map<String, Value>> {
    fn set(&mut self, key: &str, value: String) {
        self.0.insert(key.to_owned(), Value::String(value));
    }
}

impl Extractor for Meta<&Map<String, Value>> {
    fn get(&self, key: &str) -> Option<&str> {
        let value = self.0.get(key)?;
        Some(value.as_str().unwrap_or(NO_TEXT))
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}

/// The headers of an HTTP request as a carrier.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::propagation::{Headers, extract, inject};
///
/// let session = agentscope::Session::builder().id("conversation-7").tenant("acme");
/// let recorded = agentscope::testing::record(|| {
///     session.run_sync(|| {
///         let mut headers = http::HeaderMap::new();
///         inject(&mut Headers(&mut headers));
///         headers
///     })
/// });
/// let headers = recorded.result;
/// assert!(headers["baggage"].to_str()?.contains("agentscope.tenant.id=acme"));
///
/// let remote = extract(&Headers(&headers));
/// assert_eq!(remote.session_id(), Some("conversation-7"));
/// assert_eq!(remote.tenant(), None, "a header is anybody's word");
/// # Ok::<(), http::header::ToStrError>(())
/// ```
#[cfg(feature = "http")]
#[derive(Debug)]
pub struct Headers<M>(pub M);

#[cfg(feature = "http")]
impl Injector for Headers<&mut http::HeaderMap> {
    /// What is no value of a header is not sent.
    fn set(&mut self, key: &str, value: String) {
        let name = http::HeaderName::from_bytes(key.as_bytes());
        if let (Ok(name), Ok(value)) = (name, http::HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}

#[cfg(feature = "http")]
impl Extractor for Headers<&http::HeaderMap> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(text)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }

    fn get_all(&self, key: &str) -> Option<Vec<&str>> {
        let all: Vec<_> = self.0.get_all(key).iter().map(text).collect();
        (!all.is_empty()).then_some(all)
    }
}

#[cfg(feature = "http")]
fn text(value: &http::HeaderValue) -> &str {
    value.to_str().unwrap_or(NO_TEXT)
}
