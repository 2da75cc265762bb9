#!/usr/bin/env python3
"""Parts of other people with `agentscope serve`: what they send is one session, whole and right.

    python3 examples/third_party/check.py sdk              OpenTelemetry's SDK for Python, over gRPC and HTTP
    python3 examples/third_party/check.py openinference    an agent with OpenInference's attributes
    python3 examples/third_party/check.py rotel            rotel between such an agent and us
    python3 examples/third_party/check.py clickhouse       the store in ClickHouse answers as the embedded one does
    python3 examples/third_party/check.py all

Needs Python 3.9, and `cargo build -p agentscope-cli` first. What it needs from PyPI goes into
target/third_party: 60 MB, for rotel 30 MB more, for `clickhouse` (ClickHouse's engine, chDB) 900 MB.
"""

import contextlib
import json
import os
import pathlib
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
AGENTSCOPE = TARGET / "debug" / "agentscope"
PACKAGES = {
    "sdk": ["opentelemetry-sdk==1.45.2", "opentelemetry-exporter-otlp==1.45.2"],
    "openinference": ["openinference-instrumentation==0.1.72"],
    "rotel": ["rotel==0.0.1a15"],
    "clickhouse": ["chdb==4.4.0"],
}


def python(*parts):
    """A Python that has what these parts need."""
    home = TARGET / "third_party" / "-".join(parts)
    ready = home / "ready"
    if not ready.exists():
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True)
        packages = [package for part in parts for package in PACKAGES[part]]
        subprocess.run([home / "bin" / "pip", "install", "--quiet", *packages], check=True)
        ready.touch()
    return home / "bin" / "python"


@contextlib.contextmanager
def running(command, **options):
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def line_of(process, seconds=60):
    """The next line that the process prints."""
    if not select.select([process.stdout], [], [], seconds)[0]:
        raise SystemExit(f"{process.args[0]} said nothing for {seconds} s")
    return process.stdout.readline()


@contextlib.contextmanager
def serving(store):
    command = [AGENTSCOPE, "serve", "--json", "--store", store, "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"]
    with running(command) as server:
        yield json.loads(line_of(server))


def agentscope(store, *arguments):
    command = [AGENTSCOPE, "--json", "--store", store, *arguments]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def expect(what, seen, expected):
    if seen != expected:
        raise SystemExit(f"{what}: {seen!r}, expected {expected!r}")


def check_session(store, session):
    """The session that agents.py makes, read back."""
    deadline = time.monotonic() + 60
    while True:
        listed = agentscope(store, "sessions")
        whole = [it for it in listed if it["id"] == session and it["spans"] == 5]
        if whole or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    tree = agentscope(store, "tree", session)
    layers = [(node["layer"], node["name"]) for node in tree["nodes"] if node["layer"] != "session"]
    expect("agents", [name for layer, name in layers if layer == "agent"], ["clerk"])
    expect("tools", [name for layer, name in layers if layer == "tool"], ["find_order", "find_order"])
    expect("inferences", len([1 for layer, _ in layers if layer == "inference"]), 2)
    totals = tree["totals"]
    expect("tokens", (totals["input_tokens"], totals["output_tokens"]), (320, 42))
    tools = [node for node in tree["nodes"] if node["layer"] == "tool"]
    expect("outcome of the first call", tools[0].get("outcome"), "error")
    expect("type of the error", tools[0].get("error_type"), "TimeoutError")
    # Nothing that a person wrote, as it was written.
    everything = subprocess.run(
        [AGENTSCOPE, "--store", store, "export", session], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    expect("lines with the address of a person", len(re.findall("jane.roe@example.com", everything)), 0)


def agents(which, protocol, endpoint, session):
    interpreter = python("sdk", "openinference")
    subprocess.run([interpreter, HERE / "agents.py", which, protocol, endpoint, session], check=True)


def check_agents(which):
    with tempfile.TemporaryDirectory() as store, serving(store) as at:
        for protocol in ["grpc", "http"]:
            session = f"{which}-{protocol}"
            agents(which, protocol, "http://" + at[protocol], session)
            check_session(store, session)
            print(f"{which} over {protocol}: one session, 5 spans, tokens 320 in and 42 out, no content")


def check_rotel():
    package = python("rotel").parent.parent
    rotel = next(package.glob("lib/*/site-packages/rotel/rotel-agent"))
    with tempfile.TemporaryDirectory() as store, tempfile.TemporaryDirectory() as logs, serving(store) as at:
        # It does not say on which port it listens, so it gets one that was free a moment ago.
        ports = [free_port(), free_port()]
        command = [rotel, "start", "--pid-file", f"{logs}/pid", "--log-file", f"{logs}/log",
                   "--otlp-grpc-endpoint", f"127.0.0.1:{ports[0]}", "--otlp-http-endpoint", f"127.0.0.1:{ports[1]}",
                   "--exporter", "otlp", "--otlp-exporter-endpoint", "http://" + at["grpc"]]
        with running(command, stderr=subprocess.DEVNULL):
            wait_for_port(ports[0])
            agents("plain", "grpc", f"http://127.0.0.1:{ports[0]}", "through-rotel")
            check_session(store, "through-rotel")
    print("through rotel: one session, 5 spans, tokens 320 in and 42 out, no content")


def free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, seconds=30):
    import socket

    deadline = time.monotonic() + seconds
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if time.monotonic() > deadline:
            raise SystemExit(f"nothing listens on {port} after {seconds} s")
        time.sleep(0.05)


def check_clickhouse():
    with tempfile.TemporaryDirectory() as data:
        with running([python("clickhouse"), HERE / "clickhouse_http.py", data]) as server:
            port = int(line_of(server))
            environment = dict(os.environ, AGENTSCOPE_TEST_CLICKHOUSE=f"clickhouse://127.0.0.1:{port}/agents")
            subprocess.run(
                ["cargo", "test", "-p", "agentscope-collector", "--test", "stores_agree", "--", "--nocapture"],
                check=True, cwd=ROOT, env=environment,
            )


CHECKS = {
    "sdk": lambda: check_agents("plain"),
    "openinference": lambda: check_agents("openinference"),
    "rotel": check_rotel,
    "clickhouse": check_clickhouse,
}

if __name__ == "__main__":
    asked = sys.argv[1:] or ["all"]
    for name in CHECKS if asked == ["all"] else asked:
        if name not in CHECKS:
            raise SystemExit(__doc__)
        CHECKS[name]()
