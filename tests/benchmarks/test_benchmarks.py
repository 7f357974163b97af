import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.benchmarks import table
from tests.benchmarks.archive import ADDED, END, NEWEST, Archive
from tests.benchmarks.contestants import Case, Contestant, hugo, ours, pelican
from tests.benchmarks.measure import BrokenError, Usage, measure
from tests.benchmarks.race import race
from tests.benchmarks.results import REFERENCE, Results, Row, peak, read, wall
from tests.real import ROOT, tree


def usages(*walls: float) -> tuple[Usage, ...]:
    return tuple(Usage(wall=seconds, cpu=2 * seconds, peak=100 * seconds) for seconds in walls)


def row(contestant: str, *walls: float, count: int = 100, case: Case = Case.COLD) -> Row:
    return Row(count=count, contestant=contestant, case=case, tree=None, taken=usages(*walls))


def results(*rows: Row) -> Results:
    return Results(date="2026-11-01", machine="one", rounds=3, contestants=((REFERENCE, "1.0", "feeds"),), rows=rows)


def scripted(name: str, script: str) -> Contestant:
    """Enter a program whose feed is what it prints into the file ``feed``."""

    def prepare(folder: Path, _: Archive) -> None:
        (folder / "script.py").write_text(script, encoding="utf-8")

    return Contestant(
        name=name,
        about="nothing much",
        version=lambda: "1",
        prepare=prepare,
        command=lambda _, case: (sys.executable, "script.py", case),
        feed="feed",
    )


def test_the_benchmarks_run_and_leave_out_what_is_not_installed(tmp_path: Path) -> None:
    made = tmp_path / "results.json"
    bench = (sys.executable, "-m", "tests.benchmarks")
    tiny = (*bench, "10", "--rounds", "1", "--only", "hugo,newsletter,pelican,straight", "--json", str(made))
    done = subprocess.run(tiny, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    measured = read(json.loads(made.read_text(encoding="utf-8")))
    assert {row.case for row in measured.rows if row.contestant == "newsletter"} == set(Case)
    took_part = {name for name, _, _ in measured.contestants}
    for one in (hugo.FEEDS_ONLY, pelican.PELICAN):
        assert (one.name in took_part) == bool(one.version())
        assert (f"left out: {one.name}" in done.stderr or f", {one.name}\n" in done.stderr) != bool(one.version())
    again = subprocess.run((*bench, "--results", str(made)), cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert again.stdout == done.stdout


def test_the_benchmarks_of_single_rooms_run() -> None:
    modules = sorted(map(str, (ROOT / "tests" / "benchmarks" / "components").glob("bench_*.py")))
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *modules)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert modules


def test_the_benchmark_of_processes_runs() -> None:
    command = (sys.executable, "-m", "tests.benchmarks.jobs", "3", "--rounds", "1")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert sum("jobs 1" in line and " 1.000 " in line for line in done.stdout.splitlines()) == 2
    assert len(done.stdout.splitlines()) == 7


def test_the_benchmark_of_a_full_history_runs() -> None:
    command = (sys.executable, "-m", "tests.benchmarks.history", "60", "--rounds", "1")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    *table_, faster, dearer = done.stdout.splitlines()
    assert len(table_) == 7
    assert faster.startswith("first build: ")
    assert dearer.startswith("one new article: ")


def test_an_archive_is_the_same_each_time_and_after_its_changes_were_taken_back(tmp_path: Path) -> None:
    one, other = (Archive(folder=tmp_path / name, count=30) for name in ("one", "other"))
    one.write()
    other.write()
    before = tree(one.folder)
    assert tree(other.folder) == before
    one.add()
    one.edit()
    assert len(tree(one.folder)) == 31
    assert [name for name, body in before.items() if tree(one.folder)[name] != body] == ["article-000010.md"]
    one.restore()
    assert tree(one.folder) == before


def test_an_archive_spans_ten_years_and_its_digest_has_twenty_articles_and_the_added_one() -> None:
    archive = Archive(folder=Path(), count=1_000)
    dates = [archive.published(number) for number in range(1_000)]
    assert dates[0] == NEWEST
    assert (NEWEST - dates[-1]).days in range(3640, 3650)
    assert sum(archive.start <= date < END for date in dates) == 20
    assert archive.published(1_000) == ADDED < END


def test_ratios_are_medians_of_those_within_a_round() -> None:
    measured = results(row(REFERENCE, 1.0, 2.0, 4.0), row("newsletter", 0.5, 3.0, 1.0))
    ours_row = measured.rows[1]
    assert measured.ratio(ours_row, wall) == 0.5
    assert ours_row.median(wall) == 1.0
    assert ours_row.median(peak) == 100.0


def test_without_the_reference_there_are_no_ratios() -> None:
    measured = results(row("newsletter", 1.0))
    assert measured.ratio(measured.rows[0], wall) is None
    assert "| 100 | newsletter | 1.00 s | - | - | - | 100 MB | - |" in table.readme(measured)
    assert "1.000" in table.full(measured)


def test_the_slope_is_taken_from_the_next_smaller_archive() -> None:
    measured = results(*(row("newsletter", seconds, count=count) for count, seconds in ((100, 9.0), (1_000, 1.0), (11_000, 2.0))))
    assert measured.slope(measured.rows[0]) is None
    assert measured.slope(measured.rows[2]) == pytest.approx(100.0)
    assert "| 11,000 | newsletter | 2.00 s | - | - | - | 200 MB | 100.0 |\n" in table.readme(measured)


def test_results_are_read_as_they_were_written() -> None:
    measured = results(replace(row(REFERENCE, 1.0), tree=12.5))
    assert read(json.loads(json.dumps(measured.as_json()))) == measured


def test_the_table_goes_between_its_marks_and_nowhere_else() -> None:
    measured = results(row(REFERENCE, 2.0), row("newsletter", 1.0))
    document = f"before\n{table.START}old\n{table.END}\nafter\n"
    written = table.with_table(document, measured)
    assert written.startswith(f"before\n{table.START}| articles |")
    assert "| 100 | newsletter | 0.500 (1.00 s) | - | - | - | 0.500 (100 MB) | - |\n" in written
    assert written.endswith(f"\n{table.END}\nafter\n")
    assert table.with_table(written, measured) == written
    with pytest.raises(ValueError, match="expected the marks"):
        table.with_table("no marks", measured)


def test_a_command_that_fails_is_told_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(BrokenError, match=r"exit status 3\n.*no luck"):
        measure((sys.executable, "-c", "import sys; print('no luck', file=sys.stderr); sys.exit(3)"), tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell what a process holds")
def test_the_memory_of_children_counts(tmp_path: Path) -> None:
    """The child holds 64 MB for half a second; its parent next to nothing."""
    child = "import time; held = b'x' * (64 << 20); time.sleep(0.5)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    usage = measure((sys.executable, "-c", parent), tmp_path, watch=True)
    assert usage.peak > 64
    assert usage.tree is not None
    assert usage.tree > 64


def test_every_contestant_runs_in_every_case_and_round_and_cold_means_an_empty_folder(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
log = Path("log")
case = sys.argv[1]
if case == "cold":
    assert not log.exists()
log.write_text((log.read_text() if log.exists() else "") + case + ";")
content = sorted(Path("../content").glob("*.md"))
edited = any("came later" in path.read_text() for path in content)
Path("feed").write_text("".join(f"<item>{path.read_text()}<t>Article {int(path.stem[-6:])}</t></item>" for path in content))
"""
    rows = race((scripted("a", script), scripted("b", script)), tmp_path, 4, 2)
    assert {(row.contestant, row.case) for row in rows} == {(name, case) for name in "ab" for case in Case}
    assert all(len(row.taken) == 2 for row in rows)
    assert (tmp_path / "a" / "log").read_text() == "cold;one new article;one edited;nothing changed;"


def test_who_leaves_the_work_undone_is_not_measured(tmp_path: Path) -> None:
    lazy = scripted("lazy", "from pathlib import Path; Path('feed').write_text('<item></item>')")
    lazy = replace(lazy, besides=("script.*", "more.txt"))
    with pytest.raises(BrokenError, match=r"lazy, 4 articles, cold: it lacks 4 entries, the newest article, more\.txt"):
        race((lazy,), tmp_path, 4, 1)


def test_ours_is_run_an_hour_later_in_each_case() -> None:
    archive = Archive(folder=Path(), count=100)
    clocks = [ours.command(archive, case)[0].partition("=")[2] for case in Case]
    nows = [f"{datetime.fromtimestamp(int(clock), UTC):%Y-%m-%dT%H:%M}" for clock in clocks]
    assert nows == [f"2026-11-01T0{hour}:00" for hour in range(1, 5)]
