import errno
import fcntl
import os
import signal
from pathlib import Path

import pytest

from newsletter import locks
from newsletter.errors import LedgerError, LockedError
from newsletter.ledger import hold_ledger, open_ledger
from tests.ledger.plans import NOW, make_plan, planned, reserve, start

#: Holds a ledger until it is told to end.
HOLDER = """
import sys
from newsletter.ledger import hold_ledger
with hold_ledger(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "letter.db"


def refused(location: str | Path) -> str:
    """Return the one line that a second run ends with."""
    with pytest.raises(LockedError) as caught, hold_ledger(location):
        pytest.fail("two runs at once")
    return str(caught.value)


def test_a_second_run_is_refused_at_once_and_the_next_one_is_not(location: str) -> None:
    with hold_ledger(location) as hold:
        hold.verify()
        assert ": another run is using the ledger; " in refused(location)
        hold.verify()
    with hold_ledger(location) as hold:
        hold.verify()


def test_a_run_in_another_process_is_refused(location: str) -> None:
    with start(HOLDER, location) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        refused(location)
        assert other.communicate("end\n") == ("", "")
    with hold_ledger(location):
        pass


def test_a_killed_run_locks_nobody_out(location: str) -> None:
    with start(HOLDER, location) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        other.kill()
        other.communicate()
    assert other.returncode == -signal.SIGKILL
    held = False
    while not held:  # a server needs a moment to see that its client is gone
        try:
            with hold_ledger(location) as hold:
                hold.verify()
                held = True
        except LockedError:
            assert location.startswith("postgresql")


def test_the_ledger_is_used_as_ever_while_it_is_held(location: str) -> None:
    with hold_ledger(location):
        reserve(location, make_plan(planned(10, "a")))
        with open_ledger(location) as ledger:
            ledger.turn("2026-W10", "smtp", begun=["ada@letter.example"], at=NOW)
            refused(location)
            assert len(ledger.attempts("2026-W10", "smtp")) == 1


def test_a_hold_on_a_file_makes_no_ledger_and_leaves_nothing_behind(path: Path) -> None:
    with hold_ledger(path):
        assert [file.name for file in path.parent.iterdir()] == ["letter.db.lock"]
    assert list(path.parent.iterdir()) == []


def test_a_hold_ends_with_an_exception(location: str) -> None:
    with pytest.raises(KeyboardInterrupt), hold_ledger(location):
        raise KeyboardInterrupt
    with hold_ledger(location):
        pass


def test_a_link_to_the_ledger_is_the_same_ledger(path: Path) -> None:
    link = path.with_name("link.db")
    link.symlink_to(path)
    with hold_ledger(link):
        refused(path)


def test_a_lock_that_somebody_deleted_stops_the_run_and_not_the_next_one(path: Path) -> None:
    with hold_ledger(path) as first:
        path.with_name("letter.db.lock").unlink()
        with pytest.raises(LedgerError, match="somebody deleted this lock"):
            first.verify()
        with hold_ledger(path) as second:
            with pytest.raises(LedgerError, match="somebody deleted this lock"):
                first.verify()
            second.verify()


def test_a_run_that_ends_meanwhile_takes_no_other_runs_lock_away(path: Path) -> None:
    with hold_ledger(path) as first:
        path.with_name("letter.db.lock").unlink()
        with hold_ledger(path) as second:
            del first
            second.verify()
        assert list(path.parent.iterdir()) == []


def test_a_lock_that_its_run_takes_away_while_it_is_being_taken_is_not_had(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = path.with_name("letter.db.lock")
    hold = locks.hold

    def delayed(descriptor: int) -> object:
        lock.unlink()
        return hold(descriptor)

    monkeypatch.setattr(locks, "hold", delayed)
    assert refused(path).endswith(": another run was using the ledger a moment ago; try again")


def test_a_folder_that_is_missing_is_one_line(path: Path) -> None:
    missing = path.parent / "unmounted" / "letter.db"
    with pytest.raises(LedgerError) as caught, hold_ledger(missing):
        pass
    assert str(caught.value) == f"{missing}: the ledger cannot be locked: No such file or directory"


def test_links_in_a_circle_are_one_line(path: Path) -> None:
    path.symlink_to(path)
    with pytest.raises(LedgerError, match=r"letter\.db: the ledger cannot be locked: "), hold_ledger(path):
        pass


def test_a_file_system_without_locks_is_one_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(LedgerError, match="cannot be locked: No locks available") as caught, hold_ledger(path):
        pass
    assert not isinstance(caught.value, LockedError)
