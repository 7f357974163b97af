"""The command line: the only place that prints, and catches what a person can mend.

Clock and environment are read here and, before anything is imported, by the glance.

Exit status: 0 done, 1 failed: nothing was published, or an issue was not handed over, 2 usage, 3 done but for the articles or
recipients reported, 75 another run holds the lock. A bug keeps its traceback.
"""

import io
import os
import sys

from newsletter import glance

#: typing takes 3 ms to import, a sixth of what a command takes that has nothing to do; type checkers know the name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.glance import sight

#: What a shell reports of a program that SIGINT or SIGPIPE ended.
INTERRUPTED, PIPE_CLOSED = 130, 141
#: With this all the rest of the program is imported.
DISPATCH = "newsletter.cli.dispatch"


def run() -> int:
    """Run one command as a program of its own, and return its exit status, or end at once if nothing was to be done.

    Python tidies up as long as a tenth of what such a command takes; nothing that it would have to end was begun.
    """
    status = main()
    if DISPATCH not in sys.modules:
        sys.stderr.flush()  # stdout was
        os._exit(status)
    return status


def main(argv: "Sequence[str] | None" = None) -> int:
    """Run one command and return its exit status; a wrong usage exits with 2, as argparse has it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a title must not end the run on a terminal without its letters
    arguments = sys.argv[1:] if argv is None else argv
    try:
        said, sights = glance.told(arguments)
        status = _carry_out(arguments, sights) if said is None else _say_again(*said)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The interpreter flushes once more as it ends: https://docs.python.org/3/library/signal.html#note-on-sigpipe
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path of ours
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        return PIPE_CLOSED
    return status


def _carry_out(arguments: "Sequence[str]", sights: "Sequence[sight.Sight]") -> int:
    """Do what the command line says."""
    from newsletter.cli import interruption  # noqa: PLC0415 - nothing of it is needed where nothing changed

    with interruption.between_imports():
        from newsletter.cli import dispatch  # noqa: PLC0415 - the same

        return dispatch.carry_out(arguments, sights)


def _say_again(status: int, complaints: "Sequence[str]", lines: "Sequence[str]") -> int:
    """Say what was said when it was done."""
    for line in complaints:
        print(line, file=sys.stderr)
    for line in lines if sys.stdout.isatty() else ():
        print(line)
    return status
