"""``newsletter issues`` and ``newsletter schedule``: shows and mends the ledger, and prints files for schedulers."""

import sys
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter import config as configuration
from newsletter.cli import arguments, given, issued
from newsletter.config import Config
from newsletter.errors import LedgerError
from newsletter.ledger import hold_ledger, open_ledger
from newsletter.ledger.records import Issued, Progress

if TYPE_CHECKING:
    from newsletter.ledger.store import Ledger

DONE, FAILED = 0, 1


def issues(options: Namespace) -> int:
    """Print the ledger's issues, or forget or mark one of them."""
    config = configuration.load(options.config, (*options.sets, *getattr(options, "further_sets", ())), Path.cwd())
    if options.action:
        return _mend(options, config)
    with open_ledger(config.ledger) as ledger:
        found = (_entry(ledger, issue, every=options.json) for issue in ledger.issues())
        write = issued.as_json if options.json else issued.as_text
        for line in write(found, ledger.schedule(), ledger.placements(), config.timezone):
            print(line)
    return DONE


def schedule(options: Namespace) -> int:
    """Print the files for a scheduler."""
    from newsletter import scheduling  # noqa: PLC0415 - only what a command needs is imported
    from newsletter.cli.scheduling import job  # noqa: PLC0415 - the same

    print(scheduling.KINDS[options.kind](job(options)), end="")
    return DONE


def _mend(options: Namespace, config: Config) -> int:
    """Forget or mark an issue, if somebody says so, while no run is at work; a question holds no run up."""
    with open_ledger(config.ledger) as ledger:
        asked = ledger.issue(options.key)
        newest = asked is not None and all(other.end <= asked.end for other in ledger.issues())
        # of one that is not there the ledger says so itself, and which there are
        if asked and not options.yes and not _agreed(options, config, _entry(ledger, asked), newest=newest):
            print("nothing was changed", file=sys.stderr)
            return FAILED
    with hold_ledger(config.ledger), open_ledger(config.ledger) as ledger:
        if ledger.issue(options.key) != asked:
            raise LedgerError(f"issue {options.key}: another run changed it meanwhile; look at it with: newsletter issues")
        if options.action == "forget":
            ledger.forget(options.key)
        else:
            ledger.mark(options.key, given.now(options, config.timezone))
    return DONE


def _agreed(options: Namespace, config: Config, entry: issued.Entry, *, newest: bool) -> bool:
    """Ask on the terminal; without one, nobody agrees by keeping silent."""
    if not sys.stdin.isatty():
        arguments.parser().error(f"issues {options.action}: expected --yes, for there is no terminal to ask on")
    if options.action == "forget":
        question = issued.forgetting(entry, config.timezone, newest=newest)
    else:
        question = issued.marking(entry, config.timezone)
    print(question, "[y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in {"y", "yes"}


def _entry(ledger: "Ledger", issue: Issued, *, every: bool = False) -> issued.Entry:
    """Read what came of an issue: ``every`` attempt, or those of which nobody knows the outcome."""
    return issued.Entry(issue=issue, services=tuple(_services(ledger, issue.key, every=every)))


def _services(ledger: "Ledger", key: str, *, every: bool) -> Iterator[issued.Reached]:
    services: dict[str, dict[Progress, int]] = defaultdict(dict)
    for (service, progress), count in ledger.counts(key).items():
        services[service][progress] = count
    for service, counts in sorted(services.items()):
        wanted = every or counts.get(Progress.TRYING, 0)
        attempts = sorted(ledger.attempts(key, service).items()) if wanted else ()
        kept = tuple(attempt for _, attempt in attempts if every or attempt.progress is Progress.TRYING)
        yield issued.Reached(service=service, counts=counts, attempts=kept)
