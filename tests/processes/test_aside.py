import os
import signal
import time
from collections.abc import Iterator
from multiprocessing import active_children

import pytest

from newsletter.errors import OutputError
from newsletter.processes.aside import Aside


def where(number: int, text: str) -> tuple[int, str]:
    return os.getpid(), text * number


def fail(text: str) -> str:
    raise OutputError(text)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_there(parent: int) -> int:
    """End the other process; here it is done."""
    if os.getpid() != parent:
        die()
    return parent


def be_interrupted(parent: int) -> int:
    """Have a terminal interrupt the other process."""
    if os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGINT)
    return os.getpid()


def remember(name: str) -> None:
    os.environ["ASIDE"] = os.environ.get("ASIDE", "") + name


def remembered() -> str:
    return os.environ.get("ASIDE", "")


def get_ready() -> None:
    remember("ready ")


@pytest.fixture
def aside() -> Iterator[Aside]:
    aside = Aside(get_ready, get_ready)
    yield aside
    aside.end()


def test_a_job_is_done_in_another_process(aside: Aside) -> None:
    there, text = aside.begin(where, 3, "large" * 100_000).result()
    assert there != os.getpid()
    assert text == "large" * 300_000


def test_jobs_are_done_in_their_order_and_asked_for_in_any(aside: Aside) -> None:
    aside.begin(remembered).result()
    aside.begin(remember, "a")
    first = aside.begin(remembered)
    aside.begin(remember, "b")
    second = aside.begin(remembered)
    assert [job.result().replace("ready ", "") for job in (second, first)] == ["ab", "a"]  # it gets ready in between
    assert remembered() == ""


def test_it_gets_ready_before_the_first_job_comes(aside: Aside) -> None:
    time.sleep(0.2)
    assert aside.begin(remembered).result() in {"ready ready ", "ready ", ""}  # it may be slow


def test_whether_a_job_is_done_can_be_asked_without_waiting(aside: Aside) -> None:
    job = aside.begin(where, 1, "a")
    while not job.is_done():
        time.sleep(0.01)
    assert job.is_done()
    assert job.result()[1] == "a"


def test_what_a_job_raises_is_raised_here(aside: Aside) -> None:
    job = aside.begin(fail, "as said there")
    with pytest.raises(OutputError, match="as said there"):
        job.result()
    assert aside.begin(where, 1, "a").result()[1] == "a"


def test_a_process_that_died_leaves_its_jobs_to_this_one() -> None:
    others = len(active_children())
    aside = Aside(die)
    while len(active_children()) > others:  # or a job that came in time would be done there
        time.sleep(0.01)
    jobs = [aside.begin(where, 2, "large" * 200_000), aside.begin(where, 1, "a")]
    failing = aside.begin(fail, "here, too")
    assert jobs[1].result() == (os.getpid(), "a")
    assert jobs[0].result() == (os.getpid(), "large" * 400_000)
    with pytest.raises(OutputError, match="here, too"):
        failing.result()
    aside.end()


def test_a_process_that_dies_at_work_leaves_the_rest_to_this_one(aside: Aside) -> None:
    jobs = [aside.begin(die_there, os.getpid()), aside.begin(die_there, os.getpid())]
    while not jobs[1].is_done():
        time.sleep(0.01)
    assert [job.result() for job in jobs] == [os.getpid()] * 2


def test_one_without_a_job_ends_all_the_same(aside: Aside) -> None:
    assert aside  # the fixture ends it


def test_one_that_is_interrupted_goes_on_and_says_nothing(aside: Aside, capfd: pytest.CaptureFixture[str]) -> None:
    assert aside.begin(be_interrupted, os.getpid()).result() != os.getpid()
    assert capfd.readouterr() == ("", "")
