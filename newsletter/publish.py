"""The way through the house: load, select, render, emit, write. Narrates; every step lives in its own room.

Reads content/ and out/ at the start, writes out/ at the end, and nothing is written before every emitter has succeeded.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from newsletter import binding, collector, editorial, kept, making, updates, writer
from newsletter.bystanders import may_stand_by, settle
from newsletter.config import Config
from newsletter.editorial import Editorial
from newsletter.errors import ContentError, NewsletterError, RefusedError
from newsletter.feeds.editions import EditionPlan, editions
from newsletter.folder import Content
from newsletter.index.compiled import Compiled
from newsletter.index.documents import of_feed
from newsletter.index.pages import Pages, Trace
from newsletter.index.styles import Styles, Weights
from newsletter.issue import of_editions
from newsletter.ledger import open_ledger
from newsletter.ledger.looks import looks
from newsletter.ledger.records import Publication
from newsletter.mail import manifest
from newsletter.model import Article, Commission, Edition, Found, Issue, Output, Period, Remark, Spooled
from newsletter.past import past_issues
from newsletter.piecework import Piecework, Setting
from newsletter.piecework.history import Archivist, archived, rest
from newsletter.piecework.hosting import Host
from newsletter.present import Present, refused
from newsletter.processes.crew import Crew
from newsletter.recognise import publications
from newsletter.rendition import Rendition, site_of
from newsletter.rendition import render as rendition_of
from newsletter.situation import Situation, looked
from newsletter.steady import Span, span
from newsletter.templating import Templates

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from newsletter.processes.aside import Aside


class Report(Struct, frozen=True, kw_only=True):
    """What a build did."""

    #: Paths relative to out/, in the order of the changes.
    written: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]
    #: Every file of the content folder and what became of it.
    found: Sequence[Found]
    #: What held articles back; they are not published.
    problems: tuple[ContentError, ...]
    remarks: tuple[Remark, ...]
    #: None where the period has no article, so that there is no digest.
    issue: Issue | None
    #: How large it is; None where there is none.
    digest: manifest.Size | None
    #: How many articles the publication's feeds hold.
    entries: int
    #: The newest published article.
    newest: Article | None
    #: The instants within which time alone changes nothing.
    steady: Span
    #: Whether the issue of the period was delivered before, and so was left as it is.
    delivered: bool = False


def build(  # noqa: PLR0913 - each is a choice of the caller
    config: Config,
    *,
    now: datetime,
    period: Period,
    jobs: int = 0,
    executor: "Executor | None" = None,
    aside: "Aside | None" = None,
    strict: bool = False,
    content: Content | None = None,
    remember: Callable[[Report], None] | None = None,
) -> Report:
    """Build all that out/ holds for the publication as of ``now``, and the issue of the period.

    ``jobs`` is the most processes to use, 0 for one a processor, instead of which an executor may do the work; the bytes do not
    depend on either. Raises NewsletterError, with out/ as it was, when nothing was published: with ``strict`` for any problem
    of any article. ``aside`` is a process that was started ahead; ``content`` is what was just found in the content folder;
    ``remember`` is called at the end, with the lock held.
    """
    with writer.lock(config.out):
        with Crew(jobs, executor, aside) as crew:

            def made(situation: Situation) -> Report:
                report = produce(config, situation, situation.commission, crew, now=now, strict=strict)
                return replace(report, delivered=situation.commission is None)

            report = looked(config, made, now=now, jobs=jobs, content=content, period=period)
        if remember is not None:
            remember(report)
        return report


def produce(
    config: Config,
    situation: Situation,
    commission: Commission | None,
    crew: Crew,
    *,
    now: datetime,
    strict: bool = False,
) -> Report:
    """Make everything of what was found, and the issue that is commissioned, and write it, with the lock held; as ``build``.

    Raises StirredError, with nothing written, where more should have been looked at.
    """
    with writer.Spool(config.out) as spool:
        return _produce(config, situation, commission, crew, spool, now=now, strict=strict)


def _produce(
    config: Config,
    situation: Situation,
    commission: Commission | None,
    crew: Crew,
    spool: writer.Spool,
    *,
    now: datetime,
    strict: bool,
) -> Report:
    library, today, owned = situation.library, situation.today, situation.owned
    _refuse_if(strict, today.problems)
    published = today.published
    plans = plan(config, today, now=now, owned=owned)
    in_issue = binding.chosen(published, commission, now)
    desk = editorial.read(config, commission.period) if commission else Editorial()
    templates = Templates(config.templates, Compiled.of(config), styles=Styles.of(config), weights=Weights.of(config))
    site = site_of(config, library, published)
    pages = Pages(config, templates, site, today.recognition, owned)
    rest(plans[0].archive, library.bystanders, pages)
    stale = making.stale(config, plans, in_issue, pages)
    host = Host(config, published, pages, [one.channel for one in plans])

    def rendered(
        articles: Sequence[Article], besides: Sequence[tuple[Article, str]] = (), *, for_digest: bool = False
    ) -> Rendition:
        found = rendition_of(config, site, articles, crew, besides=besides, for_digest=for_digest, indexed=True)
        return updates.moved(config, found, today.recognition, now)

    rendition = rendered(in_issue, editorial.texts(desk), for_digest=True)
    bound = binding.bind(config, commission, desk, rendition, in_issue, found=library.found, files=site.files)
    issue = bound.issue
    issued = kept.of_editions(config, of_editions(config, issue, making.blank(stale, issue)), templates, owned)
    crew.begin_digests(config, issued, templates, sum(len(one.articles) for one in stale))
    rendition = rendition.joined(rendered(making.shown(published, stale, host.at_ease, besides=in_issue)))
    channels = making.channels(plans, stale, rendition)
    piecework = Piecework(
        Setting(config=config, site=site, templates=templates, now=now), today.recognition, rendition, spool.put
    )
    hosted = host.make(piecework, channels, crew, spool)
    history = Archivist(piecework, pages).make(plans[0].archive, crew, spool)
    failed = (*rendition.problems, *piecework.problems(published))
    problems = (*today.problems, *failed, *bound.problems)
    _refuse_if(strict, problems)
    whole, *others = making.editions(stale, rendition, channels, issued)
    whole = replace(
        whole,
        archive=history.pages,
        pages=hosted.mentions,
        latest=rendition.of(host.latest),
        past=past_issues(config.out, besides=issue.key if issue else None),
    )
    _refuse_to_empty(config, whole, library.found, problems)
    outputs = crew.emit(config, (whole, *others), templates, spool.put) if whole.feed else ()
    traces = making.traces(rendition) | piecework.traces
    leaves = making.without_damaged_pages(history, plans, traces, owned) if problems else history.outputs
    every: tuple[Output | Spooled, ...] = (
        *(*rendition.assets, *piecework.assets, *bound.outputs),
        *(*hosted.outputs, *outputs, *leaves),
    )
    # damaged pages stay as they are
    standing = pages.standing.union(one.path for one in history.outputs).difference(one.path for one in every)
    record = _to_record(config, library, today, traces, failed, now)
    with open_ledger(config.ledger) as ledger:
        with ledger.publishing(*record) as recorded:
            written = writer.write(config.out, every, remove_stale=not problems, standing=standing)
        after, count = looks(config.ledger), ledger.count()
    making.forget(config, making.worth_keeping(published, plans, in_issue), library.bystanders)
    as_read = today.articles is library.by_path
    pages.keep([*hosted.documents, *history.documents, *map(of_feed, stale[1:])], traces, every)
    if situation.index is not None and may_stand_by(config) and after and after.follows(situation.ledger, written=recorded):
        bystanders, contested, stands = library.bystanders, library.contested, archived(plans[0].archive, history, pages, now)
        settle(situation.index, after, bystanders, today.recognition, contested, record[0], count, stands)
    return Report(
        written=written.written,
        unchanged=written.unchanged,
        removed=written.removed,
        found=refused(today.found, failed),
        problems=problems,
        remarks=(
            *today.remarks,
            *desk.remarks,
            *making.remarks(published, traces, pages),
            *bound.remarks,
            *(remark for output in outputs for remark in output.remarks),
        ),
        issue=issue,
        digest=_size(outputs, whole),
        entries=len(whole.feed),
        newest=published[-1] if published else None,
        steady=span(
            library.articles if as_read else (*library.articles, *today.articles),
            now,
            max_age=config.feeds.max_age,
            besides=library.bystanders.instants if library.bystanders else (),
        ),
    )


def _refuse_if(strict: bool, problems: Sequence[ContentError]) -> None:  # noqa: FBT001 - the option as it came
    if strict and problems:
        raise RefusedError(problems, "--strict: nothing was published")


def plan(config: Config, today: Present, *, now: datetime, owned: Collection[str]) -> tuple[EditionPlan, ...]:
    """Plan the feeds of the whole publication, which comes first, and of its editions, tags and authors."""
    since = now - timedelta(days=config.feeds.max_age) if config.feeds.max_age else None
    kept = {path.removesuffix("rss.xml") for path in owned if path.endswith("/rss.xml")}
    return editions(config, today.published, since=since, numbers=today.numbers, rest=today.rest, kept=kept)


def _to_record(
    config: Config,
    library: collector.Library,
    today: Present,
    traces: Mapping[str, Trace],
    failed: Sequence[ContentError],
    now: datetime,
) -> tuple[tuple[Publication, ...], tuple[str, ...]]:
    """Say what the ledger is to keep of a build: what it publishes, and which ids no file has any more."""
    shown = {path: trace.shown for path, trace in traces.items()}
    published = {article.path for article in today.published} - {problem.path for problem in failed}
    gone = tuple(known.id for known in today.recognition.vanished)
    read = [collector.as_of(one, now) for one in library.articles]
    return publications(today.recognition, read, published, shown, onward=config.feeds.onward), gone


def _size(outputs: Sequence[Output | Spooled], whole: Edition) -> manifest.Size | None:
    """Read how large the digest of the whole publication is, if there is one."""
    path = f"issues/{whole.issue.key}/{manifest.NAME}" if whole.issue else None
    return next((manifest.size(output.body) for output in outputs if output.path == path and isinstance(output, Output)), None)


def _refuse_to_empty(config: Config, edition: Edition, found: Sequence[Found], problems: Sequence[ContentError]) -> None:
    """Raise NewsletterError where the build would take from the readers what they have, or is surely not meant."""
    if edition.feed:
        return
    if problems:
        raise RefusedError(problems, "no article could be published; nothing was changed")
    if not found:
        raise NewsletterError(f"{config.content}: no articles here; nothing was changed")
    if "rss.xml" in writer.owned(config.out):
        raise NewsletterError(
            "the feeds had entries and would have none now (drafts, dates, feeds.max_age?); nothing was changed"
        )
