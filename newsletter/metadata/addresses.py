"""Addresses that authors write → URIs that feeds may carry. Pure.

https://www.rfc-editor.org/rfc/rfc3986, and https://www.rfc-editor.org/rfc/rfc3987#section-3.1 for what is not ASCII.
"""

import re
from urllib.parse import quote, urlsplit, urlunsplit

from newsletter.metadata.tree import shown

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"(?:(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_IRI = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20\x7f-\x9f<>"{}|\\^`]+""")
_BROKEN = re.compile(r"[\x00-\x1f\x7f\\]")

_SEGMENT = "!$&'()*+,;=:@%-._~"


def reference(text: str) -> str:
    """Write an absolute http(s) address or one relative to the site as a URI reference; raises ValueError."""
    address = text.strip()
    scheme = _SCHEME.match(address)
    if scheme is not None and scheme[1].lower() not in ("http", "https"):
        raise ValueError(f"expected an http or https address, got {shown(text)}")
    if address.startswith("//") or _BROKEN.search(address):
        raise ValueError(f"expected an address such as https://example.org/a or /a, got {shown(text)}")
    try:
        parts = urlsplit(address)
        host = _host(parts.netloc)
    except ValueError:  # which UnicodeError is, too
        raise ValueError(f"expected the name of a host in the address, got {shown(text)}") from None
    if scheme is not None and not host:
        raise ValueError(f"expected the name of a host in the address, got {shown(text)}")
    path = _quoted(parts.path, f"{_SEGMENT}/") or ("/" if host else "")
    query, fragment = (_quoted(part, f"{_SEGMENT}/?") for part in (parts.query, parts.fragment))
    return urlunsplit((parts.scheme.lower(), host, path, query, fragment))


def absolute(text: str) -> str:
    """Write an absolute http(s) address as a URI; raises ValueError for any other."""
    address = reference(text)
    if _SCHEME.match(address) is None:
        raise ValueError(f"expected an http or https address, got {shown(text)}")
    return address


def is_iri(text: str) -> bool:
    """Tell whether a text can serve as an identifier: a scheme, and no white space or delimiters."""
    return _IRI.fullmatch(text) is not None


def _host(name: str) -> str:
    """Write a host, with port and all, in ASCII; raises ValueError."""
    user, at, host = name.rpartition("@")
    if not host:
        return ""
    if not host.isascii():
        # IDNA 2003, which the standard library has; browsers agree with it but for four letters
        bare, colon, port = host.partition(":")
        host = bare.encode("idna").decode("ascii") + colon + port
    if _HOST.fullmatch(host) is None:
        raise ValueError(name)
    return _quoted(user, "!$&'()*+,;=:%-._~") + at + host


def _quoted(text: str, safe: str) -> str:
    """Percent-encode what may not stand there; what is encoded already stays."""
    return quote(_LONE_PERCENT.sub("%25", text), safe=safe)
