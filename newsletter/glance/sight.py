"""What files look like, so that it shows whenever one changes, without reading them. Looks at files; imports next to nothing.

The time of the last change of an inode (ctime) cannot be set by any program, so that also a file whose size and mtime were
restored shows. Of a file that is fresh the content decides the next time.
"""

import os
import stat
import time
from errno import ENOENT

from newsletter.glance.looking import EACH, is_fresh, packed, shared, stamps

try:
    from _blake2 import blake2b  # as in hashlib, which takes 4 ms to import
except ImportError:  # pragma: no cover - there are interpreters without it
    from hashlib import blake2b

#: typing takes 3 ms to import; type checkers know the name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TypeAlias

    from newsletter.glance.looking import Listed, Others

    #: A folder, and None for all in it, or the names and paths of the folders in it that are passed over, as all hidden ones are.
    Tree: TypeAlias = tuple[str, tuple[frozenset[str], frozenset[str]] | None]
    #: Folders that end in a slash, and paths of files, and of the folders that these are in, from there.
    Named: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
    #: Files, trees, files by name, what all looked like, and by path what the fresh ones held.
    Part: TypeAlias = tuple[tuple[str, ...], tuple[Tree, ...], Named, bytes, dict[str, bytes]]

#: So many fresh files are read to learn whether they are as they were; after a checkout the next build tells.
MOST_FRESH = 1000
#: So many files of one folder are looked for in its listing.
MANY = 16
#: How many links a folder has that has no folders in it: its name and its own dot. Each folder in it has two dots for one more.
LEAF = 2
#: So many folders of a tree are asked for that; where there are more, each holds too little to gain by it.
ASKED = 100
#: How a SQLite database begins, how long its header is, and what that has at the 18th octet of one with a rollback journal.
MAGIC, HEADER, JOURNALED = b"SQLite format 3\0", 100, b"\1\1"


def digest_of(body: bytes) -> bytes:
    """Digest bytes into 64."""
    return blake2b(body).digest()


class Sight:
    """What files and folders look like now: a digest of it, and which of the files are fresh."""

    def __init__(self, files: "Iterable[str]", trees: "Iterable[Tree]", named: "Named" = ()) -> None:
        """Look at some paths, whatever is there, at all files in some folders, and in others at those that have these names."""
        self.files = tuple(files)
        self.trees = tuple(trees)
        self.named = named
        self._began = time.time_ns()
        self._names: list[str] = []
        self._numbers: list[int] = []
        self._fresh: list[str] = []
        #: By root, what is in the folders of a tree, and the numbers of its files; by path, folders that hold more than files.
        self._listed: dict[str, tuple[Listed, bytes]] = {}
        self._odd: set[str] = set()
        missing = absent(self.files)
        self._names += self.files
        for path in self.files:
            if path in missing:
                self._numbers.append(-ENOENT)
            else:
                self._look(path)
        looks = [self._walk(root, inner) for root, inner in self.trees]
        looks += [self._look_for(folder, names) for folder, names in self.named]
        names = "\0".join(self._names).encode(errors="surrogateescape")
        self.digest = digest_of(b"\0\0".join((names, packed(self._numbers), *looks)))

    def part(self) -> "Part | None":
        """Return what is written down of it; None if too many files are fresh."""
        held = contents(self._fresh) if len(self._fresh) <= MOST_FRESH else None
        return None if held is None else (self.files, self.trees, self.named, self.digest, held)

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
        files, trees, named, digest, fresh = part
        return files, trees, named, digest, {path: fresh[path] for path in fresh if path in self._fresh}

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
        looked: list[bytes] = []
        waiting = [f"{root}/"]
        while waiting:  # once, but where a file system counted no folders and has some
            found = self._list(waiting, inner)
            others = self._look_at([one for one in found if one[1]], looked)
            listed += self._without(found, others) if others else found
            waiting = [
                f"{folder}{name}/"
                for folder, name, is_folder in others
                if is_folder and not _is_passed_over(folder + name, name, inner)
            ]
        for folder, names in listed:
            self._names += (f"\0{folder}", *names)
        looks = b"".join(looked)
        self._listed.setdefault(root, (listed, looks))
        return looks

    def _look_for(self, folder: str, names: "Sequence[str]") -> bytes:
        """Look at the files and folders in a folder that have these names; return the numbers of the regular files.

        Of a folder it counts only that it is one. Where thousands hold one file each, that takes a third of the time of a walk.
        """
        looked: list[bytes] = []
        self._names += (f"\0{folder}", *names)
        for place, name, is_folder in self._look_at([(folder, [*names])], looked):
            if is_folder:
                self._names.append(f"\0\0{name}")
            else:
                self._note_odd(place, name)
        return b"".join(looked)

    def _look_at(self, listed: "Listed", looked: list[bytes]) -> "Others":
        """Look at files, and append the numbers of the regular ones; return what else was there."""
        others: Others = []
        for numbers, fresh, odd in shared(lambda part: stamps(part, self._began), listed):
            looked.append(numbers)
            self._fresh += fresh
            others += odd
        return others

    def _list(self, waiting: list[str], inner: "tuple[frozenset[str], frozenset[str]] | None") -> "Listed":
        """List the files in folders and in those within; of some what may be something else than a file."""
        listed: Listed = []
        while waiting:
            folder = waiting.pop()
            files: list[str] = []
            try:
                if len(listed) < ASKED and has_no_folders(folder):
                    files = [name for name in os.listdir(folder) if inner is None or name[0] != "."]  # noqa: PTH208 - as above
                else:
                    self._part(folder, files, waiting, inner)
            except OSError as error:
                self._odd.add(folder)
                self._numbers.append(-(error.errno or 1))
            listed.append((folder, files))
        return listed

    def _part(
        self, folder: str, files: list[str], waiting: list[str], inner: "tuple[frozenset[str], frozenset[str]] | None"
    ) -> None:
        """Part the files in a folder from the folders in it."""
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
                    self._note_odd(folder, name)

    def _without(self, found: "Listed", others: "Others") -> "Listed":
        """Return what was listed without what turned out to be no regular file, which is taken in as what it is."""
        gone: dict[str, set[str]] = {}
        for folder, name, is_folder in others:
            gone.setdefault(folder, set()).add(name)
            if not is_folder:
                self._note_odd(folder, name)
        return [(folder, [name for name in names if name not in gone.get(folder, ())]) for folder, names in found]

    def _note_odd(self, folder: str, name: str) -> None:
        """Take in what is neither a regular file nor a folder."""
        self._odd.add(folder)
        self._names.append(folder + name)
        self._look(folder + name)


def has_no_folders(path: str) -> bool:
    """Tell whether a folder surely holds no folders, as most file systems count; some, whose programs made that up, do."""
    return os.stat(path).st_nlink == LEAF  # noqa: PTH116 - pathlib takes 5 ms to import


def absent(paths: "Sequence[str]") -> set[str]:
    """Find, of paths, some that are not there: to list a folder is faster than to look for many files in it one by one."""
    wanted: dict[str, list[str]] = {}
    for path in paths:
        wanted.setdefault(path.rpartition("/")[0], []).append(path)
    found: set[str] = set()
    for folder, within in wanted.items():
        if folder in found:
            found.update(within)
        elif len(within) >= MANY:
            try:
                names = {f"{folder}/{name}" for name in os.listdir(folder)}  # noqa: PTH208 - as above
            except OSError:  # perhaps only listing it is forbidden
                continue
            found.update(path for path in within if path not in names)
    return found


def _is_passed_over(path: str, name: str, inner: "tuple[frozenset[str], frozenset[str]] | None") -> bool:
    """Tell whether nothing in a folder counts."""
    if inner is None:
        return False
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
