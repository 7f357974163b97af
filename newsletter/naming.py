"""Which article is called what: slugs, addresses and ids, no two alike. Pure.

Articles are named in the order (published, path), drafts after all others, so that a new article never takes the name of an
older one. Where nobody chose the name, the later article gets another; where its author did, it is an error.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from urllib.parse import quote, urljoin, urlsplit

from newsletter.config import Config
from newsletter.errors import ContentError
from newsletter.frontmatter import Parsed
from newsletter.identity import other_slugs, slug_of_path, tag_uri


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A dated article that is to be named."""

    path: str
    parsed: Parsed
    published: datetime
    draft: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What an article is called; see ``Article``."""

    path: str
    slug: str
    permalink: str
    hosted: bool
    id: str
    #: Names that its author chose and another article has.
    problems: tuple[ContentError, ...]


@dataclass(slots=True)
class _Taken:
    """The names given so far, each with the path of the article that has it."""

    slugs: dict[str, str] = field(default_factory=dict)
    permalinks: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)


def name_all(candidates: Iterable[Candidate], config: Config) -> tuple[Names, ...]:
    """Name every candidate, in the order in which they are named."""
    ordered = sorted(candidates, key=lambda one: (one.draft, one.published.astimezone(UTC), one.path))
    taken = _Taken()
    return tuple(_name(candidate, config, taken) for candidate in ordered)


def _name(candidate: Candidate, config: Config, taken: _Taken) -> Names:
    """Name one candidate and note its names as taken."""
    parsed, path = candidate.parsed, candidate.path
    wanted = parsed.slug or slug_of_path(path)
    day = candidate.published.astimezone(config.timezone).date().isoformat()
    problems: list[ContentError] = []

    def choices() -> Iterator[str]:
        return chain((wanted,), other_slugs(wanted, path, day))

    def refuse(line: int | None, key: str, name: str, other: str) -> None:
        problems.append(ContentError(path, line, key, f"expected one that no other article has, got {name!r}, that of {other}"))

    slug = next(choice for choice in choices() if choice.casefold() not in taken.slugs)
    if parsed.permalink is not None:
        permalink = urljoin(config.url, parsed.permalink)
        if permalink in taken.permalinks:
            refuse(parsed.permalink_line, "permalink", permalink, taken.permalinks[permalink])
    else:
        chosen = _address(config, candidate, wanted)
        if parsed.slug is not None and chosen in taken.permalinks:
            refuse(parsed.slug_line, "slug", wanted, taken.permalinks[chosen])
        words = choices() if config.permalink else (slug,)
        permalink = next(
            address for word in words if (address := _address(config, candidate, word, wanted)) not in taken.permalinks
        )
    if parsed.id is not None:
        identity = parsed.id
        if identity in taken.ids:
            refuse(parsed.id_line, "id", identity, taken.ids[identity])
    else:
        authority = config.authority or urlsplit(config.url).hostname or ""
        identity = next(uri for choice in choices() if (uri := tag_uri(authority, day, choice)) not in taken.ids)
    if not problems:
        taken.slugs[slug.casefold()] = path
        taken.permalinks[permalink] = path
        taken.ids[identity] = path
    hosted = parsed.permalink is None and not config.permalink
    return Names(path=path, slug=slug, permalink=permalink, hosted=hosted, id=identity, problems=tuple(problems))


def _address(config: Config, candidate: Candidate, slug: str, wanted: str | None = None) -> str:
    """Write the address of an article that gives none: by the pattern, else that of its page in out/.

    A pattern without {slug} cannot tell two articles of a day apart: there a slug other than the one wanted is appended.
    """
    segment = quote(slug, safe="")
    if not config.permalink:
        return f"{config.url}articles/{segment}/"
    local = candidate.published.astimezone(config.timezone)
    folder, _, name = candidate.path.rpartition("/")
    stem = name.rpartition(".")[0]
    whole = folder if stem.lower() == "index" and folder else f"{folder}/{stem}"
    address = config.permalink.format(
        slug=segment,
        year=f"{local:%Y}",
        month=f"{local:%m}",
        day=f"{local:%d}",
        path=quote(whole.strip("/")),
        folder=quote(folder),
    )
    if "{slug}" not in config.permalink and wanted not in (None, slug):
        address = f"{address.rstrip('/')}-{segment}" + ("/" if address.endswith("/") else "")
    # an empty {folder} leaves two slashes
    return urljoin(config.url, re.sub("(?<!:)/{2,}", "/", address))
