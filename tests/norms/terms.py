"""The small print that several formats share: what an IRI is, a date, a tag URI, a title without markup."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from html.entities import name2codepoint

ATOM = "{http://www.w3.org/2005/Atom}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
#: RFC 3987, section 2.2: a scheme, and none of the characters that it excludes.
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20\x7f-\x9f]+")
WEB = re.compile(r"https?://[^/\s<>\"]+[^\s<>\"]*")
MEDIA_TYPE = re.compile(r"[a-z]+/[A-Za-z0-9.+-]+(;.*)?")
#: RFC 3339, section 5.6, with the capital T and Z that RFC 4287, section 3.3, asks for.
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
#: RFC 4151, section 2.1: an authority, a date, and anything.
_AUTHORITY = r"([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
TAG_URI = re.compile(
    rf"tag:([\w.+-]+@)?{_AUTHORITY},\d{{4}}(-\d\d(-\d\d)?)?:([A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{{2}})*"
)
_END_TAG = re.compile(
    r"</(a|abbr|b|big|blockquote|br|center|cite|code|del|div|em|font|h[1-6]|i|img|ins|kbd|li|mark|ol|p|pre|q|s|samp|script|small"
    r"|span|strike|strong|style|sub|sup|table|t[drt]|u|ul|var)>",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&(#\d+|#x[0-9a-f]+|\w+);", re.IGNORECASE)


def repeated(values: Iterable[str]) -> Iterator[str]:
    """Name what is there more than once."""
    for value, count in Counter(values).items():
        if count > 1:
            yield f"{count} times {value}"


def markup(text: str) -> str:
    """Return the first mark of HTML in what should be plain text, as the W3C's validator sees it; empty: it is plain.

    https://validator.w3.org/feed/docs/warning/ContainsHTML.html. A lone ``<T>`` is none, for titles may speak of such.
    """
    if tag := _END_TAG.search(text):
        return tag[0]
    for reference in _REFERENCE.finditer(text):
        if reference[1].startswith("#") or reference[1] in name2codepoint or reference[1] == "apos":
            return reference[0]
    return ""
