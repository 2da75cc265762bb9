//! The agents: one that delegates, two that it delegates to, and one that the second of these asks.
//!
//! There is no model behind them: [`decide`] says what a model might, so that budgets have something
//! to count.

use std::future::pending;

use agentscope::propagation::{Envelope, Handed, RemoteContext, Reply, SigningKey};
use agentscope::{Classify, agent, because, delegate, inference, internal, tool};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::DeskError;
use crate::tools::{
    find_invoices, find_orders, read_ledger, read_policy, read_ticket, write_answer,
};
use crate::transport::{BILLING, Delivery, RESEARCH, Transport};

/// What a specialist is to find out.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    History { order: u32 },
    Charges { order: u32 },
    Audit { order: u32 },
}

impl Task {
    /// The process that can.
    fn whose(&self) -> &'static str {
        match self {
            Self::History { .. } | Self::Audit { .. } => RESEARCH,
            Self::Charges { .. } => BILLING,
        }
    }
}

/// What a specialist has found.
#[derive(Debug, Serialize, Deserialize, Classify)]
#[sensitivity(default = internal)]
pub(crate) struct Finding {
    says: String,
    /// On whose behalf, as the last agent in the row knew.
    #[serde(default)]
    audited_for: Option<Behalf>,
}

/// What a task says of where it comes from, after it has gone through all the processes.
#[derive(Debug, Serialize, Deserialize, Classify)]
#[sensitivity(default = internal)]
pub(crate) struct Behalf {
    session: Option<String>,
    task: Option<String>,
    tier: Option<String>,
    /// A keyed hash: nobody but the first process knows the user.
    user: Option<String>,
    tenant: Option<String>,
}

impl Behalf {
    fn of(context: &RemoteContext) -> Self {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Self {
            session: text(context.session_id()),
            task: text(context.task_id()),
            tier: text(context.agent_tier()),
            user: text(context.user_hash()),
            tenant: text(context.tenant()),
        }
    }
}

/// What every process has: a way to the others, and the key that their envelopes are signed with.
pub(crate) struct Office {
    transport: Transport,
    key: SigningKey,
}

impl Office {
    pub(crate) fn new(transport: Transport) -> Self {
        let key = SigningKey::from_environment();
        Self { transport, key }
    }

    /// Answers a ticket.
    #[agent(
        mode = "plan_and_execute",
        tier = "gold",
        token_budget = 20_000,
        output = internal
    )]
    pub(crate) async fn support(
        &self,
        #[sensitivity(internal)] ticket: u32,
    ) -> Result<Finding, DeskError> {
        let order = because("the ticket names the order", || read_ticket(ticket));
        agentscope::memory(internal(format!("the ticket is about order {order}")));
        let history = delegate("research")
            .reason("what was promised decides what is owed")
            .instructions("find what was ordered, and on what terms")
            .token_budget(5_000)
            .iteration_limit(3)
            .send();
        let charges = delegate("billing")
            .reason("only billing may see invoices")
            .instructions("find what was charged, and have it audited")
            .token_budget(8_000)
            .iteration_limit(4)
            .send();
        let (history, charges) = tokio::join!(
            self.ask(history, Task::History { order }),
            self.ask(charges, Task::Charges { order }),
        );
        let (history, charges) = (history?, charges?);
        Ok(Finding {
            says: because("both specialists have answered", || {
                write_answer(&history.says, &charges.says)
            }),
            audited_for: charges.audited_for,
        })
    }

    /// Sends a task out and ends its delegation with what comes back.
    async fn ask(&self, handed: Handed, task: Task) -> Result<Finding, DeskError> {
        let answered = async {
            let envelope = handed.envelope(&task).signed(&self.key);
            let message = serde_json::to_string(&envelope)?;
            let answer = self.transport.ask(task.whose(), message).await?;
            let reply: Reply<Finding> = serde_json::from_str(&answer)?;
            Ok(reply)
        };
        match answered.await {
            Ok(reply) => Ok(handed.answered(reply)?),
            Err(error) => {
                handed.failed(&error);
                Err(error)
            }
        }
    }
}

/// The agents of the other two processes.
pub(crate) struct Specialist {
    office: Office,
    hangs: bool,
}

impl Specialist {
    pub(crate) fn new(office: Office, hangs: bool) -> Self {
        Self { office, hangs }
    }

    /// Works on one delivery of a task; gives the reply to send. Without a signature it does nothing:
    /// anybody could have written whose the task is.
    pub(crate) async fn work(&self, delivery: Delivery) -> Result<String, DeskError> {
        let envelope: Envelope<Task> = serde_json::from_str(&delivery.message)?;
        let envelope = envelope.attempt(delivery.attempt);
        let context = envelope.context_signed_by(std::slice::from_ref(&self.office.key))?;
        let result = match *envelope.task() {
            Task::History { order } => self.research(&context, order).await,
            Task::Charges { order } => self.billing(&context, order).await,
            Task::Audit { order } => self.audit(&context, order).await,
        };
        // How it failed is in the reply already, as far as anybody else may know.
        Ok(serde_json::to_string(&context.reply(result.ok()))?)
    }

    #[agent(context = context, mode = "react", default = internal)]
    async fn research(
        &self,
        #[sensitivity(secret)] context: &RemoteContext,
        order: u32,
    ) -> Result<Finding, DeskError> {
        decide("What was ordered, and on what terms?").await;
        let article = because("the order says what it was", || find_orders(order));
        let terms = because("the terms depend on the article", || read_policy(&article));
        Ok(Finding {
            says: format!("{article}, {terms}"),
            audited_for: None,
        })
    }

    #[agent(context = context, mode = "react", default = internal)]
    async fn billing(
        &self,
        #[sensitivity(secret)] context: &RemoteContext,
        order: u32,
    ) -> Result<Finding, DeskError> {
        decide("What was charged?").await;
        let invoices = because("what was charged is invoiced", || find_invoices(order));
        let payments = self
            .match_payments(invoices)
            .because("an invoice may have been paid twice")
            .await;
        let audit = delegate("audit")
            .reason("nobody pays back what the ledger does not have")
            .token_budget(1_000)
            .iteration_limit(1)
            .send();
        let audit = self.office.ask(audit, Task::Audit { order }).await?;
        Ok(Finding {
            says: format!("{invoices} invoice and {payments} payments; {}", audit.says),
            audited_for: audit.audited_for,
        })
    }

    /// Count the payments for so many invoices.
    #[tool(effect = read, default = internal)]
    async fn match_payments(&self, invoices: u32) -> u32 {
        if self.hangs {
            pending::<()>().await;
        }
        invoices + 1
    }

    #[agent(context = context, default = internal)]
    async fn audit(
        &self,
        #[sensitivity(secret)] context: &RemoteContext,
        order: u32,
    ) -> Result<Finding, DeskError> {
        let entries = because("the ledger has the last word", || read_ledger(order));
        Ok(Finding {
            says: format!("the ledger has {entries} entries"),
            audited_for: Some(Behalf::of(context)),
        })
    }
}

/// What a model might answer, and what that would have cost in tokens.
#[inference(provider = "scripted", model = "scripted-by-hand", default = internal)]
async fn decide(question: &str) -> Value {
    let _ = question;
    json!({
        "model": "scripted-by-hand",
        "choices": [{"message": {"role": "assistant", "content": "I look it up."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150},
    })
}
