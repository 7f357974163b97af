"""Real things to test with: the program as a process, and the folders of real and of bad input beside the checkout."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import etree
from lxml.html import document_fromstring

ROOT = Path(__file__).resolve().parent.parent
#: Real blogs, bad input and schemas; beside the checkout where the maintainers work, else named by the environment.
SHARED = Path(os.environ.get("NEWSLETTER_SHARED", ROOT.parent / "shared"))


def shared(name: str) -> Path:
    """Find a folder of real input; skips the test, and says so, where there is none."""
    folder = SHARED / name
    if not folder.exists():
        pytest.skip(f"needs {name}/ of the shared test input beside the checkout")
    return folder


def newsletter(*arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the program as a process and wait for it."""
    return subprocess.run(
        [sys.executable, "-m", "newsletter", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )


def free_port() -> int:
    """Find a port on loopback that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def tree(folder: Path) -> dict[str, bytes]:
    """Read every file below the folder, hidden ones included but for the index, which says nothing that is not elsewhere."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".index"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def text_of(element: etree._Element) -> str:
    """Read the text below an element, white space folded."""
    return " ".join(str(etree.tostring(element, method="text", encoding="unicode", with_tail=False)).split())


def text_of_html(html: str) -> str:
    """Read the text of a fragment as a reader sees it, white space folded."""
    return text_of(document_fromstring(f"<div>{html}</div>"))
