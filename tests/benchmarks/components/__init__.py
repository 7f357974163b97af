"""Single rooms of the house, by pytest-benchmark: https://pytest-benchmark.readthedocs.io/. ``make bench`` alone runs them."""

from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")


class Benchmark(Protocol):
    """The fixture that calls a function many times and says how long it takes."""

    def __call__(self, function: Callable[Given, Made], /, *given: Given.args, **named: Given.kwargs) -> Made:
        """Return what the function returns."""
