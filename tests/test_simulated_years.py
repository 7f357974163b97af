"""Publications live through years of everything that goes wrong; after every step each article is where the rules put it.

tests.press does what a run does, tests.almanac works out what it is to come to.
"""

import tempfile
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from newsletter.cadence import Cadence
from newsletter.config import Digest
from newsletter.ledger import open_ledger
from newsletter.ledger.records import Fate, Issued, State
from newsletter.rules import WEEKDAYS
from tests import almanac
from tests.factories import make_article, make_config
from tests.press import File, KilledError, Publication, Snapshot

#: Where files are kept in memory, on Linux.
MEMORY = (Path("/dev/shm"),)  # noqa: S108 - only a folder of its own is made there
HOUR = timedelta(hours=1)
#: Days around which some zone below changes its clocks, and one on which none does.
BEGINNINGS = [
    datetime.fromisoformat(f"2026-{day}T09:00Z") for day in ("02-11", "03-07", "03-27", "04-03", "04-23", "10-23", "10-30")
]
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "UTC")
CADENCES = (
    *(("day", 1), ("day", 1), ("week", 1), ("week", 5), ("week", 7)),
    *(("month", 1), ("month", 15), ("month", 31), ("quarter", 1), ("year", 30)),
)
TIMES = (time(0), time(0, 30), time(2, 15), time(8, 30), time(23, 59))
DIGESTS = st.builds(
    Digest,
    catch_up=st.sampled_from(("merge", "each", "skip")),
    late_days=st.sampled_from((0, 3, 30, 60)),
    minimum=st.sampled_from((1, 1, 1, 2, 4)),
)
#: Hours that a period has.
HOURS = {"day": 24, "week": 168, "month": 730, "quarter": 2190, "year": 8760}
#: How much time passes: in periods, and in hours besides.
PAUSES = st.tuples(st.sampled_from((0, 0.3, 1, 1, 1, 1, 1.1, 2, 3.5)), st.sampled_from((0, 0, 1, 2.25, 8.5, 23)))
#: The date of an article, as a part of the time that passes, and in hours from then.
DATES = st.tuples(
    st.sampled_from((0, 0.1, 0.5, 0.9, 1, 1)),
    st.sampled_from((0, 0, 0, 0, 0, 1, -1, 26, 500, -30, -100, -24 * 20, -24 * 70, -24 * 500)),
)
NEWS = st.lists(DATES, max_size=4)
#: Hours that a clock is wrong.
SKEWS = st.sampled_from((0, 0, 0, 0, 1, -1, 24 * 9, -24 * 9, -24 * 400))


class Years(RuleBasedStateMachine):
    """What can happen to a publication."""

    def __init__(self) -> None:
        """Begin without a ledger."""
        super().__init__()
        self.stack = ExitStack()
        # thousands of commits wait for the disk, which is not what this is about
        memory = next((str(place) for place in MEMORY if place.is_dir()), None)
        place = Path(self.stack.enter_context(tempfile.TemporaryDirectory(dir=memory)))
        ledger = self.stack.enter_context(open_ledger(place / "ledger"))
        self.paper = Publication(ledger=ledger, config=make_config(), now=BEGINNINGS[0])
        self.delivered: dict[str, Issued] = {}
        self.passed: set[str] = set()
        self.keys: set[str] = set()

    def teardown(self) -> None:
        """Give the ledger back."""
        self.stack.close()

    @initialize(
        now=st.sampled_from(BEGINNINGS),
        digest=DIGESTS,
        cadence=st.sampled_from(CADENCES),
        at=st.sampled_from(TIMES),
        zone=st.sampled_from(ZONES),
    )
    def begin(self, now: datetime, digest: Digest, cadence: tuple[str, int], at: time, zone: str) -> None:
        """Set up a publication."""
        self.paper.now = now
        self.paper.config = replace(self.paper.config, digest=digest)
        self.schedule(cadence, at, zone)

    def write(self, news: list[tuple[float, float]], pause: tuple[float, float]) -> None:
        """Let time pass, and articles turn up meanwhile."""
        hours = pause[0] * HOURS[self.paper.config.digest.every] + pause[1]
        for part, ahead in news:
            name, when = f"{len(self.paper.files)}", self.paper.now + (part * hours + ahead) * HOUR
            article = make_article(path=f"{name}.md", id=f"tag:letter.example,2026:{name}", id_line=1, slug=name, published=when)
            self.paper.files.append(File(article))
        self.paper.now += hours * HOUR

    @precondition(lambda self: self.paper.files)
    @rule(data=st.data(), kind=st.sampled_from(("retitle", "rename", "redate", "draft", "expire", "delete")))
    def edit(self, data: st.DataObject, kind: str) -> None:
        """Change an article."""
        file = data.draw(st.sampled_from(self.paper.files))
        article = file.article
        if kind == "delete":
            file.there = not file.there
        elif kind == "draft":
            file.article = replace(article, draft=not article.draft)
        elif kind == "expire":
            file.article = replace(article, expires=None if article.expires else self.paper.now + 30 * HOUR)
        elif kind == "redate":
            when = self.paper.now + data.draw(DATES)[1] * HOUR
            file.article = replace(article, published=when, updated=when)
        elif kind == "rename":
            file.article = replace(article, path=f"renamed-{article.path}")
        else:
            file.article = replace(article, title=f"{article.title}, again")

    @rule(digest=DIGESTS)
    def tune(self, digest: Digest) -> None:
        """Change what becomes of articles."""
        of = self.paper.config.digest
        self.paper.config = replace(self.paper.config, digest=replace(digest, every=of.every, on=of.on, at=of.at))

    @rule(cadence=st.sampled_from(CADENCES), at=st.sampled_from(TIMES), zone=st.sampled_from(ZONES))
    def schedule(self, cadence: tuple[str, int], at: time, zone: str) -> None:
        """Change when there are issues."""
        every, on = cadence
        day = "" if on == 1 else WEEKDAYS[on - 1] if every == "week" else str(on)
        digest = replace(self.paper.config.digest, every=every, on=day, at=at.isoformat("minutes"))
        self.paper.config = replace(self.paper.config, digest=digest, timezone=ZoneInfo(zone))

    @rule(news=NEWS, pause=PAUSES, skew=SKEWS)
    def run(self, news: list[tuple[float, float]], pause: tuple[float, float], skew: int) -> None:
        """Cron calls, and another cron calls right after."""
        self.write(news, pause)
        now = self.paper.now + skew * HOUR
        before = self.paper.snapshot()
        self.paper.run(now)
        after = self.paper.snapshot()
        self.verify(before, after, now)
        assert all(issued.state is State.DELIVERED for issued in after.issues)
        self.paper.run(now)
        assert self.paper.snapshot() == after

    @rule(news=NEWS, pause=PAUSES)
    def run_again(self, news: list[tuple[float, float]], pause: tuple[float, float]) -> None:
        """Cron calls: what happens most."""
        self.run(news, pause, 0)

    @rule(news=NEWS, pause=PAUSES, steps=st.integers(0, 2))
    def be_killed(self, news: list[tuple[float, float]], pause: tuple[float, float], steps: int) -> None:
        """Fail with the power, when some issues were delivered."""
        self.write(news, pause)
        before = self.paper.snapshot()
        with suppress(KilledError):
            self.paper.run(self.paper.now, steps=steps)
        after = self.paper.snapshot()
        if after.schedule != before.schedule:
            self.verify(before, after, self.paper.now)

    @precondition(lambda self: all(issued.state is State.DELIVERED for issued in self.paper.ledger.issues()))
    @rule(news=NEWS, pause=PAUSES)
    def fail(self, news: list[tuple[float, float]], pause: tuple[float, float]) -> None:
        """Find the disk full when the first issue is built."""
        self.write(news, pause)
        before = self.paper.snapshot()
        with suppress(OSError):
            self.paper.run(self.paper.now, fails=True)
        assert self.paper.snapshot() == before

    def verify(self, before: Snapshot, after: Snapshot, now: datetime) -> None:
        """Compare what a run planned with the rules."""
        config = self.paper.config
        digest, cadence = config.digest, Cadence.of(config)
        live = {article.id: article.published.astimezone(UTC) for article in self.paper.published}
        kept = {issued.key for issued in before.issues if issued.state is State.DELIVERED or live.keys() & set(issued.articles)}
        gone = {id_ for issued in before.issues if issued.state is State.RESERVED for id_ in issued.articles if id_ not in live}
        fates = {id_: placement for id_, placement in before.placements.items() if id_ not in gone}
        closed = before.schedule.closed if before.schedule else None
        due = almanac.due(cadence.every, cadence.on, cadence.at, cadence.zone.key, closed=closed, now=now)
        due = [close for close in due if close.key not in kept]
        if not due:
            assert (after.schedule, after.placements) == (before.schedule, fates)
            return
        rules = almanac.Rules(
            digest=digest,
            due=due,
            schedule=before.schedule,
            new={id_: when for id_, when in live.items() if id_ not in fates and when < due[-1].end},
            waited={id_: live[id_] for id_ in before.having(Fate.WAITING) & live.keys() if live[id_] < due[-1].end},
        )
        issues, waiting = rules.issues()
        made = [issued for issued in after.issues if issued.key not in kept]
        assert [(issued.key, issued.start, issued.end, set(issued.articles)) for issued in made] == issues
        assert (after.having(Fate.WAITING) - before.having(Fate.WAITING)) | (after.having(Fate.WAITING) & live.keys()) == waiting
        assert after.having(Fate.PASSED) - before.having(Fate.PASSED) == rules.passed()
        assert after.schedule is not None
        assert after.schedule.closed == due[-1].end
        for issued in made:
            reading = [(live[id_] < rules.since(), live[id_], id_) for id_ in issued.articles]
            assert reading == sorted(reading)

    @invariant()
    def the_ledger_keeps_its_promises(self) -> None:
        """Look at all of it after every step."""
        now = self.paper.snapshot()
        self.every_article_is_in_one_place_for_good(now)
        self.issues_follow_one_another(now)

    def every_article_is_in_one_place_for_good(self, now: Snapshot) -> None:
        """Look at the lists of the issues, and at what was delivered or passed before."""
        listed = [id_ for issued in now.issues for id_ in issued.articles]
        assert len(set(listed)) == len(listed)
        assert {id_: issued.key for issued in now.issues for id_ in issued.articles} == {
            id_: placement.issue for id_, placement in now.placements.items() if placement.fate is Fate.ISSUE
        }
        for issued in now.issues:
            if issued.state is State.DELIVERED:
                assert self.delivered.setdefault(issued.key, issued) == issued
        assert self.delivered.keys() <= {issued.key for issued in now.issues}
        assert self.passed <= now.having(Fate.PASSED)
        self.passed |= now.having(Fate.PASSED)

    def issues_follow_one_another(self, now: Snapshot) -> None:
        """Look at keys, numbers and periods."""
        issues, schedule = now.issues, now.schedule
        assert len({issued.key for issued in issues}) == len(issues)
        self.keys |= {issued.key for issued in issues}
        assert all(issued.articles and issued.start < issued.end for issued in issues)
        assert all(one.end <= following.start and one.number < following.number for one, following in pairwise(issues))
        if issues:
            # an issue of which nothing was left leaves a gap if others were reserved with it
            assert len(issues) <= issues[-1].number <= len(self.keys)
            assert schedule is not None
            assert issues[-1].end <= schedule.since <= schedule.closed

    @invariant()
    def what_readers_saw_stays(self) -> None:
        """Look at ids and dates."""
        by_id = {file.article.id: file for file in self.paper.files}
        for article in self.paper.published:
            file = by_id[article.id]
            file.published = file.published or article.published
            assert article.published == file.published
        assert {one.id for one in self.paper.ledger.known()} == {id_ for id_, file in by_id.items() if file.published}


TestSimulatedYears = Years.TestCase
TestSimulatedYears.settings = settings(
    max_examples=1000, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
