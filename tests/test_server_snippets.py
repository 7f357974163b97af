"""The documented nginx configuration, in a real nginx, over what the emitters write."""

import gzip
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from newsletter.emitters import EMITTERS, emitter
from newsletter.model import ArchivePage
from newsletter.templating import Templates
from tests.factories import make_config, make_edition, make_rendered
from tests.nginx import serving

TYPES = {
    "rss.xml": "application/rss+xml",
    "atom.xml": "application/atom+xml",
    "feed.json": "application/feed+json",
    "archive/rss-1.xml": "application/rss+xml",
    "archive/atom-1.xml": "application/atom+xml",
    "archive/feed-1.json": "application/feed+json",
    "tags/日本/rss.xml": "application/rss+xml",
    "tags/c~2b~2b/atom.xml": "application/atom+xml",
    "tags/c~2b~2b/feed.json": "application/feed+json",
    "feeds.opml": "text/x-opml",
    "feed.css": "text/css",
    "index.html": "text/html",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Serve a publication with tags and an archive."""
    out, workshop = tmp_path_factory.mktemp("out"), tmp_path_factory.mktemp("nginx")
    article = make_rendered("<p>" + "Ünï " * 2000 + "</p>")
    editions = [
        make_edition(article, archive=(ArchivePage(number=1, articles=(article,)),), issue=None),
        *(make_edition(article, prefix=prefix, pages=(), issue=None) for prefix in ("tags/日本/", "tags/c~2b~2b/")),
    ]
    for edition in editions:
        for name in EMITTERS:
            for output in emitter(name)(make_config(), edition, Templates()):
                path = out / output.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(output.body)
    (out / ".newsletter.json").write_text("{}")
    with serving(out, workshop) as address:
        yield address, out


def ask(site: tuple[str, Path], path: str, **headers: str) -> tuple[int, Any, bytes]:
    """Ask for a file; status, headers and body of the answer."""
    request = Request(f"{site[0]}/{quote(path)}", headers={name.replace("_", "-"): value for name, value in headers.items()})  # noqa: S310 - http
    try:
        with urlopen(request, timeout=30) as answer:  # noqa: S310 - http
            return answer.status, answer.headers, answer.read()
    except HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


@pytest.mark.parametrize(("path", "expected"), TYPES.items())
def test_media_types_are_those_of_the_formats(site: tuple[str, Path], path: str, expected: str) -> None:
    status, headers, body = ask(site, path)
    assert (status, headers.get_content_type()) == (200, expected)
    assert body == (site[1] / path).read_bytes()


@pytest.mark.parametrize("path", TYPES)
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_unchanged_file_is_304_by_etag_and_by_date(site: tuple[str, Path], path: str, encoding: str) -> None:
    _, headers, _ = ask(site, path, Accept_Encoding=encoding)
    for condition in ({"If_None_Match": headers["ETag"]}, {"If_Modified_Since": headers["Last-Modified"]}):
        status, again, body = ask(site, path, Accept_Encoding=encoding, **condition)
        assert (status, body) == (304, b"")
        assert again["Cache-Control"] == "no-cache"


def test_a_reader_that_sends_the_time_of_its_last_poll_gets_304_too(site: tuple[str, Path]) -> None:
    _, headers, _ = ask(site, "rss.xml")
    poll = format_datetime(parsedate_to_datetime(headers["Last-Modified"]) + timedelta(hours=1), usegmt=True)
    assert ask(site, "rss.xml", If_Modified_Since=poll, If_None_Match=headers["ETag"])[0] == 304


def test_a_changed_file_is_sent_whole(site: tuple[str, Path]) -> None:
    path = site[1] / "changing.html"
    path.write_text("before")
    _, headers, _ = ask(site, path.name)
    path.write_text("afterwards")
    status, _, body = ask(site, path.name, If_None_Match=headers["ETag"])
    assert (status, body) == (200, b"afterwards")


@pytest.mark.parametrize("path", [path for path in TYPES if path.startswith(("rss", "atom", "feed.json", "tags", "archive"))])
def test_feeds_are_compressed_for_those_who_ask(site: tuple[str, Path], path: str) -> None:
    _, headers, body = ask(site, path, Accept_Encoding="gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in ", ".join(headers.get_all("Vary"))
    assert gzip.decompress(body) == (site[1] / path).read_bytes()
    assert ask(site, path)[1]["Content-Encoding"] is None


def test_what_was_compressed_beforehand_is_sent_as_it_is(site: tuple[str, Path]) -> None:
    (site[1] / "early.css").write_text("a{}")
    (site[1] / "early.css.gz").write_bytes(gzip.compress(b"a{}", mtime=0))
    _, headers, body = ask(site, "early.css", Accept_Encoding="gzip")
    assert (headers["Content-Encoding"], body) == ("gzip", gzip.compress(b"a{}", mtime=0))


@pytest.mark.parametrize("path", ["rss.xml", "archive/atom-1.xml", "tags/日本/rss.xml"])
def test_a_feed_that_is_opened_in_a_browser_comes_as_a_page_that_can_be_styled(site: tuple[str, Path], path: str) -> None:
    status, headers, body = ask(site, path, Sec_Fetch_Dest="document")
    assert (status, headers.get_content_type(), headers.get_content_charset()) == (200, "text/xml", "utf-8")
    assert body == (site[1] / path).read_bytes()
    for answer in (headers, ask(site, path)[1]):
        assert "Sec-Fetch-Dest" in ", ".join(answer.get_all("Vary"))


@pytest.mark.parametrize("path", [".newsletter.json", ".page/rss.xml", "nothing.xml"])
def test_what_is_not_for_readers_is_not_found(site: tuple[str, Path], path: str) -> None:
    assert ask(site, path)[0] == 404
