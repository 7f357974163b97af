"""A process beside this one that gets ready for one job while this one works on what the job needs. Starts that process alone.

With the standard library's pools it could not be chosen which of the processes gets the job, and the first of them starts a
thread, after which nobody should fork.
"""

import multiprocessing
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Generic, TypeVar, TypeVarTuple

Arguments = TypeVarTuple("Arguments")
Made = TypeVar("Made")


class Aside(Generic[*Arguments, Made]):
    """The process. What it cannot do because it died is done here."""

    def __init__(self, ready: Callable[[], None], do: Callable[[*Arguments], Made]) -> None:
        """Start it: first it calls ``ready``. Both must be functions of modules."""
        context = multiprocessing.get_context("fork") if sys.platform == "linux" else multiprocessing.get_context("spawn")
        self._do = do
        self._arguments: tuple[*Arguments] | None = None
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, self._pipe, ready, do), daemon=True)
        self._process.start()
        theirs.close()

    def begin(self, *arguments: *Arguments) -> None:
        """Hand over the job."""
        self._arguments = arguments
        with suppress(BrokenPipeError, ConnectionResetError):  # then ``result`` sees that it died
            self._pipe.send(arguments)

    def result(self) -> Made:
        """Wait for what came of it; what it raised is raised here."""
        assert self._arguments is not None  # begun before  # noqa: S101
        try:
            made, error = self._pipe.recv()
        except (EOFError, ConnectionResetError):
            return self._do(*self._arguments)
        if error is not None:
            raise error
        result: Made = made
        return result

    def end(self) -> None:
        """End it, whatever it is doing."""
        self._pipe.close()
        self._process.kill()
        self._process.join()
        self._process.close()


def _work(
    pipe: Connection, others: Connection, ready: Callable[[], None], do: Callable[[*Arguments], Made]
) -> None:  # pragma: no cover - in a process of its own
    """Live the other process's life."""
    others.close()  # or the end of the one that it works for would go unnoticed
    ready()
    try:
        arguments = pipe.recv()
    except EOFError:  # there is nothing to do, or nobody to do it for
        return
    made, failure = None, None
    try:
        made = do(*arguments)
    except Exception as error:  # noqa: BLE001 - raised where the job came from
        failure = error
    with suppress(BrokenPipeError, ConnectionResetError):
        pipe.send((made, failure))
