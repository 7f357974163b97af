"""Program and libraries as one digest, kept in the index: to read them all takes as long as a feed.

Reads the program's files; reads and writes the index.
"""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256

from newsletter.config import Config
from newsletter.index import circumstances, file, numbers, place


def digest_of(config: Config, distributions: Iterable[str]) -> bytes:
    """Digest the program and the versions of libraries: read once for each state of their files."""
    key = circumstances.of_program()
    known = file.fetch(place(config), key, [numbers.PROGRAM]).get(numbers.PROGRAM)
    if known is None:
        whole = sha256(_program())
        for name in distributions:
            told = f"{name} {_version(name)}".encode()
            whole.update(b"%d:%s" % (len(told), told))  # where one ends cannot be mistaken
        known = whole.digest()
        file.store(place(config), key, {numbers.PROGRAM: known})
    return known


@cache
def _program() -> bytes:
    """Digest the program, which in a checkout changes without its version; a process has it as it was when it began."""
    package = circumstances.PACKAGE
    return sha256(b"".join(sha256(path.read_bytes()).digest() for path in sorted(package.rglob("*.py")))).digest()


def _version(distribution: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - 10 ms, where it is not known yet

    try:
        return version(distribution)
    except PackageNotFoundError:  # installed without its metadata
        return ""
