"""Read an issue's pages back: what its web page, its mail and its text say of each article. No I/O."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from newsletter.checks.mail.page import parse, text_of
from newsletter.mail.disarm import JOINER
from newsletter.model import Form
from newsletter.xmltext import legal

if TYPE_CHECKING:
    from lxml.html import HtmlElement

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
#: Lines between an article's title and its address in the text part: who wrote it, and when.
BYLINE = 20
#: Parts articles there.
RULE = "=" * 72
#: What says nothing.
INVISIBLE = str.maketrans(dict.fromkeys((JOINER, "\N{ZERO WIDTH NON-JOINER}"), ""))


class Listed(Struct, frozen=True, kw_only=True):
    """An article as the issue's manifest lists it."""

    id: str
    title: str
    #: The permalink.
    url: str
    form: Form


class Told(Struct, frozen=True, kw_only=True):
    """An article as a page or a mail tells it."""

    id: str
    title: str
    #: Where its title leads.
    url: str
    #: What stands with its title; empty where there is nothing.
    byline: str
    #: Its alternative texts in order, the cover's first; None where a picture has none.
    alts: tuple[str | None, ...]
    #: The days that it names by instant, published and updated, each with its wording; none in mails.
    times: tuple[tuple[datetime, str], ...]


def told(page: "HtmlElement") -> tuple[Told, ...]:
    """Read the articles of a web page or a mail, in order."""
    return tuple(_story(element) for element in page.xpath("//*[@data-id]"))


def alts(html: str) -> tuple[str | None, ...]:
    """List the alternative texts of a piece of HTML."""
    return _alts(parse(f"<div>{html}</div>".encode()))


def clean(text: str) -> str:
    """Leave out of a text what only some forms can carry: illegal and invisible characters, and how white space is laid out."""
    return " ".join(legal(text).translate(INVISIBLE).split())


def lines(text: str) -> str:
    """Clean a text part, but for its lines."""
    return "\n".join(legal(line).translate(INVISIBLE).rstrip() for line in text.splitlines())


def in_text(text: str, form: Form, title: str, url: str, day: str, *, start: int = 0) -> tuple[int, str] | None:
    """Find an article in the lines of a text part from ``start`` on: where it ends, and what stands under its title.

    Title and address, each on lines of their own, may also stand in another article, so of several places that with the day is
    the one.
    """
    wording = r"\s+".join(map(re.escape, title.split()))
    place = re.compile(rf"^(?:\* )?{wording}\n(?P<byline>(?:(?!{RULE}).*\n){{0,{BYLINE}}}?) *{re.escape(url)}$", re.MULTILINE)
    found = [(match.end(), clean(match["byline"])) for match in place.finditer(text, start)]
    places = [one for one in found if form is not Form.TITLE or not one[1]]
    return next((one for one in places if names(one[1], day)), places[0] if places else None)


def names(byline: str, day: str) -> bool:
    """Tell whether a day is named as such: the 5th is not the 15th."""
    return re.search(rf"(?<!\d){re.escape(day)}(?!\d)", byline) is not None


def _story(element: "HtmlElement") -> Told:
    heading = next(element.iter(*HEADINGS), None)
    link = None if heading is None else next(heading.iter("a"), None)
    bylines = element.xpath(".//*[contains(concat(' ', @class, ' '), ' byline ')] | .//*[@class='brief']/p")
    return Told(
        id=element.get("data-id", ""),
        title="" if heading is None else clean(text_of(heading)),
        url="" if link is None else link.get("href", ""),
        byline=clean(" ".join(text_of(byline) for byline in bylines)),
        alts=_alts(element),
        times=tuple(_times(bylines)),
    )


def _alts(element: "HtmlElement") -> tuple[str | None, ...]:
    found = (image.get("alt") for image in element.iter("img"))
    return tuple(alt if alt is None else clean(alt) for alt in found)


def _times(bylines: "Sequence[HtmlElement]") -> Iterator[tuple[datetime, str]]:
    for time in (time for byline in bylines for time in byline.iter("time")):
        try:
            yield datetime.fromisoformat(time.get("datetime", "")), clean(text_of(time))
        except ValueError:
            continue  # the day is then missing
