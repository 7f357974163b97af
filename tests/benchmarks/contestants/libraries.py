"""The five libraries by themselves: the least that a program takes in which they do the work (alone.py, walk.py)."""

import py_compile
import sys
from dataclasses import replace
from importlib.metadata import version as installed
from pathlib import Path
from shutil import copy
from time import perf_counter

from newsletter.render import inlines
from tests.benchmarks.archive import Archive
from tests.benchmarks.contestants import Case, Contestant
from tests.benchmarks.measure import measure

SCRIPTS = Path(__file__).resolve().parent.parent
#: Beside the contestants' folders: what the scripts are given, and how long their steps took.
GIVEN, MARKS = "given", "marks"


def command(_: Archive, case: Case) -> tuple[str, ...]:
    """Do what is to be done; an edited article is what gives the walk its list."""
    work = (sys.executable, "alone.pyc", case.name, repr(perf_counter()))
    walk = (sys.executable, "walk.pyc", "../content", "kept")
    return {Case.EDITED: (*walk, *work), Case.SAME: walk}.get(case, work)


def _prepare(folder: Path, archive: Archive) -> None:
    """Write the scripts, compiled as an installed program is, and what each of them is given.

    That is made once, in a process of its own: a child's peak, as Linux tells it, is never below what its parent held.
    """
    given = folder.parent / GIVEN
    if not given.exists():
        given.mkdir()
        measure((sys.executable, "-m", "tests.benchmarks.given", str(archive.count)), given)
    for script in (SCRIPTS / "alone.py", SCRIPTS / "walk.py", Path(inlines.__file__)):
        py_compile.compile(str(script), str(folder / f"{script.stem}.pyc"), doraise=True)
    for case in (Case.COLD, Case.NEW, Case.EDITED):
        copy(given / case.name, folder)


def _recorded(archive: Archive, case: Case) -> tuple[str, ...]:
    return (*command(archive, case), "recorded")


LIBRARIES = Contestant(
    name="the five libraries",
    about="what no program is spared in which they do the work: front matter of all files that are new, Markdown of those shown,"
    " RSS and Atom of the newest 50, in a first build a digest of 20, inlined; of nothing changed, a walk",
    version=lambda: f"Markdown {installed('Markdown')}",
    prepare=_prepare,
    command=command,
    feed="out/rss.xml",
    besides=("out/atom.xml", "out/email.html"),
)
RECORDED = replace(
    LIBRARIES,
    name="the five libraries, recorded",
    about="the same, and what no program is spared that is to know its articles again: a look at each file, a digest"
    " of its text, a row of it in a database",
    command=_recorded,
    cases=(Case.COLD, Case.NEW),
)
