"""Measures this program alone, run in several ways over one archive, alternately: first builds, and those of one new article."""

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from tests.benchmarks.archive import Archive
from tests.benchmarks.contestants import Case, ours
from tests.benchmarks.measure import BrokenError, Usage, measure

CASES = (Case.COLD, Case.NEW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to run it."""

    name: str
    #: Of the command line.
    options: tuple[str, ...] = ()
    #: Lines at the end of the configuration, in the table of feeds.
    settings: str = ""
    #: Patterns of what it must have written.
    writes: tuple[str, ...] = ("out/rss.xml",)


def alternately(ways: Sequence[Way], place: Path, count: int, rounds: int) -> dict[tuple[str, Case], list[Usage]]:
    """Measure all ways over an archive of so many articles, which is made in a folder of that place.

    A first round, which does not count, leaves all files in the page cache.
    """
    archive = Archive(folder=place / "content", count=count)
    archive.write()
    os.sync()
    taken: dict[tuple[str, Case], list[Usage]] = defaultdict(list)
    for turn in range(rounds + 1):
        archive.restore()
        first = turn % len(ways)
        for case in CASES:
            if case is Case.NEW:
                archive.add()
            for way in (*ways[first:], *ways[:first]):
                usage = _run(way, place, archive, case)
                if turn or not rounds:
                    taken[way.name, case].append(usage)
    return taken


def _run(way: Way, place: Path, archive: Archive, case: Case) -> Usage:
    folder = place / way.name.replace(" ", "-")
    if case is Case.COLD:
        rmtree(folder, ignore_errors=True)
        folder.mkdir()
        ours.OURS.prepare(folder, archive)
        with (folder / "newsletter.toml").open("a", encoding="utf-8") as file:
            file.write(way.settings)
    usage = measure((*ours.command(archive, case), *way.options), folder)
    lacking = [pattern for pattern in way.writes if not any(folder.glob(pattern))]
    if lacking:
        raise BrokenError(f"{way.name}, {archive.count} articles, {case}: it lacks {', '.join(lacking)}")
    return usage
