"""Whole publications, published once and then changed: what a check says of their ids before readers would notice."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter import checks, config, periods, publish
from newsletter.checks.finding import Finding
from newsletter.cli import main
from newsletter.config import Config
from newsletter.ledger import open_ledger

NOW = datetime(2026, 3, 10, tzinfo=UTC)
SETTINGS = ("title=T", "url=https://letter.example", "digest.unsubscribe=https://letter.example/leave/", "authors=Ada")
TEXT = "A text that is long enough to be recognised wherever it may turn up, whatever its file is called then.\n"
#: The rules about identity; the others have tests of their own.
RULES = {"id-kept", "id-vanished", "resurfaces"}


def write(letter: Config, name: str, body: str = TEXT, **fields: str) -> None:
    given = {"title": name.capitalize(), "date": "2026-03-02", **fields}
    front = "".join(f"{key}: {value}\n" for key, value in given.items())
    (letter.content / f"{name}.md").write_text(f"---\n{front}---\n\n{body}")


def identity(letter: Config, name: str) -> str:
    """Return the id that an article was published with."""
    with open_ledger(letter.ledger) as ledger:
        return next(known.id for known in ledger.known() if known.path == f"{name}.md")


def build(letter: Config) -> None:
    publish.build(letter, now=NOW, period=periods.parse("2026-W10", letter.timezone), jobs=1)


@pytest.fixture
def letter(tmp_path: Path) -> Config:
    """Publish two articles."""
    (tmp_path / "newsletter.toml").write_text("\n".join(re.sub("=(.*)", r'="\1"', setting) for setting in SETTINGS[:2]))
    (tmp_path / "content").mkdir()
    letter = config.load(None, SETTINGS, tmp_path, search=False)
    write(letter, "first", f"One. {TEXT}")
    write(letter, "second", f"Two. {TEXT}", date="2026-03-03")
    build(letter)
    return letter


def found(letter: Config) -> list[Finding]:
    return [finding for finding in checks.run(letter, now=NOW, jobs=1).findings if finding.rule.id in RULES]


def status(letter: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """Run ``newsletter check``; return its exit status and what it says about identity."""
    monkeypatch.chdir(letter.root)
    code = main(["check", "--now", NOW.isoformat(), "--jobs", "1"])
    return code, [line for line in capsys.readouterr().out.splitlines() if any(f"[{rule}]" in line for rule in RULES)]


def test_what_readers_would_not_notice_is_not_mentioned(letter: Config) -> None:
    (letter.content / "first.md").rename(letter.content / "renamed.md")
    write(letter, "second", f"Two. {TEXT}", date="2026-03-03", title="Another title", slug="elsewhere")
    moved = config.load(None, (*SETTINGS[2:], "title=U", "url=https://moved.example"), letter.root, search=False)
    assert found(moved) == []


def test_another_id_for_a_published_article_fails_the_check_with_the_line_to_write(
    letter: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    was = identity(letter, "first")
    write(letter, "first", f"One. {TEXT}", id="urn:x:other")
    code, [line] = status(letter, monkeypatch, capsys)
    assert code == 1
    assert line.startswith("content/first.md:4: [id-kept] id: expected the id that this article was published with")
    assert f"write `id: {was}`" in line


def test_an_id_that_two_articles_give_fails_the_check_in_the_one_that_was_not_first(
    letter: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(letter, "third", f"Three. {TEXT}", date="2026-03-04", id=identity(letter, "first"))
    write(letter, "first", f"One. {TEXT}", slug="elsewhere")  # what it would have if it were new is no longer that id
    code, lines = status(letter, monkeypatch, capsys)
    assert code == 1
    assert [line.partition(": expected an id that no other article has")[0] for line in lines] == [
        "content/third.md:4: [id-kept] id"
    ]


def test_a_file_renamed_and_rewritten_at_once_fails_the_check_with_the_lines_to_choose_from(
    letter: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    was = identity(letter, "first")
    (letter.content / "first.md").unlink()
    write(letter, "other", "Nothing of the former text is left here.\n", title="First", date="2026-03-05")
    code, [line] = status(letter, monkeypatch, capsys)
    assert code == 1
    assert line.startswith("content/other.md: [id-kept] id: it may be an article that readers have already: add")
    assert f"`id: {was}` if it is 'First', published from first.md" in line


def test_an_article_that_vanished_fails_the_check_until_a_build_has_recorded_it(
    letter: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    was = identity(letter, "first")
    (letter.content / "first.md").unlink()
    code, [line] = status(letter, monkeypatch, capsys)
    assert code == 1
    assert line.startswith(f"content/first.md: [id-vanished] {was} is gone: put it back")
    assert f"add 'id: {was}' to its front matter" in line
    build(letter)
    assert status(letter, monkeypatch, capsys) == (0, [])


def test_articles_that_readers_will_see_again_are_counted_and_told_why(
    letter: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(letter, "first", f"One. {TEXT}", updated="2026-03-08")
    write(letter, "second", f"Two. {TEXT}", date="2026-03-03", updated="2026-03-09")
    _, lines = status(letter, monkeypatch, capsys)  # it fails, as the feeds do not say so yet
    moves = (("first", 1, "2026-03-02", "2026-03-08"), ("second", 2, "2026-03-03", "2026-03-09"))
    assert lines == [
        f"content/{name}.md: [resurfaces] readers will show this article again ({at} of 2): "
        f"updated moved from {before}T00:00:00+00:00 to {after}T00:00:00+00:00"
        for name, at, before, after in moves
    ]
    build(letter)
    assert status(letter, monkeypatch, capsys) == (0, [])


def test_an_edit_that_declares_nothing_brings_nothing_up_again(letter: Config) -> None:
    write(letter, "first", f"One, corrected. {TEXT}")
    assert found(letter) == []


def test_where_content_moves_updated_an_edit_is_told_to_bring_its_article_up_again(letter: Config) -> None:
    moving = config.load(None, (*SETTINGS, "feeds.updated=content"), letter.root, search=False)
    write(moving, "first", f"One, corrected. {TEXT}")
    [finding] = found(moving)
    assert (finding.path, finding.rule.id) == (letter.content / "first.md", "resurfaces")
    assert "(1 of 1): its content changed, and updated moved from 2026-03-02T00:00:00+00:00 to 2026-03-10" in finding.message
