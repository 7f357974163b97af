"""The index's file: blobs in SQLite, each sealed. Reads and writes that file alone; whatever goes wrong with it, nothing raises.

It is disposable, so that no write waits for the disk. A blob that is not exactly what was written under the same key does not
count; were it mixed with older ones by a crash or a restored backup, each would still tell the truth about files as they were.
"""

import os
import sqlite3
import stat
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path

#: Seconds to wait for another run; then it goes without.
PATIENCE = 0.2
#: Numbers in one query; SQLite takes 999 at least.
AT_ONCE = 900
#: What shows that the file must be made anew.
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})


class Damaged(Exception):  # noqa: N818 - a state of the file, which never leaves this package
    """The file is no index."""


def is_own(path: Path, *, absent: bool = False) -> bool:
    """Tell whether nobody but this user can have written the file; ``absent`` is what counts where there is none."""
    try:
        looks = os.lstat(path)
    except OSError:
        return absent
    return stat.S_ISREG(looks.st_mode) and looks.st_uid == os.geteuid() and not looks.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def fetch(path: Path, key: bytes, numbers: Iterable[int]) -> dict[int, bytes]:
    """Read the sound blobs with numbers in that range, by number; none where there is no file, or it cannot be read."""
    wanted = list(numbers)
    if not path.is_file():
        return {}
    try:
        with closing(_connect(path)) as connection:
            rows = connection.execute(
                "SELECT number, seal, body FROM blobs WHERE number BETWEEN ? AND ?", (min(wanted), max(wanted))
            ).fetchall()
    except sqlite3.Error:
        return {}
    return {number: body for number, seal, body in rows if isinstance(body, bytes) and seal == _seal(key, number, body)}


def numbers(path: Path, first: int, last: int) -> frozenset[int]:
    """List the numbers of the blobs in that range, sound or not."""
    if not path.is_file():
        return frozenset()
    try:
        with closing(_connect(path)) as connection:
            rows = connection.execute("SELECT number FROM blobs WHERE number BETWEEN ? AND ?", (first, last)).fetchall()
    except sqlite3.Error:
        return frozenset()
    return frozenset(number for (number,) in rows)


def store(path: Path, key: bytes, blobs: Mapping[int, bytes], *, anew: Iterable[int] = ()) -> None:
    """Write blobs in one transaction; of the numbers ``anew`` those that are not among them go."""
    store_all(path, key, lambda: sorted(blobs.items()), anew=anew)


def store_all(path: Path, key: bytes, make: Callable[[], Iterable[tuple[int, bytes]]], *, anew: Iterable[int] = ()) -> None:
    """Do the same with blobs that are made one after another, so that memory need not hold them all; once more if need be."""
    if not path.parent.is_dir():
        return
    with suppress(sqlite3.Error, OSError):
        try:
            _write(path, key, make, frozenset(anew))
        except Damaged:
            path.unlink()  # a folder of that name is none of ours: then this fails, and the index stays away
            _write(path, key, make, frozenset())


def fetch_each(path: Path, keys: Mapping[int, bytes]) -> dict[int, bytes]:
    """Read the sound blobs with those numbers, each under its own key."""
    rows: list[tuple[int, object, object]] = []
    numbers = [*keys]
    try:
        with closing(_connect(path)) as connection:
            for start in range(0, len(numbers), AT_ONCE):
                part = numbers[start : start + AT_ONCE]
                places = ",".join("?" * len(part))
                rows += connection.execute(f"SELECT number, seal, body FROM blobs WHERE number IN ({places})", part)  # noqa: S608 - question marks
    except sqlite3.Error:
        return {}
    return {number: body for number, seal, body in rows if isinstance(body, bytes) and seal == _seal(keys[number], number, body)}


def store_each(path: Path, blobs: Mapping[int, tuple[bytes, bytes]]) -> None:
    """Write blobs, each under its own key, into a file that is there."""
    rows = [(number, _seal(key, number, body), body) for number, (key, body) in sorted(blobs.items())]
    _change(path, "INSERT OR REPLACE INTO blobs VALUES (?, ?, ?)", rows)


def forget(path: Path, stay: Collection[int], *, least: int) -> None:
    """Let all blobs from the number ``least`` on go but for those that ``stay``."""
    try:
        with closing(_connect(path)) as connection:
            there = {number for (number,) in connection.execute("SELECT number FROM blobs WHERE number >= ?", (least,))}
    except sqlite3.Error:
        return
    drop(path, there.difference(stay))


def drop(path: Path, numbers: Iterable[int]) -> None:
    """Let some blobs go, as far as they are there."""
    _change(path, "DELETE FROM blobs WHERE number = ?", [(number,) for number in sorted(numbers)])


def _change(path: Path, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    if not rows or not path.parent.is_dir():
        return
    with suppress(sqlite3.Error, OSError), closing(_connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(statement, rows)
        connection.execute("COMMIT")


def _write(path: Path, key: bytes, make: Callable[[], Iterable[tuple[int, bytes]]], anew: frozenset[int]) -> None:
    try:
        with closing(_connect(path)) as connection:
            connection.execute("PRAGMA auto_vacuum = FULL")  # before the first table; the file shrinks when rows go
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("CREATE TABLE IF NOT EXISTS blobs (number INTEGER PRIMARY KEY, seal BLOB, body BLOB)")
            connection.executemany("DELETE FROM blobs WHERE number = ?", [(number,) for number in sorted(anew)])
            sealed = ((number, _seal(key, number, body), body) for number, body in make())
            connection.executemany("INSERT OR REPLACE INTO blobs VALUES (?, ?, ?)", sealed)
            connection.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:  # the lowest byte is the primary code
            raise Damaged from error
        raise


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)


def _seal(key: bytes, number: int, body: bytes) -> bytes:
    return sha256(b"%s %d %d:%s" % (key, number, len(body), body)).digest()
