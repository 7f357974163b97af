"""From the command line to the function for the command, and from what a person can mend to a line and an exit status."""

import sys
from collections.abc import Sequence
from pathlib import Path

from newsletter.cli import arguments
from newsletter.cli.screen import near, on_one_line
from newsletter.errors import LockedError, NewsletterError, TemplateError
from newsletter.glance.sight import Sight
from newsletter.imports import without

FAILED, LOCKED = 1, 75


def carry_out(argv: Sequence[str], sights: Sequence[Sight]) -> int:
    """Run one command and return its exit status; a wrong usage exits with 2, as argparse has it.

    ``sights`` are what the glance looked at.
    """
    try:
        options = arguments.parser(argv).parse_args(argv)
        options.arguments, options.sights = tuple(argv), tuple(sights)
        with without("typing_extensions"):  # 8 ms where it is installed; typing has all that is asked of it
            import msgspec  # noqa: F401, PLC0415 - as below
        from newsletter.cli import commands  # noqa: PLC0415 - --help and wrong usage need none of it

        return commands.COMMANDS[options.command](options)
    except LockedError as error:
        return _fail(error, LOCKED)
    except NewsletterError as error:
        return _fail(error, FAILED)


def _fail(error: NewsletterError, status: int) -> int:
    said = error.at(near(error.path, Path.cwd())) if isinstance(error, TemplateError) else str(error)
    for line in said.split("\n"):
        print(on_one_line(line), file=sys.stderr)
    return status
