"""Rules about what readers remember: ids are for good, and an entry comes up again only if its author wants it. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from newsletter.checks.finding import Finding, Rule, Severity
from newsletter.config import Config
from newsletter.present import Present
from newsletter.rendition import Rendition

KEPT = Rule(
    id="id-kept",
    summary="No published id changes or is given twice.",
    source="RFC 4287, section 4.2.6: an id must not change when the entry moves, and is unique",
)
VANISHED = Rule(
    id="id-vanished",
    summary="Every published article is still there, or was taken back on purpose.",
    source="RFC 4287, section 4.2.6; a file that is renamed and rewritten at once looks like a new article",
)
RESURFACES = Rule(
    id="resurfaces",
    summary="It is known which articles readers will show once more.",
    source="RFC 4287, section 4.2.15: a changed atom:updated tells readers of a significant change",
    severity=Severity.WARNING,
)
RULES = (KEPT, VANISHED, RESURFACES)


def check(config: Config, today: Present, rendition: Rendition) -> Iterator[Finding]:
    """Compare the articles as they are, rendered with what a build now would give them, with what the ledger has of them."""
    for problem in today.recognition.problems:
        message = f"{problem.field}: {problem.message}" if problem.field else problem.message
        yield Finding(rule=KEPT, path=config.content / problem.path, line=problem.line, message=message)
    for known in today.recognition.vanished:
        if not known.gone:
            remedy = (
                f"put it back; or, if another file is this article now, add 'id: {known.id}' to its front matter; "
                "or build without it, and readers keep what they have"
            )
            yield Finding(rule=VANISHED, path=config.content / known.path, line=None, message=f"{known.id} is gone: {remedy}")
    yield from _resurfacing(config, today, {item.article.path: item.article.updated for item in rendition.rendered})


def _resurfacing(config: Config, today: Present, updates: Mapping[str, datetime]) -> Iterator[Finding]:
    """Say which published entries a build now would bring up again, and why."""
    before = {one.path: one.known for one in today.recognition.articles if one.known is not None}
    moved = [
        (article, known, updated)
        for article in today.published
        if (known := before.get(article.path)) is not None
        and (updated := updates.get(article.path, article.updated)) != known.updated
    ]
    for at, (article, known, updated) in enumerate(moved, 1):
        cause = "its content changed, and " if updated != article.updated else ""
        why = f"{cause}updated moved from {known.updated.isoformat()} to {updated.isoformat()}"
        message = f"readers will show this article again ({at} of {len(moved)}): {why}"
        yield Finding(rule=RESURFACES, path=config.content / article.path, line=None, message=message)
