"""A real nginx on loopback, configured as .readme/servers.md says."""

import getpass
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[1] / ".readme" / "servers.md"
#: What a person has to change: the line to its replacement.
LINES = {"listen 80;": "listen 127.0.0.1:{port};", "server_name letter.example;": "server_name localhost;"}
ROOT = "root /srv/letter/out;"
#: A line of the access log, in JSON: what was answered to whom, and what the client knew already.
LOG = (
    '{"status":"$status","path":"$request_uri","agent":"$http_user_agent",'
    '"if-none-match":"$http_if_none_match","if-modified-since":"$http_if_modified_since"}'
)


def snippet(language: str) -> str:
    """Return the one block of that language in the documentation."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert isinstance(block, str)
    return block


def program() -> str:
    """Find nginx, or skip the test."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        pytest.skip("nginx is not installed: .ci/system nginx")
    return found


@contextmanager
def serving(out: Path, workshop: Path) -> Iterator[str]:
    """Serve a folder as the documentation has it, with the server's own files in ``workshop``; its address."""
    for _ in range(5):  # the port was free a moment ago; somebody else may have been quicker
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = int(free.getsockname()[1])
        server = subprocess.Popen([program(), "-p", workshop, "-e", "stderr", "-c", _configured(out, workshop, port)])
        try:
            if _is_up(server, port):
                yield f"http://127.0.0.1:{port}"
                return
        finally:
            server.terminate()
            server.wait()
    pytest.fail("nginx did not start")


def _configured(out: Path, workshop: Path, port: int) -> Path:
    """Write a configuration around the documented one."""
    text = snippet("nginx")
    for line, replacement in {**LINES, ROOT: f'root "{out}";'}.items():
        assert text.count(line) == 1, line
        text = text.replace(line, replacement.replace("{port}", str(port)))
    places = "".join(f"{place}_temp_path {workshop / place};\n" for place in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = f"user {getpass.getuser()};\n" if os.geteuid() == 0 else ""
    path = workshop / "nginx.conf"
    path.write_text(
        f"{user}daemon off;\nworker_processes 1;\npid {workshop / 'pid'};\nevents {{ }}\n"
        f"http {{\ninclude /etc/nginx/mime.types;\nlog_format asked escape=json '{LOG}';\n"
        f"access_log {workshop / 'access.log'} asked;\n{places}{text}}}\n"
    )
    return path


def _is_up(server: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the server takes connections, or is gone."""
    while server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return True
    return False
