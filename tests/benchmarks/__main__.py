"""``make bench``: whole builds of generated archives, ours and others' alternately in one run, in one table.

It goes without those that are not installed, and says so.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks import table
from tests.benchmarks.contestants import Contestant, hugo, ours, pelican, straight
from tests.benchmarks.race import installed, race
from tests.benchmarks.results import Results, Row, ordered, read
from tests.real import ROOT

CONTESTANTS: dict[str, Contestant] = {
    "hugo": hugo.FEEDS_ONLY,
    "hugo-outputs": hugo.ALL_OUTPUTS,
    "hugo-pages": hugo.PAGES,
    "newsletter": ours.OURS,
    "newsletter-pages": ours.PAGES,
    "pelican": pelican.PELICAN,
    "straight": straight.STRAIGHT,
}
SIZES = (100, 1_000, 10_000, 100_000)


def arguments() -> argparse.ArgumentParser:
    """Describe the options."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("sizes", metavar="ARTICLES", nargs="*", type=int, default=SIZES, help="sizes of archives")
    parser.add_argument("--rounds", metavar="N", type=int, default=5, help="rounds that count (5)")
    parser.add_argument("--only", metavar="NAME,…", default=",".join(CONTESTANTS), help=f"of {', '.join(CONTESTANTS)}")
    parser.add_argument(
        "--up-to",
        metavar="NAME=ARTICLES",
        action="append",
        default=[],
        help="spare one the archives larger than this, and no others",
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write what was measured there")
    parser.add_argument("--results", metavar="FILE", type=Path, help="measure nothing, take what --json wrote")
    parser.add_argument("--readme", action="store_true", help="put the table into the README")
    return parser


def machine() -> str:
    """Tell what this runs on."""
    processors = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    return f"{processors} processors, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"


def take_part(only: str, largest: list[str]) -> tuple[tuple[Contestant, int], ...]:
    """Choose the contestants that are installed, each with the largest archive it is run over."""
    bounds = dict(one.split("=", 1) for one in largest)
    chosen = {name: CONTESTANTS[name] for name in only.split(",")}
    there, missing = installed(chosen.values())
    if missing:
        print(f"not installed, and left out: {', '.join(missing)}", file=sys.stderr)
    return tuple((one, int(bounds.get(name, one.largest))) for name, one in chosen.items() if one in there)


def run(options: argparse.Namespace) -> Results:
    """Measure."""
    contestants = take_part(options.only, options.up_to)
    rows: list[Row] = []
    for count in options.sizes:
        racing = [one for one, largest in contestants if count <= largest]
        print(f"{count:,} articles: {', '.join(one.name for one in racing)}", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            rows += race(racing, Path(name), count, options.rounds)
    return Results(
        date=datetime.now(UTC).date().isoformat(),
        machine=machine(),
        rounds=options.rounds,
        contestants=tuple((one.name, one.version(), one.about) for one, _ in contestants),
        rows=ordered(rows, [one.name for one, _ in contestants]),
    )


def main(given: list[str]) -> None:
    """Do what the options say."""
    options = arguments().parse_args(given)
    results = read(json.loads(options.results.read_text(encoding="utf-8"))) if options.results else run(options)
    if options.json:
        options.json.write_text(json.dumps(results.as_json(), indent=1) + "\n", encoding="utf-8")
    print(table.full(results))
    if options.readme:
        document = ROOT / "README.md"
        document.write_text(table.with_table(document.read_text(encoding="utf-8"), results), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
