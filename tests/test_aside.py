import os
import signal
from collections.abc import Iterator

import pytest

from newsletter.aside import Aside
from newsletter.errors import OutputError


def nothing() -> None:
    """Be ready at once."""


def where(number: int, text: str) -> tuple[int, str]:
    return os.getpid(), text * number


def fail(text: str) -> str:
    raise OutputError(text)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def aside() -> Iterator[Aside[int, str, tuple[int, str]]]:
    aside = Aside(nothing, where)
    yield aside
    aside.end()


def test_the_job_is_done_in_another_process(aside: Aside[int, str, tuple[int, str]]) -> None:
    aside.begin(3, "large" * 100_000)
    there, text = aside.result()
    assert there != os.getpid()
    assert text == "large" * 300_000


def test_what_the_job_raises_is_raised_here() -> None:
    aside = Aside(nothing, fail)
    aside.begin("as said there")
    with pytest.raises(OutputError, match="as said there"):
        aside.result()
    aside.end()


def test_a_process_that_died_leaves_the_job_to_this_one() -> None:
    aside = Aside(die, where)
    aside.begin(2, "large" * 200_000)
    assert aside.result() == (os.getpid(), "large" * 400_000)
    aside.end()


def test_one_without_a_job_ends_all_the_same(aside: Aside[int, str, tuple[int, str]]) -> None:
    assert aside  # the fixture ends it
