"""What files look like, so that it shows whenever one changes, without reading them. Looks at files; imports next to nothing.

The time of the last change of an inode (ctime) cannot be set by any program, so that also a file whose size and mtime were
restored shows. What changed within the same tick of the clock does not: https://git-scm.com/docs/racy-git. A file that was
touched so shortly before it was looked at is *fresh*, and its content decides the next time.
"""

import marshal
import os
import stat
import struct
import sys
import time

try:
    from _blake2 import blake2b  # as in hashlib, which takes 4 ms to import
except ImportError:  # pragma: no cover - there are interpreters without it
    from hashlib import blake2b

#: typing takes 3 ms to import; type checkers know the name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeAlias

    #: A folder, and None for all in it, or the names and paths of the folders in it that are passed over, as all hidden ones are.
    Tree: TypeAlias = tuple[str, tuple[frozenset[str], frozenset[str]] | None]
    #: Files, trees, what both looked like, and by path what the fresh ones held.
    Part: TypeAlias = tuple[tuple[str, ...], tuple[Tree, ...], bytes, dict[str, bytes]]
    #: Names of files by folder, which ends in a slash.
    Listed: TypeAlias = list[tuple[str, list[str]]]
    #: Numbers of each file, written down, and paths of those that are fresh.
    Looked: TypeAlias = tuple[bytes, list[str]]

#: Nanoseconds that the kernel's clock for files may stay behind: ticks of 10 ms at most, and some patience.
TICK = 50_000_000
#: The same for file systems that keep no fractions of a second, or few: FAT counts every other second.
COARSE_TICK = 2_500_000_000
#: Times that are multiples of this come from such a file system.
COARSE = 1_000_000
#: So many fresh files are read to learn whether they are as they were; after a checkout the next build tells.
MOST_FRESH = 1000
#: Fewer files than this are looked at faster than another process is started for them, and some.
LEAST = 2000
#: How many numbers a regular file has: mode, size, mtime, ctime, inode.
NUMBERS = 5
#: Bytes of a number that is written down, and of all those of a file.
WIDTH = 8
EACH = NUMBERS * WIDTH
#: How a SQLite database begins, how long its header is, and what that has at the 18th octet of one with a rollback journal.
MAGIC, HEADER, JOURNALED = b"SQLite format 3\0", 100, b"\1\1"
#: marshal's last format in which equal numbers are equal bytes.
FORMAT = 2


def is_fresh(changed: int, modified: int, began: int) -> bool:
    """Tell whether a file may yet change and its ctime and mtime not; it was looked at after ``began``. In ns since 1970."""
    if changed <= began - COARSE_TICK and modified <= began - COARSE_TICK:
        return False  # nearly always
    if changed > began - TICK or modified > began - TICK:
        return True
    return changed > began - COARSE_TICK and changed % COARSE == 0


def digest_of(body: bytes) -> bytes:
    """Digest bytes into 64."""
    return blake2b(body).digest()


def packed(numbers: "Sequence[int]") -> bytes:
    """Write numbers down so that each takes as many bytes."""
    try:
        return struct.pack(f"={len(numbers)}q", *numbers)
    except struct.error:  # inodes of some file systems have no sign
        return b"".join((number & (1 << 8 * WIDTH) - 1).to_bytes(WIDTH, sys.byteorder) for number in numbers)


class Sight:
    """What files and folders look like now: a digest of it, and which of the files are fresh."""

    def __init__(self, files: "Iterable[str]", trees: "Iterable[Tree]") -> None:
        """Look at some paths, whatever is there, and at all files in some folders."""
        self.files = tuple(files)
        self.trees = tuple(trees)
        self._began = time.time_ns()
        self._names: list[str] = []
        self._numbers: list[int] = []
        self._fresh: list[str] = []
        #: By root, what is in the folders of a tree, and the numbers of its files; by path, folders that hold more than files.
        self._listed: dict[str, tuple[Listed, bytes]] = {}
        self._odd: set[str] = set()
        for path in self.files:
            self._names.append(path)
            self._look(path)
        looks = [self._walk(root, inner) for root, inner in self.trees]
        names = "\0".join(self._names).encode(errors="surrogateescape")
        self.digest = digest_of(b"\0\0".join((names, packed(self._numbers), *looks)))

    def part(self) -> "Part | None":
        """Return what is written down of it; None if too many files are fresh."""
        held = contents(self._fresh) if len(self._fresh) <= MOST_FRESH else None
        return None if held is None else (self.files, self.trees, self.digest, held)

    def folders(self, root: str) -> "Iterator[tuple[str, list[str], bytes | None]]":
        """Yield each folder of a tree, ending in a slash: the names of its regular files, and five numbers for each, packed.

        None instead of these where it holds anything else but folders, or could not be looked at.
        """
        listed, looks = self._listed[root]
        start = 0
        sound = len(looks) == EACH * sum(len(names) for _, names in listed)  # all of them were still there
        for folder, names in listed:
            end = start + EACH * len(names)
            yield folder, names, looks[start:end] if sound and folder not in self._odd else None
            start = end

    @property
    def fresh(self) -> frozenset[str]:
        """Return the paths of those that may yet change without looking otherwise."""
        return frozenset(self._fresh)

    def settled(self, part: "Part") -> "Part":
        """Return a part, which looks like this, without the contents of files that are not fresh any more."""
        files, trees, digest, fresh = part
        return files, trees, digest, {path: fresh[path] for path in fresh if path in self._fresh}

    def _look(self, path: str) -> None:
        """Look at a path, and at what it leads to if it is a link."""
        try:
            state = os.lstat(path)
            self._note(path, state)
            if stat.S_ISLNK(state.st_mode):
                self._note(path, os.stat(path))  # noqa: PTH116 - pathlib takes 5 ms to import
        except OSError as error:
            self._numbers.append(-(error.errno or 1))

    def _note(self, path: str, state: os.stat_result) -> None:
        changed, modified = state.st_ctime_ns, state.st_mtime_ns
        self._numbers += (state.st_mode, state.st_size, modified, changed, state.st_ino)
        if stat.S_ISREG(state.st_mode) and is_fresh(changed, modified, self._began):
            self._fresh.append(path)

    def _walk(self, root: str, inner: "tuple[frozenset[str], frozenset[str]] | None") -> bytes:
        """Look at all files in a folder; return the numbers of the regular ones."""
        listed: Listed = []
        waiting = [f"{root}/"]
        while waiting:
            folder = waiting.pop()
            files: list[str] = []
            self._names.append(f"\0{folder}")
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        name = entry.name
                        if inner is not None and name[0] == ".":
                            continue
                        if entry.is_file(follow_symlinks=False):
                            files.append(name)
                        elif entry.is_dir(follow_symlinks=False):
                            if not _is_passed_over(folder + name, name, inner):
                                waiting.append(f"{folder}{name}/")
                        else:
                            self._odd.add(folder)
                            self._names.append(name)
                            self._look(folder + name)
            except OSError as error:
                self._odd.add(folder)
                self._numbers.append(-(error.errno or 1))
            self._names += files
            listed.append((folder, files))
        looks = b""
        for numbers, fresh in shared(lambda part: stamps(part, self._began), listed):
            looks += numbers
            self._fresh += fresh
        self._listed.setdefault(root, (listed, looks))
        return looks


def stamps(listed: "Listed", began: int) -> "Looked":
    """Look at the regular files of folders: what changes whenever they do, and the paths of the fresh ones.

    Nearly all the time of a glance goes here.
    """
    numbers: list[int] = []
    fresh: list[str] = []
    look, edge = os.stat, began - COARSE_TICK
    for folder, names in listed:
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            numbers.append(-(error.errno or 1))
            continue
        try:
            for name in names:
                state = look(name, dir_fd=descriptor, follow_symlinks=False)
                changed, modified = state.st_ctime_ns, state.st_mtime_ns
                numbers += (state.st_mode, state.st_size, modified, changed, state.st_ino)
                if (changed > edge or modified > edge) and is_fresh(changed, modified, began):
                    fresh.append(folder + name)
        except OSError as error:  # a file that vanished
            numbers.append(-(error.errno or 1))
        finally:
            os.close(descriptor)
    return packed(numbers), fresh


def shared(look: "Callable[[Listed], Looked]", listed: "Listed") -> "list[Looked]":
    """Look at files in two processes where there are many, and at all of them in this one otherwise; in their order."""
    count = sum(len(names) for _, names in listed)
    if count < 2 * LEAST or sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2:  # noqa: PLR2004 - one is enough
        return [look(listed)]
    here, there = _halves(listed, count // 2)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - in another process
        try:
            os.close(reading)  # or the end of this process would go unnoticed
            with open(writing, "wb") as pipe:  # noqa: PTH123 - no path at all
                pipe.write(marshal.dumps(look(there), FORMAT))
        finally:
            os._exit(0)  # without a word, also where somebody interrupts it
    os.close(writing)
    with open(reading, "rb") as pipe:  # noqa: PTH123 - no path at all
        looked = [look(here)]
        told = pipe.read()
    os.waitpid(child, 0)
    try:
        looked.append(marshal.loads(told))  # noqa: S302 - from a process of ours
    except (EOFError, ValueError, TypeError):  # it died
        looked.append(look(there))
    return looked


def _halves(listed: "Listed", half: int) -> "tuple[Listed, Listed]":
    """Part what is listed behind so many names."""
    here: Listed = []
    for at, (folder, names) in enumerate(listed):
        if len(names) >= half:
            return [*here, (folder, names[:half])], [(folder, names[half:]), *listed[at + 1 :]]
        here.append((folder, names))
        half -= len(names)
    return here, []


def _is_passed_over(path: str, name: str, inner: "tuple[frozenset[str], frozenset[str]] | None") -> bool:
    """Tell whether nothing in a folder counts."""
    if inner is None:
        return name == "__pycache__"
    return name.lower() in inner[0] or path in inner[1]


def contents(paths: "Iterable[str]") -> "dict[str, bytes]":
    """Digest files by path, of a database what changes whenever it does; empty for what cannot be read."""
    found = {}
    for path in paths:
        try:
            with open(path, "rb") as file:  # noqa: PTH123 - pathlib takes 5 ms to import
                head = file.read(HEADER)
                found[path] = digest_of(head if _is_counted(head) else head + file.read())
        except OSError:
            found[path] = b""
    return found


def _is_counted(head: bytes) -> bool:
    """Tell whether a file begins like a SQLite database with a rollback journal: its header counts what is written to it.

    https://www.sqlite.org/fileformat2.html#the_database_header
    """
    return head.startswith(MAGIC) and head[18:20] == JOURNALED
