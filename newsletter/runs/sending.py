"""Hands over one issue that a build made, by itself. What the ledger says was handed over is not handed over again."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from newsletter import writer
from newsletter.config import Config
from newsletter.errors import DeliveryError, NewsletterError
from newsletter.ledger import hold_ledger, open_ledger
from newsletter.ledger.records import Fate, Issued, Plan, Planned, State
from newsletter.mail.manifest import NAME
from newsletter.present import missing_ledger
from newsletter.runs import handing
from newsletter.runs.handing import Handed, Terms

if TYPE_CHECKING:
    from newsletter.ledger.store import Ledger


class Parcel(Struct, frozen=True, kw_only=True):
    """An issue that could be handed over."""

    key: str
    subject: str
    articles: tuple[str, ...]
    start: datetime
    end: datetime
    #: As the mail says; None: it says none.
    number: int | None
    #: Whether it was handed over before.
    delivered: bool = False


def waiting(config: Config, key: str | None) -> Parcel | None:
    """Find the issue of that key in out/, or the one that is next; None where nothing waits to be handed over.

    Next is the oldest one that the ledger has reserved, else the newest in out/ that the ledger does not know. Raises
    DeliveryError where the issue of that key is not in out/ as it was built.
    """
    with open_ledger(config.ledger) as ledger:
        _refuse_lost(config, ledger)
        issues = ledger.issues()
    if key is not None:
        delivered = any(issued.key == key and issued.state is State.DELIVERED for issued in issues)
        return replace(_read(config, key), delivered=delivered)
    reserved = [issued.key for issued in issues if issued.state is State.RESERVED]
    if reserved:
        return _read(config, reserved[0])
    known = {issued.key for issued in issues}
    newest = max((one for one in _dated(config) if one[1] not in known), default=None)
    return _read(config, newest[1]) if newest else None


def send(config: Config, key: str, terms: Terms) -> Handed | None:
    """Hand over the issue of that key; None where that was done before and nothing is to be tried again.

    Raises LockedError while another run holds out/ or the ledger, and NewsletterError where one of its articles went out already.
    """
    with writer.lock(config.out), hold_ledger(config.ledger) as hold, open_ledger(config.ledger) as ledger:
        _refuse_lost(config, ledger)
        issued = ledger.issue(key) or _reserve(ledger, _read(config, key), terms.now)
        if issued.state is State.DELIVERED and not terms.retry_unknown:
            return None
        return handing.hand_over(config, ledger, hold, issued, terms)


def _refuse_lost(config: Config, ledger: "Ledger") -> None:
    """Raise LedgerError where out/ was built and no ledger tells what went out: builds enter articles before they write."""
    if not ledger.known() and "rss.xml" in writer.owned(config.out):
        raise missing_ledger(config)


def _reserve(ledger: "Ledger", parcel: Parcel, now: datetime) -> Issued:
    """Enter an issue that was built by hand; the schedule stays as it is."""
    placements = ledger.placements()
    placed = sorted({one.issue for id_ in parcel.articles if (one := placements.get(id_)) and one.fate is Fate.ISSUE})
    if placed:
        raise NewsletterError(
            f"issue {parcel.key}: articles of it went out in {', '.join(placed)} already; nothing was sent. "
            "Build it for a period without them, or, if that issue never went out: newsletter issues forget KEY"
        )
    taken = next((one for one in ledger.issues() if parcel.number is not None and one.number >= parcel.number), None)
    if taken is not None:
        raise NewsletterError(
            f"issue {parcel.key}: it was built as number {parcel.number}, and {taken.key} is number {taken.number} by now; "
            f"nothing was sent. Run: newsletter build --period {parcel.key}"
        )
    planned = Planned(key=parcel.key, start=parcel.start, end=parcel.end, articles=parcel.articles)
    return ledger.reserve(Plan(issues=(planned,)), now)[0]


def _read(config: Config, key: str) -> Parcel:
    manifest = handing.parcel(config, key)
    try:
        start, end = (datetime.fromisoformat(manifest["period"][name]) for name in ("start", "end"))
    except (KeyError, TypeError, ValueError) as error:
        raise DeliveryError(f"{config.out / 'issues' / key / NAME}: damaged ({error}); build the issue again") from None
    return Parcel(
        key=key,
        subject=str(manifest.get("subject", "")),
        articles=tuple(str(one["id"]) for one in manifest["articles"]),
        start=start,
        end=end,
        number=number if isinstance(number := manifest.get("number"), int) else None,
    )


def _dated(config: Config) -> Iterator[tuple[str, str]]:
    """Yield date and key of the issues in out/; what cannot be read is none."""
    for name in writer.owned(config.out):
        parts = name.split("/")
        if len(parts) == 3 and parts[0] == "issues" and parts[2] == NAME:  # noqa: PLR2004 - issues/KEY/issue.json
            try:
                yield datetime.fromisoformat(json.loads((config.out / name).read_bytes())["date"]).isoformat(), parts[1]
            except (OSError, ValueError, TypeError, KeyError):
                continue
