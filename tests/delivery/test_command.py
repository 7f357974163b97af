import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from newsletter.config import Command, Delivery
from newsletter.delivery import Handover, Outcome, Result, service
from newsletter.delivery.command import LETTERS, LINES
from newsletter.delivery.secrets import Secrets
from newsletter.errors import DeliveryError
from newsletter.ledger import open_ledger
from newsletter.ledger.records import Progress
from tests.delivery.journal import WHEN, FileJournal
from tests.factories import make_config
from tests.real import ROOT

REMEDY = "newsletter send 2026-W10 --retry-unknown"


def handed(root: Path, *run: str, timeout: int = 60, environment: dict[str, str] | None = None, **changes: Any) -> Handover:  # noqa: ANN401 - any field of Handover
    """Hand over an issue to a program."""
    config = make_config(root, delivery=Delivery(service="command", command=Command(run=run, timeout=timeout)))
    folder = config.out / "issues" / "2026-W10"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "issue.json").write_text('{"key": "2026-W10"}\n')
    secrets = Secrets(environment={"PATH": os.environ["PATH"]} if environment is None else environment, root=root)
    handover = Handover(config=config, key="2026-W10", folder=folder, manifest={"key": "2026-W10"}, secrets=secrets, now=WHEN)
    return replace(handover, **changes)


def script(root: Path, body: str, name: str = "send it") -> str:
    """Write a program for the shell into the configuration's folder."""
    path = root / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return f"./{name}"


@pytest.fixture
def journal(tmp_path: Path) -> FileJournal:
    return FileJournal(tmp_path / "journal")


def deliver(handover: Handover, journal: FileJournal) -> Result:
    return service("command")(handover, journal)


def progress(journal: FileJournal) -> tuple[Progress, int, str]:
    [attempt] = journal.attempts().values()
    assert attempt.recipient == ""
    return attempt.progress, attempt.count, attempt.reply


def test_the_program_is_given_the_issue_and_its_folder_without_a_shell(tmp_path: Path, journal: FileJournal) -> None:
    program = script(
        tmp_path,
        'cat > input; pwd > where; env > environment; for word in "$@"; do echo "$word"; done > words; cat journal > then',
    )
    handover = handed(tmp_path, program, "$HOME; `id`", "", environment={"PATH": os.environ["PATH"], "MORE": "passed on"})
    assert deliver(handover, journal) == Result(delivered=True)
    assert json.loads((tmp_path / "input").read_text()) == {"key": "2026-W10"}
    assert (tmp_path / "where").read_text().strip() == str(tmp_path)
    assert (tmp_path / "words").read_text().splitlines() == ["$HOME; `id`", "", str(tmp_path / "out" / "issues" / "2026-W10")]
    assert {"NEWSLETTER_KEY=2026-W10", "MORE=passed on"} <= set((tmp_path / "environment").read_text().splitlines())
    # what stood in the journal when the program had started
    assert json.loads((tmp_path / "then").read_text()) == ["", "trying", ""]
    assert progress(journal) == (Progress.SENT, 1, "")


def test_an_issue_that_was_delivered_is_not_handed_over_again(tmp_path: Path, journal: FileJournal) -> None:
    handover = handed(tmp_path, script(tmp_path, "echo once >> times"))
    assert deliver(handover, journal).delivered
    for again in (handover, replace(handover, retry_unknown=True)):
        result = deliver(again, journal)
        assert result.delivered
        assert result.problems == ()
        assert "not started again" in result.remarks[0]
    assert (tmp_path / "times").read_text() == "once\n"


@pytest.mark.parametrize("status", [1, 75, 255])
def test_with_any_other_exit_status_the_next_run_tries_again(tmp_path: Path, journal: FileJournal, status: int) -> None:
    program = script(tmp_path, f"echo said; echo first >&2; echo 'no \033[31mspace\tleft' >&2; test -e ready || exit {status}")
    handover = handed(tmp_path, program)
    reason = f"exit status {status}: no [31mspace left"
    problem = f"delivery.command.run: send it did not take the issue ({reason}); the next run tries again"
    first = deliver(handover, journal)
    assert first == Result(delivered=False, problems=("send it: first", problem), remarks=("send it: said",))
    assert progress(journal) == (Progress.DEFERRED, 1, reason)
    (tmp_path / "ready").touch()
    assert deliver(handover, journal).delivered
    assert progress(journal) == (Progress.SENT, 2, "said")


def test_a_program_that_fails_in_silence_is_told_by_its_exit_status(tmp_path: Path, journal: FileJournal) -> None:
    [problem] = deliver(handed(tmp_path, "false"), journal).problems
    assert problem == "delivery.command.run: false did not take the issue (exit status 1); the next run tries again"


def test_what_a_successful_program_printed_is_for_people_who_ask(tmp_path: Path, journal: FileJournal) -> None:
    result = deliver(handed(tmp_path, script(tmp_path, "echo 'campaign 7'; echo careful >&2")), journal)
    assert result == Result(delivered=True, remarks=("send it: campaign 7", "send it: careful"))
    assert progress(journal) == (Progress.SENT, 1, "campaign 7")


def test_of_much_output_the_last_lines_are_told(tmp_path: Path, journal: FileJournal) -> None:
    body = f'{sys.executable} -c \'import sys; sys.stderr.write("x" * 9_000_000 + "\\n\\n" + "y" * 999 + "\\n" * 9)\'; exit 1'
    result = deliver(handed(tmp_path, script(tmp_path, body)), journal)
    assert result.problems[0] == f"send it: {'x' * LETTERS}"
    assert f"exit status 1: {'y' * LETTERS})" in result.problems[1]
    result = deliver(handed(tmp_path, script(tmp_path, "seq 100 >&2; exit 1")), journal)
    assert len(result.problems) == LINES
    assert result.problems[0] == "send it: 81"


def test_what_a_program_leaves_running_is_not_waited_for(tmp_path: Path, journal: FileJournal) -> None:
    handover = handed(tmp_path, script(tmp_path, "sleep 1000 & echo $! > left"), timeout=50)
    assert deliver(handover, journal).delivered
    os.kill(int((tmp_path / "left").read_text()), signal.SIGKILL)  # raises if it did not live on


def test_a_program_that_takes_too_long_is_killed_with_all_that_it_started(tmp_path: Path, journal: FileJournal) -> None:
    handover = handed(tmp_path, script(tmp_path, "sleep 1000 & echo $! > left; echo waiting >&2; wait"), timeout=1)
    result = deliver(handover, journal)
    assert result.delivered
    assert result.problems[0] == "send it: waiting"
    assert result.problems[1].startswith(
        "delivery.command.run: nobody knows whether the issue was handed over: the program took longer than 1 seconds"
    )
    assert result.problems[1].endswith(REMEDY)
    assert progress(journal) == (Progress.TRYING, 1, "the program took longer than 1 seconds")
    assert gone(int((tmp_path / "left").read_text()))


def gone(pid: int) -> bool:
    """Tell whether a process ends, be it that nobody has asked for its exit status yet."""
    for _ in range(1000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize(("number", "name"), [(int(signal.SIGKILL), "SIGKILL"), (int(signal.SIGRTMIN) + 3, "signal 37")])
def test_of_a_program_that_was_killed_nobody_knows_the_outcome(
    tmp_path: Path, journal: FileJournal, number: int, name: str
) -> None:
    handover = handed(tmp_path, script(tmp_path, f"echo once >> times; test -e ready || kill -{number} $$"))
    first = deliver(handover, journal)
    assert first.delivered
    reason = f"nobody knows whether the issue was handed over: the program was killed by {name}"
    assert first.problems == (f"delivery.command.run: {reason}; it is not tried again by itself. If it was not, run: {REMEDY}",)
    assert deliver(handover, journal) == first
    assert (tmp_path / "times").read_text() == "once\n"
    (tmp_path / "ready").touch()
    assert deliver(replace(handover, retry_unknown=True), journal) == Result(delivered=True)
    assert (tmp_path / "times").read_text() == "once\nonce\n"
    assert progress(journal) == (Progress.SENT, 2, "")


def test_an_unknown_outcome_that_was_retried_in_vain_is_left_to_the_person_again(tmp_path: Path, journal: FileJournal) -> None:
    journal.turn(begun=[""])
    result = deliver(handed(tmp_path, "false", retry_unknown=True), journal)
    assert not result.delivered
    assert result.problems[0].endswith(f"try again with: {REMEDY}")


KILLED = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts the tests in the background has it ignored
from tests.delivery.journal import FileJournal
from tests.delivery.test_command import deliver, handed
root = Path(sys.argv[1])
deliver(handed(root, "./send it"), FileJournal(root / "journal"))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_killed_meanwhile_leaves_the_outcome_unknown(
    tmp_path: Path, journal: FileJournal, number: signal.Signals
) -> None:
    script(tmp_path, "echo once >> times; echo $$ > started.new; mv started.new started; sleep 1000 & wait")
    with subprocess.Popen([sys.executable, "-c", KILLED, tmp_path], cwd=ROOT, stderr=subprocess.DEVNULL) as run:
        while not (tmp_path / "started").exists():
            assert run.poll() is None
            time.sleep(0.01)
        run.send_signal(number)
    program = int((tmp_path / "started").read_text())
    if number == signal.SIGINT:
        assert gone(program)
    else:
        os.killpg(program, signal.SIGKILL)
    assert progress(journal) == (Progress.TRYING, 1, "")
    [problem] = deliver(handed(tmp_path, "./send it"), journal).problems
    assert "a former run was killed while it ran" in problem
    assert problem.endswith(REMEDY)
    assert (tmp_path / "times").read_text() == "once\n"


@pytest.mark.parametrize(
    ("name", "environment", "reason"),
    [
        ("./missing", {}, r"the program \S+/missing is not there"),
        ("./folder", {}, r"the program \S+/folder is not executable"),
        ("./plain", {}, r"the program \S+/plain is not executable"),
        ("no-such-program", {}, "the program no-such-program is not on the PATH"),
        ("plain", {"PATH": "/nowhere"}, "the program plain is not on the PATH"),
    ],
)
def test_a_program_that_is_none_is_told_of_before_anything_is_recorded(
    tmp_path: Path, journal: FileJournal, name: str, environment: dict[str, str], reason: str
) -> None:
    (tmp_path / "plain").write_text("#!/bin/sh\n")
    (tmp_path / "folder").mkdir()
    with pytest.raises(DeliveryError) as caught:
        deliver(handed(tmp_path, name, environment=environment), journal)
    assert re.fullmatch(f"delivery.command.run: {reason}", str(caught.value))
    assert journal.attempts() == {}


def test_a_program_in_no_known_format_is_told_of_and_tried_again(tmp_path: Path, journal: FileJournal) -> None:
    (tmp_path / "plain").write_text("neither a script nor a binary\n")
    (tmp_path / "plain").chmod(0o755)
    with pytest.raises(DeliveryError, match=r"plain cannot be started: Exec format error"):
        deliver(handed(tmp_path, "./plain"), journal)
    assert progress(journal) == (Progress.DEFERRED, 1, "Exec format error")


def test_an_issue_that_cannot_be_read_is_told_of_before_anything_is_recorded(tmp_path: Path, journal: FileJournal) -> None:
    handover = handed(tmp_path, "true")
    (handover.folder / "issue.json").unlink()
    with pytest.raises(DeliveryError, match=r"issue\.json: cannot be read: No such file or directory"):
        deliver(handover, journal)
    assert journal.attempts() == {}


def test_without_room_for_temporary_files_nothing_is_started(
    tmp_path: Path, journal: FileJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(DeliveryError, match="no temporary file can be made for what it prints: No such file or directory"):
        deliver(handed(tmp_path, "true"), journal)
    assert journal.attempts() == {}


def test_a_program_on_the_path_of_a_relative_folder_is_found_from_here(
    tmp_path: Path, journal: FileJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    script(tmp_path / "bin", "exit 0", "tool")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "root").mkdir()
    assert deliver(handed(tmp_path / "root", "tool", environment={"PATH": "bin"}), journal).delivered


def test_the_journal_of_these_tests_keeps_what_it_is_told(journal: FileJournal) -> None:
    journal.turn(begun=["a@x.example"])
    journal.turn(ended=[Outcome(recipient="a@x.example", progress=Progress.REFUSED, reply="550 no")], begun=[""])
    assert {name: (kept.progress, kept.reply) for name, kept in journal.attempts().items()} == {
        "a@x.example": (Progress.REFUSED, "550 no"),
        "": (Progress.TRYING, ""),
    }


def test_the_attempts_are_kept_by_the_ledger(tmp_path: Path) -> None:
    handover = handed(tmp_path, script(tmp_path, "test -e ready || kill -9 $$"))
    with open_ledger(tmp_path / "ledger") as ledger:
        journal = ledger.journal("2026-W10", "command", lambda: WHEN)
        assert service("command")(handover, journal).problems
        assert ledger.counts("2026-W10") == {("command", Progress.TRYING): 1}
        (tmp_path / "ready").touch()
        assert service("command")(replace(handover, retry_unknown=True), journal) == Result(delivered=True)
        assert ledger.attempts("2026-W10", "command")[""].count == 2
        assert ledger.counts("2026-W10") == {("command", Progress.SENT): 1}
