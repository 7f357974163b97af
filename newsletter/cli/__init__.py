"""The command line: the only place that prints, reads the clock or the environment, and catches what a person can mend.

Exit status: 0 done, 1 failed: nothing was published, or an issue was not handed over, 2 usage, 3 done but for the articles or
recipients reported, 75 another run holds the lock. A bug keeps its traceback.
"""

import io
import os
import sys
from collections.abc import Sequence

from newsletter.cli import arguments
from newsletter.cli.screen import on_one_line
from newsletter.errors import LockedError, NewsletterError

FAILED, LOCKED = 1, 75
#: What a shell reports of a program that SIGINT or SIGPIPE ended.
INTERRUPTED, PIPE_CLOSED = 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; a wrong usage exits with 2, as argparse has it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a title must not end the run on a terminal without its letters
    try:
        options = arguments.parser().parse_args(argv)
        from newsletter.cli import commands  # noqa: PLC0415 - --help and wrong usage need none of it

        status = commands.COMMANDS[options.command](options)
        sys.stdout.flush()
    except LockedError as error:
        return _fail(error, LOCKED)
    except NewsletterError as error:
        return _fail(error, FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The interpreter flushes once more as it ends: https://docs.python.org/3/library/signal.html#note-on-sigpipe
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path of ours
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        return PIPE_CLOSED
    return status


def _fail(error: NewsletterError, status: int) -> int:
    for line in str(error).split("\n"):
        print(on_one_line(line), file=sys.stderr)
    return status
