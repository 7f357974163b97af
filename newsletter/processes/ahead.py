"""Starts the process beside a build before the build itself is imported: it gets ready to render articles and make digests.

That takes as long as all that the build does until it knows which articles there are to render.
"""

from functools import partial

from newsletter.config import Config
from newsletter.index import patterns
from newsletter.processes.aside import Aside, Besides, workers

#: What makes Python-Markdown and its extensions compile what they look for.
SAMPLE = "A *sample*.\n\n- `one`\n"


def start(config: Config, jobs: int) -> Aside | None:
    """Start it; None where one process is to do everything. ``jobs`` as ``workers`` has it."""
    if workers(jobs) < 2:  # noqa: PLR2004 - one process is none beside it
        return None
    return Aside(partial(_to_render, config), partial(to_make_digests, config), besides=Besides(patterns.tell, patterns.take))


def _to_render(config: Config) -> None:
    """Import and set up what articles are rendered with."""
    from newsletter.render import Site, pipeline  # noqa: PLC0415 - in the other process

    pipeline.warm(SAMPLE, Site(config=config, permalinks={}))


def to_make_digests(config: Config) -> None:
    """Import what digests are made with: with premailer, which takes as long as all feeds, where no style sheet is known."""
    from newsletter.emitters import emitter  # noqa: PLC0415 - in the other process
    from newsletter.index.styles import Styles  # noqa: PLC0415 - the same
    from newsletter.mail import inline  # noqa: PLC0415 - the same
    from newsletter.render import text  # noqa: F401, PLC0415 - the same, which excerpts are written with

    emitter("digest")
    if not Styles.of(config).are_there():
        inline.prepare()
