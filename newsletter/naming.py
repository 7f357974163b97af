"""Which article is called what: slugs, addresses and ids, no two alike. Pure.

Articles are named in the order (published, path), drafts after all others, so that a new article never takes the name of an
older one. Where nobody chose the name, the later article gets another; where its author did, it is an error.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from msgspec import Struct, field

from newsletter.config import Config
from newsletter.errors import ContentError
from newsletter.identity import other_slugs, segment, slug_of_path, tag_uri

#: A path that follows a folder's address as it is (RFC 3986, section 5.2): most are, and it is ten times faster.
_RELATIVE = re.compile(r"(?:[A-Za-z0-9_~%-][A-Za-z0-9_~%.-]*(?:/|\Z))+")

#: What makes an address depend on the date.
_DATED = re.compile(r"\{(?:year|month|day)")
#: What makes an address depend on anything but the slug.
_OTHER = re.compile(r"\{(?!slug\})|(?<!\{slug)\}")


class Chosen(Struct, frozen=True, kw_only=True):
    """The names that an author chose, each with its line."""

    slug: str | None = None
    slug_line: int | None = None
    #: Absolute or relative to the site.
    permalink: str | None = None
    permalink_line: int | None = None
    id: str | None = None
    id_line: int | None = None


_NOTHING = Chosen()


class Wish(NamedTuple):
    """What an article is called if no other has the name. A plain tuple: the index keeps one for each file."""

    slug: str
    permalink: str
    id: str


class Candidate(Struct, frozen=True, gc=False):
    """A dated article that is to be named. There are many, and none is part of a cycle."""

    path: str
    published: datetime
    draft: bool
    #: As Wish.
    wish: Sequence[str]
    #: None where its author chose none.
    chosen: Chosen | None = None


class Names(Struct, frozen=True, gc=False):
    """What an article is called; see ``Article``. There are many, and none is part of a cycle."""

    path: str
    slug: str
    permalink: str
    hosted: bool
    id: str
    #: Names that its author chose and another article has.
    problems: tuple[ContentError, ...] = ()


class _Taken(Struct):
    """The names given so far, each with the path of the article that has it."""

    slugs: dict[str, str] = field(default_factory=dict)
    permalinks: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)


def wish(path: str, published: datetime, chosen: Chosen | None, config: Config) -> Wish:
    """Say what an article would be called, were it the only one."""
    own = chosen or _NOTHING
    slug = own.slug or slug_of_path(path)
    given = own.permalink is not None
    permalink = urljoin(config.url, own.permalink or "") if given else _address(config, path, published, slug)
    return Wish(slug, permalink, own.id or tag_uri(_authority(config), _day(published, config), slug))


def are_free(wishes: Sequence[Sequence[str]]) -> bool:
    """Tell whether no two articles would have a name in common, so that each is called what it would be by itself."""
    slugs, permalinks, ids = zip(*wishes, strict=True) if wishes else ((), (), ())
    return len(set(map(str.casefold, slugs))) == len(set(permalinks)) == len(set(ids)) == len(wishes)


def is_hosted(chosen: Chosen | None, config: Config) -> bool:
    """Tell whether out/ holds the page of an article."""
    return not config.permalink and (chosen is None or chosen.permalink is None)


def name_all(candidates: Iterable[Candidate], config: Config) -> tuple[Names, ...]:
    """Name every candidate, in the order in which they are named."""
    # dates of one ZoneInfo would be compared by what its clocks show (PEP 495)
    ordered = [
        (one.draft, at if (at := one.published).tzinfo is UTC else at.astimezone(UTC), one.path, number, one)
        for number, one in enumerate(candidates)
    ]
    ordered.sort()
    taken = _Taken()
    slugs, permalinks, ids = taken.slugs, taken.permalinks, taken.ids
    named = []
    for _, _, path, _, one in ordered:
        slug, permalink, identity = one.wish
        folded = slug.casefold()
        # nearly always: nobody has any of them
        if folded not in slugs and permalink not in permalinks and identity not in ids:
            slugs[folded] = permalinks[permalink] = ids[identity] = path
            named.append(Names(path, slug, permalink, is_hosted(one.chosen, config), identity))
        else:
            named.append(_name(one, config, taken))
    return tuple(named)


def _name(candidate: Candidate, config: Config, taken: _Taken) -> Names:
    """Name one candidate and note its names as taken."""
    parsed, path = candidate.chosen or Chosen(), candidate.path
    wish = Wish(*candidate.wish)
    wanted = wish.slug
    day = _day(candidate.published, config)
    problems: list[ContentError] = []

    def choices() -> Iterator[str]:
        return chain((wanted,), other_slugs(wanted, path, day))

    def refuse(line: int | None, key: str, name: str, other: str) -> None:
        problems.append(ContentError(path, line, key, f"expected one that no other article has, got {name!r}, that of {other}"))

    def is_free(choice: str) -> bool:
        own = parsed.permalink is None and not config.permalink  # its page in out/ is called after the slug
        is_there = own and _address(config, path, candidate.published, choice) in taken.permalinks
        return choice.casefold() not in taken.slugs and not is_there

    slug = next(choice for choice in choices() if is_free(choice))
    if parsed.permalink is not None:
        permalink = wish.permalink
        if permalink in taken.permalinks:
            refuse(parsed.permalink_line, "permalink", permalink, taken.permalinks[permalink])
    else:
        chosen = wish.permalink
        if parsed.slug is not None and chosen in taken.permalinks:
            refuse(parsed.slug_line, "slug", wanted, taken.permalinks[chosen])
        words = choices() if config.permalink else (slug,)
        permalink = next(
            address
            for word in words
            if (address := _address(config, path, candidate.published, word, wanted)) not in taken.permalinks
        )
    if parsed.id is not None:
        identity = parsed.id
        if identity in taken.ids:
            refuse(parsed.id_line, "id", identity, taken.ids[identity])
    else:
        authority = _authority(config)
        identity = next(uri for choice in choices() if (uri := tag_uri(authority, day, choice)) not in taken.ids)
    if not problems:
        taken.slugs[slug.casefold()] = path
        taken.permalinks[permalink] = path
        taken.ids[identity] = path
    hosted = is_hosted(parsed, config)
    return Names(path=path, slug=slug, permalink=permalink, hosted=hosted, id=identity, problems=tuple(problems))


def _authority(config: Config) -> str:
    return config.authority or _host(config.url)


@lru_cache(maxsize=1)
def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _day(published: datetime, config: Config) -> str:
    return published.astimezone(config.timezone).date().isoformat()


def _address(config: Config, path: str, published: datetime, slug: str, wanted: str | None = None) -> str:
    """Write the address of an article that gives none: by the pattern, else that of its page in out/.

    A pattern without {slug} cannot tell two articles of a day apart: there a slug other than the one wanted is appended.
    """
    pattern, word = config.permalink, segment(slug)
    if not pattern:
        return f"{config.url}articles/{word}/"
    address = pattern.replace("{slug}", word) if _is_of_slug(pattern) else _filled(config, path, published, word)
    if "{slug}" not in pattern and wanted not in (None, slug):
        address = f"{address.rstrip('/')}-{word}" + ("/" if address.endswith("/") else "")
    if _RELATIVE.fullmatch(address):
        return config.url + address
    # an empty {folder} leaves two slashes
    return urljoin(config.url, re.sub("(?<!:)/{2,}", "/", address))


@lru_cache(maxsize=1)
def _is_of_slug(pattern: str) -> bool:
    """Tell whether a pattern asks for nothing but the slug, as most do."""
    return _OTHER.search(pattern) is None


def _filled(config: Config, path: str, published: datetime, word: str) -> str:
    """Fill the pattern of addresses."""
    pattern = config.permalink
    folder, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0]
    whole = folder if stem.lower() == "index" and folder else f"{folder}/{stem}"
    local = published.astimezone(config.timezone) if _DATED.search(pattern) else published
    return pattern.format(
        slug=word,
        year=f"{local.year:04}",
        month=f"{local.month:02}",
        day=f"{local.day:02}",
        path=quote(whole.strip("/")) if "{path}" in pattern else "",
        folder=quote(folder) if "{folder}" in pattern else "",
    )
