"""Has Ctrl-C wait while something is imported: there it would be lost, or come out as another error with a traceback.

An interruption is raised wherever the program is, also in what the import system calls as objects go, which may raise nothing,
and in what turns every error into one of its own.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: Seconds until it is tried again.
PAUSE = 0.005
#: What the files of the import system are called.
IMPORTING = "<frozen importlib"


@contextmanager
def between_imports() -> Iterator[None]:
    """Raise KeyboardInterrupt only there, until the block is over, unless somebody has other plans for SIGINT."""
    is_ours = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    if not is_ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    alarm = signal.signal(signal.SIGALRM, _interrupt)
    try:
        signal.signal(signal.SIGINT, _interrupt)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGALRM, alarm or signal.SIG_DFL)  # None: Python knows of no handler


def _interrupt(_signal: int, frame: FrameType | None) -> None:
    """Interrupt what is done there, or come back soon."""
    while frame is not None:
        if frame.f_code.co_filename.startswith(IMPORTING):
            signal.setitimer(signal.ITIMER_REAL, PAUSE)
            return
        frame = frame.f_back
    raise KeyboardInterrupt
