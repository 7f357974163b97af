"""Binds the articles of a period into an issue and finds the words that announce it. Pure."""

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from newsletter.config import Config
from newsletter.feeds.choice import Choice
from newsletter.feeds.segments import key
from newsletter.model import Article, Edition, Interest, Issue, Period, Rendered, Section
from newsletter.templating import long_date

#: What phones show of a subject; Gmail on a desktop cuts at about as much.
SUBJECT_LENGTH = 70
#: What clients show after the subject: between 35 (phones) and about 110 characters.
PREHEADER_LENGTH = 110
#: A preheader shorter than this has room for the other titles.
SHORT = 60


class Words(Struct, frozen=True, kw_only=True):
    """What the editor says of an issue; empty: it is made from the articles."""

    #: A template as digest.subject is.
    subject: str = ""
    preheader: str = ""
    note: Rendered | None = None
    #: Ids of the articles that stand behind the lead and are the last to be shortened.
    pinned: tuple[str, ...] = ()


def make_issue(
    config: Config,
    period: Period,
    articles: Sequence[Rendered],
    number: int | None = None,
    *,
    words: Words | None = None,
    title: str = "",
) -> Issue:
    """Bind at least one article into the issue of a period, in the order given; the first one leads, the pinned ones follow it.

    With digest.sections the others are gathered under their tags. ``title`` is that of an edition; empty: the publication's.
    """
    words = words or Words()
    sections = _sections(config, articles, words.pinned)
    ordered = tuple(item for section in sections for item in section.articles) or tuple(articles)
    return Issue(
        key=period.key,
        period=period,
        articles=ordered,
        subject=_subject(title or config.title, config, period, ordered, words.subject or config.digest.subject, number),
        preheader=words.preheader or _preheader(ordered),
        number=number,
        note=words.note,
        pinned=words.pinned,
        sections=sections,
    )


def of_editions(config: Config, issue: Issue | None, editions: Sequence[Edition]) -> tuple[Edition, ...]:
    """Give those editions that have digests their part of the publication's issue, if it has an article that they take."""
    if issue is None:
        return tuple(editions)
    parts = _parts(config, [item.article for item in issue.articles])
    return tuple(
        replace(one, issue=_part(config, issue, one, parts[one.name]))
        if one.interest is Interest.EDITION and one.name in parts
        else one
        for one in editions
    )


def with_issues(config: Config, articles: Sequence[Article]) -> Collection[str]:
    """Name the editions that have a part of an issue of those articles."""
    return _parts(config, articles).keys()


def _parts(config: Config, articles: Sequence[Article]) -> dict[str, frozenset[str]]:
    """Tell which editions have digests of which of these articles: paths by the edition's name."""
    choice = Choice(config, articles)
    parts = {
        table.name: frozenset(article.path for article in choice.of(table.takes)) for table in config.editions if table.digest
    }
    return {name: part for name, part in parts.items() if part}


def _part(config: Config, issue: Issue, edition: Edition, paths: Collection[str]) -> Issue:
    """Bind those articles of an issue, in the same order, under the same key and number.

    What the editor says is about the whole issue: subject and preheader follow from the articles, and there is no note.
    """
    articles = [item for item in issue.articles if item.article.path in paths]
    ids = {item.article.id for item in articles}
    words = Words(pinned=tuple(id_ for id_ in issue.pinned if id_ in ids))
    part = make_issue(config, issue.period, articles, issue.number, words=words, title=edition.title)
    shown = {picture.url for item in articles for picture in item.pictures}
    return replace(part, pictures=tuple(picture for picture in issue.pictures if picture.url in shown), reserved=issue.reserved)


def cut(text: str, length: int) -> str:
    """Shorten a text to at most so many characters, at the end of a word where there is one, with an ellipsis."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    head = text[: length - 1]
    if not text[length - 1].isspace():
        at_word = head.rpartition(" ")[0]
        head = at_word if len(at_word) > length // 2 else head  # a word as long as the line is cut within
    return head.rstrip(" ,;:.-\u2013\u2014") + "\u2026"


def _subject(title: str, config: Config, period: Period, articles: Sequence[Rendered], template: str, number: int | None) -> str:
    lead = articles[0].article.title
    if template:
        wanted = template.format(
            title=title,
            number=period.key if number is None else number,
            lead=cut(lead, SUBJECT_LENGTH),
            date=long_date(period.start, config.timezone),
            key=period.key,
        )
        return " ".join(wanted.split())
    others = len(articles) - 1
    more = f", and {others} more" if others else ""
    return cut(lead, SUBJECT_LENGTH - len(more)) + more


def _preheader(articles: Sequence[Rendered]) -> str:
    """Go on from the subject: what the lead says, then what else there is."""
    lead, *others = articles
    said = cut(lead.summary, PREHEADER_LENGTH)
    if len(said) >= SHORT or not others:
        return said or cut(lead.article.title, PREHEADER_LENGTH)
    end = "" if not said else " " if said.endswith((".", "!", "?", "\u2026")) else ". "
    return cut(f"{said}{end}Also: {', '.join(item.article.title for item in others)}", PREHEADER_LENGTH)


def _sections(config: Config, articles: Sequence[Rendered], pinned: Sequence[str]) -> tuple[Section, ...]:
    """Gather articles under the configured tags, each under the first one that it has; the lead and the pinned ones stand before.

    Empty where no article has any of them.
    """
    titles = {key(title): title for title in reversed(config.digest.sections)}
    before = {articles[0].article.id, *pinned}
    ahead = [item for item in articles if item.article.id in before]
    groups: dict[str, list[Rendered]] = {name: [] for name in reversed(titles)}
    rest: list[Rendered] = []
    for item in articles:
        if item.article.id not in before:
            own = set(map(key, item.article.tags))
            groups.get(next((name for name in groups if name in own), ""), rest).append(item)
    if not any(groups.values()):
        return ()
    named = ((titles[name], items) for name, items in groups.items())
    return tuple(Section(title=title, articles=tuple(items)) for title, items in (("", ahead), *named, ("", rest)) if items)
