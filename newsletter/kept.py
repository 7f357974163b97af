"""Finds the digest that out/ holds already, so that it is not made again. Reads out/, the templates and the program's files.

Inlining a mail's styles costs as much as all the rest of a build, and most builds, such as those that cron starts, change no
digest. What decides is never a file's time: it is a digest of everything that the mail is made from.
"""

from collections.abc import Collection, Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from newsletter.config import Config, Delivery
from newsletter.index import program
from newsletter.mail.manifest import NAME, mailed, unchanged
from newsletter.model import Edition, Issue, Kept, Output, Spooled
from newsletter.templating import Templates

if TYPE_CHECKING:
    from datetime import datetime

#: The files of a digest.
FILES = ("email.html", "email.txt", "email.eml", NAME)
#: The distributions whose code the mail goes through.
DISTRIBUTIONS = ("premailer", "cssutils", "cssselect", "lxml", "Jinja2", "MarkupSafe", "Pillow")
NOWHERE = Path()


def of_editions(config: Config, editions: Iterable[Edition], templates: Templates, owned: Collection[str]) -> tuple[Edition, ...]:
    """Look in out/ for the digest of each edition that has an issue; ``owned`` is what the writer owns there."""
    shared = b""
    found = []
    for edition in editions:
        if edition.issue is None:
            found.append(edition)
            continue
        shared = shared or _shared(config, templates)
        found.append(replace(edition, kept=_find(config, edition, edition.issue, shared, owned)))
    return tuple(found)


def _find(config: Config, edition: Edition, issue: Issue, shared: bytes, owned: Collection[str]) -> Kept:
    folder = f"{edition.prefix}issues/{issue.key}/"
    made_from = source(edition, issue, shared)
    found = {}
    for name in FILES:
        path = config.out / folder / name
        try:
            if folder + name in owned and path.is_file() and not path.is_symlink():
                found[name] = path.read_bytes()
        except OSError:
            continue  # then the digest is made again, and the writer says what is wrong with the file
    outputs = unchanged(folder, found, made_from)
    return Kept(source=made_from, outputs=tuple(_left(config, one) for one in outputs) if edition.prefix else outputs)


def _left(config: Config, output: Output) -> Spooled:
    """Leave a file where it is: of editions there may be more than memory should hold."""
    place = str(config.out / output.path)
    digest = sha256(output.body).hexdigest()
    return Spooled(path=output.path, type=output.type, file=place, sha256=digest, remarks=output.remarks)


def source(edition: Edition, issue: Issue, shared: bytes) -> str:
    """Digest all that shapes the mail: the issue, and what ``shared`` is the digest of."""
    told = (repr(replace(mailed(edition), issue=issue)), "\n".join(when.isoformat() for when in _instants(issue)))
    return _digest(shared, *(part.encode() for part in told)).hex()


def _shared(config: Config, templates: Templates) -> bytes:
    """Digest what shapes all mails: configuration but for where things lie and go, templates, program and libraries."""
    digest = replace(config.digest, on="", at="", catch_up="", late_days=0, minimum=0)  # these shape the period, not the mail
    settings = replace(config, root=NOWHERE, content=NOWHERE, out=NOWHERE, templates=NOWHERE, ledger="")
    settings = replace(settings, digest=digest, delivery=Delivery())
    return _digest(
        repr(settings).encode(),
        templates.digest.encode(),
        program.digest_of(config, DISTRIBUTIONS),
    )


def _digest(*parts: bytes) -> bytes:
    whole = sha256()
    for part in parts:
        whole.update(b"%d:" % len(part))  # where one part ends cannot be mistaken
        whole.update(part)
    return whole.digest()


def _instants(issue: Issue) -> "list[datetime]":
    """List the instants of an issue: their offsets come from the time zone database, which is no version of anything here."""
    articles = [item.article for item in issue.articles]
    own = (issue.period.start, issue.period.end, issue.mail_date)
    return [*own, *(when for one in articles for when in (one.published, one.updated))]
