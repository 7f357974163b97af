"""What the ledger holds, as records. No I/O."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Publication(Struct, frozen=True, kw_only=True, gc=False):
    """An article as a build publishes it. There are many, and none is part of a cycle."""

    id: str
    #: As first published; never moves. In the offset it was written with, for feeds show that.
    published: datetime
    #: At first publication; where the article lives today is a matter of configuration.
    permalink: str
    #: What follows was so when the article was last read: by this it is recognised again.
    path: str
    slug: str
    title: str
    #: The date of publication that the file gives, which may have moved.
    dated: datetime
    #: As the feeds have it.
    updated: datetime
    #: Of the body; see recognise.fingerprint. Empty where there is no text.
    fingerprint: str
    #: SHA-256 of its HTML when it was last rendered, and the fingerprint of the body then; empty: not yet.
    content: str = ""
    source: str = ""


class Known(Publication, frozen=True, kw_only=True, gc=False):
    """An article that was published, as the ledger has it."""

    #: Counts up from 1 in the order of first publication, without gaps.
    sequence: int
    #: Whether a build since then found no file for it.
    gone: bool


class State(StrEnum):
    """How far an issue is."""

    #: Its articles are settled; whatever interrupts the run, the next one makes the same issue of them.
    RESERVED = "reserved"
    DELIVERED = "delivered"


class Issued(Struct, frozen=True, kw_only=True):
    """An issue, as the ledger has it."""

    key: str
    #: Counts up from 1 in the order of reservation.
    number: int
    #: Of its period, half-open, in UTC.
    start: datetime
    end: datetime
    #: Ids, in the order of reading.
    articles: tuple[str, ...]
    state: State
    #: What counted as now when it was reserved, and when it had been delivered.
    reserved: datetime
    delivered: datetime | None = None
    #: Who it was handed to, and what it is called there; empty: not yet, or nothing.
    service: str = ""
    reference: str = ""


class Fate(StrEnum):
    """What became of an article when its period was over. One without a fate is still to come."""

    ISSUE = "issue"
    #: It waits until there are enough for an issue.
    WAITING = "waiting"
    #: It goes into no issue: it was published before the first one, in a period that was skipped, or came too late.
    PASSED = "passed"


class Placement(Struct, frozen=True, kw_only=True):
    """Where an article went."""

    fate: Fate
    #: Key of its issue; empty without one.
    issue: str = ""


class Schedule(Struct, frozen=True, kw_only=True):
    """Which periods are done with."""

    #: The periods that end by then have been looked at; in UTC.
    closed: datetime
    #: Where the period of the next issue begins: ``closed``, or earlier while articles wait. In UTC.
    since: datetime


class Planned(Struct, frozen=True, kw_only=True):
    """An issue that is to be reserved."""

    key: str
    start: datetime
    end: datetime
    #: Ids, in the order of reading; at least one.
    articles: tuple[str, ...]


class Plan(Struct, frozen=True, kw_only=True):
    """What a run decides before it builds anything."""

    issues: tuple[Planned, ...] = ()
    #: Ids.
    waiting: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    #: What holds afterwards; None: what holds now.
    schedule: Schedule | None = None
    #: For people, nothing that is recorded: what turned up when its period was over and is in an issue, or waits.
    late: tuple[str, ...] = ()
    #: Those of ``passed`` that turned up too late, and that are in a period that was skipped; the others are of the time
    #: before the first issue.
    too_late: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


class Progress(StrEnum):
    """How far the attempt to reach one recipient is."""

    #: It was begun, and nobody knows how it ended: it goes on now, or a run was killed, or a connection broke.
    TRYING = "trying"
    SENT = "sent"
    #: For good.
    REFUSED = "refused"
    #: For now: the next run tries again.
    DEFERRED = "deferred"


class Attempt(Struct, frozen=True, kw_only=True):
    """The latest attempt to hand an issue to one recipient of a service."""

    #: Address, in the service's spelling; empty where the service itself is the recipient.
    recipient: str
    progress: Progress
    #: How many there were.
    count: int
    #: When it was begun, or settled.
    at: datetime
    #: What the other side said, on one line.
    reply: str = ""
