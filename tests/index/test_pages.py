"""Archive pages that stand: they are not written again, and everything comes out as if they were."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from newsletter import periods
from newsletter.config import Config, Feeds
from newsletter.emitters import rss
from newsletter.emitters.feed import Feed
from newsletter.index import circumstances, place
from newsletter.publish import Report, build
from newsletter.writer import MANIFEST
from tests.factories import make_config
from tests.images.pictures import png
from tests.real import tree

NOW = datetime(2026, 4, 1, tzinfo=UTC)
Count = Callable[[], list[str]]


def article(config: Config, number: int, body: str = "Text.") -> None:
    config.content.mkdir(parents=True, exist_ok=True)
    text = f"---\ntitle: Number {number}\ndate: 2026-01-{number + 1:02}\n---\n{body}\n"
    (config.content / f"a{number}.md").write_text(text)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = make_config(tmp_path / "letter", feeds=Feeds(archive=True, archive_size=10, limit=10, tags=0, authors=0))
    for number in range(25):
        article(config, number)
    return config


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> Count:
    """Tell which pages were written in RSS since it was asked last."""
    paths: list[str] = []
    real = rss._document  # noqa: SLF001 - where every document is written

    def watch(config: Config, feed: Feed) -> object:
        paths.append(str(feed.number))
        return real(config, feed)

    def since() -> list[str]:
        told = paths[:]
        paths.clear()
        return told

    monkeypatch.setattr(rss, "_document", watch)
    return since


def run(config: Config) -> Report:
    return build(config, now=NOW, period=periods.parse("2026-03", config.timezone), jobs=1)


def scratch(config: Config) -> dict[str, bytes]:
    """Build with the same ledger and without an index; what out/ holds."""
    return tree(anew(config)[0])


def anew(config: Config) -> tuple[Path, Report]:
    """Build with the same ledger and without an index; return out/ and what was said."""
    fresh = config.root.parent / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(config.root, fresh, ignore=shutil.ignore_patterns("out", ".out.index"))
    (fresh / "out").mkdir()
    paths = {"root": fresh, "content": fresh / "content", "out": fresh / "out", "templates": fresh / "templates"}
    return fresh / "out", run(replace(config, **paths, ledger=str(fresh / ".out.ledger")))


def test_closed_pages_are_written_once(config: Config, pages: Count) -> None:
    run(config)
    assert pages() == ["1", "2", "None"]
    article(config, 27)
    report = run(config)
    assert pages() == ["None"]
    assert not [path for path in (*report.written, *report.removed) if path.startswith("archive/")]
    assert tree(config.out) == scratch(config)


def test_a_page_is_closed_after_those_that_stand(config: Config, pages: Count) -> None:
    run(config)
    for number in (25, 26, 27, 28, 29):
        article(config, number)
    pages()
    assert "archive/rss-3.xml" in run(config).written
    assert pages() == ["3", "None"]
    assert tree(config.out) == scratch(config)


def test_only_the_page_of_a_corrected_article_is_written_again(config: Config, pages: Count) -> None:
    run(config)
    article(config, 3, "Corrected.")
    pages()
    written = run(config).written
    assert pages() == ["1", "None"]
    assert {"archive/rss-1.xml", "archive/atom-1.xml", "archive/feed-1.json"} & set(written)
    assert tree(config.out) == scratch(config)


@pytest.mark.parametrize(
    "harm", [Path.unlink, lambda path: path.write_bytes(b""), lambda path: path.write_bytes(path.read_bytes() + b" ")]
)
@pytest.mark.parametrize("name", ["rss-1.xml", "atom-1.xml"])
def test_a_page_that_was_lost_or_edited_is_written_again(
    config: Config, pages: Count, harm: Callable[[Path], object], name: str
) -> None:
    run(config)
    before = tree(config.out)
    harm(config.out / "archive" / name)
    pages()
    assert run(config).written == (f"archive/{name}",)
    assert pages() == ["1", "None"]
    assert tree(config.out) == before


def test_a_template_or_setting_that_changes_writes_all_again(config: Config, pages: Count) -> None:
    run(config)
    config.templates.mkdir()
    (config.templates / "article.html.j2").write_text("<p>{{ item.article.title }}</p>\n")
    pages()
    run(config)
    assert pages() == ["1", "2", "None"]
    assert tree(config.out) == scratch(config)
    config = replace(config, language="de")
    pages()
    run(config)
    assert pages() == ["1", "2", "None"]
    assert tree(config.out) == scratch(config)


def test_another_program_writes_all_again(config: Config, pages: Count, monkeypatch: pytest.MonkeyPatch) -> None:
    run(config)
    monkeypatch.setattr(circumstances, "_code", lambda modules: b"another version of " + modules[0].encode())
    pages()
    run(config)
    assert pages() == ["1", "2", "None"]


@pytest.mark.parametrize("harm", ["DELETE FROM blobs WHERE number = -2", "UPDATE blobs SET body = X'7B7D' WHERE number = -2"])
def test_a_damaged_record_does_not_count(config: Config, pages: Count, harm: str) -> None:
    run(config)
    before = tree(config.out)
    with closing(sqlite3.connect(place(config))) as connection:
        connection.execute(harm)
        connection.commit()
    pages()
    run(config)
    assert pages() == ["1", "2", "None"]
    assert tree(config.out) == before


def test_the_record_holds_the_pages_there_are_and_no_others(config: Config) -> None:
    run(config)
    for number in range(10):
        (config.content / f"a{number}.md").unlink()
    run(config)
    with closing(sqlite3.connect(place(config))) as connection:
        [(body,)] = connection.execute("SELECT body FROM blobs WHERE number = -2").fetchall()
    documents = json.loads(body)["documents"]
    assert {path for path in documents if path.startswith("archive/")} == {"archive/rss-2.xml"}
    assert sorted(documents.keys() - {"archive/rss-2.xml"}) == [f"articles/a{at}/index.html" for at in range(10, 25)]
    assert tree(config.out) == scratch(config)


def test_where_the_time_zone_is_unknown_all_is_written(config: Config, pages: Count, monkeypatch: pytest.MonkeyPatch) -> None:
    run(config)
    pages()

    def fail(_: Config) -> bytes:
        raise OSError

    monkeypatch.setattr(circumstances, "of_outputs", fail)
    run(config)
    assert pages() == ["1", "2", "None"]


@pytest.mark.parametrize("number", [0, 24])
def test_a_local_file_that_is_missed_is_told_until_it_is_there(config: Config, number: int) -> None:
    article(config, number, "![A dot](dot.png)")
    (config.content / "sound.md").write_text("---\ntitle: S\ndate: 2026-01-01\naudio: a.mp3\ncover: c.png\n---\nText.\n")
    picture = f"a{number}.md:5: shows 'dot.png', which is no file of the content folder"
    sound = [
        f"sound.md: {field}, which is no file of the content folder"
        for field in ("cover: names 'c.png'", "enclosure: names 'a.mp3'")
    ]
    dot, tone = config.content / "dot.png", config.content / "a.mp3"
    for there in (False, False, True, True, False, True):
        if there:
            dot.write_bytes(png())
            tone.write_bytes(b"abc")
        else:
            dot.unlink(missing_ok=True)
            tone.unlink(missing_ok=True)
        expected = sound[:1] if there else [picture, *sound]
        assert sorted(map(str, run(config).remarks)) == expected
        out, report = anew(config)
        assert sorted(map(str, report.remarks)) == expected
        wanted, files = tree(out), tree(config.out)
        del wanted[MANIFEST]  # what was shown once stays in assets/, for mails that show it
        assert {path: files[path] for path in wanted} == wanted
        length = b'length="3"' if there else b'length="0"'
        assert any(length in body for name, body in tree(config.out).items() if name.endswith(".xml"))
