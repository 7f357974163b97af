"""The feeds' archive, made page after page: the same comes out whoever makes it, and memory holds a few pages."""

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from msgspec.structs import replace

from newsletter import periods, piecework, writer
from newsletter.config import Config, Feeds
from newsletter.errors import RefusedError
from newsletter.model import Article
from newsletter.piecework import Articles, Done, Setting, history
from newsletter.piecework.history import Leaf
from newsletter.processes import rendering
from newsletter.publish import Report, build
from newsletter.render import Site
from newsletter.templating import Templates
from tests.factories import make_config, make_rendered
from tests.real import tree

NOW = datetime(2026, 4, 1, tzinfo=UTC)
DEEP = "> " * 200 + "deep"


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    """Start processes that inherit nothing, as those of another machine."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        yield executor


def publication(root: Path, *, size: int = 10, **feeds: object) -> Config:
    config = make_config(
        root,
        permalink="https://elsewhere.example/{slug}/",
        feeds=replace(Feeds(archive=True, archive_size=size, limit=5, tags=0, authors=0), **feeds),
    )
    config.content.mkdir(parents=True)
    return config


def write(config: Config, number: int, body: str = "Text.", *lines: str) -> None:
    date = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)).isoformat()
    front = "\n".join((f"title: Number {number}", f"date: {date}", *lines))
    (config.content / f"a{number:03}.md").write_text(f"---\n{front}\n---\n{body}\n")


def run(config: Config, *, jobs: int = 1, executor: Executor | None = None, strict: bool = False, now: datetime = NOW) -> Report:
    period = periods.parse("2026-03", config.timezone)
    return build(config, now=now, period=period, jobs=jobs, executor=executor, strict=strict)


def pages(config: Config, form: str = "rss") -> list[str]:
    return sorted(path.stem for path in (config.out / "archive").glob(f"{form}-*"))


def test_an_archive_is_the_same_whoever_makes_it(tmp_path: Path, executor: Executor) -> None:
    made = []
    for number, (jobs, far) in enumerate(((1, None), (2, None), (3, None), (1, executor))):
        config = publication(tmp_path / str(number))
        for article in range(125):
            write(config, article, DEEP if article % 30 == 17 else f"Text *{article}*, see [another](a{article // 2:03}.md).")
        report = run(config, jobs=jobs, executor=far)
        made.append((tree(config.out), [str(problem) for problem in report.problems], report.written))
    assert made[0] == made[1] == made[2] == made[3]
    assert len(made[0][1]) == 4
    assert len(pages(config)) == 12


def test_what_travels_to_another_machine_has_its_templates_with_it(tmp_path: Path) -> None:
    config = publication(tmp_path)
    config.templates.mkdir()
    (config.templates / "article.html.j2").write_text("<p>Ours.</p>\n")
    site = Site(config=config, permalinks={}, files=frozenset(), hosted=frozenset())
    setting = Setting(config=config, site=site, templates=Templates(config.templates), now=NOW).carried()
    (config.templates / "article.html.j2").unlink()
    leaf = Leaf(number=1, previous=None, paths=("first.md",), articles=Articles(rendered=(make_rendered(),)))
    assert all(b"Ours." in output.body for output in history.bind(setting, leaf).outputs)


def test_pages_are_made_a_few_at_a_time_and_nothing_is_kept_of_their_articles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = publication(tmp_path)
    for number in range(95):
        write(config, number)
    weights: list[int] = []
    real = history.bind

    def watch(setting: Setting, leaf: Leaf) -> Done:
        weights.append(len(leaf.articles.work) + len(leaf.articles.rendered))
        bound = real(setting, leaf)
        assert not setting.templates._once  # noqa: SLF001 - what feeds have in common
        return bound

    monkeypatch.setattr(history, "bind", watch)
    monkeypatch.setattr(piecework, "AT_ONCE", 25)
    run(config)
    assert weights == [10] * 9
    before = tree(config.out)
    weights.clear()
    run(config)
    assert weights == []
    assert tree(config.out) == before


def test_an_article_is_rendered_once_though_it_be_in_the_feed_and_in_a_closed_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = publication(tmp_path)
    for number in range(20):
        write(config, number)
    rendered: list[str] = []
    real = rendering._render  # noqa: SLF001 - where every rendering goes through

    def watch(article: Article, body: str, site: Site) -> object:
        rendered.append(article.path)
        return real(article, body, site)

    monkeypatch.setattr(rendering, "_render", watch)
    run(config)
    assert sorted(rendered) == [f"a{number:03}.md" for number in range(20)]
    rendered.clear()
    (config.out / "archive/rss-1.xml").unlink()
    assert run(config).written == ("archive/rss-1.xml",)
    assert rendered == []  # the index has them


def test_pages_lead_past_one_of_whose_articles_none_can_be_shown(tmp_path: Path) -> None:
    config = publication(tmp_path, size=2)
    for number in range(8):
        write(config, number, DEEP if number in {2, 3} else "Text.")
    report = run(config)
    assert sorted(problem.path for problem in report.problems) == ["a002.md", "a003.md"]
    assert pages(config) == ["rss-1", "rss-3", "rss-4"]
    assert b"archive/rss-1.xml" in (config.out / "archive/rss-3.xml").read_bytes()


def test_a_page_that_stood_leads_past_one_that_is_lost_and_back_to_it(tmp_path: Path) -> None:
    config = publication(tmp_path, size=2)
    for number in range(8):
        write(config, number)
    run(config)
    before = tree(config.out)
    for body, previous in ((DEEP, 1), ("Text.", 2)):
        write(config, 2, body)
        write(config, 3, body)
        assert "archive/rss-3.xml" in run(config).written
        assert f"archive/rss-{previous}.xml".encode() in (config.out / "archive/rss-3.xml").read_bytes()
    assert tree(config.out) == before


def test_what_goes_wrong_with_an_article_of_the_archive_is_reported_once_and_each_time(tmp_path: Path) -> None:
    config = publication(tmp_path)
    for number in range(25):
        write(config, number, DEEP if number in {3, 24} else "Text.")
    for _ in range(2):
        report = run(config)
        assert sorted(problem.path for problem in report.problems) == ["a003.md", "a024.md"]
        assert [found.path for found in report.found if found.status == "error"] == ["a003.md", "a024.md"]
    before = tree(config.out)
    write(config, 5, "Edited.")
    with pytest.raises(RefusedError):
        run(config, strict=True)
    assert tree(config.out) == before
    assert not (config.out / writer.STAGING).exists()


def test_a_page_is_left_as_it_is_while_anything_is_held_back_and_not_remembered(tmp_path: Path) -> None:
    config = publication(tmp_path)
    for number in range(25):
        write(config, number)
    run(config)
    before = (config.out / "archive/rss-1.xml").read_bytes()
    (config.content / "a005.md").unlink()
    write(config, 24, DEEP)
    assert run(config).problems
    assert (config.out / "archive/rss-1.xml").read_bytes() == before
    write(config, 24)
    assert "archive/rss-1.xml" in run(config).written
    assert b"Number 5<" not in (config.out / "archive/rss-1.xml").read_bytes()


def test_a_local_enclosure_in_the_archive_has_its_true_length_and_may_go_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = publication(tmp_path)
    for number in range(25):
        write(config, number, "Text.", *(["enclosure: {url: talk.mp3, type: audio/mpeg}"] if number == 3 else []))
    (config.content / "talk.mp3").write_bytes(b"12345")
    run(config)
    assert b'length="5"' in (config.out / "archive/rss-1.xml").read_bytes()
    (config.content / "talk.mp3").write_bytes(b"123456")
    real = history.Archivist.make

    def late(self: history.Archivist, *given: object) -> object:
        (config.content / "talk.mp3").unlink()  # since the folder was listed
        return real(self, *given)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(history.Archivist, "make", late)
    report = run(config)
    assert [(problem.path, problem.field) for problem in report.problems] == [("a003.md", "enclosure")]
    assert b'length="5"' in (config.out / "archive/rss-1.xml").read_bytes()


def test_an_article_of_the_archive_that_changes_meanwhile_is_held_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = publication(tmp_path)
    for number in range(25):
        write(config, number)
    real = history.Archivist.make

    def late(self: history.Archivist, *given: object) -> object:
        write(config, 3, "Changed.")
        return real(self, *given)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(history.Archivist, "make", late)
    [problem] = run(config).problems
    assert "changed while it was being published" in str(problem)


def test_dates_of_archived_articles_move_with_their_content(tmp_path: Path) -> None:
    config = publication(tmp_path, updated="content")
    for number in range(25):
        write(config, number)
    run(config)
    write(config, 3, "Edited.")
    later = NOW + timedelta(hours=1)
    assert "archive/atom-1.xml" in run(config, now=later).written
    assert (config.out / "archive/atom-1.xml").read_text().count("2026-04-01T01:00:00") > 0
    before = tree(config.out)
    assert not run(config, now=later + timedelta(hours=1)).written
    (config.out / "archive/atom-1.xml").unlink()
    run(config, now=later + timedelta(hours=2))
    assert tree(config.out) == before
