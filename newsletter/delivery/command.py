"""Delivers an issue by a program of the editor's, whose exit status decides. Starts that program and nothing else.

The attempt is recorded before the program starts. Exit status 0 is a delivered issue; with any other the program says that it
handed over nothing, and the next run tries again (75, EX_TEMPFAIL of sysexits.h, is no different). Of a program that was killed,
or took too long, nobody knows what it did: it is not started again unless somebody asks.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

from newsletter.delivery.contract import Handover, Journal, Outcome, Result
from newsletter.errors import DeliveryError
from newsletter.ledger.records import Progress
from newsletter.mail.manifest import NAME

KEY = "delivery.command.run"
#: The service itself is the recipient.
RECIPIENT = ""
#: Of what a program printed: bytes at the end, lines, and letters of each, that are told.
TAIL, LINES, LETTERS = 65_536, 20, 300


def deliver(handover: Handover, journal: Journal) -> Result:
    """Run the program, unless it did its work before, or nobody knows whether it did; raises DeliveryError if it cannot start."""
    before = journal.attempts().get(RECIPIENT)
    if before and before.progress is Progress.SENT:
        return Result(delivered=True, remarks=(f"{KEY}: the program has had this issue before; it was not started again",))
    if before and before.progress is Progress.TRYING and not handover.retry_unknown:
        return _unknown(handover, before.reply or "a former run was killed while it ran")
    if handover.delivered and before is None:
        return Result(delivered=True, remarks=(f"{KEY}: the issue was delivered without the program; it was not started",))
    program = _program(handover)
    with ExitStack() as stack:
        try:
            out, err = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(2))
        except OSError as error:
            raise DeliveryError(f"{KEY}: no temporary file can be made for what it prints: {error.strerror}") from None
        return _run(handover, journal, program, out, err)


def _run(handover: Handover, journal: Journal, program: Path, out: IO[bytes], err: IO[bytes]) -> Result:
    """Start the program and wait for it. Its output goes to files: a pipe would wait for what it leaves running."""
    command = handover.config.delivery.command
    try:
        manifest = (handover.folder / NAME).open("rb")
    except OSError as error:
        raise DeliveryError(f"{handover.folder / NAME}: cannot be read: {error.strerror}") from None
    with manifest:
        journal.turn(begun=[RECIPIENT])
        try:
            running = subprocess.Popen(  # noqa: S603 - the editor's own program, without a shell
                [*command.run, str(handover.folder)],
                executable=program,
                cwd=handover.config.root,
                env=_environment(handover),
                stdin=manifest,
                stdout=out,
                stderr=err,
                start_new_session=True,  # so that all of it can be killed, and none of it waits for a terminal
            )
        except OSError as error:
            _settle(journal, Progress.DEFERRED, str(error.strerror))
            raise DeliveryError(f"{KEY}: {program} cannot be started: {error.strerror}") from None
    status = _status(running, command.timeout)
    printed, complaints = _tail(out), _tail(err)
    remarks = tuple(f"{program.name}: {line}" for line in printed)
    told = tuple(f"{program.name}: {line}" for line in complaints)
    if status == 0:
        _settle(journal, Progress.SENT, printed[-1] if printed else "")
        return Result(delivered=True, remarks=(*remarks, *told))
    if status is None or status < 0:
        reason = f"took longer than {command.timeout} seconds" if status is None else f"was killed by {_signal(-status)}"
        _settle(journal, Progress.TRYING, f"the program {reason}")
        unknown = _unknown(handover, f"the program {reason}")
        return Result(delivered=unknown.delivered, problems=(*told, *unknown.problems), remarks=remarks)
    reason = f"exit status {status}" + (f": {complaints[-1]}" if complaints else "")
    _settle(journal, Progress.DEFERRED, reason)
    # one of which nobody knew is settled for the scheduled run, so that only a person tries it again
    again = (
        f"try again with: newsletter send {handover.key} --retry-unknown"
        if handover.retry_unknown
        else "the next run tries again"
    )
    problem = f"{KEY}: {program.name} did not take the issue ({reason}); {again}"
    return Result(delivered=False, problems=(*told[:-1], problem), remarks=remarks)


def _status(running: subprocess.Popen[bytes], seconds: int) -> int | None:
    """Wait for the exit status, negative for a signal; None when the time was over, and the program and its children killed."""
    try:
        return running.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if running.returncode is None:  # also when we are interrupted
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            running.wait()


def _settle(journal: Journal, progress: Progress, reply: str) -> None:
    journal.turn(ended=[Outcome(recipient=RECIPIENT, progress=progress, reply=reply)])


def _unknown(handover: Handover, reason: str) -> Result:
    """Leave to a person what nobody else can know."""
    problem = (
        f"{KEY}: nobody knows whether the issue was handed over: {reason}; it is not tried again by itself. "
        f"If it was not, run: newsletter send {handover.key} --retry-unknown"
    )
    return Result(delivered=True, problems=(problem,))


def _program(handover: Handover) -> Path:
    """Find the program as a shell would that stands in the configuration's folder; raises DeliveryError."""
    name = handover.config.delivery.command.run[0]
    # POSIX.1-2024, Shell Command Language, 2.9.1.4: only a name without a slash is looked for on the PATH
    place = str(handover.config.root / name) if "/" in name else name
    found = shutil.which(place, path=handover.secrets.environment.get("PATH", os.defpath))
    if found is None:
        what = "is not executable" if Path(place).exists() else "is not there"
        raise DeliveryError(f"{KEY}: the program {place} {what if '/' in name else 'is not on the PATH'}")
    return Path(found).absolute()


def _environment(handover: Handover) -> Mapping[str, str]:
    return {**handover.secrets.environment, "NEWSLETTER_KEY": handover.key}


def _tail(file: IO[bytes]) -> tuple[str, ...]:
    """Return the last lines that were printed, each without what would disturb a line."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - TAIL))
    lines = (_line(line) for line in file.read().decode(errors="replace").splitlines())
    return tuple(line for line in lines if line)[-LINES:]


def _line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:LETTERS]


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # the real-time ones have no names
        return f"signal {number}"
