"""Lends the workers of a Dask cluster, https://distributed.dask.org/. Talks to the scheduler at the address given.

They need the same version of this program, and see none of its files: what they work on is sent to them, templates included.
"""

from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager

from newsletter.errors import NewsletterError

#: Seconds to wait for the scheduler.
PATIENCE = 5


@contextmanager
def lent(address: str) -> Iterator[Executor]:
    """Lend the workers of the scheduler at that address, such as tcp://127.0.0.1:8786.

    Raises NewsletterError where there is none, or workers are lost.
    """
    try:
        from distributed import Client, KilledWorker  # noqa: PLC0415 - 300 ms, for those who asked for it
    except ImportError:
        raise NewsletterError("--executor dask: expected Dask to be installed: newsletter-publisher[dask]") from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]  # it has some types only
    except (OSError, ValueError) as error:
        raise NewsletterError(f"--scheduler: expected the address of a Dask scheduler, got {address!r}: {error}") from error
    with client:
        if not client.scheduler_info()["workers"]:  # it would wait for one for ever
            raise NewsletterError(f"--scheduler: {address} has no workers")
        try:
            executor: Executor = client.get_executor()  # type: ignore[no-untyped-call]  # as above
            yield executor
        except (KilledWorker, CancelledError) as error:
            raise NewsletterError(f"--executor dask: workers were lost: {error}") from error
