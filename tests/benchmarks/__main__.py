"""``make bench``: whole processes, ours and the baseline alternately in one run, as ratios of medians.

python -m tests.benchmarks [COUNT...]
"""

import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import date
from pathlib import Path
from shutil import rmtree
from statistics import median
from time import perf_counter

from tests.benchmarks import archive
from tests.real import ROOT

ROUNDS = 5
OURS = (
    *(sys.executable, "-m", "newsletter", "build", "--set", "title=Letter", "--set", "url=https://letter.example/"),
    *("--set", "permalink={slug}/", "--set", "feeds.tags=0", "--now", "2026-11-01T12:00:00Z", "--period", "2026-10"),
)
STRAIGHT = (sys.executable, str(Path(__file__).with_name("straight.py")), "content", "straight")


def timed(command: tuple[str, ...], folder: Path) -> tuple[float, float]:
    """Run a process; its seconds on the clock and its peak memory in MB."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    start = perf_counter()
    with subprocess.Popen(command, cwd=folder, env=environment) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command[:4]} ended with {child.returncode}")
    return perf_counter() - start, usage.ru_maxrss / 1024


def measure(count: int) -> None:
    """Print the table for an archive of that size."""
    seconds: dict[str, list[float]] = defaultdict(list)
    memory: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive.write(folder / "content", count)

        def run(case: str, command: tuple[str, ...]) -> None:
            took, used = timed(command, folder)
            seconds[case].append(took)
            memory[case].append(used)

        for turn in range(ROUNDS):
            run("straight script", STRAIGHT)
            rmtree(folder / "out", ignore_errors=True)
            (folder / ".out.ledger").unlink(missing_ok=True)
            run("cold", OURS)
            archive.write_one(folder / "content", count + turn, date(2026, 10, 31))
            run("one new article", OURS)
            run("nothing changed", OURS)
    base = median(seconds["straight script"])
    print(f"\n{count:,} articles: medians of {ROUNDS}, ratio to the straight script in the same run")
    print(f"{'':18}{'ratio':>8}{'seconds':>10}{'MB':>8}")
    for case, taken in seconds.items():
        print(f"{case:18}{median(taken) / base:8.2f}{median(taken):10.2f}{median(memory[case]):8.0f}")


if __name__ == "__main__":
    for size in map(int, sys.argv[1:] or ("100", "1000")):
        measure(size)
