import signal
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.delivery.contract import Journal, Outcome
from newsletter.errors import LedgerError
from newsletter.ledger import open_ledger
from newsletter.ledger.records import Attempt, Progress
from tests.ledger.plans import NOW, make_plan, planned, reserve, spoil, start

KEY = "2026-W10"
LATER = NOW + timedelta(seconds=5)
ADA, BEA = "ada@letter.example", "Bea@letter.example"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "letter.db"


def outcome(recipient: str, progress: Progress = Progress.SENT, reply: str = "250 ok") -> Outcome:
    return Outcome(recipient=recipient, progress=progress, reply=reply)


def attempts(location: str | Path, service: str = "smtp") -> dict[str, Attempt]:
    with open_ledger(location) as ledger:
        return dict(ledger.attempts(KEY, service))


def test_an_attempt_is_recorded_when_it_begins_and_when_it_ends(location: str) -> None:
    with open_ledger(location) as ledger:
        ledger.turn(KEY, "smtp", begun=[ADA, BEA], at=NOW)
        trying = {who: Attempt(recipient=who, progress=Progress.TRYING, count=1, at=NOW) for who in (ADA, BEA)}
        assert attempts(location) == trying
        ledger.turn(KEY, "smtp", ended=[outcome(ADA)], at=LATER)
    sent = Attempt(recipient=ADA, progress=Progress.SENT, count=1, at=LATER, reply="250 ok")
    assert attempts(location) == {**trying, ADA: sent}


def test_a_repeated_attempt_counts_up_and_drops_the_old_reply(location: str) -> None:
    with open_ledger(location) as ledger:
        ledger.turn(KEY, "smtp", begun=[ADA], at=NOW)
        ledger.turn(KEY, "smtp", ended=[outcome(ADA, Progress.DEFERRED, "451 later")], begun=[ADA], at=LATER)
    assert attempts(location) == {ADA: Attempt(recipient=ADA, progress=Progress.TRYING, count=2, at=LATER)}


def test_an_end_of_which_nobody_saw_the_beginning_is_recorded(location: str) -> None:
    with open_ledger(location) as ledger:
        ledger.turn(KEY, "listmonk", ended=[outcome("", reply="found there")], at=NOW)
    (found,) = attempts(location, "listmonk").values()
    assert (found.recipient, found.progress, found.count, found.reply) == ("", Progress.SENT, 1, "found there")


def test_issues_and_services_have_attempts_of_their_own(location: str) -> None:
    with open_ledger(location) as ledger:
        ledger.turn(KEY, "smtp", begun=[ADA], at=NOW)
        ledger.turn(KEY, "listmonk", begun=[""], at=NOW)
        ledger.turn("2026-W11", "smtp", begun=[BEA], at=NOW)
        assert set(ledger.attempts(KEY, "smtp")) == {ADA}
        assert set(ledger.attempts(KEY, "listmonk")) == {""}
        assert set(ledger.attempts("2026-W11", "smtp")) == {BEA}


def test_recipients_are_counted_by_service_and_progress(location: str) -> None:
    with open_ledger(location) as ledger:
        ledger.turn(KEY, "smtp", begun=[ADA, BEA, "c@letter.example"], at=NOW)
        ledger.turn(KEY, "smtp", ended=[outcome(ADA), outcome(BEA)], at=NOW)
        ledger.turn(KEY, "command", ended=[outcome("", Progress.REFUSED)], at=NOW)
        assert ledger.counts(KEY) == {
            ("command", Progress.REFUSED): 1,
            ("smtp", Progress.SENT): 2,
            ("smtp", Progress.TRYING): 1,
        }
        assert ledger.counts("2026-W11") == {}


def test_recording_nothing_makes_no_ledger(path: Path) -> None:
    with open_ledger(path) as ledger:
        ledger.turn(KEY, "smtp", at=NOW)
        ledger.journal(KEY, "smtp", lambda: NOW).turn()
    assert list(path.parent.iterdir()) == []


def test_a_reply_is_kept_on_one_line_that_any_database_takes(location: str) -> None:
    with open_ledger(location) as ledger:
        ledger.turn(KEY, "smtp", ended=[outcome(ADA, reply="550 5.1.1\r\n\0no\x1b such\udce9 Grüße 🎉 " + "x" * 9000)], at=NOW)
    reply = attempts(location)[ADA].reply
    assert reply.startswith("550 5.1.1 no such Grüße 🎉 xxx")
    assert len(reply) == 500


# The journal


def test_a_journal_keeps_the_attempts_of_one_issue_and_service(location: str) -> None:
    moments = iter([NOW, LATER])
    with open_ledger(location) as ledger:
        journal: Journal = ledger.journal(KEY, "smtp", lambda: next(moments))
        journal.turn(begun=[ADA])
        journal.turn([outcome(ADA)], [BEA])
        found = journal.attempts()
    assert found == attempts(location)
    assert [(one.progress, one.at) for one in found.values()] == [(Progress.TRYING, LATER), (Progress.SENT, LATER)]


def test_threads_share_a_journal(location: str) -> None:
    failures: list[BaseException] = []

    def deliver(journal: Journal, name: str) -> None:
        try:
            for number in range(8):
                journal.turn(begun=[f"{name}{number}"])
                journal.turn([outcome(f"{name}{number}")])
                assert journal.attempts()[f"{name}{number}"].progress is Progress.SENT
        except BaseException as error:  # noqa: BLE001 - told by the thread that can fail the test
            failures.append(error)

    with open_ledger(location) as ledger:
        journal = ledger.journal(KEY, "smtp", lambda: NOW)
        threads = [threading.Thread(target=deliver, args=(journal, name)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert ledger.counts(KEY) == {("smtp", Progress.SENT): 32}


class Lost:
    """A hold that was lost."""

    def verify(self) -> None:
        """Say so."""
        raise LedgerError("another run may be at work")


class Sound:
    """A hold that lasts."""

    def verify(self) -> None:
        """Say nothing."""


def test_no_attempt_begins_once_the_hold_is_lost_but_what_ended_is_recorded(location: str) -> None:
    with open_ledger(location) as ledger:
        ledger.journal(KEY, "smtp", lambda: NOW, Sound()).turn(begun=[ADA])
        journal = ledger.journal(KEY, "smtp", lambda: LATER, Lost())
        with pytest.raises(LedgerError, match="another run may be at work"):
            journal.turn([outcome(ADA)], [BEA])
        journal.turn([outcome("c@letter.example")])
        assert ledger.counts(KEY) == {("smtp", Progress.SENT): 2}


def test_what_a_turn_recorded_outlasts_a_kill(location: str) -> None:
    program = """
import os, signal, sys
from tests.ledger.plans import NOW
from newsletter.ledger import open_ledger
with open_ledger(sys.argv[1]) as ledger:
    ledger.turn("2026-W10", "smtp", begun=["ada@letter.example"], at=NOW)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    with start(program, location) as process:
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert attempts(location)[ADA].progress is Progress.TRYING


def test_damage_among_the_attempts_is_noticed_before_anything_is_handed_over(path: Path) -> None:
    reserve(path, make_plan(planned(10, "a")))
    people = [f"{number}@letter.example" for number in range(2000)]
    with open_ledger(path) as ledger:
        ledger.turn(KEY, "smtp", begun=people, at=NOW)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 4096)
    with open_ledger(path) as ledger:
        assert len(ledger.issues()) == 1
        with pytest.raises(LedgerError, match="the ledger is damaged"):
            ledger.journal(KEY, "smtp", lambda: NOW)


def test_a_progress_that_there_is_not_is_damage_where_recipients_are_counted(path: Path) -> None:
    with open_ledger(path) as ledger:
        ledger.turn(KEY, "smtp", begun=[ADA], at=NOW)
    spoil(path, "UPDATE attempts SET progress = 'perhaps'")
    with open_ledger(path) as ledger, pytest.raises(LedgerError, match="'perhaps' is not a valid Progress"):
        ledger.counts(KEY)
