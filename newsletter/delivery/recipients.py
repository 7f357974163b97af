"""Reads the CSV file of the people an issue is mailed to, and vouches for them. Reads that file and nothing else.

RFC 4180, with what spreadsheets make of it: a byte order mark, semicolons or tabs for commas. Nothing that is read here can end
a header or a command to the mail server: a file with anything doubtful is refused as a whole, before anybody is written to.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from newsletter.errors import DeliveryError
from newsletter.mail import mailbox

#: Of an address for unsubscribing, which stands on one line of at most 998 octets.
LONGEST_URL = 900
#: Octets of a line of the file; nobody's values take as many.
LONGEST_LINE = 65_536
#: Characters of a wrong address that are shown.
SHOWN = 80
#: Lines of one report: a file in another encoding has a problem in each.
MOST_LINES = 100

SEPARATORS = (",", ";", "\t")
ADDRESS = ("address", "email")
NAME = "name"
UNSUBSCRIBE = "unsubscribe_url"

#: RFC 3986, without names and passwords.
_HTTPS = re.compile(r"https://(?:[a-z0-9.-]*[a-z0-9]|\[[0-9a-f:.]+\])(?::[0-9]+)?(?:[/?#][!#-;=?-~]*)?", re.ASCII | re.IGNORECASE)
#: Categories of what may end a line; tabs and NUL are among them.
_CONTROLS = {"Cc", "Zl", "Zp"}


class Recipient(Struct, frozen=True, kw_only=True):
    """One person."""

    #: As the envelope has it: all of it ASCII, the domain in lower case.
    address: str
    name: str = ""
    #: An https address in ASCII; empty where nobody needs it.
    unsubscribe_url: str = ""
    #: The other columns by name, in lower case.
    fields: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Refuse what could end a header, wherever it came from."""
        verbatim = self.address + self.unsubscribe_url
        if not (verbatim.isascii() and verbatim.isprintable()):
            raise ValueError(self)


class Recipients(Struct, frozen=True, kw_only=True):
    """Everybody, in the file's order, each once."""

    people: tuple[Recipient, ...]
    #: Names of the columns, in lower case.
    columns: tuple[str, ...] = ()
    #: For people: who stands in the file more than once.
    remarks: tuple[str, ...] = ()


def read(path: Path, *, needs_unsubscribe: bool) -> Recipients:
    """Read the recipients; raises DeliveryError with a line for each problem.

    An address that stands in several rows, in upper or lower case, is written to once, with the values of the first.
    """
    try:
        with path.open("rb") as file:
            found = _Reader(path.name, needs_unsubscribe=needs_unsubscribe)
            return found.read(file)
    except OSError as error:
        raise DeliveryError(f"delivery.smtp.recipients: {path} cannot be read: {error.strerror}") from None


class _Reader:
    """A file that is being read, and what is wrong with it."""

    def __init__(self, name: str, *, needs_unsubscribe: bool) -> None:
        self._name = name
        self._needs_unsubscribe = needs_unsubscribe
        self._problems: list[str] = []
        self._remarks: list[str] = []
        #: Address in lower case to its line.
        self._lines: dict[str, int] = {}
        self._columns: tuple[str, ...] = ()
        self._address = self._leave = self._called = -1

    def read(self, file: BinaryIO) -> Recipients:
        """Read all of it."""
        lines = self._decoded(file)
        header = next(lines, "")
        separator = next((each for each in SEPARATORS if set(ADDRESS).intersection(_cells(header, each))), None)
        if separator is None:
            self._problem(1, f"expected names of columns, {ADDRESS[0]} among them, got {header.strip()[:80]!r}")
            raise DeliveryError("\n".join(self._problems))
        self._take_columns(_cells(header, separator))
        people = tuple(self._people(lines, separator))
        if not people and not self._problems:
            self._problems.append(f"{self._name}: expected at least one recipient, got none")
        if self._problems:
            raise DeliveryError("\n".join(_bounded(self._problems)))
        return Recipients(people=people, columns=self._columns, remarks=_bounded(self._remarks))

    def _problem(self, line: int, text: str) -> None:
        self._problems.append(f"{self._name}:{line}: {text}")

    def _decoded(self, file: BinaryIO) -> Iterator[str]:
        """Read line by line; one that is not UTF-8 counts as empty."""
        number = 0
        while octets := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(octets) > LONGEST_LINE:
                self._problem(number, f"expected at most {LONGEST_LINE:,} octets in a line; nothing was read from here on")
                return
            try:
                yield octets.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                self._problem(number, f"expected UTF-8, got {octets[error.start : error.start + 8]!r}")
                yield "\n"

    def _take_columns(self, names: Sequence[str]) -> None:
        named = [name for name in names if name]
        if repeated := sorted({name for name in named if named.count(name) > 1}):
            self._problem(1, f"expected each column once, got {', '.join(repeated)} several times")
        if any(map(_has_controls, names)):
            self._problem(1, "expected no control characters in the names of columns")
        if self._needs_unsubscribe and UNSUBSCRIBE not in names:
            self._problem(1, f"expected a column {UNSUBSCRIBE}, which the issue needs for each recipient")
        self._columns = tuple(names)
        self._address = next(names.index(name) for name in ADDRESS if name in names)
        self._called = names.index(NAME) if NAME in names else -1
        self._leave = names.index(UNSUBSCRIBE) if UNSUBSCRIBE in names else -1

    def _people(self, lines: Iterator[str], separator: str) -> Iterator[Recipient]:
        rows = csv.reader(lines, delimiter=separator, strict=True)
        known = {self._address, self._called, self._leave}
        others = [(at, name) for at, name in enumerate(self._columns) if name and at not in known]
        line = 2
        try:
            for row in rows:
                if any(row) and self._fits(line, row):
                    values = [value.strip() for value in row]
                    address, url = self._checked_address(line, values[self._address]), self._checked_url(line, values)
                    if address and self._is_new(line, address):
                        yield Recipient(
                            address=address,
                            name=values[self._called] if self._called >= 0 else "",
                            unsubscribe_url=url,
                            fields=tuple([(name, values[at]) for at, name in others]),
                        )
                line = rows.line_num + 2
        except csv.Error as error:
            self._problem(line, f"expected CSV, got a row that cannot be read ({error}); nothing was read from here on")

    def _fits(self, line: int, row: Sequence[str]) -> bool:
        """Tell whether a row has a value for each column, and nothing that could end a header."""
        if len(row) != len(self._columns):
            self._problem(line, f"expected {len(self._columns)} columns, got {len(row)}")
            return False
        if any(map(_has_controls, row)):
            self._problem(line, "expected no line breaks and control characters in a value")
            return False
        return True

    def _checked_address(self, line: int, given: str) -> str:
        """Return an address as mail servers take it; empty where it is none."""
        try:
            local, _, domain = mailbox.address(given).rpartition("@")
        except ValueError as wrong:
            self._problem(line, f"expected {wrong}, got {given[:SHOWN]!r}{' and more' if len(given) > SHOWN else ''}")
            return ""
        return f"{local}@{domain.lower()}"

    def _checked_url(self, line: int, values: Sequence[str]) -> str:
        """Return the address for unsubscribing; empty where none is needed, or it is none."""
        if not self._needs_unsubscribe or self._leave < 0:
            return ""
        url = values[self._leave]
        if len(url) > LONGEST_URL:
            self._problem(line, f"{UNSUBSCRIBE}: expected at most {LONGEST_URL} characters, got {len(url)}")
        elif not _HTTPS.fullmatch(url):
            self._problem(line, f"{UNSUBSCRIBE}: expected an address in ASCII that begins with https://, got {url[:80]!r}")
        else:
            return url
        return ""

    def _is_new(self, line: int, address: str) -> bool:
        first = self._lines.setdefault(address.lower(), line)
        if first == line:
            return True
        self._remarks.append(f"{self._name}:{line}: {address} stands in line {first} already, and is written to once")
        return False


def _cells(header: str, separator: str) -> list[str]:
    """Read the names of columns; none where they cannot be read."""
    try:
        return [name.strip().lower() for row in csv.reader([header], delimiter=separator, strict=True) for name in row]
    except csv.Error:
        return []


def _has_controls(value: str) -> bool:
    return not value.isprintable() and any(unicodedata.category(char) in _CONTROLS for char in value)


def _bounded(lines: Sequence[str]) -> tuple[str, ...]:
    """Leave out what nobody would read to the end."""
    more = len(lines) - MOST_LINES
    return (*lines[:MOST_LINES], f"and {more:,} more") if more > 0 else tuple(lines)
