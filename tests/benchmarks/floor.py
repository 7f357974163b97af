"""What the five libraries take by themselves, against Hugo: which of the aims can be met while they do the work.

python -m tests.benchmarks.floor [ARTICLES…] [--rounds N] [--json FILE]: first builds, those of one new article, and nothing
changed; and what the steps of the largest first build took.
"""

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from tests.benchmarks.__main__ import machine
from tests.benchmarks.contestants import Case, hugo
from tests.benchmarks.contestants.libraries import LIBRARIES, MARKS, RECORDED
from tests.benchmarks.race import installed, race
from tests.benchmarks.results import REFERENCE, Results, Row, cpu, ordered, peak, wall

#: Wall time, Hugo's being one.
AIMS = {
    Case.COLD: {1_000: 1.5, 10_000: 0.5, 100_000: 0.3},
    Case.NEW: {1_000: 0.6, 10_000: 0.2, 100_000: 0.1},
    Case.SAME: {1_000: 0.12, 10_000: 0.045, 100_000: 0.035},
}
SIZES = (1_000, 10_000, 100_000)
HEADS = f"{'articles':>8}  {'':16}{'wall s':>8}{'CPU s':>8}{'MB':>6}{'ratio':>8}{'halved':>8}{'aim':>8}"
BEYOND = "beyond these libraries"
#: What the scripts tell of.
PROFILED = (Case.COLD.name, Case.NEW.name, f"{Case.COLD.name} recorded", f"{Case.NEW.name} recorded")
#: Steps as the scripts name them, what they are, what they are counted in.
STEPS = (
    ("interpreter", "interpreter, until it works", ""),
    ("import frontmatter", "import of python-frontmatter", ""),
    ("frontmatter", "front matter, and a digest of the text", " a file"),
    ("import markdown", "import of Markdown and its extensions", ""),
    ("markdown", "Markdown", " an article"),
    ("import feedgen", "import of feedgen", ""),
    ("feedgen", "feedgen", ", RSS and Atom"),
    ("import jinja2", "import of Jinja2", ""),
    ("jinja2", "Jinja2", ", a small page"),
    ("import premailer", "import of premailer, without requests", ""),
    ("premailer", "premailer", ", a digest"),
    ("looks", "looks at files", " a file"),
    ("import sqlite3", "import of SQLite", ""),
    ("ledger", "rows of a database", " a file"),
    ("all", "each of the two processes", ""),
)

#: By step, the seconds that it took, each time.
Profile = dict[str, list[float]]


def verdict(ratio: float, aim: float) -> str:
    """Say whether an aim can be met, and how much of it is left for all else."""
    return BEYOND if ratio > aim else f"leaves {1 - ratio / aim:.0%}"


def halved(results: Results, row: Row) -> float | None:
    """Return the ratio of half the processor time: nobody shares the work better. On a busy machine it is too low."""
    base = results.row(row.count, REFERENCE, row.case)
    if base is None or row.case is Case.SAME:
        return None
    return median(one.cpu / 2 / other.wall for one, other in zip(row.taken, base.taken, strict=True))


def line(results: Results, row: Row) -> str:
    """Write a line of the table."""
    ratio, aim = results.ratio(row, wall), AIMS[row.case].get(row.count)
    figures = f"{row.median(wall):8.3f}{row.median(cpu):8.3f}{row.median(peak):6.0f}"
    ratios = "".join(f"{'-' if one is None else f'{one:.3f}':>8}" for one in (ratio, halved(results, row)))
    told = "" if ratio is None or aim is None else f"  {verdict(ratio, aim)}"
    name = f"{row.case}, recorded" if row.contestant == RECORDED.name else row.case
    return f"{row.count:8,}  {name:16}{figures}{ratios}{aim or '-':>8}{told}"


def profile(marks: Path, case: str) -> Profile:
    """Read what the steps took, for one of what they are counted in."""
    taken: Profile = defaultdict(list)
    for written in map(json.loads, marks.read_text(encoding="utf-8").splitlines()):
        for step, (seconds, times) in written["steps"].items() if written["case"] == case else ():
            if times:
                taken[step].append(seconds / times)
    return dict(taken)


def profiled(taken: Profile) -> list[str]:
    """Write the table of steps."""
    lines = []
    for step, name, unit in STEPS:
        if step in taken:
            seconds = median(taken[step])
            figure = f"{1e6 * seconds:8.1f} µs" if unit == " a file" else f"{1e3 * seconds:8.1f} ms"
            lines.append(f"{name:40}{figure}{unit}")
    return lines


def main(given: list[str]) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.floor", description=__doc__)
    parser.add_argument("sizes", metavar="ARTICLES", nargs="*", type=int, default=SIZES, help="sizes of archives")
    parser.add_argument("--rounds", metavar="N", type=int, default=5, help="rounds that count (5)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write what was measured there")
    options = parser.parse_args(given)
    # Hugo does all anew each time: without an edit it would take as long.
    racing, missing = installed((replace(hugo.FEEDS_ONLY, cases=tuple(AIMS)), LIBRARIES, RECORDED))
    if missing:
        print(f"not installed, and left out: {', '.join(missing)}", file=sys.stderr)
    rows: list[Row] = []
    profiles: dict[int, dict[str, Profile]] = {}
    for count in sorted(options.sizes):
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            rows += race(racing, Path(name), count, options.rounds)
            profiles[count] = {case: profile(Path(name, MARKS), case) for case in PROFILED}
    results = Results(
        date=datetime.now(UTC).date().isoformat(),
        machine=machine(),
        rounds=options.rounds,
        contestants=tuple((one.name, one.version(), one.about) for one in racing),
        rows=ordered(rows, [one.name for one in racing]),
    )
    if options.json:
        written = {"results": results.as_json(), "steps": profiles}
        options.json.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    print(HEADS)
    for row in results.rows:
        if row.contestant != REFERENCE and row.case in AIMS:
            print(line(results, row))
    print(f"\nSteps of a first build of {max(profiles):,} articles, medians:")
    print("\n".join(profiled(profiles[max(profiles)][f"{Case.COLD.name} recorded"])))


if __name__ == "__main__":
    main(sys.argv[1:])
