"""Has a build's issue bound: which one it is, of which articles, in what order, with what words and pictures.

Reads the ledger and what the writer owns; the editor's note is handed in.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from newsletter import collector
from newsletter.config import Config
from newsletter.editorial import Editorial
from newsletter.errors import ContentError
from newsletter.images.mail import prepare
from newsletter.issue import Words, make_issue
from newsletter.ledger import open_ledger
from newsletter.ledger.records import Issued, State
from newsletter.mail import manifest
from newsletter.model import Article, Commission, Found, Issue, Output, Period, Remark
from newsletter.note import Arrangement, arrange
from newsletter.rendition import Rendition


class Bound(Struct, frozen=True, kw_only=True):
    """What came of it."""

    #: None where it cannot be bound as its editor wants it, or there is nothing to bind.
    issue: Issue | None
    #: Copies of pictures for the mail.
    outputs: tuple[Output, ...]
    problems: tuple[ContentError, ...]
    remarks: tuple[Remark, ...]


def commission_of(issued: Issued) -> Commission:
    """Return what makes an issue that the ledger has."""
    period = Period(start=issued.start, end=issued.end, key=issued.key)
    return Commission(period=period, number=issued.number, articles=frozenset(issued.articles), reserved=issued.reserved)


def commission(config: Config, period: Period, owned: Collection[str]) -> Commission | None:
    """Say what issue there is to make of a period; None for one that was delivered: what subscribers have does not change."""
    with open_ledger(config.ledger) as ledger:
        issues = ledger.issues()
    issued = next((one for one in issues if one.key == period.key), None)
    if issued is None:
        return Commission(period=period, number=max(one.number for one in issues) + 1 if issues else None)
    there = f"issues/{period.key}/{manifest.NAME}" in owned
    return None if issued.state is State.DELIVERED and there else commission_of(issued)


def chosen(published: Sequence[Article], commission: Commission | None, now: datetime) -> tuple[Article, ...]:
    """Choose the articles of the issue."""
    if commission is None:
        return ()
    if commission.articles is None:
        return collector.select(published, now=now, period=commission.period)
    return tuple(article for article in published if article.id in commission.articles)


def bind(
    config: Config,
    commission: Commission | None,
    desk: Editorial,
    rendition: Rendition,
    articles: Iterable[Article],
    *,
    found: Sequence[Found],
    files: Collection[str],
) -> Bound:
    """Bind the issue of those articles that could be rendered; ``files`` are the paths of all that the content folder holds."""
    arrangement = arrange(desk.note, rendition.of(articles), found)
    mail = prepare(config, _bind(config, commission, desk, arrangement, rendition), rendition.assets, files)
    return Bound(
        issue=mail.issue,
        outputs=mail.outputs,
        problems=(*desk.strays, *desk.problems, *arrangement.problems),
        remarks=(*arrangement.remarks, *mail.remarks),
    )


def _bind(
    config: Config, commission: Commission | None, desk: Editorial, arrangement: Arrangement, rendition: Rendition
) -> Issue | None:
    failed = desk.article is not None and all(item.article != desk.article for item in rendition.rendered)
    if commission is None or failed or desk.problems or arrangement.problems or not arrangement.articles:
        return None
    words = Words(
        subject=desk.note.subject if desk.note else "",
        preheader=desk.note.preheader if desk.note else "",
        note=next((item for item in rendition.rendered if item.article == desk.article), None),
        pinned=arrangement.pinned,
    )
    issue = make_issue(config, commission.period, arrangement.articles, commission.number, words=words)
    return replace(issue, reserved=commission.reserved and commission.reserved.astimezone(config.timezone))
