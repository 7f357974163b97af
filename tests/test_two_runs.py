"""Two scheduled runs at once, on one host and on two that share a database: one issue, one delivery."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from newsletter.ledger import open_ledger
from newsletter.ledger.records import State
from tests.postgres import Server
from tests.real import ROOT

NOW = "2024-12-16T09:00:00Z"
#: Says what it was handed, and waits until it is let go.
PROGRAM = """\
import json, os, pathlib, sys, time
key = json.load(sys.stdin)["key"]
with open(os.environ["TAKEN"], "a") as taken:
    taken.write(key + "\\n")
while not pathlib.Path(os.environ["GO"]).exists():
    time.sleep(0.02)
"""


def make(folder: Path, ledger: str = "") -> Path:
    (folder / "content").mkdir(parents=True)
    (folder / "content" / "one.md").write_text("---\ntitle: One\ndate: 2024-12-10\n---\nText.\n", encoding="utf-8")
    (folder / "take.py").write_text(PROGRAM, encoding="utf-8")
    settings = 'title = "Twice"\nurl = "https://twice.example/"\n'
    settings += f'ledger = "{ledger}"\n' if ledger else ""
    settings += '[delivery]\nservice = "command"\n[delivery.command]\nrun = ["python3", "take.py"]\n'
    (folder / "newsletter.toml").write_text(settings, encoding="utf-8")
    return folder


def begin(folder: Path, base: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "newsletter", "run", "--now", NOW, "--jobs", "1"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TAKEN": str(base / "taken"), "GO": str(base / "go")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(run: subprocess.Popen[str]) -> tuple[int, str]:
    _, complaints = run.communicate(timeout=60)
    return run.returncode, complaints


def wait_for(path: Path) -> None:
    for _ in range(3000):
        if path.exists() and path.read_text(encoding="utf-8"):
            return
        time.sleep(0.02)
    pytest.fail(f"{path} did not come")


def test_the_second_run_on_a_host_ends_at_once_with_75(tmp_path: Path) -> None:
    folder = make(tmp_path / "host")
    first = begin(folder, tmp_path)
    wait_for(tmp_path / "taken")
    status, complaints = end(begin(folder, tmp_path))
    assert status == 75
    assert "another run is writing here" in complaints
    assert len(complaints.splitlines()) == 1
    (tmp_path / "go").touch()
    assert end(first) == (0, "")
    assert end(begin(folder, tmp_path)) == (0, "")
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "2024-W50\n"


def test_two_folders_with_one_ledger_hand_over_once(tmp_path: Path) -> None:
    here = make(tmp_path / "here", "../shared.ledger")
    there = make(tmp_path / "there", "../shared.ledger")
    first = begin(here, tmp_path)
    wait_for(tmp_path / "taken")
    assert end(begin(there, tmp_path))[0] == 75
    (tmp_path / "go").touch()
    assert end(first) == (0, "")
    assert end(begin(there, tmp_path)) == (0, "")
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "2024-W50\n"


def test_two_hosts_with_one_database_make_one_issue_and_hand_it_over_once(tmp_path: Path, postgres: Server) -> None:
    url = postgres.make()
    hosts = [make(tmp_path / name, url) for name in ("here", "there")]
    (tmp_path / "go").touch()
    for _ in range(3):
        ended = sorted(end(run) for run in [begin(folder, tmp_path) for folder in hosts])
        assert {status for status, _ in ended} <= {0, 75}, ended
        assert ended[0][0] == 0
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "2024-W50\n"
    with open_ledger(url) as ledger:
        [issued] = ledger.issues()
    assert (issued.key, issued.number, issued.state) == ("2024-W50", 1, State.DELIVERED)
    assert [folder for folder in hosts if (folder / "out" / "issues").exists()]


def test_the_host_that_holds_the_database_is_killed_and_the_other_one_goes_on(tmp_path: Path, postgres: Server) -> None:
    url = postgres.make()
    here, there = (make(tmp_path / name, url) for name in ("here", "there"))
    first = begin(here, tmp_path)
    wait_for(tmp_path / "taken")
    assert end(begin(there, tmp_path))[0] == 75
    first.kill()
    (tmp_path / "go").touch()
    first.communicate(timeout=60)
    shutil.rmtree(here)
    status, complaints = 75, ""
    for _ in range(100):  # the server sees at once that the connection is gone, but not necessarily before we ask
        status, complaints = end(begin(there, tmp_path))
        if status != 75:
            break
        time.sleep(0.1)
    assert status == 3, complaints
    assert "newsletter send 2024-W50 --retry-unknown" in complaints
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "2024-W50\n"
