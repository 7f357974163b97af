"""Runs the program many times, quickly, and kills it where it is told to: each run is a fork of a process that has all imported.

Reads one JSON object a line, {"cwd", "argv", "environment", "kill", "steps", "said"}, and answers each with the exit status,
negative for a signal. What counts as a step is found by the interpreter's own audit events and by wrapping the ledger's
connection and the sockets, not by a list of places in the program.
https://docs.python.org/3/library/audit_events.html
"""

import json
import os
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

#: Audit events that change nothing.
HARMLESS = frozenset(
    {
        *(
            "os.listdir",
            "os.scandir",
            "os.walk",
            "os.fwalk",
            "os.getxattr",
            "os.listxattr",
            "os.chdir",
            "os.putenv",
            "os.unsetenv",
        ),
        *("os.add_dll_directory", "os.fork", "os.forkpty"),
    }
)
#: What a run imports, so that no fork has to.
MODULES = (
    *("newsletter.cli.commands", "newsletter.publish", "newsletter.runs.scheduled", "newsletter.runs.sending"),
    "newsletter.checks",
    *("newsletter.emitters.digest", "newsletter.emitters.web", "newsletter.emitters.rss", "newsletter.emitters.atom"),
    *("newsletter.emitters.jsonfeed", "newsletter.emitters.opml", "newsletter.emitters.feedstyle", "newsletter.ledger.store"),
    *("newsletter.ledger.sqlite", "newsletter.delivery.folder", "newsletter.delivery.command", "newsletter.delivery.smtp"),
    *("premailer", "feedgen.feed", "markdown", "pygments.lexers", "lxml.html", "jinja2"),
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def changes_something(event: str, arguments: tuple[Any, ...]) -> bool:
    """Tell whether an audit event is of a side effect."""
    if event == "open":
        return isinstance(arguments[2], int) and bool(arguments[2] & WRITING) and arguments[0] != os.devnull
    if event.startswith(("os.", "shutil.", "subprocess.", "fcntl.", "tests.")):
        return event not in HARMLESS
    return event in {"socket.connect", "socket.sendto", "socket.sendmsg", "sqlite3.connect"}


def audited(kind: type, name: str) -> None:
    """Make a method tell when it is called."""
    method: Callable[..., object] = getattr(kind, name)

    def telling(self: object, *arguments: object, **named: object) -> object:
        sys.audit(f"tests.{kind.__name__}.{name}")
        return method(self, *arguments, **named)

    setattr(kind, name, telling)


def instrument(kill: int | None, steps: list[str]) -> None:
    """Count the steps of this process from now on, and kill it before the one of that number."""
    from newsletter.ledger.sqlite import SqliteConnection  # noqa: PLC0415 - the parent of all runs has imported it

    for name in ("begin", "run", "commit"):
        audited(SqliteConnection, name)
    audited(socket.socket, "sendall")

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if changes_something(event, arguments):
            if len(steps) == kill:
                signal.raise_signal(signal.SIGKILL)
            steps.append(event)

    sys.addaudithook(hook)


def run(order: dict[str, Any]) -> None:
    """Be the program, in a fork."""
    from newsletter.cli import main  # noqa: PLC0415 - the parent of all runs has imported it

    os.setpgid(0, 0)
    os.chdir(order["cwd"])
    os.environ.update(order["environment"])
    said = os.open(order["said"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    steps: list[str] = []
    if order["kill"] is not None or order["steps"]:
        instrument(order["kill"], steps)
    status = 70
    try:
        status = main(order["argv"])
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        if order["steps"]:
            told = json.dumps(steps)
            Path(order["steps"]).write_text(told, encoding="utf-8")
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def serve() -> None:
    """Take orders until there are no more."""
    for name in MODULES:
        import_module(name)
    import_module("newsletter.index.program")._program()  # noqa: SLF001 - the same program for all runs, while it is being worked on
    answer("ready")
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            run(order)
        end = os.waitpid(child, 0)[1] if order["after"] is None else _within(child, order["after"])
        answer(os.waitstatus_to_exitcode(end))


def answer(told: object) -> None:
    """Write a line for whoever gives the orders."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _within(child: int, seconds: float) -> int:
    """Wait for a run so long, then kill it; return how it ended."""

    def end(*_: object) -> None:
        with suppress(ProcessLookupError):  # it ended by itself, just now
            os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.0001))
    try:
        return os.waitpid(child, 0)[1]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    serve()
