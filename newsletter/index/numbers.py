"""Under which numbers the index keeps its blobs: from 0 on the sheets (index/__init__.py), and far from them all others."""

#: From here on the rows of the sheets; see sheets.py.
ROWS = 1000
#: The documents that stand; see pages.py.
PAGES = -2
#: The articles that the ledger has as they are; see settled.py.
SETTLED = -4
#: A digest of program and libraries; see program.py.
PROGRAM = -3
#: Each of the following has the 56 bits after it for a digest of what a blob is about.
WIDTH = 56
#: See styles.py, of which there are two, patterns.py, compiled.py and renderings.py.
WEIGHTS = 1 << 58
PATTERNS = 1 << 59
STYLES = 1 << 60
COMPILED = 1 << 61
RENDERINGS = 1 << 62


def number(first: int, digest: bytes) -> int:
    """Give a blob its number by a digest of what it is about."""
    return first + int.from_bytes(digest[: WIDTH // 8])


def last(first: int) -> int:
    """Return the last number of a kind."""
    return first + (1 << WIDTH) - 1
