"""How much one article may ask of the renderer: processor time, depth of nesting, and the error that says it asked for more.

Time is bound by a timer of the operating system that counts the process's own processor time, so a busy machine fails no
article. Python runs signals in the main thread only: elsewhere, and on systems without such timers, there is no bound. Library
code in C or Rust is not interrupted; the error then comes as soon as it returns.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from newsletter.errors import RenderError
from newsletter.model import Article

#: libxml2 drops text below 256 levels without a word, mail clients give up earlier, and no real article comes near.
MAX_DEPTH = 100


class OutOfTimeError(BaseException):
    """The time is up; no ``Exception``, so that no library's ``except Exception`` swallows it."""


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise OutOfTimeError


@contextmanager
def processor_time(seconds: float) -> Iterator[None]:
    """Raise OutOfTimeError inside the block once it has used so many seconds of processor time."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _stop)
    try:
        # Rings again each second: a first ring that falls into a callback from C is reported there and lost.
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 1)
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        finally:
            signal.signal(signal.SIGVTALRM, signal.SIG_DFL if before is None else before)


def too_deep(article: Article) -> RenderError:
    """Say that an article nests its elements deeper than MAX_DEPTH; each level of a list is two elements."""
    message = f"expected quotes and HTML elements nested at most {MAX_DEPTH} deep and lists {MAX_DEPTH // 2}, got more"
    return RenderError(article.path, article.body_line, None, f"{message}: close or flatten them")


def too_slow(article: Article, seconds: float) -> RenderError:
    """Say that an article used up its time."""
    message = (
        f"rendering took more than {seconds} s of processor time: simplify the text (long runs of brackets, asterisks or"
        " unclosed tags are slow) or raise reading.max_seconds"
    )
    return RenderError(article.path, article.body_line, None, message)
