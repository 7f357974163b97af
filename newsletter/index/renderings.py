"""What came of rendering articles, so that only what changed is rendered again.

One blob for each article that the last build rendered, under a number that follows from its path. Its seal covers the article's
record, with the digest of its file, and all that shapes a rendering besides; what was asked of other articles is asked again.
"""

import zlib
from collections.abc import Iterable, Sequence
from hashlib import sha256

from newsletter.config import Config
from newsletter.index import circumstances, place
from newsletter.index.numbers import RENDERINGS, number
from newsletter.model import Article, Rendered
from newsletter.render import Site
from newsletter.render.memory import recalled
from newsletter.render.site import Asked

#: Of 1 (fast) to 9 (small).
EFFORT = 1


class Renderings:
    """The renderings that the index holds."""

    def __init__(self, config: Config) -> None:
        """Find out what shapes them."""
        self._path = place(config)
        self._circumstances = b""
        try:
            self._circumstances = circumstances.of_outputs(config)
        except OSError:  # then there are none
            return

    def recall(self, articles: Sequence[Article], site: Site) -> dict[str, tuple[Rendered, Asked]]:
        """Return, by path, the renderings that would come out the same today, each with what was asked for it."""
        if not self._circumstances or not self._path.is_file():
            return {}
        from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import

        keys = {_number(article.path): self._key(article) for article in articles}
        found = file.fetch_each(self._path, keys)
        known = {}
        for article in articles:
            body = found.get(_number(article.path))
            same = recalled(zlib.decompress(body).decode(), article, site) if body is not None else None
            if same is not None:
                known[article.path] = same
        return known

    def keep(self, made: Iterable[tuple[Article, bytes]]) -> None:
        """Write down new renderings, packed."""
        new = {_number(article.path): (self._key(article), body) for article, body in made}
        if self._circumstances and new:
            from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import

            file.store_each(self._path, new)

    def forget(self, wanted: Iterable[Article]) -> None:
        """Let those of all other articles go."""
        if self._circumstances and self._path.is_file():
            from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import

            file.forget(self._path, {_number(article.path) for article in wanted}, least=RENDERINGS)

    def drop(self, unwanted: Iterable[str]) -> None:
        """Let those of the articles at some paths go."""
        numbers = [_number(path) for path in unwanted]
        if self._circumstances and numbers:
            from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import

            file.drop(self._path, numbers)

    def _key(self, article: Article) -> bytes:
        return sha256(self._circumstances + repr(article).encode("utf-8", "surrogatepass")).digest()


def packed(text: str) -> bytes:
    """Make a rendering, as render.memory has it, small."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"), EFFORT)


def _number(path: str) -> int:
    return number(RENDERINGS, sha256(path.encode("utf-8", "surrogatepass")).digest())
