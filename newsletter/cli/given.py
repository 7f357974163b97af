"""What the options mean: the configuration, what counts as now, the period, who does the work."""

import os
import time
from argparse import Namespace
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypedDict
from zoneinfo import ZoneInfo

from newsletter import config as configuration
from newsletter import periods
from newsletter.cadence import Cadence
from newsletter.cli import arguments
from newsletter.config import Config
from newsletter.errors import NewsletterError
from newsletter.model import Period
from newsletter.steady import Span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

    from newsletter.processes.aside import Aside


class Hands(TypedDict, total=False):
    """What publish.build takes beside all else."""

    executor: "Executor"
    aside: "Aside | None"


def config(options: Namespace) -> Config:
    """Load the configuration."""
    return configuration.load(options.config, tuple(options.sets), Path.cwd())


def now(options: Namespace, zone: ZoneInfo) -> datetime:
    """Read what counts as now, to the second: --now, then SOURCE_DATE_EPOCH (reproducible-builds.org), then the clock."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if options.now is not None:
        try:
            now = periods.instant(options.now, zone)
        except ValueError as error:
            usage(f"--now: {error}")
    elif epoch:
        if not (epoch.isascii() and epoch.isdigit() and len(epoch) <= 11):  # noqa: PLR2004 - as far as the year 5138
            raise NewsletterError(f"SOURCE_DATE_EPOCH: expected seconds since 1970, got {epoch!r}")
        now = datetime.fromtimestamp(int(epoch), UTC)
    else:
        now = datetime.fromtimestamp(int(time.time()), UTC)
    if not 1970 <= now.year <= 9000:  # noqa: PLR2004 - the calendar around it must not end
        usage(f"--now: expected a year from 1970 to 9000, got {options.now!r}")
    return now


def period(options: Namespace, config: Config, now: datetime) -> Period:
    """Read the period that was asked for; none: the last complete one of the configured cadence."""
    cadence = Cadence.of(config)
    ranged = options.start is not None or options.end is not None
    if (options.period is not None) + (options.last is not None) + ranged > 1:
        usage("expected one of --period, --last and --from/--to")
    try:
        if options.period is not None:
            return cadence.parse(options.period)
        if options.last is not None:
            return cadence.last(options.last, now)
        if ranged:
            return cadence.between(options.start, options.end, now)
    except ValueError as error:
        usage(str(error))
    return cadence.last_complete(now)


def sources(options: Namespace) -> tuple[Path, ...]:
    """List where the configuration is, or was looked for."""
    return configuration.sources(options.config, Path.cwd())


def steady(options: Namespace, config: Config, now: datetime, span: Span) -> Span | None:
    """Narrow the instants within which a build changes nothing to those for which its period is meant; None: to this one."""
    if options.verbose or options.last is not None or (options.start is None) != (options.end is None):
        return None
    if options.period is not None or options.start is not None:
        return span
    running = Cadence.of(config).containing(now)
    return Span(since=max(span.since, running.start), until=min(span.until, running.end))


def usage(message: str) -> NoReturn:
    """Say what is wrong with the command line, and exit with 2."""
    arguments.parser().error(message)


@contextmanager
def hands(options: Namespace, config: Config) -> "Iterator[Hands]":
    """Lend who does the work beside this process: the executor that was asked for, or a process, unless it is to work alone."""
    if (options.executor == "dask") != (options.scheduler is not None):
        usage("expected --executor dask and --scheduler together")
    if options.scheduler is not None:
        from newsletter.processes import cluster  # noqa: PLC0415 - for those who have one

        with cluster.lent(options.scheduler) as workers:
            yield {"executor": workers}
        return
    from newsletter.index import patterns  # noqa: PLC0415 - for those who build
    from newsletter.processes import ahead  # noqa: PLC0415 - the same

    with patterns.remembered(config):
        aside = ahead.start(config, options.jobs)
        try:
            yield {"aside": aside}
        finally:
            if aside is not None:
                aside.end()
