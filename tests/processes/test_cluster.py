"""A real Dask cluster on loopback: a scheduler and two workers, which run in folders where none of the publication is."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from newsletter.cli import main
from tests.real import ROOT, free_port, newsletter, tree

NOW = ("--now", "2026-04-02T12:00:00Z")
SETTINGS = """
title = "Letter"
url = "https://letter.example/"
[feeds]
tags = 1
archive = true
archive_size = 10
[digest]
sender = "Letter <letter@letter.example>"
""" + "".join(f'[editions.e{number}]\ntags = ["t{number % 4}"]\n' for number in range(20))


def start(stack: ExitStack, folder: Path, *command: str) -> "subprocess.Popen[bytes]":
    folder.mkdir()
    started = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    stack.callback(started.wait)
    stack.callback(started.terminate)
    return started


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a scheduler, and the two workers."""
    root = tmp_path_factory.mktemp("cluster")
    told = root / "scheduler.json"
    with ExitStack() as stack:
        where = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(told))
        start(stack, root / "scheduler", "distributed.cli.dask_scheduler", "--port", "0", *where)
        until = time.monotonic() + 60
        while not told.exists() and time.monotonic() < until:
            time.sleep(0.1)
        address: str = json.loads(told.read_text())["address"]
        for number in range(2):
            alone = ("--host", "127.0.0.1", "--nworkers", "1", "--nthreads", "1", "--no-dashboard")
            start(stack, root / f"worker{number}", "distributed.cli.dask_worker", address, *alone)
        from distributed import Client  # noqa: PLC0415 - a second, for this fixture alone

        with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]  # it has some types only
            client.wait_for_workers(2, timeout=60)
        yield address


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    """Write a publication with templates of its own, an article that fails, and more articles than a worker takes at once."""
    (tmp_path / "newsletter.toml").write_text(SETTINGS)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "words.html.j2").write_text((ROOT / "templates" / "words.html.j2").read_text() + "\r\n{# own #}")
    (tmp_path / "templates" / "index.html.j2").write_text('{% extends "newsletter/index.html.j2" %}\r\n')
    (tmp_path / "content").mkdir()
    for number in range(35):
        front = f"title: Article {number}\ndate: 2026-03-{1 + number % 28:02}\ntags: [all, t{number % 4}]"
        body = "> " * 200 + "deep" if number == 7 else f"Of *{number}*, see [another]({(number + 1) % 35}.md)."
        (tmp_path / "content" / f"{number}.md").write_text(f"---\n{front}\n---\n{body}\n")
    return tmp_path


def test_a_cluster_makes_the_same_bytes(publication: Path, scheduler: str) -> None:
    usual = newsletter("build", *NOW, "--period", "2026-03", "--jobs", "1", cwd=publication)
    assert usual.returncode == 3
    assert "7.md" in usual.stderr
    expected = tree(publication / "out")
    asked = ("--period", "2026-03", "--executor", "dask", "--scheduler", scheduler, "--set", "out=far")
    far = newsletter("build", *NOW, *asked, cwd=publication)
    assert (far.returncode, far.stderr) == (3, usual.stderr)
    made = tree(publication / "far")
    assert list(made) == list(expected)
    assert [name for name in made if made[name] != expected[name]] == []
    there = {"issues/2026-03/email.eml", "archive/rss-1.xml", "tags/t1/atom.xml", "editions/e19/issues/2026-03/email.html"}
    assert there <= set(made)


def test_a_run_uses_it_too(publication: Path, scheduler: str) -> None:
    answer = newsletter("run", *NOW, "--executor", "dask", "--scheduler", scheduler, cwd=publication)
    assert answer.returncode in {0, 1, 3}
    assert (publication / "out" / "rss.xml").is_file(), answer.stderr


@pytest.mark.parametrize("options", [("--executor", "dask"), ("--scheduler", "tcp://127.0.0.1:1")])
def test_one_option_without_the_other_is_refused(
    publication: Path, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(publication)
    with pytest.raises(SystemExit, match="2"):
        main(["build", *NOW, *options])
    assert "expected --executor dask and --scheduler together" in capsys.readouterr().err
    assert not (publication / "out").exists()


def test_where_no_scheduler_is_nothing_is_made(publication: Path) -> None:
    nowhere = f"tcp://127.0.0.1:{free_port()}"
    answer = newsletter("build", *NOW, "--executor", "dask", "--scheduler", nowhere, cwd=publication)
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"--scheduler: expected the address of a Dask scheduler, got '{nowhere}': ")
    assert not (publication / "out").exists()


def test_without_dask_it_is_said_what_to_install(
    publication: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(publication)
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["build", *NOW, "--executor", "dask", "--scheduler", "tcp://127.0.0.1:1"]) == 1
    assert capsys.readouterr().err == "--executor dask: expected Dask to be installed: newsletter-publisher[dask]\n"
