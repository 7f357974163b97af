from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter import collector, periods, publish
from newsletter.config import Config
from newsletter.errors import ContentError
from newsletter.model import Found, Status
from newsletter.present import Present, missing_ledger, present, refused
from tests.factories import make_config

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def write(letter: Config, name: str, *lines: str, body: str | None = None) -> None:
    letter.content.mkdir(exist_ok=True)
    front = "".join(f"{line}\n" for line in lines)
    (letter.content / f"{name}.md").write_text(f"---\n{front}---\n\n{body or f'This is the text of {name}, and of no other.'}\n")


def look(letter: Config, now: datetime = NOW) -> Present:
    return present(letter, collector.load(letter), now)


def build(letter: Config) -> None:
    publish.build(letter, now=NOW, period=periods.parse("2026-W10", letter.timezone), jobs=1)


@pytest.fixture
def letter(tmp_path: Path) -> Config:
    letter = make_config(tmp_path)
    write(letter, "b", "title: B", "date: 2026-03-02")
    write(letter, "a", "title: A", "date: 2026-03-03")
    write(letter, "draft", "title: D", "date: 2026-03-01", "draft: true")
    write(letter, "future", "title: F", "date: 2026-04-01")
    return letter


def test_what_is_published_comes_oldest_first_and_all_sound_articles_by_path(letter: Config) -> None:
    today = look(letter)
    assert [article.path for article in today.published] == ["b.md", "a.md"]
    assert [article.path for article in today.articles] == ["a.md", "b.md", "draft.md", "future.md"]
    assert {one.path: one.status for one in today.found} == {
        "a.md": Status.PUBLISHED,
        "b.md": Status.PUBLISHED,
        "draft.md": Status.DRAFT,
        "future.md": Status.FUTURE,
    }
    assert (today.problems, today.remarks, dict(today.numbers)) == ((), (), {})


def test_the_future_is_published_when_it_has_come(letter: Config) -> None:
    assert [article.path for article in look(letter, datetime(2026, 4, 2, tzinfo=UTC)).published] == ["b.md", "a.md", "future.md"]


def test_a_published_article_keeps_its_id_and_date_whatever_its_file_says_now(letter: Config) -> None:
    build(letter)
    was = next(article for article in look(letter).published if article.path == "b.md")
    (letter.content / "b.md").unlink()
    write(letter, "c", "title: B", "date: 2026-03-05", body="This is the text of b, and of no other.")
    today = look(letter)
    [now] = [article for article in today.published if article.path == "c.md"]
    assert (now.id, now.published, now.updated) == (was.id, was.published, was.published)
    assert now.permalink != was.permalink
    [listed] = [one for one in today.found if one.path == "c.md"]
    assert (listed.article, listed.updated) == (now, now.updated)
    assert [(remark.path, remark.field) for remark in today.remarks] == [("c.md", "date")]


def test_articles_are_numbered_in_the_order_of_first_publication(letter: Config) -> None:
    build(letter)
    today = look(letter)
    assert sorted(today.numbers.values()) == [1, 2]
    assert set(today.numbers) == {article.id for article in today.published}


def test_a_file_that_cannot_be_read_any_more_is_a_problem_and_its_article_not_vanished(letter: Config) -> None:
    build(letter)
    write(letter, "b", "title: B", "date: tomorow")
    today = look(letter)
    assert [(problem.path, problem.field) for problem in today.problems] == [("b.md", "date")]
    assert today.recognition.vanished == ()
    assert [article.path for article in today.published] == ["a.md"]


def test_a_file_that_is_left_out_on_purpose_takes_its_article_back(letter: Config) -> None:
    build(letter)
    (letter.content / "b.md").rename(letter.content / "_b.md")
    assert [known.path for known in look(letter).recognition.vanished] == ["b.md"]


def test_what_recognition_holds_back_is_an_error_in_the_listing(letter: Config) -> None:
    build(letter)
    write(letter, "b", "title: B", "date: 2026-03-02", "id: urn:x:other", body="This is the text of b, and of no other.")
    today = look(letter)
    [problem] = today.problems
    [listed] = [one for one in today.found if one.path == "b.md"]
    assert (listed.status, listed.line, listed.reason) == (Status.ERROR, 4, f"id: {problem.message}")
    assert [article.path for article in today.articles] == ["a.md", "draft.md", "future.md"]


def test_a_problem_without_a_field_gives_its_message_alone() -> None:
    found = (Found(path="a.md", status=Status.PUBLISHED), Found(path="b.md", status=Status.PUBLISHED))
    first, second = refused(found, [ContentError("a.md", None, None, "too deep")])
    assert (first.status, first.reason, first.line) == (Status.ERROR, "too deep", None)
    assert second == found[1]


def test_a_missing_ledger_is_named_with_what_can_be_done(letter: Config) -> None:
    message = str(missing_ledger(letter))
    assert message.startswith(f"{letter.ledger}: the ledger is missing, but {letter.out} holds feeds that were published: put it")


def test_a_missing_shared_ledger_is_named_without_its_password() -> None:
    for url in ("postgresql+psycopg://ada:hush@host/letter", "postgresql+psycopg://ada:h@sh@host/letter?password=hush"):
        error = str(missing_ledger(make_config(ledger=url)))
        assert error.startswith("postgresql+psycopg://ada:***@host/letter: the ledger is missing")
        assert "hush" not in error
