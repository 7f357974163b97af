"""Builds that pass over the articles of which nothing changed: nobody can tell by what comes out."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter import bystanders, collector, index, writer
from newsletter.config import Config, EditionTable, Feeds
from newsletter.errors import NewsletterError
from newsletter.index import settled
from newsletter.index.numbers import ROWS
from newsletter.ledger import open_ledger
from newsletter.ledger.articles import Articles
from newsletter.model import Period
from newsletter.publish import Report, build
from newsletter.situation import Situation, look
from newsletter.survey import survey
from tests.factories import make_config
from tests.real import shared, tree

NOW = datetime(2026, 4, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PERIOD = Period(start=NOW - 3 * DAY, end=NOW, key="late-march")
COUNT = 14
#: Nobody can tell the one from the other, but by its path.
TWIN, TWINS = 5, 9
#: Shown by the feeds or in the issue of the period.
SHOWN = ["a11.md", "a12.md", "a13.md"]
#: So does one of them refer to others.
LINKING = 2
LINKS = " [That](a5.md), [that](b.md), [[other]] and ![this](p.png)."
#: So few are on a page of the archive, that there are several.
PAGE = 3
Names = list[str]


@pytest.fixture(autouse=True)
def _old(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no file be fresh: as if time passed between any two steps of a test."""
    monkeypatch.setattr("newsletter.folder.is_fresh", lambda _state, _began: False)


def write(config: Config, name: str, text: str) -> None:
    place = config.content / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


@pytest.fixture
def parted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Note what builds pass over."""
    noted: list[object] = []
    real = bystanders.part

    def noting(*arguments: Any) -> object:  # noqa: ANN401 - as it is called
        noted.append(real(*arguments))
        return noted[-1]

    monkeypatch.setattr("newsletter.situation.part", noting)
    return noted


def article(number: int, **fields: object) -> str:
    front = {"title": f"Number {number}", "date": f"{NOW - (COUNT - number) * DAY:%Y-%m-%dT%H:%M:%SZ}", **fields}
    lines = "".join(f"{key}: {value}\n" for key, value in front.items() if value is not None)
    return f"---\n{lines}---\nThis is text {number}.{LINKS if number in (LINKING, 40) else ''}\n"


def feeds_of(updated: str, *, archive: bool) -> Feeds:
    return Feeds(limit=3, tags=0, authors=0, updated=updated, archive=archive, archive_size=PAGE)


def letter(root: Path) -> Config:
    config = make_config(root, permalink="https://elsewhere.example/{slug}/", feeds=Feeds(limit=3, tags=0, authors=0))
    for number in range(COUNT):
        # there are two of one of them
        write(config, f"a{number}.md", article(TWIN if number == TWINS else number))
    return config


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Configure a publication that was built."""
    config = letter(tmp_path / "letter")
    build(config, now=NOW, period=PERIOD)
    return config


def seen(config: Config, now: datetime = NOW) -> Situation:
    return look(config, now=now, period=PERIOD)


def meddle(config: Config) -> None:
    """Write to the ledger as another run may."""
    with closing(sqlite3.connect(config.ledger)) as connection, connection:
        connection.execute("UPDATE articles SET title = title || '!' WHERE path = 'a5.md'")


def passed_over(config: Config, now: datetime = NOW) -> int:
    others = seen(config, now).library.bystanders
    return 0 if others is None else len(others.who)


def read(situation: Situation) -> Names:
    return [one.path for one in situation.library.by_path]


def without(config: Config) -> Situation:
    index.place(config).unlink()
    return seen(config)


def test_nothing_is_made_of_what_no_output_shows(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    write(config, "new.md", article(40, date="2026-03-30"))
    with monkeypatch.context() as patch:
        patch.setattr(Articles, "shelf", lambda _: pytest.fail("the whole ledger"))
        report = build(config, now=NOW, period=PERIOD)
    assert report.newest is not None
    assert (report.newest.path, report.entries, len(report.found)) == ("a13.md", 3, COUNT + 1)
    situation = seen(config)
    assert read(situation) == [*SHOWN, "new.md"]
    others = situation.library.bystanders
    assert others is not None
    with open_ledger(config.ledger) as ledger:
        known = {one.path: one.id for one in ledger.known()}
    paths = others.who.paths()
    assert {*others.ids} == {known[path] for path in paths} == {*known.values()} - {known[path] for path in read(situation)}
    assert {*paths} == {f"a{number}.md" for number in range(COUNT - len(SHOWN))}
    assert [one.path for one in report.found] == [one.path for one in collector.load(config).found]


def test_all_that_is_listed_is_read_when_somebody_asks(config: Config) -> None:
    quick = seen(config)
    found = quick.today.found
    whole = without(config)
    assert quick.library.bystanders is not None
    assert whole.library.bystanders is None
    assert found == whole.today.found
    assert found[3] == whole.today.found[3]
    assert found[2:4] == whole.today.found[2:4]


def test_a_list_that_the_index_does_not_tell_any_more_is_read_anew(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "LEAST", 1)  # or all rows are read with those that are shown
    without(config)
    build(config, now=NOW, period=PERIOD)
    found = seen(config).today.found
    whole = without(config).today.found
    index.place(config).unlink()
    assert found == whole


@pytest.mark.parametrize("body", [b"", b"\xff", b"\x92\xc4\x00\x90"])
def test_rows_that_are_damaged_are_read_from_their_files(config: Config, body: bytes) -> None:
    write(config, "new.md", article(40))
    with closing(sqlite3.connect(index.place(config))) as connection, connection:
        connection.execute("UPDATE blobs SET body = ? WHERE number >= ? AND number < ?", (body, ROWS, ROWS + index.PARTS))
    situation = seen(config)
    assert situation.library.bystanders is None
    assert len(read(situation)) == COUNT + 1


@pytest.mark.parametrize("body", [b"\xff", b"\x92\xc4\x00\x90"])
def test_rows_that_are_others_rows_are_read_from_their_files(config: Config, body: bytes) -> None:
    kept = index.Index(config)
    index.file.store(index.place(config), kept._key, {ROWS: body})  # noqa: SLF001 - to forge one
    assert len(read(seen(config))) == COUNT


def test_an_index_that_is_damaged_for_good_is_gone_without(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(index.place(config))) as connection, connection:
        connection.execute("DELETE FROM blobs WHERE number >= ? AND number < ?", (ROWS, ROWS + index.PARTS))
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: (_ for _ in ()).throw(PermissionError()))
    assert len(read(seen(config))) == COUNT


def changed(config: Config, **changes: object) -> Config:
    return replace(config, feeds=replace(config.feeds, **changes))


WHOLE: dict[str, Callable[[Config], Config]] = {
    "tags": lambda config: changed(config, tags=1),
    "authors": lambda config: changed(config, authors=1),
    "archive": lambda config: changed(config, archive=True),
    "editions": lambda config: replace(config, editions=(EditionTable(name="One"),)),
    "pages of our own": lambda config: replace(config, permalink=""),
    "another ledger": lambda config: replace(config, ledger=str(config.root / "another")),
}


@pytest.mark.parametrize("change", WHOLE.values(), ids=[*WHOLE])
def test_where_outputs_may_show_any_article_all_are_read(config: Config, change: Callable[[Config], Config]) -> None:
    assert passed_over(config)
    if not (other := change(config)).ledger.endswith("another"):
        assert len(read(seen(other))) == COUNT


@pytest.mark.parametrize(
    "fields",
    [{"slug": "a3"}, {"slug": "A3"}, {"permalink": "https://elsewhere.example/a3/"}, {"id": "tag:letter.example,2026-03-21:a3"}],
)
def test_a_name_that_somebody_has_makes_all_be_read(config: Config, fields: dict[str, str]) -> None:
    with open_ledger(config.ledger) as ledger:
        assert "tag:letter.example,2026-03-21:a3" in {one.id for one in ledger.known()}
    write(config, "new.md", article(40, **fields))
    assert passed_over(config) == 0


def test_names_that_several_want_are_their_matter_alone(config: Config) -> None:
    for name, day in (("x/foo.md", 20), ("y/foo.md", 21)):
        write(config, name, article(60 + day, date=f"2026-03-{day}"))
    build(config, now=NOW, period=PERIOD)
    situation = seen(config)
    assert read(situation) == [*SHOWN, "x/foo.md", "y/foo.md"]
    assert [one.slug for one in situation.library.by_path[-2:]] == ["foo", "foo-2026-03-21"]
    assert passed_over(config) == COUNT - len(SHOWN)
    write(config, "a12.md", article(12, title="Other"))
    build(config, now=NOW, period=PERIOD)
    assert passed_over(config)


def test_a_name_that_is_had_instead_of_another_is_nobody_elses(config: Config) -> None:
    write(config, "old.md", article(60, date="2026-03-19", slug="foo-2026-03-21"))
    for name, day in (("x/foo.md", 20), ("y/foo.md", 21)):
        write(config, name, article(60 + day, date=f"2026-03-{day}"))
    build(config, now=NOW, period=PERIOD)
    assert passed_over(config)  # it is still to be recorded that nothing changed about what was new
    build(config, now=NOW, period=PERIOD)
    assert passed_over(config) == 0
    names = {one.path: one.slug for one in seen(config).library.by_path}
    assert (names["old.md"], names["x/foo.md"], names["y/foo.md"]) == ("foo-2026-03-21", "foo", "foo-y")


@pytest.mark.parametrize("text", [article(40, title="Number 4"), article(4, title="Another", date="2026-03-30")])
def test_what_is_like_another_is_looked_at_with_it(config: Config, text: str) -> None:
    write(config, "new.md", text)
    assert read(seen(config)) == [*SHOWN, "a4.md", "new.md"]


def test_what_is_reserved_for_an_issue_is_in_it(config: Config) -> None:
    with open_ledger(config.ledger) as ledger:
        ids = [one.id for one in ledger.known()]
    wanted = bystanders.Wanted(articles=[ids[2]])
    situation = seen(config)
    assert situation.index is not None
    assert situation.ledger is not None
    before = settled.recall(situation.index, situation.ledger)
    parted = bystanders.part(config, survey(config), before, wanted, NOW)
    assert parted is not None
    assert [row.path for row in parted.rows] == ["a11.md", "a12.md", "a13.md", "a2.md"]


def test_a_ledger_that_changed_makes_all_be_read(config: Config) -> None:
    meddle(config)
    assert passed_over(config) == 0
    build(config, now=NOW, period=PERIOD)
    assert passed_over(config)


def test_an_index_that_another_command_wrote_makes_all_be_read(config: Config) -> None:
    write(config, "a3.md", article(3, title="Other"))
    collector.load(config)
    assert passed_over(config) == 0
    build(config, now=NOW, period=PERIOD)
    assert passed_over(config)


def test_what_was_edited_and_what_went_away_is_looked_at(config: Config) -> None:
    write(config, "a3.md", article(3, title="Other"))
    (config.content / "a4.md").unlink()
    situation = seen(config)
    assert read(situation) == [*SHOWN, "a3.md"]
    assert [one.path for one in situation.today.recognition.vanished] == ["a4.md"]
    build(config, now=NOW, period=PERIOD)
    with open_ledger(config.ledger) as ledger:
        assert {one.path: (one.title, one.gone) for one in ledger.known()}.items() >= {
            ("a3.md", ("Other", False)),
            ("a4.md", ("Number 4", True)),
        }


def test_where_most_changed_all_are_read(config: Config) -> None:
    for number in range(COUNT // 2 + 1):
        write(config, f"a{number}.md", article(number, title=f"Other {number}"))
    assert passed_over(config) == 0


def test_where_many_are_not_as_they_were_recorded_all_are_read(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settled, "FEW", 2)
    for number, least in ((1, 1), (2, 1), (3, 0)):
        write(config, f"a{number}.md", article(number, updated="2026-03-31"))
        build(config, now=NOW, period=PERIOD)
        assert (passed_over(config) > 0) == least


def test_what_a_ledger_lost_makes_all_be_read(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Articles.some
    monkeypatch.setattr(Articles, "some", lambda self, ids: real(self, [*ids][1:]))
    assert passed_over(config) == 0


def test_a_ledger_that_another_run_wrote_to_meanwhile_is_not_taken_for_known(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(config, "a3.md", article(3, title="Other"))
    real = writer.write

    def writing(*args: Any, **how: Any) -> object:  # noqa: ANN401 - as it is called
        meddle(config)
        return real(*args, **how)

    monkeypatch.setattr("newsletter.writer.write", writing)
    build(config, now=NOW, period=PERIOD)
    monkeypatch.undo()
    monkeypatch.setattr("newsletter.folder.is_fresh", lambda _state, _began: False)
    assert passed_over(config) == 0


def test_what_the_future_holds_is_looked_at(config: Config) -> None:
    assert read(seen(config, NOW - 10 * DAY)) == [f"a{number}.md" for number in sorted((2, 3, *range(4, COUNT)), key=str)]


#: Few values, so that articles look alike far more often than in life.
PATHS = ["a1.md", "a5.md", "a12.md", "b.md", "c/b.md", "_drafts/d.md", "README.md", "p.png"]
TITLES = ["Number 1", "Number 5", "Other", " Number  5 "]
FIELDS = st.fixed_dictionaries(
    {"title": st.sampled_from(TITLES)},
    optional={
        "date": st.sampled_from(["2026-03-20", "2026-03-30T10:00:00+02:00", "2026-04-03", "2040-01-01", "tomorow", None]),
        "slug": st.sampled_from(["a5", "b", "new"]),
        "id": st.sampled_from(["tag:a.example,2026:x", "tag:a.example,2026:y"]),
        "updated": st.sampled_from(["2026-03-31", "2026-04-02"]),
        "expires": st.just("2026-04-02"),
        "draft": st.just("true"),
        "permalink": st.sampled_from(["https://elsewhere.example/a5/", "/own/"]),
        "enclosure": st.sampled_from(["/p.png", "https://elsewhere.example/a.mp3"]),
    },
)
STEPS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(PATHS), st.tuples(st.sampled_from([1, 5, 40]), FIELDS)),
    st.tuples(st.just("write"), st.sampled_from(PATHS), st.tuples(st.sampled_from([1, 5, 40]), FIELDS)),
    st.tuples(st.just("move"), st.sampled_from(PATHS), st.sampled_from(PATHS)),
    st.tuples(st.sampled_from(["delete", "touch", "list", "keep", "restore"]), st.sampled_from(PATHS), st.none()),
    st.tuples(st.just("spoil"), st.sampled_from(["archive/rss-1.xml", "archive/feed-2.json"]), st.sampled_from([b"", None])),
)
RUNS = st.tuples(st.lists(STEPS, max_size=3), st.sampled_from([0, 0, 1, 3, -5]), st.sampled_from([0, 0, 9]))


def happen(config: Config, what: str, path: str, more: Any, clock: Iterator[int]) -> None:  # noqa: ANN401 - as drawn
    """Let something happen to one of the publications."""
    place = config.content / path
    if what == "write":
        number, fields = more
        write(config, path, article(number, **fields))
    elif what == "move" and place.exists():
        (config.content / str(more)).parent.mkdir(exist_ok=True)
        place.rename(config.content / str(more))
    elif what == "delete":
        place.unlink(missing_ok=True)
    elif what == "list":
        collector.load(config)
    elif what == "spoil" and (spoilt := config.out / path).exists():
        spoilt.unlink() if more is None else spoilt.write_bytes(more)
    ledger, copy = Path(config.ledger), config.root / "copy"
    if what == "keep" and ledger.exists():
        shutil.copy(ledger, copy)
    elif what == "restore" and copy.exists():
        shutil.copy(copy, ledger)
    when = next(clock)
    for one in (place, config.content / str(more)):
        if one.is_file() and what in {"write", "touch"}:
            os.utime(one, ns=(when, when))


def outcome(config: Config, now: datetime, period: Period) -> tuple[object, ...]:
    """Build, and tell all that came of it."""
    report: Report | str
    try:
        report = build(config, now=now, period=period)
    except NewsletterError as error:
        report = str(error).replace(str(config.root), "")
    with open_ledger(config.ledger) as ledger:
        known = [*ledger.known()]
    told: tuple[object, ...] = (report,)
    if not isinstance(report, str):
        told = (
            *(replace(report, problems=(), steady=report.steady, found=()), [*report.found]),
            *([str(problem) for problem in report.problems], report.steady),
        )
    return told, known, tree(config.out)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=st.lists(RUNS, min_size=1, max_size=4), onward=st.booleans(), archive=st.booleans())
def test_whatever_happens_the_same_comes_out(
    tmp_path: Path,
    parted: list[object],
    runs: list[tuple[list[tuple[str, str, object]], int, int]],
    *,
    onward: bool,
    archive: bool,
) -> None:
    for name in ("quick", "whole"):
        shutil.rmtree(tmp_path / name, ignore_errors=True)
    feeds = replace(feeds_of("content" if onward else "declared", archive=archive), max_age=20)
    quick, whole = (replace(letter(tmp_path / name), feeds=feeds) for name in ("quick", "whole"))
    clocks = [iter(range(10**18, 2 * 10**18, 10**9)) for _ in range(2)]
    assert outcome(quick, NOW, PERIOD) == outcome(whole, NOW, PERIOD)
    now = NOW
    for steps, days, ago in runs:
        for step in steps:
            for config, clock in zip((quick, whole), clocks, strict=True):
                happen(config, *step, clock)
        now += days * DAY
        period = Period(start=now - (ago + 4) * DAY, end=now - ago * DAY, key=f"to-{now:%d}-{ago}")
        index.place(whole).unlink(missing_ok=True)
        parted.clear()
        assert outcome(quick, now, period) == outcome(whole, now, period)
        event("passed over" if any(parted) else "all read")


#: What is written on a day before it is built, counted from NOW: a path, and its text; None: the file goes.
History = list[tuple[int, dict[str, str | None]]]
NEWER: dict[str, str | None] = {f"n{hour}.md": article(50 + hour, date=f"2026-03-28T0{hour}:00:00Z") for hour in (1, 2, 3)}
HISTORIES: dict[str, History] = {
    "expires": [
        (0, {"a13.md": article(13, expires="2026-04-03T12:00:00Z")}),
        (1, {"b.md": article(41)}),
        (3, {"c.md": article(42)}),
    ],
    "future": [(0, {"b.md": article(41, date="2026-04-02T12:00:00Z")}), (1, {}), (2, {"c.md": article(42)}), (-5, {})],
    "edited unseen, and seen later": [
        (0, {"a11.md": None, "a12.md": None, "a13.md": None}),
        (0, NEWER),
        (1, {"a10.md": article(46, title="Number 10", date="2026-03-28T00:00:00Z")}),
        (1, {"d.md": article(43, date="2026-01-02")}),
        (2, dict.fromkeys(NEWER)),
        (3, {"e.md": article(44, date="2026-01-03")}),
        (4, {"f.md": article(45, date="2026-01-04")}),
    ],
    "to be updated, and no more": [
        (0, {"a3.md": article(3, updated="2026-04-04")}),
        (0, {"b.md": article(41)}),
        (5, {"a3.md": article(3)}),
    ],
    "updated, and no more": [(0, {"a3.md": article(3, updated="2026-03-31")}), (0, {}), (1, {"a3.md": article(3)}), (2, {})],
    "gone, and back": [(0, {"a3.md": None}), (1, {"b.md": article(41)}), (2, {"b.md": None, "a3.md": article(3)}), (3, {})],
    "one name for two": [
        (0, {"x/foo.md": article(61, date="2026-03-20"), "y/foo.md": article(62, date="2026-03-21")}),
        (0, {"b.md": article(41)}),
        (1, {"y/foo.md": None}),
        (2, {"z/foo.md": article(63, date="2026-03-12")}),
        (3, {"a3.md": article(3, slug="foo-2026-03-20")}),
        (3, {"d.md": article(43)}),
    ],
    "moved": [(0, {"a3.md": None, "c/b.md": article(3, title="Number 3")}), (1, {"b.md": article(41)})],
}


@pytest.mark.parametrize("archive", [False, True], ids=["few", "archive"])
@pytest.mark.parametrize("updated", ["declared", "content"])
@pytest.mark.parametrize("history", HISTORIES.values(), ids=[*HISTORIES])
def test_a_history_comes_out_the_same(
    tmp_path: Path, parted: list[object], history: History, updated: str, *, archive: bool
) -> None:
    feeds = feeds_of(updated, archive=archive)
    quick, whole = (replace(letter(tmp_path / name), feeds=feeds) for name in ("quick", "whole"))
    assert outcome(quick, NOW, PERIOD) == outcome(whole, NOW, PERIOD)
    for days, files in history:
        for config in (quick, whole):
            for name, text in files.items():
                if text is None:
                    (config.content / name).unlink()
                else:
                    write(config, name, text)
        index.place(whole).unlink()
        now = NOW + days * DAY
        assert outcome(quick, now, PERIOD) == outcome(whole, now, PERIOD)
    assert any(parted)


def test_it_was_not_for_nothing(tmp_path: Path, parted: list[object]) -> None:
    """Of builds to which little happens all but the first pass over what stands."""
    config = letter(tmp_path)
    for number in range(20):
        write(config, f"n{number}.md", article(50 + number, date="2026-03-10"))
        if number % 2:
            write(config, f"a{number % COUNT}.md", article(90 + number, date="2026-03-11"))
        build(config, now=NOW, period=PERIOD)
    assert [one is not None for one in parted] == [False] + 19 * [True]


@pytest.mark.parametrize("name", ["18f", "go-blog", "rust-blog"])
def test_a_real_blog_comes_out_the_same(tmp_path: Path, parted: list[object], name: str) -> None:
    """Two of these have files that want the same names."""
    feeds = Feeds(limit=5, tags=0, authors=0)
    permalink = "https://elsewhere.example/{path}/"
    quick, whole = (make_config(tmp_path / one, permalink=permalink, feeds=feeds) for one in ("quick", "whole"))
    for config in (quick, whole):
        shutil.copytree(shared("corpora") / name / "files", config.content, symlinks=True)
    assert outcome(quick, NOW, PERIOD) == outcome(whole, NOW, PERIOD)
    paths = sorted(path.relative_to(quick.content) for path in quick.content.rglob("*.md"))
    edited, moved, gone = paths[len(paths) // 3], paths[len(paths) // 2], paths[-3]
    for days in (1, 2):
        for config in (quick, whole):
            if days == 1:
                with (config.content / edited).open("a", encoding="utf-8") as file:
                    file.write("\nAnd a word more.\n")
            else:
                (config.content / moved).rename(config.content / moved.with_name("moved.md"))
                (config.content / gone).unlink()
            write(config, f"new-{days}.md", article(70 + days))
        index.place(whole).unlink()
        assert outcome(quick, NOW + days * DAY, PERIOD) == outcome(whole, NOW + days * DAY, PERIOD)
    assert [one is not None for one in parted] == [False, False, True, False, True, False]
