"""Looks at regular files, in two processes where there are many. Looks at files and starts a process; imports next to nothing.

A file that was touched so shortly before it was looked at that it may yet change and look the same is *fresh*: the kernel's
clock for files goes in ticks. https://git-scm.com/docs/racy-git
"""

import marshal
import os
import stat
import struct
import sys

#: typing takes 3 ms to import; type checkers know the name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    #: Names of files by folder, which ends in a slash; or their paths from there.
    Listed: TypeAlias = list[tuple[str, list[str]]]
    #: Folders and names of what is no regular file, and whether it is a folder.
    Others: TypeAlias = list[tuple[str, str, bool]]
    #: Numbers of each regular file, written down, paths of those that are fresh, and what else was there.
    Looked: TypeAlias = tuple[bytes, list[str], Others]

#: Nanoseconds that the kernel's clock for files may stay behind: ticks of 10 ms at most, and some patience.
TICK = 50_000_000
#: The same for file systems that keep no fractions of a second, or few: FAT counts every other second.
COARSE_TICK = 2_500_000_000
#: Times that are multiples of this come from such a file system.
COARSE = 1_000_000
#: Fewer files than this are looked at faster than another process is started for them, and some.
LEAST = 2000
#: Files that a process looks at before it draws its next part, at least, and parts in all, at most: a ticket is one octet.
BATCH, MOST = 250, 200
#: Of a mode, what kind of file it is, and a regular one: stat.S_ISREG takes twice as long.
KIND, REGULAR = 0o170000, stat.S_IFREG
#: How many numbers a regular file has: mode, size, mtime, ctime, inode.
NUMBERS = 5
#: Bytes of a number that is written down, and of all those of a file.
WIDTH = 8
EACH = NUMBERS * WIDTH
#: marshal's last format in which equal numbers are equal bytes.
FORMAT = 2


def is_fresh(changed: int, modified: int, began: int) -> bool:
    """Tell whether a file may yet change and its ctime and mtime not; it was looked at after ``began``. In ns since 1970."""
    if changed <= began - COARSE_TICK and modified <= began - COARSE_TICK:
        return False  # nearly always
    if changed > began - TICK or modified > began - TICK:
        return True
    return changed > began - COARSE_TICK and changed % COARSE == 0


def packed(numbers: "Sequence[int]") -> bytes:
    """Write numbers down so that each takes as many bytes."""
    try:
        return struct.pack(f"={len(numbers)}q", *numbers)
    except struct.error:  # inodes of some file systems have no sign
        return b"".join((number & (1 << 8 * WIDTH) - 1).to_bytes(WIDTH, sys.byteorder) for number in numbers)


def stamps(listed: "Listed", began: int) -> "Looked":
    """Look at the regular files of folders: what changes whenever they do, the paths of the fresh ones, and what is none.

    Nearly all the time of a glance goes here.
    """
    numbers: list[int] = []
    fresh: list[str] = []
    others: Others = []
    look, edge = os.stat, began - COARSE_TICK
    for folder, names in listed:
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            numbers.append(-(error.errno or 1))
            continue
        try:
            for name in names:
                try:
                    state = look(name, dir_fd=descriptor, follow_symlinks=False)
                except OSError as error:  # it is not there, or not any more
                    numbers.append(-(error.errno or 1))
                    continue
                mode, changed, modified = state.st_mode, state.st_ctime_ns, state.st_mtime_ns
                if mode & KIND != REGULAR:
                    others.append((folder, name, stat.S_ISDIR(mode)))
                    continue
                numbers += (mode, state.st_size, modified, changed, state.st_ino)
                if (changed > edge or modified > edge) and is_fresh(changed, modified, began):
                    fresh.append(folder + name)
        finally:
            os.close(descriptor)
    return packed(numbers), fresh, others


def shared(look: "Callable[[Listed], Looked]", listed: "Listed") -> "list[Looked]":
    """Look at files in two processes where there are many, and at all of them in this one otherwise; in their order."""
    count = sum(len(names) for _, names in listed)
    if count < 2 * LEAST or sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2:  # noqa: PLR2004 - one is enough
        return [look(listed)]
    parts = cut(listed, max(BATCH, count // MOST + 1))
    tickets = _handed_out(len(parts))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - in another process
        try:
            os.close(reading)  # or the end of this process would go unnoticed
            with open(writing, "wb") as pipe:  # noqa: PTH123 - no path at all
                pipe.write(marshal.dumps(in_turn(look, parts, tickets), FORMAT))
        finally:
            os._exit(0)  # without a word, also where somebody interrupts it
    os.close(writing)
    with open(reading, "rb") as pipe:  # noqa: PTH123 - no path at all
        looked = in_turn(look, parts, tickets)
        told = pipe.read()
    os.close(tickets)
    os.waitpid(child, 0)
    looked |= understood(told)
    return [looked[number] if number in looked else look(part) for number, part in enumerate(parts)]


def cut(listed: "Listed", most: int) -> "list[Listed]":
    """Cut what is listed into parts of so many names, the last one of what is left."""
    parts: list[Listed] = []
    room = 0
    for folder, names in listed:
        start = 0
        while start < len(names):
            if not room:
                parts.append([])
                room = most
            taken = names[start : start + room]
            parts[-1].append((folder, taken))
            start += len(taken)
            room -= len(taken)
    return parts


def _handed_out(count: int) -> int:
    """Put as many tickets into a pipe as there are parts, and return its end: whoever draws one has it alone."""
    tickets, giving = os.pipe()
    os.write(giving, bytes(range(count)))
    os.close(giving)
    return tickets


def in_turn(look: "Callable[[Listed], Looked]", parts: "Sequence[Listed]", tickets: int) -> "dict[int, Looked]":
    """Look at one part after another, whichever is next."""
    looked = {}
    while ticket := os.read(tickets, 1):
        looked[ticket[0]] = look(parts[ticket[0]])
    return looked


def understood(told: bytes) -> "dict[int, Looked]":
    """Return what the other process found: nothing if it died."""
    try:
        found: dict[int, Looked] = marshal.loads(told)  # noqa: S302 - from a process of ours
    except (EOFError, ValueError, TypeError):
        return {}
    return found
