import os
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from newsletter.cli import main
from newsletter.cli.scheduling import job
from newsletter.scheduling import KINDS

SETTINGS = 'title = "The Letter"\nurl = "https://letter.example/"\n'


@pytest.fixture
def letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "letter").mkdir()
    (tmp_path / "letter" / "newsletter.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path / "letter")
    return tmp_path / "letter"


def asked(config: Path | None = None, *sets: str) -> Namespace:
    return Namespace(config=config, sets=list(sets))


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_for_each_scheduler_is_printed(letter: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    assert main(["schedule", kind]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "newsletter.toml" in out
    assert [path.name for path in letter.iterdir()] == ["newsletter.toml"]


def test_the_configuration_is_named_in_full_wherever_it_was_found(letter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert job(asked()).file == letter / "newsletter.toml"
    assert job(asked(Path("../letter/newsletter.toml"))).file == letter / ".." / "letter" / "newsletter.toml"
    (letter / "content").mkdir()
    monkeypatch.chdir(letter / "content")
    found = job(asked())
    assert (found.file, found.config.root) == (letter / "newsletter.toml", letter)


def test_settings_alone_will_do(letter: Path) -> None:
    (letter / "newsletter.toml").unlink()
    found = job(asked(None, "title=A", "url=https://a.example/"))
    assert (found.file, found.sets) == (None, ("title=A", "url=https://a.example/"))


def test_the_repository_is_the_folder_above_that_is_under_version_control(letter: Path) -> None:
    assert job(asked()).repository == letter
    (letter.parent / ".git").mkdir()
    assert job(asked()).repository == letter.parent


def test_the_program_is_the_script_of_this_environment_else_its_interpreter(
    letter: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert letter
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    monkeypatch.setattr(sys, "executable", str(python))
    assert job(asked()).program == (str(python), "-m", "newsletter")
    script = tmp_path / "bin" / "newsletter"
    script.touch(0o755)
    assert job(asked()).program == (str(script),)


def test_the_run_belongs_to_whom_the_folder_belongs_to(letter: Path) -> None:
    assert job(asked()).user == letter.owner()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders away")
def test_an_owner_without_a_name_is_a_number(letter: Path) -> None:
    os.chown(letter, 54321, -1)
    assert job(asked()).user == "54321"
