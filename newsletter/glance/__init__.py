"""Tells at a glance that a command would change nothing, before anything is imported.

Reads the clock, the environment and what the system says of files; writes its own record. A build's imports take as long as
looking at fifty thousand files, so only what the interpreter has at hand is used here. A record counts for one command line and
one state of all that is read and written; whatever is not exactly as it was then is done anew, and so it is where the record is
damaged or not there.
"""

import marshal
import os
import sys
import time

from newsletter.glance.looking import FORMAT
from newsletter.glance.sight import Sight, contents, digest_of

#: typing takes 3 ms to import; type checkers know the name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypeAlias

    from newsletter.glance.sight import Part

    #: Exit status, lines for stderr, lines for people at a terminal.
    Said: TypeAlias = tuple[int, tuple[str, ...], tuple[str, ...]]

#: The record, in the folder of the configuration file.
NAME = ".newsletter.index"
#: Bytes of a digest.
WIDTH = 64
MICROSECONDS = 1_000_000


def told(arguments: "Sequence[str]") -> "tuple[Said | None, Sequence[Sight]]":
    """Return what the command said the last time, if it would do nothing and say the same; None if it is to be carried out.

    And what was looked at to learn that, which need not be looked at again.
    """
    sights: list[Sight] = []
    try:
        path = _place(arguments)
        record = _read(path)
        if not (_is_meant(record, arguments) and all(_is_as_it_was(part, sights) for part in record["parts"])):
            return None, sights
    except (OSError, ValueError, TypeError, EOFError, LookupError):  # whatever is wrong with it: then it is made anew
        return None, sights
    settled = tuple(sight.settled(part) for sight, part in zip(sights, record["parts"], strict=True))
    if settled != record["parts"]:
        _write(path, {**record, "parts": settled})
    said: Said = record["said"]
    return said, sights


def _read(path: str) -> "dict[str, Any]":
    """Read a record; raises OSError where there is none, and ValueError where it is not as it was written."""
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib takes 5 ms to import
        sealed = file.read()
    if digest_of(sealed[WIDTH:]) != sealed[:WIDTH]:
        raise ValueError(path)
    record: dict[str, Any] = marshal.loads(sealed[WIDTH:])  # noqa: S302 - sealed by us
    return record


def _is_meant(record: "dict[str, Any]", arguments: "Sequence[str]") -> bool:
    """Tell whether a record is about this command, now and here."""
    return (
        record["asked"] == _asked(arguments)
        and record["since"] <= _now(arguments) * MICROSECONDS < record["until"]
        and not any(map(os.path.lexists, record["absent"]))
        and all(os.path.realpath(one) == real for one, real in record["links"])
    )


def _is_as_it_was(part: "Part", sights: "list[Sight]") -> bool:
    """Look at what a part of a record is about, and tell whether it is as it was."""
    files, trees, named, digest, fresh = part
    sights.append(Sight(files, trees, named))
    return sights[-1].digest == digest and contents(fresh) == fresh


def remember(
    folder: str,
    arguments: "Sequence[str]",
    parts: "Sequence[Part]",
    *,
    span: tuple[int, int],
    absent: "Sequence[str]",
    links: "Sequence[str]",
    said: "Said",
) -> None:
    """Write down, for the folder of a configuration file, that a command changes nothing while all is as it is.

    ``span`` are the instants within which time changes nothing, half-open, in microseconds since 1970; ``absent`` are files
    that must not be there, and ``links`` paths that must lead where they do.
    """
    _write(
        f"{folder}/{NAME}",
        {
            "asked": _asked(arguments),
            "since": span[0],
            "until": span[1],
            "absent": tuple(absent),
            "links": tuple((one, os.path.realpath(one)) for one in links),
            "parts": tuple(parts),
            "said": said,
        },
    )


def _asked(arguments: "Sequence[str]") -> tuple[object, ...]:
    """Return what is asked for, the instant apart, of which program, by whom, and where: another user may read other files."""
    rest, _ = _parted(arguments)
    zones = os.environ.get("PYTHONTZPATH", "")
    return (tuple(rest), os.getcwd(), os.geteuid(), sys.version, tuple(sys.path), zones)  # noqa: PTH109 - pathlib takes 5 ms to import


def _write(path: str, record: "dict[str, object]") -> None:
    """Write the record, in place: half of one shows by its seal. Where that cannot be done, the next run goes without."""
    body = marshal.dumps(record, FORMAT)
    try:
        with open(path, "wb") as file:  # noqa: PTH123 - pathlib takes 5 ms to import
            file.write(digest_of(body) + body)
    except OSError:
        return


def _parted(arguments: "Sequence[str]") -> "tuple[list[str], str | None]":
    """Part the command line into what --now says and the rest."""
    rest = [*arguments]
    for at, one in enumerate(rest):
        if one.startswith("--now="):
            return rest[:at] + rest[at + 1 :], one.removeprefix("--now=")
        if one == "--now" and at + 1 < len(rest):
            return rest[:at] + rest[at + 2 :], rest[at + 1]
    return rest, None


def _now(arguments: "Sequence[str]") -> int:
    """Return what counts as now, in seconds since 1970; raises ValueError where that takes more than a glance."""
    given, epoch = _parted(arguments)[1], os.environ.get("SOURCE_DATE_EPOCH")
    if given is not None:
        from datetime import datetime  # noqa: PLC0415 - 2 ms, for those who hold the time

        instant = datetime.fromisoformat(given)
        if instant.tzinfo is None or instant.microsecond or "W" in given:  # weeks are no instants for the command line
            raise ValueError(given)
        return int(instant.timestamp())
    if epoch and not (epoch.isascii() and epoch.isdigit()):
        raise ValueError(epoch)
    return int(epoch or time.time())


def _place(arguments: "Sequence[str]") -> str:
    """Find the record: beside the configuration file that is given, else in this folder or the next one above; raises OSError."""
    here = os.getcwd()  # noqa: PTH109 - pathlib takes 5 ms to import
    for at, one in enumerate(arguments):
        given = one.removeprefix("--config=") if one.startswith("--config=") else ""
        if one == "--config" and at + 1 < len(arguments):
            given = arguments[at + 1]
        if given:
            return f"{os.path.dirname(os.path.join(here, given))}/{NAME}"  # noqa: PTH118, PTH120 - the same
    folder = here
    while not os.path.lexists(f"{folder}/{NAME}"):
        above = os.path.dirname(folder)  # noqa: PTH120 - the same
        if above == folder:
            raise FileNotFoundError(NAME)
        folder = above
    return f"{folder}/{NAME}"
