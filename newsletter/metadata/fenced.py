"""Front matter that says where it ends: YAML, TOML and JSON. Pure."""

import json
import re
import tomllib
from datetime import date, datetime, time
from typing import Any

from newsletter.metadata import yaml
from newsletter.metadata.dialect import KEY_LINE, Dialect, after, line_at, salvage
from newsletter.metadata.spellings import is_known
from newsletter.metadata.tree import DEPTH, Collection, Entry, Fault, MalformedError, Table, Value

#: Longest front matter, in characters: what a parser may be asked to read.
LARGEST = 262_144

TOO_DEEP = f"the front matter is nested more than {DEPTH} deep"

_JSON_START = re.compile(r'\{\s*"')
_JSON_KEY = re.compile(r'"([^"\\]*)"\s*:')
_ASSIGNMENT = re.compile(r"""[ \t]*(?:\[{1,2}([^\]]+)\]|["']?([\w.-]+)["']?[ \t]*=)""")
_AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class Fenced(Dialect):
    """A block between two lines of three or more equal characters."""

    mark = ""

    def detect(self, text: str) -> bool:
        """Tell whether the text begins with such a line."""
        return text.startswith(self.mark) and not line_at(text, 0).strip(f"{self.mark[0]} \t")

    def split(self, text: str) -> tuple[str, str]:
        """Take the block from between the fences."""
        opened = len(line_at(text, 0))
        closed = self.close(text, opened)
        if closed is None:
            entries = salvage(text)
            raise MalformedError(
                Fault(line=1, key=None, message=f"the front matter opened by {self.mark} is never closed by a line {self.mark}"),
                entries=entries,
            )
        return text[opened : closed + 1], after(text, closed + 1)

    def close(self, text: str, start: int) -> int | None:
        """Find the newline before the closing fence, from the newline at ``start`` on."""
        found = text.find(f"\n{self.mark}", start)
        while found >= 0 and line_at(text, found + 1).strip(f"{self.mark[0]} \t"):
            found = text.find(f"\n{self.mark}", found + 1)
        return None if found < 0 else found


class Yaml(Fenced):
    """``---``, YAML, ``---``: Jekyll, Hugo, Astro, Obsidian and most others; Pandoc closes it with ``...``."""

    name = "YAML"
    mark = "---"

    def detect(self, text: str) -> bool:
        """Tell front matter from a body that opens with a thematic break.

        It is front matter if the fence is closed and metadata could begin on the very next line, or if the first line that
        says something has a key that we know. An unclosed fence with neither is a thematic break.
        """
        if not super().detect(text):
            return False
        opened = len(line_at(text, 0))
        closed = self.close(text, opened)
        block = text[opened + 1 : closed] if closed is not None else text[opened + 1 : opened + 1 + LARGEST]
        says = next((line for line in block.split("\n") if line and not line.isspace() and not line.startswith("#")), None)
        if says is None:
            return closed is not None
        key = KEY_LINE.match(says)
        if key is not None and is_known(key[1]):
            return True
        if not line_at(block, 0).strip():
            return False
        return closed is not None or key is not None

    def close(self, text: str, start: int) -> int | None:
        """Find the newline before ``---`` or ``...``, whichever comes first."""
        dashes = super().close(text, start)
        dots = text.find("\n...", start, dashes)
        while dots >= 0 and line_at(text, dots + 1).rstrip(" \t") != "...":
            dots = text.find("\n...", dots + 1, dashes)
        return dashes if dots < 0 else dots

    def load(self, fm: str) -> dict[str, Any]:
        """Read the entries."""
        return yaml.read(fm)


class Toml(Fenced):
    """``+++``, TOML, ``+++``: Hugo and Zola."""

    name = "TOML"
    mark = "+++"

    def load(self, fm: str) -> dict[str, Any]:
        """Read the entries; numbers with a fraction stay as written."""
        try:
            values = tomllib.loads(fm, parse_float=str)
        except tomllib.TOMLDecodeError as error:
            message, _, _ = str(error).partition(" (at ")
            place = _AT_LINE.search(str(error))
            line = int(place[1]) if place is not None and place[1] is not None else fm.count("\n")
            message = f"the front matter is not TOML: {message[:1].lower()}{message[1:]}"
            raise MalformedError(Fault(line=line, key=None, message=message)) from None
        except ValueError:  # Python reads no integer of more than 4,300 digits
            raise MalformedError(Fault(line=1, key=None, message="a number has thousands of digits")) from None
        return _toml_entries(values, _toml_lines(fm), ())


class Json(Dialect):
    """A JSON object at the very start: Hugo and Hexo."""

    name = "JSON"

    def detect(self, text: str) -> bool:
        """Tell whether the text begins with an object that has a key."""
        return text.startswith("{") and _JSON_START.match(text) is not None

    def split(self, text: str) -> tuple[str, str]:
        """Take the object off the start; nothing else may stand on its last line."""
        _, end = _decoded(text, 0)
        rest = line_at(text, end).strip()
        if rest:
            message = f"expected the end of the line after the JSON front matter, got {rest[:40]!r}"
            raise MalformedError(Fault(line=text.count("\n", 0, end) + 1, key=None, message=message))
        return text[:end], after(text, end)

    def load(self, fm: str) -> dict[str, Any]:
        """Read the entries; numbers stay as written."""
        source = fm.lstrip("\n")
        shift = len(fm) - len(source)
        pairs, _ = _decoded(source, shift)
        faults: list[Fault] = []
        entries = _json_entries(pairs, _json_lines(source, shift), faults, 0)
        if faults:
            raise MalformedError(*faults, entries=entries.values())
        return entries


class _Pairs(list[tuple[str, Any]]):
    """The members of a JSON object, each time that they stand there."""


def _decoded(text: str, shift: int) -> tuple[_Pairs, int]:
    """Decode the object at the start of a text, which ``shift`` lines precede; return it and where it ends."""
    decoder = json.JSONDecoder(object_pairs_hook=_Pairs, parse_float=str, parse_int=str, parse_constant=str)
    try:
        return decoder.raw_decode(text)
    except json.JSONDecodeError as error:
        message = f"the front matter is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise MalformedError(Fault(line=error.lineno + shift, key=None, message=message)) from None
    except RecursionError:
        raise MalformedError(Fault(line=1 + shift, key=None, message=TOO_DEEP)) from None


def _json_entries(pairs: _Pairs, lines: dict[str, list[int]], faults: list[Fault], depth: int) -> dict[str, Entry]:
    """Turn the members of an object into entries."""
    _check_depth(depth)

    def tree(value: Any, depth: int) -> Value:  # noqa: ANN401 - whatever the parser returns
        if isinstance(value, _Pairs):
            return Table(entries=tuple(_json_entries(value, lines, faults, depth).values()))
        if isinstance(value, list):
            _check_depth(depth)
            return tuple(tree(part, depth + 1) for part in value)
        return _scalar(value)

    found = Collection(faults)
    for key, value in pairs:
        at = lines.get(key, [1])
        found.add(key, tree(value, depth + 1), at[-1 if key in found.entries() else 0])
    return found.entries()


def _json_lines(source: str, shift: int) -> dict[str, list[int]]:
    """Find the lines on which each key of a JSON text stands."""
    lines: dict[str, list[int]] = {}
    for number, line in enumerate(source.split("\n"), 1 + shift):
        for match in _JSON_KEY.finditer(line):
            lines.setdefault(match[1], []).append(number)
    return lines


def _scalar(value: Any) -> str | None:  # noqa: ANN401 - whatever a TOML or JSON parser returns
    """Spell a scalar as the author did where the parser still knows."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime | date | time) else str(value)


def _toml_entries(table: dict[str, Any], lines: dict[tuple[str, ...], int], above: tuple[str, ...]) -> dict[str, Entry]:
    """Turn a table into entries; a key without a line of its own has that of the table around it."""
    _check_depth(len(above))

    def tree(value: Any, path: tuple[str, ...]) -> Value:  # noqa: ANN401 - whatever the parser returns
        if isinstance(value, dict):
            return Table(entries=tuple(_toml_entries(value, lines, path).values()))
        if isinstance(value, list):
            _check_depth(len(path))
            return tuple(tree(part, (*path, "")) for part in value)
        return _scalar(value)

    return {
        key: Entry(key=key, value=tree(value, (*above, key)), line=lines.get((*above, key)) or lines.get(above) or 1)
        for key, value in table.items()
    }


def _check_depth(depth: int) -> None:
    """Raise what Python's own parsers raise for what is nested too deep."""
    if depth > DEPTH:
        raise RecursionError


def _toml_lines(source: str) -> dict[tuple[str, ...], int]:
    """Find the line on which each key of a TOML block stands first."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(source.split("\n"), 1):
        match = _ASSIGNMENT.match(line)
        if match is None:
            continue
        name = tuple(part.strip(" \t\"'") for part in (match[1] or match[2]).split("."))
        table, path = (name, name) if match[1] else (table, (*table, *name))
        for depth in range(1, len(path) + 1):
            lines.setdefault(path[:depth], number)
    return lines
