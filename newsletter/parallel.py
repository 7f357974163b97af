"""Runs the pure middle of the house, in as many processes as pay. No I/O.

The bytes never depend on how many there are: the work is cut in a fixed order and put together in the same one.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from multiprocessing.connection import wait
from threading import Thread
from typing import NamedTuple, TypeVarTuple

from newsletter.config import Config
from newsletter.emitters import EMITTERS, FEEDS, emitter
from newsletter.errors import RenderError
from newsletter.model import Article, Edition, Output, Rendered
from newsletter.render import Site, render
from newsletter.render.memory import kept
from newsletter.render.site import Watched
from newsletter.templating import Templates

#: Fewer articles than this are rendered faster by one process: starting a pool costs as much as rendering three of them,
#: and the first articles of each process also pay for its imports.
RENDER_THRESHOLD = 24
#: Articles that a process takes at a time.
CHUNK = 8

Arguments = TypeVarTuple("Arguments")

_job: tuple[Config, tuple[Edition, ...], Templates] | None = None
_site: Site | None = None


def workers(jobs: int) -> int:
    """Tell how many processes to use: ``jobs``, or one for each processor that this process may run on if it is 0."""
    if jobs > 0:
        return jobs
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


class Made(NamedTuple):
    """A rendering, and the same as text for the index: see render.memory."""

    rendered: Rendered
    text: str


def render_all(work: Sequence[tuple[Article, str]], site: Site, jobs: int = 0) -> tuple[Made | RenderError, ...]:
    """Render each (article, body); what cannot be rendered is returned as its error, in its place."""
    count = min(workers(jobs), len(work) // CHUNK)
    if count < 2 or len(work) < RENDER_THRESHOLD:  # noqa: PLR2004 - one process is no pool
        return tuple(_render(article, body, site) for article, body in work)
    chunks = [work[start : start + CHUNK] for start in range(0, len(work), CHUNK)]
    with _pool(count, _take_site, site) as pool:
        return tuple(chain.from_iterable(pool.map(_render_chunk, chunks)))


def emit_all(config: Config, editions: Sequence[Edition], templates: Templates, jobs: int = 0) -> tuple[Output, ...]:
    """Run every emitter on the editions that it serves, the whole publication first; their outputs, in the emitters' order.

    The digest alone imports premailer, which costs as much as all feeds together; without a new one, a pool does not pay.
    """
    count = min(workers(jobs), len(EMITTERS))
    if count < 2 or editions[0].issue is None or (editions[0].kept and editions[0].kept.outputs):  # noqa: PLR2004 - one process is no pool
        return tuple(chain.from_iterable(_emit(name, config, editions, templates) for name in EMITTERS))
    with _pool(count, _take_job, config, tuple(editions), templates) as pool:
        return tuple(chain.from_iterable(pool.map(_emit_job, EMITTERS)))


def _pool(count: int, start: Callable[[*Arguments], None], *arguments: *Arguments) -> ProcessPoolExecutor:
    """Open a pool whose processes inherit the arguments by fork on Linux (2 to 4 ms) and get them sent elsewhere."""
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    return ProcessPoolExecutor(count, mp_context=context, initializer=_start, initargs=(start, *arguments))


def _start(start: Callable[[*Arguments], None], *arguments: *Arguments) -> None:
    """Begin a worker process, which ends with the one that it works for, however that ends."""
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 - this is a worker
    Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    start(*arguments)


def _end_with(sentinel: int) -> None:
    """Wait for a process to end, and end this one: a worker waits for work that never comes, with all that it has open."""
    wait([sentinel])
    os._exit(1)


def _take_site(site: Site) -> None:
    global _site  # noqa: PLW0603 - a worker process serves one build
    _site = site


def _take_job(config: Config, editions: tuple[Edition, ...], templates: Templates) -> None:
    global _job  # noqa: PLW0603 - a worker process serves one build
    _job = (config, editions, templates)


def _render_chunk(work: Sequence[tuple[Article, str]]) -> tuple[Made | RenderError, ...]:
    assert _site is not None  # noqa: S101 - set when the process started
    return tuple(_render(article, body, _site) for article, body in work)


def _render(article: Article, body: str, site: Site) -> Made | RenderError:
    watched = Watched.of(site)
    try:
        rendered = render(article, body, watched)
    except RenderError as error:
        return error
    return Made(rendered, kept(rendered, watched.asked))


def _emit_job(name: str) -> tuple[Output, ...]:
    assert _job is not None  # noqa: S101 - set when the process started
    return _emit(name, *_job)


def _emit(name: str, config: Config, editions: Sequence[Edition], templates: Templates) -> tuple[Output, ...]:
    served = editions if name in FEEDS else editions[:1]
    emit = emitter(name)
    return tuple(chain.from_iterable(emit(config, edition, templates) for edition in served))
