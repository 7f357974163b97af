"""Processes that inherit what they work with, where the system can do that, and end with the one that started them.

None of them may end in the middle of a message, nor may the first one be interrupted as it hands out a job: either would have the
pool wait forever. So a terminal's Ctrl-C is the first one's alone, which has the others give up.
"""

import _thread
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from functools import partial
from multiprocessing.connection import Connection
from threading import Thread
from types import FrameType, TracebackType
from typing import ParamSpec, TypeVar, TypeVarTuple

from newsletter.processes.aside import uninterrupted

Arguments = TypeVarTuple("Arguments")
Given = ParamSpec("Given")
Done = TypeVar("Done")

#: In a worker process: there is something to read once no job is worth doing any more; and whether it is at one.
_over: Connection
_busy = False


def pool(count: int, start: Callable[[*Arguments], None], *arguments: *Arguments) -> ProcessPoolExecutor:
    """Open a pool whose processes inherit the arguments by fork on Linux (2 to 4 ms) and get them sent elsewhere."""
    return _Pool(count, start, *arguments)


class _Pool(ProcessPoolExecutor):
    """One whose jobs are given up where an exception ends it."""

    def __init__(self, count: int, start: Callable[[*Arguments], None], *arguments: *Arguments) -> None:
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self._over, self._tell = context.Pipe(duplex=False)
        super().__init__(count, mp_context=context, initializer=_start, initargs=(self._over, start, *arguments))

    def submit(self, do: Callable[Given, Done], /, *arguments: Given.args, **named: Given.kwargs) -> "Future[Done]":
        """Hand over a job. The first starts the processes."""
        with uninterrupted():
            return super().submit(_work, partial(do, *arguments, **named))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Wait until all is done, or given up."""
        if kind is not None:
            self._tell.send_bytes(b"over")
        self.shutdown(cancel_futures=kind is not None)


def _start(
    over: Connection, start: Callable[[*Arguments], None], *arguments: *Arguments
) -> None:  # pragma: no cover - in a worker process
    """Begin a worker process, which ends with the one that it works for, however that ends."""
    global _over  # noqa: PLW0603 - a worker process serves one pool
    _over = over
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 - this is a worker
    signal.signal(signal.SIGINT, _give_up)
    Thread(target=_end_with, args=(parent.sentinel, over), daemon=True).start()
    start(*arguments)


def _work(do: Callable[[], Done]) -> Done:  # pragma: no cover - in a worker process
    """Do a job, if anybody still wants to know."""
    global _busy  # noqa: PLW0603 - there is one job at a time
    try:
        _busy = True
        if _over.poll():
            raise CancelledError
        return do()
    finally:
        _busy = False


def _give_up(_signal: int, _frame: FrameType | None) -> None:  # pragma: no cover - in a worker process
    """Interrupt the job, but nothing else."""
    global _busy  # noqa: PLW0603 - as above
    if _busy:
        _busy = False
        sys.unraisablehook = lambda _: None  # where nothing can be raised, it would be reported; nobody wants to know
        raise KeyboardInterrupt


def _end_with(sentinel: int, over: Connection) -> None:  # pragma: no cover - in a worker process
    """Wait for a process to end, and end this one: a worker waits for work that never comes, with all that it has open."""
    from multiprocessing.connection import wait  # noqa: PLC0415 - for workers alone

    if sentinel not in wait([sentinel, over]):
        _thread.interrupt_main()  # without a signal, so that nothing is interrupted but Python
        wait([sentinel])
    os._exit(1)
