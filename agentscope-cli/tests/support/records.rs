//! Sessions as lines of OTLP in JSON.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// Three sessions of a shop, so many hours old: all well, a failed call, and a tool that nobody has
/// classified.
pub(crate) fn lines(hours: u64) -> String {
    let begin = now() - hours * 3_600_000_000_000;
    let sessions = [
        spans(
            begin,
            1,
            "shop-1",
            &[
                ("layer", "session"),
                ("name", "invoke_workflow refunds"),
                ("gen_ai.workflow.name", "refunds"),
            ],
            &tool("get_balance", "aaaa", "ok", "success"),
        ),
        spans(
            begin + 60_000_000_000,
            2,
            "shop-2",
            &[
                ("layer", "session"),
                ("name", "invoke_workflow refunds"),
                ("gen_ai.workflow.name", "refunds"),
            ],
            &[
                tool("get_balance", "bbbb", "error", "error"),
                vec![("error.type", "Timeout")],
            ]
            .concat(),
        ),
        spans(
            begin + 120_000_000_000,
            3,
            "desk-1",
            &[("layer", "session"), ("name", "invoke_workflow desk")],
            &tool("refund", "cccc", "ok", "empty"),
        ),
    ];
    let warning = json!({"resourceLogs": [{"scopeLogs": [{"scope": {"name": "agentscope"}, "logRecords": [{
        "timeUnixNano": (begin + 60_000_000_001).to_string(), "severityNumber": 13, "severityText": "WARN",
        "eventName": "agentscope.warned", "traceId": format!("{:032x}", 2), "spanId": format!("{:016x}", 22),
        "attributes": attributes(&[("session.id", "shop-2"), ("agentscope.level", "WARN"), ("agentscope.warning", "tool_error")]),
    }]}]}]});
    let lines = sessions
        .iter()
        .chain([&warning])
        .map(|line| format!("{line}\n"));
    lines.collect()
}

/// A trajectory, as data sets have them.
pub(crate) fn trajectory() -> String {
    let steps = json!([
        {"index": 0, "kind": "inference", "agent": "solver", "name": "chat", "reasoning": "add them"},
        {"index": 1, "kind": "tool", "agent": "solver", "name": "add", "args": {"a": 2}, "result": "4"},
    ]);
    let line = json!({"session_id": "demo-1", "source": "demo", "goal": "What is 2 + 2?", "success": true, "steps": steps});
    format!("{line}\n")
}

type Pairs<'a> = Vec<(&'a str, &'a str)>;

fn tool<'a>(name: &'a str, schema: &'a str, outcome: &'a str, status: &'a str) -> Pairs<'a> {
    vec![
        ("layer", "tool"),
        ("name", name),
        ("gen_ai.tool.name", name),
        ("agentscope.tool.schema.hash", schema),
        ("agentscope.outcome", outcome),
        ("agentscope.tool.status", status),
    ]
}

/// A session of one call.
fn spans(
    begin: u64,
    trace: u64,
    session: &str,
    root: &[(&str, &str)],
    call: &[(&str, &str)],
) -> Value {
    let span = |id: u64, parent: Option<u64>, pairs: &[(&str, &str)]| {
        let value = |key: &str| pairs.iter().find(|it| it.0 == key).expect(key).1;
        let layer = value("layer");
        let others: Vec<_> = pairs
            .iter()
            .filter(|it| it.0.contains('.'))
            .copied()
            .collect();
        let mut all = attributes(&others);
        all.extend(attributes(&[
            ("session.id", session),
            ("agentscope.layer", layer),
        ]));
        if layer == "tool" {
            all.push(json!({"key": "agentscope.step.index", "value": {"intValue": "3"}}));
            let is_blind = value("name") == "refund";
            all.push(json!({"key": "agentscope.tool.blind", "value": {"boolValue": is_blind}}));
        }
        json!({
            "traceId": format!("{trace:032x}"), "spanId": format!("{id:016x}"),
            "parentSpanId": parent.map_or(String::new(), |id| format!("{id:016x}")),
            "name": value("name"), "kind": 1,
            "startTimeUnixNano": begin.to_string(), "endTimeUnixNano": (begin + 5_000_000).to_string(),
            "attributes": all,
        })
    };
    let root_id = trace * 10 + 1;
    let spans = [
        span(root_id, None, root),
        span(root_id + 1, Some(root_id), call),
    ];
    json!({"resourceSpans": [{"scopeSpans": [{"scope": {"name": "agentscope"}, "spans": spans}]}]})
}

fn attributes(pairs: &[(&str, &str)]) -> Vec<Value> {
    let pair = |(key, text): &(&str, &str)| json!({"key": key, "value": {"stringValue": text}});
    pairs.iter().map(pair).collect()
}

fn now() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    u64::try_from(since.as_nanos()).expect("before 2500")
}
