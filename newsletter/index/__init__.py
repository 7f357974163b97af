"""The disposable index: what each file of the content folder said when it was last read, and what was made of it.

With it a run costs what changed; without it, the same comes out. Nothing in it is ever missed: the file may be deleted,
damaged, of another time or of another configuration, out of reach or on a full disk, and then the run goes without.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.config import Config
from newsletter.index import circumstances

if TYPE_CHECKING:
    from newsletter.index.rows import Row

#: The rows are kept in so many blobs at most, so that one article's change writes a small part of them anew.
PARTS = 64
#: And in as few blobs as hold so many rows each.
LEAST = 32
#: A blob that holds so many times its share is cut, and all others with it.
LARGEST = 4


def place(config: Config) -> Path:
    """Return where the index is: beside out/, hidden."""
    return config.out.with_name(f".{config.out.name}.index")


class Index:
    """What the files said, by path."""

    def __init__(self, config: Config) -> None:
        """Read what was kept under the same circumstances."""
        self._path = place(config)
        self._key = b""
        self.rows: dict[str, Row] = {}
        #: By the numbers of the blobs, which are in the order of the paths, the paths of the rows in each.
        self._parts: dict[int, list[str]] = {}
        try:
            self._key = circumstances.of_reading(config)
            self._read()
        except (OSError, ValueError, TypeError):  # whatever it is: a run without the index comes to the same
            self.rows, self._parts = {}, {}

    def keep(self, changed: "Mapping[str, Row]", gone: Collection[str]) -> None:
        """Write down what the files say that said something else before, or nothing; ``gone`` are the paths of rows to forget."""
        if not self._key or not (changed or gone):
            return
        rows = {path: row for path, row in self.rows.items() if path not in gone} | dict(changed)
        share = max(LEAST, -(-len(rows) // PARTS))
        parts = self._touched(changed, gone)
        anew: Collection[int] = parts
        held = sum(map(len, self._parts.values()))  # more than there are, where blobs of several times are together
        if not held or held > len(self.rows) or any(len(paths) > LARGEST * share for paths in parts.values()):
            ordered = sorted(rows)
            parts = {number: ordered[number * share : (number + 1) * share] for number in range(PARTS)}
            anew = range(PARTS)
        from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import
        from newsletter.index.rows import written  # noqa: PLC0415 - with all that names articles, for those who read them

        blobs = {number: written([rows[path] for path in paths]) for number, paths in parts.items() if paths}
        file.store(self._path, self._key, blobs, anew=anew)

    def _touched(self, changed: Collection[str], gone: Collection[str]) -> dict[int, list[str]]:
        """Return the paths that are to be in the blobs in which something changes, which are neighbours in the order of all."""
        numbers = [*self._parts]
        firsts = [paths[0] for paths in self._parts.values()]
        touched: dict[int, set[str]] = {}
        for path in (*gone, *changed) if numbers else ():
            number = numbers[max(bisect_right(firsts, path) - 1, 0)]
            part = touched.setdefault(number, set(self._parts[number]))
            part.add(path) if path in changed else part.discard(path)
        return {number: sorted(part) for number, part in touched.items()}

    def _read(self) -> None:
        if not self._path.is_file():
            return
        from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import
        from newsletter.index.rows import Sound, read_back  # noqa: PLC0415 - with all that names articles, for those who read them

        blobs = file.fetch(self._path, self._key, range(PARTS))
        for number in sorted(blobs):  # each goes as soon as it is read: together they are as large as the rows
            rows = read_back(blobs.pop(number))
            paths = [one.article.path if isinstance(one, Sound) else one.path for one in rows]
            self.rows.update(zip(paths, rows, strict=True))
            if paths:
                self._parts[number] = paths
