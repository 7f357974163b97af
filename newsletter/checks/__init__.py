"""What ``newsletter check`` looks at: the articles, the templates, and the feeds and digests that out/ holds.

Reads content/, templates/, out/ and the ledger, writes nothing.

One file per family of rules. A rule has an id and names where it is laid down; add one by adding it to its family's RULES.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path

from msgspec import Struct

from newsletter import collector, filenames, folder, publish, updates, writer
from newsletter.checks import clients, content, digests, entries, feeds, identity, mail, parity, syntax, templates
from newsletter.checks.clients import Table
from newsletter.checks.finding import Finding, Rule, Severity
from newsletter.checks.mail.built import Built
from newsletter.checks.mail.origin import Origins
from newsletter.checks.mail.page import Mail
from newsletter.config import Config
from newsletter.errors import OutputError
from newsletter.ledger import open_ledger
from newsletter.ledger.records import State
from newsletter.model import Article
from newsletter.present import present
from newsletter.processes.crew import Crew
from newsletter.rendition import render as rendition_of
from newsletter.rendition import site_of

__all__ = ["RULES", "Finding", "Result", "Rule", "Severity", "Table", "run"]

#: Every rule, by its id.
RULES = {
    rule.id: rule
    for family in (content, syntax, identity, templates, feeds, digests, mail, parity, clients)
    for rule in family.RULES
}


class Result(Struct, frozen=True, kw_only=True):
    """What a run of the checks found."""

    findings: tuple[Finding, ...]
    #: The output folder.
    out: Path
    #: Whether that had feeds to check.
    feeds: bool
    #: What clients make of the digests, one table for each.
    tables: tuple[Table, ...] = ()


def run(config: Config, *, now: datetime, jobs: int = 0) -> Result:
    """Check the articles as of ``now``, the feeds that were built from them, the newest digest and the publication's templates.

    ``jobs`` is as for publish.build. Raises OutputError where a feed or a digest cannot be opened.
    """
    library = collector.load(config)
    today = present(config, library, now)
    rendition = rendition_of(config, site_of(config, library, today.published), today.published, Crew(jobs))
    rendition = updates.moved(config, rendition, today.recognition, now)
    problems = [problem for problem in (*today.problems, *rendition.problems) if problem not in today.recognition.problems]
    remarks = (*today.remarks, *(remark for item in rendition.rendered for remark in item.remarks))
    findings = [*content.check(config, problems, remarks), *identity.check(config, today, rendition), *templates.check(config)]
    findings += syntax.check(config, rendition.rendered, partial(collector.body, config))
    built = _feeds(config.out)
    if built:
        whole, *_ = publish.plan(config, today, now=now, owned=writer.owned(config.out))
        findings += feeds.check(config.out, built, [item.article for item in rendition.of(whole.articles)])
    mailed, tables = _digests(config, today.articles)
    return Result(findings=(*findings, *mailed), out=config.out, feeds=bool(built), tables=tables)


def _digests(config: Config, articles: Iterable[Article]) -> tuple[tuple[Finding, ...], tuple[Table, ...]]:
    """Check the newest digests, whose parts came from these articles."""
    by_id = {article.id: article for article in articles}
    notes = {Path(file.path).stem: config.content / file.path for file in folder.notes(config)}
    with open_ledger(config.ledger) as ledger:
        delivered = {issued.key for issued in ledger.issues() if issued.state is State.DELIVERED}
    findings: list[Finding] = []
    tables: list[Table] = []
    for one in digests.newest(config.out):
        if not isinstance(one, Mail):
            findings.append(one)
            continue
        note = notes.get(one.key, config.content / filenames.NOTES / f"{one.key}.md")
        origins = Origins(config=config, path=one.path, page=one.page, articles=by_id, note=note)
        found, table = clients.check(one, origins)
        findings += (*mail.check(one, origins, Built(out=config.out, url=config.url), config), *found)
        findings += parity.check(config, one, _feeds(one.path.parents[2]), delivered=one.key in delivered)
        tables.append(table)
    return tuple(findings), tuple(tables)


def _feeds(out: Path) -> dict[str, bytes]:
    """Read the publication's feeds, by file name; those that are not there are left out."""
    try:
        return {name: (out / name).read_bytes() for name in entries.READERS if (out / name).exists()}
    except OSError as error:
        raise OutputError(f"{error.filename}: cannot be read: {error.strerror}") from error
