"""Builds with an archive whose closed pages stand: they look at few articles, and nobody can tell by what comes out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from newsletter import collector, index
from newsletter.config import Config, Feeds
from newsletter.delivery.secrets import Secrets
from newsletter.errors import ContentError
from newsletter.index import file
from newsletter.index.numbers import PAGES
from newsletter.index.renderings import Renderings
from newsletter.ledger import open_ledger
from newsletter.ledger.articles import Articles
from newsletter.model import Article, Period
from newsletter.publish import Report, build
from newsletter.rendition import site_of
from newsletter.runs import scheduled
from newsletter.runs.handing import Terms
from newsletter.situation import Situation, look
from tests.factories import make_config
from tests.real import tree

NOW = datetime(2026, 4, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PERIOD = Period(start=NOW - 3 * DAY, end=NOW, key="late-march")
#: Four closed pages, and two articles that are on none.
COUNT, SIZE = 14, 3


@pytest.fixture(autouse=True)
def _old(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no file be fresh: as if time passed between any two steps of a test."""
    monkeypatch.setattr("newsletter.folder.is_fresh", lambda _state, _began: False)
    monkeypatch.setattr("newsletter.index.stamps.is_fresh", lambda _state, _began: False)


def write(config: Config, name: str, number: int, body: str = "", front: str = "") -> None:
    """Write one that is like no other; the number says how old it is."""
    config.content.mkdir(parents=True, exist_ok=True)
    date = NOW - (COUNT - number) * DAY
    text = f"---\ntitle: Number {name}\ndate: {date:%Y-%m-%dT%H:%M:%SZ}\n{front}---\n{body or f'This is text {name}.'}\n"
    (config.content / name).write_text(text, encoding="utf-8")


def letter(root: Path) -> Config:
    feeds = Feeds(limit=1, tags=0, authors=0, archive=True, archive_size=SIZE)
    config = make_config(root, permalink="https://elsewhere.example/{slug}/", feeds=feeds)
    for number in range(COUNT):
        write(config, f"a{number:02}.md", number)
    return config


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Configure a publication that was built."""
    config = letter(tmp_path / "letter")
    run(config)
    return config


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Note which articles builds look at, each time that they look."""
    noted: list[list[str]] = []

    def noting(*arguments: object, **how: object) -> Situation:
        found = look(*arguments, **how)  # type: ignore[arg-type]  # as it is called
        noted.append([Path(one.path).stem for one in found.library.by_path])
        return found

    monkeypatch.setattr("newsletter.situation.look", noting)
    return noted


def run(config: Config, now: datetime = NOW) -> Report:
    """Build, and see that the same comes out without the index."""
    report = build(config, now=now, period=PERIOD)
    there = tree(config.out)
    kept = index.place(config)
    kept.rename(kept.with_suffix(".away"))
    whole = build(config, now=now, period=PERIOD)
    kept.with_suffix(".away").rename(kept)
    assert (tree(config.out), whole.written, whole.removed) == (there, (), ())
    assert (whole.remarks, whole.found, whole.problems) == (report.remarks, report.found, report.problems)
    return report


#: All of them.
ALL = [f"a{number:02}" for number in range(COUNT)]
#: Those that the feeds hold, and those of the issue.
SHOWN = ["a11", "a12", "a13"]


def test_a_new_article_wakes_none(config: Config, reads: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    write(config, "new.md", 10, "New.")
    with monkeypatch.context() as patch:
        patch.setattr(Articles, "shelf", lambda _: pytest.fail("the whole ledger"))
        report = build(config, now=NOW, period=PERIOD)
    assert reads == [[*SHOWN, "new"]]
    # the page that it fills
    assert {path for path in report.written if path.startswith("archive/")} == {
        *("archive/rss-5.xml", "archive/atom-5.xml", "archive/feed-5.json")
    }
    write(config, "newer.md", 11, "Newer.")
    reads.clear()
    assert not [path for path in run(config).written if path.startswith("archive/")]
    assert reads[0] == [*SHOWN, "new", "newer"]  # it is still to be recorded that nothing changed about what was new


def test_of_a_page_that_is_full_and_the_last_the_number_is_known(config: Config, reads: list[list[str]]) -> None:
    write(config, "b.md", 8, "B.")
    build(config, now=NOW, period=PERIOD)
    write(config, "c.md", 9, "C.")
    run(config)
    assert reads[1] == [*SHOWN, "b", "c"]
    with open_ledger(config.ledger) as ledger:
        assert {one.path: one.sequence for one in ledger.known()}["c.md"] == COUNT + 2
        assert ledger.numbered(COUNT + 1, COUNT + 9) == [one.id for one in ledger.known()][COUNT:]


def test_an_article_that_changed_wakes_its_page(config: Config, reads: list[list[str]]) -> None:
    write(config, "a04.md", 4, "Other text.")
    report = run(config)
    assert reads[0] == ["a03", "a04", "a05", *SHOWN]
    assert "archive/rss-2.xml" in report.written
    assert not {"archive/rss-1.xml", "archive/rss-3.xml"} & {*report.written}


def test_an_article_that_went_leaves_its_page_and_those_after_it(config: Config, reads: list[list[str]]) -> None:
    (config.content / "a04.md").unlink()
    assert "archive/rss-2.xml" in run(config).written
    assert reads[0] == ["a03", "a05", *SHOWN]
    reads.clear()
    write(config, "new.md", 10, "New.")
    assert "archive/rss-2.xml" not in run(config).written
    # nobody knows of what is gone for how long
    assert reads[0] == ["a03", "a05", *SHOWN, "new"]


def test_a_page_of_which_nothing_is_left_changes_the_one_after_it(config: Config, reads: list[list[str]]) -> None:
    for number in (3, 4, 5):
        (config.content / f"a{number:02}.md").unlink()
    report = run(config)
    assert (len(reads[0]), len(reads[1])) == (3, COUNT - 3)
    assert "archive/rss-3.xml" in report.written
    assert "archive/rss-2.xml" in report.removed


def test_so_does_one_of_which_nothing_can_be_shown(
    config: Config, reads: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (3, 4, 5):
        write(config, f"a{number:02}.md", number, f"![](picture-{number}.png)")
        (config.content / f"picture-{number}.png").write_bytes(b"no picture")
    unreadable = [f"a{number:02}.md" for number in (3, 4, 5)]
    monkeypatch.setattr(collector, "body", _without(unreadable))
    report = build(config, now=NOW, period=PERIOD)
    assert [len(one) for one in reads] == [6, COUNT]
    assert [problem.path for problem in report.problems] == unreadable


def _without(paths: list[str]) -> Callable[[Config, Article], str]:
    real = collector.body

    def reading(config: Config, article: Article) -> str:
        if article.path in paths:
            raise ContentError(article.path, None, None, "not to be had")
        return real(config, article)

    return reading


HARM: dict[str, Callable[[Config], object]] = {
    "lost": lambda config: (config.out / "archive/rss-2.xml").unlink(),
    "edited": lambda config: (config.out / "archive/atom-1.xml").write_bytes(b""),
    "template": lambda config: _template(config, "<p>{{ item.article.title }}</p>\n"),
    "picture": lambda config: (config.content / "p.png").write_bytes(b"other"),
    "link": lambda config: write(config, "there.md", 9, "I am where one wanted to."),
    "length": lambda config: (config.content / "a.mp3").write_bytes(b"longer than before"),
}


def _template(config: Config, text: str) -> None:
    config.templates.mkdir()
    (config.templates / "article.html.j2").write_text(text)


@pytest.mark.parametrize("harm", HARM.values(), ids=[*HARM])
def test_a_page_that_does_not_stand_is_made(config: Config, reads: list[list[str]], harm: Callable[[Config], object]) -> None:
    write(config, "a02.md", 2, "See [there](there.md) and ![that](p.png).")
    write(config, "a07.md", 7, front="enclosure: {url: /a.mp3, type: audio/mpeg}\n")
    (config.content / "p.png").write_bytes(b"some")
    (config.content / "a.mp3").write_bytes(b"short")
    run(config)
    run(config)
    reads.clear()
    write(config, "new.md", 10, "New.")
    run(config)
    # of which something is to be told, and those of a page with something to be measured
    assert reads[0] == ["a02", "a06", "a07", "a08", *SHOWN, "new"]
    reads.clear()
    harm(config)
    run(config)
    *looks, whole = [len(one) for one in reads]
    assert looks[0] < whole
    # what is measured was looked at, and pictures are where the article lives
    assert looks[1:] == ([] if harm in (HARM["length"], HARM["picture"]) else [whole])


def test_a_link_to_what_does_not_change_wakes_none(config: Config, reads: list[list[str]]) -> None:
    write(config, "a02.md", 2, "See [there](a06.md) and [that](a13.md).")
    run(config)
    run(config)
    reads.clear()
    write(config, "new.md", 10, "New.")
    run(config)
    assert reads[0] == [*SHOWN, "new"]


def test_what_is_to_be_told_of_an_article_is_told_each_time(config: Config, reads: list[list[str]]) -> None:
    write(config, "a02.md", 2, "See [there](nowhere.md).")
    write(config, "a08.md", 8, "See [there](nowhere.md), too.")
    told = run(config).remarks
    assert [one.path for one in told] == ["a02.md", "a08.md"]
    run(config)
    reads.clear()
    write(config, "new.md", 10, "New.")
    assert run(config).remarks == told
    assert reads[0] == ["a02", "a08", *SHOWN, "new"]


def test_at_an_earlier_instant_and_after_it_all_are_looked_at(config: Config, reads: list[list[str]]) -> None:
    for now in (NOW - 4 * DAY, NOW - 3 * DAY, NOW):
        reads.clear()
        run(config, now)
        assert reads[0] == ALL


def test_where_the_record_of_pages_is_gone_all_are_looked_at(config: Config, reads: list[list[str]]) -> None:
    file.drop(index.place(config), [PAGES])
    write(config, "new.md", 10, "New.")
    build(config, now=NOW, period=PERIOD)
    assert [len(one) for one in reads] == [4, COUNT + 1]


def test_pages_of_another_size_are_made(config: Config, reads: list[list[str]]) -> None:
    other = replace(config, feeds=replace(config.feeds, archive_size=4))
    assert "archive/rss-1.xml" in run(other).written
    assert reads[1] == ALL


def test_of_renderings_those_go_that_nothing_shows(config: Config) -> None:
    (config.content / "a03.md").rename(config.content / "moved.md")
    write(config, "a04.md", 4, front="draft: true\n")
    before = look(config, now=NOW, period=PERIOD, indexed=False)
    build(config, now=NOW, period=PERIOD)
    known = Renderings(config).recall(before.today.articles, site_of(config, before.library, before.today.published))
    assert sorted(known) == [f"a{number:02}.md" for number in range(COUNT) if number not in (3, 4)] + ["moved.md"]


def test_a_scheduled_run_passes_over_what_rests(config: Config, reads: list[list[str]]) -> None:
    def go(now: datetime) -> None:
        secrets = Secrets(environment={}, root=config.root)
        scheduled.run(config, Terms(secrets=secrets, now=now, clock=lambda: now))

    go(NOW + DAY)
    go(NOW + DAY)
    reads.clear()
    write(config, "new.md", 10)
    go(NOW + DAY)
    assert reads == [["a12", "a13", "new"]]  # without an issue
    reads.clear()
    (config.out / "archive/rss-2.xml").unlink()
    go(NOW + DAY)
    assert [len(one) for one in reads] == [3, COUNT + 1]
    assert (config.out / "archive/rss-2.xml").exists()
