"""Feeds read back as programs read them: feedparser, lxml, json, and jing with the schemas where they are at hand."""

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import etree

from newsletter.config import Config
from newsletter.emitters import emitter
from newsletter.model import Edition, Output, Rendered
from newsletter.templating import Templates
from tests.factories import make_config, make_edition

NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "media": "http://search.yahoo.com/mrss/",
}
FORMATS = ("rss", "atom", "jsonfeed")
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def outputs(name: str, edition: Edition, config: Config | None = None) -> tuple[Output, ...]:
    """Run one emitter on an edition of the test publication."""
    return emitter(name)(config or make_config(), edition, Templates())


def body(name: str, *articles: Rendered, **changes: Any) -> bytes:  # noqa: ANN401 - any field of Config
    """Write the feed of these articles, in a publication that differs as told."""
    config = make_config(**changes)
    (output,) = outputs(name, make_edition(*articles, title=config.title), config)
    return output.body


def atom_feed(*articles: Rendered, **changes: Any) -> etree._Element:  # noqa: ANN401 - any field of Config
    """Write and parse the Atom feed of these articles."""
    return etree.fromstring(body("atom", *articles, **changes))


def rss_channel(*articles: Rendered, **changes: Any) -> etree._Element:  # noqa: ANN401 - any field of Config
    """Write and parse the RSS feed of these articles; its channel."""
    (channel,) = etree.fromstring(body("rss", *articles, **changes))
    return channel


def json_feed(*articles: Rendered, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of Config
    """Write and parse the JSON Feed of these articles."""
    document: dict[str, Any] = json.loads(body("jsonfeed", *articles, **changes))
    return document


def texts(element: etree._Element, path: str) -> list[str]:
    """Return the text of every element on that path."""
    return [found.text or "" for found in element.iterfind(path, NAMES)]


def attributes(element: etree._Element, path: str) -> list[dict[str, str]]:
    """Return the attributes of every element on that path."""
    return [{str(name): str(value) for name, value in found.attrib.items()} for found in element.iterfind(path, NAMES)]


def parsed(feed: bytes) -> Any:  # noqa: ANN401 - feedparser ships no types
    """Read a feed with feedparser, which finds nothing to complain of, and keep the text as it came."""
    document = feedparser.parse(feed, sanitize_html=False, resolve_relative_uris=False)
    assert not document.bozo, document.get("bozo_exception")
    return document


def instant(text: str) -> datetime:
    """Read an instant as RSS or as Atom and JSON Feed write it."""
    when = parsedate_to_datetime(text) if "," in text else datetime.fromisoformat(text)
    assert when.tzinfo is not None
    return when.astimezone(UTC)


def dates_said(name: str, feed: bytes) -> list[str]:
    """Return every date of a feed as it is written."""
    if name == "jsonfeed":
        items = json.loads(feed)["items"]
        return [item[key] for item in items for key in ("date_published", "date_modified")]
    root = etree.fromstring(feed)
    tags = ("published", "updated", "pubDate", "lastBuildDate")
    return [element.text or "" for tag in tags for element in root.iter(f"{{*}}{tag}", tag)]


def schema(name: str) -> Path:
    """Find a schema in the folder ``shared`` beside the checkout, or skip the test."""
    beside = Path(__file__).resolve().parents[2] / ".." / "shared"
    path = Path(os.environ.get("NEWSLETTER_SHARED", beside)) / "schemas" / name
    if not path.is_file():
        pytest.skip(f"{name} is not at hand: set NEWSLETTER_SHARED to the folder that holds schemas/")
    return path


def jing(feed: bytes, folder: Path) -> str:
    """Validate an Atom feed against RFC 4287's schema; return what jing has against it, nothing if it is valid."""
    program = shutil.which("jing")
    if program is None:
        pytest.skip("jing is not installed")
    path = folder / "atom.xml"
    path.write_bytes(feed)
    result = subprocess.run([program, "-c", schema("rfc4287-atom.rnc"), path], capture_output=True, text=True, check=False)
    return "" if result.returncode == 0 else result.stdout + result.stderr
