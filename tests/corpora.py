"""Real blogs, built whole by the real program, and the feeds that come out, as other programs parse them."""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from lxml import etree

from tests.real import SHARED, newsletter, shared

NAMES = tuple(sorted(path.name for path in (SHARED / "corpora").glob("*") if path.is_dir())) or ("none",)
#: Every article of this one is undated, so that nothing may be written.
UNDATED = frozenset({"til"})
SITE = "https://corpus.example/"
NOW = "2026-11-20T00:00:00Z"
HUB = "https://hub.example/"
#: An archive even of small blogs; with it the feeds hold every article, though the subscription feeds are short.
SETTINGS = ("feeds.archive=true", "feeds.archive_size=20", "feeds.limit=20", f"feeds.hub={HUB}")
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """One blog, and what its build wrote."""

    name: str
    #: Is not there where nothing could be published.
    out: Path

    @cached_property
    def atom(self) -> dict[str, etree._Element]:
        """Parse every Atom document, by path; the <feed> elements."""
        return {self._name(path): etree.fromstring(path.read_bytes()) for path in self.files("atom*.xml")}

    @cached_property
    def rss(self) -> dict[str, etree._Element]:
        """Parse every RSS document, by path; the <channel> elements."""
        return {self._name(path): etree.fromstring(path.read_bytes())[0] for path in self.files("rss*.xml")}

    @cached_property
    def json(self) -> dict[str, dict[str, Any]]:
        """Parse every JSON Feed, by path."""
        return {self._name(path): json.loads(path.read_bytes()) for path in self.files("feed*.json")}

    @cached_property
    def contents(self) -> tuple[str, ...]:
        """List every different piece of HTML that the feeds carry."""
        found = [item.get("content_html", "") for feed in self.json.values() for item in feed["items"]]
        for channel in self.rss.values():
            found += [element.text or "" for element in channel.iterfind(f"item/{_CONTENT}")]
            found += [element.text or "" for element in channel.iterfind("item/description")]
        for feed in self.atom.values():
            found += [element.text or "" for element in feed.iterfind(f"{_ATOM}entry/{_ATOM}content")]
        return tuple(dict.fromkeys(found))

    def files(self, pattern: str) -> tuple[Path, ...]:
        """List the feeds whose names match, archive pages included."""
        return tuple(path for path in sorted(self.out.rglob(pattern)) if "articles" not in path.relative_to(self.out).parts)

    def fetch(self, url: str) -> bytes:
        """Answer as a web server would that serves out/ at the publication's address."""
        assert url.startswith(SITE), url
        return (self.out / url.removeprefix(SITE)).read_bytes()

    def _name(self, path: Path) -> str:
        return path.relative_to(self.out).as_posix()


def corpus(name: str, base: Path) -> Corpus:
    """Build the whole history of a blog below a folder that all workers of a test run share; once for all of them."""
    files = shared("corpora") / name / "files"
    work = base / f"corpus-{name}"
    with _alone(base / f"corpus-{name}.lock"):
        if not (work / "done").exists():
            _build(name, files, work)
    return Corpus(name=name, out=work / "out")


def _build(name: str, files: Path, work: Path) -> None:
    """Build everything that was ever written, into one giant digest and all feeds."""
    work.mkdir(exist_ok=True)
    settings = (f"title=The {name}", f"url={SITE}", f"content={files}", f"out={work / 'out'}", *SETTINGS)
    answer = newsletter(
        "build",
        *(part for setting in settings for part in ("--set", setting)),
        *("--from", "1990-01-01", "--to", "2026-11-01", "--now", NOW),
        cwd=work,
    )
    assert "Traceback" not in answer.stderr, answer.stderr
    assert answer.returncode == (1 if name in UNDATED else 3 if answer.stderr else 0), answer.stderr
    assert all(re.match(r"\S.*\.\w+(:\d+)?: ", line) for line in answer.stderr.splitlines()[:-1]), answer.stderr
    (work / "done").touch()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock between processes; it dies with the process."""
    lock = os.open(path, os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
