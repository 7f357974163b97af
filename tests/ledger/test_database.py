"""What only a database that several hosts share can do, and go wrong in."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from newsletter.errors import LedgerError, LockedError
from newsletter.ledger import hold_ledger, open_ledger
from newsletter.ledger.records import Progress
from tests.ledger.plans import NOW, held, make_plan, planned, reserve, start
from tests.postgres import PASSWORD, Server

sqlalchemy = pytest.importorskip("sqlalchemy", reason="the extra [database] is not installed")
psycopg = pytest.importorskip("psycopg", reason="the extra [database] is not installed")

from newsletter.ledger.database import Database, DatabaseConnection  # noqa: E402 - needs the extra
from newsletter.ledger.schema import build  # noqa: E402 - likewise

#: Reserves, delivers and says how it went, once it is told to.
RUN = """
import sys
from newsletter.errors import NewsletterError
from newsletter.ledger import open_ledger
from tests.ledger.plans import NOW, make_plan, planned
with open_ledger(sys.argv[1]) as ledger:
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        ledger.reserve(make_plan(planned(10, "a", "b")), NOW)
    except NewsletterError as error:
        print(type(error).__name__, error)
    else:
        print("reserved")
"""


def message(url: str) -> str:
    """Return the one line that opening a ledger ends with."""
    with pytest.raises(LedgerError) as caught, open_ledger(url):
        pass
    text = str(caught.value)
    assert "\n" not in text
    assert PASSWORD not in text
    return text


def name(url: str) -> str:
    return url.rpartition("/")[2]


@contextmanager
def locking(url: str, statement: str) -> Iterator[None]:
    """Have another transaction lock what the statement does."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(statement)
        yield
        connection.rollback()


def waiting(server: Server, count: int) -> None:
    """Wait until so many transactions wait for a lock."""
    while server.run("SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") != [(count,)]:
        time.sleep(0.01)


# Several at once


def test_of_two_runs_that_reserve_at_once_one_wins(postgres: Server, postgres_url: str) -> None:
    reserve(postgres_url, make_plan(waiting=("a",)))
    with start(RUN, postgres_url) as first, start(RUN, postgres_url) as second:
        with locking(postgres_url, "UPDATE ledger_schema SET version = version"):
            for process in (first, second):
                assert process.stdout is not None
                assert process.stdin is not None
                assert process.stdout.readline() == "ready\n"
                process.stdin.write("go\n")
                process.stdin.flush()
            waiting(postgres, 2)
        said = sorted(process.communicate() for process in (first, second))
    assert said == [
        (
            (
                "LedgerError issue 2026-W10: the ledger has it already; nothing was changed; "
                "another run seems to have been at work meanwhile, try again\n"
            ),
            "",
        ),
        ("reserved\n", ""),
    ]
    assert [(issue.number, issue.articles) for issue in held(postgres_url)[0]] == [(1, ("a", "b"))]


def test_of_two_runs_that_make_the_ledger_at_once_one_is_locked_out(postgres_url: str) -> None:
    first, second = Database(postgres_url), Database(postgres_url)
    assert first.connect() is None
    assert second.connect() is None
    first.create(build).close()
    with pytest.raises(LockedError, match="another run made the ledger meanwhile; try again"):
        second.create(build)


def test_a_transaction_that_waits_too_long_is_locked_out(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsletter.ledger.database.SETTINGS", "SELECT set_config('lock_timeout', '10ms', false)")
    reserve(postgres_url, make_plan(planned(10, "a")))
    with locking(postgres_url, "UPDATE ledger_schema SET version = version"), pytest.raises(LockedError) as caught:
        reserve(postgres_url, make_plan(planned(11, "b")))
    assert str(caught.value).endswith(": another run is using the ledger; try again when it has ended")
    reserve(postgres_url, make_plan(planned(11, "b")))


def test_sqlalchemys_sqlite_says_likewise_that_another_run_writes(tmp_path: object) -> None:
    url = f"sqlite+pysqlite:///{tmp_path}/letter.db?timeout=0.01"
    reserve(url, make_plan(planned(10, "a")))
    with open_ledger(url) as first, first.transaction(), pytest.raises(LockedError, match="another run is using the ledger"):
        reserve(url, make_plan(planned(11, "b")))


def test_nothing_waits_for_ever_and_all_that_is_committed_is_on_disk(postgres: Server, postgres_url: str) -> None:
    postgres.run(f"ALTER DATABASE {name(postgres_url)} SET synchronous_commit = off")
    postgres.run(f"ALTER DATABASE {name(postgres_url)} SET idle_in_transaction_session_timeout = '1s'")
    postgres.run(f"ALTER DATABASE {name(postgres_url)} SET default_transaction_isolation = 'serializable'")
    wanted = {
        "lock_timeout": "5s",
        "synchronous_commit": "on",
        "idle_in_transaction_session_timeout": "0",
        "transaction_isolation": "read committed",
        "tcp_keepalives_idle": "60",
        "tcp_keepalives_interval": "10",
        "tcp_keepalives_count": "6",
    }
    connection = Database(postgres_url).create(build)
    connection.begin()
    found = {setting: connection.fetch(f"SHOW {setting}")[0][0] for setting in wanted}
    connection.close()
    assert found == wanted


# A hold that is lost


def backends(postgres: Server, url: str, condition: str = "true") -> int:
    """End the connections to a database; how many there were."""
    rows = postgres.run(
        f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name(url)}' AND {condition}"  # noqa: S608 - a test's own words
    )
    return len(rows)


def test_a_hold_whose_connection_broke_is_lost_for_good(
    postgres: Server, postgres_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with hold_ledger(postgres_url) as hold:
        hold.verify()
        assert backends(postgres, postgres_url) == 1
        with pytest.raises(LedgerError, match="the database of the ledger cannot be used: "):
            hold.verify()
        with pytest.raises(LedgerError, match="the connection to the database of the ledger broke"):
            hold.verify()
        with hold_ledger(postgres_url):
            pass
    assert capfd.readouterr() == ("", "")


def test_nothing_is_begun_once_the_hold_is_lost(postgres: Server, postgres_url: str) -> None:
    with hold_ledger(postgres_url) as hold, open_ledger(postgres_url) as ledger:
        journal = ledger.journal("2026-W10", "smtp", lambda: NOW, hold)
        journal.turn(begun=["ada@letter.example"])
        assert backends(postgres, postgres_url, "state = 'idle in transaction'") == 1
        with pytest.raises(LedgerError):
            journal.turn(begun=["bea@letter.example"])
        assert ledger.counts("2026-W10") == {("smtp", Progress.TRYING): 1}


def test_a_connection_that_broke_is_one_line_and_the_next_run_goes_on(
    postgres: Server, postgres_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with open_ledger(postgres_url) as ledger:
        ledger.turn("2026-W10", "smtp", begun=["ada@letter.example"], at=NOW)
        assert backends(postgres, postgres_url) == 1
        with pytest.raises(LedgerError, match="the database of the ledger cannot be used: "):
            ledger.turn("2026-W10", "smtp", begun=["bea@letter.example"], at=NOW)
    with open_ledger(postgres_url) as ledger:
        assert set(ledger.attempts("2026-W10", "smtp")) == {"ada@letter.example"}
        ledger.turn("2026-W10", "smtp", begun=["bea@letter.example"], at=NOW + timedelta(seconds=1))
    assert capfd.readouterr() == ("", "")


def test_a_host_that_stalls_keeps_its_hold(postgres_url: str) -> None:
    program = """
import sys
from newsletter.ledger import hold_ledger
with hold_ledger(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.readline()
"""
    with start(program, postgres_url) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        os.kill(other.pid, signal.SIGSTOP)
        with pytest.raises(LockedError), hold_ledger(postgres_url):
            pass
        os.kill(other.pid, signal.SIGCONT)
        other.communicate("end\n")


def test_a_database_without_the_row_to_lock_is_damaged(postgres: Server, postgres_url: str) -> None:
    reserve(postgres_url, make_plan(planned(10, "a")))
    postgres.run("DELETE FROM ledger_run", name(postgres_url))
    with pytest.raises(LedgerError, match="it has no row to lock"), hold_ledger(postgres_url):
        pass


# What can be wrong


def test_a_wrong_password_is_one_line(postgres: Server, postgres_url: str) -> None:
    text = message(postgres.url(name(postgres_url), password="wr0ng!"))  # noqa: S106 - it is none
    assert "the database of the ledger cannot be used: " in text
    assert "password authentication failed" in text
    assert "wr0ng!" not in text


def test_a_password_behind_the_question_mark_is_not_repeated(postgres_url: str) -> None:
    text = message(f"postgresql+psycopg://127.0.0.1:1/{name(postgres_url)}?user=letter&password={PASSWORD}&connect_timeout=1")
    assert "127.0.0.1:1" in text


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql+psycopg://letter:{password}@nowhere.invalid/name", "cannot be used: "),
        ("postgresql+psycopg://letter:{password}@127.0.0.1:1/name", "Connection refused"),
        ("postgresql+psycopg://letter:{password}@127.0.0.1:{port}/nowhere", 'database "nowhere" does not exist'),
        ("postgresql+psycopg://letter:{password}@127.0.0.1:{port}/postgres?mood=fine", "cannot be used: invalid"),
        ("postgresql+psycopg://letter:{password}@127.0.0.1:port/postgres", "expected a path or an SQLAlchemy URL"),
        ("postgresql+psycopg://letter:{password}@127.0.0.1:{port}/postgres?connect_timeout=soon", "cannot be used: "),
        ("sqlite+pysqlite:////nowhere/letter\0.db", "cannot be used: embedded null"),
        ("sqlite+pysqlite:////nowhere/letter.db", "cannot be used: unable to open database file"),
    ],
)
def test_a_database_out_of_reach_is_one_line_without_its_password(postgres: Server, url: str, words: str) -> None:
    assert words in message(url.format(password=PASSWORD, port=postgres.port))


def test_a_role_that_may_not_write_is_one_line_and_no_damage(postgres: Server, postgres_url: str) -> None:
    reserve(postgres_url, make_plan(planned(10, "a")))
    role = f"reader_of_{name(postgres_url)}"
    postgres.run(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
    postgres.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}", name(postgres_url))
    url = postgres_url.replace("letter:", f"{role}:", 1)
    assert len(held(url)[0]) == 1
    with pytest.raises(LedgerError, match="cannot be used: permission denied for table ledger_schema"):
        reserve(url, make_plan(planned(11, "b")))


def test_a_role_that_may_not_make_tables_is_one_line(postgres: Server, postgres_url: str) -> None:
    role = f"guest_of_{name(postgres_url)}"
    postgres.run(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
    url = postgres_url.replace("letter:", f"{role}:", 1)
    with pytest.raises(LedgerError, match="cannot be used: permission denied for schema public"):
        reserve(url, make_plan(planned(11, "b")))


def test_a_database_that_only_reads_is_one_line(postgres: Server, postgres_url: str) -> None:
    reserve(postgres_url, make_plan(planned(10, "a")))
    postgres.run(f"ALTER DATABASE {name(postgres_url)} SET default_transaction_read_only = on")
    with pytest.raises(LedgerError, match="cannot be used: cannot execute UPDATE in a read-only transaction"):
        reserve(postgres_url, make_plan(planned(11, "b")))


def test_a_table_that_is_missing_is_damage(postgres: Server, postgres_url: str) -> None:
    reserve(postgres_url, make_plan(planned(10, "a")))
    postgres.run("DROP TABLE placements", name(postgres_url))
    with pytest.raises(LedgerError, match=r'the ledger is damaged \(relation "placements" does not exist'):
        held(postgres_url)


def test_values_that_no_ledger_holds_are_damage(postgres: Server, postgres_url: str) -> None:
    reserve(postgres_url, make_plan(planned(10, "a")))
    postgres.run("UPDATE issues SET start_at = 'soon'", name(postgres_url))
    with pytest.raises(LedgerError, match=r"damaged \(Invalid isoformat string: 'soon'"):
        held(postgres_url)


def test_a_database_that_cannot_write_all_letters_is_one_line_and_no_damage(postgres: Server) -> None:
    url = postgres.make("ENCODING 'LATIN1' TEMPLATE template0")
    with pytest.raises(LedgerError, match="cannot be used: character with byte sequence"):
        reserve(url, make_plan(planned(10, "tag:🎉")))


def test_a_ledger_of_version_2_is_migrated_with_all_it_holds(
    postgres: Server, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from newsletter.ledger import schema  # noqa: PLC0415 - so that its name is patched

    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:2])
        connection = Database(postgres_url).create(build)
        connection.close()
    assert postgres.run("SELECT version FROM ledger_schema", name(postgres_url)) == [(2,)]
    with hold_ledger(postgres_url):
        reserve(postgres_url, make_plan(planned(10, "a")))
    assert postgres.run("SELECT version FROM ledger_schema", name(postgres_url)) == [(3,)]
    assert len(held(postgres_url)[0]) == 1


def test_psycopg2_tells_codes_by_another_name() -> None:
    class RefusalError(Exception):
        pgcode = "55P03"

    error = sqlalchemy.exc.OperationalError("SELECT 1", {}, RefusalError("taken"))
    connection = object.__new__(DatabaseConnection)
    connection._name = "letter"
    assert isinstance(connection._explained(error), LockedError)
