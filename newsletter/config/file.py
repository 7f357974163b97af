"""Find the configuration file and read it as it is. Knows nothing of keys."""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from newsletter.errors import ConfigError

NAME = "newsletter.toml"
PROJECT = "pyproject.toml"


def find(here: Path) -> Path | None:
    """Look for newsletter.toml, then for a pyproject.toml with a [tool.newsletter], in the folder and those above it."""
    for folder in (here, *here.parents):
        if (folder / NAME).is_file():
            return folder / NAME
        project = folder / PROJECT
        # Somebody else's pyproject.toml is none of our business, be it broken or closed.
        if project.is_file() and os.access(project, os.R_OK) and b"tool.newsletter" in project.read_bytes() and _table(project):
            return project
    return None


def candidates(here: Path) -> Iterator[Path]:
    """Yield the files that ``find`` looks at, in its order, the one that it finds last."""
    found = find(here)
    for folder in (here, *here.parents):
        yield from (folder / NAME, folder / PROJECT)
        if found is not None and found.parent == folder:
            return


def read(path: Path) -> dict[str, Any]:
    """Return the tables of a configuration file. Raises ConfigError where there is none."""
    table = _table(path)
    if table is None:
        raise ConfigError([f"{path}: has no table [tool.newsletter]"])
    return table


def _table(path: Path) -> dict[str, Any] | None:
    """Return what concerns us in a TOML file; None where a pyproject.toml has nothing."""
    try:
        tree = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from error
    except (ValueError, RecursionError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise ConfigError([f"{path}: is not TOML: {error}"]) from error
    if path.name != PROJECT:
        return tree
    tool = tree.get("tool", {})
    table = tool.get("newsletter") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None
