"""What a build finds: the content folder, the ledger, and what the writer owns in out/.

Reads these, and keeps the index of the content folder.
"""

import gc
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from msgspec import Struct

from newsletter import binding, collector, writer
from newsletter.bystanders import StirredError, Wanted, part
from newsletter.collector import Library
from newsletter.config import Config
from newsletter.folder import Content
from newsletter.index import Index, settled
from newsletter.ledger.looks import Looks, looks, trust
from newsletter.model import Commission, Period
from newsletter.present import Present, missing_ledger, present
from newsletter.processes.aside import workers
from newsletter.survey import Survey, surveyed, undisturbed

Made = TypeVar("Made")


class Situation(Struct, frozen=True, kw_only=True):
    """What a build finds."""

    library: Library
    today: Present
    #: What the writer owns in out/.
    owned: frozenset[str]
    #: None where no issue is to be made, or none was asked for.
    commission: Commission | None
    #: None where nothing of it is kept.
    index: Index | None
    #: What the ledger looked like before anything was read.
    ledger: Looks | None


def looked(
    config: Config,
    then: Callable[[Situation], Made],
    *,
    now: datetime,
    jobs: int,
    content: Content | None,
    period: Period | None = None,
    few: bool = False,
) -> Made:
    """Make something of what there is, with the lock held; ``then`` may raise StirredError before it has done any of it."""
    with suppress(StirredError):
        return then(look(config, now=now, jobs=jobs, content=content, period=period, few=few))
    return then(look(config, now=now, jobs=jobs, period=period, whole=True))


def look(
    config: Config,
    *,
    now: datetime,
    jobs: int = 1,
    content: Content | None = None,
    indexed: bool = True,
    period: Period | None = None,
    few: bool = False,
    whole: bool = False,
) -> Situation:
    """See what there is, with the lock held unless it is not ``indexed``, which writes nothing.

    With a ``period``: what issue there is to make of it, and no more than what has to do with that and the feeds; with
    ``few`` no more than what has to do with these. ``whole``: all that there is nonetheless.

    Raises LedgerError where an old out/ has lost its ledger.
    """
    owned = writer.owned(config.out)
    ledger = looks(config.ledger)

    def read(seen: Survey) -> tuple[Survey, Commission | None, Library]:
        parts = (few or period is not None) and not whole
        before = settled.recall(seen.index, ledger) if seen.index is not None and parts else None
        if before is not None:
            trust(before.ledger)
        commission = binding.commission(config, period, owned) if period is not None else None
        parted = part(config, seen, before, Wanted.of(commission), now)
        library = collector.library(config, seen, parted)
        if parted is not None and not parted.bystanders.keep_their_names(library.contested.values()):
            library = collector.library(config, seen)
        return seen, commission, library

    with undisturbed():
        seen, commission, library = surveyed(config, read, content, indexed=indexed, count=workers(jobs))
        today = present(config, library, now)
        # it stays to the end: to look through it for garbage would take as long again; what an earlier look froze may go
        gc.unfreeze()
        gc.freeze()
    if not today.numbers and "rss.xml" in owned:
        raise missing_ledger(config)
    return Situation(library=library, today=today, owned=owned, commission=commission, index=seen.index, ledger=ledger)
