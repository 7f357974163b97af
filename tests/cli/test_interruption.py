import os
import signal
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from threading import Thread

import pytest

from newsletter.cli.interruption import between_imports

#: A module in which an interruption is lost, as it is where the import system is called back.
HUNGRY = """
import os, signal, time
try:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.05)
except BaseException:
    lost = True
else:
    lost = False
"""


@pytest.fixture(autouse=True)
def _as_at_a_terminal() -> Iterator[None]:
    """Take SIGINT as a program does that a terminal starts: in the background it may be ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def hungry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    (tmp_path / "hungry.py").write_text(HUNGRY)
    monkeypatch.syspath_prepend(tmp_path)
    yield "hungry"
    sys.modules.pop("hungry", None)


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)


def be_interrupted(module: str) -> None:
    """Import a module which is interrupted, and go on."""
    import_module(module)
    time.sleep(60)


def test_it_waits_for_the_end_of_an_import(hungry: str) -> None:
    with pytest.raises(KeyboardInterrupt), between_imports():
        be_interrupted(hungry)
    assert sys.modules[hungry].lost is False
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_without_this_it_would_be_lost(hungry: str) -> None:
    assert import_module(hungry).lost is True


def test_elsewhere_it_comes_at_once_and_all_is_as_before_at_the_end() -> None:
    alarm = signal.getsignal(signal.SIGALRM)
    with pytest.raises(KeyboardInterrupt), between_imports():
        interrupt()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGALRM) == alarm


@pytest.mark.parametrize("plan", [signal.SIG_IGN, lambda *_: None], ids=["ignored", "handled"])
def test_who_has_other_plans_keeps_them(plan: signal.Handlers) -> None:
    signal.signal(signal.SIGINT, plan)
    with between_imports():
        assert signal.getsignal(signal.SIGINT) == plan


def test_in_another_thread_nothing_is_changed() -> None:
    seen = []

    def work() -> None:
        with between_imports():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]
