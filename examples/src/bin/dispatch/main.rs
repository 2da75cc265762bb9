//! A support desk whose agents are processes of their own: an orchestrator hands a ticket over to two
//! specialists side by side, and one of them hands a part on to a third agent.
//!
//! What to learn from here:
//!
//! - [`agents`]: a delegation goes out as a signed envelope and ends with the reply; whoever works on it
//!   says where it came from with `context = ..`.
//! - [`transport`]: what a queue or a request has to do so that one trace comes of it. It carries texts,
//!   and counts its deliveries.
//!
//! `examples/transports/run.py` starts all three of them, over HTTP, PostgreSQL or NATS JetStream.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

mod agents;
mod error;
mod tools;
mod transport;

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use agentscope::Session;
use clap::{Parser, Subcommand, ValueEnum};

use agents::{Office, Specialist};
use transport::{Transport, Work};

/// Answers a customer by asking specialists in other processes.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Hand a ticket over to the specialists and put their answers together
    Orchestrator {
        #[command(flatten)]
        way: Way,
        /// The ticket
        #[arg(long, default_value_t = 7)]
        ticket: u32,
    },
    /// Work on what is handed over, until killed
    Specialist {
        /// What this one knows
        #[arg(long, value_enum)]
        name: Name,
        #[command(flatten)]
        way: Way,
        /// Where to listen, if asked over HTTP; the first line of the output says where that is
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
        listen: SocketAddr,
        /// Never end the second step of billing: for whoever wants to kill it there
        #[arg(long)]
        hang: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    Research,
    Billing,
}

impl Name {
    fn as_str(self) -> &'static str {
        match self {
            Self::Research => transport::RESEARCH,
            Self::Billing => transport::BILLING,
        }
    }
}

/// How tasks get to the specialists.
#[derive(clap::Args)]
struct Way {
    /// What takes them there; PostgreSQL and NATS only where they were built in
    #[arg(long, value_enum, default_value = "http")]
    via: Via,
    /// The server that they go through
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Where a specialist is to be asked over HTTP, as NAME=URL
    #[arg(long, value_name = "NAME=URL")]
    at: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Via {
    Http,
    #[cfg(feature = "postgres")]
    Postgres,
    #[cfg(feature = "nats")]
    Nats,
}

impl Way {
    async fn open(self, listen: Option<SocketAddr>) -> Result<Transport, Box<dyn Error>> {
        #[cfg(any(feature = "postgres", feature = "nats"))]
        let url = self.url.ok_or("--url says which server to use");
        #[cfg(not(any(feature = "postgres", feature = "nats")))]
        let _ = self.url;
        Ok(match self.via {
            Via::Http => Transport::http(&self.at, listen)?,
            #[cfg(feature = "postgres")]
            Via::Postgres => Transport::postgres(&url?).await?,
            #[cfg(feature = "nats")]
            Via::Nats => Transport::nats(&url?).await?,
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let role = Arguments::parse().role;
    let telemetry = agentscope_collector::builder().service_name(match &role {
        Role::Orchestrator { .. } => "support",
        Role::Specialist { name, .. } => name.as_str(),
    });
    // A specialist ends by a signal.
    #[cfg(unix)]
    let telemetry = telemetry.on_signals();
    let _guard = telemetry.init()?;
    match role {
        Role::Orchestrator { way, ticket } => orchestrate(way.open(None).await?, ticket).await,
        Role::Specialist {
            name,
            way,
            listen,
            hang,
        } => specialise(name, way.open(Some(listen)).await?, hang).await,
    }
}

async fn orchestrate(transport: Transport, ticket: u32) -> Result<(), Box<dyn Error>> {
    let office = Office::new(transport);
    Session::builder()
        .name("support")
        .id("conversation-7")
        .user("alice@example.com")
        .task("T-7")
        .tenant("acme")
        // Of all agents together, wherever they run.
        .iteration_limit(8)
        .run(async {
            let answer = office.support(ticket).await?;
            println!("{}", serde_json::to_string(&answer)?);
            Ok(())
        })
        .await
}

async fn specialise(name: Name, transport: Transport, hang: bool) -> Result<(), Box<dyn Error>> {
    let specialist = Arc::new(Specialist::new(Office::new(transport.clone()), hang));
    let work: Work = Arc::new(move |delivery| {
        let specialist = specialist.clone();
        Box::pin(async move {
            match specialist.work(delivery).await {
                Ok(reply) => Some(reply),
                Err(error) => {
                    eprintln!("dispatch: this is no task for a specialist: {error}");
                    None
                }
            }
        })
    });
    Ok(transport.serve(name.as_str(), work).await?)
}
