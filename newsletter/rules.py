"""What a configured value must look like, besides its type. Pure.

A rule takes a value that already has the right type and returns None, or what was expected instead, to be read after
"expected". The rules stand in the annotations of the records in config/; what these are made from rests on them, too.
"""

import re
from collections.abc import Callable
from string import Formatter
from typing import Any
from urllib.parse import urlsplit

from newsletter.mail import mailbox as mailboxes

Rule = Callable[[Any], str | None]

#: RFC 5646, section 2.1, without the registry: subtags of at most eight letters and digits, the first of letters.
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
#: RFC 4151, section 2.1: a domain name or an e-mail address, in lower case as it advises.
AUTHORITY = re.compile(r"([a-z0-9._+-]+@)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
#: ``Name <address>``.
MAILBOX = re.compile(r"(?P<name>[^<>]*?)\s*<(?P<email>[^<>]*)>")
EXTENSION = re.compile(r"\.[^\s./\\]+")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
#: One type face, quoted or not; nothing that could end a declaration or a style sheet.
TYPE_FACE = re.compile(r"""\s*(["']?)(?P<name>-?[^\W_](?:[\w .+-]*[\w.+-])?)\1\s*""")


def one_of(*choices: str) -> Rule:
    """Accept these words only; an empty one among them is for a key that may be left out."""
    named = [choice for choice in choices if choice]
    expected = f"{', '.join(named[:-1])} or {named[-1]}"
    return lambda value: None if value in choices else expected


def between(least: int, most: int) -> Rule:
    """Accept whole numbers from one to the other, both included."""
    return lambda value: None if least <= value <= most else f"a whole number from {least} to {most}"


def day(value: str) -> str | None:
    """Accept a weekday or a day of the month."""
    fits = not value or value in WEEKDAYS or (value.isascii() and value.isdigit() and 1 <= int(value) <= 31)  # noqa: PLR2004 - the longest month
    return None if fits else "a weekday such as friday, or a day of the month from 1 to 31"


def time_of_day(value: str) -> str | None:
    """Accept hours and minutes."""
    return None if TIME_OF_DAY.fullmatch(value) else "a time of day such as 08:30"


def not_empty(value: str) -> str | None:
    """Refuse a text of nothing but white space."""
    return None if value.strip() else "a text that is not empty"


def many_lines(_value: str) -> str | None:
    """Mark a text that may have line breaks; without this rule a text is one line."""
    return None


def is_web_address(value: str) -> bool:
    """Tell whether a text is an absolute http or https URL with a host, and free of white space."""
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", value)


def web_address(value: str) -> str | None:
    """Accept an absolute http(s) URL; empty where the key may be left out."""
    return None if not value or is_web_address(value) else "an absolute address that begins with https:// or http://"


def base_address(value: str) -> str | None:
    """Accept an absolute http(s) URL that others can be resolved against."""
    if not is_web_address(value):
        return "an absolute address that begins with https:// or http://"
    parts = urlsplit(value)
    if parts.query or parts.fragment or parts.username is not None or value.endswith(("?", "#")):
        return "an address without user name, query and fragment"
    try:
        ascii_host(parts.hostname or "")
    except UnicodeError:
        return "an address whose host is a domain name"
    return None


def ascii_host(host: str) -> str:
    """Spell a host as URLs must (RFC 3490); raises UnicodeError where it is none. The codec is slow to load and seldom needed."""
    if host.isascii() and ".." not in host and not host.startswith("."):
        return host
    return host.encode("idna").decode()


def colour(value: str) -> str | None:
    """Accept a colour in hexadecimal; empty for none."""
    return None if not value or COLOUR.fullmatch(value) else "a colour as #rrggbb"


def type_faces(value: str) -> str | None:
    """Accept names of type faces with commas between them; empty for none."""
    good = not value or all(TYPE_FACE.fullmatch(name) for name in value.split(","))
    return None if good else "names of type faces with commas between them, such as Charter, Georgia, serif"


def cover_art(value: str) -> str | None:
    """Accept the pictures that podcast directories take; empty for none."""
    return None if not value or value.endswith((".jpg", ".png")) else "the address of a .jpg or .png file"


def podcast_category(value: str) -> str | None:
    """Accept the name of a category, or two names with a slash between them; empty for none."""
    good = '"' not in value and value.count("/") < 2 and all(part.strip() for part in value.split("/"))  # noqa: PLR2004 - of two parts
    return None if not value or good else "a category, or category/subcategory"


def language(value: str) -> str | None:
    """Accept the shape of a BCP 47 language tag."""
    if LANGUAGE.fullmatch(value):
        return None
    other = value.replace("_", "-").partition(".")[0]
    return "a BCP 47 language tag such as en or pt-BR" + (f" (here {other})" if LANGUAGE.fullmatch(other) else "")


def authority(value: str) -> str | None:
    """Accept what RFC 4151 calls a tagging authority; empty for the host of the publication."""
    return None if not value or AUTHORITY.fullmatch(value) else "a domain name or an e-mail address in lower case"


def mailbox(value: str) -> str | None:
    """Accept an e-mail address, alone or after a name, that mail servers take; empty where the key may be left out."""
    try:
        _ = value and mailboxes.read(value)
    except ValueError as wrong:
        return str(wrong)
    return None


def email(value: str) -> str | None:
    """Accept a bare e-mail address."""
    return None if mailboxes.SHAPE.fullmatch(value) else "an e-mail address"


def extensions(values: tuple[str, ...]) -> str | None:
    """Accept file name endings, at least one."""
    good = values and all(EXTENSION.fullmatch(value) for value in values)
    return None if good else "a list of file name endings such as .md"


def pattern(*names: str, needs: tuple[str, ...] = ()) -> Rule:
    """Accept text with these names in braces, and of those in ``needs`` at least one; or an empty text."""

    def rule(value: str) -> str | None:
        if not value:
            return None
        expected = "text with " + " ".join(f"{{{name}}}" for name in names)
        try:
            fields = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(value) if name is not None]
        except ValueError:
            return f"{expected}, each brace with its counterpart"
        if any(name not in names or spec or conversion for name, spec, conversion in fields):
            return expected
        if needs and not any(name in needs for name, _, _ in fields):
            return f"{expected}; at least {' or '.join(f'{{{name}}}' for name in needs)}, which tells articles apart"
        return None

    return rule
