"""What premailer made of style sheets, kept in the index: with it no digest needs premailer until it has something new.

Reads and writes the index. See mail/places.py.
"""

from hashlib import sha256
from pathlib import Path
from typing import ClassVar, Self

from newsletter.config import Config
from newsletter.index import circumstances, place
from newsletter.index.numbers import STYLES, WEIGHTS, last, number

#: Style sheets; when there are so many, all others go.
MOST = 8
#: Bytes that say which style sheet a blob is about.
NAMED = 32


class Styles:
    """The style sheets that the index knows, for one state of the program, its libraries and the configuration."""

    #: Where their blobs begin.
    first: ClassVar[int] = STYLES

    def __init__(self, path: Path, key: bytes) -> None:
        """Take the index's place and what decides besides the style sheet; without a key nothing is kept."""
        self._path = path
        self._key = key

    @classmethod
    def of(cls, config: Config) -> Self:
        """Look at what shapes styles."""
        try:
            return cls(place(config), circumstances.of_outputs(config))
        except OSError:  # then nothing is known of it
            return cls(place(config), b"")

    def known(self, sheet: str) -> bytes | None:
        """Return what was kept of a style sheet."""
        name = _name(sheet)
        body = self._all().get(number(self.first, name), b"")
        return body[NAMED:] if body[:NAMED] == name else None

    def keep(self, sheet: str, places: bytes) -> None:
        """Keep what is known of a style sheet."""
        if not self._key:
            return
        from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import

        name = _name(sheet)
        sound = self._all()
        gone = set(file.numbers(self._path, self.first, last(self.first))) - (sound.keys() if len(sound) < MOST else set())
        file.store(self._path, self._key, {number(self.first, name): name + places}, anew=gone)

    def are_there(self) -> bool:
        """Tell whether any style sheet is known."""
        return bool(self._all())

    def _all(self) -> dict[int, bytes]:
        if not self._key or not self._path.is_file():
            return {}
        from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import

        return file.fetch(self._path, self._key, (self.first, last(self.first)))


class Weights(Styles):
    """What stories weigh: see mail/weighed.py, which says by what name."""

    first: ClassVar[int] = WEIGHTS


def _name(sheet: str) -> bytes:
    return sha256(sheet.encode("utf-8", "surrogatepass")).digest()
