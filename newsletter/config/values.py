"""Give one configured value its type, whether it stood in a TOML file or on the command line. Pure."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from newsletter import rules
from newsletter.model import Person

#: XML 1.0, section 2.2: what no feed can carry; with it the stray halves that undecodable arguments turn into.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
#: Characters of a wrong value that are shown.
LONGEST = 100


class WrongError(Exception):
    """A value that its key cannot take; the text says what was expected and what was there."""


def expect(expected: str, given: object) -> WrongError:
    """Say what was expected and what was there, on one line of bearable length."""
    seen = repr(given)
    return WrongError(f"expected {expected}, got {seen if len(seen) <= LONGEST else f'{seen[:LONGEST]}…'}")


def text(given: object, _folder: Path) -> str:
    """Take text without what no feed can carry, and without white space around it."""
    if not isinstance(given, str):
        raise expect("text", given)
    if bad := FORBIDDEN.search(given):
        raise expect(f"text without the character U+{ord(bad[0]):04X}", given)
    return given.strip()


def number(given: object, _folder: Path) -> int:
    """Take a whole number."""
    if not isinstance(given, int) or isinstance(given, bool):
        raise expect("a whole number", given)
    return given


def word(given: object, folder: Path) -> str:
    """Take a word or a number as a word, without regard to case."""
    written = str(given) if isinstance(given, int) and not isinstance(given, bool) else text(given, folder)
    return written.casefold()


def numbers(given: object, folder: Path) -> tuple[int, ...]:
    """Take a list of whole numbers; a single one is a list of one."""
    items = given if isinstance(given, list) else [given]
    return tuple(number(item, folder) for item in items)


def flag(given: object, _folder: Path) -> bool:
    """Take true or false."""
    if not isinstance(given, bool):
        raise expect("true or false", given)
    return given


def path(given: object, folder: Path) -> Path:
    """Take the path of a folder, absolute or relative to the one given."""
    if not isinstance(given, str) or not text(given, folder):
        raise expect("the path of a folder", given)
    return folder / text(given, folder)


def zone(given: object, folder: Path) -> ZoneInfo:
    """Take the name of a time zone of the IANA database."""
    name = text(given, folder)
    # "localtime" is a file in many zone databases: another zone on each machine.
    if name and name != "localtime":
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass  # said below
    from difflib import get_close_matches  # noqa: PLC0415 - 2 ms, for what is misspelt

    near = get_close_matches(name, sorted(available_timezones()), n=1)
    raise expect(f"a time zone such as {near[0] if near else 'Europe/Paris'}", name)


def texts(given: object, folder: Path) -> tuple[str, ...]:
    """Take a list of texts; a single text is a list of one."""
    items = given if isinstance(given, list) else [given]
    return tuple(text(item, folder) for item in items)


def people(given: object, folder: Path) -> tuple[Person, ...]:
    """Take a list of people; a single one is a list of one."""
    items = given if isinstance(given, list) else [given]
    return tuple(person(item, folder) for item in items)


def person(given: object, folder: Path) -> Person:
    """Read ``Name``, ``Name <address>``, ``address`` or a table of name, email and url."""
    parts = {key: text(part, folder) for key, part in given.items()} if isinstance(given, dict) else {}
    if isinstance(given, str):
        line = text(given, folder)
        match = rules.MAILBOX.fullmatch(line)
        parts = match.groupdict() if match else {"name": line, "email": "" if rules.email(line) else line}
    name = parts.get("name") or parts.get("email")
    if not name or parts.keys() - {"name", "email", "url"} or len(name.splitlines()) > 1:
        raise expect("a name, Name <address> or a table of name, email and url", given)
    for key, rule in (("email", rules.email), ("url", rules.web_address)):
        if parts.get(key) and (expected := rule(parts[key])):
            raise expect(f"{expected} as {key}", parts[key])
    return Person(name=name, email=parts.get("email") or None, url=parts.get("url") or None)


#: Type of a field → what reads it, and its name for people.
READERS: dict[Any, Any] = {str: text, int: number, bool: flag, Path: path, ZoneInfo: zone}
READERS |= {tuple[str, ...]: texts, tuple[int, ...]: numbers, tuple[Person, ...]: people, str | int: word}
NAMES: dict[Any, str] = {str: "text", int: "whole number", bool: "true or false", Path: "folder", ZoneInfo: "time zone"}
NAMES |= {tuple[str, ...]: "list of texts", tuple[Person, ...]: "list of people"}
NAMES |= {tuple[int, ...]: "list of whole numbers", str | int: "text or whole number"}


def value(kind: object, given: object, folder: Path, conditions: tuple[rules.Rule, ...] = ()) -> object:
    """Read a value by the type of its field and hold it against the rules. Raises WrongError."""
    result: object = READERS[kind](given, folder)
    if isinstance(result, str) and rules.many_lines not in conditions and len(result.splitlines()) > 1:
        raise expect("one line", given)
    for rule in conditions:
        if expected := rule(result):
            raise expect(expected, given)
    return result


def from_argument(kind: object, given: str) -> object:
    """Read a text from the command line as what TOML would hold, were it in the file. Raises WrongError.

    Lists are written as in TOML, or as texts with commas between them.
    """
    if kind is int and re.fullmatch(r"[+-]?[0-9]{1,18}", given):
        return int(given)
    if kind == tuple[int, ...] and re.fullmatch(r"[0-9]{1,9}(\s*,\s*[0-9]{1,9})*", given):
        return [int(part) for part in given.split(",")]
    if kind is bool and given in {"true", "false"}:
        return given == "true"
    if kind in {tuple[str, ...], tuple[int, ...], tuple[Person, ...]}:
        if not given.startswith("["):
            return [part.strip() for part in given.split(",") if part.strip()]
        try:
            return tomllib.loads(f"value = {given}")["value"]
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise expect("a list as in TOML, or texts with commas between them", given) from error
    return given


def toml(given: object) -> str:
    """Write a value as it would stand in the file."""
    if isinstance(given, bool | int):
        return str(given).lower()
    if isinstance(given, tuple):
        return f"[{', '.join(toml(item) for item in given)}]"
    if isinstance(given, Person):
        parts = {"name": given.name, "email": given.email, "url": given.url}
        return f"{{{', '.join(f'{key} = {toml(part)}' for key, part in parts.items() if part)}}}"
    return json.dumps(str(given), ensure_ascii=False)  # every JSON string is a TOML string
