"""Text that an XML 1.0 document can carry. Pure.

https://www.w3.org/TR/xml/#charsets: of all characters, the control characters but tab, line feed and carriage return, lone
surrogates, U+FFFE and U+FFFF cannot be written at all, not even as character references.
"""

import re

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """Leave out every character that XML 1.0 cannot carry; the rest stays as it is."""
    return _ILLEGAL.sub("", text)
