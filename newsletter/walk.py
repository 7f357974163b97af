"""Walks through a folder and all that links in it lead to, as templates are found. Looks at folders, opens no file."""

import os
from collections.abc import Iterator


def walk(root: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each folder once, by its path through ``root``, with the names of what else is in it; both in a fixed order."""
    seen = set()
    for here, folders, names in os.walk(root, followlinks=True):
        real = os.path.realpath(here)
        if real in seen:  # links may lead in circles
            folders.clear()
            continue
        seen.add(real)
        folders.sort()
        yield here, sorted(names)
