"""Has chosen articles rendered: reads their bodies and the local files that they show, and hands them to the renderer.

Reads content/, writes nothing. An article that cannot be read, rendered or shown whole is left out and told about.
"""

import posixpath
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from newsletter import collector, folder
from newsletter.collector import Library
from newsletter.config import Config
from newsletter.errors import ContentError
from newsletter.images.known import Known
from newsletter.model import Article, Enclosure, Output, Rendered
from newsletter.parallel import render_all
from newsletter.render import Site

#: Bytes of one picture or other file beside the articles.
LARGEST_ASSET = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """What came of the chosen articles."""

    #: In the order given.
    rendered: tuple[Rendered, ...]
    #: The local files that these show, as outputs.
    assets: tuple[Output, ...]
    #: What went wrong with the others.
    problems: tuple[ContentError, ...]

    def of(self, chosen: Iterable[Article]) -> tuple[Rendered, ...]:
        """Pick those of the chosen articles, newest first: the order that every output shows them in."""
        paths = {article.path for article in chosen}
        return tuple(
            sorted(
                (item for item in self.rendered if item.article.path in paths),
                key=lambda item: (item.article.published, item.article.id),
                reverse=True,
            )
        )


def render(
    config: Config,
    library: Library,
    published: Sequence[Article],
    wanted: Sequence[Article],
    jobs: int,
    *,
    besides: Sequence[tuple[Article, str]] = (),
) -> Rendition:
    """Render the wanted ones of the published articles; they may link to any of the published ones.

    ``besides`` are texts that are rendered like articles, each with what stands for its article.
    """
    site = Site(
        config=config,
        permalinks={article.path: article.permalink for article in published},
        files=library.files,
        hosted=frozenset(article.path for article in published if article.hosted),
    )
    work: list[tuple[Article, str]] = list(besides)
    problems: list[ContentError] = []
    for article in wanted:
        try:
            work.append((_measured(config, article, library.files), collector.body(config, article)))
        except ContentError as error:
            problems.append(error)
        except OSError as error:  # an enclosure that went away since the folder was listed
            problems.append(ContentError(article.path, None, "enclosure", f"{error.filename}: {error.strerror}"))
    results = render_all(work, site, jobs)
    problems += (result for result in results if isinstance(result, ContentError))
    rendered, assets, unreadable = _read_assets(config, (result for result in results if isinstance(result, Rendered)))
    return Rendition(rendered=rendered, assets=assets, problems=(*problems, *unreadable))


def _read_assets(
    config: Config, rendered: Iterable[Rendered]
) -> tuple[tuple[Rendered, ...], tuple[Output, ...], tuple[ContentError, ...]]:
    """Read the local files that articles show; return the articles that have all theirs, the files, and what went wrong."""
    sound: list[Rendered] = []
    assets: dict[str, Output] = {}
    known = Known(config.url)
    problems: list[ContentError] = []
    for item in rendered:
        try:
            for asset in item.assets:
                if asset.target not in assets:
                    body = folder.read(config.content, asset.source, limit=LARGEST_ASSET)
                    assets[asset.target] = Output(path=asset.target, type=known.take(asset, body), body=body)
        except folder.UnreadableError as error:
            problems.append(ContentError(item.article.path, None, None, f"{asset.source}: {error}"))
        else:
            sound.append(known.sized(item))
    return tuple(sound), tuple(assets.values()), tuple(problems)


def _measured(config: Config, article: Article, files: Collection[str]) -> Article:
    """Give an article's enclosures that lie in the content folder their true length, wherever they will be served from."""
    return replace(article, enclosures=tuple(_length(config, article, one, files) for one in article.enclosures))


def _length(config: Config, article: Article, enclosure: Enclosure, files: Collection[str]) -> Enclosure:
    written = urlsplit(enclosure.url)
    start = "" if written.path.startswith("/") else posixpath.dirname(article.path)
    place = posixpath.normpath(posixpath.join(start, unquote(written.path).lstrip("/")))
    if written.scheme or written.netloc or place not in files:
        return enclosure
    return replace(enclosure, length=(config.content / place).stat().st_size)
