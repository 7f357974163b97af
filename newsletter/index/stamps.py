"""When a file counts as unchanged without being read: by size, times and inode, as glance has it. Looks at files."""

import os
import stat
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from newsletter.glance import looking


class Snapshot(Struct, frozen=True, kw_only=True):
    """What a set of files looked like at an instant."""

    #: The name of each file and its stamp, or what was there instead; sorted.
    lines: tuple[str, ...] = ()
    #: Absolute paths of those among them that are fresh.
    fresh: tuple[str, ...] = ()

    def digest(self) -> bytes:
        """Digest the names and stamps."""
        return sha256("\0".join(self.lines).encode(errors="surrogateescape")).digest()


#: Size, mtime, ctime (both in ns) and inode of a regular file: one of them changes whenever the file does.
Numbers: TypeAlias = tuple[int, int, int, int]


def numbers(state: os.stat_result) -> Numbers:
    """Return all that changes whenever a regular file does."""
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino


def stamp(state: os.stat_result) -> str:
    """Write it down."""
    return "{} {} {} {}".format(*numbers(state))


def is_fresh(state: os.stat_result, began: int) -> bool:
    """Tell whether the file may yet change without its stamp; it was looked at after ``began``, in ns since 1970."""
    return looking.is_fresh(state.st_ctime_ns, state.st_mtime_ns, began)


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
