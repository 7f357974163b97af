from datetime import datetime

import pytest
from msgspec.structs import replace

from newsletter.index.articles import article_of
from newsletter.index.said import Said
from newsletter.model import Article, Enclosure, Person
from newsletter.naming import Names

PUBLISHED = datetime.fromisoformat("2026-03-02T10:00:00+01:00")
FILE = Said(
    path="a.md",
    stamp=b"1234",
    fresh=False,
    sha256="5e",
    fingerprint="f1",
    title="A",
    published=PUBLISHED.isoformat(),
    wish=("a", "/a/", "tag:a"),
    body_line=7,
    title_in_body=True,
    tags=("t", "u"),
    summary="S",
    authors=(("Ada", "a@a.example", "https://a.example/"),),
    updated="2026-03-03T00:00:00+00:00",
    cover="c.png",
    cover_alt="C",
    chosen=("a", 2, "/a/", 3, "tag:a", 4),
    language="de",
    draft=True,
    expires="2027-01-01T00:00:00+00:00",
    enclosures=(("a.mp3", "audio/mpeg", 9),),
    extra=(("version", "1.10"),),
)
NAMES = Names(path="a.md", slug="b", permalink="https://letter.example/b/", hosted=True, id="tag:b")
ARTICLE = Article(
    path="a.md",
    id="tag:b",
    title="A",
    slug="b",
    permalink="https://letter.example/b/",
    hosted=True,
    published=PUBLISHED,
    updated=datetime.fromisoformat("2026-03-03T00:00:00+00:00"),
    authors=(Person(name="Ada", email="a@a.example", url="https://a.example/"),),
    tags=("t", "u"),
    summary="S",
    language="de",
    cover="c.png",
    cover_alt="C",
    enclosures=(Enclosure(url="a.mp3", type="audio/mpeg", length=9),),
    expires=datetime.fromisoformat("2027-01-01T00:00:00+00:00"),
    draft=True,
    extra=(("version", "1.10"),),
    body_line=7,
    title_in_body=True,
    sha256="5e",
    id_line=4,
    fingerprint="f1",
)


@pytest.mark.parametrize("flag", ["hosted", "draft", "title_in_body"])
def test_every_field_of_an_article_comes_from_where_it_belongs(flag: str) -> None:
    """No two values are alike, so that none can be mixed up with another."""
    said = replace(FILE, draft=flag == "draft", title_in_body=flag == "title_in_body")
    wanted = replace(ARTICLE, **{name: name == flag for name in ("hosted", "draft", "title_in_body")})
    made = article_of(said, replace(NAMES, hosted=flag == "hosted"), PUBLISHED)
    assert made == wanted
    assert type(made) is Article


def test_an_article_made_of_a_file_is_as_frozen_as_any() -> None:
    made = article_of(FILE, NAMES, PUBLISHED)
    assert hash(made) == hash(ARTICLE)
    with pytest.raises(AttributeError):
        made.title = "B"  # type: ignore[misc]  # that is the point
