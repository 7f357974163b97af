"""What the dialects of front matter share. Pure."""

import re

from frontmatter.default_handlers import BaseHandler

from newsletter.metadata.spellings import PUBLISHED, SHOWN, STATUS, TITLE, WITHHELD, plain
from newsletter.metadata.tree import Collection, Entry, Fault, MalformedError

#: A line ``key: value``, as most dialects have it.
KEY_LINE = re.compile(r"""["']?(\w[\w .-]{0,60}?)["']?[ \t]*:(?:[ \t]+|$)(.*)""")
#: What a listing shows of an article that cannot be read, and what keeps a draft from being one.
_TELLING = frozenset((*TITLE, *PUBLISHED, *WITHHELD, *SHOWN, *STATUS))
_GUESS = re.compile(r"""["']?(\w[\w-]*)["']?[ \t]*[:=](.+)""")


class Dialect(BaseHandler):
    """What the dialects share: a boundary that python-frontmatter asks for, though none uses it.

    ``split`` returns the block in such a way that its lines have the numbers of the text's, and the body as it stands.
    """

    FM_BOUNDARY = re.compile("")
    name = ""


def line_at(text: str, start: int) -> str:
    """Return the line from there on, without its newline."""
    end = text.find("\n", start)
    return text[start:] if end < 0 else text[start:end]


def after(text: str, start: int) -> str:
    """Return what follows the line that this place stands in."""
    end = text.find("\n", start)
    return "" if end < 0 else text[end + 1 :]


def read_lines(source: str, pattern: re.Pattern[str], faults: list[Fault]) -> dict[str, Entry]:
    """Read ``key: value`` lines; indented ones go on with the value before them."""
    found: list[tuple[str, list[str], int]] = []
    for number, line in enumerate(source.split("\n"), 1):
        match = pattern.match(line)
        if match is not None:
            found.append((match[1], [(match[2] or "").strip()], number))
        elif found and line[:1].isspace() and line.strip():
            found[-1][1].append(line.strip())
    entries = Collection(faults)
    for key, parts, number in found:
        entries.add(key, "\n".join(part for part in parts if part), number)
    return entries.entries()


def checked(source: str, pattern: re.Pattern[str]) -> dict[str, Entry]:
    """Read ``key: value`` lines, no key twice."""
    faults: list[Fault] = []
    entries = read_lines(source, pattern, faults)
    if faults:
        raise MalformedError(*faults, entries=entries.values())
    return entries


def salvage(source: str) -> tuple[Entry, ...]:
    """Guess at the simple lines of a block that is malformed, so that a listing can name the article."""
    found = []
    for number, line in enumerate(source.split("\n"), 1):
        if number > 1 and not line.strip():
            break
        match = _GUESS.match(line.strip())
        if match is not None and plain(match[1]) in _TELLING:
            found.append(Entry(key=match[1], value=match[2].strip(" \t,").strip("\"'"), line=number))
    return tuple(found)
