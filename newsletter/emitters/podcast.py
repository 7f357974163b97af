"""What makes an RSS feed a podcast, through feedgen's extension. No I/O.

https://podcasters.apple.com/support/823-podcast-requirements. Directories read RSS alone; an archive page is silent on the show.
"""

import re
from typing import Any

from newsletter.config import Config
from newsletter.emitters.entry import Entry
from newsletter.emitters.feed import Feed

_DURATION = re.compile(r"[0-9]+(:[0-5]?[0-9]){0,2}")
_NUMBER = re.compile(r"[0-9]{1,9}")
#: What the extension takes for a picture; it raises ValueError on others.
_PICTURES = (".jpg", ".png")


def begin(generator: Any, feed: Feed, config: Config) -> bool:  # noqa: ANN401 - feedgen ships no types
    """Describe the show, and tell whether there is one: it is configured and the feed has something to hear."""
    if not config.podcast.category or not any(_is_episode(entry) for entry in feed.entries):
        return False
    generator.load_extension("podcast", atom=False)
    if feed.number is not None:
        return True
    show = generator.podcast
    category, _, below = (part.strip() for part in config.podcast.category.partition("/"))
    show.itunes_category([{"cat": category, **({"sub": below} if below else {})}])
    show.itunes_author(", ".join(person.name for person in feed.authors))
    show.itunes_explicit("yes" if config.podcast.explicit else "no")
    show.itunes_type("serial" if config.podcast.serial else "episodic")
    pictures = (config.podcast.image, feed.icon, feed.logo)
    if picture := next((one for one in pictures if one.endswith(_PICTURES)), ""):
        show.itunes_image(picture)
    if owner := next((person for person in feed.authors if person.email), None):
        show.itunes_owner(owner.name, owner.email)
    return True


def write(written: Any, entry: Entry) -> None:  # noqa: ANN401 - feedgen ships no types
    """Complete an item that can be heard with what its front matter says: duration, episode, season, explicit."""
    if not _is_episode(entry):
        return
    episode = written.podcast
    episode.itunes_title(entry.title)
    if entry.authors:
        episode.itunes_author(", ".join(person.name for person in entry.authors))
    if entry.image and entry.image.url.endswith(_PICTURES):
        episode.itunes_image(entry.image.url)
    said = {name.rpartition(".")[2].removeprefix("itunes_"): value for name, value in entry.extra}
    if _DURATION.fullmatch(said.get("duration", "")):
        episode.itunes_duration(said["duration"])
    if _NUMBER.fullmatch(said.get("episode", "")):
        episode.itunes_episode(int(said["episode"]))
    if _NUMBER.fullmatch(said.get("season", "")):
        episode.itunes_season(int(said["season"]))
    if said.get("explicit", "").lower() in {"true", "yes", "false", "no"}:
        episode.itunes_explicit("yes" if said["explicit"].lower() in {"true", "yes"} else "no")


def _is_episode(entry: Entry) -> bool:
    """Tell whether RSS, which has the first enclosure alone, gives an entry's readers something to hear."""
    return bool(entry.enclosures) and entry.enclosures[0].type.startswith("audio/")
