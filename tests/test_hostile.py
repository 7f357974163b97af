"""Bad input, as the program meets it: nothing hangs, leaks, is published against its author's will or takes others down."""

import csv
import shutil
import subprocess
import sys

import pytest

from tests.real import ROOT, shared


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str, str]]:
    """Run every case: its exit status, the judge's verdict and what the program said."""
    if shutil.which("setpriv") is None:
        pytest.skip("needs setpriv")
    root = tmp_path_factory.mktemp("hostile")
    hostile = shared("hostile")
    subprocess.run([sys.executable, hostile / "gen.py", root], check=True, capture_output=True)
    root.chmod(0o755)
    program = f"env PYTHONPATH={ROOT} {sys.executable} -m newsletter"
    command = (
        f"{program} build --set title=T --set url=https://hostile.example/ --set content={{content}} --set out={{out}}"
        " --set timezone=Europe/Berlin --now 2026-11-20T00:00:00Z --from 2026-02-01 --to 2026-04-01"
    )
    judge = [sys.executable, str(hostile / "run_cases.py"), "--root", str(root), "--cmd", command, "--twice"]
    subprocess.run(judge, check=False, capture_output=True, timeout=1500)
    rows: dict[str, tuple[str, str, str]] = {}
    with (root / "results.tsv").open(newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            said = (root / "out" / row["id"] / "log").read_text(errors="replace")
            rows[row["id"]] = (row["exit"], row["verdict"], said)
    return rows


def test_no_case_fails(results: dict[str, tuple[str, str, str]]) -> None:
    assert len(results) > 100
    assert {name: row for name, row in results.items() if row[1] != "ok"} == {}


def test_every_status_is_one_of_ours_and_every_complaint_one_line(results: dict[str, tuple[str, str, str]]) -> None:
    for name, (status, _, said) in results.items():
        assert status in {"0", "1", "3"}, (name, said)
        assert bool(said.strip()) == (status != "0"), (name, status, said)
