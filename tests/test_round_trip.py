"""What an author writes comes back from every feed: through files, front matter, Markdown, feeds and other people's parsers."""

import json
import unicodedata
from calendar import timegm
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from newsletter import periods
from newsletter.publish import build
from tests.factories import make_config
from tests.real import text_of_html

NOW = datetime(2030, 1, 1, tzinfo=UTC)

#: Anything that XML can carry and a keyboard might send; lone surrogates are no text.
character = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff\ufeff\u2028\u2029")
line = st.text(character, max_size=60)
titles = line.filter(lambda text: bool(text.split()) and text.split() != ["~"])
#: Letters and digits of any script, so that Markdown and cleaning have nothing to say about them.
word = st.text(st.characters(codec="utf-8", categories=["L", "Nd"]), min_size=1, max_size=12)
bodies = st.lists(st.lists(word, min_size=1, max_size=8).map(" ".join), min_size=1, max_size=5)
tags = st.lists(line.filter(lambda text: bool(text.split())), max_size=4)
instants = st.datetimes(datetime(1970, 1, 2), datetime(2029, 12, 30), timezones=st.just(UTC)).map(  # noqa: DTZ001 - hypothesis adds the zone
    lambda when: when.replace(microsecond=0)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(title=titles, body=bodies, names=tags, when=instants, hours=st.integers(-12, 14))
def test_id_title_instant_tags_and_body_come_back_from_every_feed(
    tmp_path_factory: pytest.TempPathFactory, title: str, body: list[str], names: list[str], when: datetime, hours: int
) -> None:
    config = make_config(tmp_path_factory.mktemp("letter"))
    config.content.mkdir()
    local = when.replace(tzinfo=None) + timedelta(hours=hours)
    stamp = f"{local.isoformat()}{'-' if hours < 0 else '+'}{abs(hours):02}:00"
    front = json.dumps({"title": title, "date": stamp, "tags": names, "id": "urn:example:round-trip"})
    (config.content / "a.md").write_text(front + "\n\n" + "\n\n".join(body) + "\n", encoding="utf-8")
    report = build(config, now=NOW, period=periods.parse("2030", config.timezone), jobs=1)
    assert report.problems == ()

    wanted_title = folded(title)
    wanted_tags = one_of_each(map(folded, names))
    wanted_body = " ".join(" ".join(body).split())
    [item] = json.loads((config.out / "feed.json").read_bytes())["items"]
    assert (item["id"], item["title"]) == ("urn:example:round-trip", wanted_title)
    assert datetime.fromisoformat(item["date_published"]) == when
    assert item.get("tags", []) == wanted_tags
    assert text_of_html(item["content_html"]) == wanted_body
    for name in ("rss.xml", "atom.xml"):
        raw = (config.out / name).read_bytes()
        feed = feedparser.parse(raw, sanitize_html=False, resolve_relative_uris=False)
        assert not feed.bozo
        [entry] = feed.entries
        assert entry.id == "urn:example:round-trip"
        assert datetime.fromtimestamp(timegm(entry.published_parsed), UTC) == when
        root = etree.fromstring(raw)
        [item_title] = root.findall("channel/item/title") + root.findall("{*}entry/{*}title")
        assert item_title.text == wanted_title
        assert text_of_html(entry.content[0].value) == wanted_body


def folded(text: str) -> str:
    """Fold runs of spaces and take off what is around; spaces that do not break a line are the author's."""
    return " ".join(filter(None, text.split(" "))).strip()


def one_of_each(names: Iterable[str]) -> list[str]:
    """Drop repetitions, which tags have regardless of case."""
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
    return list(seen.values())
