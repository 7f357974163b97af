"""Real blogs, built whole: every feed that comes out is sound by the judgement of other people's programs."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import feedparser
import jsonschema
import pytest

from tests.corpora import SITE, UNDATED, Corpus
from tests.emitters.archive_client import rebuild
from tests.real import shared, tree

ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def test_a_blog_without_dates_changes_nothing(blog: Corpus) -> None:
    assert blog.out.exists() != (blog.name in UNDATED)


def test_xml_feeds_parse_without_complaint(blog: Corpus) -> None:
    for path in (*blog.files("rss*.xml"), *blog.files("atom*.xml")):
        feed = feedparser.parse(path.read_bytes(), sanitize_html=False, resolve_relative_uris=False)
        assert not feed.bozo, (path, feed.get("bozo_exception"))
        assert feed.entries


def test_atom_meets_the_schema_of_rfc_4287(blog: Corpus, tmp_path: Path) -> None:
    if shutil.which("jing") is None:
        pytest.skip("needs jing")
    if feeds := blog.files("atom*.xml"):
        schema = shared("schemas") / "rfc4287-atom.rnc"
        answer = subprocess.run(["jing", "-c", schema, *feeds], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert (answer.returncode, answer.stdout) == (0, "")


def test_json_feed_meets_its_schema(blog: Corpus) -> None:
    schema = json.loads((shared("schemas") / "jsonfeed-1.1.schema.json").read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    for feed in blog.json.values():
        validator.validate(feed)


def test_all_formats_carry_the_same_articles(blog: Corpus) -> None:
    if blog.name not in UNDATED:
        rss, atom, feed = (rebuild(f"{SITE}{name}", blog.fetch) for name in ("rss.xml", "atom.xml", "feed.json"))
        assert list(rss) == list(atom) == list(feed)


def test_no_character_is_illegal_in_xml(blog: Corpus) -> None:
    for name, body in tree(blog.out).items():
        if name.endswith((".xml", ".json", ".html", ".txt")):
            assert not ILLEGAL.search(body.decode()), name
