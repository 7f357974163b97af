"""Runs the pure middle of the house, in as many processes as pay. No I/O.

The bytes never depend on how many there are: the work is cut in a fixed order and put together in the same one.
"""

import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias, TypeVar

from newsletter import __version__
from newsletter.config import Config
from newsletter.errors import NewsletterError
from newsletter.model import Article, Edition
from newsletter.processes import far
from newsletter.processes.ahead import to_make_digests
from newsletter.processes.aside import Aside, Task, workers
from newsletter.processes.batches import (
    DIGEST,
    Batch,
    Emitted,
    Outputs,
    Put,
    as_it_is,
    batches,
    emit_batch,
    emitted,
    entries,
    for_batch,
    has_new_digest,
    lighter,
    ready,
    together,
)
from newsletter.processes.rendering import Results, render_all
from newsletter.render import Site
from newsletter.templating import Templates

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

#: Fewer articles than this are rendered faster by one process: starting a pool costs as much as rendering three of them,
#: and the first articles of each process also pay for its imports.
RENDER_THRESHOLD = 24
#: Articles that a process takes at a time.
CHUNK = 8
#: The same beside this one, which then need not wait long for the last of them.
STEP = 4
#: With fewer articles the process beside this one has rendered them before this one has set up what that takes.
JOIN = 12
#: With fewer articles than this for each process no pool is started besides.
BESIDE = 40
#: Fewer entries in all feeds of one format are written faster by one process, beside the one that makes the digest.
EMIT_THRESHOLD = 400
#: Fewer articles in all are rendered and written faster by one process, page by page.
EACH_THRESHOLD = 75
#: How many items for each process are prepared before the first is done.
AHEAD = 3


class Portable(Protocol):
    """What jobs have in common."""

    def carried(self) -> Self:
        """Return the same for a machine that has none of the files."""


Setting = TypeVar("Setting", bound=Portable)
Item = TypeVar("Item")
Done = TypeVar("Done")


Job: TypeAlias = tuple[Config, tuple[Edition, ...], Templates]

#: What the jobs of a worker process have in common.
_setting: Any = None


class Crew:
    """Who does the jobs of one build: this process, processes beside it, or an executor of any kind.

    Jobs are functions of picklable records.
    """

    def __init__(self, jobs: int = 0, executor: "Executor | None" = None, aside: Aside | None = None) -> None:
        """Use at most so many processes, as ``workers`` has it; or the executor, which stays open.

        ``aside`` is one that was started ahead; it ends with the build.
        """
        self._count = workers(jobs)
        self._executor = executor
        self._aside = aside
        #: Digests that are being made beside this process, and what of.
        self._begun: tuple[tuple[Edition, ...], Task[tuple[Outputs, ...]]] | None = None

    def __enter__(self) -> Self:
        """Begin the build."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process beside this one, if there is one."""
        if self._aside is not None:
            self._aside.end()
            self._aside = self._begun = None

    def expect_digest(self, config: Config) -> None:
        """Start the process that will make the digest, so that it imports what it needs while articles are rendered."""
        if self._count > 1 and self._executor is None and self._aside is None:
            import lxml.html  # noqa: F401, PLC0415 - 40 ms, which it then takes once: both will need it

            self._aside = Aside(partial(to_make_digests, config))

    def render(self, work: Sequence[tuple[Article, str]], site: Site) -> Results:
        """Render each (article, body); what cannot be rendered is returned as its error, in its place."""
        if self._executor is not None:
            chunks = [work[start : start + CHUNK] for start in range(0, len(work), CHUNK)]
            packed = pickle.dumps(site)
            futures = [self._executor.submit(far.render, __version__, packed, chunk) for chunk in chunks]
            return tuple(chain.from_iterable(future.result() for future in futures))
        if self._aside is not None and len(work) < BESIDE * self._count:
            return _render_beside(self._aside, work, site, self._begun[1] if self._begun else None)
        count = min(self._count, len(work) // CHUNK)
        if count < 2 or len(work) < RENDER_THRESHOLD:  # noqa: PLR2004 - one process is no pool
            return render_all(work, site)
        first = render_all(work[:1], site)  # with all imports, which the processes then inherit
        chunks = [work[start : start + CHUNK] for start in range(1, len(work), CHUNK)]
        from newsletter.processes.pool import pool  # noqa: PLC0415 - 10 ms, for those who have use for one

        with pool(count, _take, site) as processes:
            return (*first, *chain.from_iterable(processes.map(_render_chunk, chunks)))

    def each(
        self, do: "Callable[[Setting, Item], Done]", setting: "Setting", items: "Iterable[Item]", weight: int
    ) -> "Iterator[Done]":
        """Do a function of a module with each item; in their order, few of them at a time. ``weight`` is of how many articles."""
        if self._executor is None and (self._count < 2 or weight < EACH_THRESHOLD):  # noqa: PLR2004 - one process is no pool
            yield from (do(setting, item) for item in items)
            return
        if self._executor is not None:
            packed, executor = pickle.dumps(setting.carried()), self._executor
            yield from _in_turn(lambda item: executor.submit(far.do, __version__, packed, do, item), items, AHEAD)
            return
        from newsletter.processes.pool import pool  # noqa: PLC0415 - 10 ms, for those who have use for one

        with pool(self._count, _take, setting) as processes:
            yield from _in_turn(lambda item: processes.submit(_do_near, do, item), items, AHEAD * self._count)

    def begin_digests(self, config: Config, editions: Sequence[Edition], templates: Templates, entries: int) -> None:
        """Have new digests made beside this process while it does something else.

        ``editions`` are all that ``emit`` will be given, with their issues at least, and ``entries`` how many it will write.
        """
        first = self._cut(editions, many=entries >= EMIT_THRESHOLD)[0]
        if self._count > 1 and self._executor is None and any(map(has_new_digest, editions)) and not _is_for_all(first, editions):
            self.expect_digest(config)
            assert self._aside is not None  # just started  # noqa: S101
            wanted = for_batch(editions, first)
            self._begun = wanted, self._aside.begin(_digests, config, wanted, templates)

    def emit(self, config: Config, editions: Sequence[Edition], templates: Templates, put: Put = as_it_is) -> Outputs:
        """Run every emitter on the editions that it serves, the publication first; their outputs, in the emitters' order.

        Where there are many entries ``put`` says what to keep of the outputs of editions.
        """
        job = (config, tuple(editions), templates)
        is_new, many = any(map(has_new_digest, editions)), entries(editions) >= EMIT_THRESHOLD
        put = put if many else as_it_is
        if self._executor is not None:
            return self._emit_far(job, put)
        if self._count < 2 or not (is_new or many):  # noqa: PLR2004 - one process is no pool
            return together([(batch, emit_batch(*job, batch, put)) for batch in batches(len(editions), 1)])
        if is_new:
            self.expect_digest(config)
        return self._emit_near(job, put, many=many)

    def _emit_near(self, job: Job, put: Put, *, many: bool) -> Outputs:
        """Have the digests made beside this process, and the rest here, or in a pool if there is much of it."""
        config, editions, templates = job
        first, *rest = self._cut(editions, many=many)
        if _is_for_all(first, editions):
            # what it takes to make the publication's digest, and what is in it, the processes of the pool then inherit
            self.__exit__()
            digests = _digests(config, for_batch(editions, first), templates)
            return together([(first, (digests,)), *self._emit_pooled(job, rest, put)])
        beside = self._digests_beside(config, for_batch(editions, first), templates)
        try:
            made = self._emit_pooled(job, rest, put) if many else [(batch, emit_batch(*job, batch)) for batch in rest]
        except NewsletterError:
            if beside is not None:
                beside.result()  # the digests' own trouble comes first, as with one process
            raise
        digests = beside.result() if beside is not None else _digests(config, for_batch(editions, first), templates)
        self.__exit__()
        return together([(first, (digests,)), *made])

    def _cut(self, editions: Sequence[Edition], *, many: bool) -> list[Batch]:
        """Cut the work for this process and one beside it, or for a pool."""
        return batches(len(editions), self._count if many else 1)

    def _digests_beside(
        self, config: Config, editions: tuple[Edition, ...], templates: Templates
    ) -> Task[tuple[Outputs, ...]] | None:
        """Take the digests that were begun, if they are those of these editions, or begin them."""
        if self._begun is not None and self._begun[0] == editions:
            return self._begun[1]
        return self._aside.begin(_digests, config, editions, templates) if self._aside is not None else None

    def _emit_pooled(self, job: Job, work: Sequence[Batch], put: Put) -> list[tuple[Batch, Emitted]]:
        from newsletter.processes.pool import pool  # noqa: PLC0415 - 10 ms, for those who have use for one

        with pool(min(self._count, len(work)), _take, job) as processes:
            made = _in_turn(lambda batch: processes.submit(_emit_own, batch), work, AHEAD * self._count)
            return [(batch, lighter(batch, one, put)) for batch, one in zip(work, made, strict=True)]

    def _emit_far(self, job: Job, put: Put) -> Outputs:
        """Hand all to the executor, whose processes may see none of the files here."""
        assert self._executor is not None  # as the caller knows  # noqa: S101
        config, editions, templates = job
        carried = templates.carried()
        submitted = []
        for names, served in batches(len(editions), len(editions) + 1):
            batch = (names, range(len(served)))
            part = for_batch(editions, (names, served))
            submitted.append(((names, served), self._executor.submit(far.emit, __version__, config, part, carried, batch)))
        return together([(batch, lighter(batch, future.result(), put)) for batch, future in submitted])


def _in_turn(submit: "Callable[[Item], Future[Done]]", items: "Iterable[Item]", most: int) -> "Iterator[Done]":
    """Submit items, no more than so many before the first of them is done."""
    under_way: deque[Future[Done]] = deque()
    for item in items:
        under_way.append(submit(item))
        if len(under_way) >= most:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def _render_beside(aside: Aside, work: Sequence[tuple[Article, str]], site: Site, busy: Task[Any] | None) -> Results:
    """Have articles rendered beside this process, which joins in where they are many, and else gets ready to write them.

    ``busy`` is what the other process does first: meanwhile this one does what it can.
    """
    tasks: list[Task[Results]] = []
    own: list[Results] = []
    first, last = 0, len(work)
    while first < last:
        last_task = tasks[-1] if tasks else busy
        if last_task is None or last_task.is_done():
            if not tasks:
                aside.begin(_take, site)
            tasks.append(aside.begin(_render_chunk, work[first : min(first + STEP, last)]))
            first = min(first + STEP, last)
        elif last - first > (0 if own or busy else JOIN):
            last -= 1
            own.append(render_all(work[last : last + 1], site))
        else:
            ready()
            tasks[-1].result()
    ready()
    return (*chain.from_iterable(task.result() for task in tasks), *chain.from_iterable(reversed(own)))


def _take(setting: object) -> None:
    global _setting  # noqa: PLW0603 - a worker process serves one build
    _setting = setting


def _do_near(do: "Callable[[Any, Item], Done]", item: "Item") -> "Done":
    return do(_setting, item)


def _render_chunk(work: Sequence[tuple[Article, str]]) -> Results:
    return render_all(work, _setting)


def _is_for_all(first: Batch, editions: Sequence[Edition]) -> bool:
    """Tell whether a pool has digests of its own to make, besides those of the first batch."""
    return len(first[1]) < len(editions) and any(map(has_new_digest, editions[1:]))


def _digests(config: Config, editions: Sequence[Edition], templates: Templates) -> tuple[Outputs, ...]:
    """Make the digest of each edition."""
    return tuple(emitted(DIGEST, config, edition, templates) for edition in editions)


def _emit_own(batch: Batch) -> Emitted:
    config, editions, templates = _setting
    return emit_batch(config, editions, templates, batch)
