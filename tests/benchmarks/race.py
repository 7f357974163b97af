"""Runs the contestants alternately over one archive, round after round: whatever else the machine does meets all of them.

A round: the archive as it was and every output, cache and ledger gone (cold); one article more; one edited; nothing changed.
Before the rounds that count comes one in which memory is watched, and which leaves all files in the page cache.
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from shutil import rmtree

from tests.benchmarks.archive import EDIT, Archive
from tests.benchmarks.contestants import Case, Contestant
from tests.benchmarks.measure import BrokenError, Usage, measure
from tests.benchmarks.results import Row

#: Articles in a feed.
ENTRIES = 50


def race(contestants: Sequence[Contestant], place: Path, count: int, rounds: int) -> tuple[Row, ...]:
    """Measure the contestants over an archive of so many articles, which is made in a folder of that place."""
    archive = Archive(folder=place / "content", count=count)
    archive.write()
    os.sync()  # writing it back to disk would go on beside the first rounds
    taken: dict[tuple[str, Case], list[Usage]] = defaultdict(list)
    for turn in range(rounds + 1):
        archive.restore()
        first = turn % len(contestants)
        order = (*contestants[first:], *contestants[:first])
        for case in Case:
            change(archive, case)
            for contestant in order:
                if case in contestant.cases:
                    taken[contestant.name, case].append(run(contestant, place, archive, case, watch=turn == 0))
    return tuple(
        Row(count=count, contestant=name, case=case, tree=watched.tree, taken=tuple(timed))
        for (name, case), (watched, *timed) in taken.items()
    )


def change(archive: Archive, case: Case) -> None:
    """Change what the case is about."""
    if case is Case.NEW:
        archive.add()
    elif case is Case.EDITED:
        archive.edit()


def run(contestant: Contestant, place: Path, archive: Archive, case: Case, *, watch: bool) -> Usage:
    """Measure one run, and see that it wrote what it should."""
    folder = place / re.sub(r"\W+", "-", contestant.name)
    if case is Case.COLD:
        rmtree(folder, ignore_errors=True)
        folder.mkdir()
        contestant.prepare(folder, archive)
    usage = measure(contestant.command(archive, case), folder, watch=watch)
    lacking = [*lacks((folder / contestant.feed).read_text(encoding="utf-8"), archive, case)]
    lacking += (pattern for pattern in contestant.besides if not any(path.stat().st_size for path in folder.glob(pattern)))
    if lacking:
        raise BrokenError(f"{contestant.name}, {archive.count} articles, {case}: it lacks {', '.join(lacking)}")
    return usage


def lacks(feed: str, archive: Archive, case: Case) -> Iterator[str]:
    """Yield what a feed should hold and does not: who leaves the work undone is not fast."""
    count = archive.count + (case is not Case.COLD)
    if len(re.findall(r"<(?:item|entry)[ >]", feed)) != min(ENTRIES, count):
        yield f"{min(ENTRIES, count)} entries"
    if f">Article {0 if case is Case.COLD else archive.count}<" not in feed:
        yield "the newest article"
    if (EDIT in feed) != edited(case):
        yield "the article as it is now"


def edited(case: Case) -> bool:
    """Tell whether an article has been edited when a case begins."""
    return case in {Case.EDITED, Case.SAME}


def installed(contestants: Iterable[Contestant]) -> tuple[tuple[Contestant, ...], tuple[str, ...]]:
    """Part the contestants into those that are installed and the names of those that are not."""
    there = tuple((one, bool(one.version())) for one in contestants)
    return tuple(one for one, has in there if has), tuple(one.name for one, has in there if not has)
