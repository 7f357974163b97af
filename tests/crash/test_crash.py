"""Kill a scheduled run anywhere, and run it again: everybody is written to once, and nothing shows that it was interrupted."""

import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from email.message import Message
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Receiver

from tests.crash.publication import NOW, Zygote, everything, ledger, make, said, taken
from tests.real import free_port

KILLED = -9
KEY = "2024-W50"
COMMAND = '[delivery]\nservice = "command"\n[delivery.command]\nrun = ["python3", "take.py"]\n'
PEOPLE = [f"reader{number}@crash.example" for number in range(7)]
SMTP = """\
[digest]
address = "1 Sample Street"
[delivery]
service = "smtp"
[delivery.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
recipients = "people.csv"
connections = 2
pause = 0
timeout = 10
"""
RUN = ("run", "--now", NOW, "--jobs", "1")


class Mailbox(Receiver):
    """Counts what each recipient was sent."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.count: Counter[str] = Counter()

    def handle_message(self, message: Message) -> None:
        """Count one message."""
        self.count[str(message["X-RcptTo"])] += 1


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    one = Zygote()
    yield one
    one.close()


@pytest.fixture
def server() -> Iterator[tuple[Mailbox, int]]:
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield mailbox, controller.port
    controller.stop()


def settled(folder: Path) -> dict[str, Any]:
    """Read the ledger, but for what a person sees of how often something was tried."""
    tables = ledger(folder)
    attempts = tables.pop("attempts")
    return {**tables, "reached": len(attempts)}


def reference(zygote: Zygote, base: Path) -> tuple[Path, list[str]]:
    """Run undisturbed; return the folder and the steps."""
    folder = base.parent / "undisturbed"
    shutil.copytree(base, folder)
    steps = base.parent / "steps.json"
    assert zygote.run(folder, RUN, steps=steps) == 0, said(folder)
    return folder, json.loads(steps.read_text(encoding="utf-8"))


def killed_before(zygote: Zygote, base: Path, step: int) -> Path:
    """Run a copy and kill it before a step."""
    folder = base.parent / f"killed-{step}"
    shutil.copytree(base, folder)
    assert zygote.run(folder, RUN, kill=step) == KILLED
    return folder


def test_a_run_that_is_killed_before_any_of_its_steps_is_finished_by_the_next_one(zygote: Zygote, tmp_path: Path) -> None:
    base = make(tmp_path / "base", "")
    undisturbed, steps = reference(zygote, base)
    assert len(steps) > 50
    for step in range(len(steps)):
        folder = killed_before(zygote, base, step)
        assert zygote.run(folder, RUN) == 0, said(folder)
        assert everything(folder) == everything(undisturbed), steps[step]
        assert settled(folder) == settled(undisturbed), steps[step]
        assert said(folder) == ""
        shutil.rmtree(folder)


def test_a_program_is_handed_an_issue_once_wherever_the_run_is_killed(zygote: Zygote, tmp_path: Path) -> None:
    base = make(tmp_path / "base", COMMAND)
    undisturbed, steps = reference(zygote, base)
    assert taken(undisturbed) == {KEY: 1}
    unknown = 0
    for step in range(_last_write(steps), len(steps)):
        folder = killed_before(zygote, base, step)
        status = zygote.run(folder, RUN)
        assert taken(folder)[KEY] <= 1, steps[step]
        if status:
            unknown += 1
            assert status == 3, said(folder)
            assert "--retry-unknown" in said(folder)
            assert zygote.run(folder, RUN) == 0
            before = taken(folder)[KEY]
            assert zygote.run(folder, ("send", KEY, "--retry-unknown", "--now", NOW)) == 0, said(folder)
            assert taken(folder)[KEY] == before + 1
        else:
            assert taken(folder) == {KEY: 1}, steps[step]
        assert everything(folder) == everything(undisturbed), steps[step]
        assert settled(folder)["issues"] == settled(undisturbed)["issues"]
        shutil.rmtree(folder)
    assert unknown


def test_nobody_is_written_to_twice_wherever_the_run_is_killed(
    zygote: Zygote, tmp_path: Path, server: tuple[Mailbox, int]
) -> None:
    mailbox, port = server
    base = make(tmp_path / "base", SMTP.format(port=port))
    _people(base)
    undisturbed, steps = reference(zygote, base)
    assert mailbox.count == dict.fromkeys(PEOPLE, 1)
    for step in range(_last_write(steps), len(steps)):
        mailbox.count.clear()
        folder = killed_before(zygote, base, step)
        status = zygote.run(folder, RUN)
        assert status in {0, 3}, said(folder)
        assert not any(often > 1 for often in mailbox.count.values()), (steps[step], mailbox.count)
        doubtful = _doubtful(folder)
        assert set(PEOPLE) - set(mailbox.count) <= doubtful, steps[step]
        assert bool(doubtful) == (status == 3)
        assert everything(folder) == everything(undisturbed), steps[step]
        shutil.rmtree(folder)


@pytest.mark.parametrize("kind", ["folder", "command", "smtp"])
def test_a_run_may_be_killed_at_any_time_any_number_of_times(
    kind: str, zygote: Zygote, tmp_path: Path, server: tuple[Mailbox, int]
) -> None:
    """At least 500 kills in all; ended is only what nobody killed."""
    mailbox, port = server
    base = make(tmp_path / "base", {"folder": "", "command": COMMAND, "smtp": SMTP.format(port=port)}[kind])
    _people(base)
    argv = ("run", "--now", NOW, "--jobs", "2")
    times = []
    for number in range(3):
        undisturbed = tmp_path / f"undisturbed-{number}"
        shutil.copytree(base, undisturbed)
        began = time.perf_counter()
        assert zygote.run(undisturbed, argv) == 0, said(undisturbed)
        times.append(time.perf_counter() - began)
    takes = min(times)
    chance = random.Random(2024)  # noqa: S311 - where to kill is no secret
    kills = 0
    for number in count():
        if kills >= 170:
            break
        mailbox.count.clear()
        folder = tmp_path / f"killed-{number}"  # a new one, also where a run was quicker than its end
        shutil.copytree(base, folder)
        for _ in range(12):
            status = zygote.run(folder, argv, after=chance.uniform(0, takes))
            kills += status == KILLED
        status = zygote.run(folder, argv)
        assert status in {0, 3}, said(folder)
        assert everything(folder) == everything(undisturbed)
        assert not any(often > 1 for often in (*mailbox.count.values(), *taken(folder).values())), said(folder)
        doubtful = _doubtful(folder)
        if kind == "smtp":
            assert set(PEOPLE) - set(mailbox.count) <= doubtful
        if kind == "command":
            assert taken(folder)[KEY] == 1 or doubtful
        shutil.rmtree(folder)


def _people(folder: Path) -> None:
    rows = [f"{address},Reader,https://crash.example/leave/{address}" for address in PEOPLE]
    (folder / "people.csv").write_text("\n".join(["address,name,unsubscribe_url", *rows, ""]), encoding="utf-8")


def _doubtful(folder: Path) -> set[str]:
    """List the recipients of whom nobody knows whether they were reached."""
    return {
        str(value) for row in ledger(folder)["attempts"] if "trying" in row for value in row if "@" in str(value) or value == ""
    }


def _last_write(steps: list[str]) -> int:
    """Find where out/ is written and handing over begins: the steps up to there are those of every service."""
    return max(at for at, step in enumerate(steps) if step == "shutil.rmtree")
