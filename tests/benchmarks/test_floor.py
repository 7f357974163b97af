import json
import marshal
import re
import subprocess
import sys
from pathlib import Path

import pytest

from newsletter.render import markdown
from tests.benchmarks import alone, floor
from tests.benchmarks.archive import EDIT, Archive
from tests.benchmarks.contestants import Case, Contestant, hugo
from tests.benchmarks.contestants.libraries import LIBRARIES, RECORDED
from tests.benchmarks.measure import BrokenError, Usage, measure
from tests.benchmarks.race import run
from tests.benchmarks.results import REFERENCE, Results, Row, read
from tests.real import ROOT


def row(contestant: str, wall: float, case: Case = Case.COLD, count: int = 1_000) -> Row:
    return Row(count=count, contestant=contestant, case=case, tree=None, taken=(Usage(wall=wall, cpu=2 * wall, peak=100 * wall),))


def results(*rows: Row) -> Results:
    return Results(date="2026-11-01", machine="one", rounds=1, contestants=(), rows=rows)


def told(page: str) -> set[int]:
    """List the articles that a digest links to."""
    return {int(number) for number in re.findall(r"/article-(\d+)/", page)}


def test_it_runs_and_tells_each_case_and_each_step(tmp_path: Path) -> None:
    made = tmp_path / "floor.json"
    command = (sys.executable, "-m", "tests.benchmarks.floor", "60", "--rounds", "1", "--json", str(made))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    head, *lines = done.stdout.splitlines()
    assert head == floor.HEADS.rstrip()
    ratio = r"\d+\.\d{3}" if hugo.version() else "-"
    named = [*floor.AIMS, f"{Case.COLD}, recorded", f"{Case.NEW}, recorded"]
    for case, told in zip(named, lines[:5], strict=True):
        assert re.fullmatch(
            rf" +60  {case} +\d+\.\d{{3}} +\d+\.\d{{3}} +\d+ +{ratio} +{'-' if case is Case.SAME else ratio} +-", told
        )
    assert lines[5:7] == ["", "Steps of a first build of 60 articles, medians:"]
    assert [told.split("  ")[0] for told in lines[7:]] == [name for _, name, _ in floor.STEPS]
    assert ("left out: Hugo" in done.stderr) != bool(hugo.version())
    written = json.loads(made.read_text(encoding="utf-8"))
    measured = read(written["results"])
    assert {one.case for one in measured.rows if one.contestant == LIBRARIES.name} == set(Case)
    steps = {step for step, _, _ in floor.STEPS}
    recording, inlining = {"looks", "import sqlite3", "ledger"}, {"import premailer", "premailer"}
    fewer = steps - recording
    expected = {
        Case.COLD.name: fewer,
        Case.NEW.name: fewer - inlining,
        f"{Case.COLD.name} recorded": steps,
        f"{Case.NEW.name} recorded": steps - inlining,
    }
    assert {case: set(taken) for case, taken in written["steps"]["60"].items()} == expected


@pytest.mark.parametrize("contestant", [LIBRARIES, RECORDED], ids=["alone", "recorded"])
def test_all_the_work_is_done_once_whoever_takes_it(tmp_path: Path, contestant: Contestant) -> None:
    archive = Archive(folder=tmp_path / "content", count=60)
    archive.write()
    run(contestant, tmp_path, archive, Case.COLD, watch=False)
    done = [json.loads(line)["steps"] for line in (tmp_path / "marks").read_text(encoding="utf-8").splitlines()]
    assert len(done) == 2
    times = {step: sum(steps[step][1] for steps in done if step in steps) for step, _, _ in floor.STEPS if "import" not in step}
    once = dict.fromkeys(("interpreter", "feedgen", "jinja2", "premailer"), 1)
    each = dict.fromkeys(("looks", "ledger"), 60 if contestant is RECORDED else 0)
    assert times == {**once, **each, "frontmatter": 60, "markdown": 50, "all": 2}
    [out] = tmp_path.glob("the-five-libraries*/out")
    page = (out / "email.html").read_text(encoding="utf-8")
    assert told(page) == set(range(20))
    assert page.count("style=") > 100


def test_each_case_asks_for_what_is_new_in_it(tmp_path: Path) -> None:
    archive = Archive(folder=tmp_path / "content", count=60)
    folder = tmp_path / "folder"
    folder.mkdir()
    LIBRARIES.prepare(folder, archive)
    works = {case: marshal.loads((folder / case.name).read_bytes()) for case in (Case.COLD, Case.NEW, Case.EDITED)}  # noqa: S302 - written just now
    assert {case: len(work["texts"]) for case, work in works.items()} == {Case.COLD: 50, Case.NEW: 1, Case.EDITED: 1}
    assert {case: work["files"] for case, work in works.items()} == {
        Case.COLD: [],
        Case.NEW: ["article-000060.md"],
        Case.EDITED: ["article-000010.md"],
    }
    assert {len(work["entries"]) for work in works.values()} == {50}
    assert [case for case, work in works.items() if any(EDIT in text for text in work["texts"])] == [Case.EDITED]
    assert {case for case, work in works.items() if "premailer" in work["pieces"]} == {Case.COLD}
    assert {case for case, work in works.items() if work["expressions"]} == {Case.NEW, Case.EDITED}
    page, settings = works[Case.COLD]["page"]
    assert told(page) == set(range(20))
    assert settings["allow_network"] is False


def test_an_expression_that_is_remembered_is_the_one_that_was_compiled(tmp_path: Path) -> None:
    code = (
        "import re, sys\nfrom pathlib import Path\nfrom tests.benchmarks import alone\nfrom newsletter.index import patterns\n"
        "from tests.factories import make_config\n"
        "asked = [('(?P<a>b)|(c)', 0), ('[\u00aa-\u1fff]+', re.I)]\n"
        "with patterns.remembered(make_config(Path(sys.argv[1]))):\n"
        "    truth = [re.compile(*one) for one in asked]\n"
        "    alone.remember({one.key: (one.whole, one.code, one.groups, one.names) for one in patterns.tell()})\n"
        "    re.purge()\n"
        "    again = [re.compile(*one) for one in asked]\n"
        "assert again == truth and again[0].groupindex == {'a': 1} and again[0].fullmatch('b').lastgroup == 'a'"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=True)


def test_a_walk_that_should_find_no_change_fails_where_there_is_one(tmp_path: Path) -> None:
    archive = Archive(folder=tmp_path / "content", count=3)
    archive.write()
    folder = tmp_path / "walk"
    folder.mkdir()
    LIBRARIES.prepare(folder, archive)
    command = LIBRARIES.command(archive, Case.SAME)
    with pytest.raises(BrokenError, match="expected no change"):
        measure(command, folder)
    measure(command, folder)
    archive.edit()
    with pytest.raises(BrokenError, match="expected no change"):
        measure(command, folder)


def test_front_matter_is_read_to_its_end_and_no_further_where_it_is_short(tmp_path: Path) -> None:
    short, long, none = (tmp_path / name for name in ("short", "long", "none"))
    short.write_bytes(b"---\ntitle: A\n---\nText.\n")
    long.write_bytes(b"---\nsummary: " + b"word " * alone.HEAD + b"\n---\nText.\n")
    none.write_bytes(b"Text.\n")
    assert alone.head(alone.read(str(short), whole=False)) == b"---\ntitle: A\n---\n"
    assert alone.head(alone.read(str(long), whole=False)) == long.read_bytes().removesuffix(b"Text.\n")
    assert alone.head(alone.read(str(none), whole=False)) == b"Text.\n"
    long.write_bytes(b"---\nsummary: none\n---\n" + b"word " * alone.MOST)
    assert all(alone.read(str(one), whole=True) == one.read_bytes() for one in (short, long, none))


def test_who_comes_late_leaves_the_rest_to_who_has_the_library() -> None:
    pieces = alone.Pieces(60)
    assert pieces.worth("files")
    taken = iter(pieces)
    assert [next(taken) for _ in range(20)] == list(range(20))
    assert pieces.worth("articles")
    assert not pieces.worth("files")
    assert list(taken) == list(range(20, 60))


def test_markdown_has_the_extensions_that_the_program_has() -> None:
    assert alone.EXTENSIONS == markdown._EXTENSIONS  # noqa: SLF001 - the renderer's own, which the benchmark repeats


def test_an_aim_below_the_floor_is_beyond_the_libraries_and_one_above_leaves_time() -> None:
    hugos = [row(REFERENCE, 1.0, case) for case in floor.AIMS]
    floors = [row(LIBRARIES.name, wall, case) for case, wall in zip(floor.AIMS, (0.75, 0.61, 0.12), strict=True)]
    measured = results(*hugos, *floors)
    assert [floor.halved(measured, one) for one in floors] == [0.75, 0.61, None]
    assert [floor.line(measured, one).split(maxsplit=1)[1].rsplit("  ", 1)[1] for one in floors] == [
        "leaves 50%",
        floor.BEYOND,
        "leaves 0%",
    ]


def test_without_hugo_or_an_aim_there_is_no_verdict() -> None:
    alone_ = row(LIBRARIES.name, 0.5)
    assert floor.line(results(alone_), alone_).endswith("       -       -     1.5")
    small = row(LIBRARIES.name, 0.5, count=60)
    assert floor.line(results(row(REFERENCE, 1.0, count=60), small), small).endswith("   0.500   0.500       -")
