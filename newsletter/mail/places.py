"""Remembers how premailer dresses an element in its place, so that it is asked once for each place. Pure.

Selectors that look at an element and at those that it stands in, and at nothing beside it, dress all elements of one place
alike: those of the same tag, with the same values of the attributes that the selectors ask about, within the same of such. What
premailer did to one of them is done to the others without it: its import takes longer than all the rest of a digest, and each
selector a walk over the page. A style sheet of which anything is not surely understood is premailer's alone, page by page.
"""

import json
from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, Protocol

from newsletter.mail import sheets

if TYPE_CHECKING:
    from lxml.etree import _Element

#: Places of one style sheet, and stories; beyond, they are forgotten.
MOST = 20_000
MOST_STORIES = 1_000
#: Style sheets that a process has in mind.
SHEETS = 4


class Memory(Protocol):
    """What keeps the places of style sheets from one build to the next."""

    def known(self, sheet: str) -> bytes | None:
        """Return what was kept of a style sheet."""

    def keep(self, sheet: str, places: bytes) -> None:
        """Keep it."""


class Place:
    """Where elements stand, as far as the style sheet can tell."""

    __slots__ = ("styles", "within")

    def __init__(self) -> None:
        """Begin with nothing known."""
        #: The places in it, by what an element says of itself.
        self.within: dict[tuple[str | None, ...], Place] = {}
        #: The style attribute that an element has in the end, by the one that it has in the beginning.
        self.styles: dict[str | None, str | None] = {}


class Found(NamedTuple):
    """An element in its place."""

    element: "_Element"
    place: Place
    #: The style attribute that it has in the beginning.
    own: str | None


class Places:
    """The places of one style sheet, and the stories that were dressed in them."""

    def __init__(self, asked: tuple[str, ...], told: bytes | None = None) -> None:
        """Take the attributes that the selectors ask about, and what other places told."""
        self._asked = asked
        self._top = Place()
        self._count = 0
        self._stories: dict[tuple[Place, str], str] = {}
        if told is not None:
            self._recall(told)

    def look(self, page: "_Element") -> list[Found]:
        """Find the place of each element of a page."""
        found = []
        waiting = [(page, self._top)]
        while waiting:
            element, around = waiting.pop()
            says = (str(element.tag), *map(element.get, self._asked))
            place = around.within.get(says)
            if place is None:
                place = around.within[says] = Place()
                self._count += 1
            found.append(Found(element, place, element.get("style")))
            waiting += [(child, place) for child in element.iterchildren("*")]
        return found

    def dress(self, page: "_Element", found: Iterable[Found]) -> bool:
        """Give the elements of a page their styles, if all are known; tell whether they were."""
        if page.find("head") is None or any(own not in place.styles for _, place, own in found):  # premailer adds a head
            return False
        for element, place, own in found:
            style = place.styles[own]
            if style is not None and style != own:
                element.set("style", style)
        return True

    def learn(self, found: Iterable[Found]) -> None:
        """Take from a page that premailer has dressed what the elements that were found before are given."""
        for element, place, own in found:
            place.styles[own] = element.get("style")

    def story(self, place: Place, html: str) -> str | None:
        """Return a story in that place, dressed, if it is known."""
        return self._stories.get((place, html))

    def remember(self, place: Place, html: str, dressed: str) -> None:
        """Know from now on what a story is when it is dressed."""
        with _lock:
            if len(self._stories) >= MOST_STORIES:
                del self._stories[next(iter(self._stories))]
            self._stories[place, html] = dressed

    @property
    def full(self) -> bool:
        """Whether there are so many that it is better to begin anew."""
        return self._count > MOST

    def tell(self) -> bytes:
        """Write down the places, each after the one that it is in. No other thread may be at work on them."""
        told: list[tuple[int, tuple[str | None, ...], list[tuple[str | None, str | None]]]] = []
        waiting = [(0, says, place) for says, place in self._top.within.items()]
        while waiting:
            above, says, place = waiting.pop()
            told.append((above, says, [*place.styles.items()]))
            waiting += [(len(told), inner, one) for inner, one in place.within.items()]
        return json.dumps(told, separators=(",", ":")).encode()

    def _recall(self, told: bytes) -> None:
        places = [self._top]
        for above, says, styles in json.loads(told):
            place = places[above].within[tuple(says)] = Place()
            place.styles = dict(styles)
            places.append(place)
        self._count = len(places)


_in_mind: dict[str, Places] = {}
#: The workers of a cluster are threads.
_lock = Lock()


def of(sheet: str, memory: Memory | None) -> Places | None:
    """Return what is known of a style sheet's places, from this process or that memory; None where there are no such places."""
    with _lock:
        places = _in_mind.pop(sheet, None)
        if places is None or places.full:
            asked = sheets.asked(sheet)
            if asked is None:
                return None
            places = Places(asked, memory.known(sheet) if memory is not None else None)
            if places.full:
                places = Places(asked)
        _in_mind[sheet] = places  # the last used is the last
        if len(_in_mind) > SHEETS:
            del _in_mind[next(iter(_in_mind))]
        return places
