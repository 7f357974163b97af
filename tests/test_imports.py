"""Modules on their own, and modules that are kept from being imported for a while."""

import subprocess
import sys
from threading import Thread

from newsletter.imports import without
from tests.real import ROOT


def test_who_asks_meanwhile_gets_what_is_held_and_who_asks_afterwards_the_module() -> None:
    code = (
        "from newsletter.imports import without\n"
        "with without('this', quote=str):\n    from this import quote\n"
        "assert quote is str\nimport this\nassert this.c"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Beautiful is better than ugly." in done.stdout


def test_any_module_can_be_the_first() -> None:
    """Whatever a script or a test begins with: no module needs another one to have been imported before."""
    code = (
        "import os, pathlib\n"
        "for path in sorted(pathlib.Path('newsletter').rglob('[!_]*.py')):\n"
        "    if os.fork() == 0:\n"
        "        __import__('.'.join(path.with_suffix('').parts))\n"
        "        os._exit(0)\n"
        "    if os.wait()[1]:\n"
        "        raise SystemExit(f'{path} cannot be the first')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_module_that_is_there_stays() -> None:
    with without("subprocess"):
        assert sys.modules["subprocess"] is subprocess
    assert sys.modules["subprocess"] is subprocess


def test_what_came_in_its_place_meanwhile_stays() -> None:
    with without("a_module_that_nobody_has"):
        sys.modules["a_module_that_nobody_has"] = subprocess
    assert sys.modules.pop("a_module_that_nobody_has") is subprocess


def test_threads_do_not_take_one_anothers_away() -> None:
    failed = []

    def often() -> None:
        try:
            for _ in range(200):
                with without("a_module_that_nobody_has", held=1):
                    from a_module_that_nobody_has import held  # type: ignore[import-not-found] # noqa: PLC0415 - while it is there

                    assert held == 1
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [Thread(target=often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert "a_module_that_nobody_has" not in sys.modules
