"""The same content, configuration and now give the same bytes, wherever and however they are built."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.real import ROOT, newsletter, tree

NOW = "2026-11-20T12:00:00Z"


def build(folder: Path, *arguments: str, **env: str) -> dict[str, bytes]:
    """Build the sample publication in a folder of its own."""
    folder.mkdir()
    shutil.copytree(ROOT / "content", folder / "content")
    shutil.copy(ROOT / "pyproject.toml", folder)
    answer = newsletter("build", "--now", NOW, "--period", "2026-10", *arguments, cwd=folder, env=env)
    assert (answer.returncode, answer.stderr, answer.stdout) == (0, "", "")
    return tree(folder / "out")


@pytest.fixture(scope="module")
def foreign_locale(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make a locale with other names of days and months; the folder that holds it."""
    folder = tmp_path_factory.mktemp("locales")
    subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", folder / "de_DE.UTF-8"], check=True, capture_output=True)
    return str(folder)


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return build(tmp_path_factory.mktemp("usual") / "p", "--jobs", "1", TZ="UTC", LC_ALL="C", PYTHONHASHSEED="1")


def test_another_time_zone_locale_hash_seed_and_folder_with_four_jobs(
    tmp_path: Path, usual: dict[str, bytes], foreign_locale: str
) -> None:
    other = build(
        tmp_path / "elsewhere",
        *("--jobs", "4"),
        TZ="Pacific/Auckland",
        LC_ALL="de_DE.UTF-8",
        LOCPATH=foreign_locale,
        PYTHONHASHSEED="4711",
    )
    assert list(other) == list(usual)
    assert [name for name in usual if usual[name] != other[name]] == []
    assert {"rss.xml", "atom.xml", "feed.json", "index.html", "issues/2026-10/email.eml"} <= set(usual)


def test_a_second_build_rewrites_no_file(tmp_path: Path) -> None:
    build(tmp_path / "p")
    out = tmp_path / "p" / "out"
    before = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in [out, *out.rglob("*")]}
    answer = newsletter("build", "--now", NOW, "--period", "2026-10", cwd=tmp_path / "p")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert before == {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in [out, *out.rglob("*")]}


def test_the_files_order_on_disk_does_not_matter(tmp_path: Path, usual: dict[str, bytes]) -> None:
    folder = tmp_path / "p"
    (folder / "content").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", folder)
    for path in sorted((ROOT / "content").rglob("*"), reverse=True):
        if path.is_file():
            target = folder / "content" / path.relative_to(ROOT / "content")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    assert newsletter("build", "--now", NOW, "--period", "2026-10", cwd=folder).returncode == 0
    assert tree(folder / "out") == usual
