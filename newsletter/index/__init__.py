"""The disposable index: what each file of the content folder said when it was last read, and what was made of it.

With it a run costs what changed; without it, the same comes out. Nothing in it is ever missed: the file may be deleted,
damaged, of another time or of another configuration, out of reach or on a full disk, and then the run goes without.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.config import Config
from newsletter.index import circumstances
from newsletter.index.numbers import ROWS

if TYPE_CHECKING:
    from newsletter.index.rows import Row
    from newsletter.index.sheets import Kept, Sheet
    from newsletter.index.subset import Subset

#: The rows are kept in so many blobs at most, so that one article's change writes a small part of them anew.
PARTS = 64
#: And in as few blobs as hold so many rows each.
LEAST = 32
#: A blob that holds so many times its share is cut, and all others with it.
LARGEST = 4


def place(config: Config) -> Path:
    """Return where the index is: beside out/, hidden."""
    return config.out.with_name(f".{config.out.name}.index")


class LostError(Exception):
    """A part of the index that is needed only now is damaged: a run without the index comes to the same."""


class Index:
    """What the files said, by path."""

    def __init__(self, config: Config) -> None:
        """Read what was kept under the same circumstances."""
        self._path = place(config)
        self._key = b""
        #: As they were found, by the numbers of their blobs, which are in the order of the paths.
        self.sheets: dict[int, Sheet] = {}
        self._bodies: dict[int, list[bytes]] = {}
        #: Those that were written since, and None for those that went.
        self._written: dict[int, Kept | None] = {}
        try:
            self._key = circumstances.of_reading(config)
            self._read()
        except (OSError, ValueError, TypeError):  # whatever it is: a run without the index comes to the same
            self.sheets = {}
        #: What the files looked like, by path.
        self.stamps: dict[str, bytes] = {}
        for sheet in self.sheets.values():
            self.stamps.update(zip(sheet.columns.paths, sheet.stamps, strict=True))

    @property
    def is_whole(self) -> bool:
        """Tell whether there is one row of each file: blobs of several times may be together."""
        return len(self.stamps) == sum(len(sheet.stamps) for sheet in self.sheets.values())

    def rows(self) -> "dict[str, Row]":
        """Read all rows, as they were found; raises LostError."""
        from newsletter.index.sheets import rows_of  # noqa: PLC0415 - as below

        rows: dict[str, Row] = {}
        for sheet, bodies in zip(self.sheets.values(), self.bodies([*self.sheets]), strict=True):
            rows.update(zip(sheet.columns.paths, rows_of(bodies), strict=True))
        return rows

    def some(self, paths: Collection[str]) -> "dict[str, Row]":
        """Read the rows of those of the files that there are; raises LostError."""
        from newsletter.index.subset import Subset  # noqa: PLC0415 - as below

        return {row.path: row for row in self.read(Subset.at(self.sheets, paths))}

    def read(self, some: "Subset") -> "list[Row]":
        """Read those rows; raises LostError."""
        from newsletter.index.sheets import rows_of  # noqa: PLC0415 - as below

        bodies = zip(self.bodies([*some.flags]), some.flags.values(), strict=True)
        return [row for body, own in bodies for row in rows_of(compress(body, own))]

    def bodies(self, numbers: Sequence[int]) -> list[list[bytes]]:
        """Return the rows of sheets, as they are written; raises LostError."""
        lacking = [number for number in numbers if number not in self._bodies]
        if lacking:
            from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import
            from newsletter.index.sheets import read_bodies  # noqa: PLC0415 - as below

            blobs = file.fetch_each(self._path, {ROWS + number: self._key for number in lacking})
            try:
                for number in lacking:
                    self._bodies[number] = read_bodies(blobs.pop(ROWS + number, b""), self.sheets[number])
            except ValueError as error:
                raise LostError(str(error)) from error
        return [self._bodies[number] for number in numbers]

    def keep(self, changed: "Mapping[str, Row]", gone: Collection[str]) -> None:
        """Write down what the files say that said something else before, or nothing; ``gone`` are the paths of rows to forget."""
        if not self._key or not (changed or gone):
            return
        count = len(self.stamps) + sum(path not in self.stamps for path in changed) - len(gone)
        share = max(LEAST, -(-count // PARTS))
        parts = self._touched(changed, gone)
        anew: Collection[int] = parts
        if not self.sheets or not self.is_whole or any(len(paths) > LARGEST * share for paths in parts.values()):
            rows = {path: row for path, row in self.rows().items() if path not in gone} | dict(changed)
            ordered = sorted(rows)
            parts = {number: ordered[number * share : (number + 1) * share] for number in range(PARTS)}
            anew = range(PARTS)
        else:
            rows = {**self._in(parts), **changed}
        from newsletter.index import file, sheets  # noqa: PLC0415 - SQLite takes 5 ms to import

        self._written = dict.fromkeys(anew)

        def made() -> Iterator[tuple[int, bytes]]:
            for number, paths in parts.items():
                if paths:
                    sheet, bodies = sheets.sheet_of([rows[path] for path in paths])
                    self._written[number] = sheets.Kept.of(sheet)
                    yield number, sheets.written(sheet)
                    yield ROWS + number, sheets.written(bodies)

        file.store_all(self._path, self._key, made, anew=[start + number for number in anew for start in (0, ROWS)])

    @property
    def written(self) -> Collection[int]:
        """Tell which sheets are not as they were found."""
        return self._written.keys()

    def kept(self) -> "dict[int, Kept]":
        """Return what the sheets say by now, in their order."""
        from newsletter.index.sheets import Kept  # noqa: PLC0415 - as below

        found = {number: Kept.of(sheet) for number, sheet in self.sheets.items()}
        return {number: one for number, one in sorted({**found, **self._written}.items()) if one is not None}

    def fetch(self, number: int) -> bytes | None:
        """Read another blob that was written under the same circumstances."""
        from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import

        return file.fetch(self._path, self._key, [number]).get(number) if self._key else None

    def store(self, number: int, body: bytes) -> None:
        """Write one."""
        from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import

        if self._key:
            file.store(self._path, self._key, {number: body})

    def _in(self, numbers: Iterable[int]) -> "dict[str, Row]":
        """Read the rows of some blobs."""
        from newsletter.index.sheets import rows_of  # noqa: PLC0415 - as below

        return {row.path: row for bodies in self.bodies([*numbers]) for row in rows_of(bodies)}

    def _touched(self, changed: Collection[str], gone: Collection[str]) -> dict[int, list[str]]:
        """Return the paths that are to be in the blobs in which something changes, which are neighbours in the order of all."""
        numbers = [*self.sheets]
        firsts = [sheet.columns.paths[0] for sheet in self.sheets.values()]
        touched: dict[int, set[str]] = {}
        for path in (*gone, *changed) if numbers else ():
            number = numbers[max(bisect_right(firsts, path) - 1, 0)]
            part = touched.setdefault(number, set(self.sheets[number].columns.paths))
            part.add(path) if path in changed else part.discard(path)
        return {number: sorted(part) for number, part in touched.items()}

    def _read(self) -> None:
        if not self._path.is_file():
            return
        from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import
        from newsletter.index.sheets import read  # noqa: PLC0415 - with all that names articles, for those who read them

        blobs = file.fetch(self._path, self._key, range(PARTS))
        for number in sorted(blobs):  # each goes as soon as it is read: together they are as large as the rows
            sheet = read(blobs.pop(number))
            if sheet.stamps:
                self.sheets[number] = sheet
