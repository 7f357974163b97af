import errno
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from newsletter.errors import LedgerError, LockedError
from newsletter.ledger import open_ledger, schema
from newsletter.ledger.records import Known, Plan, Planned, Publication
from newsletter.ledger.sqlite import SqliteConnection, SqliteFile
from newsletter.ledger.store import Ledger

EAST = timezone(timedelta(hours=5, minutes=30))


def make_publication(number: int = 1, **changes: Any) -> Publication:  # noqa: ANN401 - any field of Publication
    """Publish one article; the number shapes id, path and day."""
    day = datetime(2026, 3, number, 10, 0, tzinfo=UTC)
    values: dict[str, Any] = {
        "id": f"tag:letter.example,2026:{number}",
        "published": day,
        "permalink": f"https://letter.example/{number}/",
        "path": f"{number}.md",
        "slug": str(number),
        "title": f"Number {number}",
        "dated": day,
        "updated": day,
        "fingerprint": f"{number:064}",
        "content": f"{number:064x}",
        "source": f"{number:064}",
    }
    return Publication(**{**values, **changes})


def record(location: str | Path, *published: Publication, gone: tuple[str, ...] = ()) -> None:
    with open_ledger(location) as ledger, ledger.transaction():
        ledger.record(published, gone)


def known(location: str | Path) -> tuple[Known, ...]:
    with open_ledger(location) as ledger:
        return ledger.known()


@pytest.fixture(params=["file", "sqlalchemy"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    """Keep a ledger in a file, by the standard library and by SQLAlchemy."""
    if request.param == "file":
        return tmp_path / "letter.db"
    pytest.importorskip("sqlalchemy", reason="the extra [database] is not installed")
    return f"sqlite+pysqlite:///{tmp_path / 'letter.db'}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "letter.db"


# What is recorded


def test_reading_a_ledger_that_is_not_there_makes_nothing(path: Path) -> None:
    assert known(path) == ()
    assert list(path.parent.iterdir()) == []


def test_what_was_recorded_comes_back_to_the_last_digit(location: str | Path) -> None:
    one = make_publication(published=datetime(2026, 3, 1, 10, 0, 0, 123456, tzinfo=EAST), title="Grüße 🎉 'quoted' :name %s")
    record(location, one)
    (back,) = known(location)
    assert back == Known(**{name: getattr(one, name) for name in Publication.__struct_fields__}, sequence=1, gone=False)
    assert back.published.utcoffset() == timedelta(hours=5, minutes=30)


def test_new_articles_are_numbered_by_date_and_id_after_those_there_are(location: str | Path) -> None:
    record(location, make_publication(9))
    late = [make_publication(3), make_publication(2, id="b"), make_publication(2, id="a")]
    record(location, *late)
    assert [(one.sequence, one.id) for one in known(location)] == [
        (1, make_publication(9).id),
        (2, "a"),
        (3, "b"),
        (4, make_publication(3).id),
    ]


def test_an_article_that_is_recorded_again_keeps_what_is_for_good(location: str | Path) -> None:
    record(location, make_publication(1), make_publication(2))
    moved = datetime(2027, 1, 1, tzinfo=UTC)
    again = make_publication(
        1,
        published=moved,
        permalink="https://new.example/",
        path="b.md",
        slug="b",
        title="B",
        dated=moved,
        updated=moved,
        fingerprint="f",
        content="c",
        source="s",
    )
    record(location, again)
    first, second = known(location)
    old = make_publication(1)
    assert (first.id, first.sequence, first.published, first.permalink) == (old.id, 1, old.published, old.permalink)
    assert (first.path, first.slug, first.title, first.dated, first.updated, first.fingerprint) == (
        "b.md",
        "b",
        "B",
        moved,
        moved,
        "f",
    )
    assert (first.content, first.source) == ("c", "s")
    assert second.title == "Number 2"


def test_an_article_is_gone_until_it_is_read_again(location: str | Path) -> None:
    record(location, make_publication(1), make_publication(2))
    record(location, make_publication(2), gone=(make_publication(1).id,))
    assert [one.gone for one in known(location)] == [True, False]
    record(location, make_publication(1))
    assert [one.gone for one in known(location)] == [False, False]


def test_an_id_cannot_be_recorded_twice_at_once(path: Path) -> None:
    with pytest.raises(ValueError, match="twice"):
        record(path, make_publication(1), make_publication(2, id=make_publication(1).id))
    assert known(path) == ()


def test_ten_thousand_articles_are_recorded_at_once(path: Path) -> None:
    record(path, *(make_publication(1, id=str(number)) for number in range(10_000)))
    assert len(known(path)) == 10_000


# Transactions


def test_an_exception_leaves_nothing_of_a_transaction(location: str | Path) -> None:
    record(location, make_publication(1))

    def record_and_fail(ledger: Ledger) -> None:
        with ledger.transaction():
            ledger.record([make_publication(2)])
            raise KeyboardInterrupt

    with open_ledger(location) as ledger:
        with pytest.raises(KeyboardInterrupt):
            record_and_fail(ledger)
        assert len(ledger.known()) == 1
    assert len(known(location)) == 1


def test_recording_outside_a_transaction_is_a_mistake(path: Path) -> None:
    with open_ledger(path) as ledger, pytest.raises(AssertionError, match="transaction"):
        ledger.record([make_publication(1)])


def test_publishing_records_before_the_body_runs(location: str | Path) -> None:
    with open_ledger(location) as ledger, ledger.publishing([make_publication(1)]):
        assert len(known(location)) == 1
    assert len(known(location)) == 1


def test_publishing_that_fails_takes_everything_back(location: str | Path) -> None:
    record(location, make_publication(1), make_publication(2))
    before = known(location)
    changes = [make_publication(1, title="Other"), make_publication(3)]
    with (
        open_ledger(location) as ledger,
        pytest.raises(KeyboardInterrupt),
        ledger.publishing(changes, gone=[make_publication(2).id]),
    ):
        raise KeyboardInterrupt
    assert known(location) == before
    record(location, make_publication(4))
    assert known(location)[-1].sequence == 3


def test_a_first_publishing_that_fails_leaves_no_file(path: Path) -> None:
    with open_ledger(path) as ledger:
        with pytest.raises(RuntimeError), ledger.publishing([make_publication(1)]):
            raise RuntimeError
        assert ledger.known() == ()
        assert list(path.parent.iterdir()) == []
        with ledger.publishing([make_publication(1)]):
            pass
    assert len(known(path)) == 1


def test_publishing_that_fails_in_a_shared_database_takes_back_the_rows(tmp_path: Path) -> None:
    pytest.importorskip("sqlalchemy", reason="the extra [database] is not installed")
    url = f"sqlite+pysqlite:///{tmp_path / 'letter.db'}"
    with open_ledger(url) as ledger, pytest.raises(RuntimeError), ledger.publishing([make_publication(1)]):
        raise RuntimeError
    assert known(url) == ()


def test_publishing_what_did_not_change_leaves_the_file_alone(path: Path) -> None:
    record(path, make_publication(1))
    path.chmod(0o400)
    before = path.stat()
    with open_ledger(path) as ledger, ledger.publishing([make_publication(1)]):
        pass
    assert path.stat() == before


def killed_in(path: Path, body: str) -> None:
    """Run a process that is killed with the ledger open."""
    program = f"""
import os, signal, sys
from pathlib import Path
from newsletter.ledger import open_ledger
from tests.test_ledger import make_publication
with open_ledger(Path(sys.argv[1])) as ledger:
    with {body}
        os.kill(os.getpid(), signal.SIGKILL)
"""
    root = Path(__file__).resolve().parents[1]
    assert subprocess.run([sys.executable, "-c", program, path], cwd=root, check=False).returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("ledger.publishing([make_publication(1)]):", 1),
        ("ledger.transaction():\n        ledger.record([make_publication(1)])", 0),
    ],
)
def test_a_run_that_is_killed_leaves_a_ledger_that_the_next_one_takes_up(path: Path, body: str, kept: int) -> None:
    killed_in(path, body)
    assert len(known(path)) == kept
    with open_ledger(path) as ledger, ledger.publishing([make_publication(1), make_publication(2)]):
        pass
    assert [one.sequence for one in known(path)] == [1, 2]
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_what_a_run_left_half_made_is_replaced(path: Path) -> None:
    path.with_name("letter.db.new").write_bytes(b"half")
    record(path, make_publication(1))
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_ledger_is_made_where_the_file_system_has_no_links(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    record(path, make_publication(1))
    assert len(known(path)) == 1
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_ledger_that_another_run_makes_meanwhile_is_never_replaced(path: Path) -> None:
    with open_ledger(path) as ledger:
        record(path, make_publication(1))
        with pytest.raises(LockedError, match="another run made the ledger meanwhile"), ledger.transaction():
            pass
    assert len(known(path)) == 1


def test_the_other_name_that_a_run_leaves_which_is_killed_as_it_makes_the_ledger_is_taken_away(path: Path) -> None:
    record(path, make_publication(1))
    path.with_name("letter.db.new").hardlink_to(path)
    assert len(known(path)) == 1
    assert [file.name for file in path.parent.iterdir()] == [path.name]


# What can be wrong


def message(location: str | Path) -> str:
    """Return the one line that opening a ledger ends with."""
    with pytest.raises(LedgerError) as caught, open_ledger(location):
        pass
    text = str(caught.value)
    assert "\n" not in text
    return text


def spoil(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_an_empty_file_is_a_damaged_ledger(path: Path) -> None:
    path.touch()
    assert message(path) == (
        f"{path}: the ledger is damaged (the file is empty); "
        "restore it from a backup; do not delete it, for every article would be new to the readers again"
    )
    assert path.stat().st_size == 0


def test_a_file_that_is_something_else_is_a_damaged_ledger(path: Path) -> None:
    path.write_text("Dear diary, " * 100)
    assert "the ledger is damaged (file is not a database)" in message(path)
    assert path.read_text().startswith("Dear diary")


def test_a_file_that_was_cut_short_is_a_damaged_ledger(path: Path) -> None:
    record(path, *(make_publication(1, id=str(number)) for number in range(500)))
    os.truncate(path, path.stat().st_size // 2)
    assert "the ledger is damaged" in message(path)


def test_a_page_that_was_overwritten_is_noticed_before_anything_is_read(path: Path) -> None:
    record(path, *(make_publication(1, id=str(number)) for number in range(500)))
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 4096)
    assert "the ledger is damaged" in message(path)


def test_a_file_that_was_sound_is_verified_again_once_it_changed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(path, *(make_publication(1, id=str(number)) for number in range(500)))
    before = known(path)
    with monkeypatch.context() as patch:
        patch.setattr("newsletter.ledger.sqlite.is_fresh", lambda *_: False)  # as if it were of yesterday
        assert known(path) == before
    with monkeypatch.context() as patch:
        patch.setattr(SqliteConnection, "verify", lambda *_: pytest.fail("verified twice"))
        assert known(path) == before
    state = path.stat()
    with path.open("r+b") as file:
        file.seek(state.st_size // 2)
        file.write(b"\xff" * 4096)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert "the ledger is damaged" in message(path)


def test_a_file_that_was_written_just_now_is_verified_each_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(path, make_publication(1))
    monkeypatch.setattr("newsletter.ledger.sqlite.is_fresh", lambda *_: True)
    known(path)
    verified: list[str] = []
    monkeypatch.setattr(SqliteConnection, "verify", lambda _, table: verified.append(table))
    known(path)
    assert "articles" in verified


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM ledger_schema", "UPDATE ledger_schema SET version = -1", "UPDATE ledger_schema SET version = 'x'"],
)
def test_a_ledger_without_a_version_is_damaged(path: Path, statement: str) -> None:
    record(path, make_publication(1))
    spoil(path, statement)
    assert "the ledger is damaged (it does not say its version)" in message(path)


def test_a_ledger_without_its_tables_is_damaged(location: str | Path) -> None:
    record(location, make_publication(1))
    spoil(Path(str(location).removeprefix("sqlite+pysqlite:///")), "DROP TABLE articles")
    with pytest.raises(LedgerError, match="no such table: articles"):
        known(location)


def test_a_row_that_makes_no_sense_is_damage(path: Path) -> None:
    record(path, make_publication(1))
    spoil(path, "UPDATE articles SET published = 'soon'")
    with pytest.raises(LedgerError, match=r"damaged \(Invalid isoformat string: 'soon'"):
        known(path)


def test_an_offset_with_seconds_is_read_as_it_was_written(path: Path) -> None:
    record(path, make_publication(1), make_publication(2))
    spoil(path, "UPDATE articles SET dated = '1880-01-01T00:00:00.000000+00:53:28' WHERE sequence = 1")
    first, second = known(path)
    assert first.dated == datetime(1880, 1, 1, tzinfo=timezone(timedelta(minutes=53, seconds=28)))
    assert (first.gone, second) == (False, known(path)[1])
    assert second.dated.tzinfo is UTC


def test_a_database_of_another_program_is_left_alone(path: Path) -> None:
    spoil(path, 'CREATE TABLE "grandma\'s recipes" (name TEXT)')
    assert message(path) == f"{path}: not a ledger of newsletter; name another file for `ledger`, or restore this one"


def test_a_link_to_nothing_is_not_a_new_ledger(path: Path) -> None:
    path.symlink_to(path.parent / "unmounted" / "letter.db")
    assert "a link to nothing" in message(path)


def test_a_folder_is_not_a_ledger(tmp_path: Path) -> None:
    assert "something else" in message(tmp_path)


def test_a_path_through_a_file_cannot_be_read(path: Path) -> None:
    path.touch()
    assert message(path / "letter.db").endswith("the ledger cannot be read: Not a directory")


def test_a_ledger_is_not_made_in_a_folder_that_is_missing(path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be made here: No such file or directory"):
        record(path.parent / "unmounted" / "letter.db", make_publication(1))
    assert list(path.parent.iterdir()) == []


def test_a_ledger_that_was_replaced_is_not_written_to(path: Path) -> None:
    record(path, make_publication(1))
    with open_ledger(path) as ledger:
        shutil.copyfile(path, path.with_name("backup"))
        path.with_name("backup").replace(path)
        with pytest.raises(LockedError, match="replaced the ledger meanwhile; try again"), ledger.transaction():
            pytest.fail("what is recorded now would be lost")
    record(path, make_publication(1), make_publication(2))


def test_a_first_publishing_that_fails_keeps_what_another_run_recorded_meanwhile(path: Path) -> None:
    def record_another_and_fail() -> None:
        record(path, make_publication(1), make_publication(2))
        raise RuntimeError

    with open_ledger(path) as ledger, pytest.raises(RuntimeError), ledger.publishing([make_publication(1)]):
        record_another_and_fail()
    assert [one.id for one in known(path)] == [make_publication(2).id]


def test_a_first_publishing_that_fails_keeps_a_file_that_cannot_be_deleted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    def fail() -> None:
        monkeypatch.setattr(Path, "unlink", refuse)
        raise RuntimeError

    with open_ledger(path) as ledger:
        with pytest.raises(RuntimeError), ledger.publishing([make_publication(1)]):
            fail()
        monkeypatch.undo()
        with ledger.publishing([make_publication(1)]):
            pass
    assert len(known(path)) == 1


def test_what_is_committed_is_not_undone_by_a_power_cut(path: Path) -> None:
    record(path, make_publication(1))
    with closing(SqliteFile(path).connect() or pytest.fail("no ledger")) as connection:
        connection.begin()
        assert connection.fetch("PRAGMA synchronous") == [(3,)]
        connection.rollback()


def test_a_ledger_that_cannot_be_written_is_one_line(path: Path) -> None:
    record(path, make_publication(1))
    before = path.read_bytes()
    with limited_files(), pytest.raises(LedgerError) as caught:
        record(path, *(make_publication(1, id=str(number), title="x" * 1000) for number in range(500)))
    assert "the ledger cannot be used: " in str(caught.value)
    assert known(path)
    assert path.read_bytes()[:100] == before[:100]


@contextmanager
def limited_files() -> Iterator[None]:
    """Let no file grow beyond 100,000 bytes, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)


def test_a_ledger_that_another_run_is_writing_is_waited_for_and_then_reported(path: Path) -> None:
    record(path, make_publication(1))
    with closing(Ledger(SqliteFile(path, patience=0.01))) as second, open_ledger(path) as first, first.transaction():
        assert len(second.known()) == 1
        with pytest.raises(LockedError) as caught, second.publishing([make_publication(2)]):
            pytest.fail("the body ran without a record")
    assert str(caught.value) == f"{path}: another run is using the ledger; try again when it has ended"


# Versions


def test_a_ledger_of_a_newer_release_is_refused(location: str | Path) -> None:
    record(location, make_publication(1))
    spoil(Path(str(location).removeprefix("sqlite+pysqlite:///")), "UPDATE ledger_schema SET version = 4")
    assert message(location).endswith(
        ": a newer newsletter wrote this ledger (version 4, known here: 3); install that release or a later one"
    )


def test_a_ledger_of_version_1_keeps_all_it_holds_and_knows_no_content_yet(path: Path) -> None:
    """The file was written by the release before: a build of three articles, and one after the third was deleted."""
    shutil.copyfile(Path(__file__).parent / "ledgers/version-1.ledger", path)
    first, second, third = known(path)
    dated = datetime(2026, 3, 2, 10, 0, tzinfo=EAST)
    assert first == Known(
        id="tag:letter.example,2026-03-02:first",
        sequence=1,
        published=dated,
        permalink="https://letter.example/articles/first/",
        path="first.md",
        slug="first",
        title="First",
        dated=dated,
        updated=dated,
        fingerprint="13b4c5aecd1b6d749afcee968fbf9c80f1ed1bbdbe1aaf25cb34ebd01144bbe9",
        content="",
        source="",
        gone=False,
    )
    assert first.published.utcoffset() == timedelta(hours=5, minutes=30)
    assert (second.title, second.updated) == ("Grüße 🎉", datetime(2026, 3, 5, 8, 0, tzinfo=UTC))
    assert (third.sequence, third.gone) == (3, True)
    record(path, make_publication(4), replace(make_publication(1), id=first.id))
    assert [(one.sequence, bool(one.content)) for one in known(path)] == [(1, True), (2, False), (3, False), (4, True)]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT version FROM ledger_schema").fetchall() == [(3,)]


def test_a_ledger_of_version_2_keeps_all_it_holds_and_has_no_issues_yet(path: Path) -> None:
    """The file was written by the release before: a build of three articles, and one after the third was deleted."""
    shutil.copyfile(Path(__file__).parent / "ledgers/version-2.ledger", path)
    with closing(sqlite3.connect(path)) as connection:
        before = connection.execute("SELECT * FROM articles ORDER BY sequence").fetchall()
        assert connection.execute("SELECT version FROM ledger_schema").fetchall() == [(2,)]
    with open_ledger(path) as ledger:
        assert ledger.issues() == ()
        assert ledger.schedule() is None
        assert ledger.placements() == {}
        assert [(one.id, bool(one.content), one.gone) for one in ledger.known()] == [
            ("tag:letter.example,2026-03-01:n1", True, False),
            ("tag:letter.example,2026-03-02:n2", True, False),
            ("tag:letter.example,2026-03-03:n3", True, True),
        ]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM articles ORDER BY sequence").fetchall() == before
        assert connection.execute("SELECT version FROM ledger_schema").fetchall() == [(3,)]
    with open_ledger(path) as ledger:
        period = {"start": datetime(2026, 3, 2, tzinfo=UTC), "end": datetime(2026, 3, 9, tzinfo=UTC)}
        planned = Planned(key="2026-W10", articles=("tag:letter.example,2026-03-02:n2",), **period)
        ledger.reserve(Plan(issues=(planned,)), datetime(2026, 3, 9, tzinfo=UTC))
        assert ledger.issues()[0].articles == planned.articles


NEXT = (
    *schema.MIGRATIONS,
    ("ALTER TABLE articles ADD COLUMN mood TEXT NOT NULL DEFAULT 'fine'", "CREATE TABLE moods (name TEXT)"),
)


def test_an_older_ledger_is_brought_up_to_date_with_all_it_holds(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(path, make_publication(1))
    before = known(path)
    monkeypatch.setattr(schema, "MIGRATIONS", NEXT)
    assert known(path) == before
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT mood FROM articles").fetchall() == [("fine",)]
        assert connection.execute("SELECT version FROM ledger_schema").fetchall() == [(4,)]


def test_a_migration_that_fails_leaves_the_ledger_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(path, make_publication(1))
    before = known(path)
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (*NEXT, ("CREATE TABLE moods (name TEXT)",)))
        with pytest.raises(LedgerError, match="moods already exists"), open_ledger(path):
            pass
    assert known(path) == before


# Other databases


def test_a_url_that_is_none_is_refused_without_repeating_its_password() -> None:
    pytest.importorskip("sqlalchemy", reason="the extra [database] is not installed")
    assert "SQLAlchemy URL such as" in message("://user:secret@host")
    assert "secret" not in message("nosuchdatabase://user:secret@host/name")


def test_a_database_that_is_damaged_is_one_line(path: Path) -> None:
    pytest.importorskip("sqlalchemy", reason="the extra [database] is not installed")
    path.write_text("Dear diary, " * 100)
    assert "the ledger is damaged (file is not a database)" in message(f"sqlite+pysqlite:///{path}")


def test_a_database_out_of_reach_is_one_line_without_its_password() -> None:
    pytest.importorskip("psycopg", reason="the extra [database] is not installed")
    text = message("postgresql+psycopg://user:secret@127.0.0.1:1/name?connect_timeout=1")
    assert "postgresql+psycopg://user:***@127.0.0.1:1/name" in text
    assert "secret" not in text


def test_a_database_without_its_driver_is_one_line() -> None:
    pytest.importorskip("sqlalchemy", reason="the extra [database] is not installed")
    assert "the driver of this database is not installed" in message("mssql+pymssql://host/name")


def test_sqlalchemy_is_imported_only_for_other_databases(path: Path) -> None:
    program = f"""
import sys
from newsletter.ledger import open_ledger
assert "sqlite3" not in sys.modules
with open_ledger("sqlite:///{path}") as ledger:
    assert ledger.known() == ()
sys.exit("sqlalchemy" in sys.modules)
"""
    root = Path(__file__).resolve().parents[1]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0


def test_a_missing_sqlalchemy_names_the_extra() -> None:
    program = """
import sys
sys.modules["sqlalchemy"] = None
from newsletter.errors import LedgerError
from newsletter.ledger import open_ledger
try:
    with open_ledger("postgresql+psycopg://host/name"):
        pass
except LedgerError as error:
    print(error)
"""
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, check=True, capture_output=True, text=True)
    assert done.stdout == "ledger: a database other than SQLite needs more: pip install 'newsletter-publisher[database]'\n"
