//! Two tenants at the same time, in tasks and threads of their own, with agents below agents, and
//! a frame that foreign code loses.

use std::sync::Arc;

use agentscope::{Class, InCurrentAgent as _, Session, agent, internal, pii, tool};
use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt as _, Tracer as _};
use tokio::sync::Barrier;

use crate::canaries::{email, word};
use crate::propagated;

/// What both tenants know.
fn customer() -> String {
    email(Class::Pii, "the customer of both")
}

#[tool(output = pii)]
fn contact(
    #[sensitivity(pii, kind = "email")] address: &str,
    #[sensitivity(internal)] from: &str,
    #[sensitivity(secret)] token: &str,
) -> String {
    propagated::inject();
    format!("{address} {from} {}", token.len())
}

fn contact_for(tenant: &'static str, how: &str) {
    let place = format!("{tenant}/{how}");
    let own = (word(Class::Internal, &place), word(Class::Secret, &place));
    contact(&customer(), &own.0, &own.1);
}

#[agent(name = format!("below of {tenant}"), default = internal)]
async fn below(tenant: &'static str) -> usize {
    agentscope::memory(pii(customer()));
    contact_for(tenant, "sub-agent");
    agentscope::goal(internal(word(Class::Internal, &format!("{tenant}/goal"))));
    contact_for(tenant, "with a goal");
    tenant.len()
}

#[agent(default = internal, output = secret)]
async fn above(tenant: &'static str, #[sensitivity(secret)] both: Arc<Barrier>) -> String {
    // From here on both are in their agents.
    both.wait().await;
    let task = tokio::spawn(async move { contact_for(tenant, "task") });
    let thread = std::thread::spawn(move || contact_for(tenant, "thread"));
    let blocking = tokio::task::spawn_blocking(move || contact_for(tenant, "blocking"));
    both.wait().await;
    let carried = tokio::spawn(below(tenant).in_current_agent());
    let _ = tokio::join!(task, blocking, carried, below(tenant));
    thread.join().expect("it does not panic");
    both.wait().await;
    // Foreign code that restores the context that was there before the agent.
    let tracer = opentelemetry::global::tracer("application");
    let span = tracer.start("foreign");
    let _foreign = Context::new().with_span(span).attach();
    contact_for(tenant, "lost frame");
    customer()
}

pub(crate) async fn run() {
    let both = Arc::new(Barrier::new(2));
    let session = |tenant: &'static str| {
        let session = Session::builder().tenant(tenant).user(customer());
        session.run(above(tenant, Arc::clone(&both)))
    };
    let (one, other) = (
        tokio::spawn(session("acme")),
        tokio::spawn(session("globex")),
    );
    one.await.expect("it does not panic");
    other.await.expect("it does not panic");
    in_one_trace().await;
}

/// Both in one trace of the application's, as in one request. Whose a call is whose frame is lost
/// there nobody can tell, so that it is in neither session.
async fn in_one_trace() {
    let tracer = opentelemetry::global::tracer("application");
    let request = Context::current_with_span(tracer.start("request"));
    let both = Arc::new(Barrier::new(2));
    let lost = |tenant: &'static str| {
        let (request, both) = (request.clone(), Arc::clone(&both));
        let session = Session::builder().tenant(tenant);
        async move {
            session
                .run(async move {
                    both.wait().await;
                    // A thread of somebody else's, which only has the trace.
                    std::thread::spawn(move || {
                        let _request = request.attach();
                        contact_for(tenant, "other thread");
                    })
                    .join()
                    .expect("it does not panic");
                    both.wait().await;
                })
                .await;
        }
    };
    let within = |tenant| {
        use opentelemetry::context::FutureExt as _;
        tokio::spawn(lost(tenant).with_context(request.clone()))
    };
    let (one, other) = (within("acme"), within("globex"));
    one.await.expect("it does not panic");
    other.await.expect("it does not panic");
}
