//! 200 sessions of as many tenants run mixed up on two threads, over everything that moves work to
//! another task or thread: nothing of the one is ever the other's, down to foreign spans.

#[path = "support/child.rs"]
mod child;
#[path = "support/receiver.rs"]
mod receiver;

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::time::Duration;

use agentscope::{InAgentFuture, InCurrentAgent as _, JoinSet, Session, agent, tool};
use agentscope_runtime as agentscope;
use child::{play, say, scenario};
use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::trace::{Span as _, Tracer as _};
use opentelemetry::{Context, KeyValue, global};
use opentelemetry_proto::tonic::common::v1::KeyValue as Attribute;
use receiver::{Mode, Receiver, text};
use tokio::sync::mpsc;
use tracing::Instrument as _;
use tracing_subscriber::layer::SubscriberExt as _;

const SESSIONS: usize = 200;
/// Of each session, and the ways by which its work goes.
const WAYS: [&str; 9] = [
    "here", "spawned", "join-set", "lost", "won", "channel", "blocking", "thread", "rayon",
];

/// A foreign span, and the baggage that a foreign propagator would carry.
fn foreign(session: usize, way: &str) {
    let attributes = [
        KeyValue::new("test.session", session.to_string()),
        KeyValue::new("test.way", way.to_owned()),
    ];
    let tracer = global::tracer("foreign");
    let builder = tracer.span_builder("foreign").with_attributes(attributes);
    Context::map_current(|cx| {
        tracer.build_with_context(builder, cx).end();
        let carried = cx.baggage();
        for (key, prefix) in [
            ("session.id", "session-"),
            ("agentscope.tenant.id", "tenant-"),
            ("agentscope.task.id", "task-"),
            ("agentscope.agent.tier", "tier-"),
        ] {
            let value = carried.get(key).map(|value| value.as_str());
            assert_eq!(value, Some(&*format!("{prefix}{session}")), "{way}: {key}");
        }
    });
}

#[tool(output = internal)]
async fn step(#[sensitivity(internal)] session: usize, #[sensitivity(internal)] way: &'static str) {
    foreign(session, way);
    // The others have their turn.
    tokio::task::yield_now().await;
    tracing::info_span!("traced", test.session = session).in_scope(|| foreign(session, way));
    tokio::task::yield_now().await;
    foreign(session, way);
}

#[tool(output = internal)]
fn blocking_step(
    #[sensitivity(internal)] session: usize,
    #[sensitivity(internal)] way: &'static str,
) {
    foreign(session, way);
    agentscope::memory(agentscope::internal(format!(
        "memory of {session} by {way}"
    )));
}

/// On threads that take each other's work while they wait for their own.
fn in_rayon(session: usize, depth: u32, cx: &Context) {
    let _attached = cx.clone().attach();
    if depth == 0 {
        return blocking_step(session, "rayon");
    }
    rayon::join(
        || in_rayon(session, depth - 1, cx),
        || in_rayon(session, depth - 1, cx),
    );
    foreign(session, "rayon");
}

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;
type Worker = mpsc::Sender<InAgentFuture<Work>>;

/// What many sessions send work to: each piece brings its own agent. It ends once nobody can send.
fn worker() -> (Worker, tokio::task::JoinHandle<()>) {
    let (send, mut take) = mpsc::channel::<InAgentFuture<Work>>(4);
    let working = tokio::spawn(async move {
        while let Some(work) = take.recv().await {
            work.await;
        }
    });
    (send, working)
}

#[agent(tier = format!("tier-{session}"), output = internal)]
async fn mixed(
    #[sensitivity(internal)] session: usize,
    #[sensitivity(secret)] worker: Worker,
    #[sensitivity(secret)] pool: &rayon::ThreadPool,
) {
    agentscope::memory(agentscope::internal(format!("memory of {session}")));
    step(session, "here").await;
    let spawned = tokio::spawn(async move { step(session, "spawned").await });
    let mut set = JoinSet::new();
    for _ in 0..2 {
        set.spawn(step(session, "join-set"));
    }
    tokio::select! {
        biased;
        () = async {
            step(session, "lost").await;
            std::future::pending::<()>().await;
        } => {}
        () = async {
            step(session, "won").await;
            step(session, "won").await;
        } => {}
    }
    let work: Work = Box::pin(step(session, "channel"));
    let _ = worker.send(work.in_current_agent()).await;
    let blocking = tokio::task::spawn_blocking(move || blocking_step(session, "blocking"));
    let thread = std::thread::spawn(move || blocking_step(session, "thread"));
    let (done, all_done) = tokio::sync::oneshot::channel();
    let cx = Context::current();
    pool.spawn(move || {
        in_rayon(session, 3, &cx);
        drop(cx);
        let _ = done.send(());
    });
    spawned.await.expect("no panic");
    set.join_all().await;
    blocking.await.expect("no panic");
    tokio::task::spawn_blocking(|| thread.join())
        .await
        .expect("no panic")
        .expect("no panic");
    all_done.await.expect("no panic");
    foreign(session, "here");
}

async fn session(number: usize, worker: Worker, pool: &rayon::ThreadPool) {
    Session::builder()
        .id(format!("session-{number}"))
        .tenant(format!("tenant-{number}"))
        .task(format!("task-{number}"))
        .user(format!("user-{number}"))
        .run(async {
            let outer = tracing::info_span!("outer");
            mixed(number, worker, pool).instrument(outer).await;
        })
        .await;
}

#[test]
#[ignore = "the other test runs it in a process of its own"]
fn child() {
    if scenario().as_deref() != Some("mixed") {
        return;
    }
    let guard = agentscope_collector::builder()
        .deadline(Duration::from_secs(60))
        .init()
        .expect("set up");
    let layer = tracing_opentelemetry::layer().with_tracer(global::tracer("foreign"));
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::set_global_default(subscriber).expect("the only one");
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .build()
        .expect("a pool");
    let pool: &'static _ = Box::leak(Box::new(pool));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .expect("tokio");
    runtime.block_on(async {
        let (worker, working) = worker();
        let all = (0..SESSIONS).map(|number| session(number, worker.clone(), pool));
        let all: tokio::task::JoinSet<()> = all.collect();
        all.join_all().await;
        // What the last of them have sent there may not have begun yet.
        drop(worker);
        working.await.expect("no panic");
    });
    let stats = agentscope_runtime::stats();
    assert_eq!((stats.opened, stats.untracked), (stats.ended, 0));
    guard.shutdown().expect("all is delivered");
    let stats = agentscope_collector::stats();
    say(
        "lost:",
        stats.spans.offered - stats.spans.exported + stats.logs.offered - stats.logs.exported,
    );
}

/// Whose a record says it is: the number behind each of its identifiers.
fn numbers(attributes: &[Attribute]) -> BTreeMap<&'static str, String> {
    let known = [
        ("session.id", "session-"),
        ("agentscope.tenant.id", "tenant-"),
        ("agentscope.task.id", "task-"),
        ("agentscope.agent.tier", "tier-"),
    ];
    let found = known.into_iter().filter_map(|(key, prefix)| {
        let value = text(attributes, key)?;
        Some((key, value.strip_prefix(prefix)?.to_owned()))
    });
    found.collect()
}

/// The one number that it says in all of them.
fn number(attributes: &[Attribute], least: usize) -> String {
    let found = numbers(attributes);
    assert!(found.len() >= least, "{attributes:?}");
    let number = found.values().next().expect("at least one").clone();
    assert!(found.values().all(|it| *it == number), "{attributes:?}");
    number
}

#[test]
fn what_is_of_one_session_is_never_anothers() {
    let receiver = Receiver::start(Mode::Accept);
    let played = play(
        "mixed",
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.endpoint()),
            ("AGENTSCOPE_CONSOLE", "off"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "100000"),
            ("OTEL_BLRP_MAX_QUEUE_SIZE", "100000"),
        ],
    );
    assert_eq!(played.said("lost:"), "0");
    let received = receiver.received();
    let of_trace: BTreeMap<Vec<u8>, String> = received
        .spans
        .iter()
        .filter(|span| span.name.starts_with("invoke_workflow"))
        .map(|span| (span.trace_id.clone(), number(&span.attributes, 3)))
        .collect();
    assert_eq!(of_trace.len(), SESSIONS, "each has a trace of its own");
    let mut ways: BTreeMap<String, usize> = BTreeMap::new();
    let mut hashes: BTreeMap<String, String> = BTreeMap::new();
    for span in &received.spans {
        // Ours say the tier at the agent. What is around that has none.
        let has_tier = matches!(&*span.name, "foreign" | "traced" | "invoke_agent mixed");
        let least = if has_tier { 4 } else { 3 };
        let number = number(&span.attributes, least);
        assert_eq!(of_trace.get(&span.trace_id), Some(&number), "{}", span.name);
        if let Some(said) = text(&span.attributes, "test.session") {
            assert_eq!(said, number, "{span:?}");
        }
        if let Some(way) = text(&span.attributes, "test.way") {
            *ways.entry(way.to_owned()).or_default() += 1;
        }
        let user = text(&span.attributes, "enduser.pseudo.id").expect("each has a user");
        let before = hashes.insert(user.to_owned(), number.clone());
        assert!(before.is_none_or(|before| before == number), "{user}");
        let keys = span.attributes.iter().map(|it| &it.key);
        let keys: BTreeSet<_> = keys.collect();
        assert_eq!(keys.len(), span.attributes.len(), "no key twice: {span:?}");
    }
    assert_eq!(hashes.len(), SESSIONS);
    let seen: Vec<_> = ways.keys().map(String::as_str).collect();
    let mut all = WAYS;
    all.sort_unstable();
    assert_eq!(seen, all);
    // Every piece of work has left its foreign spans: the lost branch at least one.
    for (way, least) in [
        ("here", 4),
        ("spawned", 3),
        ("join-set", 6),
        ("lost", 1),
        ("won", 6),
        ("channel", 3),
        ("blocking", 1),
        ("thread", 1),
        ("rayon", 15),
    ] {
        assert!(ways[way] >= least * SESSIONS, "{way}: {}", ways[way]);
    }
    assert!(
        received.logs.len() > 10 * SESSIONS,
        "{}",
        received.logs.len()
    );
    for log in &received.logs {
        let number = number(&log.attributes, 3);
        assert_eq!(of_trace.get(&log.trace_id), Some(&number), "{log:?}");
        if let Some(memory) = text(&log.attributes, "agentscope.memory.summary") {
            let of = memory
                .strip_prefix("memory of ")
                .and_then(|it| it.split(' ').next());
            assert!(of.is_none_or(|of| of == number), "{memory} in {number}");
        }
    }
}
