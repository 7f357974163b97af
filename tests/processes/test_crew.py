import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from msgspec import msgpack
from msgspec.structs import replace

from newsletter.config import Config, Feeds
from newsletter.emitters import EMITTERS, FEEDS, ISSUES
from newsletter.errors import NewsletterError, OutputError, RenderError
from newsletter.feeds.editions import edition, editions
from newsletter.model import Article, Edition, Output, Spooled
from newsletter.processes import ahead, crew, far
from newsletter.processes.batches import batches, emitted
from newsletter.processes.crew import Crew
from newsletter.processes.rendering import Made
from newsletter.render import Site
from newsletter.templating import Templates
from newsletter.whereabouts import Part, Told, Whereabouts
from tests.factories import make_article, make_config, make_edition, make_issue, make_rendered

CONFIG = make_config()
SITE = Site(config=CONFIG, permalinks={}, files=frozenset(), hosted=frozenset())
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    """Start processes that inherit nothing, as those of another machine."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        yield executor


def articles(count: int) -> list[tuple[Article, str]]:
    bodies = [f"Text *{number}*." if number % 10 else "> " * 200 + "deep" for number in range(count)]
    return [(make_article(path=f"{number}.md"), body) for number, body in enumerate(bodies)]


def told(results: Sequence[Made | RenderError]) -> list[str]:
    return [str(result) for result in results]


def publication(config: Config, count: int) -> tuple[Edition, ...]:
    """Plan and fill a publication with an issue, and with feeds of tags."""
    items = [
        make_rendered(
            path=f"{n}.md", slug=f"s{n}", id=f"tag:{n}", tags=(f"t{n % 3}", "all"), published=START + timedelta(hours=n)
        )
        for n in range(count)
    ]
    plans = editions(config, [item.article for item in items])
    rendered = {item.article.path: item for item in items}
    channels = tuple(plan.channel for plan in plans)
    whole, *others = (edition(plan, rendered, channels) for plan in plans)
    return (make_edition(*reversed(items), issue=make_issue(*items[:3]), channels=whole.channels), *others)


@pytest.mark.parametrize("count", [0, 1, 7, 23, 24, 50])
@pytest.mark.parametrize("jobs", [2, 3])
def test_articles_come_out_the_same_and_in_order_however_many_render_them(count: int, jobs: int) -> None:
    work = articles(count)
    alone = Crew(1).render(work, SITE)
    assert told(Crew(jobs).render(work, SITE)) == told(alone)
    assert [result.rendered.article.path if isinstance(result, Made) else result.path for result in alone] == [
        article.path for article, _ in work
    ]
    assert sum(isinstance(result, RenderError) for result in alone) == -(-count // 10)


@pytest.mark.parametrize("count", [0, 1, 7, 23, 50])
def test_articles_come_out_the_same_from_a_process_that_was_started_ahead(count: int) -> None:
    work = articles(count)
    with Crew(2, aside=ahead.start(CONFIG, 2)) as two:
        assert told(two.render(work, SITE)) == told(Crew(1).render(work, SITE))
        made = publication(CONFIG, 4)
        assert two.emit(CONFIG, made, Templates()) == Crew(1).emit(CONFIG, made, Templates())


@pytest.mark.parametrize("is_ahead", [True, False])
@pytest.mark.parametrize("count", [0, 1, 7, 30])
def test_digests_are_made_while_more_articles_are_rendered(count: int, *, is_ahead: bool) -> None:
    made, work = publication(CONFIG, 4), articles(count)
    with Crew(2, aside=ahead.start(CONFIG, 2) if is_ahead else None) as two:
        two.begin_digests(CONFIG, [replace(one, feed=()) for one in made], Templates(), 8)
        begun = two._begun  # noqa: SLF001 - whether it is what is taken shows nowhere else
        assert begun is not None
        assert told(two.render(work, SITE)) == told(Crew(1).render(work, SITE))
        assert two.emit(CONFIG, made, Templates()) == Crew(1).emit(CONFIG, made, Templates())
        assert begun[1].is_done()


@pytest.mark.parametrize("jobs", [1, 2])
def test_of_many_editions_memory_holds_what_is_kept_of_their_outputs(jobs: int, executor: Executor) -> None:
    made = publication(make_config(feeds=Feeds(tags=1, limit=60)), 180)
    assert sum(len(one.feed) for one in made) >= crew.EMIT_THRESHOLD
    put: list[str] = []

    def away(output: Output) -> Spooled:
        put.append(output.path)
        return Spooled(path=output.path, type=output.type, file="", sha256="")

    whole = Crew(1).emit(CONFIG, made, Templates())
    for one in (Crew(jobs), Crew(1, executor)):
        outputs = one.emit(CONFIG, made, Templates(), away)
        assert [output.path for output in outputs] == [output.path for output in whole]
        assert {output.path for output in outputs if isinstance(output, Spooled)} == {*put}
        assert {path.split("/")[0] for path in put} == {"tags"}
        put.clear()


def wait_and_make(config: Config, made: Sequence[Edition], templates: Templates) -> tuple[tuple[object, ...], ...]:
    """Make digests as soon as that is allowed."""
    while not Path(os.environ["ALLOWED"]).exists():
        time.sleep(0.01)
    return tuple(emitted("digest", config, one, templates) for one in made)


def test_articles_are_rendered_here_as_long_as_the_other_process_is_at_a_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, work = publication(CONFIG, 4), articles(7)
    monkeypatch.setenv("ALLOWED", str(tmp_path / "allowed"))
    monkeypatch.setattr(crew, "_digests", wait_and_make)
    with Crew(2) as two:
        two.begin_digests(CONFIG, made, Templates(), 8)
        assert told(two.render(work, SITE)) == told(Crew(1).render(work, SITE))
        (tmp_path / "allowed").touch()
        assert two.emit(CONFIG, made, Templates()) == Crew(1).emit(CONFIG, made, Templates())


def test_digests_that_were_begun_of_other_issues_are_not_taken() -> None:
    made = publication(CONFIG, 4)
    assert made[0].issue is not None
    other = replace(made[0], issue=replace(made[0].issue, subject="Another"))
    with Crew(2) as two:
        two.begin_digests(CONFIG, [other, *made[1:]], Templates(), 8)
        assert two.emit(CONFIG, made, Templates()) == Crew(1).emit(CONFIG, made, Templates())


def test_nothing_is_begun_where_no_digest_is_new_nor_where_a_pool_is_to_make_them() -> None:
    made = publication(CONFIG, 4)
    many = [made[0], *(replace(one, issue=made[0].issue) for one in made[1:])]
    with Crew(2) as two:
        two.begin_digests(CONFIG, [replace(one, issue=None) for one in made], Templates(), 8)
        two.begin_digests(CONFIG, many * 3, Templates(), 1000)
        assert two._begun is None  # noqa: SLF001 - whether anything was
    with Crew(1) as one:
        one.begin_digests(CONFIG, made, Templates(), 8)
        assert one._begun is None  # noqa: SLF001 - the same


def test_a_process_that_was_started_ahead_knows_where_all_articles_live() -> None:
    here, there = "https://letter.example/a/", "https://letter.example/b/"
    part = Part(["a.md", "b.md"], msgpack.encode([here, there]), b"\0\1")
    site = Site(config=CONFIG, permalinks=Whereabouts(Told({"a.md": here}, [part])))
    work = [(article, f"[one](a.md) [other](b.md) {body}") for article, body in articles(3)]
    with Crew(2, aside=ahead.start(CONFIG, 2)) as two:
        made = two.render(work, site)
    assert told(made) == told(Crew(1).render(work, site))
    assert all(isinstance(one, Made) and here in one.rendered.html and there in one.rendered.html for one in made)


def test_nothing_is_started_ahead_for_one_that_works_alone() -> None:
    assert ahead.start(CONFIG, 1) is None


def test_articles_come_out_the_same_from_an_executor(executor: Executor) -> None:
    work = articles(21)
    assert told(Crew(0, executor).render(work, SITE)) == told(Crew(1).render(work, SITE))


@pytest.mark.parametrize("entries", [3, 60], ids=["few", "many"])
@pytest.mark.parametrize("pages", [0, 5], ids=["", "archive"])
@pytest.mark.parametrize("minimum", [0, 1], ids=["whole", "tags"])
def test_outputs_are_the_same_and_in_order_whoever_makes_them(
    entries: int, pages: int, minimum: int, executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "EMIT_THRESHOLD", 50)
    config = make_config(feeds=Feeds(tags=minimum, authors=0, archive=pages > 0))
    made = publication(config, entries)
    alone = Crew(1).emit(config, made, Templates())
    with Crew(2) as many:
        many.expect_digest(CONFIG)
        assert many.emit(config, made, Templates()) == alone
    with Crew(3) as many:  # which nobody told
        assert many.emit(config, made, Templates()) == alone
    assert Crew(0, executor).emit(config, made, Templates()) == alone
    assert {"rss.xml", "issues/2026-W10/email.eml", "index.html"} <= {output.path for output in alone}


def test_without_an_issue_nothing_is_started_for_a_few_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    made = (make_edition(make_rendered(), issue=None),)
    monkeypatch.setattr(Crew, "expect_digest", lambda *_: pytest.fail("there is no digest"))
    assert Crew(4).emit(CONFIG, made, Templates()) == Crew(1).emit(CONFIG, made, Templates())


def test_many_entries_without_an_issue_are_written_by_several_too(monkeypatch: pytest.MonkeyPatch) -> None:
    made = (make_edition(make_rendered(), issue=None),)
    monkeypatch.setattr(crew, "EMIT_THRESHOLD", 1)
    assert Crew(2).emit(CONFIG, made, Templates()) == Crew(1).emit(CONFIG, made, Templates())


def test_one_crew_makes_several_issues() -> None:
    made = publication(CONFIG, 4)
    with Crew(2) as many:
        assert many.emit(CONFIG, made, Templates()) == many.emit(CONFIG, made, Templates())


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_article_that_feeds_cannot_tell_stops_it(jobs: int) -> None:
    whole = make_edition(make_rendered(id="no address"), issue=make_issue(make_rendered()))
    with Crew(jobs) as many, pytest.raises(OutputError, match="no address"):
        many.emit(CONFIG, (whole,), Templates())


def test_workers_of_another_version_are_refused(executor: Executor) -> None:
    with pytest.raises(NewsletterError, match=r"--executor: expected newsletter-publisher 0\.0 on the workers, found "):
        executor.submit(far.render, "0.0", b"", ()).result()


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("number", [1, 2, 9, 40])
def test_every_emitter_serves_every_edition_that_it_should_once(number: int, count: int) -> None:
    cut = batches(number, count)
    served = sorted((name, at) for names, served in cut for name in names for at in served)
    assert served == sorted((name, at) for name in EMITTERS for at in range(number if name in FEEDS | ISSUES else 1))
    assert cut[0] in {(("digest",), range(number)), (("digest",), range(1))}
