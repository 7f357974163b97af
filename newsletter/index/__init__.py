"""The disposable index: what each file of the content folder said when it was last read, and what was made of it.

With it a run costs what changed; without it, the same comes out. Nothing in it is ever missed: the file may be deleted,
damaged, of another time or of another configuration, out of reach or on a full disk, and then the run goes without.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from newsletter.config import Config
from newsletter.index import circumstances

if TYPE_CHECKING:
    from newsletter.index.said import Said

#: The rows are kept in so many blobs, so that one article's change writes a small part of them anew.
PARTS = 64


def place(config: Config) -> Path:
    """Return where the index is: beside out/, hidden."""
    return config.out.with_name(f".{config.out.name}.index")


class Index:
    """What the files said, by path."""

    def __init__(self, config: Config) -> None:
        """Read what was kept under the same circumstances."""
        self._path = place(config)
        self._key = b""
        self.rows: dict[str, Said] = {}
        try:
            self._key = circumstances.of_reading(config)
            self.rows = self._read()
        except (OSError, ValueError, TypeError):  # whatever it is: a run without the index comes to the same
            self.rows = {}

    def keep(self, said: "Mapping[str, Said]", changed: Collection[str]) -> None:
        """Write down what all files said; ``changed`` are the paths of those whose rows are not as they were."""
        gone = self.rows.keys() - said.keys()
        if not self._key or not (changed or gone):
            return
        parts: dict[int, list[Said]] = {_part(path): [] for path in (*changed, *gone)}
        for path in sorted(said):
            part = parts.get(_part(path))
            if part is not None:
                part.append(said[path])
        from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import
        from newsletter.index.said import written  # noqa: PLC0415 - with all that names articles, for those who read them

        blobs = {number: written(rows) for number, rows in parts.items() if rows}
        file.store(self._path, self._key, blobs, anew=parts)

    def _read(self) -> "dict[str, Said]":
        if not self._path.is_file():
            return {}
        from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import
        from newsletter.index.said import read_back  # noqa: PLC0415 - with all that names articles, for those who read them

        blobs = file.fetch(self._path, self._key, range(PARTS))
        rows: dict[str, Said] = {}
        while blobs:  # each goes as soon as it is read: together they are as large as the rows
            rows.update((one.path, one) for one in read_back(blobs.popitem()[1]))
        return rows


def _part(path: str) -> int:
    return crc32(path.encode(errors="surrogatepass")) % PARTS
