"""A text → its front matter and its body. Pure.

The dialects are handlers for python-frontmatter (https://python-frontmatter.readthedocs.io/en/latest/handlers.html), which
knows three of them, loses what it cannot read without a word and strips the body: only its interface is used here.
"""

from collections.abc import Iterable

import frontmatter

from newsletter.metadata.bare import Hexo, Nikola, Pelican
from newsletter.metadata.dialect import Dialect, line_at, salvage
from newsletter.metadata.fenced import LARGEST, TOO_DEEP, Json, Toml, Yaml
from newsletter.metadata.tree import Block, Fault, MalformedError

#: In the order in which they are tried.
DIALECTS = (Yaml(), Toml(), Json(), Nikola(), Hexo(), Pelican())


def take_apart(text: str) -> Block:
    """Split a text into front matter and body; blank lines before the front matter do no harm."""
    start = 0
    while start < len(text) and not line_at(text, start).strip():
        start += len(line_at(text, start)) + 1
    shift = text.count("\n", 0, start)
    rest = text[start:] if start else text
    dialect = frontmatter.detect_format(rest, DIALECTS)
    if not isinstance(dialect, Dialect):
        return Block(body=text)
    try:
        source, body = dialect.split(rest)
    except MalformedError as error:
        return Block(dialect=dialect.name, faults=_moved(error.faults, shift), entries=error.entries, salvaged=True, body="")
    line = text.count("\n", 0, len(text) - len(body)) + 1
    padding = "\n" * shift
    try:
        if len(source) > LARGEST:
            message = f"the front matter is longer than {LARGEST} characters"
            raise MalformedError(Fault(line=1 + shift, key=None, message=message))  # noqa: TRY301 - reported as its kin are, below
        entries = tuple(dialect.load(padding + source).values())
    except RecursionError:
        fault = Fault(line=1 + shift, key=None, message=TOO_DEEP)
        return Block(dialect=dialect.name, faults=(fault,), salvaged=True, body=body, body_line=line)
    except MalformedError as error:
        known = error.entries or tuple(salvage(source[:LARGEST]))
        salvaged = not error.entries
        return Block(dialect=dialect.name, faults=error.faults, entries=known, salvaged=salvaged, body=body, body_line=line)
    return Block(dialect=dialect.name, entries=entries, body=body, body_line=line)


def _moved(faults: Iterable[Fault], shift: int) -> tuple[Fault, ...]:
    """Count the lines of faults from that many lines further up."""
    return tuple(Fault(line=fault.line + shift, key=fault.key, message=fault.message) for fault in faults)
