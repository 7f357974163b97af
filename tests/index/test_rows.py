from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter.index.articles import article_of
from newsletter.index.rows import Row, Sound, as_said, read_back, wish, written
from newsletter.index.said import Said
from newsletter.model import Article
from newsletter.naming import Names
from tests.index.test_articles import ARTICLE, FILE, NAMES, PUBLISHED

BARE = Said("b.md", b"1234", True, "5e", "", None, None, None, 1, False)  # noqa: FBT003 - the fields in their order
PLAIN = Article(path="c.md", id="c", title="C", slug="c", permalink="/c/", hosted=False, published=PUBLISHED, updated=PUBLISHED)
SOUND = Sound(b"5678", False, replace(ARTICLE, draft=False), ("b", 2, None, None, "tag:b", 4))  # noqa: FBT003 - the same
ROWS: list[Row] = [FILE, SOUND, BARE, Sound(b"9", True, PLAIN)]  # noqa: FBT003 - the same


def test_rows_come_back_as_they_were() -> None:
    assert read_back(written(ROWS)) == ROWS
    assert repr(read_back(written(ROWS))) == repr(ROWS)


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)) if minutes else UTC)
INSTANTS = st.datetimes(datetime(1901, 1, 1), datetime(9998, 1, 1), timezones=OFFSETS)  # noqa: DTZ001 - hypothesis adds the zone
UNFOLDED = INSTANTS.map(lambda instant: instant.replace(fold=0))  # as all that are read


@given(UNFOLDED, UNFOLDED, st.text(st.characters(exclude_categories=["Cs"])))
def test_all_of_an_article_comes_back(published: datetime, updated: datetime, text: str) -> None:
    row = Sound(b"1234", False, replace(PLAIN, published=published, updated=updated, title=text, extra=((text, text),)))  # noqa: FBT003 - as above
    (back,) = read_back(written([row]))
    assert back == row
    assert repr(back) == repr(row)


@pytest.mark.parametrize("half", [replace(FILE, extra=(("\ud800", "x"),)), Sound(b"9", True, replace(PLAIN, title="\udc80"))])  # noqa: FBT003 - as above
def test_a_row_with_half_a_character_is_left_out_and_no_other(half: Any) -> None:  # noqa: ANN401 - either kind of row
    assert read_back(written([FILE, half, BARE])) == [FILE, BARE]


@pytest.mark.parametrize("body", [b"", b"\xff", b"[1]", b'[[2,"a"]]', written([FILE])[:-1]])
def test_what_are_no_rows_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_back(body)


def test_a_row_tells_what_its_article_would_like_to_be_called() -> None:
    assert wish(SOUND) == (ARTICLE.slug, ARTICLE.permalink, ARTICLE.id)
    assert wish(FILE) == FILE.wish
    assert wish(BARE) is None
    assert wish(replace(FILE, excluded="it is about the folder")) is None


@pytest.mark.parametrize("updated", [PUBLISHED, PUBLISHED.astimezone(UTC), ARTICLE.updated])
def test_an_article_that_is_called_otherwise_is_the_same_but_for_its_names(updated: datetime) -> None:
    sound = Sound(b"5678", False, replace(ARTICLE, draft=False, updated=updated), SOUND.chosen)  # noqa: FBT003 - as above
    said = as_said(sound)
    assert (said.path, said.stamp, said.fresh, said.sha256, said.chosen) == ("a.md", b"5678", False, sound.sha256, SOUND.chosen)
    assert said.wish == wish(sound)
    made = article_of(said, replace(NAMES, slug="z"), PUBLISHED)
    assert made == replace(sound.article, slug="z", id=NAMES.id, permalink=NAMES.permalink, hosted=NAMES.hosted)
    assert repr(made) == repr(replace(sound.article, slug="z", id=NAMES.id, permalink=NAMES.permalink, hosted=NAMES.hosted))
    assert isinstance(NAMES, Names)
