"""What an article's links may point to. No I/O."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from unicodedata import normalize

from newsletter.config import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The publication as links see it. Picklable."""

    config: Config
    #: Article path to its permalink, of every article that is published.
    permalinks: Mapping[str, str]
    #: Other files of the content folder: POSIX, relative to it.
    files: frozenset[str] = frozenset()
    #: Paths of the articles that out/ has pages for: fragments of links to them carry the prefix of their ids.
    hosted: frozenset[str] = frozenset()
    #: Lower-case name to paths, articles' without their ending; filled on first use.
    _names: dict[str, list[str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def article_at(self, path: str) -> str | None:
        """Return that article path as the content folder spells it, or None; accents may be composed or not."""
        return next((spelled for spelled in _spellings(path) if spelled in self.permalinks), None)

    def file_at(self, path: str) -> str | None:
        """Return that file's path as the content folder spells it, or None; accents may be composed or not."""
        return next((spelled for spelled in _spellings(path) if spelled in self.files), None)

    def named(self, name: str, origin: str) -> str | None:
        """Find what a wiki link of that name or partial path means in the article of that path.

        Letter case does not count. Of several the one in the article's own folder is meant, then the one with the shortest path.
        """
        wanted = normalize("NFC", name.strip().strip("/")).lower()
        stem = wanted.removesuffix(".md")
        folder = posixpath.dirname(origin)
        found = [path for path in self._index().get(posixpath.basename(stem), ()) if _ends_with(path, stem, wanted)]
        return min(found, key=lambda path: (posixpath.dirname(path) != folder, path.count("/"), path), default=None)

    def _index(self) -> dict[str, list[str]]:
        if not self._names:
            for path in self.permalinks:
                self._names.setdefault(posixpath.basename(_key(path, article=True)), []).append(path)
            for path in self.files:
                self._names.setdefault(posixpath.basename(_key(path, article=False)), []).append(path)
        return self._names


def _spellings(path: str) -> tuple[str, str, str]:
    return path, normalize("NFC", path), normalize("NFD", path)


def _key(path: str, *, article: bool) -> str:
    """Write a path as wiki links name it."""
    return normalize("NFC", posixpath.splitext(path)[0] if article else path).lower()


def _ends_with(path: str, stem: str, wanted: str) -> bool:
    whole = f"/{normalize('NFC', path).lower()}"
    return whole.endswith(f"/{wanted}") or posixpath.splitext(whole)[0].endswith(f"/{stem}")
