//! What may stand in `agentscope.toml`.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use agentscope_collector::server::{Config, Role, Server};
use agentscope_collector::store::Tier;
use tokio::runtime::Runtime;

use crate::flaky::Flaky;

fn error(text: &str) -> String {
    Config::parse(text).expect_err(text).to_string()
}

#[test]
fn an_error_names_its_key_or_line_and_what_to_write() {
    assert_eq!(error("share = 2"), "share: must be from 0 to 1");
    let unknown = error("\nshare = 0.5\nstroe = \"x\"");
    assert!(
        unknown.starts_with("configuration: line 3: unknown field `stroe`"),
        "{unknown}"
    );
    let wrong = error("[limits]\nmessage_bytes = \"much\"");
    assert!(
        wrong.starts_with("configuration: line 2: invalid type"),
        "{wrong}"
    );
    assert_eq!(
        error("[limits]\nsessions = 0"),
        "limits.sessions: must be 1 at least"
    );
    for limit in ["records_per_session", "depth", "value_bytes", "traces"] {
        let zero = error(&format!("[limits]\n{limit} = 0"));
        assert_eq!(zero, format!("limits.{limit}: must be 1 at least"));
    }
    assert!(error("[retention]\ntrace = 60").starts_with("retention.trace: "));
    assert!(!error("[retention]\ntrace = 3").contains("more"));
    let open = error("[listen]\nhttp = \"0.0.0.0:4318\"");
    assert!(
        open.starts_with("listen.http: 0.0.0.0:4318 can be reached") && open.contains("[[tokens]]"),
        "{open}"
    );
}

#[test]
fn a_token_stands_in_no_file_and_in_no_message() {
    let token = |rest: &str| format!("[[tokens]]\ntenant = \"acme\"\nrole = \"write\"\n{rest}");
    let clear = error(&token("token = \"canary\""));
    assert!(
        clear.starts_with("tokens[0].token: ") && clear.contains("env:NAME"),
        "{clear}"
    );
    assert!(!clear.contains("canary"));
    assert!(!error(&token("token = canary")).contains("canary"));
    assert!(error(&token("sha256 = \"canary\"")).starts_with("tokens[0].sha256: not 64"));
    assert!(error(&token("")).contains("either sha256 or token"));
    let variable = error(&token("token = \"env:AGENTSCOPE_TEST_UNSET\""));
    assert_eq!(
        variable,
        "tokens[0].token: the variable AGENTSCOPE_TEST_UNSET is not set"
    );
    assert!(
        error("[[tokens]]\ntenant = \"../a\"\nrole = \"write\"").starts_with("tokens[0].tenant: ")
    );
    assert!(error("[[tokens]]\ntenant = \"a\"\nrole = \"owner\"").contains("unknown variant"));
}

#[test]
fn everything_has_a_default_and_can_be_set() {
    let config = Config::parse("").expect("all defaults");
    assert!(config.tokens().expect("none").is_empty());
    assert_eq!(config.listen.grpc.to_string(), "127.0.0.1:4317");
    let digits = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let text = format!(
        "share = 0.25\n[listen]\nhttp = \"0.0.0.0:80\"\n[limits]\nidle_seconds = 5\n[retention]\nstep = 10\n\
         [[tokens]]\ntenant = \"acme\"\nrole = \"write\"\nsha256 = \"{digits}\""
    );
    let config = Config::parse(&text).expect("a configuration");
    let limits = config.limits().expect("limits");
    assert_eq!((limits.share, limits.idle), (0.25, Duration::from_secs(5)));
    assert_eq!(config.retention().expect("days").days(Tier::Step), 10);
    let found = config.tokens().expect("one").find("test");
    let (tenant, role) = found.expect("its hash is known");
    assert_eq!((tenant.as_str(), role), ("acme", Role::Write));
}

#[test]
fn the_example_of_the_guide_can_be_used() {
    let guide = include_str!("../../../docs/collector.md");
    let begin = guide.find("```toml\nstore =").expect("the example") + "```toml\n".len();
    let text = &guide[begin..begin + guide[begin..].find("```").expect("its end")];
    // The variable belongs to whoever runs the server.
    let config = Config::parse(&text.replace("env:PLATFORM_AUTH", "Basic x"));
    assert_eq!(config.expect("a configuration").share, Some(1.0));
}

/// Without an end each record would come back to the server that sends it on.
#[test]
fn a_server_does_not_send_on_to_itself() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = free.local_addr().expect("bound").port();
    drop(free);
    let directory = tempfile::tempdir().expect("a directory");
    let bind = |url: &str| {
        let text = format!(
            "queue = {:?}\n[listen]\ngrpc = \"127.0.0.1:0\"\nhttp = \"127.0.0.1:{port}\"\n\
             [[forward]]\nname = \"a\"\nurl = \"{url}\"",
            directory.path()
        );
        let config = Config::parse(&text).expect("it may be elsewhere");
        let store = Arc::<Flaky>::default();
        let runtime = Runtime::new().expect("threads");
        runtime.block_on(Server::bind(&config, store)).map(drop)
    };
    for host in ["localhost", "127.0.0.1"] {
        let error = bind(&format!("http://{host}:{port}/")).expect_err(host);
        let error = error.to_string();
        assert!(
            error.starts_with("forward[0].url: is this server"),
            "{error}"
        );
    }
    bind("http://localhost:1").expect("another port is another server");
    bind(&format!("http://127.0.0.2:{port}")).expect("another address");
    bind(&format!("http://203.0.113.7:{port}")).expect("another machine");
}
