//! OTLP in JSON, as senders write it and not only as the decoder of OpenTelemetry's crate takes it.

use serde::de::DeserializeOwned;

use super::tree::Tree;

/// Reads a message that has its records under `list`, or says why it is none, and where: nothing of
/// what stands there. A message without any field is one without records.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8], list: &str) -> Result<T, String> {
    // serde_json gives up on what is nested more deeply than 128 levels.
    let message: Tree<'_> =
        serde_json::from_slice(bytes).map_err(|error| format!("no JSON: {error}"))?;
    let fields = message.fields().ok_or("no object of JSON")?;
    if !fields.is_empty() && !fields.iter().any(|(name, _)| name == list) {
        return Err(format!(
            "it has no `{list}`, which is what this path takes, spelt so"
        ));
    }
    serde_path_to_error::deserialize(&message).map_err(|error| {
        let path = error.path().to_string();
        // What stands before it quotes the value.
        let said = error.inner().to_string();
        match said.rsplit_once(", expected ") {
            Some((_, expected)) => format!("{path}: expected {expected}"),
            None if said.starts_with("missing field") => format!("{path}: {said}"),
            None => format!("{path}: not as OTLP has it in JSON"),
        }
    })
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
    use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

    use super::*;

    fn span(fields: &str) -> String {
        format!(
            r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174",{fields}}}]}}]}}]}}"#
        )
    }

    fn attribute(value: &str) -> String {
        span(&format!(r#""attributes":[{{"key":"a","value":{value}}}]"#))
    }

    /// Each was refused by the decoder of opentelemetry-proto 0.33, or is written so by a sender.
    #[test]
    fn what_senders_write_is_read() {
        let values = [
            r#"{"arrayValue":{}}"#,
            r#"{"kvlistValue":{}}"#,
            r#"{"arrayValue":{"values":[{"doubleValue":"NaN"}]}}"#,
            r#"{"doubleValue":"NaN"}"#,
            r#"{"doubleValue":"-Infinity"}"#,
            r#"{"doubleValue":"1.5"}"#,
            r#"{"doubleValue":2}"#,
            r#"{"intValue":"7"}"#,
            r#"{"intValue":7}"#,
            r#"{"stringValue":null}"#,
            r#"{}"#,
            "null",
        ];
        let mut messages: Vec<String> = values.map(attribute).into();
        let fields = [
            r#""attributes":null"#,
            r#""attributes":[null]"#,
            r#""startTimeUnixNano":"1","endTimeUnixNano":2,"kind":3,"status":{}"#,
            r#""events":[{"name":"e"}],"links":[{"traceId":"5b8efff798038103d269b633813fc60c"}]"#,
            r#""parentSpanId":"","unknownField":{"a":[1]}"#,
            r#""status":{"code":2,"message":"m"},"flags":257"#,
        ];
        messages.extend(fields.map(span));
        messages.extend(
            [
                "{}",
                r#"{"resourceSpans":null}"#,
                r#"{"resourceSpans":[{}]}"#,
                r#"{"resourceSpans":[{"resource":{"entityRefs":[{"type":"service","idKeys":["a"]}]}}]}"#,
            ]
            .map(str::to_owned),
        );
        for message in messages {
            assert!(
                read::<ExportTraceServiceRequest>(message.as_bytes(), "resourceSpans").is_ok(),
                "{message}"
            );
        }
    }

    #[test]
    fn a_span_comes_out_as_it_was_written() {
        let message = attribute(r#"{"doubleValue":"1.5"}"#);
        let read =
            read::<ExportTraceServiceRequest>(message.as_bytes(), "resourceSpans").expect("it");
        let span = &read.resource_spans[0].scope_spans[0].spans[0];
        assert_eq!((span.trace_id[0], span.span_id[7]), (0x5b, 0x74));
        let debug = format!("{:?}", span.attributes);
        assert!(debug.contains("DoubleValue(1.5)"), "{debug}");
    }

    #[test]
    fn logs_and_metrics_are_read() {
        let logs = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1","body":{"stringValue":"b"},"severityNumber":9}]}]}]}"#;
        assert!(read::<ExportLogsServiceRequest>(logs.as_bytes(), "resourceLogs").is_ok());
        let metrics = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":{"dataPoints":[{"asDouble":1.5,"timeUnixNano":"1"}]}}]}]}]}"#;
        assert!(read::<ExportMetricsServiceRequest>(metrics.as_bytes(), "resourceMetrics").is_ok());
    }

    #[test]
    fn what_is_wrong_is_named_by_its_place_and_not_quoted() {
        let cases = [
            (span(r#""kind":"canary""#), "spans[0].kind: expected i32"),
            (
                span(r#""startTimeUnixNano":1.5"#),
                "spans[0].startTimeUnixNano",
            ),
            (span(r#""links":[{"traceId":"abc"}]"#), "links[0].traceId: "),
            (r#"{"resource_spans":[]}"#.to_owned(), "`resourceSpans`"),
            (r#"{"resourceLogs":[]}"#.to_owned(), "`resourceSpans`"),
            (r#"{"resourceSpans":["#.to_owned(), "at line 1 column 18"),
        ];
        for (message, place) in cases {
            let read = read::<ExportTraceServiceRequest>(message.as_bytes(), "resourceSpans");
            let why = read.expect_err(place);
            assert!(why.contains(place), "{why}");
            assert!(!why.contains("canary"), "{why}");
        }
    }

    #[test]
    fn what_is_no_message_is_none() {
        let deep = "[".repeat(100_000);
        for text in ["", "[]", "{", r#"{"resourceSpans":7}"#, "\u{0}", &deep] {
            assert!(
                read::<ExportTraceServiceRequest>(text.as_bytes(), "resourceSpans").is_err(),
                "{:.40}",
                text
            );
        }
    }
}
