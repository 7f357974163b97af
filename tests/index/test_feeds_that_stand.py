"""Feeds of tags, authors and editions that stand: they are not written again, and everything comes out as if they were."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image

from newsletter import periods
from newsletter.config import Config, EditionTable, Feeds
from newsletter.emitters import rss
from newsletter.emitters.feed import Feed
from newsletter.errors import OutputError
from newsletter.index import place
from newsletter.index.documents import encoded
from newsletter.index.pages import Pages
from newsletter.model import Article
from newsletter.processes import rendering
from newsletter.publish import Report, build
from newsletter.render import Site
from tests.factories import make_article, make_config
from tests.real import tree

NOW = datetime(2026, 4, 1, tzinfo=UTC)
ELSEWHERE = "https://elsewhere.example/{slug}/"
Told = Callable[[], list[str]]


def article(config: Config, number: int, body: str = "Text.", **fields: str) -> None:
    config.content.mkdir(parents=True, exist_ok=True)
    tag = "even" if number % 2 == 0 else "odd"
    front = {"title": f"Number {number}", "date": f"2026-01-{number + 1:02}", "tags": f"[{tag}, all]", "author": f"Author {tag}"}
    lines = "".join(f"{key}: {value}\n" for key, value in {**front, **fields}.items())
    (config.content / f"a{number}.md").write_text(f"---\n{lines}---\n{body}\n")


def given(root: Path, permalink: str) -> Config:
    editions = (EditionTable(name="Early", tags=("even",), digest=False),)
    config = make_config(root / "letter", permalink=permalink, editions=editions, feeds=Feeds(limit=5, tags=1, authors=1))
    for number in range(12):
        article(config, number)
    return config


@pytest.fixture(params=[ELSEWHERE, ""], ids=["elsewhere", "hosted"])
def config(tmp_path: Path, request: pytest.FixtureRequest) -> Config:
    return given(tmp_path, request.param or make_config().permalink)


@pytest.fixture
def feeds(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Tell which feeds were written in RSS since it was asked last."""
    paths: list[str] = []
    real = rss._document  # noqa: SLF001 - where every document is written

    def watch(config: Config, feed: Feed) -> object:
        paths.append(feed.prefix)
        return real(config, feed)

    monkeypatch.setattr(rss, "_document", watch)
    return lambda: [paths.pop(0) for _ in range(len(paths))]


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Tell which articles were rendered since it was asked last."""
    paths: list[str] = []
    real = rendering._render  # noqa: SLF001 - where every rendering goes through

    def watch(article: Article, body: str, site: Site) -> object:
        paths.append(article.path)
        return real(article, body, site)

    monkeypatch.setattr(rendering, "_render", watch)
    return lambda: [paths.pop(0) for _ in range(len(paths))]


def run(config: Config, *, now: datetime = NOW) -> Report:
    return build(config, now=now, period=periods.parse("2026-03", config.timezone), jobs=1)


def scratch(config: Config, *, now: datetime = NOW) -> tuple[dict[str, bytes], Report]:
    """Build with the same ledger and without an index; what out/ then holds."""
    fresh = config.root.parent / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(config.root, fresh, ignore=shutil.ignore_patterns("out", ".out.index"))
    (fresh / "out").mkdir()
    paths = {"root": fresh, "content": fresh / "content", "out": fresh / "out", "templates": fresh / "templates"}
    report = run(replace(config, **paths, ledger=str(fresh / ".out.ledger")), now=now)
    return tree(fresh / "out"), report


def test_a_new_article_has_only_the_feeds_written_that_show_it(config: Config, feeds: Told) -> None:
    run(config)
    assert sorted(feeds()) == [
        "",
        "authors/author_even/",
        "authors/author_odd/",
        "editions/early/",
        "tags/all/",
        "tags/even/",
        "tags/odd/",
    ]
    article(config, 12)
    report = run(config)
    assert sorted(feeds()) == ["", "authors/author_even/", "editions/early/", "tags/all/", "tags/even/"]
    assert not [path for path in (*report.written, *report.removed) if "odd" in path]
    assert tree(config.out) == scratch(config)[0]


def test_articles_that_only_such_feeds_show_are_not_even_loaded(tmp_path: Path, loaded: Told) -> None:
    config = given(tmp_path, ELSEWHERE)
    run(config)
    with closing(sqlite3.connect(place(config))) as connection:
        connection.execute("DELETE FROM blobs WHERE number >= ?", (1 << 62,))  # all renderings
        connection.commit()
    assert len(loaded()) == 10
    article(config, 12)
    run(config)
    # the newest five of all, and of those with the tag
    assert sorted(loaded()) == ["a10.md", "a11.md", "a12.md", "a4.md", "a6.md", "a8.md", "a9.md"]
    assert tree(config.out) == scratch(config)[0]


def test_an_edited_article_has_all_its_feeds_written_again(config: Config, feeds: Told) -> None:
    run(config)
    feeds()
    article(config, 11, "Edited.")
    run(config)
    assert sorted(feeds()) == ["", "authors/author_odd/", "tags/all/", "tags/odd/"]
    assert tree(config.out) == scratch(config)[0]


HARMS: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "emptied": lambda path: path.write_bytes(b""),
    "edited": lambda path: path.write_bytes(path.read_bytes() + b" "),
}


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("name", ["rss.xml", "atom.xml", "feed.json"])
def test_a_feed_that_was_harmed_is_written_again(tmp_path: Path, feeds: Told, harm: str, name: str) -> None:
    config = given(tmp_path, ELSEWHERE)
    run(config)
    before = tree(config.out)
    HARMS[harm](config.out / "tags" / "odd" / name)
    feeds()
    report = run(config)
    assert report.written == (f"tags/odd/{name}",)
    assert sorted(feeds()) == ["", "tags/odd/"]
    assert tree(config.out) == before


def test_a_feed_that_was_edited_in_its_size_and_times_is_written_again(tmp_path: Path) -> None:
    config = given(tmp_path, ELSEWHERE)
    run(config)
    before = tree(config.out)
    path = config.out / "tags/odd/rss.xml"
    state = path.stat()
    path.write_bytes(path.read_bytes()[::-1])
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    run(config)
    assert tree(config.out) == before


def test_a_feed_that_gave_way_to_a_link_is_an_error_as_it_would_be_without_the_index(tmp_path: Path) -> None:
    config = given(tmp_path, ELSEWHERE)
    run(config)
    path = config.out / "tags/odd/rss.xml"
    path.rename(tmp_path / "rss.xml")
    path.symlink_to(tmp_path / "rss.xml")
    with pytest.raises(OutputError, match="not written by newsletter"):
        run(config)


def test_a_feed_that_goes_away_while_it_is_recorded_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = given(tmp_path, ELSEWHERE)
    real = Pages.keep

    def late(self: Pages, *known: object) -> None:
        (config.out / "tags/odd/rss.xml").unlink()
        real(self, *known)  # type: ignore[arg-type]  # as they came

    with monkeypatch.context() as patch:
        patch.setattr(Pages, "keep", late)
        run(config)
    assert run(config).written == ("tags/odd/rss.xml",)


def test_articles_with_words_that_are_no_unicode_are_told_apart() -> None:
    one, other = (encoded(make_article(title=title)) for title in ("\ud800", "\udfff"))  # no file says so
    assert one != other


def test_a_feed_that_was_only_touched_stands(config: Config, feeds: Told) -> None:
    run(config)
    for path in (config.out / "tags").rglob("*.xml"):
        path.touch()
    feeds()
    run(config)
    assert feeds() == [""]


@pytest.mark.parametrize("harm", ["DELETE FROM blobs", "UPDATE blobs SET body = X'7B7D' WHERE number = -2"])
def test_without_the_record_all_feeds_are_written_to_the_same_bytes(config: Config, feeds: Told, harm: str) -> None:
    run(config)
    before = tree(config.out)
    with closing(sqlite3.connect(place(config))) as connection:
        connection.execute(harm)
        connection.commit()
    feeds()
    run(config)
    assert len(feeds()) == 7
    assert tree(config.out) == before


def test_an_older_index_does_not_count(config: Config, tmp_path: Path) -> None:
    run(config)
    shutil.copy(place(config), tmp_path / "older")
    article(config, 11, "Edited.")
    run(config)
    shutil.copy(tmp_path / "older", place(config))
    article(config, 10, "Edited, too.")
    run(config)
    assert tree(config.out) == scratch(config)[0]


def test_a_feed_whose_articles_link_to_what_has_moved_is_written_again(tmp_path: Path, feeds: Told) -> None:
    config = given(tmp_path, ELSEWHERE)
    article(config, 11, "See [the first](a0.md).")
    run(config)
    article(config, 0, slug="moved")
    feeds()
    run(config)
    assert "tags/odd/" in feeds()
    assert b"elsewhere.example/moved/" in (config.out / "tags/odd/rss.xml").read_bytes()
    assert tree(config.out) == scratch(config)[0]


def test_a_feed_whose_article_shows_a_picture_of_another_size_is_written_again(tmp_path: Path, feeds: Told) -> None:
    config = given(tmp_path, make_config().permalink)
    article(config, 11, "![A picture](picture.png)")
    Image.new("RGB", (2, 2)).save(config.content / "picture.png")
    run(config)
    feeds()
    run(config, now=NOW + timedelta(hours=1))
    assert feeds() == [""]
    Image.new("RGB", (4, 4)).save(config.content / "picture.png")
    run(config)
    assert "tags/odd/" in feeds()
    assert tree(config.out) == scratch(config)[0]


def test_an_enclosure_that_grew_is_told_in_all_feeds(tmp_path: Path) -> None:
    config = given(tmp_path, ELSEWHERE)
    article(config, 11, enclosure="{url: talk.mp3, type: audio/mpeg}")
    (config.content / "talk.mp3").write_bytes(b"12345")
    run(config)
    (config.content / "talk.mp3").write_bytes(b"1234567")
    run(config)
    assert b'length="7"' in (config.out / "tags/odd/rss.xml").read_bytes()
    assert tree(config.out) == scratch(config)[0]
    (config.content / "talk.mp3").unlink()
    run(config)
    assert tree(config.out) == scratch(config)[0]


def test_what_is_to_be_said_of_articles_is_said_again(tmp_path: Path) -> None:
    config = given(tmp_path, ELSEWHERE)
    article(config, 1, "<script>alert(1)</script> Text.")
    config = replace(config, feeds=replace(config.feeds, limit=12))
    run(config)
    again = run(config, now=NOW + timedelta(hours=1))
    assert [remark.path for remark in again.remarks if "script" in remark.message] == ["a1.md"]
    assert again.remarks == scratch(config, now=NOW + timedelta(hours=1))[1].remarks


def test_a_feed_with_an_article_that_cannot_be_rendered_is_tried_each_time(tmp_path: Path, feeds: Told) -> None:
    config = given(tmp_path, ELSEWHERE)
    article(config, 11, "> " * 200 + "deep")
    first = run(config)
    feeds()
    again = run(config)
    assert [problem.path for problem in again.problems] == [problem.path for problem in first.problems] == ["a11.md"]
    assert "tags/odd/" in feeds()


@pytest.mark.parametrize("updated", ["declared", "content"])
def test_dates_that_move_with_content_come_out_the_same(tmp_path: Path, updated: str, feeds: Told) -> None:
    config = given(tmp_path, ELSEWHERE)
    config = replace(config, feeds=replace(config.feeds, updated=updated))
    run(config)
    later = NOW + timedelta(hours=1)
    article(config, 11, "Edited.")
    wanted, _ = scratch(config, now=later)
    run(config, now=later)
    assert tree(config.out) == wanted
    feeds()
    run(config, now=later + timedelta(hours=1))
    assert feeds() == [""]
    article(config, 13)
    later += timedelta(hours=1)
    run(config, now=later)
    assert "tags/odd/" in feeds()
    assert tree(config.out) == scratch(config, now=later)[0]


def test_a_tag_that_nobody_has_any_more_loses_its_feeds(tmp_path: Path) -> None:
    config = given(tmp_path, ELSEWHERE)
    config = replace(config, feeds=replace(config.feeds, authors=0))  # those would be kept
    run(config)
    for number in range(1, 12, 2):
        (config.content / f"a{number}.md").unlink()
    run(config)
    assert not (config.out / "tags/odd").exists()
    assert (config.out / "tags/even/rss.xml").exists()
    assert tree(config.out) == scratch(config)[0]
