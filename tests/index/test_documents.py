from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from newsletter.feeds.channels import FeedLink
from newsletter.index.documents import digested
from newsletter.model import Mention

LINK = FeedLink(title="L (RSS)", type="application/rss+xml", url="https://letter.example/rss.xml")
MENTION = Mention(
    id="tag:letter.example,2026:a",
    title="A",
    permalink="https://letter.example/a/",
    published=datetime(2026, 3, 2, tzinfo=UTC),
    language=None,
)


def test_whatever_shapes_a_document_shows_in_its_digest() -> None:
    parts = [
        ("page", (LINK,), MENTION, None),
        ("page", (LINK,), None, MENTION),
        ("page", (), MENTION, None),
        ("feed", (LINK,), MENTION, None),
    ]
    digests = {digested(*one) for one in parts}
    assert len(digests) == len(parts)
    assert digests == {digested(*one) for one in parts}


def test_of_instants_the_offset_shows_whatever_else_is_in_a_record() -> None:
    """Not the name of the time zone, which says nothing about its rules."""
    east = MENTION.published.astimezone(timezone(timedelta(hours=2)))
    named = MENTION.published.astimezone(ZoneInfo("Etc/GMT-2"))
    for title in ("A", "\ud800"):
        first, second, third = (digested(replace(MENTION, title=title, published=at)) for at in (MENTION.published, east, named))
        assert first != second == third


def test_halves_of_characters_show_in_it_too() -> None:
    assert len({digested("\ud800"), digested("\ud801"), digested("\ud800", "a"), digested("?")}) == 4
