"""The content folder → articles. Reads that folder and nothing else; choosing among the articles is pure.

``load`` reads everything once. ``status``, ``report`` and ``select`` take the present instant as an argument.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from newsletter import folder, frontmatter
from newsletter.config import Config
from newsletter.errors import ConfigError, ContentError
from newsletter.folder import File, UnreadableError
from newsletter.frontmatter import Parsed
from newsletter.model import Article, Filter, Found, Period, Remark, Status
from newsletter.naming import Candidate, Names, name_all
from newsletter.recognise.resemblance import fingerprint

#: A date further ahead than this is taken for a slip of the pen: it would hold the article back for good, and silently.
FARTHEST = timedelta(days=3653)


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What the content folder holds."""

    #: Every sound article, drafts included, by (published, id).
    articles: tuple[Article, ...]
    #: One for every file that is or looks like an article, by path. ``report`` tells what the present makes of them.
    found: tuple[Found, ...]
    #: By path and line.
    problems: tuple[ContentError, ...]
    #: By path.
    remarks: tuple[Remark, ...]
    #: POSIX paths, relative to the content folder, of all other regular files.
    files: frozenset[str]


@dataclass(slots=True, kw_only=True)
class _Read:
    """A file on its way to being an article."""

    path: str
    parsed: Parsed
    sha256: str = ""
    excluded: str = ""
    draft: bool = False
    problems: list[ContentError]


def load(config: Config) -> Library:
    """Read the content folder; raises ConfigError if there is none."""
    try:
        content = folder.scan(config)
    except OSError as error:
        raise ConfigError([f"content: expected a folder of articles at {config.content}: {error.strerror}"]) from None
    files = [_read(config, file) for file in content.articles]
    dated = [file for file in files if file.parsed.published is not None and not file.excluded]
    # an article that is held back by an error keeps its names, so that those of others do not change meanwhile
    named = {names.path: names for names in name_all(map(_candidate, dated), config)}
    for file in dated:
        file.problems += named[file.path].problems
    found = [_found(file, named.get(file.path)) for file in files]
    remarks = [remark for file in files for remark in _remarks(file)]
    return Library(
        articles=tuple(sorted((one.article for one in found if one.article), key=_order)),
        found=tuple(found),
        problems=tuple(problem for file in files if _is_wrong(file) for problem in sorted(file.problems, key=_line)),
        remarks=tuple(remarks),
        files=content.others,
    )


def body(config: Config, article: Article) -> str:
    """Read an article's Markdown again, cleaned as when it was loaded; raises ContentError if the file has changed since."""
    try:
        raw = folder.read(config.content, article.path, limit=config.reading.max_bytes)
    except UnreadableError as error:
        raise ContentError(article.path, None, None, str(error)) from None
    if sha256(raw).hexdigest() != article.sha256:
        raise ContentError(article.path, None, None, "the file was changed while it was being published")
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
    return tuple(
        ContentError(article.path, None, "date", f"{article.published.isoformat()} is more than ten years ahead: {remedy}")
        for article in library.articles
        if _instant(article) > now + FARTHEST and status(article, now)[0] is Status.FUTURE
    )


def report(library: Library, now: datetime) -> tuple[Found, ...]:
    """List every file with what becomes of it at that instant, by path."""
    listing = []
    for found in library.found:
        if found.article is None or found.status is Status.DRAFT:
            listing.append(found)
        else:
            becomes, reason = status(found.article, now)
            listing.append(replace(found, status=becomes, reason=reason))
    return tuple(listing)


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
    An update that is declared for later has not happened yet.
    """
    chosen = sorted((article for article in articles if _passes(article, take)), key=_order)
    published = [
        article if article.updated <= now else replace(article, updated=article.published)
        for article in chosen
        if status(article, now)[0] is Status.PUBLISHED
        and (period is None or period.start <= _instant(article) < period.end)
        and (since is None or since <= _instant(article))
    ]
    return tuple(published[-limit:] if limit > 0 else published)


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


def _order(article: Article) -> tuple[datetime, str]:
    """Order articles."""
    return _instant(article), article.id


def _instant(article: Article) -> datetime:
    """Return the publication in UTC: two dates of one ZoneInfo are compared by what its clocks show (PEP 495)."""
    return article.published.astimezone(UTC)


def _line(problem: ContentError) -> int:
    return problem.line or 0


def _read(config: Config, file: File) -> _Read:
    """Read one file, whatever may be wrong with it."""
    if file.unreadable:
        return _spoiled(file, ContentError(file.path, None, None, file.unreadable))
    try:
        raw = folder.read(config.content, file.path, limit=config.reading.max_bytes)
    except UnreadableError as error:
        return _spoiled(file, ContentError(file.path, None, None, str(error)))
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        return _spoiled(file, _not_utf8(file.path, raw, error.start))
    if not text.strip("\ufeff \t\r\n"):
        return _spoiled(file, ContentError(file.path, None, None, "the file is empty: write the article, or remove the file"))
    parsed = frontmatter.parse(text, path=file.path, zone=config.timezone)
    excluded = file.excluded or _excluded(file.path, parsed)
    draft = bool(parsed.held) or "_drafts" in file.path.lower().split("/")[:-1]
    undated = parsed.published is None and not parsed.misdated and not draft
    problems = [*parsed.problems, _undated(file.path, parsed)] if undated else list(parsed.problems)
    if undated and not parsed.dialect:
        # without any front matter one line says all: the remedy adds the title, too
        problems = [_undated(file.path, parsed)]
    return _Read(path=file.path, parsed=parsed, sha256=sha256(raw).hexdigest(), excluded=excluded, draft=draft, problems=problems)


def _undated(path: str, parsed: Parsed) -> ContentError:
    """Say that a date is missing, and how to add it."""
    what = "no date" if parsed.title is not None or parsed.dialect else "no date and no title"
    remedy = f"add a line such as 'date: 2026-03-02' to the front matter, or run 'newsletter adopt {path}'"
    return ContentError(path, parsed.date_line, "date", f"{what}: {remedy}")


def _spoiled(file: File, problem: ContentError) -> _Read:
    """Take in a file that has no text to read."""
    return _Read(path=file.path, parsed=Parsed(), excluded=file.excluded, problems=[problem])


def _not_utf8(path: str, raw: bytes, offset: int) -> ContentError:
    """Say where a file is not UTF-8."""
    line = raw.count(b"\n", 0, offset) + 1
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ContentError(path, 1, None, "expected UTF-8, got UTF-16: save the file as UTF-8")
    return ContentError(
        path, line, None, f"expected UTF-8, got the byte 0x{raw[offset]:02x} at offset {offset}: save the file as UTF-8"
    )


def _excluded(path: str, parsed: Parsed) -> str:
    """Say why a text is no article though its name is one's; empty if it is."""
    if not parsed.dialect and folder.is_about(path):
        return "it is about the folder and has no front matter"
    if parsed.redirect is not None and parsed.published is None and not parsed.misdated and not parsed.body.strip():
        return f"it only sends its visitors to {parsed.redirect}"
    return ""


def _candidate(file: _Read) -> Candidate:
    """Enter a dated file for naming."""
    published = file.parsed.published
    assert published is not None  # noqa: S101 - the caller leaves out files without a date
    return Candidate(path=file.path, parsed=file.parsed, published=published, draft=file.draft)


def _is_wrong(file: _Read) -> bool:
    """Tell whether a file is an error: what is wrong with a draft is not yet anybody's trouble."""
    return bool(file.problems) and not file.draft and not file.excluded


def _remarks(file: _Read) -> Iterable[Remark]:
    """Yield what is worth telling about a file."""
    yield from file.parsed.remarks
    for problem in file.problems if file.draft else ():
        yield Remark(path=problem.path, line=problem.line, field=problem.field, message=problem.message)


def _found(file: _Read, names: Names | None) -> Found:
    """Tell what becomes of a file, the present instant apart."""
    parsed = file.parsed
    found = Found(
        path=file.path,
        status=Status.PUBLISHED,
        title=parsed.title_written,
        published=parsed.published,
        updated=parsed.updated or parsed.published,
        tags=parsed.tags,
        authors=parsed.authors,
    )
    if file.excluded:
        return replace(found, status=Status.EXCLUDED, reason=file.excluded)
    article = _article(file, names) if names is not None and not file.problems else None
    if file.draft:
        reason = f"it is marked as a draft ({parsed.held})" if parsed.held else "it is in a folder of drafts"
        return replace(found, status=Status.DRAFT, reason=reason, article=article)
    if file.problems:
        problems = sorted(file.problems, key=_line)
        reason = "; ".join(f"{one.field}: {one.message}" if one.field else one.message for one in problems)
        return replace(found, status=Status.ERROR, reason=reason, line=problems[0].line)
    return replace(found, article=article)


def _article(file: _Read, names: Names) -> Article:
    """Make an article of a file without problems."""
    parsed = file.parsed
    assert parsed.published is not None  # noqa: S101 - it was named
    assert parsed.title is not None  # noqa: S101 - a file without a title has a problem
    return Article(
        path=file.path,
        id=names.id,
        title=parsed.title,
        slug=names.slug,
        permalink=names.permalink,
        hosted=names.hosted,
        published=parsed.published,
        updated=parsed.updated or parsed.published,
        authors=parsed.authors,
        tags=parsed.tags,
        summary=parsed.summary,
        language=parsed.language,
        cover=parsed.cover,
        cover_alt=parsed.cover_alt,
        enclosures=parsed.enclosures,
        expires=parsed.expires,
        draft=file.draft,
        extra=parsed.extra,
        body_line=parsed.body_line,
        title_in_body=parsed.title_in_body,
        sha256=file.sha256,
        id_line=parsed.id_line if parsed.id is not None else None,
        fingerprint=fingerprint(parsed.body),
    )
