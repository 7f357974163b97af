import os
import signal
import threading
import time
from contextlib import suppress
from multiprocessing import active_children
from pathlib import Path

import pytest

from newsletter.processes.aside import uninterrupted
from newsletter.processes.pool import pool


def nothing() -> None:
    """Begin a worker."""


def interrupt(process: int) -> int:
    """Have a terminal interrupt another process than this."""
    if os.getpid() != process:
        os.kill(os.getpid(), signal.SIGINT)
    return os.getpid()


def touch(place: Path) -> None:
    place.touch()


def dwell(place: Path) -> None:
    """Say that it is begun, and never end."""
    place.touch()
    while True:
        time.sleep(0.01)


def test_a_worker_is_not_interrupted_and_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with pool(2, nothing) as workers:
        there = set(workers.map(interrupt, [os.getpid()] * 20))
    assert os.getpid() not in there
    assert capfd.readouterr() == ("", "")


def test_jobs_are_given_up_where_an_exception_ends_the_pool(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    others = active_children()
    jobs = []
    with suppress(KeyboardInterrupt), pool(2, nothing) as workers:
        jobs += [workers.submit(dwell, tmp_path / str(number)) for number in range(2)]
        jobs += [workers.submit(touch, tmp_path / "later") for _ in range(10)]
        while len(list(tmp_path.iterdir())) < 2:
            time.sleep(0.01)
        raise KeyboardInterrupt
    assert all(job.cancelled() or job.exception() is not None for job in jobs)
    assert not (tmp_path / "later").exists()
    assert active_children() == others
    assert capfd.readouterr() == ("", "")


def test_all_jobs_are_done_where_nothing_ends_the_pool(tmp_path: Path) -> None:
    with pool(2, nothing) as workers:
        for number in range(10):
            workers.submit(touch, tmp_path / str(number))
    assert len(list(tmp_path.iterdir())) == 10


def test_what_interrupts_a_block_comes_when_it_is_over() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    done = []
    try:
        with suppress(KeyboardInterrupt):
            with uninterrupted():
                signal.pthread_kill(threading.get_ident(), signal.SIGINT)  # there may be other threads
                done.append("all")
            done.append("more")
    finally:
        signal.signal(signal.SIGINT, before)
    assert done == ["all"]
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
