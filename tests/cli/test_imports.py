"""What a run imports is most of what a small one costs: nothing is imported where it is not used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from newsletter import cli
from tests.real import ROOT, newsletter

NOW = ("--now", "2026-04-01T00:00:00Z")
BUILD = ("build", "--period", "2026-03", *NOW)
LIBRARIES = {"jinja2", "lxml", "markdown", "feedgen", "yaml", "premailer", "PIL", "requests", "distributed"}
CODE = "import sys; from newsletter.cli import main; assert main(sys.argv[1:]) == 0; print('\\n' + ' '.join(sys.modules))"


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    (tmp_path / "newsletter.toml").write_text('title = "L"\nurl = "https://l.example/"\n')
    (tmp_path / "content").mkdir()
    article(tmp_path, "a")
    return tmp_path


def article(folder: Path, name: str) -> None:
    path = folder / "content" / f"{name}.md"
    path.write_text(f"---\ntitle: {name}\ndate: 2026-03-02\n---\nText.\n")
    os.utime(path, (1_767_225_600, 1_767_225_600))  # long ago: a fresh one is read again


def imported(folder: Path, *arguments: str) -> set[str]:
    """Run a command; what this process imports for it."""
    answer = subprocess.run(
        [sys.executable, "-c", CODE, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
    )
    return set(answer.stdout.splitlines()[-1].split())


def test_a_build_that_changes_nothing_imports_nothing_that_builds(publication: Path) -> None:
    first = imported(publication, *BUILD)
    assert {"jinja2", "feedgen", "newsletter.publish", "newsletter.collector"} <= first
    names = imported(publication, *BUILD)
    assert {name for name in names if name.startswith("newsletter")} == {
        "newsletter",
        "newsletter.cli",
        "newsletter.glance",
        "newsletter.glance.looking",
        "newsletter.glance.sight",
    }
    assert names & {*LIBRARIES, "argparse", "hashlib", "multiprocessing", "pathlib", "re", "sqlite3", "typing"} == set()


def test_a_list_imports_no_library(publication: Path) -> None:
    imported(publication, *BUILD)
    names = imported(publication, "list", *NOW)
    assert "newsletter.collector" in names
    assert names & {*LIBRARIES, "newsletter.publish", "multiprocessing"} == set()


def test_the_digest_is_inlined_beside_this_process_alone(publication: Path) -> None:
    assert imported(publication, *BUILD, "--jobs", "2") & {"premailer", "requests", "concurrent.futures"} == set()
    article(publication, "b")
    assert "premailer" in imported(publication, *BUILD, "--jobs", "1")


@pytest.mark.parametrize("broken", [False, True], ids=["sound", "broken"])
def test_a_program_that_has_nothing_to_do_says_and_returns_the_same(publication: Path, broken: bool) -> None:  # noqa: FBT001 - a case
    if broken:
        (publication / "content" / "broken.md").write_text("---\ntitle: Broken\ndate: soon\n---\nText.\n")
    first, second = (newsletter(*BUILD, cwd=publication) for _ in range(2))
    assert second.returncode == first.returncode == (3 if broken else 0)
    assert ("broken.md:3" in second.stderr) == ("broken.md:3" in first.stderr) == broken


def test_a_program_ends_at_once_only_where_it_did_nothing(publication: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    monkeypatch.chdir(publication)
    monkeypatch.setattr(sys, "argv", ["newsletter", *BUILD])
    assert (cli.run(), ended) == (0, [])
    monkeypatch.delitem(sys.modules, cli.DISPATCH)
    assert (cli.run(), ended) == (0, [0])
    assert cli.DISPATCH not in sys.modules
