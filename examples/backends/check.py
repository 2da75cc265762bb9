#!/usr/bin/env python3
"""Sends `repo_analyst` to a real server and checks that the server shows what the example's own tree shows.

    python3 examples/backends/check.py phoenix [--bin path/to/phoenix]    # of: pip install arize-phoenix
    python3 examples/backends/check.py mlflow  [--bin path/to/mlflow]     # of: pip install mlflow

Exits with 1 where they differ. The server runs in a temporary directory, and ends with the check.
"""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter, namedtuple
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ["-p", "agentscope-examples", "--bin", "repo_analyst"]
HEALTHY, WARM, STORED, ENDED = 300, 180, 120, 10  # seconds, on a busy machine

# Of the tree or of a server. `panels`: whether it has (input, output); `tokens`: those it counts (in, out), or None.
Span = namedtuple("Span", "depth kind name session failed panels tokens")


def total(pairs):
    return tuple(map(sum, zip((0, 0), *pairs)))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as held:
        return held.getsockname()[1]


def until(seconds, what, attempt):
    """The first true value of `attempt`; a server that does not answer yet counts as false."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(OSError):  # refused, reset, timed out, not found
            if value := attempt():
                return value
        time.sleep(0.5)
    sys.exit(f"FAILED: {what} within {seconds} s")


class Backend:
    def __init__(self, binary, directory):
        self.binary, self.directory, self.port = binary, directory, free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def get(self, path, body=None):
        """What a path answers: to a POST of JSON where there is a body, else to a GET."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"content-type": "application/json"})
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy knows 127.0.0.1
        text = direct.open(request, timeout=60).read().decode()
        return json.loads(text) if text.startswith("{") else text


class Phoenix(Backend):
    health, version = "/healthz", "/arize_phoenix_version"
    kinds = {"session": "CHAIN", "agent": "AGENT", "tool": "TOOL", "inference": "LLM"}

    def command(self):
        place = {"HOST": "127.0.0.1", "PORT": self.port, "GRPC_PORT": free_port(), "WORKING_DIR": self.directory}
        quiet = {"TELEMETRY_ENABLED": False, "ALLOW_EXTERNAL_RESOURCES": False, "DISABLE_AGENT_ASSISTANT": True}
        return [self.binary, "serve"], {f"PHOENIX_{name}": str(value) for name, value in (place | quiet).items()}

    def new_project(self, name):
        """A project, which Phoenix makes with its first span, and what sends spans there."""
        return name, {"OTEL_RESOURCE_ATTRIBUTES": f"openinference.project.name={name}"}

    def spans(self, project):
        """Id, parent's id and span of each span that is stored."""
        for span in self.get(f"/v1/projects/{project}/spans?limit=1000")["data"]:
            values = span["attributes"]
            usage = values.get("llm.token_count.prompt"), values.get("llm.token_count.completion")
            # Its own panels of a model call are the messages; the value it fills with the id of the answer.
            is_chat = span["span_kind"] == self.kinds["inference"]
            panel = lambda side: f"llm.{side}_messages.0.message.role" if is_chat else f"{side}.value"
            yield span["context"]["span_id"], span["parent_id"], Span(
                depth=None, kind=span["span_kind"], name=span["name"], session=values.get("session.id"),
                failed=span["status_code"] == "ERROR", panels=(panel("input") in values, panel("output") in values),
                tokens=None if usage == (None, None) else usage,
            )

    def sessions(self, project):
        """The server's own sums: each session with its tokens."""
        answer = self.get(f"/v1/projects/{project}/sessions")["data"]
        return [(s["session_id"], (s["token_count_prompt"], s["token_count_completion"])) for s in answer]


class Mlflow(Backend):
    health, version = "/health", "/version"
    kinds = {"session": "CHAIN", "agent": "AGENT", "tool": "TOOL", "inference": "CHAT_MODEL"}

    def command(self):
        place = f"--host 127.0.0.1 --port {self.port} --workers 1 --default-artifact-root artifacts"
        store = ["--backend-store-uri", f"sqlite:///{self.directory}/mlflow.db"]
        return [self.binary, "server", *place.split(), *store], {"MLFLOW_DISABLE_TELEMETRY": "true"}

    def new_project(self, name):
        """An experiment, and what sends spans there: without the header MLflow takes none."""
        experiment = self.get("/api/2.0/mlflow/experiments/create", {"name": name})["experiment_id"]
        return experiment, {"OTEL_EXPORTER_OTLP_TRACES_HEADERS": f"x-mlflow-experiment-id={experiment}"}

    def traces(self, experiment):
        place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}
        return self.get("/api/3.0/mlflow/traces/search", {"locations": [place], "max_results": 100}).get("traces", [])

    def spans(self, experiment):
        def plain(attributes):
            """Attributes as they stand in OTLP, without their types."""
            typed = [(x["key"], kind, value) for x in attributes for kind, value in x["value"].items()]
            return {key: plain(value["values"]) if kind == "kvlist_value" else value for key, kind, value in typed}

        for trace in self.traces(experiment):
            path = f"/api/3.0/mlflow/traces/get?trace_id={trace['trace_id']}"
            for span in self.get(path)["trace"]["spans"]:
                values = plain(span["attributes"])
                usage = values.get("mlflow.chat.tokenUsage")
                yield span["span_id"], span.get("parent_span_id"), Span(
                    depth=None, kind=values.get("mlflow.spanType"), name=span["name"],
                    session=values.get("session.id"), failed=span["status"].get("code") == "STATUS_CODE_ERROR",
                    panels=("mlflow.spanInputs" in values, "mlflow.spanOutputs" in values),
                    tokens=usage and (usage.get("input_tokens"), usage.get("output_tokens")),
                )

    def sessions(self, experiment):
        metadata = [trace["trace_metadata"] for trace in self.traces(experiment)]
        usage = [json.loads(values.get("mlflow.trace.tokenUsage", "{}")) for values in metadata]
        sums = ((used.get("input_tokens"), used.get("output_tokens")) for used in usage)
        return [(values.get("mlflow.trace.session"), used) for values, used in zip(metadata, sums)]


@contextmanager
def running(backend):
    """The server, in a process group of its own: MLflow does not end its children when it is told to end."""
    command, environment = backend.command()
    apart = {"cwd": backend.directory, "env": os.environ | environment, "start_new_session": True}
    log = Path(backend.directory, "server.log")
    server = subprocess.Popen(command, **apart, stdout=log.open("wb"), stderr=subprocess.STDOUT)

    try:
        ended = lambda: server.poll() is not None
        until(HEALTHY, "the server did not become healthy", lambda: ended() or backend.get(backend.health))
        if ended():
            sys.exit(f"FAILED: the server ended with {server.returncode}:\n{log.read_text()[-2000:]}")
        yield backend
    finally:
        for kill in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(server.pid, kill)
                server.wait(ENDED)


def send(backend):
    """Runs the example; gives its project and tree, or None where the server was too slow for a program that ends."""
    # A project for each attempt: the server may store what it took too late for the example.
    project, place = backend.new_project(f"attempt-{time.monotonic_ns()}")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "AGENTSCOPE_"))}
    traces = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{backend.url}/v1/traces"}  # no server takes logs or metrics
    content = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY"}  # for the chats, by class
    environment = inherited | traces | place | content | {"AGENTSCOPE_KEY": "key of the check", "NO_PROXY": "127.0.0.1"}
    run = subprocess.run(["cargo", "run", "--quiet", *EXAMPLE], cwd=ROOT, env=environment, capture_output=True)
    export = re.search(r"export of spans: (\d+) offered, (\d+) exported.*", said := run.stderr.decode())
    if run.returncode or not export:
        sys.exit(f"FAILED: the example ended with {run.returncode}: {said}")
    in_full = export[1] == export[2]
    print(export[0] if in_full else f"{export[0]}: once more, when the server is warm")
    return (project, run.stdout.decode()) if in_full else None


def of_tree(tree, kinds):
    """The spans of the printed tree, in the words of the server."""
    tokens = lambda text: tuple(int(n.replace(",", "")) for n in re.search("([0-9,]+)→([0-9,]+) tokens", text).groups())
    prefix = {"session": "invoke_workflow ", "agent": "invoke_agent ", "tool": "execute_tool ", "inference": ""}
    head = r"^([│├└─ ]*)[◆●▸✦] (\w+) (?:#\d+ )?(.+?)  (ok|error|cancelled|panicked)(.*)((?:\n[│├└─ ]+[a-z!].*)*)"
    spans, session = [], re.search(r"◆ session .* · id (\w+)", tree) or sys.exit(f"FAILED: no tree in\n{tree}")
    for bars, layer, name, outcome, rest, details in re.findall(head, tree, re.MULTILINE):
        # Of a tool only the tree shows what goes in and comes out.
        panels = ("  args: " in details, "  result: " in details) if layer == "tool" else (True, True)
        used = tokens(rest) if layer == "inference" else None
        depth, name = len(bars) // 3, prefix[layer] + name
        spans.append(Span(depth, kinds[layer], name, session[1], outcome == "error", panels, used))
    if tokens(session[0]) != total(span.tokens for span in spans if span.tokens):
        sys.exit(f"FAILED: the tree's session is not the sum of its inferences:\n{tree}")
    return spans


def of_server(backend, project):
    stored = list(backend.spans(project))
    parents = {identity: parent for identity, parent, _ in stored}
    depth = lambda parent: 0 if parent is None else 1 + depth(parents[parent]) if parent in parents else 99
    return [span._replace(depth=depth(parent)) for _, parent, span in stored]


def summary(spans, kinds):
    return {
        "spans by kind": dict(Counter(span.kind for span in spans)),
        "sessions of the spans": sorted({str(span.session) for span in spans}),
        "tokens (in, out) of all spans": total(span.tokens for span in spans if span.tokens),
        "spans that count tokens": dict(Counter(span.kind for span in spans if span.tokens)),
        "spans that failed": dict(Counter(span.kind for span in spans if span.failed)),
        "inputs, outputs": {kind: total(s.panels for s in spans if s.kind == kind) for kind in kinds.values()},
    }


def check(backend):
    print(f"{type(backend).__name__} {backend.get(backend.version).strip()}")
    project, tree = until(WARM, "no export was taken in full", lambda: send(backend))
    wanted = of_tree(tree, backend.kinds)
    until(STORED, "not every span of the tree arrived", lambda: len(of_server(backend, project)) >= len(wanted))
    time.sleep(2)  # for what should not come
    found = of_server(backend, project)
    expected, seen = (summary(spans, backend.kinds) for spans in (wanted, found))
    seen["sessions with their tokens"] = backend.sessions(project)  # as the server adds them up
    expected["sessions with their tokens"] = [(wanted[0].session, expected["tokens (in, out) of all spans"])]
    for what, value in seen.items():
        print(f"{what}: {value}")
    wrong = [f"{what}: {seen[what]}, not {value}" for what, value in expected.items() if seen[what] != value]
    wrong += [f"not in the tree: {span}" for span in (Counter(found) - Counter(wanted)).elements()]
    wrong += [f"not in the server: {span}" for span in (Counter(wanted) - Counter(found)).elements()]
    if wrong:
        sys.exit("\n  ".join(["FAILED: the server does not show what the tree shows", *wrong]))
    print(f"all {len(found)} spans are as in the tree of the example")


def main():
    backends = {"phoenix": Phoenix, "mlflow": Mlflow}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("backend", choices=backends)
    parser.add_argument("--bin", help="the server's program [default: the one on PATH]")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # unwinds, so that the server ends too
    binary = shutil.which(arguments.bin or arguments.backend) or sys.exit("FAILED: no such program on PATH; see --bin")
    if subprocess.run(["cargo", "build", *EXAMPLE], cwd=ROOT).returncode:
        sys.exit("FAILED: the example does not build")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        with running(backends[arguments.backend](os.path.abspath(binary), directory)) as backend:
            check(backend)


if __name__ == "__main__":
    main()
