//! Who a session is for.

use opentelemetry::{KeyValue, StringValue};

use crate::hash::keyring::Hasher;
use crate::names;
use crate::privacy::redacted::{Redacted, attribute};
use crate::privacy::text::{self, Text};

/// Who the session is for, as the application says it; not recorded as it is.
#[derive(Clone, Default)]
pub(crate) struct Stated {
    pub(crate) conversation: Option<StringValue>,
    pub(crate) user: Option<Text>,
    pub(crate) task: Option<StringValue>,
    pub(crate) tenant: Option<StringValue>,
}

impl Stated {
    pub(crate) fn is_empty(&self) -> bool {
        let Self {
            conversation,
            user,
            task,
            tenant,
        } = self;
        let ids = [conversation, task, tenant];
        user.is_none() && ids.iter().all(|part| part.is_none())
    }

    /// What telemetry shows of it. `outer` is the key of whoever it is said inside of, if that has
    /// a tenant.
    pub(crate) fn redacted(self, outer: &Hasher) -> Identity {
        let hasher = match &self.tenant {
            Some(tenant) if !outer.is_of_tenant() => Hasher::of_tenant(tenant.as_str()),
            _ => outer.clone(),
        };
        let id = |id: Option<StringValue>| id.map(|id| text::identifier(id, &hasher));
        Identity {
            conversation: id(self.conversation),
            user_hash: self.user.map(|user| user.hashed("user", &hasher)),
            task: id(self.task),
            tenant: id(self.tenant),
            hasher,
        }
    }
}

/// Who the session is for, as telemetry shows it.
#[derive(Clone, Default)]
pub(crate) struct Identity {
    pub(crate) conversation: Option<Redacted>,
    pub(crate) user_hash: Option<Redacted>,
    pub(crate) task: Option<Redacted>,
    pub(crate) tenant: Option<Redacted>,
    /// By the tenant's key, where there is one.
    pub(crate) hasher: Hasher,
}

impl Identity {
    pub(crate) fn attributes(&self) -> impl Iterator<Item = KeyValue> + '_ {
        [
            (names::CONVERSATION_ID, &self.conversation),
            (names::USER_HASH, &self.user_hash),
            (names::TASK_ID, &self.task),
            (names::TENANT_ID, &self.tenant),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some(attribute(key, value.clone()?)))
    }
}
