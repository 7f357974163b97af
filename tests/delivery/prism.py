"""Prism (npm @stoplight/prism-cli) before a service of ours: it holds each request and each answer against an API's description.

It must have been started with --errors: a request that breaks the description is answered with 422, an answer that does with 500.
"""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which

import pytest

from tests.real import ROOT

#: As `make test` installs it.
PROGRAM = ROOT / ".ci" / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"


@contextmanager
def guarded(upstream: str, description: Path, log: Path) -> Iterator[str]:
    """Run Prism before that address and yield its own; skips the test, and says so, where it is not installed."""
    if not PROGRAM.exists() or not which("node"):
        pytest.skip("needs the npm package @stoplight/prism-cli; make test installs it")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    command: list[str | Path] = ["node", PROGRAM, "proxy", "--errors", "--port", str(port), description, upstream]
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output, env=_environment()) as program:
        try:
            _wait(program, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            program.terminate()


def _environment() -> dict[str, str]:
    """Return an environment that keeps Prism on the loopback."""
    return {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def _wait(program: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until it listens; fails with what it said where it never does."""
    for _ in range(1200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        if program.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"Prism does not start: {log.read_text()}")
