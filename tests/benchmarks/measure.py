"""What a command takes: time on the clock, of processors, and memory, with all that it starts."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

from tests.real import ROOT

#: Seconds between two looks at the memory of a tree of processes.
PAUSE = 0.01
#: What stands before a command for its environment.
ASSIGNMENT = re.compile("[A-Z_]+=")


class BrokenError(Exception):
    """A contestant failed, or did not do what it was measured for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a command took."""

    #: Seconds on the clock.
    wall: float
    #: Seconds of processor time, of the command and all processes that it started.
    cpu: float
    #: MB: the largest resident set among these processes.
    peak: float
    #: MB that all of them held at once, each shared page counted once; None where nobody looked.
    tree: float | None = None


def measure(command: tuple[str, ...], folder: Path, *, watch: bool = False) -> Usage:
    """Run a command in a folder, after what it finds in the environment (NAME=value), and wait for it.

    Raises BrokenError unless it succeeds.

    Watching its memory takes time from it: no run that is watched is one whose time counts.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    settings = [*takewhile(ASSIGNMENT.match, command)]
    environment |= dict(one.split("=", 1) for one in settings)
    command = command[len(settings) :]
    with tempfile.TemporaryFile() as complaints:
        start = perf_counter()
        with subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=complaints
        ) as child:
            with watched(child.pid if watch else None) as peaks:
                _, status, taken = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        wall = perf_counter() - start
        complaints.seek(0)
        said = complaints.read().decode(errors="replace")
    if child.returncode:
        raise BrokenError(f"{' '.join(command)}: exit status {child.returncode}\n{said}")
    peak = taken.ru_maxrss / 1024
    return Usage(wall=wall, cpu=taken.ru_utime + taken.ru_stime, peak=peak, tree=max(peaks, default=0) / 1024 or None)


@contextmanager
def watched(top: int | None) -> Iterator[list[int]]:
    """Look at the memory of a process and its descendants, in KB, until the block ends; None: do not look."""
    seen: list[int] = []
    if top is None:
        yield seen
        return
    done = Event()

    def watch() -> None:
        while not done.wait(PAUSE):
            seen.append(sum(map(held, descendants(top))))

    thread = Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def descendants(top: int) -> Iterator[int]:
    """Yield a process and all below it, as far as the system tells (Linux, proc(5))."""
    yield top
    for children in Path("/proc", str(top), "task").glob("*/children"):
        try:
            below = children.read_text().split()
        except OSError:  # a thread that has ended
            continue
        for child in below:
            yield from descendants(int(child))


def held(pid: int) -> int:
    """Return a process's part of the memory, in KB: a page that several share is divided among them (Linux, proc(5))."""
    try:
        lines = Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended, or is no Linux process
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
