import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from newsletter.ledger import open_ledger, sqlite
from newsletter.ledger.looks import Looks, looks, trust


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    path = str(tmp_path / "ledger.db")
    with open_ledger(path) as ledger, ledger.transaction():
        pass
    return path


def write(ledger: str, mode: str = "DELETE") -> None:
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.executescript("INSERT INTO schedule VALUES ('a', 'b')")


@pytest.mark.parametrize("start", ["", "sqlite:///"])
def test_each_transaction_that_writes_shows(ledger: str, start: str) -> None:
    before = looks(start + ledger)
    assert before is not None
    assert before == looks(ledger)
    write(ledger)
    after = looks(ledger)
    assert after is not None
    assert after.follows(before, written=True)
    assert not after.follows(before, written=False)
    write(ledger)
    last = looks(ledger)
    assert last is not None
    assert not last.follows(before, written=True)
    assert last.follows(None, written=True)
    assert not Looks("elsewhere", after.stamp, after.counter).follows(before, written=True)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3", b"no ledger at all".ljust(200)])
def test_what_is_no_ledger_has_no_looks(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.db"
    assert looks(str(path)) is None
    path.write_bytes(content)
    assert looks(str(path)) is None
    assert looks(str(tmp_path)) is None


def test_a_shared_database_has_none() -> None:
    assert looks("postgresql+psycopg://host/name") is None


def test_what_was_written_may_be_beside_the_file(ledger: str) -> None:
    Path(ledger + "-journal").touch()
    assert looks(ledger) is None
    Path(ledger + "-journal").unlink()
    write(ledger, "WAL")
    assert looks(ledger) is None


def test_a_ledger_that_is_trusted_is_not_verified_as_long_as_it_stays(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    monkeypatch.setattr(sqlite.SqliteConnection, "verify", lambda _, table: verified.append(table))
    known = looks(ledger)
    assert known is not None
    trust(known)
    with open_ledger(ledger):
        pass
    assert verified == []
    write(ledger)
    with open_ledger(ledger):
        pass
    assert "articles" in verified
