"""Which of a mail's pictures travel with the message, and the HTML that shows them from there (RFC 2392). Pure."""

from collections.abc import Sequence
from hashlib import sha256
from posixpath import basename

from msgspec import Struct

from newsletter.images import markup
from newsletter.mail.message import Part
from newsletter.model import MailPicture, Remark


class Embedded(Struct, frozen=True, kw_only=True):
    """A mail's HTML and what it shows of the message itself."""

    html: str
    parts: tuple[Part, ...]
    #: On the pictures for which there was no room.
    remarks: tuple[Remark, ...]


def embed(html: str, pictures: Sequence[MailPicture], *, limit: int, host: str) -> Embedded:
    """Embed the pictures that HTML shows and whose bytes are known, in its order, as long as all are at most ``limit`` bytes."""
    by_address = {picture.shown: picture for picture in pictures}
    addresses: dict[str, str] = {}
    parts: list[Part] = []
    remarks: list[Remark] = []
    room = limit
    for address in markup.shown(html):
        picture = by_address.get(address)
        if picture is None or picture.body is None:
            continue
        if len(picture.body) > room:
            message = (
                f"{picture.source}: linked, not embedded: {len(picture.body):,} bytes, and digest.embed_limit leaves {room:,}"
            )
            remarks.append(Remark(path=picture.path, line=picture.line, field=None, message=message))
            continue
        room -= len(picture.body)
        identity = f"{sha256(address.encode()).hexdigest()[:32]}@{host}"
        addresses[address] = f"cid:{identity}"
        parts.append(Part(id=identity, type=picture.type, name=basename(picture.target), body=picture.body))
    return Embedded(html=markup.readdressed(html, addresses), parts=tuple(parts), remarks=tuple(remarks))
