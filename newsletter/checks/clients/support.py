"""What mail clients are known to do with a feature of HTML or CSS: a dated subset of caniemail's findings.

Reads the file beside it, which .ci/caniemail.py writes; it states its source, date and licence.
https://www.caniemail.com/
"""

import json
from enum import StrEnum
from functools import cache
from importlib.resources import files

from msgspec import Struct


class Level(StrEnum):
    """How far a client supports a feature; the value is its sign in a table."""

    FULL = "+"
    PARTLY = "~"
    NOT = "-"
    UNKNOWN = "?"


#: How the file writes them.
LEVELS = {"y": Level.FULL, "a": Level.PARTLY, "n": Level.NOT, "u": Level.UNKNOWN}


class Client(Struct, frozen=True, kw_only=True):
    """A program that people read mail with."""

    #: As the file names it.
    id: str
    name: str
    #: What it goes by at the head of a column, at most five letters.
    short: str
    #: Whether a mail that loses content or layout there is not fit to be sent.
    main: bool = True


CLIENTS = (
    Client(id="gmail.desktop-webmail", name="Gmail on the web", short="Gmail"),
    Client(id="gmail.ios", name="Gmail on iOS", short="G iOS"),
    Client(id="gmail.android", name="Gmail on Android", short="G And"),
    Client(id="outlook.windows.2016", name="Outlook 2016", short="OL 16"),
    Client(id="outlook.windows.2019", name="Outlook 2019", short="OL 19"),
    Client(id="outlook.windows.2021", name="Outlook 2021", short="OL 21"),
    Client(id="outlook.outlook-com", name="Outlook.com", short="OLcom"),
    Client(id="apple-mail.macos", name="Apple Mail on macOS", short="A Mac"),
    Client(id="apple-mail.ios", name="Apple Mail on iOS", short="A iOS"),
    Client(id="yahoo.desktop-webmail", name="Yahoo on the web", short="Yahoo"),
    Client(id="yahoo.ios", name="Yahoo on iOS", short="Y iOS"),
    Client(id="yahoo.android", name="Yahoo on Android", short="Y And"),
    Client(id="thunderbird.macos", name="Thunderbird", short="Tbird"),
    Client(id="gmail.mobile-webmail", name="Gmail in a phone's browser", short="G web", main=False),
    Client(id="outlook.windows-mail", name="Windows Mail", short="WMail", main=False),
    Client(id="outlook.macos", name="Outlook on macOS", short="OLMac", main=False),
    Client(id="outlook.ios", name="Outlook on iOS", short="OLiOS", main=False),
    Client(id="outlook.android", name="Outlook on Android", short="OLAnd", main=False),
    Client(id="aol.desktop-webmail", name="AOL", short="AOL", main=False),
    Client(id="samsung-email.android", name="Samsung Email", short="Samsg", main=False),
    Client(id="protonmail.desktop-webmail", name="Proton Mail", short="Protn", main=False),
    Client(id="fastmail.desktop-webmail", name="Fastmail", short="Fastm", main=False),
    Client(id="gmx.desktop-webmail", name="GMX", short="GMX", main=False),
    Client(id="web-de.desktop-webmail", name="WEB.DE", short="WEBde", main=False),
    Client(id="hey.desktop-webmail", name="HEY", short="HEY", main=False),
    Client(id="mail-ru.desktop-webmail", name="Mail.ru", short="Mail.", main=False),
    Client(id="orange.desktop-webmail", name="Orange", short="Orang", main=False),
)


class Feature(Struct, frozen=True, kw_only=True):
    """Something that a mail may use."""

    #: caniemail's own name for it.
    slug: str
    title: str
    #: When it was last tested, ISO 8601.
    tested: str
    #: Client, by its id, to what it does and what is noted on that.
    support: dict[str, tuple[Level, str]]

    @property
    def url(self) -> str:
        """Return the page that tells all of it."""
        return f"https://www.caniemail.com/features/{self.slug}/"


class Findings(Struct, frozen=True, kw_only=True):
    """All that is known."""

    #: Of the newest test, ISO 8601.
    date: str
    #: By slug.
    features: dict[str, Feature]


@cache
def findings() -> Findings:
    """Read the file."""
    content = json.loads(files("newsletter.checks.clients").joinpath("caniemail.json").read_text(encoding="utf-8"))
    features = {
        slug: Feature(
            slug=slug,
            title=row["title"],
            tested=row["tested"],
            support={
                client: _support(found, row.get("notes", {}))
                for client, found in zip(content["clients"], row["support"].split(), strict=True)
            },
        )
        for slug, row in content["features"].items()
    }
    return Findings(date=content["date"], features=features)


def _support(found: str, notes: dict[str, str]) -> tuple[Level, str]:
    """Read ``y``, or ``a1,2`` with the numbers of notes."""
    numbers = [number for number in found[1:].split(",") if number]
    return LEVELS[found[0]], " ".join(notes[number] for number in numbers if number in notes)
