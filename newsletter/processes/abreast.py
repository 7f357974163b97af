"""Reads many files of the content folder in several processes at once, where that pays. Reads files and starts processes.

Parsing front matter is most of what a first build does. What files say comes back as the index would have it.
"""

import multiprocessing
import sys
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection

from newsletter import reading
from newsletter.config import Config
from newsletter.folder import File
from newsletter.index.rows import Row, read_back, written
from newsletter.processes.aside import uninterrupted

#: Fewer files than this for each process are read faster by one: as many as are read while another is started, and some.
LEAST = 128
#: Files whose rows are sent at a time.
BATCH = 1_000


def read_all(config: Config, files: Sequence[tuple[File, Row | None]], count: int) -> list[Row]:
    """Read all files, in their order, each as ``reading.read`` does, in that many processes at most; this one is the first."""
    count = min(count, len(files) // LEAST)
    if count < 2 or sys.platform != "linux":  # noqa: PLR2004 - one process; elsewhere it takes too long to start another
        return [reading.read(config, *one) for one in files]
    context = multiprocessing.get_context("fork")
    pipes = []
    found: list[Row | None] = [None] * len(files)
    try:
        for number in range(1, count):
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(theirs, ours, config, files[number::count]), daemon=True)
            with uninterrupted():
                process.start()
                pipes.append((process, ours))
            theirs.close()
        found[::count] = [reading.read(config, *one) for one in files[::count]]
        for number, (_, ours) in enumerate(pipes, 1):
            found[number::count] = _received(ours, config, files[number::count])
    finally:
        for process, ours in pipes:
            ours.close()
            process.kill()  # nothing is left to do for it
            process.join()
            process.close()
    return [one for one in found if one is not None]


def _received(pipe: Connection, config: Config, share: Sequence[tuple[File, Row | None]]) -> list[Row]:
    """Take in what a process found; what it could not send, because it died or the text cannot be written, is read here."""
    found: list[Row] = []
    with suppress(EOFError, ConnectionResetError):
        while len(found) < len(share):
            batch = share[len(found) : len(found) + BATCH]
            said = read_back(pipe.recv_bytes())
            found += said if len(said) == len(batch) else [reading.read(config, *one) for one in batch]
        return found
    return found + [reading.read(config, *one) for one in share[len(found) :]]


def _work(
    pipe: Connection, others: Connection, config: Config, files: Sequence[tuple[File, Row | None]]
) -> None:  # pragma: no cover - in another process
    """Read a share of the files, and send all at the end: the other process has its own share to read before it listens."""
    others.close()  # or the end of the one that it works for would go unnoticed
    batches = [
        written([reading.read(config, *one) for one in files[start : start + BATCH]]) for start in range(0, len(files), BATCH)
    ]
    with suppress(BrokenPipeError, ConnectionResetError):
        for batch in batches:
            pipe.send_bytes(batch)
