"""Reads many files of the content folder in several processes at once, where that pays. Reads files and starts processes.

Parsing front matter is most of what a first build does. What files say comes back as the index would have it.
"""

import fcntl
import gc
import multiprocessing
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from multiprocessing.connection import Connection
from typing import TypeAlias

from newsletter import reading
from newsletter.config import Config
from newsletter.folder import File
from newsletter.index.rows import Row, read_back, written
from newsletter.processes.aside import uninterrupted

#: Fewer files than this for each process are read faster by one: as many as are read while another is started, and some.
LEAST = 128
#: Files that a process reads before it draws its next part: the smaller, the nearer together all end.
BATCH = 100
#: Bytes that a process may be ahead of the one that takes in what it found, where the system lets it; else it waits.
AHEAD = 1 << 20
#: So many parts at least for each process, where there are few files; and so many at most in all, each with its ticket: no pipe
#: that the system gives holds less.
SHARES, MOST = 4, 1_024
TICKET = 4
#: So many times Python looks for garbage elsewhere before it looks through everything.
NEVER = 1_000_000

#: Files, each with its row if it has one.
Part: TypeAlias = Sequence[tuple[File, Row | None]]


def read_all(config: Config, files: Part, count: int) -> list[Row]:
    """Read all files, in their order, each as ``reading.read`` does, in that many processes at most; this one is the first."""
    count = min(count, len(files) // LEAST)
    with _lasting():
        if count < 2 or sys.platform != "linux":  # noqa: PLR2004 - one process; elsewhere it takes too long to start another
            return _read(config, files)
        size = max(min(BATCH, len(files) // (count * SHARES)), -(-len(files) // MOST))
        parts = [files[start : start + size] for start in range(0, len(files), size)]
        return _read_in_turn(config, parts, count)


@contextmanager
def _lasting() -> Iterator[None]:
    """Keep Python from looking for garbage among what files say, which stays; what is young it looks through as ever.

    Texts in some dialects leave some behind, so that it must not go without.
    """
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, NEVER)
    try:
        yield
    finally:
        gc.set_threshold(young, middle, old)


def _read(config: Config, part: Part) -> list[Row]:
    return [reading.read(config, *one) for one in part]


def _read_in_turn(config: Config, parts: Sequence[Part], count: int) -> list[Row]:
    """Have each process read one part after another, whichever is next; what others found is taken in meanwhile."""
    context = multiprocessing.get_context("fork")
    others = []
    found: list[list[Row] | None] = [None] * len(parts)
    tickets = _handed_out(len(parts))
    try:
        for _ in range(1, count):
            ours, theirs = context.Pipe(duplex=False)
            with suppress(OSError):
                fcntl.fcntl(theirs.fileno(), fcntl.F_SETPIPE_SZ, AHEAD)
            process = context.Process(target=_work, args=(theirs, ours, config, parts, tickets), daemon=True)
            with uninterrupted():
                process.start()
                others.append((process, ours))
            theirs.close()
        pipes = [ours for _, ours in others]
        for number in _drawn(tickets):
            found[number] = _read(config, parts[number])
            pipes = [pipe for pipe in pipes if _received(pipe, parts, found, wait=False)]
        for pipe in pipes:
            _received(pipe, parts, found, wait=True)
    finally:
        os.close(tickets)
        for process, ours in others:
            ours.close()
            process.kill()  # nothing is left to do for it
            process.join()
            process.close()
    return [*chain.from_iterable(_read(config, part) if rows is None else rows for part, rows in zip(parts, found, strict=True))]


def _handed_out(count: int) -> int:
    """Put as many tickets into a pipe as there are parts, and return its end: whoever draws one has it alone."""
    tickets, giving = os.pipe()
    try:
        os.write(giving, b"".join(number.to_bytes(TICKET) for number in range(count)))
    finally:
        os.close(giving)
    return tickets


def _drawn(tickets: int) -> Iterable[int]:
    """Draw tickets as long as there are any."""
    while ticket := os.read(tickets, TICKET):
        yield int.from_bytes(ticket)


def _received(pipe: Connection, parts: Sequence[Part], found: list[list[Row] | None], *, wait: bool) -> bool:
    """Take in what a process found, until its end or, without waiting, what is there; tell whether there may be more.

    What it could not send, because it died or the text cannot be written, is read here in the end.
    """
    with suppress(EOFError, ConnectionResetError):
        while wait or pipe.poll():
            number, body = pipe.recv()
            said = read_back(body)
            if len(said) == len(parts[number]):
                found[number] = said
        return True
    return False


def _work(
    pipe: Connection, others: Connection, config: Config, parts: Sequence[Part], tickets: int
) -> None:  # pragma: no cover - in another process
    """Read parts of the files, and send what they say."""
    others.close()  # or the end of the one that it works for would go unnoticed
    with suppress(BrokenPipeError, ConnectionResetError):
        for number in _drawn(tickets):
            pipe.send((number, written(_read(config, parts[number]))))
