//! What a record says of itself that decides where it goes.

use agentscope_analysis::{Scalar, carries_content};
use agentscope_runtime::names;
use opentelemetry_proto::tonic::common::v1::{InstrumentationScope, KeyValue};

use crate::from_otlp::scalar;

/// The instrumentation scope of the runtime's spans and log records.
const SCOPE: &str = "agentscope";

/// What a resource says of the tenant.
pub(super) fn tenant(attributes: &[KeyValue]) -> Option<&str> {
    let attribute = attributes.iter().find(|it| it.key == names::TENANT_ID)?;
    match scalar(attribute) {
        Scalar::Text(text) => Some(text),
        _ => None,
    }
}

/// Whether agentscope's runtime made it, and so has redacted it by class: it has our scope, and a
/// span a layer too. Anybody can write that. Who does shows no more than the values of the tenant
/// whose token they hold, under the few names that the runtime itself writes; under all others a
/// value is hidden whoever wrote it.
pub(super) fn is_ours(scope: &InstrumentationScope) -> bool {
    scope.name == SCOPE
}

/// Whether the runtime writes what people and models said under this name, so that it is redacted.
pub(super) fn is_redacted_at_source(key: &str) -> bool {
    names::find(key).is_some()
}

/// Whether an attribute holds what people and models said: of a record of ours by its name alone, for
/// what stands there under names of the application's own was redacted at its source too.
pub(super) fn is_content(attribute: &KeyValue, is_ours: bool) -> bool {
    match is_ours {
        true => agentscope_analysis::is_content(&attribute.key),
        false => carries_content(&attribute.key, scalar(attribute)),
    }
}
