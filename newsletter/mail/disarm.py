"""Plain text that nothing takes for a web page. Pure.

Some mail programs and gateways look into text/plain for HTML, and some show it as such (the sniffing that RFC 9110, section
8.3, warns of). What is active in HTML is parted by an invisible WORD JOINER: it reads as it was written and does nothing.
"""

import re

#: U+2060: no width, and no place to break a line at (https://www.unicode.org/charts/PDF/U2000.pdf).
JOINER = "\u2060"

_NAMED = re.compile(r"(?i)<(?=(?:script|base)\b|iframe|object)")
_ADDRESS = re.compile(r"(?i)((?:href|src)\s*=\s*[\"']?\s*(?:java|vb)script)(?=:)")
#: What makes a tag active, up to the > that would end it.
_HANDLER = re.compile(r"(?i)\son\w+\s*=")
_REFRESH = re.compile(r"(?i)refresh")
_TAG = re.compile(r"<(?=[A-Za-z])")
_META = re.compile(r"(?i)<(?=meta.)", re.DOTALL)


def disarmed(text: str) -> str:
    """Put a joiner into every start of a script, a frame, a handler or the like; all other text stays as it is."""
    # Before ">" alone can a tag hold an attribute, so each piece between them is looked at once, however many "<" it has.
    text = ">".join(_without_attributes(piece) for piece in text.split(">"))
    return _ADDRESS.sub(rf"\1{JOINER}", _NAMED.sub(f"<{JOINER}", text))


def _without_attributes(piece: str) -> str:
    for active, start in ((_HANDLER, _TAG), (_REFRESH, _META)):
        last = max((match.start() for match in active.finditer(piece)), default=-1)
        if last >= 0:
            piece = start.sub(f"<{JOINER}", piece[:last]) + piece[last:]
    return piece
