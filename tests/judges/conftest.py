"""What other people's programs judge: the repository's own publication, and a mail for each theme and direction, built whole."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from newsletter.design.theme import THEMES
from tests.real import ROOT, newsletter

#: npm packages, as `make test` installs them.
PACKAGES = ROOT / ".ci" / "node_modules"
SITE = "https://plainpost.example/"
KEY = "2026-10"
MAIL = f"issues/{KEY}/email.html"
NOW = "2026-11-20T00:00:00Z"


def needs(program: str, package: str = "") -> None:
    """Skip the test, and say so, where a judge is missing."""
    if shutil.which(program) is None:
        pytest.skip(f"needs {program}; .ci/system installs it")
    if package and not (PACKAGES / package).is_dir():
        pytest.skip(f"needs the npm package {package}; make test installs it")


def answer_of(*command: str | Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a judge and wait for its answer."""
    return subprocess.run(command, input=given, capture_output=True, check=False, cwd=ROOT / ".ci", timeout=300)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the repository's own publication."""
    return _built(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def mails(site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build the publication in each theme, from left to right and from right to left; name to its folder."""
    built = {"broadsheet-en-GB": site}
    for theme in THEMES:
        for language in ("en-GB", "ar"):
            name = f"{theme}-{language}"
            if name not in built:
                built[name] = _built(tmp_path_factory.mktemp(name), f"digest.theme={theme}", f"language={language}")
    return built


def _built(folder: Path, *settings: str) -> Path:
    out = folder / "out"
    sets = [part for setting in (f"out={out}", *settings) for part in ("--set", setting)]
    answer = newsletter("build", "--period", KEY, "--now", NOW, "--jobs", "1", *sets, cwd=ROOT)
    assert (answer.returncode, answer.stderr) == (0, "")
    return out


def from_json(text: bytes) -> Any:  # noqa: ANN401 - whatever a judge says
    """Read a judge's answer."""
    return json.loads(text)
