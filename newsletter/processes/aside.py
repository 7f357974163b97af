"""A process beside this one, that gets ready for jobs while this one finds out which there are. Starts that process alone.

With the standard library's pools it could not be chosen which of the processes gets a job, and the first of them starts a thread,
after which nobody should fork.

A terminal's Ctrl-C reaches all processes of a run. The first of them says and does what is called for, and ends the others.
"""

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Arguments = TypeVarTuple("Arguments")
Made = TypeVar("Made")


def workers(jobs: int) -> int:
    """Tell how many processes to use: ``jobs``, or one for each processor that this process may run on if it is 0."""
    if jobs > 0:
        return jobs
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Have SIGINT wait until the block is over; for good in processes that are started there, as the signal mask is inherited.

    An action that they took themselves would come too late for a signal that comes as they start.
    """
    import signal  # noqa: PLC0415 - 5 ms, which multiprocessing takes anyway

    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # which raises what came until then
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Besides(NamedTuple):
    """What the other process finds out besides what it is asked for. Functions of modules."""

    #: Called there.
    tell: Callable[[], object]
    #: Called here, with what the other one returned.
    take: Callable[[Any], object]


class Task(Generic[Made]):
    """Something that the other process does, and this one if that died."""

    def __init__(self, aside: "Aside", do: Callable[[], Made]) -> None:
        """Take what is to be done."""
        self._aside = aside
        self._do = do
        self._answer: tuple[Made, Exception | None] | None = None

    def take(self, answer: Any) -> None:  # noqa: ANN401 - what the pipe brought, or None where it broke
        """Take what came of it; None: nothing will."""
        if answer is not None:
            self._answer = answer
            return
        try:
            self._answer = self._do(), None
        except Exception as error:  # noqa: BLE001 - raised where the result is asked for
            self._answer = None, error  # type: ignore[assignment]  # nobody looks at what was not made

    def is_done(self) -> bool:
        """Tell whether the result is there; does not wait."""
        self._aside.listen(self, wait=False)
        return self._answer is not None

    def result(self) -> Made:
        """Wait for what came of it; what it raised is raised here."""
        self._aside.listen(self, wait=True)
        assert self._answer is not None  # listened until it was  # noqa: S101
        made, error = self._answer
        if error is not None:
            raise error
        return made


class Aside:
    """The process. It does jobs in the order in which they come."""

    def __init__(self, *ready: Callable[[], object], besides: Besides | None = None) -> None:
        """Start it: while there is no job it calls these, each once. They must be functions of modules.

        What it finds out ``besides`` comes with each answer.
        """
        import multiprocessing  # noqa: PLC0415 - 5 ms, for those who have use for it

        context = multiprocessing.get_context("fork") if sys.platform == "linux" else multiprocessing.get_context("spawn")
        self._tasks: deque[Task[Any]] = deque()
        self._pipe, theirs = context.Pipe()
        self._besides = besides
        self._process = context.Process(target=_work, args=(theirs, self._pipe, ready, besides), daemon=True)
        with uninterrupted():
            self._process.start()
        theirs.close()

    def begin(self, do: Callable[[*Arguments], Made], *arguments: *Arguments) -> Task[Made]:
        """Hand over a job, once those before it are done: a function of a module, and what can be pickled."""
        if self._tasks:  # were both to send what the other does not take, they would wait for each other
            self.listen(self._tasks[-1], wait=True)
        task = Task(self, lambda: do(*arguments))
        with suppress(BrokenPipeError, ConnectionResetError):  # then ``listen`` sees that it died
            self._pipe.send((do, arguments))
        self._tasks.append(task)
        return task

    def listen(self, task: Task[Any], *, wait: bool) -> None:
        """Take the answers until that job has its own, or, without waiting, those that are there."""
        while task in self._tasks and (wait or self._is_heard()):
            first = self._tasks.popleft()
            try:
                *answer, found = self._pipe.recv()
                if self._besides is not None:
                    self._besides.take(found)
                first.take(tuple(answer))
            except (EOFError, ConnectionResetError):
                first.take(None)

    def end(self) -> None:
        """End it, whatever it is doing, if it is not ended."""
        if self._pipe.closed:
            return
        self._pipe.close()
        self._process.kill()
        self._process.join()
        self._process.close()

    def _is_heard(self) -> bool:
        try:
            return self._pipe.poll()
        except (BrokenPipeError, ConnectionResetError):
            return True


def _work(  # pragma: no cover - in a process of its own
    pipe: "Connection", others: "Connection", ready: Iterable[Callable[[], object]], besides: Besides | None
) -> None:
    """Live the other process's life."""
    others.close()  # or the end of the one that it works for would go unnoticed
    preparations = deque(ready)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):  # there is nobody any more to do it for
        while True:
            while preparations and not pipe.poll():
                preparations.popleft()()
            do, arguments = pipe.recv()
            made, failure = None, None
            try:
                made = do(*arguments)
            except Exception as error:  # noqa: BLE001 - raised where the job came from
                failure = error
            pipe.send((made, failure, besides.tell() if besides is not None else None))
