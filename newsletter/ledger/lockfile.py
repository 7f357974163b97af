"""Keeps other runs on this host from a ledger that is a file, with a lock on an empty file beside it.

The lock is the operating system's: it dies with the process, and a file that a killed run left behind locks nobody out. It is not
on the ledger itself, because on macOS, the BSDs and network file systems that lock would be in the way of SQLite's own, and
closing the file anywhere would drop those (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from newsletter import locks
from newsletter.errors import LedgerError, LockedError

#: Behind the ledger's own name.
SUFFIX = ".lock"


class FileHold:
    """A lock on a file."""

    def __init__(self, path: Path, descriptor: int) -> None:
        """Take the file that is open."""
        self._path = path
        self._descriptor = descriptor

    def verify(self) -> None:
        """Raise LedgerError if somebody deleted the file, for then another run can take a new one."""
        if not self.is_in_place():
            raise LedgerError(
                f"{self._path}: somebody deleted this lock while the run held it; it stops, and the next one goes on"
            )

    def is_in_place(self) -> bool:
        """Tell whether the file that is open is still what others find."""
        try:
            return os.path.samestat(self._path.stat(), os.fstat(self._descriptor))
        except FileNotFoundError:
            return False


@contextmanager
def hold(ledger: Path) -> Iterator[FileHold]:
    """Keep other runs from a ledger, whatever links lead to it; raises LockedError at once while one is in, else LedgerError."""
    try:
        path = ledger.resolve()
        path = path.with_name(path.name + SUFFIX)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
        raise LedgerError(f"{ledger}: the ledger cannot be locked: {getattr(error, 'strerror', None) or error}") from error
    with ExitStack() as stack:
        try:
            stack.enter_context(locks.hold(descriptor))
        except OSError as error:
            if isinstance(error, BlockingIOError):
                raise LockedError(f"{ledger}: another run is using the ledger; wait for it to end") from error
            raise LedgerError(f"{ledger}: the ledger cannot be locked: {error.strerror}") from error
        held = FileHold(path, descriptor)
        if not held.is_in_place():  # the run that held it ended, and took it away, since we opened it
            raise LockedError(f"{ledger}: another run was using the ledger a moment ago; try again")
        try:
            yield held
        finally:
            if held.is_in_place():
                with suppress(OSError):
                    path.unlink()
