"""Whole publications at the level of emitters: planned, rendered, emitted, and put where their addresses say."""

from collections.abc import Iterable, Mapping, Sequence

from newsletter.config import Config
from newsletter.emitters import emitter
from newsletter.feeds.editions import edition, editions
from newsletter.model import Rendered
from newsletter.templating import Templates

FEEDS = ("rss", "atom", "jsonfeed", "opml", "feedstyle")


def emit_all(
    config: Config, items: Sequence[Rendered], numbers: Mapping[str, int] | None = None, names: Iterable[str] = FEEDS
) -> dict[str, bytes]:
    """Emit every edition of the rendered articles; the bytes by path relative to out/."""
    plans = editions(config, [item.article for item in items], numbers=numbers)
    rendered = {item.article.path: item for item in items}
    channels = tuple(plan.channel for plan in plans)
    templates = Templates()
    outputs = [
        output
        for plan in plans
        for name in names
        for output in emitter(name)(config, edition(plan, rendered, channels), templates)
    ]
    paths = [output.path for output in outputs]
    assert len(set(paths)) == len(paths)
    return {output.path: output.body for output in outputs}
