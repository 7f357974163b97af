"""What a run imports is most of what a small one costs: nothing is imported where it is not used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real import ROOT

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
