import errno
import fcntl
import json
import marshal
import os
import shutil
import sqlite3
import sys
import termios
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter import config as configuration
from newsletter import glance, writer
from newsletter.config import Config
from newsletter.glance import NAME, looking, sight
from newsletter.glance.sight import Sight
from newsletter.standstill import Standstill
from newsletter.steady import Span
from tests.factories import make_config

ASKED = ("build", "--period", "2026-W22")
SAID = (3, ("a.md: wrong",), ("2 articles",))
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ALWAYS = Span(since=datetime.min.replace(tzinfo=UTC), until=datetime.max.replace(tzinfo=UTC))
#: What a build made.
OURS = ("rss.xml", "articles/__pycache__/index.html")
TEXT = "---\ntitle: T\ndate: 2026-03-02\n---\nText.\n"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Make a publication as a build would leave it, and go there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    config = make_config(tmp_path)
    files = ("content/a.md", "content/p.png", "content/_issues/2026-W22.md", "templates/x.j2", ".out.ledger")
    for name in (*files, "content/b/c.md", "newsletter.toml", *(f"out/{name}" for name in OURS)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(TEXT)
    own(config, *OURS, "issues/2026-W01/issue.json")  # which the editor took away
    return config


def own(config: Config, *names: str) -> None:
    """Have files of out/ be the program's."""
    (config.out / writer.MANIFEST).write_text(json.dumps({"version": 1, "files": names}))


def begin(config: Config, *arguments: str) -> Standstill:
    return Standstill(config, configuration.sources(None, config.root), arguments or ASKED)


def told(arguments: Sequence[str]) -> "glance.Said | None":
    said, _ = glance.told(arguments)
    return said


def rewrite(path: Path) -> None:
    """Change a file in a way that its size and time do not tell."""
    before = path.stat()
    path.write_text(path.read_text().replace("Text", "Next"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_what_was_said_is_told_while_nothing_changes(config: Config) -> None:
    begin(config).remember(ALWAYS, SAID)
    assert told(ASKED) == SAID
    assert told(ASKED) == SAID


def test_nothing_is_told_at_first(config: Config) -> None:
    assert told(ASKED) is None
    assert config.root.is_dir()


def lead(root: Path) -> None:
    """Put a link to a folder in its place."""
    (root / "content").rename(root / "elsewhere")
    (root / "content").symlink_to("elsewhere")


def block(root: Path) -> None:
    """Put a folder in the place of the record."""
    (root / NAME).unlink()
    (root / NAME).mkdir()


def restore(root: Path) -> None:
    """Put back what was taken out of out/."""
    (root / "out" / "issues" / "2026-W01").mkdir(parents=True)
    (root / "out" / "issues" / "2026-W01" / "issue.json").write_text("{}")


def replace_by_folder(root: Path) -> None:
    """Put a folder in the place of a page."""
    (root / "out" / "rss.xml").unlink()
    (root / "out" / "rss.xml").mkdir()


def replace_by_link(root: Path) -> None:
    """Put a link to the same page in its place."""
    (root / "out" / "rss.xml").rename(root / "kept.xml")
    (root / "out" / "rss.xml").symlink_to("../kept.xml")


def lead_away(root: Path) -> None:
    """Put a link to the same folder in the place of one of out/."""
    (root / "out" / "articles").rename(root / "articles")
    (root / "out" / "articles").symlink_to("../articles")


def install(root: Path) -> None:
    """Put a tool's folder into the content folder."""
    (root / "content" / "node_modules").mkdir()
    (root / "content" / "node_modules" / "a.md").write_text("")


CHANGES: list[Callable[[Path], object]] = [
    lambda root: rewrite(root / "content" / "a.md"),
    lambda root: rewrite(root / "content" / "b" / "c.md"),
    lambda root: rewrite(root / "content" / "p.png"),
    lambda root: rewrite(root / "content" / "_issues" / "2026-W22.md"),
    lambda root: rewrite(root / "out" / "rss.xml"),
    lambda root: rewrite(root / "templates" / "x.j2"),
    lambda root: rewrite(root / ".out.ledger"),
    lambda root: rewrite(root / "newsletter.toml"),
    lambda root: (root / "content" / "b.md").write_text(TEXT),
    lambda root: (root / "content" / "b.png").write_text(""),
    lambda root: (root / "content" / "a.md").unlink(),
    lambda root: (root / "content" / "a.md").rename(root / "content" / "b.md"),
    lambda root: (root / "content" / "b").rename(root / "content" / "d"),
    lambda root: (root / "content" / "link.md").symlink_to("nowhere"),
    lambda root: (root / "content" / "b" / "c.md").touch(),
    lambda root: (root / "content" / "b" / "link.md").symlink_to("nowhere"),
    lambda root: (root / "content" / "b" / "d").mkdir(),
    lead,
    lambda root: (root / "out" / "rss.xml").unlink(),
    lambda root: (root / "out").rename(root / "aside"),
    lambda root: rewrite(root / "out" / "articles" / "__pycache__" / "index.html"),
    lambda root: shutil.rmtree(root / "out" / "articles"),
    lambda root: (root / "out" / writer.MANIFEST).write_text('{"version": 1, "files": []}'),
    lambda root: (root / "out" / writer.STAGING).mkdir(),
    restore,
    replace_by_folder,
    replace_by_link,
    lead_away,
    lambda root: (root / "templates" / "y.j2").write_text(""),
    lambda root: (root / ".out.ledger-journal").write_text(""),
    lambda root: (root / ".out.ledger.lock").write_text(""),
    lambda root: (root / "pyproject.toml").write_text(""),
    lambda root: (root / NAME).unlink(),
    lambda root: (root / NAME).write_bytes(b"damaged"),
    lambda root: (root / NAME).write_bytes((root / NAME).read_bytes()[:-1]),
    lambda root: (root / NAME).write_bytes(b""),
    block,
]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_is_built(config: Config, change: Callable[[Path], object]) -> None:
    begin(config).remember(ALWAYS, SAID)
    change(config.root)
    assert told(ASKED) is None


@pytest.mark.parametrize("link", ["link.md", "b/link.md"])
def test_what_a_link_leads_to_counts_as_if_it_were_there(config: Config, link: str) -> None:
    (config.content / link).symlink_to(config.root / "kept.md")
    (config.root / "kept.md").write_text(TEXT)
    begin(config).remember(ALWAYS, SAID)
    assert told(ASKED) == SAID
    rewrite(config.root / "kept.md")
    assert told(ASKED) is None


def test_templates_in_a_folder_that_a_link_leads_to_count_as_if_they_were_there(config: Config) -> None:
    """Jinja2 finds them there; links may lead in circles, and several of them to one place."""
    elsewhere = config.root / "elsewhere"
    (elsewhere / "parts").mkdir(parents=True)
    (elsewhere / "parts" / "mail.j2").write_text(TEXT)
    (elsewhere / "back").symlink_to(config.templates)
    for name in ("shared", "again"):
        (config.templates / name).symlink_to(elsewhere)
    begin(config).remember(ALWAYS, SAID)
    assert told(ASKED) == SAID
    rewrite(elsewhere / "parts" / "mail.j2")
    assert told(ASKED) is None


IGNORED: list[Callable[[Path], object]] = [
    lambda root: (root / "content" / ".a.md.swp").write_text(""),
    lambda root: (root / "content" / ".git").mkdir(),
    lambda root: (root / "content" / "b" / ".git").mkdir(),
    install,
    lambda root: (root / "notes.txt").write_text(""),
    lambda root: (root / "out" / "robots.txt").write_text(""),
    lambda root: (root / "out" / "articles" / "robots.txt").write_text(""),
]


@pytest.mark.parametrize("change", IGNORED)
def test_what_a_build_does_not_look_at_changes_nothing(config: Config, change: Callable[[Path], object]) -> None:
    begin(config).remember(ALWAYS, SAID)
    change(config.root)
    assert told(ASKED) == SAID


def test_out_and_templates_inside_the_content_folder_are_looked_at_once(config: Config) -> None:
    inside = replace(config, out=config.content / "out", templates=config.content / "templates")
    (config.content / "out").mkdir()
    own(inside, "rss.xml")
    standstill = begin(inside)
    (config.content / "out" / "rss.xml").write_text("made meanwhile")
    standstill.remember(ALWAYS, SAID)
    assert told(ASKED) == SAID
    (config.content / "out" / "rss.xml").write_text("other")
    assert told(ASKED) is None


def test_another_command_line_is_carried_out(config: Config) -> None:
    begin(config).remember(ALWAYS, SAID)
    for other in (("build",), (*ASKED, "--strict"), ("run", *ASKED[1:]), ()):
        assert told(other) is None


def test_another_folder_or_program_is_asked_anew(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(config).remember(ALWAYS, SAID)
    monkeypatch.chdir(config.content)
    assert told(ASKED) is None
    monkeypatch.chdir(config.root)
    monkeypatch.setattr(sys, "version", "4.0")
    assert told(ASKED) is None


def test_a_module_that_would_be_found_first_is_noticed(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(config.root / "lib")
    monkeypatch.syspath_prepend(config.root / "archive.zip")
    (config.root / "lib").mkdir()
    begin(config).remember(ALWAYS, SAID)
    assert told(ASKED) == SAID
    (config.root / "lib" / "markdown.py").write_text("")
    assert told(ASKED) is None
    begin(config).remember(ALWAYS, SAID)
    assert told(ASKED) == SAID
    (config.root / "archive.zip").write_text("")
    assert told(ASKED) is None


def at(instant: datetime) -> tuple[str, ...]:
    return (*ASKED, "--now", instant.isoformat())


def test_a_record_counts_for_its_span_of_time(config: Config) -> None:
    day = timedelta(days=1)
    begin(config).remember(Span(since=NOW, until=NOW + day), SAID)
    assert [told(at(now)) for now in (NOW - day, NOW, NOW + day / 2, NOW + day)] == [None, SAID, SAID, None]
    assert told(("--now=2026-06-01T14:00:00+02:00", *ASKED)) == SAID
    assert told(ASKED) is None  # the clock says another year


def test_an_instant_that_takes_more_than_a_glance_is_left_to_the_command(config: Config) -> None:
    begin(config).remember(ALWAYS, SAID)
    for instant in (
        "2026-06-01",
        "2026-06-01T12:00:00",
        "tomorrow",
        "2026-W23-1T12:00:00Z",
        "2026-06-01T12:00:00.5Z",
        "9500-01-01T00:00:00Z",
        "1969-01-01T00:00:00Z",
    ):
        assert told((*ASKED, "--now", instant)) is None
    assert told((*ASKED, "--now")) is None


def test_the_epoch_of_reproducible_builds_counts_as_now(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(config).remember(Span(since=NOW, until=NOW + timedelta(days=1)), SAID)
    for epoch, expected in ((str(int(NOW.timestamp())), SAID), ("1", None), ("1_7", None), ("soon", None)):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        assert told(ASKED) == expected


def test_the_record_is_beside_the_configuration_file(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    below = config.content / "b"
    monkeypatch.chdir(below)
    for own in (("--config", "../../letter.toml"), ("--config=../../letter.toml",), ()):
        asked = (*ASKED, *own)
        Standstill(config, configuration.sources(Path("../../letter.toml"), below), asked).remember(ALWAYS, SAID)
        assert told(asked) == SAID
    assert (config.root / NAME).is_file()
    assert told((*ASKED, "--config", "letter.toml")) is None
    assert told((*ASKED, "--config")) is None


def test_what_changes_while_a_build_goes_on_is_built_next_time(config: Config) -> None:
    """Even within one tick, so that no stamp tells: the file is fresh, and its content was looked at before it was read."""
    started = begin(config)
    rewrite(config.content / "a.md")
    started.remember(ALWAYS, SAID)
    assert told(ASKED) is None


def test_files_that_are_not_fresh_any_more_need_not_be_read_again(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(config).remember(ALWAYS, SAID)
    for module in (looking, sight):
        monkeypatch.setattr(module, "is_fresh", lambda *_: False)
    assert told(ASKED) == SAID
    settled = (config.root / NAME).read_bytes()

    def contents(paths: dict[str, bytes]) -> dict[str, bytes]:
        assert not paths
        return {}

    for module in (glance, sight):
        monkeypatch.setattr(module, "contents", contents)
    assert told(ASKED) == SAID
    assert (config.root / NAME).read_bytes() == settled


def test_a_fresh_file_is_read_whatever_its_looks(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change within one tick of the clock: the same looks, another content."""
    begin(config).remember(ALWAYS, SAID)
    before = (config.content / "a.md").stat()
    look = os.stat

    def stat(path: str | int, **how: object) -> os.stat_result:
        return before if path == "a.md" else look(path, **how)  # type: ignore[arg-type]  # as the caller has it

    monkeypatch.setattr(os, "stat", stat)
    assert told(ASKED) == SAID
    (config.content / "a.md").write_text(TEXT.replace("Text", "Next"))
    assert told(ASKED) is None


def test_too_many_fresh_files_are_left_to_the_next_build(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sight, "MOST_FRESH", 1)
    begin(config).remember(ALWAYS, SAID)
    assert told(ASKED) is None


def test_with_a_ledger_elsewhere_nothing_is_told(config: Config) -> None:
    begin(replace(config, ledger="postgresql://ledger.example/letter")).remember(ALWAYS, SAID)
    assert told(ASKED) is None
    begin(replace(config, ledger=f"sqlite:///{config.ledger}")).remember(ALWAYS, SAID)
    assert told(ASKED) == SAID


def test_where_no_record_can_be_written_nothing_is_told(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    (config.root / NAME).mkdir()
    begin(config).remember(ALWAYS, SAID)
    elsewhere = replace(config, root=config.root / "none")
    begin(elsewhere).remember(ALWAYS, SAID)
    assert told(ASKED) is None
    monkeypatch.chdir("/")
    assert told(ASKED) is None


def test_what_the_glance_looked_at_is_not_looked_at_again(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(config).remember(ALWAYS, SAID)
    rewrite(config.content / "a.md")
    said, sights = glance.told(ASKED)
    assert said is None
    looked: list[Sequence[str]] = []

    class Counted(Sight):
        def __init__(self, files: Sequence[str], trees: "Sequence[sight.Tree]", named: "sight.Named" = ()) -> None:
            looked.append(files)
            super().__init__(files, trees, named)

    monkeypatch.setattr("newsletter.standstill.Sight", Counted)
    Standstill(config, configuration.sources(None, config.root), ASKED, sights).remember(ALWAYS, SAID)
    assert [list(files)[:1] for files in looked] == [[str(config.root / ".out.ledger")]]
    assert told(ASKED) == SAID
    rewrite(config.content / "a.md")
    assert told(ASKED) is None


def drawn(tickets: int, count: int) -> None:
    """Wait until so many tickets at most are left."""
    left = bytearray(4)
    while not fcntl.ioctl(tickets, termios.FIONREAD, left) and int.from_bytes(left, sys.byteorder) > count:
        time.sleep(0.001)


@pytest.mark.parametrize("other", ["works", "does it all", "comes too late", "dies"])
def test_two_processes_see_the_same_as_one(config: Config, monkeypatch: pytest.MonkeyPatch, other: str) -> None:
    for number in range(7):
        (config.content / "b" / f"{number}.md").write_text(TEXT)
    trees: list[sight.Tree] = [(str(config.root), None), (str(config.content), (frozenset(), frozenset()))]
    named = ((f"{config.root}/", ("out/rss.xml", "content", "gone/a.md", "content/b/6.md", "newsletter.toml")),)
    alone = Sight([], trees, named)
    for name, value in {"LEAST": 2, "BATCH": 1, "MOST": 4}.items():
        monkeypatch.setattr(looking, name, value)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    here, work = os.getpid(), looking.in_turn

    def in_turn(
        look: "Callable[[looking.Listed], looking.Looked]", parts: "Sequence[looking.Listed]", tickets: int
    ) -> "dict[int, looking.Looked]":
        is_first = os.getpid() == here
        if (other, is_first) in {("does it all", True), ("comes too late", False)}:
            drawn(tickets, 0)
        elif other == "dies" and is_first:
            drawn(tickets, len(parts) - 1)
        elif other == "dies":
            os.read(tickets, 1)
            os._exit(9)
        return work(look, parts, tickets)

    monkeypatch.setattr(looking, "in_turn", in_turn)
    together = Sight([], trees, named)
    assert together.digest == alone.digest
    assert together.part() == alone.part()
    rewrite(config.content / "b" / "6.md")
    assert Sight([], trees, named).digest != alone.digest
    assert Sight([], [], named).digest != Sight([], [], ()).digest


@pytest.mark.parametrize("vanishing", ["a.md", "b"])
def test_what_vanishes_while_it_is_looked_at_is_no_trouble(
    config: Config, monkeypatch: pytest.MonkeyPatch, vanishing: str
) -> None:
    look = looking.stamps

    def stamps(listed: "looking.Listed", began: int) -> "looking.Looked":
        gone = config.content / vanishing
        if gone.is_dir():
            shutil.rmtree(gone)
        else:
            gone.unlink(missing_ok=True)
        return look(listed, began)

    begin(config).remember(ALWAYS, SAID)
    monkeypatch.setattr(sight, "stamps", stamps)
    assert told(ASKED) is None


def test_a_folder_or_file_that_vanishes_in_the_middle_is_no_trouble(config: Config) -> None:
    began = time.time_ns()
    folder = f"{config.content}/"
    assert looking.stamps([(f"{folder}none/", ["a.md"])], began) == (looking.packed([-errno.ENOENT]), [], [])
    numbers, fresh, others = looking.stamps([(folder, ["a.md", "b", "gone.md", "p.png"])], began)
    assert len(numbers) == 11 * looking.WIDTH
    assert numbers[5 * looking.WIDTH :].startswith(looking.packed([-errno.ENOENT]))
    assert fresh == [f"{folder}a.md", f"{folder}p.png"]
    assert others == [(folder, "b", True)]


@given(st.lists(st.tuples(st.just("folder/"), st.lists(st.text("abc", min_size=1)))), st.integers(1, 9))
def test_work_is_cut_between_and_within_folders(listed: "looking.Listed", most: int) -> None:
    parts = looking.cut(listed, most)
    assert [name for part in parts for _, names in part for name in names] == [name for _, names in listed for name in names]
    counts = [sum(len(names) for _, names in part) for part in parts]
    assert counts[:-1] == [most] * len(counts[:-1])
    assert all(0 < count <= most for count in counts)


def test_what_a_process_could_not_say_to_the_end_counts_as_not_said() -> None:
    found: dict[int, looking.Looked] = {0: (b"numbers", ["a.md"], []), 7: (b"", [], [("b/", "c", True)])}
    said = marshal.dumps(found, looking.FORMAT)
    assert looking.understood(said) == found
    assert [looking.understood(said[:end]) for end in range(len(said))] == [{}] * len(said)


@given(st.lists(st.integers(-(2**63), 2**64 - 1)))
def test_numbers_of_any_size_take_the_same_place_and_tell_themselves_apart(many: list[int]) -> None:
    raw = looking.packed(many)
    assert len(raw) == looking.WIDTH * len(many)
    for at, number in enumerate(many):
        assert raw[looking.WIDTH * at : looking.WIDTH * (at + 1)] == looking.packed([number])
        assert int.from_bytes(looking.packed([number]), sys.byteorder) == number % 2**64


def test_of_a_database_only_what_counts_its_changes_is_digested(tmp_path: Path) -> None:
    path = tmp_path / "letter.ledger"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE articles (title TEXT)")
    before = sight.contents([str(path)])
    assert before == {str(path): sight.digest_of(path.read_bytes()[: sight.HEADER])}
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO articles VALUES ('One')")
    assert sight.contents([str(path)]) != before
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    assert sight.contents([str(path)]) == {str(path): sight.digest_of(path.read_bytes())}


def test_what_is_not_there_shows_in_the_listing_of_a_folder_where_much_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "a.py").write_text("")
    (tmp_path / "link").symlink_to("nowhere")
    names = ("there", "there/a.py", "there/b.py", "link", "link/a.py", "gone", "gone/a.py", *map(str, range(sight.MANY)))
    paths = [f"{tmp_path}/{name}" for name in names]
    found = sight.absent(paths)
    missing = {path for path in paths if not os.path.lexists(path)}
    assert missing - found == {f"{tmp_path}/there/b.py", f"{tmp_path}/link/a.py"}  # of which the listing of others does not tell
    assert found <= missing
    listed = Sight(paths, []).digest
    (tmp_path / "3").write_text("")
    assert Sight(paths, []).digest != listed
    (tmp_path / "3").unlink()
    assert Sight(paths, []).digest == listed

    def refuse(path: str) -> list[str]:
        raise PermissionError(path)

    monkeypatch.setattr(os, "listdir", refuse)
    assert sight.absent(paths) == set()
    assert Sight(paths, []).digest == listed
