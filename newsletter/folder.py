"""The content folder: what is in it, and reading one file of it without harm.

Reads directories and files, never writes. Links are followed to regular files inside the folder only; whatever is no
regular file is never opened for good, since a FIFO would wait for ever.
"""

import os
import stat
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path
from re import compile as compile_pattern

from newsletter.config import Config

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


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Something that is, or looks like, an article."""

    #: POSIX path relative to the content folder.
    path: str
    #: Why it is no article by its place or name; empty if it may be one.
    excluded: str = ""
    #: Why it cannot be read; empty if it can.
    unreadable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
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


def notes(config: Config) -> tuple[File, ...]:
    """List the editor's notes, by path; none where there is no folder for them."""
    scan = _Scan(config)
    try:
        if os.path.islink(f"{scan.root}/{NOTES}"):  # noqa: PTH114 - as the rest of the walk
            return ()
        with os.scandir(f"{scan.root}/{NOTES}") as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return ()
    for entry in entries:
        if not entry.is_dir(follow_symlinks=False) and not _is_leftover(entry.name):
            scan.add(entry, f"{NOTES}/{entry.name}")
    return tuple(scan.articles)


def read(folder: Path, path: str, *, limit: int) -> bytes:
    """Read a regular file of at most that many bytes; raises UnreadableError."""
    try:
        # not waiting for a writer, should the file have become a FIFO since it was listed
        descriptor = os.open(f"{folder}/{path}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no path
            state = os.fstat(descriptor)
            if not stat.S_ISREG(state.st_mode):
                raise UnreadableError("it is no regular file")
            text = file.read(limit + 1)
    except OSError as error:
        raise UnreadableError(f"it cannot be read: {error.strerror}") from None
    if len(text) > limit:
        raise UnreadableError(f"it is larger than reading.max_bytes, {limit} bytes")
    return text


def printable(name: str) -> str:
    """Write a path so that it can be printed on one line, whatever bytes it is made of."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(character if character.isprintable() or character == "\u200d" else repr(character)[1:-1] for character in text)


class _Scan:
    """One walk through the folder; its own stack, so that no depth is too much."""

    def __init__(self, config: Config) -> None:
        self.root = str(config.content)
        self.real = os.path.realpath(self.root)
        own = (os.path.realpath(config.out), os.path.realpath(config.templates))
        self.skipped = {place for place in own if place.startswith(f"{self.real}/")}
        self.extensions = tuple(extension.lower() for extension in config.reading.extensions)
        self.kin = tuple(ending for ending in KIN if ending not in self.extensions)
        self.exclude = tuple(compile_pattern(translate(pattern.strip("/"))) for pattern in config.reading.exclude)
        self.articles: list[File] = []
        self.others: list[str] = []

    def run(self) -> Content:
        """Walk through all folders."""
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(f"{self.root}/{folder}") as found:
                    entries = sorted(found, key=lambda entry: entry.name)
            except OSError as error:
                if not folder:
                    raise
                self.articles.append(File(path=printable(folder[:-1]), unreadable=f"the folder cannot be read: {error.strerror}"))
                continue
            for entry in entries:
                path = folder + entry.name
                if entry.is_dir(follow_symlinks=False):
                    if not self._passed_over(entry):
                        waiting.append(f"{path}/")
                elif not _is_leftover(entry.name):
                    self.add(entry, path)
        return Content(articles=tuple(sorted(self.articles, key=lambda file: file.path)), others=frozenset(self.others))

    def _passed_over(self, entry: "os.DirEntry[str]") -> bool:
        """Tell whether a folder is hidden, a tool's, or the program's own."""
        if entry.name.startswith(".") or entry.name.lower() in TOOL_FOLDERS:
            return True
        return bool(self.skipped) and os.path.realpath(entry.path) in self.skipped

    def add(self, entry: "os.DirEntry[str]", path: str) -> None:
        """Take in something that is no folder."""
        name = entry.name.lower()
        written = printable(path)
        is_article = name.endswith((*self.extensions, *self.kin))
        problem = self._unreadable(entry)
        if is_article:
            if written != path:
                problem = "the file's name cannot be written in UTF-8 on one line: rename it"
            self.articles.append(File(path=written, excluded=self._excluded(path, name), unreadable=problem))
        elif not problem and written == path:
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

    def _unreadable(self, entry: "os.DirEntry[str]") -> str:
        """Say why something must not be opened; empty for a regular file, or a link to one inside."""
        if entry.is_file(follow_symlinks=False):
            return ""
        if not entry.is_symlink():
            return "it is no regular file: never opened"
        try:
            target = os.path.realpath(entry.path, strict=True)
            mode = os.stat(target).st_mode  # noqa: PTH116 - no Path for each of many files
        except OSError:
            return "the link leads nowhere"
        if not target.startswith(f"{self.real.rstrip('/')}/"):
            return "the link leads out of the content folder: not followed"
        if stat.S_ISDIR(mode):
            return "the link leads to a folder: not followed"
        return "" if stat.S_ISREG(mode) else "the link leads to no regular file: never opened"


def is_about(path: str) -> bool:
    """Tell whether a file is by its name about the folder: README.md, LICENSE-MIT.md, CHANGELOG.de.md."""
    stem = path.rpartition("/")[2].rpartition(".")[0].lower().replace("-", "_")
    return stem in ABOUT or stem.partition(".")[0] in ABOUT or stem.startswith(("license_", "licence_"))


def _is_leftover(name: str) -> bool:
    """Tell whether a file is hidden or an editor's."""
    return name.startswith(".") or name.lower().endswith(LEFTOVERS) or (name.startswith("#") and name.endswith("#"))
