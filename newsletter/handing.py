"""Hands an issue that lies in out/ to its service and records what came of it. Reads out/, writes the ledger.

Everything that leaves the house goes through here, with the locks held: the journal that a service writes to is the ledger's.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from newsletter import delivery
from newsletter.config import Config
from newsletter.delivery import Handover, Result
from newsletter.delivery.secrets import Secrets
from newsletter.errors import DeliveryError
from newsletter.ledger.records import Issued, State
from newsletter.mail.manifest import NAME

if TYPE_CHECKING:
    from newsletter.ledger.connection import Hold
    from newsletter.ledger.store import Ledger

#: Says what time it is.
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a run hands over."""

    secrets: Secrets
    #: What counts as now at the beginning, and while it goes on.
    now: datetime
    clock: Clock
    #: Whether to try again what nobody knows the outcome of.
    retry_unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
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
        manifest = parcel(config, issued.key)
        handover = Handover(
            config=config,
            key=issued.key,
            folder=config.out / "issues" / issued.key,
            manifest=manifest,
            secrets=terms.secrets,
            now=terms.now,
            retry_unknown=terms.retry_unknown,
            delivered=issued.state is State.DELIVERED,
        )
        result = delivery.service(service)(handover, ledger.journal(issued.key, service, terms.clock, hold))
    except DeliveryError as error:
        result = Result(delivered=False, problems=tuple(str(error).split("\n")))
    if result.delivered:
        articles = tuple(str(one["id"]) for one in manifest["articles"])
        ledger.delivered(issued.key, at=terms.clock(), service=service, reference=result.reference, articles=articles)
    return Handed(key=issued.key, subject=str(manifest.get("subject", "")), service=service, result=result)


def parcel(config: Config, key: str) -> Mapping[str, Any]:
    """Read what issue.json says of an issue in out/, and hold its files against it; raises DeliveryError where they differ."""
    folder = config.out / "issues" / key
    remedy = f"run: newsletter build --period {key}"
    try:
        manifest = json.loads((folder / NAME).read_bytes())
        wanted = {str(entry["name"]): str(entry["sha256"]) for entry in manifest["files"]}
        [str(one["id"]) for one in manifest["articles"]]
        changed = [name for name, digest in wanted.items() if sha256((folder / name).read_bytes()).hexdigest() != digest]
    except OSError as error:
        raise DeliveryError(f"{folder}: the issue cannot be read ({error.strerror}); {remedy}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DeliveryError(f"{folder / NAME}: damaged ({error}); {remedy}") from None
    if changed or manifest.get("key") != key:
        raise DeliveryError(f"{folder}: {', '.join(changed) or NAME} is not what was built; {remedy}")
    return manifest  # type: ignore[no-any-return] # what was read is checked above, so far as it is used
