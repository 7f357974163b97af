"""Locks end with the process that took them, whatever its children do."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from newsletter import locks, writer
from newsletter.errors import LockedError
from tests.real import ROOT

#: Takes the lock on a folder, has two worker processes that outlive it for as long as they may, and waits to be killed.
HOLDER = """
import os, sys, time
from pathlib import Path
from newsletter import writer
from newsletter.processes.pool import pool

def work(seconds):
    os.write(1, b"%d\\n" % os.getpid())  # print may write number and line end apart, and those of two processes mix
    time.sleep(seconds)

with writer.lock(Path(sys.argv[1])), pool(2, str) as processes:
    for _ in range(2):
        processes.submit(work, 600)
    time.sleep(600)
"""


def opened(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # of Python 3.12: the test runner has threads
def test_a_lock_is_held_once_and_free_again_afterwards(tmp_path: Path) -> None:
    with locks.hold(opened(tmp_path)):
        with pytest.raises(BlockingIOError), locks.hold(opened(tmp_path)):
            pytest.fail("was locked")
        child = os.fork()
        if not child:  # what a child inherits of it, it gives up
            os._exit(0 if not locks._held else 1)  # noqa: SLF001 - there is no other way to see it
        assert os.waitpid(child, 0)[1] == 0
    with locks.hold(opened(tmp_path)):
        pass


def test_a_killed_run_leaves_neither_its_lock_nor_its_workers(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            workers = {int(holder.stdout.readline()) for _ in range(2)}
            with pytest.raises(LockedError), writer.lock(folder):
                pytest.fail("was locked")
            holder.send_signal(signal.SIGKILL)
            holder.wait()
            with writer.lock(folder):
                pass
            for _ in range(1000):
                if not any(_runs(worker) for worker in workers):
                    break
                time.sleep(0.01)
            assert not any(_runs(worker) for worker in workers)
        finally:
            holder.kill()


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
