"""One function for each command: read the arguments, call the room that does the work, print what was asked for."""

import os
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo

from newsletter import config as configuration
from newsletter import periods
from newsletter.cadence import Cadence
from newsletter.cli import arguments, findings, ledger_commands, listing, running, summary
from newsletter.cli.screen import near, on_one_line
from newsletter.config import Config
from newsletter.errors import ContentError, NewsletterError, RefusedError
from newsletter.index.standing import Span
from newsletter.model import Filter, Period
from newsletter.standstill import Said, Standstill

if TYPE_CHECKING:
    from newsletter.handing import Handed, Terms

DONE, FAILED, PARTLY = 0, 1, 3
#: What moves the schedule back.
REMEDY = "see newsletter issues: forget the issue that it made, or restore the ledger from a backup"


def init(options: Namespace) -> int:
    """Scaffold a publication, and on a terminal say what to do next."""
    from newsletter import authoring  # noqa: PLC0415 - only what a command needs is imported

    if options.config:
        _usage("init writes newsletter.toml; --config cannot be given")
    sets = (*authoring.PLACEHOLDERS, *options.sets)
    config = configuration.load(None, sets, (Path.cwd() / options.folder).resolve(), search=False)
    now = _now(options, config.timezone)
    for path in authoring.init(config, now):
        _tell(options, f"{near(path, Path.cwd())}")
    month = now.astimezone(config.timezone).strftime("%Y-%m")
    _tell(options, f"next: put title and url into newsletter.toml, then run: newsletter build --period {month}")
    return DONE


def new(options: Namespace) -> int:
    """Begin an article and print its path."""
    from newsletter import authoring  # noqa: PLC0415 - only what a command needs is imported

    config = _config(options)
    print(near(authoring.new(config, options.title, _now(options, config.timezone)), Path.cwd()))
    return DONE


def adopt(options: Namespace) -> int:
    """Add missing front matter, and on a terminal say to which files."""
    from newsletter import authoring  # noqa: PLC0415 - only what a command needs is imported

    config = _config(options)
    if options.date is not None:
        try:
            periods.instant(options.date, config.timezone)
        except ValueError as error:
            _usage(f"--date: {error}")
    for path in authoring.adopt(config, tuple(options.files), date=options.date, title=options.title):
        _tell(options, str(path))
    return DONE


def list_(options: Namespace) -> int:
    """Print what becomes of each file; a report, so the status is 0 whatever it says."""
    from newsletter import collector, present  # noqa: PLC0415 - only what a command needs is imported

    config = _config(options)
    take = Filter(tags=tuple(options.tags), authors=tuple(options.authors), folders=tuple(options.folders))
    today = present.present(config, collector.load(config), _now(options, config.timezone))
    found = listing.chosen(today.found, take)
    if options.json:
        print(listing.as_json(found, config))
    else:
        for line in listing.as_text(found, explain=options.explain):
            print(line)
    return DONE


def build(options: Namespace) -> int:
    """Build out/, complain about the articles that were held back, and on a terminal say what was done."""
    config = _config(options)
    now = _now(options, config.timezone)
    period = _period(options, config, now)
    out = near(config.out, Path.cwd())
    standstill = Standstill(config, period, str(options.strict))
    if not options.verbose and (said := standstill.said(now)):
        return _repeat(options, config, said, out)
    from newsletter import publish  # noqa: PLC0415 - only what a command needs is imported

    def remember(report: publish.Report) -> None:
        *lines, _ = summary.of_build(report, config, period, out, verbose=False)
        standstill.remember(report.steady, report.problems, lines)

    try:
        report = publish.build(config, now=now, period=period, jobs=options.jobs, strict=options.strict, remember=remember)
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

    config = _config(options)
    result = checks.run(config, now=_now(options, config.timezone), jobs=options.jobs)
    for line in findings.FORMATS[options.format](result, Path.cwd(), verbose=options.verbose):
        print(line)
    return FAILED if any(finding.rule.severity is checks.Severity.ERROR for finding in result.findings) else DONE


def run(options: Namespace) -> int:
    """Do what is due, complain about what went wrong, and on a terminal say what was done."""
    config = _config(options)
    now = _now(options, config.timezone)
    out = near(config.out, Path.cwd())
    standstill = Standstill(config, None, str(options.strict))
    if not (options.verbose or options.dry_run) and (said := standstill.said(now)):
        return _repeat(options, config, said, out)
    from newsletter import scheduled  # noqa: PLC0415 - only what a command needs is imported

    if options.dry_run:
        for line in running.of_outlook(scheduled.outlook(config, now), config):
            print(on_one_line(line))
        return DONE
    terms = _terms(options, config, now)

    def remember(done: scheduled.Run, quiet: Span) -> None:
        standstill.remember(quiet, done.problems, ("no issue was due",))

    try:
        done = scheduled.run(config, terms, jobs=options.jobs, strict=options.strict, remember=remember)
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
    from newsletter import sending  # noqa: PLC0415 - only what a command needs is imported

    config = _config(options)
    parcel = sending.waiting(config, options.key)
    if parcel is None:
        _tell(options, "no issue is waiting to be sent")
        return DONE
    if options.dry_run:
        print(on_one_line(f"would hand issue {parcel.key} ({parcel.subject}) to {config.delivery.service}"))
        return DONE
    handed = sending.send(config, parcel.key, _terms(options, config, _now(options, config.timezone)))
    if handed is None:
        _tell(options, f"issue {parcel.key} was handed over before; nothing was sent")
        return DONE
    for line in running.of_handed(handed, verbose=options.verbose):
        _tell(options, line)
    return _handed((handed,), partly=False)


def _repeat(options: Namespace, config: Config, said: Said, out: str) -> int:
    """Say what was said when it was made, for nothing changed since."""
    _complain(config, *said.problems)
    for line in (*said.lines, f"{out}: nothing changed"):
        _tell(options, line)
    return PARTLY if said.problems else DONE


def _terms(options: Namespace, config: Config, now: datetime) -> "Terms":
    """Say how things are handed over; time goes on from what counts as now, unless --now or SOURCE_DATE_EPOCH holds it."""
    from newsletter.delivery.secrets import Secrets  # noqa: PLC0415 - only what a command needs is imported
    from newsletter.handing import Terms  # noqa: PLC0415 - the same

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
    "issues": ledger_commands.issues,
    "schedule": ledger_commands.schedule,
}


def _config(options: Namespace) -> Config:
    return configuration.load(options.config, tuple(options.sets), Path.cwd())


def _now(options: Namespace, zone: ZoneInfo) -> datetime:
    """Read what counts as now, to the second: --now, then SOURCE_DATE_EPOCH (reproducible-builds.org), then the clock."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if options.now is not None:
        try:
            now = periods.instant(options.now, zone)
        except ValueError as error:
            _usage(f"--now: {error}")
    elif epoch:
        if not (epoch.isascii() and epoch.isdigit() and len(epoch) <= 11):  # noqa: PLR2004 - as far as the year 5138
            raise NewsletterError(f"SOURCE_DATE_EPOCH: expected seconds since 1970, got {epoch!r}")
        now = datetime.fromtimestamp(int(epoch), UTC)
    else:
        now = datetime.fromtimestamp(int(time.time()), UTC)
    if not 1970 <= now.year <= 9000:  # noqa: PLR2004 - the calendar around it must not end
        _usage(f"--now: expected a year from 1970 to 9000, got {options.now!r}")
    return now


def _period(options: Namespace, config: Config, now: datetime) -> Period:
    """Read the period that was asked for; none: the last complete one of the configured cadence."""
    cadence = Cadence.of(config)
    ranged = options.start is not None or options.end is not None
    if (options.period is not None) + (options.last is not None) + ranged > 1:
        _usage("expected one of --period, --last and --from/--to")
    try:
        if options.period is not None:
            return cadence.parse(options.period)
        if options.last is not None:
            return cadence.last(options.last, now)
        if ranged:
            return cadence.between(options.start, options.end, now)
    except ValueError as error:
        _usage(str(error))
    return cadence.last_complete(now)


def _usage(message: str) -> NoReturn:
    arguments.parser().error(message)


def _tell(options: Namespace, line: str) -> None:
    """Print what nobody asked for: on a terminal, or where --verbose asks for it."""
    if options.verbose or (sys.stdout.isatty() and not options.quiet):
        print(on_one_line(line))


def _complain(config: Config, *problems: ContentError) -> None:
    """Print a line for each article that was held back, with its path as seen from here."""
    folder = near(config.content, Path.cwd())
    for problem in problems:
        print(on_one_line(f"{folder}/{problem}"), file=sys.stderr)
