"""The content folder: what is in it, and reading one file of it without harm.

Reads directories and files, never writes. Links are followed to regular files inside the folder only; whatever is no
regular file is never opened for good, since a FIFO would wait for ever.
"""

import os
import stat
import time
from collections.abc import Collection, Mapping, Sequence
from fnmatch import translate
from hashlib import sha256
from itertools import compress, repeat
from operator import attrgetter, itemgetter, ne
from pathlib import Path
from re import compile as compile_pattern
from typing import NamedTuple

from msgspec import Struct

from newsletter.config import Config
from newsletter.errors import ConfigError
from newsletter.filenames import KIN, LEFTOVERS, NOTES, is_leftover, is_passed_over, printable
from newsletter.glance.looking import EACH, WIDTH, packed
from newsletter.glance.sight import Sight
from newsletter.index.stamps import is_fresh, numbers

#: Not waiting for a writer, should the file have become a FIFO since it was listed.
_READING = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
#: What names begin with of which there is more to say.
UNUSUAL = "._#"
#: What ends front matter.
_FENCE = b"\n---\n"


class File(NamedTuple):
    """Something that is, or looks like, an article. A plain tuple, as there are so many."""

    #: POSIX path relative to the content folder.
    path: str
    #: Why it is no article by its place or name; empty if it may be one.
    excluded: str = ""
    #: Why it cannot be read; empty if it can.
    unreadable: str = ""
    #: See index.stamps; empty for what cannot be read.
    stamp: bytes = b""
    fresh: bool = False


class Content(Struct, frozen=True, kw_only=True):
    """All that the folder holds."""

    #: What nearly all is: files that are articles by place and name, and their stamps, by path.
    usual: Mapping[str, bytes]
    #: Paths of those of them that are fresh.
    fresh: Collection[str]
    #: Other files that can be read, and are or look like articles, by path.
    odd: Mapping[str, File]
    #: Those that cannot.
    unreadable: tuple[File, ...]
    #: POSIX paths of all other regular files.
    others: frozenset[str]

    @property
    def articles(self) -> tuple[File, ...]:
        """List what is, or looks like, an article, sorted by path."""
        readable = map(self.file, (*self.usual, *self.odd))
        return tuple(sorted((*readable, *self.unreadable), key=itemgetter(0)))

    def file(self, path: str) -> File:
        """Return one that can be read."""
        return self.odd.get(path) or File(path, "", "", self.usual[path], path in self.fresh)

    def other_than(self, stamps: Mapping[str, bytes]) -> list[File]:
        """List, by path, the files that can be read and have another stamp than they had, or none."""
        odd = (path for path, file in self.odd.items() if stamps.get(path) != file.stamp)
        usual = compress(self.usual, map(ne, self.usual.values(), map(stamps.get, self.usual)))
        return [*map(self.file, sorted((*usual, *odd)))]


class UnreadableError(Exception):
    """A file that cannot be read; the message says why."""


def scan(config: Config, seen: Sight | None = None) -> Content:
    """List the content folder, by what was ``seen`` of it just now; raises OSError if it cannot be listed itself."""
    return _Scan(config).run(seen)


def find(config: Config, seen: Sight | None = None) -> Content:
    """List the content folder as ``scan`` does; raises ConfigError if there is none."""
    try:
        return scan(config, seen)
    except OSError as error:
        raise ConfigError([f"content: expected a folder of articles at {config.content}: {error.strerror}"]) from None


def notes(config: Config) -> tuple[File, ...]:
    """List the editor's notes, by path; none where there is no folder for them."""
    scan = _notes(config)
    return tuple(sorted((*scan.odd.values(), *scan.unreadable), key=itemgetter(0)))


def _notes(config: Config) -> "_Scan":
    """Look through the folder of notes."""
    scan = _Scan(config)
    try:
        if os.path.islink(f"{scan.root}/{NOTES}"):  # noqa: PTH114 - as the rest of the walk
            return scan
        with os.scandir(f"{scan.root}/{NOTES}") as found:
            entries = sorted(found, key=attrgetter("name"))
    except OSError:
        return scan
    for entry in entries:
        if not entry.is_dir(follow_symlinks=False) and not is_leftover(entry.name):
            scan.add(entry, f"{NOTES}/{entry.name}")
    return scan


def read(folder: Path, path: str, *, limit: int) -> bytes:
    """Read a regular file of at most that many bytes; raises UnreadableError."""
    try:
        descriptor = os.open(f"{folder}/{path}", _READING)
        try:
            state = os.fstat(descriptor)
            mode, size = state.st_mode, state.st_size
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # reading says of a folder what it is
                raise UnreadableError("it is no regular file")
            # mostly all there is, and a byte more is asked for so that the end is seen
            text = os.read(descriptor, min(size, limit) + 1)
            while len(text) != size and len(text) <= limit and (more := os.read(descriptor, limit + 1 - len(text))):
                text += more
        finally:
            os.close(descriptor)
    except OSError as error:
        raise UnreadableError(f"it cannot be read: {error.strerror}") from None
    if len(text) > limit:
        raise UnreadableError(f"it is larger than reading.max_bytes, {limit} bytes")
    return text


def digests(raw: bytes) -> tuple[str, str]:
    """Digest a file, and what follows the end of its front matter without blank lines around that; empty where nothing is left.

    Nearly all is gone through but once: the second digest goes into the first, with all that tells where the rest was.
    """
    end = raw.find(_FENCE)
    text = raw[end + len(_FENCE) :] if end >= 0 else raw
    inner = text.lstrip(b"\n")
    core = inner.rstrip(b"\n")
    digest = sha256(core).hexdigest()
    around = b"%b\0%d\0%d\0%b" % (raw[: len(raw) - len(text)], len(text), len(inner), digest.encode())
    return sha256(around).hexdigest(), digest if core else ""


class _Scan:
    """One walk through the folder; its own stack, so that no depth is too much."""

    def __init__(self, config: Config) -> None:
        self.began = time.time_ns()
        self.root = str(config.content)
        self.real = os.path.realpath(self.root)
        own = (os.path.realpath(config.out), os.path.realpath(config.templates))
        self.skipped = {place for place in own if place.startswith(f"{self.real}/")}
        self.extensions = tuple(extension.lower() for extension in config.reading.extensions)
        self.kin = tuple(ending for ending in KIN if ending not in self.extensions)
        self.endings = (*self.extensions, *self.kin)
        self.exclude = tuple(compile_pattern(translate(pattern.strip("/"))) for pattern in config.reading.exclude)
        clear = (ending for ending in self.extensions if not ending.endswith(LEFTOVERS))
        #: The endings of names that say all there is to say of a file; none where patterns may say more.
        self.usual = () if self.exclude else tuple(clear)
        self.found: dict[str, bytes] = {}
        self.fresh: list[str] = []
        self.odd: dict[str, File] = {}
        self.unreadable: list[File] = []
        self.others: list[str] = []

    def run(self, seen: Sight | None) -> Content:
        """Take in all folders."""
        if seen is None:
            waiting = [""]
            while waiting:
                waiting += self._list(waiting.pop())
        else:
            self._recall(seen)
        return Content(
            usual=self.found,
            fresh=frozenset(self.fresh),
            odd=self.odd,
            unreadable=tuple(self.unreadable),
            others=frozenset(self.others),
        )

    def _list(self, folder: str) -> list[str]:
        """Take in what is in a folder; return the folders in it."""
        try:
            with os.scandir(f"{self.root}/{folder}") as found:
                entries = list(found)
        except OSError as error:
            if not folder:
                raise
            self.unreadable.append(File(path=printable(folder[:-1]), unreadable=f"the folder cannot be read: {error.strerror}"))
            return []
        inner = []
        for entry in entries:
            path = folder + entry.name
            if self._taken(entry, path):
                continue
            if entry.is_dir(follow_symlinks=False):
                if not self._passed_over(entry):
                    inner.append(f"{path}/")
            elif not is_leftover(entry.name):
                self.add(entry, path)
        return inner

    def _recall(self, seen: Sight) -> None:
        """Take in what was seen in the folders: the same, but for those that were passed over there, and the notes."""
        fresh, start = seen.fresh, len(f"{self.real}/")
        for place, names, looks in seen.folders(self.real):
            folder = place[start:]
            if NOTES in folder.lower().split("/"):
                continue
            if looks is None:
                self._list(folder)
                continue
            stamps = [looks[at + WIDTH : at + EACH] for at in range(0, len(looks), EACH)]  # without the mode
            paths = [folder + name for name in names] if folder else names
            if not self._are_usual(folder, names):
                for name, path, own in zip(names, paths, stamps, strict=True):
                    if self._is_usual(name, path):
                        self.found[path] = own
                    elif not is_leftover(name):
                        self._add(name.lower(), path, "", (own, place + name in fresh))
            else:
                self.found.update(zip(paths, stamps, strict=True))
        self.fresh += (path for one in fresh if (path := one[start:]) in self.found)

    def _are_usual(self, folder: str, names: Sequence[str]) -> bool:
        """Tell whether surely all regular files in a folder are by their names what nearly all are."""
        ends = repeat(self.usual)
        return (
            all(map(str.endswith, names, ends))
            and {*map(itemgetter(0), names)}.isdisjoint(UNUSUAL)
            and f"{folder}{''.join(names)}".isprintable()
        )

    def _is_usual(self, name: str, path: str) -> bool:
        """Tell the same of one."""
        return name[0] not in UNUSUAL and path.endswith(self.usual) and path.isprintable()

    def _taken(self, entry: "os.DirEntry[str]", path: str) -> bool:
        """Take in what nearly all is: a regular file with the name of an article. Tell whether it is that."""
        if not (entry.is_file(follow_symlinks=False) and self._is_usual(entry.name, path)):
            return False
        try:
            state = entry.stat(follow_symlinks=False)
        except OSError:
            return False
        self.found[path] = packed(numbers(state))
        self.fresh += (path,) if is_fresh(state, self.began) else ()
        return True

    def _passed_over(self, entry: "os.DirEntry[str]") -> bool:
        """Tell whether a folder is hidden, a tool's, or the program's own."""
        if is_passed_over(entry.name):
            return True
        return bool(self.skipped) and os.path.realpath(entry.path) in self.skipped

    def add(self, entry: "os.DirEntry[str]", path: str) -> None:
        """Take in something that is no folder."""
        problem, state = self._looked_at(entry)
        self._add(
            entry.name.lower(), path, problem, None if state is None else (packed(numbers(state)), is_fresh(state, self.began))
        )

    def _add(self, name: str, path: str, problem: str, state: tuple[bytes, bool] | None) -> None:
        """Take in something with its name in small letters and, if it can be read, its stamp and whether it is fresh."""
        written = path if path.isprintable() else printable(path)
        if name.endswith(self.endings):
            excluded = self._excluded(path, name) if self.exclude or name[0] == "_" or name.endswith(self.kin) else ""
            if written != path:
                problem, state = "the file's name cannot be written in UTF-8 on one line: rename it", None
            if state is None:
                self.unreadable.append(File(written, excluded, problem))
            else:
                self.odd[path] = File(path, excluded, "", *state)
        elif state is not None and written == path:
            self.others.append(path)

    def _excluded(self, path: str, name: str) -> str:
        """Say why a name is no article's."""
        ancestors = (path[:at] for at, character in enumerate(path) if character == "/")
        if self.exclude and any(pattern.match(part) for part in (path, *ancestors) for pattern in self.exclude):
            return "reading.exclude has a pattern for it"
        if name.startswith("_"):
            return "it is the page of a section" if name.startswith("_index.") else "its name begins with an underscore"
        if name.endswith(self.kin) and not name.endswith(self.extensions):
            return f"{name[name.rindex('.') :]} holds more than Markdown; add it to reading.extensions to publish it"
        return ""

    def _looked_at(self, entry: "os.DirEntry[str]") -> tuple[str, os.stat_result | None]:
        """Return the state of a regular file, or of a link to one inside; of anything else say why it must not be opened."""
        try:
            if entry.is_file(follow_symlinks=False):
                return "", entry.stat(follow_symlinks=False)
            if not entry.is_symlink():
                return "it is no regular file: never opened", None
            target = os.path.realpath(entry.path, strict=True)
            state = os.stat(target)  # noqa: PTH116 - no Path for each of many files
        except OSError as error:
            return "the link leads nowhere" if entry.is_symlink() else f"it cannot be read: {error.strerror}", None
        inside = target.startswith(f"{self.real.rstrip('/')}/")
        if inside and stat.S_ISREG(state.st_mode):
            return "", state
        where = "to a folder: not followed" if stat.S_ISDIR(state.st_mode) else "to no regular file: never opened"
        return f"the link leads {where if inside else 'out of the content folder: not followed'}", None
