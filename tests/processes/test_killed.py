"""Of a run that is killed nothing is left: who worked for it ends, also one that has more to say than a pipe holds."""

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.processes.groups import begin, left

READING = """
import os, signal, sys
from pathlib import Path
from newsletter import folder
from newsletter.processes import abreast
from tests.factories import make_config

config = make_config(Path(sys.argv[1]))
config.content.mkdir()
for number in range(2 * abreast.LEAST):
    (config.content / f"{number}.md").write_text(f"---\\ntitle: {'long ' * 1000}\\ndate: 2026-03-02\\n---\\nText.\\n")
abreast._received = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
abreast.read_all(config, [(file, None) for file in folder.find(config).articles], 2)
"""
LOOKING = """
import os, signal
from newsletter.glance import looking

here, work = os.getpid(), looking.in_turn

def in_turn(*given):
    if os.getpid() == here:
        os.kill(here, signal.SIGKILL)
    return work(*given)

looking.LEAST, looking.in_turn = 1, in_turn
looking.shared(lambda _: (bytes(100_000), [], []), [("folder/", ["a.md", "b.md"])])
"""


@pytest.mark.skipif(sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="one process does everything")
@pytest.mark.parametrize("code", [READING, LOOKING], ids=["reading", "looking"])
def test_who_works_for_a_run_that_is_killed_ends(tmp_path: Path, code: str) -> None:
    run = begin(tmp_path, tmp_path / "said", "-c", code, tmp_path)
    assert run.wait(timeout=300) == -signal.SIGKILL, (tmp_path / "said").read_text()
    survivors = left(run.pid)
    for one in survivors:
        os.kill(one, signal.SIGKILL)
    assert survivors == set()
    assert (tmp_path / "said").read_text() == ""
