"""Who a mail is from or goes to, as people write it: an address, or ``Name <address>``. Pure.

RFC 5322, section 3.4 (mailboxes); RFC 5321, section 4.1.2 (addresses, here without quoted strings and address literals). A name
is taken as it stands: the comma or colon that the standard wants in quotation marks needs none. Who writes them is understood.
"""

import re

from msgspec import Struct

EXPECTED = "an e-mail address, or Name <address>"
#: RFC 5321, section 4.5.3.1: octets of what stands before the @ of an address, and of all of it.
LONGEST_LOCAL_PART = 64
LONGEST_ADDRESS = 320
#: What every mail program accepts of RFC 5322's addr-spec; quoted local parts are not among it.
SHAPE = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[^\s@<>()\[\],;:\\\"]+")

_LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_NAMED = re.compile(rf"(?P<name>{_QUOTED.pattern}|[^<>]*?)\s*<(?P<address>[^<>]*)>")
#: Words that need no quotation marks; RFC 6532, section 3.2, has letters beyond ASCII among them.
ATOMS = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]*")


class Mailbox(Struct, frozen=True, kw_only=True):
    """A name and an address."""

    #: Without quotation marks; empty: there is none.
    name: str
    #: All of it ASCII.
    address: str


def read(text: str) -> Mailbox:
    """Read one mailbox; raises ValueError that says what was expected."""
    match = _NAMED.fullmatch(text)
    written, given = (match["name"], match["address"]) if match else ("", text)
    in_quotes = _QUOTED.fullmatch(written)
    if not SHAPE.fullmatch(given) or (not in_quotes and _is_list(written, given)):
        raise ValueError(EXPECTED)
    name = re.sub(r"\\(.)", r"\1", in_quotes[1]) if in_quotes else written
    return Mailbox(name=" ".join(name.split()), address=address(given, EXPECTED))


def address(given: str, expected: str = "an address such as ada@letter.example") -> str:
    """Return an address as mail servers take it, ASCII as it was given; raises ValueError that says what was expected."""
    local, _, domain = given.rpartition("@")
    if not local.isascii():
        raise ValueError("an address with ASCII before the @")
    ascii_domain = domain if domain.isascii() else _in_ascii(domain)
    if len(given) > LONGEST_ADDRESS or len(local) + 1 + len(ascii_domain) > LONGEST_ADDRESS:
        raise ValueError(f"an address of at most {LONGEST_ADDRESS} octets")
    if len(local) > LONGEST_LOCAL_PART or not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(ascii_domain.lower()):
        raise ValueError(expected)
    return f"{local}@{ascii_domain}"


def written(mailbox: Mailbox) -> str:
    """Write a mailbox as programs read it, letters beyond ASCII as they are."""
    if not mailbox.name:
        return mailbox.address
    return f"{mailbox.name if ATOMS.fullmatch(mailbox.name) else quoted(mailbox.name)} <{mailbox.address}>"


def quoted(name: str) -> str:
    """Put a name in quotation marks (RFC 5322, section 3.2.4)."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _is_list(name: str, given: str) -> bool:
    """Tell whether another address stands where the name is expected: then nobody knows which one is meant."""
    return any(SHAPE.fullmatch(piece.strip()) and piece.strip() != given for piece in re.split("[,;]", name))


def _in_ascii(domain: str) -> str:
    """Return a domain in Punycode (RFC 3490), empty where it is none; raises ValueError where it is perhaps another's.

    This standard makes strasse of straße, which the present one (RFC 5891) does not: such a domain has to be given in ASCII.
    """
    import unicodedata  # noqa: PLC0415 - as seldom needed as the codec, which is slow to load

    try:
        ascii_domain = domain.encode("idna")
        read_back = ascii_domain.decode("idna").lower()
    except UnicodeError:
        return ""
    if read_back != unicodedata.normalize("NFC", domain.lower()):
        raise ValueError("an address with its host in Punycode (xn--…), for as it is it can be another's")
    return ascii_domain.decode()
