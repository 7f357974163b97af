"""Has chosen articles rendered: reads their bodies and the local files that they show, and hands them to the renderer.

Reads content/, writes nothing. An article that cannot be read, rendered or shown whole is left out and told about.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct

from newsletter import collector, enclosures
from newsletter.assets import Assets
from newsletter.collector import Library
from newsletter.config import Config
from newsletter.errors import ContentError
from newsletter.index.renderings import Renderings, packed
from newsletter.model import Article, Output, Rendered
from newsletter.processes.batches import as_it_is
from newsletter.processes.crew import Crew
from newsletter.processes.rendering import Made
from newsletter.render import Site
from newsletter.render.site import Asked
from newsletter.whereabouts import Part, Told, Whereabouts


class Rendition(Struct, frozen=True, kw_only=True):
    """What came of the chosen articles."""

    #: In the order given.
    rendered: tuple[Rendered, ...]
    #: The local files that these show, as outputs.
    assets: tuple[Output, ...]
    #: What went wrong with the others.
    problems: tuple[ContentError, ...]
    #: What each asked of other articles, by path.
    asked: Mapping[str, Asked]

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

    def joined(self, other: "Rendition") -> "Rendition":
        """Put what came of other articles behind."""
        there = {output.path for output in self.assets}
        return Rendition(
            rendered=(*self.rendered, *other.rendered),
            assets=(*self.assets, *(output for output in other.assets if output.path not in there)),
            problems=(*self.problems, *other.problems),
            asked={**self.asked, **other.asked},
        )


def site_of(config: Config, library: Library, published: Sequence[Article]) -> Site:
    """Tell what articles may link to: any of the published ones, and the other files."""
    others = library.bystanders
    parts = others.who.columns() if others is not None else ()
    told = Told(
        {article.path: article.permalink for article in published},
        [Part(columns.paths, columns.permalinks, own) for columns, own in parts],
    )
    return Site(
        config=config,
        permalinks=Whereabouts(told),
        files=library.files,
        hosted=frozenset(article.path for article in published if article.hosted),
    )


def render(
    config: Config,
    site: Site,
    wanted: Sequence[Article],
    crew: Crew,
    *,
    besides: Sequence[tuple[Article, str]] = (),
    for_digest: bool = False,
    indexed: bool = False,
) -> Rendition:
    """Render the wanted articles, or recall from the index what would come out the same.

    ``besides`` are texts that are rendered like articles, each with what stands for its article. ``for_digest``: one
    will be made of them if one of them is new. With ``indexed`` the index takes what is new.
    """
    measured, problems = _measure(config, wanted, site.files)
    renderings = Renderings(config)
    known = renderings.recall(measured, site)
    if for_digest and len(known) < len(measured):
        crew.expect_digest(config)
    work: list[tuple[Article, str]] = list(besides)
    for article in measured:
        if article.path not in known:
            try:
                work.append((article, collector.body(config, article)))
            except ContentError as error:
                problems.append(error)
    results = crew.render(work, site)
    problems += (result for result in results if isinstance(result, ContentError))
    made = {id(article): result for (article, _), result in zip(work, results, strict=True) if isinstance(result, Made)}
    if indexed:
        renderings.keep((article, packed(made[id(article)].text)) for article in measured if id(article) in made)
    fresh = [(result.rendered, result.asked) for result in made.values()]
    order = {article.path: number for number, article in enumerate(measured)}
    whole = sorted((*fresh, *known.values()), key=lambda one: order.get(one[0].article.path, -1))
    assets = Assets(config, as_it_is)
    rendered = []
    for item, _ in whole:
        try:
            rendered.append(assets.finish(item))
        except ContentError as error:
            problems.append(error)
    return Rendition(
        rendered=tuple(rendered),
        assets=assets.outputs,
        problems=tuple(problems),
        asked={item.article.path: asked for item, asked in whole},
    )


def _measure(config: Config, wanted: Iterable[Article], files: Collection[str]) -> tuple[list[Article], list[ContentError]]:
    """Give the articles' enclosures their true lengths, and say which articles have one that went away."""
    measured: list[Article] = []
    problems: list[ContentError] = []
    for article in wanted:
        try:
            measured.append(enclosures.measured(config.content, article, files))
        except OSError as error:  # since the folder was listed
            problems.append(ContentError(article.path, None, "enclosure", f"{error.filename}: {error.strerror}"))
    return measured, problems
