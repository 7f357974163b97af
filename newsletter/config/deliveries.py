"""What the configuration of a delivery must have, and what follows from it. Pure."""

from collections.abc import Iterator

from msgspec.structs import replace

from newsletter.config.delivery import Delivery
from newsletter.config.records import Digest

#: Services of delivery.service that merge their own tags into the digest; smtp does when it has recipients.
MERGING = ("smtp", "listmonk", "buttondown")


def problems(delivery: Delivery, digest: Digest) -> Iterator[str]:
    """Say, each in a line that begins with the dotted key, what is missing or does not go together."""
    yield from _missing(delivery)
    wanted = _tags(delivery)
    if digest.service and wanted and digest.service != wanted:
        yield (
            f"digest.service: expected {wanted}, which delivery.service is, got {digest.service!r}; leave the key out, "
            "for another service's merge tags would reach the subscribers"
        )
    if not wanted and delivery.service == "smtp" and digest.service == "smtp":
        yield "digest.service: expected none with delivery.smtp.to, for nothing fills in the merge tags; leave the key out"


def served(delivery: Delivery, digest: Digest) -> Digest:
    """Let the digest have the merge tags of the service that it is handed to, unless it names one."""
    return replace(digest, service=digest.service or _tags(delivery))


def _tags(delivery: Delivery) -> str:
    """Name the service whose merge tags are filled in; empty where none are."""
    if delivery.service not in MERGING or (delivery.service == "smtp" and delivery.smtp.to):
        return ""
    return delivery.service


def _missing(delivery: Delivery) -> Iterator[str]:
    """Say which keys a service cannot do without."""
    smtp, dkim = delivery.smtp, delivery.dkim
    needed: dict[str, dict[str, object]] = {
        "smtp": {"delivery.smtp.host": smtp.host},
        "listmonk": {
            "delivery.listmonk.url": delivery.listmonk.url,
            "delivery.listmonk.user": delivery.listmonk.user,
            "delivery.listmonk.lists": delivery.listmonk.lists,
        },
        "command": {"delivery.command.run": delivery.command.run},
    }
    for key, value in needed.get(delivery.service, {}).items():
        if not value:
            yield f"{key}: is required with delivery.service = {delivery.service!r}"
    if delivery.service == "smtp" and bool(smtp.to) == bool(smtp.recipients):
        yield "delivery.smtp.recipients: expected either this or delivery.smtp.to with delivery.service = 'smtp'"
    signing = {"domain": dkim.domain, "selector": dkim.selector, "key_file": dkim.key_file}
    if any(signing.values()) and not all(signing.values()):
        lacking = ", ".join(f"delivery.dkim.{name}" for name, value in signing.items() if not value)
        yield f"{lacking}: is required to sign"
