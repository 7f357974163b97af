"""Whole output trees, byte for byte. A format is a golden folder; ``make golden`` writes the expected trees anew."""

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.real import ROOT, newsletter, tree

GOLDEN = sorted(path for path in (ROOT / "tests" / "golden").iterdir() if (path / "arguments").is_file())


#: The seal of issue.json also stands for the versions of the program and of its libraries.
SEAL = re.compile(rb'(?<="seal": ")[0-9a-f]{64}(?=")')


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.name)
def test_build_writes_the_expected_tree(golden: Path, tmp_path: Path) -> None:
    shutil.copytree(golden / "content", tmp_path / "content")
    shutil.copy(golden / "newsletter.toml", tmp_path)
    answer = newsletter("build", *(golden / "arguments").read_text().split(), cwd=tmp_path)
    for path in tmp_path.glob("out/**/issue.json"):
        body, seals = SEAL.subn(b"of this build", path.read_bytes())
        assert seals == 1
        path.write_bytes(body)
    said = f"{answer.returncode}\n{answer.stdout}{answer.stderr}"
    expected = golden / "expected"
    if os.environ.get("NEWSLETTER_GOLDEN") == "write":
        shutil.rmtree(expected, ignore_errors=True)
        shutil.copytree(tmp_path / "out", expected)
        (golden / "said").write_text(said)
    assert said == (golden / "said").read_text()
    assert [*tree(tmp_path / "out")] == [*tree(expected)]
    for name, body in tree(expected).items():
        assert (tmp_path / "out" / name).read_bytes() == body, name
