"""Brings an issue to a service that keeps drafts, and sends it on from there; exactly one, whatever happens on the way.

Each step is one request, and before each the service is asked what it has: a run that was killed, or did not hear an answer,
goes on where the service is. So nothing is ever in doubt for longer than until the next look.
"""

import time
from enum import Enum, auto
from typing import Protocol
from urllib.parse import urlsplit

from msgspec import Struct

from newsletter.delivery import http
from newsletter.delivery.contract import Handover, Journal, Outcome, Result
from newsletter.delivery.http import FailedError, UnansweredError
from newsletter.errors import DeliveryError
from newsletter.ledger.records import Progress

#: Characters that a name for an issue may have: listmonk's tags are VARCHAR(100) (queries/campaigns.sql).
LONGEST = 100


class Stage(Enum):
    """How far the service is."""

    DRAFT = auto()
    #: Scheduled, being sent or sent.
    UNDER_WAY = auto()
    #: Somebody there, or the service itself, decided against it.
    STOPPED = auto()


class Found(Struct, frozen=True, kw_only=True):
    """What the service has of an issue."""

    #: As the service calls it in paths.
    id: str
    stage: Stage
    #: In the service's word.
    status: str
    #: For people: what they find it by.
    reference: str
    #: Whether it has a time at which it is to be sent.
    timed: bool = False


class Place(Protocol):
    """A service that keeps drafts. All methods raise DeliveryError, and those that change something also FailedError."""

    #: For people.
    name: str

    def find(self) -> Found | None:
        """Look whether the issue is there."""

    def create(self) -> None:
        """Make a draft of it."""

    def update(self, found: Found) -> None:
        """Bring the draft up to date."""

    def send(self, found: Found) -> None:
        """Send the draft, or have it sent when its time has come."""


def marker(handover: Handover) -> str:
    """Return what the issue is found by: the same in every run, and another publication's on the same server differs."""
    config = handover.config
    # one host may have several publications, each below a path
    publication = f"{config.authority}{urlsplit(config.url).path.rstrip('/')}"
    return f"newsletter:{publication[-(LONGEST - 40) :]}:{handover.key}"


def part(handover: Handover, name: str) -> str:
    """Return the text of a file of the issue; raises DeliveryError."""
    try:
        return (handover.folder / name).read_text(encoding="utf-8")
    except OSError as error:
        raise DeliveryError(f"{handover.folder / name}: cannot be read: {error.strerror}") from None


def wording(handover: Handover, service: str) -> tuple[str, str]:
    """Return subject and preheader as the service needs them; raises DeliveryError where the digest was made for another."""
    written: dict[str, str] = handover.manifest["service"] or {}
    name = written.get("name", "no service")
    if name != service:
        raise DeliveryError(
            f"issue {handover.key}: its merge tags are those of {name}, not of {service}; build it again, then send it"
        )
    return written["subject"], written["preheader"]


def bring(place: Place, handover: Handover, journal: Journal) -> Result:
    """Make a draft or bring it up to date and, unless delivery.mode is draft, send it; what is under way is never touched.

    Nor is an issue that was delivered before, whatever has become of it there. Raises DeliveryError where nothing was handed
    over, for sure, and LedgerError.
    """
    found = place.find()
    if handover.delivered:
        return _result(place, found, already=True) if found else Result(delivered=True, remarks=(f"{place.name}: gone",))
    before = journal.attempts().get("")
    if found is None and before and before.progress is Progress.SENT:
        return Result(delivered=True, remarks=(f"{place.name}: gone",))
    if found is None or found.stage is Stage.DRAFT:
        journal.turn(begun=[""])
    elif before is None and found.stage is Stage.UNDER_WAY:
        return _foreign(place, found)
    elif before is None or before.progress is Progress.SENT:
        return _result(place, found, already=True)
    errand = _Errand(place)
    try:
        found = errand.run(found, sending=handover.config.delivery.mode != "draft")
    except DeliveryError as error:
        progress = Progress.TRYING if errand.doubt else Progress.DEFERRED
        journal.turn(ended=[Outcome(recipient="", progress=progress, reply=str(error))])
        if not errand.touched:
            raise
        return Result(delivered=False, problems=(str(error),))
    journal.turn(ended=[Outcome(recipient="", progress=Progress.SENT, reply=f"{found.status} {found.reference}")])
    return _result(place, found, already=not errand.touched)


class _Errand:
    """One call's steps, and what is known of their effect."""

    def __init__(self, place: Place) -> None:
        self._place = place
        #: Whether anything there may have been changed, and whether the latest step's effect is unknown.
        self.touched = False
        self.doubt = False
        self._made = self._fresh = self._sent = False

    def run(self, found: Found | None, *, sending: bool) -> Found:
        """Go on from what was found until nothing is left to do."""
        pauses = iter(http.PAUSES)
        while True:
            try:
                done = self._step(found, sending=sending)
                if done is not None:
                    return done
                self.touched, self.doubt, pauses = True, False, iter(http.PAUSES)
            except FailedError as error:
                self.touched = self.doubt = True
                if not isinstance(error, UnansweredError):  # it is done with the request, so the look will tell
                    if found is None:
                        self._made = False
                    else:
                        self._sent = False
                pause = next(pauses, None)
                if pause is None:
                    raise
                time.sleep(pause)
            found = self._place.find()

    def _step(self, found: Found | None, *, sending: bool) -> Found | None:
        """Take the next step; return what there is where none is left."""
        place = self._place
        if found is None:
            if self._made:
                raise UnansweredError(f"{place.name} does not show the issue that it was given; the next run looks again")
            self._made = True
            place.create()
            self._fresh = True
            return None
        if found.stage is not Stage.DRAFT:
            return found
        if not self._fresh:
            place.update(found)
            self._fresh = True
            return None
        if not sending:
            return found
        if self._sent:
            raise UnansweredError(f"{place.name} still shows a draft of what it was told to send; the next run looks again")
        self._sent = True
        place.send(found)
        return None


def _foreign(place: Place, found: Found) -> Result:
    """Leave alone what the ledger has forgotten, or never knew: nobody can tell whether it has the same articles."""
    told = f"{place.name}: {found.status}: {found.reference}: was there before, which the ledger does not know"
    return Result(delivered=True, reference=found.reference, problems=(f"{told}; it was left as it is, see that nothing lacks",))


def _result(place: Place, found: Found, *, already: bool) -> Result:
    told = f"{place.name}: {found.status}: {found.reference}"
    if found.stage is Stage.STOPPED:
        return Result(delivered=True, reference=found.reference, problems=(f"{told}; it was left as it is, see there",))
    return Result(delivered=True, reference=found.reference, remarks=(f"{told} (already)" if already else told,))
