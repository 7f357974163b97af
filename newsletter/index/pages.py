"""Feeds and pages that out/ holds as they would be written, told without rendering what is in them.

Reads what the system says of out/, and files there that are fresh; reads and writes the index. What decides is a digest of the
articles as read and of all that shapes a feed besides, what their renderings asked of other articles, which is asked again, and
the bytes that were written. Whatever is not exactly as it was then is made.
"""

import os
import stat
import time
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from newsletter.config import Config
from newsletter.enclosures import measured
from newsletter.glance import looking
from newsletter.index import circumstances, place, stamps
from newsletter.index.documents import Document, encoded
from newsletter.index.numbers import PAGES
from newsletter.model import Article, Output, Remark, Rendered, Spooled
from newsletter.recognise import Recognition, Shown, shown
from newsletter.render import Site
from newsletter.render.site import Asked
from newsletter.templating import Templates

#: To read more files than this again takes longer than to wait until their looks will do.
MANY = 30
#: A file's path, its stamp (empty: it was fresh) and SHA-256.
Looks: TypeAlias = tuple[str, str, str]
#: Digest of what a document is made from, and the looks of its files.
Made: TypeAlias = tuple[str, tuple[Looks, ...]]


class Told(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What shaped an article's rendering besides itself, and what was said of it."""

    #: What was asked of other articles.
    asked: Asked = ()
    remarks: tuple[Remark, ...] = ()
    #: The local files that it shows, below the content folder.
    files: tuple[Looks, ...] = ()


class _Record(Struct, frozen=True, kw_only=True):
    """What the index holds of what out/ is made of; see Pages."""

    documents: dict[str, Made]
    articles: dict[str, Told]
    #: A digest of those that the documents were made with.
    templates: str


class Trace(Struct, frozen=True, kw_only=True):
    """What is left of an article's rendering once it was written."""

    #: For the ledger.
    shown: Shown
    #: For the index.
    told: Told

    @classmethod
    def of(cls, item: Rendered, asked: Asked, contents: Mapping[str, str]) -> "Trace":
        """Keep that of a rendering; ``contents`` are the SHA-256 of local files that are shown, by path in out/."""
        files = tuple((asset.source, "", contents[asset.target]) for asset in item.assets)
        return cls(shown=shown(item), told=Told(asked=asked, remarks=item.remarks, files=files))


class Pages:
    """The documents of one build."""

    def __init__(self, config: Config, templates: Templates, site: Site, recognition: Recognition, owned: frozenset[str]) -> None:
        """Take what they are made with; ``owned`` is what the writer owns in out/."""
        self._config = config
        self._site = site
        self._recognition = recognition
        self._owned = owned
        self._templates = templates.digest
        self._began = time.time_ns()
        #: By the first of its paths.
        self._documents: dict[str, Made] = {}
        #: By path of the article, of those of which there is something to tell.
        self._articles: dict[str, Told] = {}
        self._before: dict[str, Told] = {}
        self._kept: dict[str, Made] = {}
        self._standing: dict[str, Document] = {}
        self._holds: dict[str, bool] = {}
        self._keys: dict[str, bytes | None] = {}
        self._templates_before = ""
        #: Paths of the articles that documents hold of which no more is to be known than that they are as they were.
        self._unread: Collection[str] = ()
        #: A digest of what the index holds of them; empty where it holds nothing.
        self.version = b""
        self._key = b""
        try:
            self._key = circumstances.of_outputs(config)
        except OSError:  # then nothing is known of them
            return
        from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import

        body = file.fetch(place(config), self._key, [PAGES]).get(PAGES)
        if body is not None:
            record = msgspec.json.decode(body, type=_Record)
            self._documents, self._before, self._templates_before = record.documents, record.articles, record.templates
            self._articles = dict(self._before)
            self.version = sha256(body).digest()

    def stands(self, document: Document) -> bool:
        """Tell whether out/ holds a document as it would be written, and remember that it need not be."""
        name = document.paths[0]
        self._kept.pop(name, None)  # it may have stood in another shape
        self._standing.pop(name, None)
        if name not in self._documents or self._documents[name][0] != self._source(document, {}):
            return False
        return all(self._asks_the_same(article.path) for article in document.articles) and self._is_there(document)

    def rest(self, version: bytes, documents: Iterable[Document], unread: Collection[str]) -> bool:
        """Do the same with documents of whose articles none changed since the index held this ``version``.

        Some are at hand, of others these paths, if there is anything to tell of them; False if any of them does not stand.
        """
        if version != self.version or self._templates != self._templates_before:
            return False
        self._unread = unread
        paths = (*unread, *(article.path for one in documents for article in one.articles))
        return all(map(self._asks_the_same, paths)) and all(map(self._is_there, documents))

    @property
    def remarked(self) -> list[str]:
        """Return the paths of those of which there is something to tell whenever they are shown, once all is recorded."""
        return sorted(path for path, told in self._articles.items() if told.remarks)

    def _is_there(self, document: Document) -> bool:
        """Tell whether out/ holds the files of a document as they were written, and if so remember it."""
        name = document.paths[0]
        source, looks = self._documents.get(name, ("", ()))
        found = [self._looks(self._config.out, one) for one in looks]
        if not source or not self._owned.issuperset(path for path, _, _ in looks) or None in found:
            return False
        self._kept[name] = source, tuple(one for one in found if one is not None)
        self._standing[name] = document
        return True

    @property
    def told(self) -> Collection[str]:
        """Return the paths of the articles of which there was something to tell."""
        return self._before.keys()

    @property
    def standing(self) -> frozenset[str]:
        """Tell which files of out/ are as they would be written."""
        return frozenset(path for name in self._standing for path, _, _ in self._kept[name][1])

    @property
    def remarks(self) -> dict[str, tuple[Remark, ...]]:
        """Return what was to be said of the articles of what stands, by path."""
        paths = {article.path for document in self._standing.values() for article in document.articles}
        return {path: self._articles[path].remarks for path in sorted(paths) if path in self._articles}

    def keep(self, documents: Iterable[Document], traces: Mapping[str, Trace], written: Iterable[Output | Spooled]) -> None:
        """Record, once all is written, what was made, and what stood; ``traces`` are by path the articles as they came out."""
        if not self._key:
            return
        made = [one for one in documents if all(article.path in traces for article in one.articles)]
        wanted = {path for one in made for path in one.paths}
        bytes_ = {one.path: _sha256(one) for one in written if one.path in wanted}
        looks = {path: self._stamped(path, known) for path, known in self._settled(bytes_).items()}
        for one in made:
            found = tuple(looks[path] for path in one.paths if path in looks)
            if len(found) == len(one.paths):
                self._kept[one.paths[0]] = self._source(one, traces), found
                self._standing[one.paths[0]] = one
        self._write(traces)

    def _write(self, traces: Mapping[str, Trace]) -> None:
        """Write the record, if it is another one than before."""
        articles = {path: self._articles[path] for path in self._unread}
        for article in (article for one in self._standing.values() for article in one.articles):
            last = traces.get(article.path)
            known = last.told if last else self._articles.get(article.path)
            if known is not None and known != Told():
                articles[article.path] = known
        self._articles = articles
        if (self._kept, articles, self._templates) != (self._documents, self._before, self._templates_before):
            from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import

            with suppress(UnicodeEncodeError):  # halves of characters, of which there are next to none
                body = msgspec.json.encode(_Record(documents=self._kept, articles=articles, templates=self._templates))
                file.store(place(self._config), self._key, {PAGES: body})
                self.version = sha256(body).digest()

    def _asks_the_same(self, path: str) -> bool:
        """Tell whether an article's rendering would be told what it was told, and shows the same files."""
        told = self._articles.get(path)
        if told is not None and path not in self._holds:
            found = [self._looks(self._config.content, one) for one in told.files]
            self._holds[path] = None not in found and all(self._site.answer(one) == answer for one, answer in told.asked)
            self._articles[path] = replace(told, files=tuple(one for one in found if one is not None))
        return self._holds.get(path, True)

    def _source(self, document: Document, traces: Mapping[str, Trace]) -> str:
        """Digest what a document is made from, besides what the key covers; empty where something of it is not there."""
        whole = sha256(self._templates.encode())
        whole.update(document.shape.encode("utf-8", "surrogatepass"))
        for article in document.articles:
            key = self._article(article, traces.get(article.path))
            if key is None:
                return ""
            whole.update(key)
        return whole.hexdigest()

    def _article(self, article: Article, trace: Trace | None) -> bytes | None:
        """Digest an article as read, with what the ledger has, or will have, of its content: one that has less is to be told."""
        if trace is None and article.path in self._keys:
            return self._keys[article.path]
        try:
            one = measured(self._config.content, article, self._site.files)
        except OSError:  # it went away, which the article is told
            return None
        if trace is not None:
            one, ledger = replace(one, updated=trace.shown.article.updated), (trace.shown.content, article.fingerprint)
        else:
            ledger = self._recognition.content_of(article.path)
        key = self._keys[article.path] = sha256(encoded(one) + repr(ledger).encode()).digest()
        return key

    def _looks(self, folder: Path, known: Looks) -> Looks | None:
        """Look at a file; None where it is not as it was."""
        path, stamp, content = known
        place_ = f"{folder}/{path}"
        try:
            state = os.lstat(place_)
        except OSError:  # then it is made again, and the writer says what is wrong with the file
            return None
        if not stat.S_ISREG(state.st_mode):
            return None
        found = stamps.stamp(state)
        if found == stamp:
            return known
        if stamps.content_of(place_) != content:
            return None
        return path, "" if stamps.is_fresh(state, self._began) else found, content

    def _stamped(self, path: str, content: str) -> Looks:
        """Look at a file that was just written."""
        began = time.time_ns()
        try:
            state = os.lstat(f"{self._config.out}/{path}")
        except OSError:  # it went away again
            return path, "", content
        return path, "" if stamps.is_fresh(state, began) else stamps.stamp(state), content

    def _settled(self, written: Mapping[str, str]) -> Mapping[str, str]:
        """Wait until the looks of many files tell that they are as they were written."""
        if len(written) > MANY:
            time.sleep(looking.TICK / 1e9)
        return written


def _sha256(output: Output | Spooled) -> str:
    return output.sha256 if isinstance(output, Spooled) else sha256(output.body).hexdigest()
