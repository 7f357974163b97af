"""Rules about the feeds that out/ holds: each must carry the articles, all of them, in order and unchanged. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from newsletter.checks.entries import READERS, Entry, UnreadableError, read, relative_addresses
from newsletter.checks.finding import Finding, Rule
from newsletter.model import Article
from newsletter.xmltext import legal

UNREADABLE = Rule(
    id="feed-readable",
    summary="A feed is what its format says, and all formats are there.",
    source="XML 1.0, section 2.1; RSS 2.0; RFC 4287, section 4.1; JSON Feed 1.1, Top-level",
)
REPEATED = Rule(
    id="feed-ids",
    summary="No two entries share an id.",
    source="RFC 4287, section 4.2.6; RSS Advisory Board profile, guid; JSON Feed 1.1, id",
)
ARTICLES = Rule(
    id="feed-articles",
    summary="A feed carries the newest articles, no fewer, and nothing else.",
    source="the configuration: feeds.limit, feeds.max_age",
)
ORDER = Rule(
    id="feed-order",
    summary="The newest entry comes first.",
    source="RSS Advisory Board profile, item; the same in all formats",
)
TITLES = Rule(
    id="feed-titles",
    summary="An entry has its article's title.",
    source="RFC 4287, section 4.2.14; RSS 2.0, title; JSON Feed 1.1, title",
)
DATES = Rule(
    id="feed-dates",
    summary="An entry was published and updated when its article says, to the second.",
    source="RFC 4287, sections 4.2.9 and 4.2.15; RSS 2.0, pubDate; JSON Feed 1.1, date_published, date_modified",
)
LINKS = Rule(
    id="feed-links",
    summary="An entry leads to its article's permalink.",
    source="RFC 4287, section 4.2.7; RSS 2.0, link; JSON Feed 1.1, url",
)
RELATIVE = Rule(
    id="feed-absolute-addresses",
    summary="Every address in an entry's content is absolute.",
    source="RSS Advisory Board profile, description; W3C Feed Validator, ContainsRelRef",
)
RULES = (UNREADABLE, REPEATED, ARTICLES, ORDER, TITLES, DATES, LINKS, RELATIVE)


def check(out: Path, feeds: Mapping[str, bytes], articles: Sequence[Article]) -> Iterator[Finding]:
    """Compare feeds, by file name, with the articles that they should carry, newest first."""
    for name in READERS:
        if name not in feeds:
            yield Finding(rule=UNREADABLE, path=out / name, message="is missing; newsletter build writes it")
            continue
        try:
            entries = read(name, feeds[name])
        except UnreadableError as error:
            yield Finding(rule=UNREADABLE, path=out / name, message=str(error))
        else:
            yield from _compare(out / name, entries, articles)


def _compare(path: Path, entries: Sequence[Entry], articles: Sequence[Article]) -> Iterator[Finding]:
    """Hold the entries of one feed against the articles."""
    wanted = {article.id: article for article in articles}
    carried = [entry.id for entry in entries]
    for identity, count in Counter(carried).items():
        if count > 1:
            yield Finding(rule=REPEATED, path=path, message=f"{count} entries have the id {identity}")
    for article in articles:
        if article.id not in carried:
            yield Finding(rule=ARTICLES, path=path, message=f"lacks {article.path} ({article.id}); newsletter build adds it")
    for entry in entries:
        if entry.id in wanted:
            yield from _one(path, entry, wanted[entry.id])
        else:
            message = f"carries {entry.id} ({entry.title}), which no article that belongs here has; newsletter build drops it"
            yield Finding(rule=ARTICLES, path=path, line=entry.line, message=message)
        for address in relative_addresses(entry.content):
            yield Finding(rule=RELATIVE, path=path, line=entry.line, message=f"{entry.title}: {address!r} is relative")
    shared = [identity for identity in dict.fromkeys(carried) if identity in wanted]
    expected = [identity for identity in wanted if identity in shared]
    if shared != expected:
        first = next(entry for entry, other in zip(shared, expected, strict=True) if entry != other)
        yield Finding(rule=ORDER, path=path, message=f"the entries are not newest first, from {first} on")


def _one(path: Path, entry: Entry, article: Article) -> Iterator[Finding]:
    """Hold one entry against its article."""
    title = legal(article.title).strip() or article.slug
    comparisons: list[tuple[Rule, str, object, object]] = [
        (TITLES, "title", entry.title, title),
        (DATES, "published", _second(entry.published), _second(article.published)),
        (LINKS, "link", entry.url, article.permalink),
    ]
    if entry.updated:
        comparisons.append((DATES, "updated", _second(entry.updated), _second(article.updated)))
    for rule, field, seen, expected in comparisons:
        if seen != expected:
            message = f"{article.path}: {field}: expected {expected}, got {seen}; newsletter build mends it"
            yield Finding(rule=rule, path=path, line=entry.line, message=message)


def _second(when: datetime) -> datetime:
    """Cut to the second: RSS has no fractions, and those in Atom and JSON Feed only tell entries apart."""
    return when.astimezone(UTC).replace(microsecond=0)
