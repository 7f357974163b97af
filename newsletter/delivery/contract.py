"""What a service is given and what it returns. No I/O."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from newsletter.config import Config
from newsletter.delivery.secrets import Secrets
from newsletter.ledger.records import Attempt, Progress


class Handover(Struct, frozen=True, kw_only=True):
    """An issue that was built, as it lies in out/."""

    config: Config
    key: str
    #: Its folder, with email.html, email.txt, email.eml and issue.json.
    folder: Path
    #: What issue.json says.
    manifest: Mapping[str, Any]
    secrets: Secrets
    #: What counts as now.
    now: datetime
    #: Whether to try again what nobody knows the outcome of.
    retry_unknown: bool = False
    #: What counted as now when the issue was reserved; None: now.
    reserved: datetime | None = None
    #: Whether the issue was delivered before: whoever was never tried is then none of its recipients.
    delivered: bool = False


class Outcome(Struct, frozen=True, kw_only=True):
    """How an attempt ended: sent, refused or deferred; or trying, where nobody knows."""

    recipient: str
    progress: Progress
    #: What the other side said, on one line, without secrets.
    reply: str = ""


class Journal(Protocol):
    """The attempts to hand one issue to one service. Every method raises LedgerError, and is safe to call from any thread."""

    def attempts(self) -> Mapping[str, Attempt]:
        """Return the latest attempt by recipient, those of former runs included."""

    def turn(self, ended: Sequence[Outcome] = (), begun: Sequence[str] = ()) -> None:
        """Record how attempts ended, and that others begin, in one transaction that is on disk when this returns."""


class Result(Struct, frozen=True, kw_only=True):
    """What came of handing an issue over."""

    #: Whether nothing is left to do for this issue but what a person decides: refusals and unknown outcomes included.
    delivered: bool
    #: Whether, if not, only recipients are left that were put off: the issue after it need not wait for those.
    nearly: bool = False
    #: What the issue is called there; empty: nothing.
    reference: str = ""
    #: For people: one line each, with what to do; an issue that is not delivered has at least one.
    problems: tuple[str, ...] = ()
    #: For people who asked for more: what was done.
    remarks: tuple[str, ...] = ()


class Deliver(Protocol):
    """Hands an issue to a service; a second call with the same journal never hands over anything twice.

    Raises DeliveryError where nothing could be handed over, and LedgerError.
    """

    def __call__(self, handover: Handover, journal: Journal) -> Result:
        """Deliver."""
