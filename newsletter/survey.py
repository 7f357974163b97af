"""What the files of the content folder say: what changed since it was read last is read, and of the rest the index tells.

Reads that folder, and keeps the index of it.
"""

import gc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from operator import attrgetter
from typing import TypeVar

from msgspec import Struct

from newsletter import folder
from newsletter.config import Config
from newsletter.folder import Content
from newsletter.index import Index, LostError, place
from newsletter.index.rows import Row

Made = TypeVar("Made")


class Survey(Struct, frozen=True, kw_only=True):
    """The content folder, and what is known of it."""

    content: Content
    #: None where every file was read.
    index: Index | None
    #: What files say that were read just now, by path.
    read: Mapping[str, Row]
    #: The same of files that cannot be read at all; their paths, made printable, may be those of others.
    unreadable: Sequence[Row]
    #: Paths of files that the index knows and the folder does not, or no more than that they cannot be read.
    gone: Collection[str]

    @property
    def new(self) -> Sequence[Row]:
        """Say what the files say that are not as the index knows them."""
        return [*self.read.values(), *self.unreadable]

    def rows(self) -> Sequence[Row]:
        """Say what each file says, by path."""
        with undisturbed():
            count = len(self.content.usual) + len(self.content.odd)
            rows = self.index.rows() if self.index and len(self.read) < count else {}
            for path in self.gone:
                rows.pop(path, None)
            return sorted((*(rows | dict(self.read)).values(), *self.unreadable), key=attrgetter("path"))


def survey(config: Config, content: Content | None = None, *, indexed: bool = True, count: int = 1) -> Survey:
    """Look through the content folder, in which ``content`` was just found; raises ConfigError if there is none.

    Without ``indexed`` every file is read, and nothing is written; ``count`` is the most processes to use: to the same outcome.
    Raises LostError, as does asking for rows, where the index turns out to be damaged.
    """
    content = content or folder.find(config)
    with undisturbed():
        index = Index(config) if indexed else None
    stamps = index.stamps if index else {}
    changed = content.other_than(stamps)
    known: dict[str, Row] = {}
    rows: list[Row] = []
    if changed or content.unreadable:
        from newsletter.processes.abreast import read_all  # noqa: PLC0415 - the YAML library, which most runs need not

        known = index.some([file.path for file in changed if file.path in stamps]) if index else {}
        rows = read_all(
            config, [*((file, known.get(file.path)) for file in changed), *((file, None) for file in content.unreadable)], count
        )
    read = {file.path: row for file, row in zip(changed, rows, strict=False)}
    # what could not be read has no stamp: what is in it may change without a trace
    gone = {path for path, row in read.items() if not row.stamp and path in stamps}
    kept = {path: row for path, row in read.items() if row.stamp}
    if len(stamps) + sum(path not in stamps for path in read) > len(content.usual) + len(content.odd):
        gone |= stamps.keys() - content.usual.keys() - content.odd.keys()
    if index:
        with undisturbed():
            index.keep({path: row for path, row in kept.items() if row != known.get(path)}, gone)
    return Survey(content=content, index=index, read=read, unreadable=rows[len(changed) :], gone=gone)


def surveyed(
    config: Config, then: Callable[[Survey], Made], content: Content | None = None, *, indexed: bool = True, count: int = 1
) -> Made:
    """Make something of a survey; where the index turns out to be damaged, of one without it, and the next one makes it anew."""
    content = content or folder.find(config)
    with suppress(LostError):
        return then(survey(config, content, indexed=indexed, count=count))
    with suppress(OSError):
        place(config).unlink()
    return then(survey(config, content, indexed=False, count=count))


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep Python from looking for garbage where much is made and none left: half the time would go into that."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
