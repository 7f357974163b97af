"""Closed pages of the archive that out/ holds as they would be written: they are read, which is four times faster than writing.

Reads out/ and the index, writes the index. What decides is a digest of everything that a page is made from, and one of its bytes.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256

from msgspec.structs import replace

from newsletter.config import Config
from newsletter.feeds.channels import FORMATS
from newsletter.index import circumstances, place
from newsletter.model import ArchivePage, Edition, Output
from newsletter.templating import Templates

#: Number of the record's blob.
NUMBER = -2


class Pages:
    """The pages of one build."""

    def __init__(self, config: Config, templates: Templates) -> None:
        """Take what the pages are made with."""
        self._config = config
        self._templates = templates
        self._key = b""
        #: Of each page's file: digest of what it is made from, digest of its bytes.
        self._known: dict[str, list[str]] = {}
        self._sources: dict[str, str] = {}

    def recall(self, edition: Edition, owned: Collection[str]) -> tuple[Edition, tuple[Output, ...]]:
        """Mark the pages that stand, and return their files; ``owned`` is what the writer owns in out/."""
        if not edition.archive:
            return edition, ()
        from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import

        try:
            self._key = circumstances.of_outputs(self._config)
        except OSError:  # then nothing is known of them
            return edition, ()
        body = file.fetch(place(self._config), self._key, [NUMBER]).get(NUMBER)
        self._known = json.loads(body) if body is not None else {}
        templates = repr([(name, sha256(body).digest()) for name, body in self._templates.sources()]).encode()
        pages: list[ArchivePage] = []
        found: list[Output] = []
        previous = None
        for page in edition.archive:
            source = _source(edition, page, previous, templates)
            self._sources |= dict.fromkeys(_paths(edition, page), source)
            files = list(self._files(edition, page, owned))
            stands = len(files) == len(FORMATS)
            if stands:
                found += files
            pages.append(replace(page, stands=stands))
            previous = page.number
        return replace(edition, archive=tuple(pages)), tuple(found)

    def keep(self, outputs: Iterable[Output]) -> None:
        """Record what was made, or found again."""
        made = {
            output.path: [self._sources[output.path], sha256(output.body).hexdigest()]
            for output in outputs
            if output.path in self._sources
        }
        if made != self._known and self._key:
            from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import

            file.store(place(self._config), self._key, {NUMBER: json.dumps(made).encode()})

    def _files(self, edition: Edition, page: ArchivePage, owned: Collection[str]) -> Iterator[Output]:
        """Yield those files of a page that are as they would be written."""
        for form, path in zip(FORMATS, _paths(edition, page), strict=True):
            known = self._known.get(path)
            if known is None or known[0] != self._sources[path] or path not in owned:
                continue
            try:
                place_ = self._config.out / path
                body = b"" if place_.is_symlink() else place_.read_bytes()
            except OSError:  # then it is made again, and the writer says what is wrong with the file
                continue
            if sha256(body).hexdigest() == known[1]:
                yield Output(path=path, type=form.type, body=body)


def _paths(edition: Edition, page: ArchivePage) -> tuple[str, ...]:
    return tuple(edition.prefix + form.page(page.number) for form in FORMATS)


def _source(edition: Edition, page: ArchivePage, previous: int | None, templates: bytes) -> str:
    """Digest what a page is made from, besides what the key covers; offsets of instants come from the time zone database."""
    whole = sha256(templates)
    whole.update(repr((edition.prefix, page.number, previous)).encode())
    for item in page.articles:
        instants = (item.article.published.isoformat(), item.article.updated.isoformat())
        whole.update(sha256(repr((item, instants)).encode("utf-8", "surrogatepass")).digest())
    return whole.hexdigest()
