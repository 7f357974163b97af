"""Give a text the front matter that it lacks. Pure.

Lines are added at the beginning, in the text's own dialect and with its own line ends; whatever stood there stays, character
by character. The result is read again, so that nothing is added that would not be understood or would change the rest.
"""

import json
import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

from newsletter import frontmatter
from newsletter.authoring.titles import title_for
from newsletter.errors import ContentError
from newsletter.metadata.dates import in_path
from newsletter.metadata.dialects import take_apart
from newsletter.metadata.tree import leaves

MARK = "\ufeff"
#: Dialect to what opens its block, and how it writes a line of it.
_PLACES: dict[str, tuple[re.Pattern[str], Callable[[str, str], str]]] = {
    "YAML": (re.compile(r"\s*---[^\r\n]*\r?\n"), lambda key, value: f"{key}: {_quoted(key, value)}\n"),
    "TOML": (re.compile(r"\s*\+\+\+[^\r\n]*\r?\n"), lambda key, value: f"{key} = {_quoted(key, value)}\n"),
    "JSON": (re.compile(r"\s*\{"), lambda key, value: f'\n  "{key}": {json.dumps(value, ensure_ascii=False)},'),
    "Nikola": (re.compile(r"\s*(?:<!--[ \t]*(?:\r?\n)?)?"), lambda key, value: f".. {key}: {value}\n"),
    "Hexo": (re.compile(r"\s*"), lambda key, value: f"{key}: {_quoted(key, value)}\n"),
    "Pelican": (re.compile(r"\s*"), lambda key, value: f"{key.capitalize()}: {value}\n"),
}


def complete(
    text: str, *, path: str, zone: ZoneInfo, date: str | None, title: str | None, mint: Callable[[str], str]
) -> str | tuple[ContentError, ...]:
    """Return the text with a title and a date, and an id if it had no front matter at all; or what stands in the way.

    Where a date is needed it is the one given, else the one in the path. ``mint`` makes an id for a day (YYYY-MM-DD).
    """
    parsed = frontmatter.parse(text, path=path, zone=zone)
    problems = tuple(problem for problem in parsed.problems if problem.field != "title")
    if problems:
        return problems
    named = in_path(path, zone)
    when = date or (named.date().isoformat() if named else None)
    if when is None and parsed.published is None:
        return (ContentError(path, 1, "date", "expected --date, or a date in the file's name such as 2024-12-16-title.md"),)
    missing: dict[str, str] = {}
    if not parsed.dialect or parsed.title is None:
        missing["title"] = title or title_for(take_apart(_plain(text)).body, path.rpartition("/")[2])
    if when is not None and (not parsed.dialect or parsed.published is None):
        missing["date"] = when
    if not parsed.dialect:
        missing["id"] = mint(missing["date"][:10])
        result = _opened(text, missing)
    else:
        result = _inserted(text, parsed.dialect, missing)
    if problems := frontmatter.parse(result, path=path, zone=zone).problems:
        return problems
    return result if _only_adds(text, result, missing) else (_by_hand(path, missing),)


def _opened(text: str, fields: dict[str, str]) -> str:
    """Put a block of YAML before a text that has none."""
    lines = ["---", *(f"{key}: {_quoted(key, value)}" for key, value in fields.items()), "---", "", ""]
    mark = MARK if text.startswith(MARK) else ""
    return mark + _line_end(text).join(lines) + text.removeprefix(MARK)


def _inserted(text: str, dialect: str, fields: dict[str, str]) -> str:
    """Put lines at the beginning of the block that a text has."""
    opening, write = _PLACES[dialect]
    mark = MARK if text.startswith(MARK) else ""
    rest = text.removeprefix(MARK)
    match = opening.match(rest)
    at = match.end() if match else 0
    lines = "".join(write(key, value) for key, value in fields.items())
    if dialect == "Nikola" and rest[:at].strip() and not rest[:at].endswith("\n"):
        lines = f"\n{lines}"  # the comment and its first line stand on one
    return mark + rest[:at] + lines.replace("\n", _line_end(text)) + rest[at:]


def _only_adds(before: str, after: str, fields: dict[str, str]) -> bool:
    """Tell whether nothing but the new fields differs."""
    old, new = take_apart(_plain(before)), take_apart(_plain(after))
    wanted = {entry.key: tuple(leaves(entry.value)) for entry in old.entries}
    kept = {
        entry.key: tuple(leaves(entry.value)) for entry in new.entries if entry.key.lower() not in fields or entry.key in wanted
    }
    return (
        kept == wanted and len(new.entries) == len(old.entries) + len(fields) and new.body.lstrip("\n") == old.body.lstrip("\n")
    )


def _by_hand(path: str, fields: dict[str, str]) -> ContentError:
    return ContentError(path, 1, None, f"cannot be added without changing the rest; write {' and '.join(fields)} into it by hand")


def _quoted(key: str, value: str) -> str:
    """Write a value for YAML or TOML, which both read JSON's strings; dates and tag URIs need no quotes in YAML."""
    return json.dumps(value, ensure_ascii=False) if key == "title" else value


def _plain(text: str) -> str:
    """Write line ends as frontmatter.parse does before it takes a text apart."""
    return text.removeprefix(MARK).replace("\r\n", "\n").replace("\r", "\n")


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
