from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter import assets, checks, collector, config, periods, publish
from newsletter.config import Config
from newsletter.errors import OutputError
from tests.images.pictures import png

NOW = datetime(2026, 3, 10, tzinfo=UTC)
SETTINGS = ("title=T", "url=https://letter.example", "digest.unsubscribe=https://letter.example/leave/")


@pytest.fixture
def letter(tmp_path: Path) -> Config:
    (tmp_path / "content").mkdir()
    for day, name in ((2, "first"), (3, "second")):
        (tmp_path / "content" / f"{name}.md").write_text(f"---\ntitle: {name}\ndate: 2026-03-0{day}\n---\nText of {name}.\n")
    return config.load(None, (*SETTINGS, "reading.max_seconds=1"), tmp_path, search=False)


def build(letter: Config) -> None:
    publish.build(letter, now=NOW, period=periods.parse("2026-W10", letter.timezone), jobs=1)


def found(letter: Config) -> list[tuple[str, str]]:
    result = checks.run(letter, now=NOW, jobs=1)
    return [(finding.path.relative_to(letter.root).as_posix(), finding.rule.id) for finding in problems(result)]


def problems(result: checks.Result) -> list[checks.Finding]:
    return [finding for finding in result.findings if finding.rule.severity is not checks.Severity.NOTE]


def test_a_publication_just_built_has_no_findings(letter: Config) -> None:
    build(letter)
    result = checks.run(letter, now=NOW, jobs=1)
    assert (problems(result), result.feeds, result.out) == ([], True, letter.out)
    [table] = result.tables
    assert table.path == letter.out / "issues/2026-W10/email.html"
    assert {finding.rule.id for finding in result.findings} == {"client-enhancement"}


def test_what_a_service_needs_to_keep_a_mail_whole_is_no_finding(letter: Config) -> None:
    sets = ("title=T", "url=https://letter.example", "digest.service=listmonk", "digest.address=1 Test Street, 10115 Berlin")
    marked = config.load(None, sets, letter.root, search=False)
    build(marked)
    assert b"{{ Safe `" in (letter.out / "issues/2026-W10/email.html").read_bytes()
    assert problems(checks.run(marked, now=NOW, jobs=1)) == []


def test_without_feeds_only_the_articles_are_checked(letter: Config) -> None:
    (letter.content / "wrong.md").write_text("---\ntitle: W\ndate: tomorow\n---\n")
    result = checks.run(letter, now=NOW, jobs=1)
    assert not result.feeds
    [finding] = result.findings
    assert (finding.path, finding.line, finding.rule.id) == (letter.content / "wrong.md", 3, "front-matter")


def test_an_article_published_since_the_build_is_what_the_feeds_lack(letter: Config) -> None:
    build(letter)
    (letter.content / "third.md").write_text("---\ntitle: T\ndate: 2026-03-09\n---\nText.\n")
    assert found(letter) == [(f"out/{name}", "feed-articles") for name in ("rss.xml", "atom.xml", "feed.json")]


def test_what_feeds_leave_out_by_number_or_age_is_not_missed(letter: Config) -> None:
    narrow = config.load(None, (*SETTINGS, "feeds.limit=1", "feeds.max_age=30"), letter.root, search=False)
    build(narrow)
    assert found(narrow) == []
    assert len(found(letter)) == 3


def test_what_is_taken_out_of_an_article_is_remarked(letter: Config) -> None:
    (letter.content / "first.md").write_text("---\ntitle: F\ndate: 2026-03-02\n---\nText <script>alert(1)</script>.\n")
    assert ("content/first.md", "remark") in found(letter)


def test_an_article_that_cannot_be_rendered_is_found_and_not_missed_in_the_feeds(letter: Config) -> None:
    build(letter)
    (letter.content / "bad.md").write_text("---\ntitle: B\ndate: 2026-03-04\n---\n" + "> " * 30_000 + "deep\n")
    findings = found(letter)
    assert [path for path, _ in findings] == ["content/bad.md"]


def test_a_picture_that_a_build_could_not_copy_is_found(letter: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    (letter.content / "first.md").write_text("---\ntitle: F\ndate: 2026-03-02\n---\n![A picture](a.png)\n")
    (letter.content / "a.png").write_bytes(png())
    assert found(letter) == []
    monkeypatch.setattr(assets, "LARGEST_ASSET", 63)
    assert found(letter) == [("content/first.md", "readable")]


def test_an_article_that_changes_while_it_is_checked_is_found(letter: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    load = collector.load

    def load_then_change(config: Config) -> collector.Library:
        library = load(config)
        (letter.content / "first.md").write_text("---\ntitle: F\ndate: 2026-03-02\n---\nOther.\n")
        return library

    monkeypatch.setattr(collector, "load", load_then_change)  # another program's doing, at a bad moment
    assert ("content/first.md", "readable") in found(letter)


def test_a_feed_that_cannot_be_opened_is_told_on_one_line(letter: Config) -> None:
    (letter.out / "rss.xml").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"rss\.xml: cannot be read: Is a directory$"):
        checks.run(letter, now=NOW, jobs=1)


def test_the_newest_digest_is_checked_and_its_problems_are_placed_in_the_articles(letter: Config) -> None:
    (letter.content / "second.md").write_text(
        "---\ntitle: second\ndate: 2026-03-03\n---\n\nText, for which\n[click here](http://there.example/page).\n"
    )
    build(letter)
    result = checks.run(letter, now=NOW, jobs=1)
    assert [(finding.path, finding.line, finding.rule.id) for finding in problems(result)] == [
        (letter.content / "second.md", 7, "mail-http"),
        (letter.content / "second.md", 7, "mail-link-text"),
    ]


def test_issues_before_the_newest_are_let_be(letter: Config) -> None:
    build(letter)
    older = letter.out / "issues/2026-W10"
    (letter.content / "third.md").write_text("---\ntitle: third\ndate: 2026-03-09\n---\nText.\n")
    later = datetime(2026, 3, 17, tzinfo=UTC)
    publish.build(letter, now=later, period=periods.parse("2026-W11", letter.timezone), jobs=1)
    (older / "email.html").write_text("<p>nothing</p>")
    result = checks.run(letter, now=later, jobs=1)
    assert problems(result) == []
    assert [table.path.parent.name for table in result.tables] == ["2026-W11"]


def test_a_digest_that_is_gone_or_damaged_is_found(letter: Config) -> None:
    build(letter)
    folder = letter.out / "issues/2026-W10"
    (folder / "email.html").unlink()
    assert found(letter) == [("out/issues/2026-W10/email.html", "digest-readable")]
    (folder / "issue.json").write_text("{}")
    assert found(letter) == [("out/issues/2026-W10/issue.json", "digest-readable")]
    (folder / "issue.json").unlink()
    assert found(letter) == []


@pytest.mark.parametrize("name", ["issue.json", "email.html"])
def test_a_digest_that_cannot_be_opened_is_told_on_one_line(name: str, letter: Config) -> None:
    build(letter)
    path = letter.out / "issues/2026-W10" / name
    path.unlink()
    path.mkdir()
    with pytest.raises(OutputError, match=rf"{name}: cannot be read: Is a directory$"):
        checks.run(letter, now=NOW, jobs=1)


def test_an_empty_mail_is_no_reason_to_stop(letter: Config) -> None:
    build(letter)
    (letter.out / "issues/2026-W10/email.html").write_bytes(b"")
    assert {rule for _, rule in found(letter)} == {"mail-preheader", "mail-unsubscribe", "parity-articles"}
