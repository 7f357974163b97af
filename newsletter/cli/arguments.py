"""What can be said on the command line. No I/O, and nothing heavy is imported."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from newsletter import __version__

EPILOGUE = """\
exit status: 0 done, 1 failed and nothing was published or handed over, 2 usage, 3 done but for what was reported (articles
held back, recipients not reached), 75 another run holds the lock"""


def parser(argv: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """Build the parser; ``command`` names the command. With ``argv`` it understands no command that is not named there."""
    top = argparse.ArgumentParser(
        prog="newsletter",
        description="Turn a folder of Markdown into feeds, an e-mail digest and a small web archive.",
        epilog=EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    common = _common()

    def command(describe: Callable[[argparse.ArgumentParser], None], name: str, summary: str, description: str) -> None:
        named = argv is None or name in argv
        one = commands.add_parser(
            name, help=summary, description=description, parents=[common] if named else [], allow_abbrev=False
        )
        if named:  # to describe all of them takes 5 ms
            describe(one)

    command(_init, "init", "scaffold a publication", "Write newsletter.toml, content/ with one article, and .gitignore.")
    command(_new, "new", "begin an article", "Write a dated article with a minted id, as a draft, and print its path.")
    command(
        _adopt,
        "adopt",
        "add missing front matter",
        "Add front matter to files that have none, and a missing title or date to files that have. Bodies stay as they are.",
    )
    command(_list, "list", "show what becomes of each article", "List every file of the content folder and what becomes of it.")
    command(
        _build,
        "build",
        "write out/",
        "Write feeds, archive and digest. The digest covers the period given, else the last complete one of digest.every.",
    )
    command(_check, "check", "look for problems", "Check articles and templates, and what out/ holds of them.")
    command(
        _run,
        "run",
        "do what is due",
        "The scheduled run: refresh the feeds, make the issues that are due, and hand each of them over, exactly once.",
    )
    command(_send, "send", "hand over one issue", "Hand one issue that a build made to its service, if that was not done before.")
    command(_issues, "issues", "show or mend the ledger", "List the issues of the ledger, and whom they reached.")
    command(
        _schedule,
        "schedule",
        "print files for a scheduler",
        "Print what makes cron, systemd or GitHub Actions call `newsletter run` for this publication.",
    )
    return top


def reference() -> dict[str, tuple[str, dict[str, str]]]:
    """Tell of each command, and under the empty name of the program, what it does and what it takes, for documentation.

    What it takes is (option with its placeholder, or placeholder of an argument) to its help.
    """
    top = parser()
    subparsers = next(action for action in top._actions if isinstance(action, argparse._SubParsersAction))  # noqa: SLF001 - there is no public way
    commands: dict[str, argparse.ArgumentParser] = {"": top}
    for name, command in subparsers.choices.items():
        commands[name] = command
        for action in command._actions:  # noqa: SLF001 - there is no public way
            if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - there is no public way
                commands |= {f"{name} {inner}": parser for inner, parser in action.choices.items()}
    return {name: (command.description or "", _taken(command)) for name, command in commands.items()}


def _taken(command: argparse.ArgumentParser) -> dict[str, str]:
    actions = [action for action in command._actions if action.dest not in {"command", "action", "help"}]  # noqa: SLF001 - there is no public way
    return {_spelled(action): (action.help or "").replace("%(prog)s ", "") for action in actions}


def _spelled(action: argparse.Action) -> str:
    """Write an option or argument as a person would."""
    places = "" if action.nargs == 0 else str(action.metavar or "|".join(action.choices or ()))
    return (
        ", ".join(f"{option} {places}".rstrip() for option in action.option_strings)
        or f"{places}{'…' if action.nargs == '+' else ''}"
    )


def _common(*, within: bool = False) -> argparse.ArgumentParser:
    """Describe what every command takes; ``within`` another command, what is left out there was perhaps said before it."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS if within else None)
    group = common.add_argument_group("common options")
    group.add_argument(
        "--config",
        metavar="FILE",
        type=Path,
        help="configuration; else newsletter.toml or pyproject.toml, here or in a folder above",
    )
    group.add_argument(
        "--set",
        metavar="KEY=VALUE",
        type=_setting,
        action="append",
        default=argparse.SUPPRESS if within else [],
        dest="further_sets" if within else "sets",
        help="set a configuration key, dotted, over the file; lists with commas or as TOML; may be repeated",
    )
    group.add_argument(
        "--now",
        metavar="INSTANT",
        help="date or instant that counts as now; else SOURCE_DATE_EPOCH, else the clock",
    )
    group.add_argument(
        "--jobs",
        metavar="N",
        type=_count,
        default=argparse.SUPPRESS if within else 0,
        help="most processes to use; 0, the default: one a processor",
    )
    loudness = group.add_mutually_exclusive_group()
    loudness.add_argument("-v", "--verbose", action="store_true", help="say what was done, also without a terminal")
    loudness.add_argument("-q", "--quiet", action="store_true", help="say nothing but problems, also on a terminal")
    return common


def _init(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "folder", metavar="DIR", nargs="?", type=Path, default=Path(), help="where; the current folder if left out"
    )


def _new(command: argparse.ArgumentParser) -> None:
    command.add_argument("title", metavar="TITLE", help="title of the article")


def _adopt(command: argparse.ArgumentParser) -> None:
    command.add_argument("files", metavar="FILE", nargs="+", type=Path, help="articles to adopt; all of them or none")
    command.add_argument("--date", metavar="DATE", help="date or instant of publication; else the one in the file's name")
    command.add_argument("--title", metavar="TITLE", help="title; else the first heading, title-like line or file name")


def _list(command: argparse.ArgumentParser) -> None:
    command.add_argument("--explain", action="store_true", help="say why each file is not published, and where")
    command.add_argument("--json", action="store_true", help="print an array for programs")
    command.add_argument("--tag", metavar="TAG", action="append", default=[], dest="tags", help="only these; may be repeated")
    command.add_argument(
        "--author", metavar="NAME", action="append", default=[], dest="authors", help="only theirs; may be repeated"
    )
    command.add_argument(
        "--folder",
        metavar="FOLDER",
        action="append",
        default=[],
        dest="folders",
        help="only what is in this folder of the content folder or below; may be repeated",
    )


def _build(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("period of the digest")
    group.add_argument("--from", metavar="DATE", dest="start", help="first day, or first instant")
    group.add_argument("--to", metavar="DATE", dest="end", help="last day, that day included, or the instant after; else now")
    group.add_argument("--period", metavar="KEY", help="2024-12-16, 2024-W50, 2024-12, 2024-Q4 or 2024")
    group.add_argument("--last", metavar="LENGTH", help="so long before now: 36h, 7d, 2w or 3m (months)")
    command.add_argument("--strict", action="store_true", help="publish nothing if any article has a problem")
    _working(command)


def _working(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--executor",
        choices=("processes", "dask"),
        default="processes",
        help="who renders and writes: processes here, the default, or the workers of a Dask cluster (extra dask)",
    )
    command.add_argument(
        "--scheduler", metavar="ADDRESS", help="with --executor dask: where its scheduler is, such as tcp://10.0.0.1:8786"
    )


def _check(command: argparse.ArgumentParser) -> None:
    command.add_argument("--format", choices=("text", "json", "github"), default="text", help="how to print what is found")


def _run(command: argparse.ArgumentParser) -> None:
    _handing_over(command)
    command.add_argument("--strict", action="store_true", help="publish and hand over nothing if any article has a problem")
    _working(command)


def _send(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "key",
        metavar="KEY",
        nargs="?",
        help="key of the issue; else the one that a run did not finish, else the newest in out/ not yet handed over",
    )
    _handing_over(command)


def _handing_over(command: argparse.ArgumentParser) -> None:
    command.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
    command.add_argument(
        "--retry-unknown",
        action="store_true",
        help="try recipients again of whom nobody knows whether they were reached: some will get the mail twice",
    )


def _issues(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print an object for programs, with every attempt")
    actions = command.add_subparsers(dest="action", metavar="ACTION")
    common = _common(within=True)

    def action(name: str, summary: str, description: str) -> argparse.ArgumentParser:
        inner = actions.add_parser(name, help=summary, description=description, parents=[common], allow_abbrev=False)
        inner.add_argument("key", metavar="KEY", help="key of the issue")
        return inner

    forget = action(
        "forget",
        "forget an issue",
        "Forget that there was an issue: its articles are free again. The newest one is made and delivered anew by the next run.",
    )
    mark = action("mark", "mark an issue as delivered", "Record that an issue was delivered by other means.")
    mark.add_argument("state", choices=("delivered",), help="what it is from now on")
    for inner in (forget, mark):
        inner.add_argument("--yes", action="store_true", help="do not ask; needed where there is no terminal")


def _schedule(command: argparse.ArgumentParser) -> None:
    command.add_argument("kind", choices=("cron", "systemd", "github"), help="what calls the run")


def _setting(text: str) -> str:
    if not text.partition("=")[1]:
        raise argparse.ArgumentTypeError(f"expected KEY=VALUE, got {text!r}")
    return text


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5):  # noqa: PLR2004 - more processes than any machine runs
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 to 9999, got {text!r}")
    return int(text)
