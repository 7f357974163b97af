"""Ctrl-C at a terminal reaches all processes of a run: it ends at once, without a word, and nothing is as half done."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.processes.groups import begin, left, running
from tests.real import tree

BUILD = ("build", "--period", "2026-03", "--jobs", "2", "--now", "2026-04-01T00:00:00Z")
#: So many articles are read and rendered in several processes.
MANY = 300
#: Runs the program, in which a function says when another process comes to it, and dwells there for a while.
CODE = """
import os, signal, sys, time
from importlib import import_module
from pathlib import Path
from newsletter.cli import main

_, module, name, seconds, there, *arguments = sys.argv
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts the tests in the background has it ignored
here, room = os.getpid(), import_module(module)
do = getattr(room, name)

def dwell(*given):
    if os.getpid() != here:
        Path(there).touch()
        until = time.monotonic() + float(seconds)
        while time.monotonic() < until:
            time.sleep(0.01)
    return do(*given)

setattr(room, name, dwell)
if module == "newsletter.glance.looking":
    room.LEAST = 1
sys.exit(main(arguments))
"""
#: Long enough for everybody who would wait.
FOREVER = 600.0


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    """Build with one article, and then have many more."""
    folder = tmp_path / "letter"
    (folder / "content").mkdir(parents=True)
    (folder / "newsletter.toml").write_text('title = "L"\nurl = "https://l.example/"\n')
    write(folder, 1)
    assert run(folder, "newsletter.cli", "main", 0.0).wait(timeout=300) == 0
    return folder


def write(folder: Path, count: int) -> None:
    for number in range(count):
        (folder / "content" / f"{number}.md").write_text(f"---\ntitle: {number}\ndate: 2026-03-02\n---\nText.\n")


def run(folder: Path, module: str, name: str, seconds: float) -> subprocess.Popen[bytes]:
    """Run the program, which dwells there."""
    return begin(folder, folder.parent / "said", "-c", CODE, module, name, str(seconds), folder.parent / "there", *BUILD)


@pytest.mark.skipif(sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="one process does everything")
@pytest.mark.parametrize("to", ["group", "first"])
@pytest.mark.parametrize(
    ("articles", "module", "name", "seconds"),
    [
        pytest.param(1, "newsletter.glance.looking", "in_turn", 1.0, id="looking"),
        pytest.param(2, "newsletter.processes.ahead", "_to_render", FOREVER, id="importing"),
        pytest.param(MANY, "newsletter.reading", "read", FOREVER, id="reading"),
        pytest.param(2, "newsletter.processes.crew", "render_all", FOREVER, id="rendering beside"),
        pytest.param(MANY, "newsletter.processes.crew", "render_all", FOREVER, id="rendering"),
        pytest.param(2, "newsletter.processes.crew", "_digests", FOREVER, id="digest"),
    ],
)
def test_a_run_that_is_interrupted_ends_with_all_its_processes_and_leaves_all_as_it_was(
    publication: Path, to: str, articles: int, module: str, name: str, seconds: float
) -> None:
    before = tree(publication / "out"), (publication / ".out.ledger").read_bytes()
    if articles > 1:
        write(publication, articles)
    program = run(publication, module, name, seconds)
    try:
        while not (publication.parent / "there").exists():
            assert program.poll() is None, (publication.parent / "said").read_text()
            time.sleep(0.01)
        if to == "group":
            os.killpg(program.pid, signal.SIGINT)
        else:
            program.send_signal(signal.SIGINT)
        assert program.wait(timeout=300) == 130
        assert left(program.pid) == set()
    finally:
        for member in running(program.pid):
            os.kill(member, signal.SIGKILL)
        program.wait()
    assert (publication.parent / "said").read_text() == ""
    assert (tree(publication / "out"), (publication / ".out.ledger").read_bytes()) == before
