//! What the processes have told, as one tree.

use agentscope::names;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use prost::Message as _;

use crate::receiver::{Received, text};

/// A span, and the process that it is from.
pub(crate) struct Node {
    process: String,
    span: Span,
}

fn number(attributes: &[KeyValue], key: &str) -> Option<i64> {
    let found = attributes.iter().find(|it| it.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::IntValue(number) => Some(*number),
        _ => None,
    }
}

impl Node {
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        text(&self.span.attributes, key)
    }

    pub(crate) fn number(&self, key: &str) -> Option<i64> {
        number(&self.span.attributes, key)
    }

    pub(crate) fn id(&self) -> Vec<u8> {
        self.span.span_id.clone()
    }

    pub(crate) fn links(&self) -> Vec<Vec<u8>> {
        let links = self.span.links.iter();
        links.map(|link| link.span_id.clone()).collect()
    }

    fn kind(&self) -> &'static str {
        match self.span.kind() {
            SpanKind::Internal => "internal",
            SpanKind::Client => "client",
            _ => "other",
        }
    }

    fn is(&self, kind_and_name: &str) -> bool {
        kind_and_name.strip_prefix(self.kind()) == Some(&format!(" {}", self.span.name))
    }

    /// Kind, name, layer, step path, process.
    pub(crate) fn line(&self) -> String {
        let layer = self.text(names::LAYER).unwrap_or("-");
        let path = self.text(names::STEP_PATH).unwrap_or("-");
        let name = &self.span.name;
        format!("{} {name} [{layer}] {path} {}", self.kind(), self.process)
    }
}

pub(crate) struct Trace {
    nodes: Vec<Node>,
    logs: Vec<LogRecord>,
}

impl Trace {
    /// Whatever came: another trace would be seen as another tree.
    pub(crate) fn of(received: &Received) -> Self {
        let mut nodes = Vec::new();
        for (path, body) in &received.bodies {
            if path != "/v1/traces" {
                continue;
            }
            let request = ExportTraceServiceRequest::decode(&body[..]).expect("decoded before");
            for part in request.resource_spans {
                let resource = part.resource.unwrap_or_default().attributes;
                let process = text(&resource, "service.name").unwrap_or("-").to_owned();
                let spans = part.scope_spans.into_iter().flat_map(|it| it.spans);
                nodes.extend(spans.map(|span| {
                    let process = process.clone();
                    Node { process, span }
                }));
            }
        }
        nodes.sort_by_key(|node| node.span.start_time_unix_nano);
        let logs = received.logs.clone();
        Self { nodes, logs }
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(crate) fn named(&self, name: &str) -> Vec<&Node> {
        let nodes = self.nodes.iter();
        nodes.filter(|node| node.span.name == name).collect()
    }

    /// The only one of a kind and name.
    pub(crate) fn one(&self, kind_and_name: &str) -> &Node {
        let mut found = self.nodes.iter().filter(|node| node.is(kind_and_name));
        let node = found.next().expect(kind_and_name);
        assert!(found.next().is_none(), "several of {kind_and_name}");
        node
    }

    /// Whether the agent below each delegation has ended, and with it all that is below that.
    pub(crate) fn is_answered(&self) -> bool {
        let mut delegations = self
            .nodes
            .iter()
            .filter(|node| node.text(names::LAYER) == Some("delegation"));
        delegations.all(|node| {
            let mut nodes = self.nodes.iter();
            nodes.any(|it| it.span.parent_span_id == node.span.span_id)
        })
    }

    fn push(&self, node: &Node, depth: usize, to: &mut String) {
        to.push_str(&format!("{}{}\n", "  ".repeat(depth), node.line()));
        let nodes = self.nodes.iter();
        for child in nodes.filter(|it| it.span.parent_span_id == node.span.span_id) {
            assert_eq!(child.span.trace_id, node.span.trace_id, "{}", child.line());
            self.push(child, depth + 1, to);
        }
    }

    fn grown(&self, is_root: impl Fn(&Node) -> bool) -> String {
        let mut out = String::new();
        for root in self.nodes.iter().filter(|node| is_root(node)) {
            self.push(root, 0, &mut out);
        }
        out
    }

    /// From the spans that have no parent.
    pub(crate) fn tree(&self) -> String {
        self.grown(|node| node.span.parent_span_id.is_empty())
    }

    /// From the spans whose parent has not come, in the trace of the others.
    pub(crate) fn left_behind(&self) -> String {
        let trace = &self.nodes[0].span.trace_id;
        self.grown(|node| {
            let parent = &node.span.parent_span_id;
            let is_left =
                !parent.is_empty() && !self.nodes.iter().any(|it| it.span.span_id == *parent);
            assert!(!is_left || node.span.trace_id == *trace, "{}", node.line());
            is_left
        })
    }

    /// How often the state before a call of this tool was told.
    pub(crate) fn calls(&self, tool: &str) -> usize {
        let calls = self.logs.iter().filter(|log| {
            log.event_name == names::EVENT_TOOL_CALLED
                && text(&log.attributes, names::TOOL_NAME) == Some(tool)
        });
        calls.count()
    }

    /// Snapshots that warn of something: level, what of, where.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let warnings = self.logs.iter().filter_map(|log| {
            let of = |key| text(&log.attributes, key).unwrap_or("-");
            let warning = text(&log.attributes, names::WARNING)?;
            let (level, path) = (of(names::LEVEL), of(names::STEP_PATH));
            let attempt = number(&log.attributes, names::DELEGATION_ATTEMPT);
            let attempt = attempt.unwrap_or(0);
            assert_eq!(log.trace_id, self.nodes[0].span.trace_id);
            Some(format!("{level} {warning} {path} attempt {attempt}"))
        });
        warnings.collect()
    }
}
