"""Runs the pure middle of the house, in as many processes as pay. No I/O.

The bytes never depend on how many there are: the work is cut in a fixed order and put together in the same one.
"""

import os
import pickle
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple, Self, TypeAlias, TypeVarTuple

from msgspec.structs import replace

from newsletter import __version__
from newsletter.config import Config
from newsletter.emitters import EMITTERS, FEEDS, emitter
from newsletter.errors import NewsletterError, RenderError
from newsletter.mail.manifest import mailed
from newsletter.model import Article, Edition, Output, Rendered
from newsletter.render import Site, render
from newsletter.render.memory import kept
from newsletter.render.site import Watched
from newsletter.templating import Templates

if TYPE_CHECKING:
    from concurrent.futures import Executor, ProcessPoolExecutor

    from newsletter.aside import Aside

#: Fewer articles than this are rendered faster by one process: starting a pool costs as much as rendering three of them,
#: and the first articles of each process also pay for its imports.
RENDER_THRESHOLD = 24
#: Articles that a process takes at a time.
CHUNK = 8
#: Fewer entries in all feeds of one format are written faster by one process, beside the one that makes the digest.
EMIT_THRESHOLD = 400
#: Editions that a process takes at a time, in all formats: what their feeds have in common is made once.
BATCH = 8
DIGEST = "digest"

Arguments = TypeVarTuple("Arguments")
#: Emitters, and the editions that they serve.
Batch: TypeAlias = tuple[tuple[str, ...], range]


class Made(NamedTuple):
    """A rendering, and the same as text for the index: see render.memory."""

    rendered: Rendered
    text: str


Results: TypeAlias = tuple[Made | RenderError, ...]
#: Of each emitter, of each edition.
Emitted: TypeAlias = tuple[tuple[tuple[Output, ...], ...], ...]
Job: TypeAlias = tuple[Config, tuple[Edition, ...], Templates]

_site: Site | None = None
_job: Job | None = None


def workers(jobs: int) -> int:
    """Tell how many processes to use: ``jobs``, or one for each processor that this process may run on if it is 0."""
    if jobs > 0:
        return jobs
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


class Crew:
    """Who does the jobs of one build: this process, processes beside it, or an executor of any kind.

    Jobs are functions of picklable records.
    """

    def __init__(self, jobs: int = 0, executor: "Executor | None" = None) -> None:
        """Use at most so many processes, as ``workers`` has it; or the executor, which stays open."""
        self._count = workers(jobs)
        self._executor = executor
        self._aside: Aside[Config, Edition, Templates, tuple[Output, ...]] | None = None

    def __enter__(self) -> Self:
        """Begin the build."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process beside this one, if there is one."""
        if self._aside is not None:
            self._aside.end()
            self._aside = None

    def expect_digest(self) -> None:
        """Start the process that will make the digest, so that it imports premailer while articles are rendered.

        That import costs as much as all feeds together.
        """
        if self._count > 1 and self._executor is None and self._aside is None:
            from newsletter.aside import Aside  # noqa: PLC0415 - 5 ms, for those who have use for it

            self._aside = Aside(_ready, _digest)

    def render(self, work: Sequence[tuple[Article, str]], site: Site) -> Results:
        """Render each (article, body); what cannot be rendered is returned as its error, in its place."""
        if self._executor is not None:
            chunks = [work[start : start + CHUNK] for start in range(0, len(work), CHUNK)]
            packed = pickle.dumps(site)
            futures = [self._executor.submit(_render_far, __version__, packed, chunk) for chunk in chunks]
            return tuple(chain.from_iterable(future.result() for future in futures))
        count = min(self._count, len(work) // CHUNK)
        if count < 2 or len(work) < RENDER_THRESHOLD:  # noqa: PLR2004 - one process is no pool
            return _render_all(work, site)
        first = _render_all(work[:1], site)  # with all imports, which the processes then inherit
        chunks = [work[start : start + CHUNK] for start in range(1, len(work), CHUNK)]
        with _pool(count, _take_site, site) as pool:
            return (*first, *chain.from_iterable(pool.map(_render_chunk, chunks)))

    def emit(self, config: Config, editions: Sequence[Edition], templates: Templates) -> tuple[Output, ...]:
        """Run every emitter on the editions that it serves, the publication first; their outputs, in the emitters' order."""
        job = (config, tuple(editions), templates)
        whole = editions[0]
        is_new = whole.issue is not None and not (whole.kept and whole.kept.outputs)
        if self._executor is not None:
            return self._emit_far(job)
        if self._count < 2 or not (is_new or _entries(editions) >= EMIT_THRESHOLD):  # noqa: PLR2004 - one process is no pool
            return _together([(batch, _emit_batch(*job, batch)) for batch in _batches(len(editions), 1)])
        if is_new:
            self.expect_digest()
        return self._emit_near(job)

    def _emit_near(self, job: Job) -> tuple[Output, ...]:
        """Have the digest made beside this process, and the rest here, or in a pool if there is much of it."""
        config, editions, templates = job
        aside = self._aside
        if aside is not None:
            aside.begin(config, _for_digest(editions[0]), templates)
        many = _entries(editions) >= EMIT_THRESHOLD
        first, *rest = _batches(len(editions), self._count if many else 1)
        try:
            if many:
                with _pool(min(self._count, len(rest)), _take_job, *job) as pool:
                    made = [*zip(rest, pool.map(_emit_own, rest), strict=True)]
            else:
                made = [(batch, _emit_batch(*job, batch)) for batch in rest]
        except NewsletterError:
            if aside is not None:
                aside.result()  # the digest's own trouble comes first, as with one process
            raise
        digest = aside.result() if aside is not None else _digest(config, editions[0], templates)
        self.__exit__()
        return _together([(first, ((digest,),)), *made])

    def _emit_far(self, job: Job) -> tuple[Output, ...]:
        """Hand all to the executor, whose processes may see none of the files here."""
        assert self._executor is not None  # as the caller knows  # noqa: S101
        config, editions, templates = job
        carried = templates.carried()
        submitted = []
        for names, served in _batches(len(editions), len(editions) + 1):
            part = tuple(_for_digest(editions[at]) if names == (DIGEST,) else editions[at] for at in served)
            batch = (names, range(len(part)))
            future = self._executor.submit(_emit_far, __version__, config, part, carried, batch)
            submitted.append(((names, served), future))
        return _together([(batch, future.result()) for batch, future in submitted])


def _for_digest(edition: Edition) -> Edition:
    """Return what the digest is made of: all else need not travel."""
    return replace(mailed(edition), kept=edition.kept)


def _entries(editions: Sequence[Edition]) -> int:
    """Count the entries that are to be written, of one format."""
    return sum(len(one.feed) + sum(len(page.articles) for page in one.archive or () if not page.stands) for one in editions)


def _batches(editions: int, count: int) -> list[Batch]:
    """Cut the emitters' work for so many processes, the digest first; with a few editions by formats, else by editions."""
    others: list[Batch] = [((name,), range(1)) for name in EMITTERS if name not in FEEDS]
    feeds = tuple(name for name in EMITTERS if name in FEEDS)
    if count < 2:  # noqa: PLR2004 - nothing to share
        return [*others, (feeds, range(editions))]
    if editions < 2 * count and editions <= BATCH:
        return [*others, *(((name,), range(editions)) for name in feeds)]
    return [*others, *((feeds, range(start, min(start + BATCH, editions))) for start in range(0, editions, BATCH))]


def _together(made: Sequence[tuple[Batch, Emitted]]) -> tuple[Output, ...]:
    """Put the outputs of batches in order."""
    placed = {
        (name, edition): outputs
        for (names, served), by_name in made
        for name, by_edition in zip(names, by_name, strict=True)
        for edition, outputs in zip(served, by_edition, strict=True)
    }
    order = {name: number for number, name in enumerate(EMITTERS)}
    return tuple(chain.from_iterable(placed[key] for key in sorted(placed, key=lambda key: (order[key[0]], key[1]))))


def _pool(count: int, start: Callable[[*Arguments], None], *arguments: *Arguments) -> "ProcessPoolExecutor":
    """Open a pool whose processes inherit the arguments by fork on Linux (2 to 4 ms) and get them sent elsewhere."""
    import multiprocessing  # noqa: PLC0415 - 10 ms with the pool, for those who have use for one
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - the same

    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    return ProcessPoolExecutor(count, mp_context=context, initializer=_start, initargs=(start, *arguments))


def _start(start: Callable[[*Arguments], None], *arguments: *Arguments) -> None:
    """Begin a worker process, which ends with the one that it works for, however that ends."""
    import multiprocessing  # noqa: PLC0415 - as above

    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 - this is a worker
    Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    start(*arguments)


def _end_with(sentinel: int) -> None:
    """Wait for a process to end, and end this one: a worker waits for work that never comes, with all that it has open."""
    from multiprocessing.connection import wait  # noqa: PLC0415 - as above

    wait([sentinel])
    os._exit(1)


def _take_site(site: Site) -> None:
    global _site  # noqa: PLW0603 - a worker process serves one build
    _site = site


def _take_job(config: Config, editions: tuple[Edition, ...], templates: Templates) -> None:
    global _job  # noqa: PLW0603 - a worker process serves one build
    _job = (config, editions, templates)


def _render_chunk(work: Sequence[tuple[Article, str]]) -> Results:
    assert _site is not None  # noqa: S101 - set when the process started
    return _render_all(work, _site)


def _render_far(version: str, packed: bytes, work: Sequence[tuple[Article, str]]) -> Results:
    """Render on a machine that knows nothing yet."""
    _agree(version)
    return _render_all(work, _unpacked(packed))


def _render_all(work: Sequence[tuple[Article, str]], site: Site) -> Results:
    return tuple(_render(article, body, site) for article, body in work)


def _render(article: Article, body: str, site: Site) -> Made | RenderError:
    watched = Watched.of(site)
    try:
        rendered = render(article, body, watched)
    except RenderError as error:
        return error
    return Made(rendered, kept(rendered, watched.asked))


@lru_cache(maxsize=1)
def _unpacked(site: bytes) -> Site:
    """Read what comes with each chunk, once."""
    read: Site = pickle.loads(site)  # noqa: S301 - from the build that this works for
    return read


def _agree(version: str) -> None:
    """Refuse to make what another version would make otherwise."""
    if version != __version__:
        raise NewsletterError(f"--executor: expected newsletter-publisher {version} on the workers, found {__version__}")


def _ready() -> None:
    """Import what the digest is made with."""
    from newsletter.mail import inline  # noqa: PLC0415 - with all that only digests need

    emitter(DIGEST)
    inline.prepare()


def _digest(config: Config, edition: Edition, templates: Templates) -> tuple[Output, ...]:
    return emitter(DIGEST)(config, edition, templates)


def _emit_own(batch: Batch) -> Emitted:
    assert _job is not None  # noqa: S101 - set when the process started
    return _emit_batch(*_job, batch)


def _emit_far(version: str, config: Config, editions: Sequence[Edition], templates: Templates, batch: Batch) -> Emitted:
    """Emit on a machine that knows nothing yet."""
    _agree(version)
    return _emit_batch(config, editions, templates, batch)


def _emit_batch(config: Config, editions: Sequence[Edition], templates: Templates, batch: Batch) -> Emitted:
    """Run some emitters on some editions; for each emitter, for each edition, the outputs."""
    names, served = batch
    return tuple(tuple(emitter(name)(config, editions[at], templates) for at in served) for name in names)
