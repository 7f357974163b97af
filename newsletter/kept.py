"""Finds the digest that out/ holds already, so that it is not made again. Reads out/, the templates and the program's files.

Inlining a mail's styles costs as much as all the rest of a build, and most builds, such as those that cron starts, change no
digest. What decides is never a file's time: it is a digest of everything that the mail is made from.
"""

from collections.abc import Collection
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from newsletter.config import Config, Delivery
from newsletter.mail.manifest import NAME, mailed, unchanged
from newsletter.model import Edition, Issue, Kept
from newsletter.templating import Templates

if TYPE_CHECKING:
    from datetime import datetime

#: The files of a digest.
FILES = ("email.html", "email.txt", "email.eml", NAME)
#: The distributions whose code the mail goes through.
DISTRIBUTIONS = ("premailer", "cssutils", "cssselect", "lxml", "Jinja2", "MarkupSafe", "Pillow")
NOWHERE = Path()


def find(config: Config, edition: Edition, templates: Templates, owned: Collection[str]) -> Kept | None:
    """Look in out/ for the digest of the edition's issue; None without an issue. ``owned`` is what the writer owns there."""
    if edition.issue is None:
        return None
    folder = f"{edition.prefix}issues/{edition.issue.key}/"
    made_from = source(config, edition, edition.issue, templates)
    found = {}
    for name in FILES:
        path = config.out / folder / name
        try:
            if folder + name in owned and path.is_file() and not path.is_symlink():
                found[name] = path.read_bytes()
        except OSError:
            continue  # then the digest is made again, and the writer says what is wrong with the file
    return Kept(source=made_from, outputs=unchanged(folder, found, made_from))


def source(config: Config, edition: Edition, issue: Issue, templates: Templates) -> str:
    """Digest all that shapes the mail: configuration but for where things lie and go, issue, templates, program and libraries."""
    digest = replace(config.digest, on="", at="", catch_up="", late_days=0, minimum=0)  # these shape the period, not the mail
    settings = replace(config, root=NOWHERE, content=NOWHERE, out=NOWHERE, templates=NOWHERE, ledger="")
    settings = replace(settings, digest=digest, delivery=Delivery())
    whole = sha256()
    parts = (
        repr(settings).encode(),
        repr(replace(mailed(edition), issue=issue)).encode(),
        "\n".join(when.isoformat() for when in _instants(issue)).encode(),
        *(part for name, body in templates.sources() for part in (name.encode(errors="surrogateescape"), body)),
        _program(),
        *(f"{name} {_version(name)}".encode() for name in DISTRIBUTIONS),
    )
    for part in parts:
        whole.update(b"%d:" % len(part))  # where one part ends cannot be mistaken
        whole.update(part)
    return whole.hexdigest()


def _instants(issue: Issue) -> "list[datetime]":
    """List the instants of an issue: their offsets come from the time zone database, which is no version of anything here."""
    articles = [item.article for item in issue.articles]
    return [issue.period.start, issue.period.end, *(when for one in articles for when in (one.published, one.updated))]


@cache
def _program() -> bytes:
    """Digest the program, which in a checkout changes without its version; a process has it as it was when it began."""
    package = Path(__file__).parent
    return sha256(b"".join(sha256(path.read_bytes()).digest() for path in sorted(package.rglob("*.py")))).digest()


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:  # installed without its metadata
        return ""
