"""The attempts to hand issues over: each stands here before anything leaves the house, and is settled after the reply."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from newsletter.errors import LedgerError
from newsletter.ledger import rows, schema
from newsletter.ledger.access import Access
from newsletter.ledger.connection import Hold, Row
from newsletter.ledger.records import Attempt, Progress

_SELECT = """
    SELECT recipient, progress, tries, at, reply FROM attempts WHERE issue = :issue AND service = :service ORDER BY recipient
"""
_BEGIN = """
    INSERT INTO attempts (issue, service, recipient, progress, tries, at, reply)
    VALUES (:issue, :service, :recipient, 'trying', 1, :at, '')
    ON CONFLICT (issue, service, recipient)
    DO UPDATE SET progress = excluded.progress, tries = attempts.tries + 1, at = excluded.at, reply = excluded.reply
"""
# that nobody saw it begin does not make it untrue
_END = """
    INSERT INTO attempts (issue, service, recipient, progress, tries, at, reply)
    VALUES (:issue, :service, :recipient, :progress, 1, :at, :reply)
    ON CONFLICT (issue, service, recipient) DO UPDATE SET progress = excluded.progress, at = excluded.at, reply = excluded.reply
"""
_COUNT = """
    SELECT service, progress, COUNT(*) FROM attempts WHERE issue = :issue GROUP BY service, progress ORDER BY service, progress
"""


class Ended(Protocol):
    """How an attempt ended; delivery.contract.Outcome is one."""

    @property
    def recipient(self) -> str:
        """As in Attempt."""

    @property
    def progress(self) -> Progress:
        """As in Attempt."""

    @property
    def reply(self) -> str:
        """As in Attempt."""


class Attempts(Access):
    """The attempts in a ledger. Whether there is an issue of that key is none of their business."""

    def attempts(self, key: str, service: str) -> Mapping[str, Attempt]:
        """Return the latest attempt to hand an issue to each recipient of a service."""
        with self._understood():
            found = map(_attempt, self._fetch(_SELECT, {"issue": key, "service": service}))
            return {attempt.recipient: attempt for attempt in found}

    def turn(self, key: str, service: str, *, ended: Sequence[Ended] = (), begun: Sequence[str] = (), at: datetime) -> None:
        """Record first how attempts ended and then that others begin, in one transaction."""
        if not ended and not begun:
            return
        same = {"issue": key, "service": service, "at": rows.stored(at)}
        outcomes = [
            {**same, "recipient": one.recipient, "progress": one.progress.value, "reply": rows.one_line(one.reply)}
            for one in ended
        ]
        with self._written():  # hosts need not take turns here: whoever hands over holds the ledger
            self._run(_END, outcomes)
            self._run(_BEGIN, [{**same, "recipient": recipient} for recipient in begun])

    def counts(self, key: str) -> Mapping[tuple[str, Progress], int]:
        """Count the recipients of an issue by service and progress."""
        with self._understood():
            return {
                (rows.text(service), Progress(rows.text(progress))): rows.number(count)
                for service, progress, count in self._fetch(_COUNT, {"issue": key})
            }

    def journal(self, key: str, service: str, clock: Callable[[], datetime], hold: Hold | None = None) -> "LedgerJournal":
        """Keep the journal of handing an issue to a service; ``hold`` is made sure of before each attempt.

        Raises LedgerError if the attempts so far are damaged.
        """
        with self._turn:
            if self._connection is not None:
                self._connection.verify(schema.ATTEMPTS)
        return LedgerJournal(self, key, service, clock, hold)


class LedgerJournal:
    """A delivery.contract.Journal that is kept in the ledger, for any number of threads."""

    def __init__(self, ledger: Attempts, key: str, service: str, clock: Callable[[], datetime], hold: Hold | None) -> None:
        """Take what Attempts.journal takes."""
        self._ledger = ledger
        self._key = key
        self._service = service
        self._clock = clock
        self._hold = hold

    def attempts(self) -> Mapping[str, Attempt]:
        """Return the latest attempt by recipient, those of former runs included."""
        return self._ledger.attempts(self._key, self._service)

    def turn(self, ended: Sequence[Ended] = (), begun: Sequence[str] = ()) -> None:
        """Record how attempts ended, and that others begin, in one transaction that is on disk when this returns."""
        if begun and self._hold is not None:
            try:
                self._hold.verify()
            except LedgerError:
                self._ledger.turn(self._key, self._service, ended=ended, at=self._clock())
                raise
        self._ledger.turn(self._key, self._service, ended=ended, begun=begun, at=self._clock())


def _attempt(row: Row) -> Attempt:
    recipient, progress, tries, at, reply = row
    return Attempt(
        recipient=rows.text(recipient),
        progress=Progress(rows.text(progress)),
        count=rows.number(tries),
        at=rows.instant(at),
        reply=rows.text(reply),
    )
