"""When a file counts as unchanged without being read: by its size, times and inode. Reads what the system says of files.

The time of the last change of an inode (ctime) cannot be set by any program, so that also a file whose size and mtime were
restored shows. What changed within the same tick of the clock does not: https://git-scm.com/docs/racy-git. A file that was
touched so shortly before it was looked at is *fresh*, and its content decides the next time.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

#: Nanoseconds that the kernel's clock for files may stay behind: ticks of 10 ms at most, and some patience.
TICK = 50_000_000
#: The same for file systems that keep no fractions of a second, or few: FAT counts every other second.
COARSE_TICK = 2_500_000_000
#: Times that are multiples of this come from such a file system.
COARSE = 1_000_000


class Snapshot(Struct, frozen=True, kw_only=True):
    """What a set of files looked like at an instant."""

    #: The name of each file and its stamp, or what was there instead; sorted.
    lines: tuple[str, ...] = ()
    #: Absolute paths of those among them that are fresh.
    fresh: tuple[str, ...] = ()

    def digest(self) -> bytes:
        """Digest the names and stamps."""
        return sha256("\0".join(self.lines).encode(errors="surrogateescape")).digest()


def stamp(state: os.stat_result) -> str:
    """Write down all that changes whenever a regular file does."""
    return f"{state.st_size} {state.st_mtime_ns} {state.st_ctime_ns} {state.st_ino}"


def is_fresh(state: os.stat_result, began: int) -> bool:
    """Tell whether the file may yet change without its stamp; it was looked at after ``began``, in ns since 1970."""
    changed = state.st_ctime_ns
    if changed <= began - COARSE_TICK and state.st_mtime_ns <= began - COARSE_TICK:
        return False  # nearly always
    if changed > began - TICK or state.st_mtime_ns > began - TICK:
        return True
    return changed > began - COARSE_TICK and changed % COARSE == 0


def of_files(root: Path, names: Iterable[str], began: int) -> Snapshot:
    """Look at files below a folder, by their relative names; one that is not there, or is no regular file, counts as such."""
    lines, fresh = [], []
    start = f"{root}".rstrip("/") + "/"
    for name in names:
        path = start + name
        try:
            state = os.lstat(path)
        except OSError as error:
            lines.append(f"{name}\0{error.errno}")
            continue
        lines.append(f"{name}\0{stat.S_IFMT(state.st_mode)} {stamp(state)}")
        if stat.S_ISREG(state.st_mode) and is_fresh(state, began):
            fresh.append(path)
    return Snapshot(lines=tuple(sorted(lines)), fresh=tuple(sorted(fresh)))


def of_tree(root: Path, began: int) -> Snapshot:
    """Look at all files below a folder, but for compiled code; empty where there is no such folder."""
    return of_files(root, _names(str(root)), began)


def content_of(path: str) -> str:
    """Digest a fresh file's content; empty if it cannot be read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - no Path for each of many files
            return sha256(file.read()).hexdigest()
    except OSError:
        return ""


def _names(root: str) -> Iterator[str]:
    """Yield the relative names of all files."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(f"{root}/{folder}") as entries:
                for entry in entries:
                    if not entry.is_dir(follow_symlinks=False):
                        yield folder + entry.name
                    elif entry.name != "__pycache__":
                        waiting.append(f"{folder}{entry.name}/")
        except OSError:
            yield folder.rstrip("/")  # its own state says why, and changes when it becomes readable
