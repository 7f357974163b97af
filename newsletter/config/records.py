"""What can be configured: one record for each table of the file. No I/O.

A field that is annotated with a description is a key of the file; the rules after the description hold for its value.
"""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from newsletter import rules
from newsletter.config.delivery import Delivery
from newsletter.config.design import ThemeTable
from newsletter.config.feeds import EditionTable, Feeds, Podcast
from newsletter.design import theme as themes
from newsletter.mail import services
from newsletter.mail.services import Tags
from newsletter.model import Person

PERMALINK = ("slug", "year", "month", "day", "path", "folder")
SUBJECT = ("title", "number", "lead", "date", "key")


class Reading(Struct, frozen=True, kw_only=True):
    """[reading]: which files are articles and how much one may ask for."""

    extensions: Annotated[
        tuple[str, ...],
        "File name endings of articles, compared without case.",
        rules.extensions,
    ] = (".md", ".markdown", ".mdown")
    exclude: Annotated[
        tuple[str, ...],
        "Shell patterns of paths, relative to the content folder, that are passed over.",
    ] = ()
    max_bytes: Annotated[
        int,
        "Largest article, in bytes.",
        rules.between(1, 1_000_000_000),
    ] = 2_000_000
    max_seconds: Annotated[
        int,
        "Longest that one article may take to render, in seconds of processor time.",
        rules.between(1, 3600),
    ] = 10


class Digest(Struct, frozen=True, kw_only=True):
    """[digest]: the e-mail."""

    every: Annotated[
        str,
        "How often there is an issue: day, week, month, quarter or year.",
        rules.one_of("day", "week", "month", "quarter", "year"),
    ] = "week"
    on: Annotated[
        str | int,
        "Day that each period begins on: a weekday such as friday where there is an issue every week, else the day of the month, "
        "from 1 to 31 (the last one in shorter months); empty: monday, or the 1st.",
        rules.day,
    ] = ""
    at: Annotated[
        str,
        "Local time from which `newsletter run` makes the issue, on the day after its period.",
        rules.time_of_day,
    ] = "00:00"
    catch_up: Annotated[
        str,
        "What becomes of periods that no run came in time for: merge (one issue for all of them), each (one issue for each) or "
        "skip (their articles are never mailed).",
        rules.one_of("merge", "each", "skip"),
    ] = "merge"
    late_days: Annotated[
        int,
        "An article that turns up when its period is over goes into the next issue if it is not older than so many days when "
        "that issue's period ends.",
        rules.between(0, 100_000),
    ] = 60
    minimum: Annotated[
        int,
        "Fewer articles than this wait for the next period.",
        rules.between(1, 10_000),
    ] = 1
    subject: Annotated[
        str,
        "Subject with {title} the publication's, {number} the issue's (where it has none, its key), {lead} the first "
        "article's title, {date} and {key}; empty: made from the articles.",
        rules.pattern(*SUBJECT),
    ] = ""
    sender: Annotated[
        str,
        "From header of the .eml: an address, or Name <address>, the name as it is; empty: newsletter@ the host of url.",
        rules.mailbox,
    ] = ""
    address: Annotated[
        str,
        "Postal address in the footer, on one or more lines; empty: none.",
        rules.many_lines,
    ] = ""
    unsubscribe: Annotated[
        str,
        "Address for unsubscribing (https://…, http://… or mailto:…), or the mail service's merge tag for it; empty: the tag of "
        "digest.service, or none.",
    ] = ""
    service: Annotated[
        str,
        f"Mail service that the digest is handed to: {', '.join(filter(None, services.NAMES))} (with the tags in [digest.tags]). "
        "Its merge tags stand in the mail, and text that looks like one is shown as it is; empty: none in particular.",
        rules.one_of(*services.NAMES),
    ] = ""
    greeting: Annotated[
        str,
        "Line before the articles, such as Dear {name}, with {name} for the recipient's name; empty: none.",
        rules.pattern("name"),
    ] = ""
    theme: Annotated[
        str,
        f"Design of the mail and the web pages: {', '.join(themes.THEMES)}. The table [theme] changes what it consists of.",
        rules.one_of(*themes.THEMES),
    ] = "broadsheet"
    images: Annotated[
        str,
        "Where the mail's pictures are: link (on the web) or embed (local ones travel in the .eml; email.html has links).",
        rules.one_of("link", "embed"),
    ] = "link"
    embed_limit: Annotated[
        int,
        "Bytes of pictures that one .eml carries at most; those beyond are linked.",
        rules.between(0, 25_000_000),
    ] = 1_000_000
    lead: Annotated[
        str,
        "How much the mail holds of its first article, room permitting: full, excerpt or title.",
        rules.one_of("full", "excerpt", "title"),
    ] = "full"
    articles: Annotated[
        str,
        "The same for the articles after it.",
        rules.one_of("full", "excerpt", "title"),
    ] = "full"
    sections: Annotated[
        tuple[str, ...],
        "Tags that are headings in the digest, in this order; the lead stands before them, what has none of them after.",
    ] = ()
    overhead: Annotated[
        int,
        "Bytes that the mail service may add to the HTML; with them it stays under 102,400, where Gmail cuts mails off.",
        rules.between(0, 65_536),
    ] = 8192
    #: Last, for in a TOML file nothing of [digest] can stand after it.
    tags: Annotated[Tags, "Merge tags that go before those of digest.service."] = field(default_factory=Tags)


class Config(Struct, frozen=True, kw_only=True):
    """The publication, as configured. Paths are absolute, URLs are absolute and end in a slash where they name a folder."""

    #: The folder that relative paths in the configuration start from: that of the file, else the current one.
    root: Path
    title: Annotated[
        str,
        "Name of the publication.",
        rules.not_empty,
    ]
    url: Annotated[
        str,
        "Where out/ is served: an http or https address.",
        rules.base_address,
    ]
    description: Annotated[
        str,
        "What the publication is about, in a sentence.",
        rules.many_lines,
    ] = ""
    language: Annotated[
        str,
        "Language of the publication: a BCP 47 tag such as en or pt-BR.",
        rules.language,
    ] = "en"
    timezone: Annotated[
        ZoneInfo,
        "IANA time zone of dates that name none, and of the calendar that periods follow.",
    ] = field(default_factory=lambda: ZoneInfo("UTC"))
    authors: Annotated[
        tuple[Person, ...],
        'Who stands behind the articles that name nobody: "Name", "Name <address>" or {name, email, url}.',
    ] = ()
    copyright: Annotated[
        str,
        "Copyright notice in the feeds and under the digest.",
        rules.many_lines,
    ] = ""
    logo: Annotated[
        str,
        "Address of a wide picture, absolute or relative to url; RSS <image>, Atom <logo>.",
    ] = ""
    icon: Annotated[
        str,
        "Address of a square picture, absolute or relative to url; Atom <icon>, JSON Feed icon and favicon.",
    ] = ""
    authority: Annotated[
        str,
        "What ids are minted from (RFC 4151): a domain name or e-mail address that was yours when you began; "
        "empty: the host of url. Set it before you move to another domain.",
        rules.authority,
    ] = ""
    content: Annotated[
        Path,
        "Folder of the articles.",
    ] = Path("content")
    out: Annotated[
        Path,
        "Folder that a build writes.",
    ] = Path("out")
    ledger: Annotated[
        str,
        "What remembers for good what was published, and is worth a backup: an SQLite file, or the SQLAlchemy URL of another "
        "database. Empty: a file beside out/, .out.ledger.",
    ] = ""
    templates: Annotated[
        Path,
        "Folder of templates that go before those of the program, file by file; it need not exist.",
    ] = Path("templates")
    permalink: Annotated[
        str,
        "Pattern of the articles' addresses on their own site, relative to url or absolute, from "
        "{slug} {year} {month} {day} {path} {folder}; empty: out/ holds a page for each, at articles/SLUG/.",
        rules.pattern(*PERMALINK, needs=("slug", "path")),
    ] = ""
    reading: Annotated[Reading, "Which files are articles."] = field(default_factory=Reading)
    feeds: Annotated[Feeds, "What the feeds hold."] = field(default_factory=Feeds)
    digest: Annotated[Digest, "The e-mail."] = field(default_factory=Digest)
    delivery: Annotated[Delivery, "What each issue is handed to."] = field(default_factory=Delivery)
    theme: Annotated[ThemeTable, "What is the publication's own in its design."] = field(default_factory=ThemeTable)
    podcast: Annotated[Podcast, "What podcast directories ask for."] = field(default_factory=Podcast)
    editions: Annotated[tuple[EditionTable, ...], "Choices of the articles with feeds of their own, by name."] = ()
