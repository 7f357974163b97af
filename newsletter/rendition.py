"""Has chosen articles rendered: reads their bodies and the local files that they show, and hands them to the renderer.

Reads content/, writes nothing. An article that cannot be read, rendered or shown whole is left out and told about.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urljoin

from newsletter import collector, folder
from newsletter.collector import Library
from newsletter.config import Config
from newsletter.errors import ContentError
from newsletter.images.known import Known
from newsletter.model import Article, Output, Rendered
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
            work.append((article, collector.body(config, article)))
        except ContentError as error:
            problems.append(error)
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
            sound.append(_with_lengths(config, known.sized(item), assets))
    return tuple(sound), tuple(assets.values()), tuple(problems)


def _with_lengths(config: Config, item: Rendered, assets: Mapping[str, Output]) -> Rendered:
    """Give an article's enclosures that are local files their true length."""
    if not item.article.enclosures:
        return item
    lengths = {urljoin(config.url, quote(asset.target)): len(assets[asset.target].body) for asset in item.assets}
    enclosures = tuple(replace(one, length=lengths.get(one.url, one.length)) for one in item.article.enclosures)
    return replace(item, article=replace(item.article, enclosures=enclosures))
