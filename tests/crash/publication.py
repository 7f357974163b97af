"""A small publication to run, kill and run again, with services that count what reaches them."""

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, Any

from tests.real import ROOT, tree

#: A week is over, and its issue is due.
NOW = "2024-12-16T09:00:00Z"
ARTICLES = {
    "one.md": "---\ntitle: One\ndate: 2024-12-10\n---\nThe first, with ![a dot](dot.png).\n",
    "two.md": "---\ntitle: Two\ndate: 2024-12-12\n---\nThe **second**.\n",
}
#: One pixel.
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
#: The program that [delivery.command] runs: it says what it was handed.
PROGRAM = """\
import json, os, sys
key = json.load(sys.stdin)["key"]
with open(os.environ["TAKEN"], "a", encoding="utf-8") as taken:
    taken.write(key + "\\n")
"""


class Zygote:
    """A process that runs the program in forks of itself."""

    def __init__(self) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.zygote"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self._pipe(self._process.stdout).readline().strip() == '"ready"'

    def run(
        self,
        cwd: Path,
        argv: Sequence[str],
        *,
        kill: int | None = None,
        after: float | None = None,
        steps: Path | None = None,
    ) -> int:
        """Run the program; kill it before a step, or after so many seconds; return its status, negative for a signal."""
        order = {
            "cwd": str(cwd),
            "argv": list(argv),
            "environment": {"TAKEN": str(cwd.parent / f"{cwd.name}.taken")},
            "kill": kill,
            "after": after,
            "steps": str(steps or ""),
            "said": str(cwd.parent / f"{cwd.name}.said"),
        }
        self._pipe(self._process.stdin).write(json.dumps(order) + "\n")
        self._pipe(self._process.stdin).flush()
        status: int = json.loads(self._pipe(self._process.stdout).readline())
        return status

    def close(self) -> None:
        """End it."""
        self._pipe(self._process.stdin).close()
        self._process.wait(timeout=30)
        self._pipe(self._process.stdout).close()

    @staticmethod
    def _pipe(pipe: "IO[str] | None") -> "IO[str]":
        assert pipe is not None
        return pipe


def make(folder: Path, delivery: str) -> Path:
    """Write the publication; ``delivery`` is the rest of its configuration."""
    (folder / "content").mkdir(parents=True)
    for name, text in ARTICLES.items():
        (folder / "content" / name).write_text(text, encoding="utf-8")
    (folder / "content" / "dot.png").write_bytes(DOT)
    (folder / "take.py").write_text(PROGRAM, encoding="utf-8")
    (folder / "newsletter.toml").write_text(
        f'title = "Crash"\nurl = "https://crash.example/"\n[feeds]\ntags = 0\nauthors = 0\n{delivery}', encoding="utf-8"
    )
    return folder


def ledger(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Read all tables of the ledger."""
    with closing(sqlite3.connect(folder / ".out.ledger")) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: sorted(database.execute(f"SELECT * FROM {name}"), key=repr) for name in names}  # noqa: S608 - names from the schema itself


def everything(folder: Path) -> dict[str, bytes]:
    """Read all files but the ledger and what is thrown away anyway."""
    return {name: body for name, body in tree(folder).items() if name not in {".out.ledger", ".out.index"}}


def taken(folder: Path) -> Counter[str]:
    """Count how often the program took each issue."""
    path = folder.parent / f"{folder.name}.taken"
    return Counter(path.read_text(encoding="utf-8").split()) if path.exists() else Counter()


def said(folder: Path) -> str:
    """Read what the runs printed."""
    return (folder.parent / f"{folder.name}.said").read_text(encoding="utf-8")
