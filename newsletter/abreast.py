"""Reads many files of the content folder in several processes at once, where that pays. Reads files and starts processes.

Parsing front matter is most of what a first build does. What files say is made of plain values, so it comes back as JSON.
"""

import json
import multiprocessing
import sys
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection

from newsletter import reading
from newsletter.config import Config
from newsletter.folder import File
from newsletter.index.said import Said, row

#: Fewer files than this for each process are read faster by one: as many as are read while another is started, and some.
LEAST = 128
#: Files whose rows are sent at a time.
BATCH = 1_000


def read_all(config: Config, files: Sequence[tuple[File, Said | None]], count: int) -> list[Said]:
    """Read all files, in their order, each as ``reading.read`` does, in that many processes at most; this one is the first."""
    count = min(count, len(files) // LEAST)
    if count < 2 or sys.platform != "linux":  # noqa: PLR2004 - one process; elsewhere it takes too long to start another
        return [reading.read(config, *one) for one in files]
    context = multiprocessing.get_context("fork")
    pipes = []
    for number in range(1, count):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(theirs, config, files[number::count]), daemon=True)
        process.start()
        theirs.close()
        pipes.append((process, ours))
    found: list[Said | None] = [None] * len(files)
    found[::count] = [reading.read(config, *one) for one in files[::count]]
    for number, (process, ours) in enumerate(pipes, 1):
        share = files[number::count]
        found[number::count] = _received(ours, len(share)) or [reading.read(config, *one) for one in share]
        ours.close()
        process.join()
        process.close()
    return [one for one in found if one is not None]


def _received(pipe: Connection, count: int) -> list[Said]:
    """Take in what a process found; nothing if it died."""
    found: list[Said] = []
    with suppress(EOFError, ConnectionResetError):
        while len(found) < count:
            found += (Said(*one) for one in json.loads(pipe.recv_bytes()))
        return found
    return []


def _work(
    pipe: Connection, config: Config, files: Sequence[tuple[File, Said | None]]
) -> None:  # pragma: no cover - in another process
    """Read a share of the files, and send all at the end: the other process has its own share to read before it listens."""
    batches = []
    for start in range(0, len(files), BATCH):
        rows = [row(reading.read(config, *one)) for one in files[start : start + BATCH]]
        batches.append(json.dumps(rows, separators=(",", ":")).encode())
    with suppress(BrokenPipeError, ConnectionResetError):
        for batch in batches:
            pipe.send_bytes(batch)
