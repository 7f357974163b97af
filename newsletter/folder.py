"""The content folder: what is in it, and reading one file of it without harm.

Reads directories and files, never writes. Links are followed to regular files inside the folder only; whatever is no
regular file is never opened for good, since a FIFO would wait for ever.
"""

import os
import stat
import time
from fnmatch import translate
from operator import attrgetter, itemgetter
from pathlib import Path
from re import compile as compile_pattern
from typing import NamedTuple

from msgspec import Struct

from newsletter.config import Config
from newsletter.errors import ConfigError
from newsletter.index.stamps import is_fresh, stamp

#: Folders that belong to tools. Others that begin with an underscore hold articles: Jekyll's _posts, Go's _content.
TOOL_FOLDERS = frozenset(
    {
        *("_archetypes", "_assets", "_build", "_config", "_data", "_includes", "_issues", "_layouts", "_plugins", "_sass"),
        *("_scripts", "_site", "_static", "_styles", "_templates", "_themes", "node_modules", "__pycache__"),
    }
)
#: Folder of the editor's notes on issues.
NOTES = "_issues"
#: What editors and merges leave behind.
LEFTOVERS = (".bak", ".old", ".orig", ".rej", ".swo", ".swp", ".tmp", "~")
#: Endings of Markdown's kin, which hold more than Markdown.
KIN = (".mdx", ".mkd", ".mkdn", ".mdwn", ".mdtxt", ".mdtext", ".qmd", ".rmd")
#: Files about the folder, not of it.
ABOUT = frozenset(
    {
        *("authors", "changelog", "changes", "code_of_conduct", "codeowners", "contributing", "contributors", "copying"),
        *("copyright", "licence", "license", "maintainers", "notice", "readme", "security", "support"),
    }
)


class File(NamedTuple):
    """Something that is, or looks like, an article. A plain tuple, as there are so many."""

    #: POSIX path relative to the content folder.
    path: str
    #: Why it is no article by its place or name; empty if it may be one.
    excluded: str = ""
    #: Why it cannot be read; empty if it can.
    unreadable: str = ""
    #: See index.stamps; empty for what cannot be read.
    stamp: str = ""
    fresh: bool = False


class Content(Struct, frozen=True, kw_only=True):
    """All that the folder holds."""

    #: Sorted by path.
    articles: tuple[File, ...]
    #: POSIX paths of all other regular files.
    others: frozenset[str]


class UnreadableError(Exception):
    """A file that cannot be read; the message says why."""


def scan(config: Config) -> Content:
    """List the content folder; raises OSError if it cannot be listed itself."""
    return _Scan(config).run()


def find(config: Config) -> Content:
    """List the content folder; raises ConfigError if there is none."""
    try:
        return scan(config)
    except OSError as error:
        raise ConfigError([f"content: expected a folder of articles at {config.content}: {error.strerror}"]) from None


def notes(config: Config) -> tuple[File, ...]:
    """List the editor's notes, by path; none where there is no folder for them."""
    return tuple(_notes(config).articles)


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
        if not entry.is_dir(follow_symlinks=False) and not _is_leftover(entry.name):
            scan.add(entry, f"{NOTES}/{entry.name}")
    return scan


def read(folder: Path, path: str, *, limit: int) -> bytes:
    """Read a regular file of at most that many bytes; raises UnreadableError."""
    try:
        # not waiting for a writer, should the file have become a FIFO since it was listed
        descriptor = os.open(f"{folder}/{path}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            state = os.fstat(descriptor)
            if not (stat.S_ISREG(state.st_mode) or stat.S_ISDIR(state.st_mode)):  # reading says of a folder what it is
                raise UnreadableError("it is no regular file")
            # mostly all there is, and a byte more is asked for so that the end is seen
            text = os.read(descriptor, min(state.st_size, limit) + 1)
            while len(text) != state.st_size and len(text) <= limit and (more := os.read(descriptor, limit + 1 - len(text))):
                text += more
        finally:
            os.close(descriptor)
    except OSError as error:
        raise UnreadableError(f"it cannot be read: {error.strerror}") from None
    if len(text) > limit:
        raise UnreadableError(f"it is larger than reading.max_bytes, {limit} bytes")
    return text


def printable(name: str) -> str:
    """Write a path so that it can be printed on one line, whatever bytes it is made of."""
    if name.isprintable():  # nearly always; surrogates, which stand for bytes that are no UTF-8, are not
        return name
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(character if character.isprintable() or character == "\u200d" else repr(character)[1:-1] for character in text)


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
        self.articles: list[File] = []
        self.others: list[str] = []

    def run(self) -> Content:
        """Walk through all folders."""
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(f"{self.root}/{folder}") as found:
                    entries = list(found)
            except OSError as error:
                if not folder:
                    raise
                self.articles.append(File(path=printable(folder[:-1]), unreadable=f"the folder cannot be read: {error.strerror}"))
                continue
            for entry in entries:
                path = folder + entry.name
                if path.endswith(self.usual) and self._taken(entry, path):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if not self._passed_over(entry):
                        waiting.append(f"{path}/")
                elif not _is_leftover(entry.name):
                    self.add(entry, path)
        return Content(
            articles=tuple(sorted(self.articles, key=itemgetter(0))),
            others=frozenset(self.others),
        )

    def _taken(self, entry: "os.DirEntry[str]", path: str) -> bool:
        """Take in what nearly all is: a regular file with the name of an article. Tell whether it is that."""
        if not (entry.is_file(follow_symlinks=False) and entry.name[0] not in "._#" and path.isprintable()):
            return False
        try:
            state = entry.stat(follow_symlinks=False)
        except OSError:
            return False
        self.articles.append(File(path, "", "", stamp(state), is_fresh(state, self.began)))
        return True

    def _passed_over(self, entry: "os.DirEntry[str]") -> bool:
        """Tell whether a folder is hidden, a tool's, or the program's own."""
        if entry.name.startswith(".") or entry.name.lower() in TOOL_FOLDERS:
            return True
        return bool(self.skipped) and os.path.realpath(entry.path) in self.skipped

    def add(self, entry: "os.DirEntry[str]", path: str) -> None:
        """Take in something that is no folder."""
        name = entry.name.lower()
        written = path if path.isprintable() else printable(path)
        problem, state = self._looked_at(entry)
        if name.endswith(self.endings):
            excluded = self._excluded(path, name) if self.exclude or name[0] == "_" or name.endswith(self.kin) else ""
            if written != path:
                problem, state = "the file's name cannot be written in UTF-8 on one line: rename it", None
            if state is None:
                self.articles.append(File(written, excluded, problem))
            else:
                self.articles.append(File(written, excluded, "", stamp(state), is_fresh(state, self.began)))
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


def is_about(path: str) -> bool:
    """Tell whether a file is by its name about the folder: README.md, LICENSE-MIT.md, CHANGELOG.de.md."""
    stem = path.rpartition("/")[2].rpartition(".")[0].lower().replace("-", "_")
    return stem in ABOUT or stem.partition(".")[0] in ABOUT or stem.startswith(("license_", "licence_"))


def _is_leftover(name: str) -> bool:
    """Tell whether a file is hidden or an editor's."""
    return name[0] == "." or name.lower().endswith(LEFTOVERS) or (name[0] == name[-1] == "#")
