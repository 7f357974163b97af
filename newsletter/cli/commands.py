"""One function for each command: read the arguments, call the room that does the work, print what was asked for."""

import os
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter import config as configuration
from newsletter import periods
from newsletter.cli import given
from newsletter.cli.screen import near, on_one_line
from newsletter.config import Config
from newsletter.errors import ContentError, NewsletterError, RefusedError
from newsletter.model import Filter, Period
from newsletter.standstill import Standstill
from newsletter.steady import Span

if TYPE_CHECKING:
    from newsletter.glance import Said
    from newsletter.runs.handing import Handed, Terms

DONE, FAILED, PARTLY = 0, 1, 3
#: What moves the schedule back.
REMEDY = "see newsletter issues: forget the issue that it made, or restore the ledger from a backup"


def init(options: Namespace) -> int:
    """Scaffold a publication, and on a terminal say what to do next."""
    from newsletter import authoring  # noqa: PLC0415 - only what a command needs is imported

    if options.config:
        given.usage("init writes newsletter.toml; --config cannot be given")
    sets = (*authoring.PLACEHOLDERS, *options.sets)
    config = configuration.load(None, sets, (Path.cwd() / options.folder).resolve(), search=False)
    now = given.now(options, config.timezone)
    for path in authoring.init(config, now):
        _tell(options, f"{near(path, Path.cwd())}")
    month = now.astimezone(config.timezone).strftime("%Y-%m")
    _tell(options, f"next: put title and url into newsletter.toml, then run: newsletter build --period {month}")
    return DONE


def new(options: Namespace) -> int:
    """Begin an article and print its path."""
    from newsletter import authoring  # noqa: PLC0415 - only what a command needs is imported

    config = given.config(options)
    print(near(authoring.new(config, options.title, given.now(options, config.timezone)), Path.cwd()))
    return DONE


def adopt(options: Namespace) -> int:
    """Add missing front matter, and on a terminal say to which files."""
    from newsletter import authoring  # noqa: PLC0415 - only what a command needs is imported

    config = given.config(options)
    if options.date is not None:
        try:
            periods.instant(options.date, config.timezone)
        except ValueError as error:
            given.usage(f"--date: {error}")
    for path in authoring.adopt(config, tuple(options.files), date=options.date, title=options.title):
        _tell(options, str(path))
    return DONE


def list_(options: Namespace) -> int:
    """Print what becomes of each file; a report, so the status is 0 whatever it says."""
    from newsletter import collector, present  # noqa: PLC0415 - only what a command needs is imported
    from newsletter.cli import listing  # noqa: PLC0415 - the same

    config = given.config(options)
    now = given.now(options, config.timezone)
    take = Filter(tags=tuple(options.tags), authors=tuple(options.authors), folders=tuple(options.folders))
    today = present.present(config, collector.load(config), now)
    found = listing.chosen(today.found, take)
    if options.json:
        from newsletter.runs import foreseen  # noqa: PLC0415 - the same

        print(listing.as_json(found, foreseen.foresee(config, today, now)))
    else:
        for line in listing.as_text(found, explain=options.explain):
            print(line)
    return DONE


def build(options: Namespace) -> int:
    """Build out/, complain about the articles that were held back, and on a terminal say what was done."""
    config = given.config(options)
    now = given.now(options, config.timezone)
    period = given.period(options, config, now)
    with given.hands(options, config) as hands:  # before the imports, which take as long as its own
        return _build(options, config, now, period, hands)


def _build(options: Namespace, config: Config, now: datetime, period: Period, hands: given.Hands) -> int:
    out = near(config.out, Path.cwd())
    standstill = Standstill(config, given.sources(options), options.arguments, options.sights)
    from newsletter import publish  # noqa: PLC0415 - only what a command needs is imported
    from newsletter.cli import summary  # noqa: PLC0415 - the same

    def remember(report: publish.Report) -> None:
        steady = given.steady(options, config, now, report.steady)
        if steady is not None:
            *lines, _ = summary.of_build(report, config, period, out, verbose=False)
            standstill.remember(steady, _said(options, config, report.problems, (*lines, f"{out}: nothing changed")))

    try:
        asked = {"jobs": options.jobs, "strict": options.strict, "content": standstill.content}
        report = publish.build(config, now=now, period=period, remember=remember, **asked, **hands)
    except RefusedError as error:
        _complain(config, *error.problems)
        raise NewsletterError(error.outcome) from error
    _complain(config, *report.problems)
    for line in summary.of_build(report, config, period, out, verbose=options.verbose):
        _tell(options, line)
    return PARTLY if report.problems else DONE


def check(options: Namespace) -> int:
    """Print what the checks find; the status is 1 if any of it is an error."""
    from newsletter import checks  # noqa: PLC0415 - only what a command needs is imported
    from newsletter.cli import findings  # noqa: PLC0415 - the same

    config = given.config(options)
    result = checks.run(config, now=given.now(options, config.timezone), jobs=options.jobs)
    for line in findings.FORMATS[options.format](result, Path.cwd(), verbose=options.verbose):
        print(line)
    return FAILED if any(finding.rule.severity is checks.Severity.ERROR for finding in result.findings) else DONE


def run(options: Namespace) -> int:
    """Do what is due, complain about what went wrong, and on a terminal say what was done."""
    config = given.config(options)
    now = given.now(options, config.timezone)
    if options.dry_run:
        from newsletter.cli import running  # noqa: PLC0415 - the same
        from newsletter.runs import scheduled  # noqa: PLC0415 - only what a command needs is imported

        for line in running.of_outlook(scheduled.outlook(config, now), config):
            print(on_one_line(line))
        return DONE
    with given.hands(options, config) as hands:  # before the imports, which take as long as its own
        return _run(options, config, now, hands)


def _run(options: Namespace, config: Config, now: datetime, hands: given.Hands) -> int:
    out = near(config.out, Path.cwd())
    standstill = Standstill(config, given.sources(options), options.arguments, options.sights)
    from newsletter.cli import running  # noqa: PLC0415 - the same
    from newsletter.runs import scheduled  # noqa: PLC0415 - only what a command needs is imported

    terms = _terms(options, config, now)

    def remember(done: scheduled.Run, quiet: Span) -> None:
        if not (options.verbose or options.retry_unknown):
            said = _said(options, config, done.problems, ("no issue was due", f"{out}: nothing changed"))
            standstill.remember(quiet, said)

    try:
        asked = {"jobs": options.jobs, "strict": options.strict, "content": standstill.content}
        done = scheduled.run(config, terms, remember=remember, **asked, **hands)
    except RefusedError as error:
        _complain(config, *error.problems)
        raise NewsletterError(error.outcome) from error
    _complain(config, *done.problems)
    if done.hub:
        print(on_one_line(done.hub), file=sys.stderr)
    if done.ahead:
        day = done.ahead.astimezone(config.timezone).date().isoformat()
        print(f"no issue is due before {day}: a run with a wrong clock closed the periods until then; {REMEDY}", file=sys.stderr)
    for line in running.of_run(done, config, out, verbose=options.verbose):
        _tell(options, line)
    return _handed(done.handed, partly=bool(done.problems or done.ahead))


def send(options: Namespace) -> int:
    """Hand over one issue, complain about what went wrong, and on a terminal say what was done."""
    from newsletter.cli import running  # noqa: PLC0415 - the same
    from newsletter.runs import sending  # noqa: PLC0415 - only what a command needs is imported

    config = given.config(options)
    parcel = sending.waiting(config, options.key)
    if parcel is None:
        _tell(options, "no issue is waiting to be sent")
        return DONE
    if options.dry_run and parcel.delivered and not options.retry_unknown:
        print(f"issue {parcel.key} was handed over before; nothing would be sent")
        return DONE
    if options.dry_run:
        print(on_one_line(f"would hand issue {parcel.key} ({parcel.subject}) to {config.delivery.service}"))
        return DONE
    handed = sending.send(config, parcel.key, _terms(options, config, given.now(options, config.timezone)))
    if handed is None:
        _tell(options, f"issue {parcel.key} was handed over before; nothing was sent")
        return DONE
    for line in running.of_handed(handed, verbose=options.verbose):
        _tell(options, line)
    return _handed((handed,), partly=False)


def issues(options: Namespace) -> int:
    """List or mend what the ledger has of issues."""
    from newsletter.cli import ledger_commands  # noqa: PLC0415 - only what a command needs is imported

    return ledger_commands.issues(options)


def schedule(options: Namespace) -> int:
    """Print what makes a scheduler call the run."""
    from newsletter.cli import ledger_commands  # noqa: PLC0415 - only what a command needs is imported

    return ledger_commands.schedule(options)


def _said(options: Namespace, config: Config, problems: Iterable[ContentError], lines: Iterable[str]) -> "Said":
    """Gather what the same command will say when nothing changed since: the status, the complaints, and what people are told."""
    complaints = tuple(_complaints(config, problems))
    return PARTLY if complaints else DONE, complaints, () if options.quiet else tuple(map(on_one_line, lines))


def _terms(options: Namespace, config: Config, now: datetime) -> "Terms":
    """Say how things are handed over; time goes on from what counts as now, unless --now or SOURCE_DATE_EPOCH holds it."""
    from newsletter.delivery.secrets import Secrets  # noqa: PLC0415 - only what a command needs is imported
    from newsletter.runs.handing import Terms  # noqa: PLC0415 - the same

    held = options.now is not None or bool(os.environ.get("SOURCE_DATE_EPOCH"))
    return Terms(
        secrets=Secrets(environment=dict(os.environ), root=config.root),
        now=now,
        clock=(lambda: now) if held else (lambda: datetime.fromtimestamp(int(time.time()), UTC)),
        retry_unknown=options.retry_unknown,
    )


def _handed(handed: "Iterable[Handed]", *, partly: bool) -> int:
    """Complain about what was not handed over, or not to everybody, and return the exit status."""
    undelivered = False
    for one in handed:
        undelivered |= not one.result.delivered
        partly |= bool(one.result.problems)
        for problem in one.result.problems:
            print(on_one_line(f"issue {one.key}: {problem}"), file=sys.stderr)
    return FAILED if undelivered else PARTLY if partly else DONE


#: Command to what runs it.
COMMANDS: dict[str, Callable[[Namespace], int]] = {
    "init": init,
    "new": new,
    "adopt": adopt,
    "list": list_,
    "build": build,
    "check": check,
    "run": run,
    "send": send,
    "issues": issues,
    "schedule": schedule,
}


def _tell(options: Namespace, line: str) -> None:
    """Print what nobody asked for: on a terminal, or where --verbose asks for it."""
    if options.verbose or (sys.stdout.isatty() and not options.quiet):
        print(on_one_line(line))


def _complain(config: Config, *problems: ContentError) -> None:
    """Print a line for each article that was held back."""
    for line in _complaints(config, problems):
        print(line, file=sys.stderr)


def _complaints(config: Config, problems: Iterable[ContentError]) -> Iterator[str]:
    """Write a line for each article that was held back, with its path as seen from here."""
    folder = near(config.content, Path.cwd())
    return (on_one_line(f"{folder}/{problem}") for problem in problems)
