import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter import collector, frontmatter, index, reading
from newsletter.collector import Library
from newsletter.config import Config, Reading
from newsletter.index import Index, file
from newsletter.index.numbers import ROWS
from newsletter.index.sheets import read, sheet_of, written
from tests.factories import make_config
from tests.real import ROOT

RICH = """---
title: " A *rich*  one "
date: 2026-03-02T10:00:00+05:30
updated: 2026-03-03
expires: 2027-01-01
id: tag:letter.example,2020-01-01:x
slug: rich
permalink: /rich/
tags: [a, Ä, 😀]
authors: [Ada <a@a.example>, {name: Bob, url: https://b.example/}]
description: D
lang: de
image: {url: p.png, alt: P}
audio: /a.mp3
version: 1.10
category: "\\b"
---
# A rich one

Text.
"""
TEXTS = (
    RICH,
    "---\ntitle: T\ndate: 2026-03-02\n---\nText.\n",
    "---\ntitle: T\ndate: 2026-03-02\n---\nText?\n",
    "---\ntitle: T\ndate: 2026-03-02\nslug: same\n---\nText.\n",
    "---\ntitle: D\ndate: 2026-03-02\ndraft: true\nslug: same\nlang: '?'\n---\nText.\n",
    "---\ntitle: T\ndate: tomorow\nstatus: perhaps\n---\nText.\n",
    '{"title": "\\ud800", "date": "2026-03-02"}\nText.\n',
    "# No date\n\nText.\n",
    "redirect: /x/\n\n",
    "",
)
#: Says what no row of the index can hold: half a character.
HALF = '{"title": "T", "date": "2026-03-02", "\\ud800": "half"}\nText.\n'
PATHS = ("a.md", "b.md", "x/a.md", "x/2026-01-05-c.md", "_drafts/d.md", "README.md", "_x.md", "m.mdx", "p.png")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = make_config(tmp_path)
    config.content.mkdir()
    return config


def write(config: Config, path: str, text: str = TEXTS[1]) -> None:
    place = config.content / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


def without(config: Config) -> Library:
    return collector.load(config, indexed=False)


def told(library: Library) -> tuple[Library, list[str]]:
    """Make a library that can be compared: errors are equal to themselves alone."""
    return replace(library, problems=()), list(map(repr, library.problems))


def settle(config: Config) -> None:
    """Date all files back, so that none is fresh, and take them into the index."""
    for path in sorted(config.content.rglob("*")):
        os.utime(path, ns=(10**18, 10**18))
    collector.load(config)


def old(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no file be fresh: as if time passed between any two steps of a test."""
    monkeypatch.setattr("newsletter.folder.is_fresh", lambda _state, _began: False)


def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note which files are read from now on, and which of them are parsed: those end in an exclamation mark."""
    noted: list[str] = []
    read, parse = reading.read, frontmatter.parse

    def reading_one(config: Config, file: Any, known: Any = None) -> Any:  # noqa: ANN401 - as it is called
        noted.append(file.path)
        return read(config, file, known)

    def parsing(text: str, *, path: str, zone: ZoneInfo) -> frontmatter.Parsed:
        noted.append(f"{path}!")
        return parse(text, path=path, zone=zone)

    monkeypatch.setattr(reading, "read", reading_one)
    monkeypatch.setattr(frontmatter, "parse", parsing)
    return noted


def test_all_that_a_file_says_comes_back(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    old(monkeypatch)
    for number, text in enumerate(TEXTS):
        write(config, f"{number}.md", text)
    (config.content / "latin.md").write_bytes(b"\xe9")
    first = collector.load(config)
    noted = reads(monkeypatch)
    second = collector.load(config)
    assert noted == []
    assert told(first) == told(second) == told(without(config))
    assert repr(first) == repr(second)  # time zones and types, too


def test_only_what_changed_is_read(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    old(monkeypatch)
    for path in ("a.md", "b.md", "c.md", "d.md"):
        write(config, path)
    collector.load(config)
    noted = reads(monkeypatch)
    write(config, "a.md", "---\ntitle: Another title\ndate: 2026-03-02\n---\n")
    os.utime(config.content / "b.md", ns=(1, 1))
    (config.content / "c.md").rename(config.content / "renamed.md")
    write(config, "new.md")
    library = collector.load(config)
    assert noted == ["a.md", "a.md!", "b.md", "new.md", "new.md!", "renamed.md", "renamed.md!"]
    noted.clear()
    assert told(collector.load(config)) == told(library)
    assert noted == []
    assert told(library) == told(without(config))


def test_a_renamed_folder_is_read_anew(config: Config) -> None:
    write(config, "x/a.md")
    settle(config)
    (config.content / "x").rename(config.content / "_drafts")
    library = collector.load(config)
    assert [one.path for one in library.found] == ["_drafts/a.md"]
    assert told(library) == told(without(config))


def test_a_file_that_changed_in_the_same_tick_is_noticed(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stamp may be the same: a clock that stands still shows it."""
    monkeypatch.setattr("newsletter.folder.numbers", lambda state: (state.st_size, 0, 0, 0))
    write(config, "a.md", TEXTS[1])
    collector.load(config)
    write(config, "a.md", TEXTS[2])
    assert told(collector.load(config)) == told(without(config))


def test_a_fresh_file_is_read_again_but_once_and_not_parsed(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    write(config, "a.md")
    os.utime(config.content / "a.md", ns=(3 * 10**18, 3 * 10**18))  # in the future: fresh for long
    collector.load(config)
    noted = reads(monkeypatch)
    before = index.place(config).read_bytes()
    collector.load(config)
    assert noted == ["a.md"]
    assert index.place(config).read_bytes() == before
    old(monkeypatch)
    collector.load(config)
    collector.load(config)
    assert noted == ["a.md", "a.md"]


def test_rows_of_vanished_files_go(config: Config) -> None:
    for number in range(10):
        write(config, f"{number}.md")
    collector.load(config)
    shutil.rmtree(config.content)
    config.content.mkdir()
    collector.load(config)
    assert Index(config).rows() == {}


def test_what_cannot_be_read_is_not_kept(config: Config) -> None:
    (config.content / "link.md").symlink_to("nowhere")
    write(config, "large.md", "x" * 100)
    small = replace(config, reading=Reading(max_bytes=10))
    assert len(collector.load(small).problems) == 2
    assert Index(small).rows() == {}


def test_an_unchanged_folder_leaves_the_index_as_it_is(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    old(monkeypatch)
    write(config, "a.md")
    collector.load(config)
    before = index.place(config).stat()
    collector.load(config)
    assert index.place(config).stat() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"timezone": ZoneInfo("Asia/Tokyo")},
        {"permalink": "{year}/{slug}/"},
        {"url": "https://other.example/"},
        {"authority": "other.example"},
        {"reading": Reading(exclude=("a*",))},
        {"reading": Reading(extensions=(".mdx",))},
        {"reading": Reading(max_bytes=50)},
    ],
)
def test_another_configuration_reads_anew(config: Config, changes: dict[str, object]) -> None:
    for path, text in zip(PATHS, TEXTS, strict=False):
        write(config, path, text)
    settle(config)
    changed = replace(config, **changes)
    assert told(collector.load(changed)) == told(without(changed))
    assert told(collector.load(config)) == told(without(config))


def test_an_index_out_of_reach_is_gone_without(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    write(config, "a.md")
    monkeypatch.setattr("newsletter.index.circumstances.PACKAGE", config.root / "program.zip")
    monkeypatch.setattr("zoneinfo.TZPATH", ())
    monkeypatch.setattr("importlib.resources.files", Path)
    index.circumstances._rules.cache_clear()  # noqa: SLF001 - a process asks but once
    assert told(collector.load(config)) == told(without(config))
    assert not index.place(config).exists()


def test_no_heavy_library_is_imported_where_nothing_changed(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess  # noqa: PLC0415 - for this test alone
    import sys  # noqa: PLC0415 - the same

    old(monkeypatch)
    write(config, "a.md")
    collector.load(config)
    code = (
        "import sys; from pathlib import Path; from newsletter import collector; from tests.factories import make_config\n"
        "config = make_config(Path(sys.argv[1])); assert len(collector.load(config).articles) == 1\n"
        "print([name for name in ('yaml', 'frontmatter', 'markdown', 'jinja2', 'premailer', 'lxml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, config.root], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


STEPS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(PATHS), st.sampled_from(TEXTS)),
    st.tuples(st.just("touch"), st.sampled_from(PATHS), st.just("")),
    st.tuples(st.just("delete"), st.sampled_from(PATHS), st.just("")),
    st.tuples(st.just("rename"), st.sampled_from(PATHS), st.sampled_from(PATHS)),
    st.tuples(st.just("lose"), st.just(""), st.just("")),
    st.tuples(st.just("damage"), st.just(""), st.just("")),
    st.tuples(st.just("restore"), st.just(""), st.just("")),
    st.tuples(st.just("zone"), st.just(""), st.sampled_from(("UTC", "Asia/Tokyo"))),
)


def happen(config: Config, step: str, name: str, more: str) -> None:
    """Let something happen to a file, or to the index."""
    path, kept = config.content / name, index.place(config)
    if step == "write":
        write(config, name, more)
    elif step == "touch" and path.is_file():
        os.utime(path, ns=(10**18, 10**18))
    elif step == "delete":
        path.unlink(missing_ok=True)
    elif step == "rename" and path.is_file():
        (config.content / more).parent.mkdir(parents=True, exist_ok=True)
        path.rename(config.content / more)
    elif step == "lose":
        kept.unlink(missing_ok=True)
    elif step == "damage" and kept.exists():
        raw = kept.read_bytes()
        kept.write_bytes(raw[: len(raw) // 2] + b"damage" + raw[len(raw) // 2 + 6 :])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(STEPS, max_size=4), min_size=2, max_size=6))
def test_whatever_happens_the_outcome_is_that_of_reading_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runs: list[list[tuple[str, str, str]]]
) -> None:
    root = tmp_path / "letter"
    shutil.rmtree(root, ignore_errors=True)
    config = make_config(root)
    config.content.mkdir(parents=True)
    kept = index.place(config)
    backup = b""
    monkeypatch.setattr(index, "LEAST", 1)
    monkeypatch.setattr(index, "PARTS", 3)
    for steps in runs:
        for step, name, more in steps:
            if step == "zone":
                config = replace(config, timezone=ZoneInfo(more))
            elif step == "restore" and backup:
                index.place(config).write_bytes(backup)
            else:
                happen(config, step, name, more)
        assert told(collector.load(config)) == told(without(config))
        backup = backup or (kept.read_bytes() if kept.exists() else b"")


def blobs(config: Config) -> dict[int, bytes]:
    """Return the blobs of rows as the file has them."""
    with closing(sqlite3.connect(index.place(config))) as connection:
        return dict(connection.execute("SELECT number, body FROM blobs WHERE number BETWEEN 0 AND ?", (index.PARTS,)).fetchall())


def test_one_change_writes_one_blob_anew(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    old(monkeypatch)
    monkeypatch.setattr(index, "LEAST", 2)
    for number in range(10, 30):
        write(config, f"{number}.md")
    collector.load(config)
    before = blobs(config)
    assert len(before) == 10
    write(config, "15.md", TEXTS[2])
    (config.content / "25.md").unlink()
    write(config, "05.md")
    library = collector.load(config)
    after = blobs(config)
    assert sorted(number for number in after if after[number] != before[number]) == [0, 2, 7]
    noted = reads(monkeypatch)
    assert told(collector.load(config)) == told(library) == told(without(config))
    assert len(noted) == 2 * 20  # read, and parsed, without the index alone
    (config.content / "10.md").unlink()
    (config.content / "11.md").unlink()
    (config.content / "05.md").unlink()
    collector.load(config)
    assert before.keys() - blobs(config).keys() == {0}


def test_blobs_that_grow_too_large_are_cut(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    old(monkeypatch)
    monkeypatch.setattr(index, "LEAST", 2)
    monkeypatch.setattr(index, "PARTS", 4)
    monkeypatch.setattr(index, "LARGEST", 2)
    for number in range(10, 90):
        write(config, f"{number}.md")
        if not number % 3:
            library = collector.load(config)
            assert told(library) == told(without(config))
    sizes = [len(read(body).stamps) for body in blobs(config).values()]
    assert len(sizes) == 4
    assert sum(sizes) == 78
    assert max(sizes) <= index.LARGEST * 20


def test_blobs_of_several_times_are_put_in_order(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a crash may leave them."""
    old(monkeypatch)
    monkeypatch.setattr(index, "LEAST", 2)
    for number in range(10, 20):
        write(config, f"{number}.md")
    collector.load(config)
    kept = Index(config)
    sheet, bodies = sheet_of(kept.some(["12.md", "13.md"]).values())
    file.store(index.place(config), kept._key, {7: written(sheet), ROWS + 7: written(bodies)})  # noqa: SLF001 - to forge one
    assert told(collector.load(config)) == told(without(config))
    write(config, "30.md")
    assert told(collector.load(config)) == told(without(config))
    assert [path for body in blobs(config).values() for path in read(body).columns.paths].count("12.md") == 1


@pytest.mark.parametrize("least", [1, 32])
def test_rows_that_cannot_be_written_are_read_again_and_keep_no_other_from_being_written(
    config: Config, monkeypatch: pytest.MonkeyPatch, least: int
) -> None:
    monkeypatch.setattr(index, "LEAST", least)
    for number, text in enumerate(TEXTS):
        write(config, f"{number}.md", text)
    write(config, "half.md", HALF)
    settle(config)
    library = without(config)
    assert told(collector.load(config)) == told(library)
    assert {one.path for one in library.found} - Index(config).stamps.keys() == {"half.md"}
    assert told(collector.load(config)) == told(library)
