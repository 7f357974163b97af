"""Groups of processes, as a terminal knows them: a program and all that it starts."""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.real import ROOT


def begin(folder: Path, said: Path, *arguments: str | Path) -> subprocess.Popen[bytes]:
    """Run Python, as the first of a group of processes, with all that they say in a file."""
    with said.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )


def running(group: int) -> set[int]:
    """Tell which processes of a group are running."""
    found = set()
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, member = place.read_text(encoding="utf-8").rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(member) == group and state != "Z":
            found.add(int(place.parent.name))
    return found


def left(group: int) -> set[int]:
    """Tell which processes of a group do not end by themselves, though they have time."""
    for _ in range(1000):
        if not running(group):
            break
        time.sleep(0.01)
    return running(group)
