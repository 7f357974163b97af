import re
import signal
import threading
import time

import pytest

from newsletter.config import Reading
from newsletter.errors import RenderError
from newsletter.render import bounds, lines
from tests.factories import make_config
from tests.render.rendering import make_site, rendered

QUICK = make_site(config=make_config(reading=Reading(max_seconds=1)))


def spin(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_an_article_that_takes_too_long_is_held_back_by_name() -> None:
    with pytest.raises(RenderError, match=r"^slow\.md:4: rendering took more than 1 s of processor time") as caught:
        rendered("[" * 20_000, QUICK, path="slow.md", body_line=4)
    assert caught.value.path == "slow.md"


def test_time_that_is_not_used_up_leaves_no_trace() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    with bounds.processor_time(5):
        spin(0.01)
    assert signal.getsignal(signal.SIGVTALRM) is before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)


def test_an_earlier_answer_to_the_signal_is_restored() -> None:
    def answer(_number: int, _frame: object) -> None: ...

    before = signal.signal(signal.SIGVTALRM, answer)
    try:
        with pytest.raises(bounds.OutOfTimeError), bounds.processor_time(0.01):
            spin(5)
        assert signal.getsignal(signal.SIGVTALRM) is answer
    finally:
        signal.signal(signal.SIGVTALRM, before)


def test_the_end_of_time_is_not_swallowed_by_libraries() -> None:
    assert not issubclass(bounds.OutOfTimeError, Exception)


def test_other_threads_have_no_bound() -> None:
    done: list[bool] = []

    def work() -> None:
        with bounds.processor_time(0.01):
            spin(0.05)
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 150 + "x",
        "<div>" * 20_000 + "x",
        "<b><div></x>" * 2_000,
        "\n".join(f"{' ' * 2 * n}- x" for n in range(400)),
        ">" * 5_000 + " x",
        "> " * 5_000 + "x",
        "- " * 2_000 + "x",
    ],
)
def test_what_is_nested_too_deep_is_held_back_and_no_text_is_lost_silently(body: str) -> None:
    try:
        got = rendered(body)
    except RenderError as error:
        assert "nested at most 100 deep" in str(error)  # noqa: PT017 - either way is sound
    else:
        assert "x" in got.text


def test_a_hundred_levels_are_not_too_deep() -> None:
    assert rendered("<div>" * 99 + "x").text == "x\n"


def test_python_markdowns_own_failures_are_told_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    # No text is known that trips the library today; the next one must not stop the run.
    def trip(_self: object, _text: str) -> str:
        raise IndexError("pop from empty list")

    monkeypatch.setattr("markdown.Markdown.convert", trip)
    with pytest.raises(
        RenderError, match=re.escape("first.md:1: Python-Markdown cannot read this article: IndexError: pop from")
    ):
        rendered("text")


def test_python_markdowns_recursion_is_told_as_nesting(monkeypatch: pytest.MonkeyPatch) -> None:
    def trip(_self: object, _text: str) -> str:
        raise RecursionError

    monkeypatch.setattr("markdown.Markdown.convert", trip)
    with pytest.raises(RenderError, match="nested at most 100 deep"):
        rendered("text")


def test_a_bug_of_our_own_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(_text: str) -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr(lines, "one_line_per_paragraph", bug)
    with pytest.raises(ZeroDivisionError):
        rendered("text")


def test_a_megabyte_on_one_line_is_rendered() -> None:
    got = rendered("word " * 200_000)
    assert got.words == 200_000
    assert got.html.count("<p>") == 1


def test_a_table_of_many_cells_and_many_references_are_rendered() -> None:
    table = f"{'|h' * 100}|\n{'|---' * 100}|\n" + f"{'|c' * 100}|\n" * 50
    assert rendered(table).html.count("<td>") == 5_000
    links = (
        "\n".join(f"[a{n}][r{n}]" for n in range(1_000))
        + "\n\n"
        + "\n".join(f"[r{n}]: https://a.example/{n}" for n in range(1_000))
    )
    assert rendered(links).html.count("<a ") == 1_000
