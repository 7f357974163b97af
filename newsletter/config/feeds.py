"""The tables of the configuration that are about feeds. No I/O."""

from typing import Annotated

from msgspec import Struct

from newsletter import rules
from newsletter.model import Filter


class Feeds(Struct, frozen=True, kw_only=True):
    """[feeds]: what the feeds hold."""

    limit: Annotated[
        int,
        "The feeds hold the newest so many articles.",
        rules.between(1, 1_000_000),
    ] = 50
    max_age: Annotated[
        int,
        "No article older than so many days is in the feeds; 0: no bound.",
        rules.between(0, 100_000),
    ] = 0
    content: Annotated[
        str,
        "What an entry carries: full (content and summary) or summary (that alone).",
        rules.one_of("full", "summary"),
    ] = "full"
    updated: Annotated[
        str,
        "What moves the updated of a published article: declared (its author, in the front matter) or content (also a change of "
        "its body that readers see, as of the build that first saw it).",
        rules.one_of("declared", "content"),
    ] = "declared"
    tags: Annotated[
        int,
        "A tag that at least so many articles have gets feeds of its own, at tags/TAG/; 0: none does.",
        rules.between(0, 1_000_000),
    ] = 2
    authors: Annotated[
        int,
        "An author of at least so many articles gets feeds of their own, at authors/NAME/, unless nobody else writes; "
        "0: none does.",
        rules.between(0, 1_000_000),
    ] = 2
    archive: Annotated[
        bool,
        "Whether the publication's feeds lead to all articles ever published, through pages at archive/ that do not change "
        "once they are full (RFC 5005).",
    ] = False
    archive_size: Annotated[
        int,
        "Articles on a page of the archive. Choose it once: another number cuts every page anew.",
        rules.between(1, 10_000),
    ] = 50
    hub: Annotated[
        str,
        "Address of the WebSub hub that is told of new articles and that readers subscribe at; empty: none.",
        rules.web_address,
    ] = ""
    ttl: Annotated[
        int,
        "Minutes for which readers need not ask again, in RSS <ttl> and sy:updatePeriod; 0: feeds do not say.",
        rules.between(0, 527_040),
    ] = 0

    @property
    def onward(self) -> bool:
        """Whether ``updated`` moves with the content, and never back."""
        return self.updated == "content"


class Podcast(Struct, frozen=True, kw_only=True):
    """[podcast]: what podcast directories ask for, besides the audio files that articles name as enclosures."""

    category: Annotated[
        str,
        "Apple's category, or category/subcategory, such as Technology or Arts/Books; empty: the feeds are no podcast.",
        rules.podcast_category,
    ] = ""
    explicit: Annotated[
        bool,
        "Whether there is explicit language.",
    ] = False
    serial: Annotated[
        bool,
        "Whether episodes are to be heard in their order, the oldest first.",
    ] = False
    image: Annotated[
        str,
        "Address of the cover, absolute or relative to url: a square .jpg or .png of 1400 to 3000 pixels; empty: icon or logo.",
        rules.cover_art,
    ] = ""


class EditionTable(Struct, frozen=True, kw_only=True):
    """[editions.NAME]: a choice of the articles that has feeds and a digest of its own, at editions/NAME/."""

    #: As the table is called.
    name: str
    title: Annotated[
        str,
        "Title of its feeds and digests; empty: the publication's title and NAME.",
    ] = ""
    description: Annotated[
        str,
        "What it is about, in a sentence; empty: the publication's description.",
        rules.many_lines,
    ] = ""
    tags: Annotated[
        tuple[str, ...],
        "It takes articles that have any of these tags.",
    ] = ()
    authors: Annotated[
        tuple[str, ...],
        "It takes articles by any of these authors; with tags too, an article must match both.",
    ] = ()
    folders: Annotated[
        tuple[str, ...],
        "It takes articles in any of these folders or below, relative to content; with other keys, an article must match all.",
    ] = ()
    digest: Annotated[
        bool,
        "Whether those articles of an issue that it takes make a digest of its own, at editions/NAME/issues/.",
    ] = True

    @property
    def takes(self) -> Filter:
        """What it takes."""
        return Filter(tags=self.tags, authors=self.authors, folders=self.folders)
