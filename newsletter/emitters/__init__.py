"""What turns an edition into bytes. No I/O: no disk, network, clock, locale or global state.

An emitter is a function of the configuration, an edition and the templates; it can run in any process, in any order, and
the same arguments always give the same bytes. Add one by writing a room with an ``emit`` and naming it in ``EMITTERS``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from newsletter.config import Config
    from newsletter.model import Edition, Output
    from newsletter.templating import Templates


class Emitter(Protocol):
    """The ``emit`` of a room in this folder."""

    def __call__(self, config: "Config", edition: "Edition", templates: "Templates") -> "tuple[Output, ...]":
        """Return every output of this kind for the edition; empty where there is nothing to say."""


#: Emitter name to the module that holds its ``emit``; imported on use because each brings heavy libraries with it.
EMITTERS = {
    "digest": "newsletter.emitters.digest",
    "web": "newsletter.emitters.web",
    "rss": "newsletter.emitters.rss",
    "atom": "newsletter.emitters.atom",
    "jsonfeed": "newsletter.emitters.jsonfeed",
    "opml": "newsletter.emitters.opml",
    "feedstyle": "newsletter.emitters.feedstyle",
}

#: The emitters of what every edition has, and of what those with an issue have; the others are the whole publication's.
FEEDS = frozenset({"rss", "atom", "jsonfeed"})
ISSUES = frozenset({"digest", "web"})


def emitter(name: str) -> Emitter:
    """Import the emitter of that name (a key of ``EMITTERS``)."""
    return cast("Emitter", import_module(EMITTERS[name]).emit)
