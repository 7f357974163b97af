"""The scheduled run: refreshes the feeds, makes the issues that are due, hands them over, and records each step before the next.

What the run is killed between, the next one finishes: an issue is reserved with its articles before anything is built, built
before anything leaves the house, and every attempt to hand it over stands in the ledger before it is made.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import Struct, field

from newsletter import publish, writer
from newsletter.binding import commission_of
from newsletter.cadence import Cadence
from newsletter.config import Config
from newsletter.delivery.websub import ping
from newsletter.errors import ContentError, DeliveryError
from newsletter.feeds.channels import FORMATS
from newsletter.folder import Content
from newsletter.ledger import hold_ledger, open_ledger
from newsletter.ledger.connection import Hold
from newsletter.ledger.records import Issued, Plan, Progress, State
from newsletter.ledger.store import Ledger
from newsletter.processes.crew import Crew
from newsletter.publish import Report
from newsletter.runs import handing, planning
from newsletter.runs.handing import Handed, Terms
from newsletter.situation import Situation, look, looked
from newsletter.steady import Span

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from newsletter.processes.aside import Aside

#: Clocks are set right by less than this.
SKEW = timedelta(days=1)


class Run(Struct, frozen=True, kw_only=True):
    """What a scheduled run did."""

    #: One for each time that out/ was written, the first of which refreshed the feeds.
    builds: tuple[Report, ...]
    #: In the order of the issues.
    handed: tuple[Handed, ...]
    #: What was decided about issues; None where no period was due.
    plan: Plan | None
    #: What the hub did not take in, on one line.
    hub: str | None
    #: Keys of issues that were reserved and of which no article is left.
    withdrawn: tuple[str, ...]
    #: Until when the periods are done with already, where that is far ahead: some run had a wrong clock.
    ahead: datetime | None

    @property
    def problems(self) -> tuple[ContentError, ...]:
        """What holds articles back, each once."""
        return tuple(dict.fromkeys(problem for report in self.builds for problem in report.problems))


class Outlook(Struct, frozen=True, kw_only=True):
    """What a run would do."""

    #: Issues that are reserved and not delivered.
    unfinished: tuple[Issued, ...]
    plan: Plan | None
    #: Of the published articles, by id.
    titles: Mapping[str, str]


def run(
    config: Config,
    terms: Terms,
    *,
    jobs: int = 0,
    executor: "Executor | None" = None,
    aside: "Aside | None" = None,
    strict: bool = False,
    content: Content | None = None,
    remember: Callable[[Run, Span], None] | None = None,
) -> Run:
    """Do all that is due; ``jobs``, ``executor``, ``aside``, ``strict`` and ``content`` as for publish.build.

    ``remember`` is called at the end, with the locks held, if nothing is left to do for a time, with that time.

    Raises LockedError at once while another run holds out/ or the ledger, and NewsletterError where nothing could be published,
    with out/ and the ledger as they were.
    """
    with writer.lock(config.out), hold_ledger(config.ledger) as hold:
        few = _is_for_feeds_alone(config, terms)
        with open_ledger(config.ledger) as ledger, Crew(jobs, executor, aside) as crew:

            def all_that_is_due(situation: Situation) -> Run:
                return _Running(config, terms, situation, ledger, hold, crew, strict).run()

            done = looked(config, all_that_is_due, now=terms.now, jobs=jobs, content=content, few=few)
        if remember is not None and (quiet := _quiet(config, done)):
            remember(done, quiet)
        return done


def _is_for_feeds_alone(config: Config, terms: Terms) -> bool:
    """Tell whether a run has nothing to do with issues."""
    with open_ledger(config.ledger) as ledger:
        idle = planning.is_idle(Cadence.of(config), terms.now, ledger.schedule())
        return idle and not (terms.retry_unknown or _unfinished(ledger))


def _quiet(config: Config, done: Run) -> Span | None:
    """Return the instants within which another run would do nothing; None if it would do something at once."""
    with open_ledger(config.ledger) as ledger:
        schedule, unfinished = ledger.schedule(), _unfinished(ledger)
    if schedule is None or unfinished or any(one.result.problems for one in done.handed) or done.hub or done.ahead:
        return None
    cadence = Cadence.of(config)
    due = cadence.due(cadence.containing(schedule.closed))
    steady = done.builds[0].steady
    return Span(since=max(steady.since, schedule.closed), until=min(steady.until, due))


def outlook(config: Config, now: datetime) -> Outlook:
    """Tell what a run would do, and change nothing."""
    situation = look(config, now=now, indexed=False)
    with open_ledger(config.ledger) as ledger:
        plan = _plan(config, situation, ledger, now)
        titles = {article.id: article.title for article in situation.today.published}
        return Outlook(unfinished=_unfinished(ledger), plan=plan, titles=titles)


def _unfinished(ledger: Ledger) -> tuple[Issued, ...]:
    return tuple(issued for issued in ledger.issues() if issued.state is State.RESERVED)


def _plan(config: Config, situation: Situation, ledger: Ledger, now: datetime) -> Plan | None:
    return planning.plan(
        Cadence.of(config),
        config.digest,
        now=now,
        published=situation.today.published,
        schedule=ledger.schedule(),
        placements=ledger.placements(),
        keys=frozenset(issued.key for issued in ledger.issues()),
    )


class _Running(Struct):
    """One run, with the locks held."""

    config: Config
    terms: Terms
    situation: Situation
    ledger: Ledger
    hold: Hold
    crew: Crew
    strict: bool
    builds: list[Report] = field(default_factory=list)
    handed: list[Handed] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    hub: str | None = None

    def run(self) -> Run:
        plan, schedule = None, self.ledger.schedule()
        if self.terms.retry_unknown:
            self.retry()
        if all(self.finish(issued) for issued in _unfinished(self.ledger)):
            plan = _plan(self.config, self.situation, self.ledger, self.terms.now)
            self.begin(plan)
        return Run(
            builds=tuple(self.builds),
            handed=tuple(self.handed),
            plan=plan,
            hub=self.hub,
            withdrawn=tuple(self.withdrawn),
            ahead=schedule.closed if schedule and schedule.closed > self.terms.now + SKEW else None,
        )

    def retry(self) -> None:
        """Try again the recipients of delivered issues of whom nobody knows whether they were reached."""
        for issued in self.ledger.issues():
            attempts = self.ledger.attempts(issued.key, self.config.delivery.service)
            unknown = any(attempt.progress is Progress.TRYING for attempt in attempts.values())
            if issued.state is State.DELIVERED and unknown:
                self.deliver(issued)

    def begin(self, plan: Plan | None) -> None:
        """Carry out what was planned."""
        if plan is None or not plan.issues:
            if not self.builds:
                self.build(None)
            if plan is not None:
                with open_ledger(self.config.ledger) as ledger:  # which the build may have made
                    ledger.reserve(plan, self.terms.now)
            return
        with self.ledger.reserving(plan, self.terms.now) as issues:
            first = self.build(issues[0])
        if self.settle(issues[0], first):
            all(self.finish(issued) for issued in issues[1:])

    def finish(self, issued: Issued) -> bool:
        """Build a reserved issue and hand it over; tell whether the next one may follow."""
        if not self.is_under_way(issued):
            return self.settle(issued, self.build(issued))
        if not self.builds:
            self.build(None)
        return self.deliver(issued)

    def is_under_way(self, issued: Issued) -> bool:
        """Tell whether somebody may have the issue already, as it lies in out/: then it stays as it is."""
        tried = self.ledger.attempts(issued.key, self.config.delivery.service)
        if not tried and not handing.reached(self.ledger, issued.key):
            return False
        try:
            handing.parcel(self.config, issued.key, issued.articles)
        except DeliveryError:
            return False
        return True

    def build(self, issued: Issued | None) -> Report:
        commission = commission_of(issued) if issued else None
        report = publish.produce(self.config, self.situation, commission, self.crew, now=self.terms.now, strict=self.strict)
        if not self.builds:
            self.hub = _tell_hub(self.config, report.written)
        self.builds.append(report)
        return report

    def settle(self, issued: Issued, report: Report) -> bool:
        """Hand over what was built of an issue."""
        if report.issue is not None:
            return self.deliver(issued)
        if any(article.id in issued.articles for article in self.situation.today.published):
            return False  # its note or one of its articles holds it back, and the report says why
        self.ledger.withdraw(issued.key)
        self.withdrawn.append(issued.key)
        return True

    def deliver(self, issued: Issued) -> bool:
        self.handed.append(handing.hand_over(self.config, self.ledger, self.hold, issued, self.terms))
        result = self.handed[-1].result
        return result.delivered or result.nearly


def _tell_hub(config: Config, written: Sequence[str]) -> str | None:
    """Tell the hub of the feeds that changed, before any mail leaves, for that may take hours."""
    feeds = {form.file for form in FORMATS}
    changed = [config.url + quote(path) for path in written if path.rpartition("/")[2] in feeds]
    return ping(config.feeds.hub, changed) if config.feeds.hub and changed else None
