"""What an article's links may point to. No I/O.

All that a rendering knows of other articles and files it asks a Site; a Watched one remembers the questions, so that a rendering
need not be made again as long as they have the same answers.
"""

import posixpath
from collections.abc import Mapping
from typing import TypeAlias
from unicodedata import normalize

from msgspec import Struct

from newsletter.config import Config

#: The name of one of Site's methods, and its arguments.
Question: TypeAlias = tuple[str, ...]
Answer: TypeAlias = str | bool | None
#: All that was asked for one rendering.
Asked: TypeAlias = tuple[tuple[Question, Answer], ...]


class Site(Struct, frozen=True, kw_only=True, eq=False):
    """The publication as links see it. Picklable."""

    config: Config
    #: Article path to its permalink, of every article that is published.
    permalinks: Mapping[str, str]
    #: Other files of the content folder: POSIX, relative to it.
    files: frozenset[str] = frozenset()
    #: Paths of the articles that out/ has pages for: fragments of links to them carry the prefix of their ids.
    hosted: frozenset[str] = frozenset()
    #: Lower-case name to paths, articles' without their ending; filled on first use.
    _names: dict[str, list[str]] = {}

    def article_at(self, path: str) -> str | None:
        """Return that article path as the content folder spells it, or None; accents may be composed or not."""
        return next((spelled for spelled in _spellings(path) if spelled in self.permalinks), None)

    def file_at(self, path: str) -> str | None:
        """Return that file's path as the content folder spells it, or None; accents may be composed or not."""
        return next((spelled for spelled in _spellings(path) if spelled in self.files), None)

    def permalink(self, path: str) -> str:
        """Return where a published article lives; raises KeyError for another path."""
        return self.permalinks[path]

    def is_hosted(self, path: str) -> bool:
        """Tell whether out/ has a page for that article."""
        return path in self.hosted

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

    def answer(self, question: Question) -> Answer:
        """Answer a question that a Watched site was asked; None also where it cannot be asked any more."""
        method, *arguments = question
        try:
            answer: Answer = getattr(self, method)(*arguments)
        except KeyError:
            return None
        return answer


class Watched(Site, frozen=True, kw_only=True, eq=False):
    """A site that remembers what it was asked, and what it answered."""

    asked: dict[Question, Answer] = {}

    @classmethod
    def of(cls, site: Site) -> "Watched":
        """Watch over one rendering; what a site has worked out already is shared."""
        names = site._names  # noqa: SLF001 - its own record, seen from a subclass
        return cls(config=site.config, permalinks=site.permalinks, files=site.files, hosted=site.hosted, _names=names)

    def article_at(self, path: str) -> str | None:
        """Do as Site does."""
        answer = self.asked["article_at", path] = Site.article_at(self, path)
        return answer

    def file_at(self, path: str) -> str | None:
        """Do as Site does."""
        answer = self.asked["file_at", path] = Site.file_at(self, path)
        return answer

    def permalink(self, path: str) -> str:
        """Do as Site does."""
        answer = self.asked["permalink", path] = Site.permalink(self, path)
        return answer

    def is_hosted(self, path: str) -> bool:
        """Do as Site does."""
        answer = self.asked["is_hosted", path] = Site.is_hosted(self, path)
        return answer

    def named(self, name: str, origin: str) -> str | None:
        """Do as Site does."""
        answer = self.asked["named", name, origin] = Site.named(self, name, origin)
        return answer


def _spellings(path: str) -> tuple[str, str, str]:
    return path, normalize("NFC", path), normalize("NFD", path)


def _key(path: str, *, article: bool) -> str:
    """Write a path as wiki links name it."""
    return normalize("NFC", posixpath.splitext(path)[0] if article else path).lower()


def _ends_with(path: str, stem: str, wanted: str) -> bool:
    whole = f"/{normalize('NFC', path).lower()}"
    return whole.endswith(f"/{wanted}") or posixpath.splitext(whole)[0].endswith(f"/{stem}")
