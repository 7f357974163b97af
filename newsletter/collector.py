"""What the files say → articles, and which of them are chosen. Reads bodies again when somebody asks for them; choosing is pure.

``load`` does so with the whole content folder. ``status``, ``report`` and ``select`` take the present instant
as an argument.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from newsletter import folder
from newsletter.bystanders import Bystanders, Parted
from newsletter.config import Config
from newsletter.errors import ContentError
from newsletter.folder import Content, UnreadableError
from newsletter.index import LostError
from newsletter.index.articles import article_of, of_article
from newsletter.index.articles import found as found_of
from newsletter.index.rows import Row, Sound, as_said, wish
from newsletter.index.said import Said, chosen, instant, problems, remarks
from newsletter.mapped import Late, Mapped
from newsletter.model import Article, Filter, Found, Period, Remark, Status
from newsletter.naming import Candidate, Names, are_free, is_hosted, name_all
from newsletter.steady import FARTHEST
from newsletter.survey import Survey, surveyed, undisturbed


class Library(Struct, frozen=True, kw_only=True):
    """What the content folder holds: articles, but for bystanders."""

    #: Every sound article, drafts included, by (published, id).
    articles: tuple[Article, ...]
    #: The same by path.
    by_path: tuple[Article, ...]
    #: One for every file that is or looks like an article, by path. ``report`` tells what the present makes of them.
    found: Sequence[Found]
    #: Paths of the files that would be articles if nothing were wrong with them.
    unread: frozenset[str]
    #: By path and line.
    problems: tuple[ContentError, ...]
    #: By path.
    remarks: tuple[Remark, ...]
    #: POSIX paths, relative to the content folder, of all other regular files.
    files: frozenset[str]
    #: By path the dated articles that are not called as they would be by themselves, and those whose names others want, too.
    contested: Mapping[str, Names]
    bystanders: Bystanders | None = None


def load(config: Config, content: Content | None = None, *, indexed: bool = True, count: int = 1) -> Library:
    """Read the content folder; as ``survey``."""
    return surveyed(config, lambda seen: library(config, seen), content, indexed=indexed, count=count)


def library(config: Config, seen: Survey, parted: Parted | None = None) -> Library:
    """Make articles of what the files say, or of what some do."""
    rows = parted.rows if parted else seen.rows()
    with undisturbed():
        made = _library(config, seen.content, rows)
    if parted is None:
        return made
    others = parted.bystanders

    def everyone() -> list[Found]:
        try:
            articles = others.articles()
        except LostError:
            paths = frozenset(others.who.paths())
            articles = [one for one in load(config, indexed=False).by_path if one.path in paths]
        return sorted((*made.found, *map(of_article, articles)), key=lambda one: one.path)

    return replace(made, found=Late(len(made.found) + len(others.who), everyone), bystanders=others)


def _library(config: Config, content: Content, rows: Sequence[Row]) -> Library:
    named, contested = _named(config, rows)
    articles: list[Article] = []
    listed: list[Article | Found] = []
    wrong: list[ContentError] = []
    notes: list[Remark] = []
    for row in rows:
        if type(row) is Sound and row.article.path not in contested:
            articles.append(row.article)
            listed.append(row.article)
            continue
        file = as_said(row) if isinstance(row, Sound) else row
        names = named(file)
        published = instant(file.published) if names else None
        if file.remarks:
            notes += remarks(file)
        odd = file.problems or file.draft or file.title_written is not None
        if names is not None and published is not None and not (odd or names.problems):
            article = article_of(file, names, published)
            articles.append(article)
            listed.append(article)
            continue
        own = sorted((*problems(file), *(names.problems if names else ())), key=_line)
        found = found_of(file, names, published, own)
        listed.append(found)
        if found.article is not None:
            articles.append(found.article)
        if own and file.draft:  # what is wrong with a draft is not yet anybody's trouble
            notes += (Remark(path=one.path, line=one.line, field=one.field, message=one.message) for one in own)
        elif own and not file.excluded:
            wrong += own
    unread = (one for one in listed if isinstance(one, Found) and one.article is None and one.status is not Status.EXCLUDED)
    return Library(
        articles=tuple(_in_order(articles)),
        by_path=tuple(articles),
        found=Mapped(listed, _as_found),
        unread=frozenset(one.path for one in unread),
        problems=tuple(wrong),
        remarks=tuple(notes),
        files=content.others,
        contested=contested,
    )


def _named(config: Config, rows: Sequence[Row]) -> tuple[Callable[[Said], Names | None], Mapping[str, Names]]:
    """Name the files that are dated articles; return what tells the names of each file, None of any other.

    And the names that are contested: see ``Library``.
    """
    # an article that is held back by an error keeps its names, so that those of others do not change meanwhile
    if not are_free([own for row in rows if (own := wish(row)) is not None]):
        dated = [file for row in rows if (file := as_said(row) if isinstance(row, Sound) else row).wish and not file.excluded]
        candidates = (Candidate(file.path, _date(file), file.draft, file.wish or (), chosen(file)) for file in dated)
        by_path = {names.path: names for names in name_all(candidates, config)}
        contested = _contested({file.path: file.wish for file in dated if file.wish}, by_path)
        theirs = {path: replace(names, problems=()) for path, names in by_path.items() if path in contested}
        return lambda file: by_path.get(file.path), theirs

    def wished(file: Said) -> Names | None:
        if file.wish is None or file.excluded:
            return None
        slug, permalink, identity = file.wish
        hosted = not config.permalink and (file.chosen is None or is_hosted(chosen(file), config))
        return Names(file.path, slug, permalink, hosted, identity)

    return wished, {}


def _contested(wishes: Mapping[str, Sequence[str]], names: Mapping[str, Names]) -> frozenset[str]:
    """Choose the paths of those who are not called as they wished, or wish what others do."""
    folded = {path: (slug.casefold(), permalink, identity) for path, (slug, permalink, identity) in wishes.items()}
    several = [Counter(column) for column in zip(*folded.values(), strict=True)]
    return frozenset(
        path
        for path, wish in wishes.items()
        if (names[path].slug, names[path].permalink, names[path].id) != tuple(wish)
        or any(counts[name] > 1 for counts, name in zip(several, folded[path], strict=True))
    )


def _date(file: Said) -> datetime:
    assert file.published is not None  # noqa: S101 - as the caller knows
    return datetime.fromisoformat(file.published)


def _as_found(one: Article | Found) -> Found:
    return one if isinstance(one, Found) else of_article(one)


def body(config: Config, article: Article) -> str:
    """Read an article's Markdown again, cleaned as when it was loaded; raises ContentError if the file has changed since."""
    try:
        raw = folder.read(config.content, article.path, limit=config.reading.max_bytes)
    except UnreadableError as error:
        raise ContentError(article.path, None, None, str(error)) from None
    if folder.digests(raw)[0] != article.sha256:
        raise ContentError(article.path, None, None, "the file was changed while it was being published")
    from newsletter import frontmatter  # noqa: PLC0415 - with the YAML library, for articles that are rendered

    return frontmatter.parse(raw.decode(), path=article.path, zone=config.timezone).body


def status(article: Article, now: datetime) -> tuple[Status, str]:
    """Say what becomes of a sound article at that instant, and why it is not published."""
    if article.draft:
        return Status.DRAFT, "it is marked as a draft"
    if _instant(article) > now:
        return Status.FUTURE, f"it is to be published at {article.published.isoformat()}"
    if article.expires is not None and article.expires <= now:
        return Status.EXPIRED, f"it expired at {article.expires.isoformat()}"
    return Status.PUBLISHED, ""


def implausible(library: Library, now: datetime) -> tuple[ContentError, ...]:
    """Tell which future articles are dated so far ahead that nobody can mean it, seen from that instant."""
    remedy = "correct it, or hold the article back with 'draft: true'"
    first = bisect_right(library.articles, now + FARTHEST, key=_instant)
    return tuple(
        ContentError(article.path, None, "date", f"{article.published.isoformat()} is more than ten years ahead: {remedy}")
        for article in library.articles[first:]
        if status(article, now)[0] is Status.FUTURE
    )


def report(library: Library, now: datetime) -> Sequence[Found]:
    """List every file with what becomes of it at that instant, by path."""

    def told(found: Found) -> Found:
        if found.article is None or found.status is Status.DRAFT:
            return found
        becomes, reason = status(found.article, now)
        return found if (becomes, reason) == (found.status, found.reason) else replace(found, status=becomes, reason=reason)

    return Mapped(library.found, told)


def select(
    articles: Iterable[Article],
    *,
    now: datetime,
    period: Period | None = None,
    take: Filter = Filter(),  # noqa: B008 - a frozen record
    limit: int = 0,
    since: datetime | None = None,
) -> tuple[Article, ...]:
    """Choose the articles published at ``now``, oldest first, by (published, id).

    Of these, those in the half-open period, from ``since`` on, and that the filter takes; ``limit`` keeps the newest so many.
    """
    published = released(articles, now)
    if take != Filter():
        published = [article for article in published if _passes(article, take)]
    if period is not None:
        published = [article for article in published if period.start <= _instant(article) < period.end]
    if since is not None:
        published = [article for article in published if since <= _instant(article)]
    ordered = _in_order(published)
    return tuple(ordered[-limit:] if limit > 0 else ordered)


def released(articles: Iterable[Article], now: datetime) -> list[Article]:
    """Choose the articles published at ``now``, in the order given, as they are then."""
    now = now.astimezone(UTC)
    return [
        as_of(article, now)
        for article in articles
        if (at if (at := article.published).tzinfo is UTC else at.astimezone(UTC)) <= now
        and not article.draft
        and (article.expires is None or article.expires > now)
    ]


def as_of(article: Article, now: datetime) -> Article:
    """Return an article as it is at an instant: an update that is declared for later has not happened yet."""
    return article if article.updated <= now else replace(article, updated=article.published)


def _passes(article: Article, take: Filter) -> bool:
    """Tell whether an article matches every part of a filter that is not empty."""
    if take.tags and not _meet(take.tags, article.tags):
        return False
    if take.authors and not _meet(take.authors, (person.name for person in article.authors)):
        return False
    return not take.folders or any(article.path.startswith(f"{place.strip('/')}/") for place in take.folders)


def _meet(wanted: Iterable[str], given: Iterable[str]) -> bool:
    """Tell whether two lists have a word in common, whatever its case."""
    return not {word.casefold() for word in wanted}.isdisjoint(word.casefold() for word in given)


def _in_order(articles: Iterable[Article]) -> list[Article]:
    """Order articles by (published, id); made in one go, as there are so many."""
    keyed = [
        (at if (at := one.published).tzinfo is UTC else at.astimezone(UTC), one.id, number, one)
        for number, one in enumerate(articles)
    ]
    keyed.sort()
    return [one for _, _, _, one in keyed]


def _instant(article: Article) -> datetime:
    """Return the publication in UTC: two dates of one ZoneInfo are compared by what its clocks show (PEP 495)."""
    published = article.published
    return published if published.tzinfo is UTC else published.astimezone(UTC)


def _line(problem: ContentError) -> int:
    return problem.line or 0
