//! What is read once warns of what it cannot use: whoever takes the log may ask for it at once, which
//! waited for ever or overflowed the stack. The variables are those of a process, so it is another one.

mod support;

use std::process::Command;

use agentscope::{Session, inference, tool};
use agentscope_runtime as agentscope;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

#[tool]
fn looks_up(#[sensitivity(pii)] _who: &str) {}

#[inference(provider = "test", model = "gpt-4o", default = internal, usage = |_| agentscope::Usage::default())]
fn asks(_what: &str) {}

struct CallsBack;

impl<S: tracing::Subscriber> Layer<S> for CallsBack {
    #[allow(clippy::print_stdout, reason = "the other process reads it")]
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        thread_local!(static IS_INSIDE: std::cell::Cell<bool> = const { std::cell::Cell::new(false) });
        let is_ours = event.metadata().target() == "agentscope";
        if is_ours && *event.metadata().level() == tracing::Level::WARN {
            println!("a warning");
        }
        if is_ours && !IS_INSIDE.replace(true) {
            Session::builder()
                .user("alice")
                .tenant("acme")
                .run_sync(|| {
                    looks_up("alice");
                    asks("what");
                    agentscope::level();
                    agentscope::model::context_window("gpt-4o");
                });
            IS_INSIDE.set(false);
        }
    }
}

const CHILD: &str = "AGENTSCOPE_TEST_CHILD";

#[test]
fn whoever_takes_a_warning_may_call_back() {
    if std::env::var_os(CHILD).is_some() {
        let subscriber = tracing_subscriber::registry().with(CallsBack);
        tracing::subscriber::set_global_default(subscriber).expect("the first subscriber");
        assert_eq!(agentscope::level(), agentscope::Level::Info);
        let _ = agentscope::model::context_window("gpt-4o");
        support::recorder();
        Session::builder().run_sync(|| {
            looks_up("alice");
            asks("what");
        });
        return;
    }
    let run = Command::new(std::env::current_exe().expect("this test"))
        .args([
            "--exact",
            "whoever_takes_a_warning_may_call_back",
            "--nocapture",
        ])
        .env(CHILD, "1")
        .env("AGENTSCOPE_LEVEL", "loud")
        .env("AGENTSCOPE_KEY", "short")
        .env("AGENTSCOPE_POLICY", "internal=hide")
        .env("AGENTSCOPE_PRICES", "/nowhere/prices.json")
        .env("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "ALL")
        .env("HOME", "/nowhere")
        .output()
        .expect("it runs");
    let out = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{out}");
    assert!(out.matches("a warning").count() >= 4, "{out}");
}
