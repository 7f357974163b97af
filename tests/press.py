"""A publication that runs as the scheduled run does with the ledger, without building and sending."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.cadence import Cadence
from newsletter.collector import select
from newsletter.config import Config
from newsletter.ledger.records import Fate, Issued, Placement, Schedule, State
from newsletter.ledger.store import Ledger
from newsletter.model import Article
from newsletter.recognise import candidate, publications, recognise, settled
from newsletter.runs.planning import plan


@dataclass(slots=True)
class File:
    """An article as its author has it."""

    article: Article
    there: bool = True
    #: When readers first saw it dated; None before that.
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the ledger says."""

    issues: tuple[Issued, ...]
    placements: Mapping[str, Placement]
    schedule: Schedule | None

    def having(self, fate: Fate) -> set[str]:
        """Name the articles that have a fate."""
        return {id_ for id_, placement in self.placements.items() if placement.fate is fate}


class KilledError(Exception):
    """The run ends here."""


@dataclass(slots=True)
class Publication:
    """A publication, and how it runs."""

    ledger: Ledger
    config: Config
    now: datetime
    files: list[File] = field(default_factory=list)
    #: As of the latest run.
    published: tuple[Article, ...] = ()

    def snapshot(self) -> Snapshot:
        """Read the ledger."""
        return Snapshot(self.ledger.issues(), dict(self.ledger.placements()), self.ledger.schedule())

    def look(self, now: datetime) -> tuple[Article, ...]:
        """Record and return what is published."""
        known = self.ledger.known()
        read = [file.article for file in self.files if file.there]
        live = {article.path for article in select(read, now=now)}
        recognition = recognise([candidate(article, live=article.path in live) for article in read], known)
        assert not recognition.problems
        with self.ledger.publishing(publications(recognition, read, live, {}), [one.id for one in recognition.vanished]):
            old = {one.path: one for one in recognition.articles}
            return select((settled(article, old[article.path]) for article in read if article.path in live), now=now)

    def run(self, now: datetime, *, fails: bool = False, steps: int = 99) -> None:
        """Do what is due, or fail while the first issue is built, or be killed when so many issues were finished."""
        self.published = self.look(now)
        live = {article.id for article in self.published}
        for issued in self.ledger.issues():
            if issued.state is State.RESERVED:
                steps = self.finish(issued, live, now, steps)
        made = plan(
            Cadence.of(self.config),
            self.config.digest,
            now,
            self.published,
            self.ledger.schedule(),
            self.ledger.placements(),
            {issued.key for issued in self.ledger.issues()},
        )
        if made is not None:
            with self.ledger.reserving(made, now) as reserved:
                if fails:
                    raise OSError
            for issued in reserved:
                steps = self.finish(issued, live, now, steps)

    def finish(self, issued: Issued, live: set[str], now: datetime, steps: int) -> int:
        """Deliver a reserved issue with those of its articles that are left."""
        if not steps:
            raise KilledError
        left = tuple(id_ for id_ in issued.articles if id_ in live)
        if left:
            self.ledger.delivered(issued.key, at=now, service="folder", reference="", articles=left)
        else:
            self.ledger.withdraw(issued.key)
        return steps - 1
