from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mapped import Late, Mapped


def double(number: int) -> int:
    return 2 * number


@given(st.lists(st.integers()), st.integers(-3, 3), st.integers(-3, 3))
def test_it_is_what_a_tuple_would_be(items: Sequence[int], start: int, end: int) -> None:
    mapped, whole = Mapped(items, double), tuple(map(double, items))
    assert mapped == whole
    assert mapped == Mapped(whole, int)
    assert mapped != (*whole, 0)
    assert mapped != len(whole)
    assert (hash(mapped), repr(mapped), len(mapped)) == (hash(whole), repr(whole), len(whole))
    assert mapped[start:end] == whole[start:end]
    assert [mapped[at] for at in range(len(mapped))] == list(whole)
    assert (2 in mapped) == (2 in whole)


def test_nothing_is_made_before_it_is_asked_for() -> None:
    mapped = Mapped([0, 1], lambda number: 1 // number)
    assert mapped[1] == 1
    assert mapped[1:][0] == 1
    with pytest.raises(ZeroDivisionError):
        tuple(mapped)


@given(st.lists(st.integers()), st.integers(-3, 3), st.integers(-3, 3))
def test_what_is_made_at_once_is_what_a_tuple_would_be(items: Sequence[int], start: int, end: int) -> None:
    late, whole = Late(len(items), lambda: items), tuple(items)
    assert late == whole
    assert (hash(late), repr(late), len(late)) == (hash(whole), repr(whole), len(whole))
    assert [*late[start:end]] == [*whole[start:end]]
    assert [late[at] for at in range(len(late))] == list(whole)


def test_it_is_made_once_and_not_to_be_counted() -> None:
    made: list[int] = []

    def make() -> Sequence[int]:
        made.append(1)
        return (7, 8)

    late = Late(2, make)
    assert len(late) == 2
    assert made == []
    assert (late[0], late[1], [*late]) == (7, 8, [7, 8])
    assert made == [1]
