"""What several processes gain, and what they cost where there is little to do, against one.

python -m tests.benchmarks.jobs [ARTICLES…] [--rounds N]: first builds and those of one new article, with --jobs 1, 2 and none
given, alternately; medians.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.benchmarks.ways import CASES, Way, alternately

SIZES = (3, 10, 50, 200)
ONE = Way(name="jobs 1", options=("--jobs", "1"))
WAYS = (ONE, Way(name="jobs 2", options=("--jobs", "2")), Way(name="as it comes"))


def main(given: list[str]) -> None:
    """Print the table: seconds on the clock and of processors, and ratios to one process in the same round."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.jobs", description=__doc__)
    parser.add_argument("sizes", metavar="ARTICLES", nargs="*", type=int, default=SIZES, help="sizes of archives")
    parser.add_argument("--rounds", metavar="N", type=int, default=9, help="rounds that count (9)")
    options = parser.parse_args(given)
    print(f"{'articles':>8}  {'':16}{'':12}{'wall s':>8}{'ratio':>8}{'CPU s':>8}{'ratio':>8}")
    for count in options.sizes:
        with tempfile.TemporaryDirectory(prefix="bench-") as place:
            taken = alternately(WAYS, Path(place), count, options.rounds)
        for case in CASES:
            alone = taken[ONE.name, case]
            for way in WAYS:
                own = taken[way.name, case]
                wall = median(one.wall / other.wall for one, other in zip(own, alone, strict=True))
                cpu = median(one.cpu / other.cpu for one, other in zip(own, alone, strict=True))
                seconds = median(one.wall for one in own), median(one.cpu for one in own)
                print(f"{count:8,}  {case:16}{way.name:12}{seconds[0]:8.3f}{wall:8.3f}{seconds[1]:8.3f}{cpu:8.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
