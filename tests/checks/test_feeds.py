from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from newsletter.checks import feeds
from newsletter.emitters import emitter
from newsletter.model import Article, Rendered
from newsletter.templating import Templates
from tests.factories import PUBLISHED, make_article, make_config, make_edition, make_rendered

OUT = Path("/nowhere/out")
NEWER = make_rendered("<p>Newer.</p>", slug="newer", published=PUBLISHED + timedelta(days=1))
OLDER = make_rendered("<p>Older.</p>", slug="older")
ARTICLES = (NEWER.article, OLDER.article)


def build(*items: Rendered) -> dict[str, bytes]:
    config, edition = make_config(), make_edition(*items)
    return {
        output.path: output.body for name in ("rss", "atom", "jsonfeed") for output in emitter(name)(config, edition, Templates())
    }


def found(built: dict[str, bytes], *articles: Article) -> list[tuple[str, str, str]]:
    return [(finding.path.name, finding.rule.id, finding.message) for finding in feeds.check(OUT, built, articles)]


def test_feeds_that_carry_the_articles_are_not_complained_about() -> None:
    assert found(build(NEWER, OLDER), *ARTICLES) == []


def test_a_title_with_characters_that_no_feed_can_carry_is_not_complained_about() -> None:
    odd = make_rendered(title="A\x01B \ufffe")
    assert found(build(odd), odd.article) == []


def test_a_missing_format_is_complained_about() -> None:
    built = build(NEWER, OLDER)
    del built["atom.xml"]
    assert found(built, *ARTICLES) == [("atom.xml", "feed-readable", "is missing; newsletter build writes it")]


def test_a_feed_that_cannot_be_read_is_complained_about() -> None:
    [(name, rule, message)] = found({**build(NEWER, OLDER), "rss.xml": b"<rss>"}, *ARTICLES)
    assert (name, rule) == ("rss.xml", "feed-readable")
    assert message.startswith("not well-formed")


def test_an_article_that_a_feed_lacks_is_complained_about_in_each_format() -> None:
    message = "lacks newer.md (tag:letter.example,2026-03-03:newer); newsletter build adds it"
    assert found(build(OLDER), *ARTICLES) == [(name, "feed-articles", message) for name in ("rss.xml", "atom.xml", "feed.json")]


def test_an_entry_that_no_article_has_is_complained_about_with_its_line() -> None:
    first, second, third = feeds.check(OUT, build(NEWER, OLDER), [OLDER.article])
    assert [finding.rule.id for finding in (first, second, third)] == ["feed-articles"] * 3
    assert "carries tag:letter.example,2026-03-03:newer (Newer), which no article" in first.message
    assert first.line
    assert second.line
    assert third.line is None


def test_an_id_that_stands_twice_is_complained_about() -> None:
    built = {name: body.replace(b"2026-03-02:older", b"2026-03-03:newer") for name, body in build(NEWER, OLDER).items()}
    assert ("feed.json", "feed-ids", "2 entries have the id tag:letter.example,2026-03-03:newer") in found(built, *ARTICLES)


def test_another_order_than_newest_first_is_complained_about() -> None:
    message = "the entries are not newest first, from tag:letter.example,2026-03-02:older on"
    assert found(build(OLDER, NEWER), *ARTICLES) == [
        (name, "feed-order", message) for name in ("rss.xml", "atom.xml", "feed.json")
    ]


@pytest.mark.parametrize(
    ("change", "rule", "field", "formats"),
    [
        (lambda article: replace(article, title="Renamed"), "feed-titles", "title", 3),
        (lambda article: replace(article, permalink="https://elsewhere.example/"), "feed-links", "link", 3),
        (lambda article: replace(article, published=PUBLISHED - timedelta(seconds=1)), "feed-dates", "published", 3),
        (lambda article: replace(article, updated=PUBLISHED + timedelta(days=9)), "feed-dates", "updated", 2),
    ],
)
def test_an_entry_that_says_other_than_its_article_is_complained_about(
    change: Callable[[Article], Article], rule: str, field: str, formats: int
) -> None:
    complaints = found(build(OLDER), change(OLDER.article))
    assert len(complaints) == formats
    assert {(complaint[1], complaint[2].split(": ")[1]) for complaint in complaints} == {(rule, field)}


def test_a_relative_address_in_the_content_is_complained_about() -> None:
    complaints = found(build(make_rendered('<p><a href="../x">x</a></p>')), make_article())
    assert [(rule, message) for _, rule, message in complaints] == [("feed-absolute-addresses", "First: '../x' is relative")] * 3
