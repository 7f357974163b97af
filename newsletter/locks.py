"""Operating-system locks on files and folders, which die with the process that took them. Opens nothing, makes nothing.

https://man7.org/linux/man-pages/man2/flock.2.html: a lock belongs to the open file, which forked processes share. A worker that
outlives its killed parent would hold on to it, so children close what they inherit of it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

_held: set[int] = set()


@contextmanager
def hold(descriptor: int) -> Iterator[None]:
    """Lock an open file or folder, and close it at the end; raises BlockingIOError at once when another process holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _held.add(descriptor)
        yield
    finally:
        _held.discard(descriptor)
        os.close(descriptor)


def _let_go() -> None:
    """Close, in a forked child, what only its parent is to hold."""
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_let_go)
