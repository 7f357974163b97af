"""What it takes to keep the full history in the feeds (feeds.archive).

python -m tests.benchmarks.history [ARTICLES] [--rounds N]: first builds with one process and with two, builds of one new article
with the archive and without, alternately; and the memory of the largest process, over a tenth of the articles and all of them.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.benchmarks.contestants import Case
from tests.benchmarks.measure import Usage
from tests.benchmarks.ways import CASES, Way, alternately

COUNT = 10_000
#: Where it pays to keep a history, there is one.
LEAST = 60
KEPT = "archive = true\n"
PAGES = ("out/rss.xml", "out/archive/rss-1.xml", "out/archive/atom-1.xml", "out/archive/feed-1.json")
ONE = Way(name="archive, jobs 1", options=("--jobs", "1"), settings=KEPT, writes=PAGES)
TWO = Way(name="archive, jobs 2", options=("--jobs", "2"), settings=KEPT, writes=PAGES)
NONE = Way(name="no archive, jobs 2", options=("--jobs", "2"))
WAYS = (ONE, TWO, NONE)


def ratio(over: list[Usage], under: list[Usage], figure: str) -> float:
    """Return the median of the ratios within rounds."""
    return float(median(getattr(one, figure) / getattr(other, figure) for one, other in zip(over, under, strict=True)))


def main(given: list[str]) -> None:
    """Print the table, and the ratios that matter."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.history", description=__doc__)
    parser.add_argument("count", metavar="ARTICLES", nargs="?", type=int, default=COUNT, help=f"size of the archive ({COUNT})")
    parser.add_argument("--rounds", metavar="N", type=int, default=3, help="rounds that count (3)")
    options = parser.parse_args(given)
    print(f"{'articles':>8}  {'':16}{'':20}{'wall s':>8}{'CPU s':>8}{'MB':>6}")
    for count in sorted({max(options.count // 10, LEAST), max(options.count, LEAST)}):
        with tempfile.TemporaryDirectory(prefix="bench-") as place:
            taken = alternately(WAYS, Path(place), count, options.rounds)
        for case in CASES:
            for way in WAYS:
                own = taken[way.name, case]
                wall, cpu, peak = (median(getattr(one, figure) for one in own) for figure in ("wall", "cpu", "peak"))
                print(f"{count:8,}  {case:16}{way.name:20}{wall:8.2f}{cpu:8.2f}{peak:6.0f}")
    faster = ratio(taken[ONE.name, Case.COLD], taken[TWO.name, Case.COLD], "wall")
    print(f"first build: {faster:.2f} times faster with two processes than with one")
    dearer = ratio(taken[TWO.name, Case.NEW], taken[NONE.name, Case.NEW], "cpu")
    print(f"one new article: {dearer:.2f} times the processor time of a build without an archive")


if __name__ == "__main__":
    main(sys.argv[1:])
