//! A till as an MCP server over stdio: it adds up, and keeps count of what was paid.

use std::error::Error;
use std::sync::atomic::{AtomicI64, Ordering};

use rmcp::handler::server::wrapper::Parameters;
use rmcp::transport::stdio;
use rmcp::{ServerHandler, ServiceExt as _, tool_handler, tool_router};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize, JsonSchema)]
struct Amounts {
    /// What is added up, in cents.
    cents: Vec<i64>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Payment {
    /// What was paid, in cents.
    cents: i64,
}

#[derive(Default)]
struct Till {
    paid: AtomicI64,
}

#[tool_router]
impl Till {
    /// Add up amounts.
    #[rmcp::tool]
    async fn add_up(&self, Parameters(amounts): Parameters<Amounts>) -> String {
        amounts.cents.iter().sum::<i64>().to_string()
    }

    /// Take a payment; says what was paid so far.
    #[rmcp::tool]
    async fn take_payment(
        &self,
        Parameters(payment): Parameters<Payment>,
    ) -> Result<String, rmcp::ErrorData> {
        if payment.cents <= 0 {
            return Err(rmcp::ErrorData::invalid_params("nothing was paid", None));
        }
        let before = self.paid.fetch_add(payment.cents, Ordering::Relaxed);
        Ok((before + payment.cents).to_string())
    }
}

#[tool_handler]
impl ServerHandler for Till {}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let till = Till::default();
    till.serve(stdio()).await?.waiting().await?;
    Ok(())
}
