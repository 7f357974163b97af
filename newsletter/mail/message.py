"""The issue as an e-mail message: what a mail program opens and a service is handed. Pure.

RFC 5322 (headers), 2045 to 2047 (MIME), 2919 (List-Id), 2369 and 8058 (List-Unsubscribe). Written out here and not by
email.message, whose folding and encoding of headers changed between Python 3.11, 3.12 and 3.13: the same issue has the same
bytes on each of them.
"""

import re
import unicodedata
from base64 import b64encode, encodebytes
from binascii import b2a_qp
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from urllib.parse import quote, urlsplit

from msgspec import Struct

from newsletter.config import Config
from newsletter.feeds import segments
from newsletter.mail import mailbox
from newsletter.mail.disarm import disarmed
from newsletter.rules import ascii_host

#: RFC 2047, section 2: a line with an encoded word has at most 76 characters; "=?utf-8?b?" and "?=" take 12 of them.
ENCODED_LINE = 76
AROUND_ENCODED = 12
#: RFC 5322, section 2.1.1: a line should have at most 78 characters and must not have more than 998.
LINE = 78
LONGEST_LINE = 998
#: A word that cannot be folded and would come near the limit.
LONGEST_WORD = LONGEST_LINE - LINE
DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
#: What stays out of the names of files.
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST_NAME = 60
#: How a List-Id calls the whole publication, and characters of an edition's name in one.
WHOLE = "newsletter"
LONGEST_LABEL = 50


class Part(Struct, frozen=True, kw_only=True):
    """A file that travels with the message, for its HTML to show."""

    #: Content-ID, without angle brackets.
    id: str
    #: Media type.
    type: str
    #: Of the file, for people who save it.
    name: str
    body: bytes


def headers(
    config: Config, *, name: str, key: str, subject: str, date: datetime, leave: str = "", title: str = ""
) -> tuple[tuple[str, str], ...]:
    """List the message's own headers as people read them, in order. ``name`` is the edition's, empty for the publication.

    ``title`` is the edition's; empty: the publication's. ``leave`` is the merge tag that delivery turns into an https address for
    leaving the list, if the header needs one.
    """
    host = _host(config.url)
    place = urlsplit(config.url).path.rstrip("/")  # tells apart two publications of one host
    identity = sha256(f"{config.authority}{place}\n{name}\n{key}".encode()).hexdigest()
    own = one_line(config.title)
    pairs = [
        ("Date", format_datetime(date)),
        ("From", _sender(config.digest.sender, own, host)),
        ("To", "undisclosed-recipients:;"),
        ("Subject", one_line(subject)),
        ("Message-ID", f"<{identity[:32]}@{host}>"),
        ("List-Id", f"{display_name(one_line(title) or own)} <{_list_label(name)}.{host}>"),
        *_unsubscribe(config.digest.unsubscribe, leave),
        ("Content-Language", config.language),
    ]
    return tuple(pairs)


def compose(pairs: Sequence[tuple[str, str]], *, text: str, html: str, parts: Sequence[Part] = ()) -> bytes:
    """Build the message: those headers, then the text part and the HTML part, in CRLF lines of at most 998 octets.

    The parts stand with the HTML (RFC 2387), which shows each as ``cid:`` and its id.
    """
    seed = dict(pairs)["Message-ID"]
    page = _written("html", html)
    if parts:
        related = _boundary(f"related {seed}")
        page = [
            "Content-Type: multipart/related;",
            f' boundary="{related}"; type="text/html"',
            *_bound(related, [page, *map(_attached, parts)]),
        ]
    boundary = _boundary(seed)
    lines = [header(name, value) for name, value in pairs]
    lines += ["MIME-Version: 1.0", "Content-Type: multipart/alternative;", f' boundary="{boundary}"']
    lines += _bound(boundary, [_written("plain", text), page])
    return "\r\n".join([*lines, ""]).encode()


def _boundary(seed: str) -> str:
    return f"=_{sha256(seed.encode()).hexdigest()[:32]}"  # quoted-printable cannot hold "=_" (RFC 2045, 5.1.1), base64 no "_"


def _bound(boundary: str, parts: Sequence[Sequence[str]]) -> Iterator[str]:
    """Write the body of a multipart: the lines of its parts, each after the boundary."""
    yield ""
    for part in parts:
        yield f"--{boundary}"
        yield from part
    yield f"--{boundary}--"


def _written(subtype: str, body: str) -> list[str]:
    kind = f"Content-Type: text/{subtype}; charset=utf-8"
    return [kind, "Content-Transfer-Encoding: quoted-printable", "", _quoted_printable(body)]


def _attached(part: Part) -> list[str]:
    name = UNSAFE.sub("-", part.name)[-LONGEST_NAME:]
    return [
        f"Content-Type: {part.type}",
        "Content-Transfer-Encoding: base64",
        f"Content-ID: <{part.id}>",
        "Content-Disposition: inline;",
        f' filename="{name}"',
        "",
        encodebytes(part.body).decode("ascii").rstrip("\n").replace("\n", "\r\n"),
    ]


def one_line(text: str) -> str:
    """Collapse white space and control characters, which could end a header, into single spaces."""
    plain = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    return " ".join(plain.encode("utf-8", "replace").decode().split())


def _quoted_printable(body: str) -> str:
    lines = body.replace("\r\n", "\n").replace("\r", "\n")
    return b2a_qp(lines.encode("utf-8", "replace")).decode("ascii").replace("\n", "\r\n")


def header(name: str, value: str) -> str:
    """Write one header, encoded and folded as it needs, without the line end."""
    if name in {"From", "To", "List-Id"}:
        phrase, _, rest = value.rpartition(" ")
        return f"{name}: {_folded(phrase, len(name) + 2)}{_fits_after(phrase)}{rest}" if phrase else f"{name}: {rest}"
    return f"{name}: {_folded(value, len(name) + 2)}"


def _fits_after(phrase: str) -> str:
    """Begin a new line before an address whose name may have filled the one before."""
    return " " if _is_plain(phrase) and len(phrase) < LINE // 2 else "\r\n "


def _folded(value: str, used: int) -> str:
    """Fold a value after ``used`` characters; encode it where it is not plain ASCII or could be taken for encoded."""
    if not _is_plain(value):
        return "\r\n ".join(_encoded_words(value, used))
    lines = [""]
    for word in value.split(" "):
        room = LINE - (used if len(lines) == 1 else 1)
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append(word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return "\r\n ".join(lines)


def _is_plain(value: str) -> bool:
    """Tell whether a text can stand in a header as it is: ASCII, foldable, taken neither for encoded nor for active HTML."""
    return (
        value.isascii()
        and "=?" not in value
        and disarmed(value) == value
        and all(len(word) <= LONGEST_WORD for word in value.split(" "))
    )


def _encoded_words(value: str, used: int) -> Iterator[str]:
    """Encode a text as encoded words, each a whole number of characters (RFC 2047, section 5), each for a line of its own."""
    word, room = b"", (ENCODED_LINE - AROUND_ENCODED - used) // 4 * 3
    for char in value:
        octets = char.encode()
        if len(word) + len(octets) > room:
            yield f"=?utf-8?b?{b64encode(word).decode()}?="
            word, room = b"", (ENCODED_LINE - AROUND_ENCODED - 1) // 4 * 3
        word += octets
    yield f"=?utf-8?b?{b64encode(word).decode()}?="


def _host(url: str) -> str:
    """Return the host of a URL as mail has it: in ASCII (RFC 5890)."""
    host = ascii_host(urlsplit(url).hostname or "")
    return host if DOMAIN.fullmatch(host) else "localhost"


def _sender(sender: str, title: str, host: str) -> str:
    if not sender:
        return f"{display_name(title)} <newsletter@{host}>"
    one = mailbox.read(sender)
    return f"{display_name(one_line(one.name) or title)} <{one.address}>"


def display_name(name: str) -> str:
    """Quote a display name where it is not made of atoms; names beyond ASCII are encoded as they are (RFC 2047, section 5)."""
    if not _is_plain(name) or mailbox.ATOMS.fullmatch(name):
        return name
    return mailbox.quoted(name)


def _list_label(name: str) -> str:
    """Name the list in its List-Id: newsletter, or the edition as no other is called; at most 63 characters, as DNS has it."""
    if not name:
        return WHOLE
    label = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:LONGEST_LABEL]
    known = segments.key(name)
    return label if label == known != WHOLE else f"{label}-{sha256(known.encode()).hexdigest()[:8]}".lstrip("-")


def _unsubscribe(address: str, tag: str) -> Iterator[tuple[str, str]]:
    """Offer one click where there is an https address (RFC 8058); a service that writes the header itself has no tag here."""
    url = tag or quote(address, safe=":/?#[]@!$&()*+,;=%~")
    if tag or (url.startswith("https://") and len(url) <= LONGEST_WORD):
        yield "List-Unsubscribe", f"<{url}>"
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
