"""Hands an issue that lies in out/ to its service and records what came of it. Reads out/, writes the ledger.

Everything that leaves the house goes through here, with the locks held: the journal that a service writes to is the ledger's.
"""

import json
from collections.abc import Callable, Container, Mapping
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from newsletter import delivery
from newsletter.config import Config
from newsletter.delivery import Handover, Result
from newsletter.delivery.secrets import Secrets
from newsletter.errors import DeliveryError
from newsletter.ledger.records import Issued, Progress, State
from newsletter.mail.manifest import NAME

if TYPE_CHECKING:
    from newsletter.ledger.connection import Hold
    from newsletter.ledger.store import Ledger

#: How an attempt stands after which the recipient has the issue, or may have it.
REACHED = frozenset({Progress.SENT, Progress.TRYING})
#: The service that writes to nobody.
FOLDER = "folder"

#: Says what time it is.
Clock = Callable[[], datetime]


class Terms(Struct, frozen=True, kw_only=True):
    """How a run hands over."""

    secrets: Secrets
    #: What counts as now at the beginning, and while it goes on.
    now: datetime
    clock: Clock
    #: Whether to try again what nobody knows the outcome of.
    retry_unknown: bool = False


class Handed(Struct, frozen=True, kw_only=True):
    """An issue that was handed over, or was not."""

    key: str
    subject: str
    service: str
    result: Result


def hand_over(config: Config, ledger: "Ledger", hold: "Hold", issued: Issued, terms: Terms) -> Handed:
    """Hand a reserved issue to the configured service; raises LedgerError, and tells of all else in the result."""
    service = config.delivery.service
    manifest: Mapping[str, Any] = {}
    try:
        manifest = parcel(config, issued.key, issued.articles)
        _refuse_another(service, issued.key, reached(ledger, issued.key))
        handover = Handover(
            config=config,
            key=issued.key,
            folder=config.out / "issues" / issued.key,
            manifest=manifest,
            secrets=terms.secrets,
            now=terms.now,
            retry_unknown=terms.retry_unknown,
            reserved=issued.reserved,
            delivered=issued.state is State.DELIVERED,
        )
        result = delivery.service(service)(handover, ledger.journal(issued.key, service, terms.clock, hold))
    except DeliveryError as error:
        result = Result(delivered=False, problems=tuple(str(error).split("\n")))
    if result.delivered:
        articles = tuple(str(one["id"]) for one in manifest["articles"])
        ledger.delivered(issued.key, at=terms.clock(), service=service, reference=result.reference, articles=articles)
    return Handed(key=issued.key, subject=str(manifest.get("subject", "")), service=service, result=result)


def reached(ledger: "Ledger", key: str) -> Mapping[str, int]:
    """Count by service who has an issue, or may have it."""
    found: dict[str, int] = {}
    for (service, progress), count in ledger.counts(key).items():
        if progress in REACHED:
            found[service] = found.get(service, 0) + count
    return found


def _refuse_another(service: str, key: str, found: Mapping[str, int]) -> None:
    """Raise DeliveryError where those whom one service reached would be reached by another, which knows nothing of them."""
    others = {name: count for name, count in found.items() if name != service}
    if service != FOLDER and others:
        told = ", ".join(f"{count:,} by {name}" for name, count in others.items())
        raise DeliveryError(
            f"delivery.service: issue {key} has gone out, or may have, to recipients of another service already ({told}), and "
            f"{service} would reach them again; set it back, or run: newsletter issues mark {key} delivered"
        )


def parcel(config: Config, key: str, articles: Container[str] | None = None) -> Mapping[str, Any]:
    """Read what issue.json says of an issue in out/, and hold its files against it; raises DeliveryError where they differ.

    ``articles`` are those that it may have: a build that was made before the issue was reserved may have had others.
    """
    folder = config.out / "issues" / key
    remedy = f"run: newsletter build --period {key}"
    try:
        manifest = json.loads((folder / NAME).read_bytes())
        wanted = {str(entry["name"]): str(entry["sha256"]) for entry in manifest["files"]}
        ids = [str(one["id"]) for one in manifest["articles"]]
        changed = [name for name, digest in wanted.items() if sha256((folder / name).read_bytes()).hexdigest() != digest]
    except OSError as error:
        raise DeliveryError(f"{folder}: the issue cannot be read ({error.strerror}); {remedy}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DeliveryError(f"{folder / NAME}: damaged ({error}); {remedy}") from None
    if articles is not None and (others := [id_ for id_ in ids if id_ not in articles]):
        raise DeliveryError(f"{folder}: the ledger has not given this issue the article {', '.join(others)}; {remedy}")
    if changed or manifest.get("key") != key:
        raise DeliveryError(f"{folder}: {', '.join(changed) or NAME} is not what was built; {remedy}")
    return manifest  # type: ignore[no-any-return] # what was read is checked above, so far as it is used
