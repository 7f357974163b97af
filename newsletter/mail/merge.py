"""The issue's message for each recipient: fixed blocks that were encoded once, and between them the values of one person. Pure.

RFC 2045, section 6.7 (quoted-printable); RFC 5321, section 4.5.2 (dots at line starts). What a tag is: OWN in ``services.py``.
A soft line break stands on either side of a value, so no value moves what follows it. No line of a text begins with a dot or
with ``From ``, which servers and mailboxes alter, and so break signatures.
"""

import re
from base64 import b64decode
from binascii import a2b_qp, b2a_base64
from collections.abc import Iterable
from hashlib import sha256
from html import escape
from operator import itemgetter
from typing import TYPE_CHECKING

from newsletter.errors import DeliveryError
from newsletter.mail import message
from newsletter.mail.disarm import disarmed

if TYPE_CHECKING:
    from newsletter.delivery.recipients import Recipient

UNSUBSCRIBE = "unsubscribe_url"
#: Filled from the address, whatever the columns are called.
ALWAYS = ("address", "email")

#: A brace as text, or the name of a value.
_TAG = re.compile(r"\{\{(?:('\{')|\s*([^\s{}](?:[^{}]*[^\s{}])?)\s*)\}\}")
#: A text as message.py writes it. No encoded text can hold this: "=" is "=3D" in quoted-printable, base64 has no ":".
_TEXT = re.compile(
    rb"(?s)(?<=\r\n)(Content-Type: text/(plain|html); charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n)"
    rb"(.*?)(?=\r\n--=_)"
)
_HEADER = re.compile(rb"(?s)([!-9;-~]+): (.*?)\r\n(?![ \t])")
#: RFC 2047, section 2, as message.py writes it.
_WORD = "=?utf-8?b?"
_BREAK = b"=\r\n"
#: Octets of a line besides the "=" of a soft break; RFC 2045 allows 76 with it.
_WIDTH = 75
_UNSAFE = re.compile(rb"[^\t -<>-~]")
_BLANKS = (b" ", b"\t")
_ALTERED = (b".", b"From ")
#: What stands in quoted-printable and in HTML as it is, on a line of its own.
_PLAIN = re.compile(r"(?!From )[!#-%(-\-/-;?-~](?:[ !#-%(-;?-~]{0,73}[!#-%(-;?-~])?")
#: Names that stand in To as they are, and in quotation marks, with an address on the same line; octets of one encoded word.
_ATOMS = re.compile(r"[A-Za-z]+(?: [A-Za-z]+)*")
_TEXT_OF_NAME = re.compile(r"[A-Za-z0-9,.'()-]+(?: [A-Za-z0-9,.'()-]+)*")
_SHORT_NAME = 30
_SHORT_ADDRESS = 40
_SHORT_WORD = 42

_DAMAGED = "email.eml: expected a message of an issue, as a build writes it; build the issue again"

_Slot = tuple[str, str]
_TO: _Slot = ("header", "to")
_ID: _Slot = ("header", "message-id")
_SUBJECT: _Slot = ("header", "subject")
_LEAVE: _Slot = ("header", UNSUBSCRIBE)


def message_id(issue: str, address: str) -> str:
    """Return the Message-ID for one recipient, the same at every attempt, from the issue's own."""
    host = issue.rpartition("@")[2].removesuffix(">")
    identity = sha256(f"{issue}\n{address.lower()}".encode()).hexdigest()
    return f"<{identity[:32]}@{host}>"


def dotted(mail: bytes) -> bytes:
    """Write a message of CRLF lines as DATA has it, the closing dot included."""
    return (b"\r\n" + mail).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


class Skeleton:
    """An issue's message, ready for each recipient's values."""

    def __init__(self, eml: bytes, nameless: str = "") -> None:
        """Take email.eml as it lies in out/, and what a recipient without a name is called.

        Raises DeliveryError where the message cannot be written to single recipients.
        """
        self._nameless = nameless
        self._subject: list[str] = []
        self._pieces: list[bytes] = [b""]
        self._slots: list[_Slot] = []
        #: The issue's own Message-ID.
        self.id = ""
        try:
            self._take(eml)
        except ValueError:
            raise DeliveryError(_DAMAGED) from None
        if not self.id or _TO not in self._slots:
            raise DeliveryError(_DAMAGED)
        self._stuffed = [*(piece.replace(b"\r\n.", b"\r\n..") for piece in self._pieces[:-1]), dotted(self._pieces[-1])]
        shown = {slot for slot in self._slots if slot[0] != "header"}
        #: Each value of the body, with whether the text part and the HTML part show it.
        self._shown = tuple((tag, ("plain", tag) in shown, ("html", tag) in shown) for tag in sorted({tag for _, tag in shown}))
        self._values = itemgetter(*self._slots)
        leave = (UNSUBSCRIBE,) if _LEAVE in self._slots else ()
        #: Names of the values that the message needs.
        self.tags = frozenset({*(tag for _, tag in shown), *self._subject[1::2], *leave})

    def check(self, fields: Iterable[str]) -> None:
        """Raise DeliveryError where the message has tags that none of these columns fills."""
        columns = tuple(fields)
        if lost := sorted(self.tags - {*columns, *ALWAYS}):
            tags = ", ".join(f"{{{{{tag}}}}}" for tag in lost)
            raise DeliveryError(f"delivery.smtp.recipients: expected a column for {tags}, got {', '.join(columns)}")

    def message(self, recipient: "Recipient", message_id: str) -> bytes:
        """Write the message to one recipient, in CRLF lines of 7-bit text."""
        return self._filled(self._pieces, recipient, message_id)

    def wire(self, recipient: "Recipient", message_id: str) -> bytes:
        """Write the same as DATA has it: dots at line starts doubled, and the closing dot."""
        return self._filled(self._stuffed, recipient, message_id)

    def _filled(self, pieces: list[bytes], recipient: "Recipient", message_id: str) -> bytes:
        values = {
            "address": recipient.address,
            "email": recipient.address,
            "name": recipient.name or self._nameless,
            UNSUBSCRIBE: recipient.unsubscribe_url,
        }
        values.update(recipient.fields)
        written = {
            _TO: _to(recipient.name, recipient.address),
            _ID: message_id.encode(),
            _LEAVE: recipient.unsubscribe_url.encode(),
        }
        for tag, in_text, in_html in self._shown:
            value = values[tag]
            if _PLAIN.fullmatch(value):
                written["plain", tag] = written["html", tag] = value.encode()
                continue
            if in_html:
                written["html", tag] = _quoted(escape(value))
            if in_text:
                written["plain", tag] = _quoted(disarmed(value) if "<" in value else value)
        if self._subject:
            subject = "".join(values[piece] if at % 2 else piece for at, piece in enumerate(self._subject))
            written[_SUBJECT] = message.header("Subject", message.one_line(subject)).encode()
        filled = pieces.copy()
        filled[1::2] = self._values(written)
        return b"".join(filled)

    def _fixed(self, piece: bytes) -> None:
        self._pieces[-1] += piece

    def _slot(self, *slot: str) -> None:
        form, name = slot
        self._slots.append((form, name))
        self._pieces += (b"", b"")

    def _take(self, eml: bytes) -> None:
        """Cut the message; raises ValueError where it is none of ours."""
        start = eml.index(b"\r\n\r\n") + 2
        self._take_headers(eml[:start])
        for part in _TEXT.finditer(eml, start):
            self._fixed(eml[start : part.end(1)])
            self._take_text(part[2].decode(), a2b_qp(part[3]).decode().replace("\r\n", "\n"))
            start = part.end()
        self._fixed(eml[start:])

    def _take_headers(self, head: bytes) -> None:
        for match in _HEADER.finditer(head):
            name, value = match[1].decode(), match[2].decode()
            if name == "To":
                self._slot(*_TO)
            elif name == "Message-ID":
                self.id = value
                self._fixed(b"Message-ID: ")
                self._slot(*_ID)
            elif name == "Subject":
                self._take_subject(value)
            elif name == "List-Unsubscribe":
                self._take_leave(value)
            else:
                self._fixed(match[0][:-2])
            self._fixed(b"\r\n")

    def _take_subject(self, value: str) -> None:
        pieces = _cut(_unfolded(value))
        if len(pieces) == 1:
            self._fixed(message.header("Subject", pieces[0]).encode())
        else:
            self._subject = pieces
            self._slot(*_SUBJECT)

    def _take_leave(self, value: str) -> None:
        """Fill the header with an address as it is: RFC 8058 wants an https one that tells the recipient."""
        before, tag, after = value.partition(f"<{{{{{UNSUBSCRIBE}}}}}>")
        if tag:
            self._fixed(f"List-Unsubscribe: {before}<".encode())
            self._slot(*_LEAVE)
            self._fixed(f">{after}".encode())
        elif "{{" in value or "%7B%7B" in value:  # message.py writes the tags in an address that is configured like this
            raise DeliveryError(
                f"email.eml: expected {{{{{UNSUBSCRIBE}}}}} in List-Unsubscribe, got {value}; leave digest.unsubscribe and "
                f"digest.tags.unsubscribe out, give the recipients a column {UNSUBSCRIBE}, and build the issue again"
            )
        else:
            self._fixed(f"List-Unsubscribe: {value}".encode())

    def _take_text(self, subtype: str, text: str) -> None:
        """Encode a part block by block, each from the beginning of a line."""
        pieces = _cut(text)
        for at, piece in enumerate(pieces):
            if at % 2:
                self._slot(subtype, piece)
                continue
            block = b"\r\n".join(map(_line, piece.encode().split(b"\n")))
            if at and not piece.startswith("\n") and (piece or at + 1 < len(pieces)):
                block = _BREAK + block
            if at + 1 < len(pieces) and piece and not piece.endswith("\n"):
                block += _BREAK
            self._fixed(block)


def _cut(text: str) -> list[str]:
    """Cut a text at its tags: texts, as they are read, and names of values by turns, a text at either end."""
    pieces, end = [""], 0
    for match in _TAG.finditer(text):
        pieces[-1] += text[end : match.start()]
        if match[1]:
            pieces[-1] += "{"
        else:
            pieces += (match[2].lower(), "")
        end = match.end()
    pieces[-1] += text[end:]
    return pieces


def _unfolded(value: str) -> str:
    """Read a header that message.py wrote: all in encoded words, or none."""
    words = value.split("\r\n ")
    if not value.startswith(_WORD):
        return " ".join(words)
    return b"".join(b64decode(word.removeprefix(_WORD).removesuffix("?=")) for word in words).decode()


def _to(name: str, address: str) -> bytes:
    """Write the header To."""
    if len(name) <= _SHORT_NAME and len(address) <= _SHORT_ADDRESS:  # what message.py would do too, only slower
        if _ATOMS.fullmatch(name):
            return f"To: {name} <{address}>".encode()
        if _TEXT_OF_NAME.fullmatch(name):
            return f'To: "{name}" <{address}>'.encode()
        octets = name.encode("utf-8", "replace")
        if len(octets) > len(name) and len(octets) <= _SHORT_WORD and name.isprintable():
            return b"To: =?utf-8?b?%b?=\r\n <%b>" % (b2a_base64(octets, newline=False), address.encode())
    shown = message.display_name(message.one_line(name))
    return message.header("To", f"{shown} <{address}>" if shown else address).encode()


def _quoted(value: str) -> bytes:
    """Encode a value."""
    if value.isascii() and value.isprintable() and not value.endswith(" "):
        return _wrapped(value.replace("=", "=3D").encode())
    return _line(value.encode("utf-8", "replace"))


def _line(octets: bytes) -> bytes:
    """Encode a line, without its end, in quoted-printable; there is room for a "=" behind it."""
    line = _UNSAFE.sub(lambda match: b"=%02X" % match[0][0], octets)
    if line.endswith(_BLANKS):
        line = line[:-1] + b"=%02X" % line[-1]
    return _wrapped(line)


def _wrapped(line: bytes) -> bytes:
    """Break an encoded line where no octet's encoding is cut in two."""
    pieces = []
    while True:
        if line.startswith(_ALTERED):
            line = b"=%02X" % line[0] + line[1:]
        if len(line) <= _WIDTH:
            pieces.append(line)
            return _BREAK.join(pieces)
        end = line.rfind(b"=", _WIDTH - 2, _WIDTH)
        end = _WIDTH if end < 0 else end
        pieces.append(line[:end])
        line = line[end:]
