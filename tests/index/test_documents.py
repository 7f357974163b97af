from datetime import UTC, datetime

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


def test_halves_of_characters_show_in_it_too() -> None:
    assert len({digested("\ud800"), digested("\ud801"), digested("\ud800", "a"), digested("?")}) == 4
