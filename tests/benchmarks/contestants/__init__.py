"""Who is measured: this program, and others that can do the same work, each set up as well as it can be for it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.benchmarks.archive import Archive

ENDLESS = 1_000_000_000


class Case(StrEnum):
    """What has changed since the run before, in the order of the runs."""

    COLD = "cold"
    NEW = "one new article"
    EDITED = "one edited"
    SAME = "nothing changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """One program in one configuration."""

    name: str
    #: What it is told to do, in a sentence without a full stop.
    about: str
    #: Its version; empty where it is not installed.
    version: Callable[[], str]
    #: Writes its configuration into its folder, which is new and empty.
    prepare: Callable[[Path, Archive], None]
    #: What to run in that folder.
    command: Callable[[Archive, Case], tuple[str, ...]]
    #: The feed that it writes, relative to its folder.
    feed: str
    #: Patterns of what else it writes, likewise.
    besides: tuple[str, ...] = ()
    #: Larger archives it is spared unless asked for.
    largest: int = ENDLESS
    #: What it is run for: something that always does everything need not do it four times.
    cases: tuple[Case, ...] = tuple(Case)
