//! A shop assistant on rig: the model looks up stock and prices with two tools, and answers.
//!
//! ```sh
//! OPENAI_API_KEY=.. rig_shop "How many lamps are there, and what is one?"
//! ```

use std::error::Error;

use rig::agent::AgentBuilder;
use rig::providers::openai::OpenAI;
use rig::rig_tool;
use rig::tool::ToolExecutionError;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Tell how many of an item are in stock.
#[rig_tool]
async fn stock(
    /// The number of the item.
    item: u64,
) -> Result<u64, ToolExecutionError> {
    Ok(item * 2)
}

/// Tell what an item costs, in cents.
#[rig_tool]
async fn price(
    /// The number of the item.
    item: u64,
) -> Result<u64, ToolExecutionError> {
    Ok(item * 1_000 + 450)
}

/// Answers a customer.
async fn assistant(question: &str) -> Result<String, Box<dyn Error>> {
    let model = OpenAI::from_env()?.chat("gpt-4o-mini");
    let agent = AgentBuilder::new(model)
        .preamble("You are the assistant of a shop. Item 7 is a lamp, item 8 a kettle.")
        .tool(Stock)
        .tool(Price)
        .default_max_turns(5)
        .build();
    Ok(agent.prompt(question).await?.output().to_owned())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::registry()
        .with(LevelFilter::INFO)
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr))
        .init();
    let question = std::env::args().nth(1).ok_or("ask something")?;
    println!("{}", assistant(&question).await?);
    Ok(())
}
