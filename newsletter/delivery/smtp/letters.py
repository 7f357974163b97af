"""Who is written to, and what: the issue for a mailing list, or for each of the recipients. Reads their file and email.eml."""

from collections.abc import Callable
from email.parser import BytesHeaderParser
from email.utils import format_datetime

from msgspec import Struct

from newsletter import rules
from newsletter.delivery import dkim, recipients
from newsletter.delivery.contract import Handover
from newsletter.delivery.recipients import Recipient
from newsletter.errors import DeliveryError
from newsletter.mail import mailbox, merge

MESSAGE = "email.eml"


class Letter(Struct, frozen=True, kw_only=True):
    """A message to one address."""

    #: As the journal knows the recipient.
    key: str
    #: As the mail server is told.
    address: str
    #: Whose values it shows; none when it goes to a mailing list.
    recipient: Recipient | None = None


class Mailing(Struct, frozen=True, kw_only=True):
    """All messages of an issue."""

    #: Address that undeliverable mail returns to.
    sender: str
    letters: tuple[Letter, ...]
    #: Makes a message as it goes over the wire, the closing dot included; safe to call from any thread.
    write: Callable[[Letter], bytes]
    remarks: tuple[str, ...] = ()


def mailing(handover: Handover) -> Mailing:
    """Read what goes to whom; raises DeliveryError."""
    smtp = handover.config.delivery.smtp
    _refuse_other_tags(handover)
    place = handover.folder / MESSAGE
    try:
        built = b"\r\n".join(place.read_bytes().splitlines()) + b"\r\n"
    except OSError as error:
        raise DeliveryError(f"{place}: cannot be read: {error.strerror}; build the issue again") from None
    # what was built before it was entered into the ledger has the end of its period
    eml = _with(built, "Date", format_datetime((handover.reserved or handover.now).astimezone(handover.config.timezone)))
    if smtp.envelope:
        sender = _configured(smtp.envelope, "delivery.smtp.envelope")
    else:
        sender = _author(str(BytesHeaderParser().parsebytes(eml)["From"]))
    sign = dkim.signer(handover)
    if smtp.to:
        letter = Letter(key=smtp.to, address=_configured(smtp.to, "delivery.smtp.to"))
        mail = _with(eml, "To", letter.address)  # email.eml itself is to nobody
        wire = merge.dotted(sign(mail) if sign else mail)
        return Mailing(sender=sender, letters=(letter,), write=lambda _: wire)
    skeleton = merge.Skeleton(eml, smtp.nameless)
    found = recipients.read(handover.config.root / smtp.recipients, needs_unsubscribe=merge.UNSUBSCRIBE in skeleton.tags)
    skeleton.check(found.columns)

    def write(letter: Letter) -> bytes:
        assert letter.recipient is not None  # noqa: S101 - all that are made below have one
        name = merge.message_id(skeleton.id, letter.address)
        if sign:
            return merge.dotted(sign(skeleton.message(letter.recipient, name)))
        return skeleton.wire(letter.recipient, name)

    letters = tuple(Letter(key=person.address, address=person.address, recipient=person) for person in found.people)
    return Mailing(sender=sender, letters=letters, write=write, remarks=found.remarks)


def _refuse_other_tags(handover: Handover) -> None:
    """Raise DeliveryError where the digest has the merge tags of a service that it is not made for any more."""
    written = handover.manifest.get("service") or {}
    name, wanted = written.get("name", ""), handover.config.digest.service
    if name != wanted:
        raise DeliveryError(
            f"{MESSAGE}: its merge tags are those of {name or 'no service'}, not of {wanted or 'none'}; "
            f"run: newsletter build --period {handover.key}"
        )


def _configured(given: str, key: str) -> str:
    """Return the address of a mailbox of the configuration."""
    try:
        return mailbox.read(given).address
    except ValueError:
        raise DeliveryError(f"{key}: expected an e-mail address, got {given!r}") from None


def _author(header: str) -> str:
    """Return the address in From, which message.py writes last and in angle brackets."""
    address = header.rpartition("<")[2].removesuffix(">")
    if rules.email(address) or not address.isascii():
        raise DeliveryError(f"digest.sender: expected an e-mail address, got {header!r}")
    return address


def _with(eml: bytes, name: str, value: str) -> bytes:
    """Give a message another value in a header that it has, on one line."""
    head, gap, body = eml.partition(b"\r\n\r\n")
    begin = f"{name}: ".encode()
    lines = [begin + value.encode() if line.startswith(begin) else line for line in head.split(b"\r\n")]
    return b"\r\n".join(lines) + gap + body
