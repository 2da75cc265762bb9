//! What a server says of itself.

use crate::messages::*;
use crate::running::{Running, tokens};

#[test]
fn metrics_show_accounts_to_an_admin_and_nothing_of_what_was_received() {
    let server = Running::start(&tokens());
    let named = [("session.id", "s-canary"), ("app.note", "canary")];
    server.post_spans(
        "w",
        &spans("lib", vec![span(7, 1, &named), span(0, 2, &[])]),
    );
    assert_eq!(server.get("/metrics", "w").0, 403);
    assert_eq!(
        server.get("/metrics", "r").0,
        403,
        "it tells of other tenants too"
    );
    let (status, text) = server.get("/metrics", "a");
    assert_eq!(status, 200);
    for line in [
        r#"agentscope_received_records_total{tenant="acme",signal="traces"} 2"#,
        r#"agentscope_records_total{tenant="acme",signal="traces",result="stored"} 1"#,
        r#"agentscope_refused_records_total{tenant="acme",signal="traces",reason="bad id or time"} 1"#,
        "agentscope_running_sessions 1",
        "agentscope_in_flight_bytes 0",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    assert!(!text.contains("canary"));
    assert_eq!(server.get("/healthz", ""), (200, "ok\n".to_owned()));
    server.stop();
}
