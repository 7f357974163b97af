"""Rules about the newest issue in all its forms: page, mail, text and feeds must say the same of its articles.

Reads out/, writes nothing. The manifest issue.json lists the articles and how much of each the mail holds; its web page has all
of them in full, and is what the others are held against in dates and alternative texts.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from html import escape, unescape
from pathlib import Path
from typing import TypeAlias

from msgspec.structs import replace

from newsletter.checks import retold
from newsletter.checks.entries import READERS, Entry, UnreadableError, read
from newsletter.checks.finding import Finding, Rule
from newsletter.checks.mail.page import Mail, parse
from newsletter.checks.retold import Listed, Told, clean
from newsletter.config import Config
from newsletter.errors import OutputError
from newsletter.issue import cut
from newsletter.mail.layout import TITLE_LENGTH
from newsletter.mail.merging import Merging
from newsletter.model import Form

#: Writes a text as a file holds it whose service would take it for merge tags otherwise.
Write: TypeAlias = Callable[[str], str]

READABLE = Rule(
    id="parity-readable",
    summary="An issue's manifest lists its articles, and its web page and its text stand beside its mail.",
    source="issues/KEY/issue.json, index.html and email.txt, as a build writes them",
)
ARTICLES = Rule(
    id="parity-articles",
    summary="Every form of an issue, and every feed that reaches back to it, has its articles by the same ids.",
    source="RFC 4287, section 4.2.6; RSS Advisory Board profile, guid; JSON Feed 1.1, id",
)
ORDER = Rule(
    id="parity-order",
    summary="Every form of an issue has its articles in the same order; the feeds have them newest first.",
    source="WCAG 2.2, 3.2.3, consistent order; RSS Advisory Board profile, item",
)
TITLES = Rule(
    id="parity-titles",
    summary="An article has the same title everywhere.",
    source="RFC 4287, section 4.2.14; RSS 2.0, title; JSON Feed 1.1, title",
)
LINKS = Rule(
    id="parity-links",
    summary="An article's title leads to the same absolute address everywhere.",
    source="RFC 4287, section 4.2.7; RSS 2.0, link; JSON Feed 1.1, url",
)
DATES = Rule(
    id="parity-dates",
    summary="An article was published, and updated, at the same time everywhere.",
    source="RFC 4287, sections 4.2.9 and 4.2.15; RSS 2.0, pubDate; JSON Feed 1.1, date_published, date_modified",
)
ALTS = Rule(
    id="parity-alts",
    summary="The pictures of an article have the same alternative texts wherever it is shown in full.",
    source="WCAG 2.2, 1.1.1",
)
RULES = (READABLE, ARTICLES, ORDER, TITLES, LINKS, DATES, ALTS)

#: The feeds, the one that is believed last: RSS does not say when an article was updated.
FULLEST = ("rss.xml", "feed.json", "atom.xml")
ABSOLUTE = re.compile(r"https?://[^/]", re.IGNORECASE)
MENDED = "newsletter build mends it"


def check(config: Config, mail: Mail, feeds: Mapping[str, bytes], *, delivered: bool = False) -> Iterator[Finding]:
    """Hold the forms of one issue, and its edition's feeds by file name, against one another.

    An issue that was delivered stays as it is, whatever becomes of its articles: then the feeds are held against each other.
    Raises OutputError where a file cannot be opened.
    """
    folder = mail.path.parent
    try:
        articles = json.loads(mail.manifest)["articles"]
        issue = [Listed(**{name: str(one[name]) for name in ("id", "title", "url")}, form=Form(one["form"])) for one in articles]
    except (ValueError, TypeError, KeyError) as error:
        message = f"the list of articles is damaged ({error}); {MENDED}"
        yield Finding(rule=READABLE, path=folder / "issue.json", message=message)
        return
    for one in issue:
        if not ABSOLUTE.match(one.url):
            yield Finding(rule=LINKS, path=folder / "issue.json", message=f"{one.title}: {one.url!r} is not absolute")
    bodies = {name: _read(folder / name) for name in ("index.html", "email.txt")}
    for name, body in bodies.items():
        if body is None:
            yield Finding(rule=READABLE, path=folder / name, message=f"is missing; {MENDED}")
    merging = Merging(config.digest, "")
    pages: dict[str, Told] = {}
    if (page := bodies["index.html"]) is not None:
        stories = retold.told(parse(page))
        pages = {story.id: story for story in stories}
        yield from _html(folder / "index.html", stories, [replace(one, form=Form.FULL) for one in issue], pages, str)
    shown = [one for one in issue if one.form is not Form.COUNTED]
    yield from _html(mail.path, retold.told(mail.page), shown, pages, lambda text: unescape(merging.html(escape(text))))
    if (text := bodies["email.txt"]) is not None:
        yield from _text(folder / "email.txt", retold.lines(text.decode(errors="replace")), shown, pages, merging.text)
    yield from _feeds(config, folder.parents[1], feeds, issue, {} if delivered else pages, delivered=delivered)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(f"{path}: cannot be read: {error.strerror}") from error


def _html(
    path: Path, stories: Sequence[Told], issue: Sequence[Listed], pages: Mapping[str, Told], written: Write
) -> Iterator[Finding]:
    """Look at a page or a mail; ``written`` says how a text stands there."""
    ids = {written(one.id): one.id for one in issue}
    yield from _sequence(path, [ids.get(story.id, story.id) for story in stories], [one.id for one in issue])
    by_id = {ids.get(story.id, story.id): story for story in stories}
    for one in issue:
        if (story := by_id.get(one.id)) is None:
            continue
        yield from _differences(
            path,
            one,
            (TITLES, "title", story.title, clean(written(_title(one))) or story.title),
            (LINKS, "link", story.url, written(one.url)),
        )
        page = pages.get(one.id)
        if page is None:
            continue
        day = clean(written(page.times[0][1])) if page.times else ""
        if story.byline and not retold.names(story.byline, day):
            yield _finding(DATES, path, one, f"the date: expected {day}, got {story.byline}")
        alts = tuple(alt if alt is None else clean(written(alt)) for alt in page.alts)
        if one.form is Form.FULL:
            yield from _differences(path, one, (ALTS, "alternative texts", story.alts, alts))


def _text(path: Path, text: str, issue: Sequence[Listed], pages: Mapping[str, Told], written: Write) -> Iterator[Finding]:
    """Look at the text part."""
    at = 0
    for one in issue:
        title, url = clean(written(_title(one))), written(one.url)
        page = pages.get(one.id)
        day = clean(written(page.times[0][1])) if page and page.times else ""
        found = retold.in_text(text, one.form, title, url, day, start=at)
        if found is not None:
            at, byline = found
            if byline and not retold.names(byline, day):
                yield _finding(DATES, path, one, f"the date: expected {day}, got {byline}")
        elif retold.in_text(text, one.form, title, url, day) is not None:
            yield _finding(ORDER, path, one, "stands before an article that it should follow")
        else:
            has_title = title in clean(text)
            rule = LINKS if has_title else TITLES if url in text else ARTICLES
            yield _finding(rule, path, one, f"expected its title with its address below, {title!r} and {url}")


def _feeds(
    config: Config,
    folder: Path,
    feeds: Mapping[str, bytes],
    issue: Sequence[Listed],
    pages: Mapping[str, Told],
    *,
    delivered: bool,
) -> Iterator[Finding]:
    """Look at the feeds, for the articles of the issue that any holds: they have limits, and articles are taken back."""
    listed = {one.id: one for one in issue}
    held: dict[str, list[Entry]] = {}
    for name in READERS:
        with suppress(KeyError, UnreadableError):  # feed-readable tells
            held[name] = [entry for entry in read(name, feeds[name]) if entry.id in listed]
    first = {entry.id: entry for name in FULLEST for entry in held.get(name, ())}
    if delivered:
        listed |= {entry.id: replace(listed[entry.id], title=entry.title, url=entry.url) for entry in first.values()}
    wanted = [entry.id for entries in list(held.values())[:1] for entry in entries]
    wanted = list(dict.fromkeys([*wanted, *first]))
    for name, entries in held.items():
        yield from _sequence(folder / name, [entry.id for entry in entries], wanted)
        dates = [_second(entry.published) for entry in entries]
        if dates != sorted(dates, reverse=True):
            yield Finding(rule=ORDER, path=folder / name, message=f"the articles of this issue are not newest first; {MENDED}")
        for entry in entries:
            yield from _entry(config, folder / name, entry, listed[entry.id], pages.get(entry.id), first[entry.id])


def _entry(config: Config, path: Path, entry: Entry, one: Listed, page: Told | None, first: Entry) -> Iterator[Finding]:
    """Hold an entry against the manifest, the web page and the first feed that has it."""
    title = clean(one.title) or clean(entry.title)
    found: list[tuple[Rule, str, object, object]] = [
        (TITLES, "title", clean(entry.title), title),
        (LINKS, "link", entry.url, one.url),
    ]
    instants = [] if page is None else [when for when, _ in page.times]
    for field, when, known in zip(
        ("published", "updated"), (entry.published, entry.updated), (*instants, None, None), strict=False
    ):
        if when is not None and known is not None:
            found.append((DATES, field, _second(when), _second(known)))
    if entry.updated is not None and first.updated is not None:
        found.append((DATES, "updated", entry.updated, first.updated))
    if page is not None and config.feeds.content == "full":
        found.append((ALTS, "alternative texts", retold.alts(entry.content), page.alts))
    yield from _differences(path, one, *found, line=entry.line)


def _sequence(path: Path, seen: Sequence[str], wanted: Sequence[str]) -> Iterator[Finding]:
    """Compare what articles there are, and their order."""
    for identity, count in Counter(seen).items():
        if identity not in wanted:
            yield Finding(rule=ARTICLES, path=path, message=f"has {identity}, which is not in the issue; {MENDED}")
        elif count > 1:
            yield Finding(rule=ARTICLES, path=path, message=f"has {identity} {count} times; {MENDED}")
    for identity in wanted:
        if identity not in seen:
            yield Finding(rule=ARTICLES, path=path, message=f"lacks {identity}; {MENDED}")
    shared = [identity for identity in dict.fromkeys(seen) if identity in wanted]
    expected = [identity for identity in wanted if identity in shared]
    for found, other in zip(shared, expected, strict=True):
        if found != other:
            yield Finding(rule=ORDER, path=path, message=f"{found} stands where {other} should; {MENDED}")
            break


def _differences(path: Path, one: Listed, *pairs: tuple[Rule, str, object, object], line: int | None = None) -> Iterator[Finding]:
    for rule, field, seen, expected in pairs:
        if seen != expected:
            yield _finding(rule, path, one, f"{field}: expected {expected!r}, got {seen!r}", line)


def _finding(rule: Rule, path: Path, one: Listed, message: str, line: int | None = None) -> Finding:
    return Finding(rule=rule, path=path, line=line, message=f"{one.title}: {message}; {MENDED}")


def _title(one: Listed) -> str:
    """Return a title as the mail shows it."""
    return one.title if one.form is Form.FULL else cut(one.title, TITLE_LENGTH)


def _second(when: datetime) -> datetime:
    """Cut to the second: RSS and web pages have no fractions."""
    return when.astimezone(UTC).replace(microsecond=0)
