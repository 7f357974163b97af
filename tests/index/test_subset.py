from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.index import sheets
from newsletter.index.rows import Sound
from newsletter.index.sheets import Sheet, mark, packed, places, sheet_of, unpacked
from newsletter.index.subset import Ids, Subset
from newsletter.instants import instant_of, microseconds
from tests.factories import make_article

NOON = datetime(2026, 3, 2, 12)  # noqa: DTZ001 - zoned where it is used
NAMES = [f"{number:02}" for number in range(30)]


def row(name: str) -> Sound:
    """Write one down; every third article has a title that others have, too."""
    article = make_article(path=f"{name}.md", id=f"tag:{name}", title=f"Title {int(name) % 3}", fingerprint=name)
    return Sound(stamp=b"", fresh=False, article=article)


#: Three sheets, of ten rows, one, and the rest.
SHEETS: dict[int, Sheet] = {
    number: sheet_of(map(row, NAMES[first:last]))[0] for number, first, last in ((4, 0, 10), (5, 10, 11), (9, 11, 30))
}
PATHS = [f"{name}.md" for name in NAMES]
SOME = st.sets(st.sampled_from([*PATHS, "0", "05.md0", "zz"]))


def at(paths: set[str]) -> Subset:
    return Subset.at(SHEETS, paths)


def told(chosen: Subset) -> list[str]:
    assert all(1 in own for own in chosen.flags.values())
    assert [*chosen.flags] == [number for number in SHEETS if number in chosen.flags]
    assert len(chosen) == len(chosen.paths()) == len(chosen.instants())
    return chosen.paths()


@given(SOME, SOME)
def test_they_are_chosen_as_from_sets(one: set[str], other: set[str]) -> None:
    all_ = {*PATHS}
    assert told(at(one)) == sorted(one & all_)
    assert told(at(one) & at(other)) == sorted(one & other & all_)
    assert told(at(one) | at(other)) == sorted((one | other) & all_)
    assert told(at(one) - at(other)) == sorted((one - other) & all_)
    assert told(~at(one)) == sorted(all_ - one)


@given(SOME, st.data())
def test_some_are_chosen_among_them(one: set[str], data: st.DataObject) -> None:
    chosen = at(one)
    wanted = data.draw(st.sets(st.sampled_from(range(len(chosen))))) if chosen else set()
    assert told(chosen.among(wanted)) == [path for number, path in enumerate(chosen.paths()) if number in wanted]


@given(SOME, st.sets(st.sampled_from(NAMES)))
def test_they_are_found_by_what_they_are_called(one: set[str], wanted: set[str]) -> None:
    chosen = at(one)
    expected = [path for path in chosen.paths() if path.removesuffix(".md") in wanted]
    assert told(chosen.having("fingerprint_marks", {*map(mark, wanted)})) == expected
    assert told(chosen.having("id_marks", {mark(f"tag:{name}") for name in wanted})) == expected
    ids = Ids(chosen)
    assert [*ids] == chosen.ids() == [f"tag:{path.removesuffix('.md')}" for path in chosen.paths()]
    assert len(ids) == len(chosen)
    assert [f"tag:{name}" in ids for name in NAMES] == [f"{name}.md" in one for name in NAMES]
    assert None not in ids


def test_of_ids_with_one_digest_only_the_same_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsletter.index.subset.mark", lambda _: mark("tag:07"))
    assert "tag:07" in Ids(~at(set()))
    assert "tag:08" not in Ids(~at(set()))


def test_several_may_have_the_same_digest() -> None:
    assert told((~at(set())).having("title_marks", {mark("title 1")})) == PATHS[1::3]


@given(st.lists(st.integers(0, 2**32 - 1)), st.sets(st.integers(0, 2**32 - 1)), st.integers(0, 20))
def test_digests_are_found_one_by_one_as_all_at_once(column: list[int], others: set[int], few: int) -> None:
    wanted = others | {*column[::2]}
    expected = [place for place, one in enumerate(column) if one in wanted]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheets, "FEW", few)
        assert sorted(places(packed(sheets.MARKS, column), wanted)) == expected


@given(st.lists(st.sampled_from([0, 1, 256, 65536, 2**24, 0x01010101]), max_size=6), st.sampled_from([1, 256, 0x01010101]))
def test_a_digest_is_found_only_where_one_begins(column: list[int], wanted: int) -> None:
    assert places(packed(sheets.MARKS, column), {wanted}) == [place for place, one in enumerate(column) if one == wanted]


@given(st.datetimes(NOON - timedelta(365 * 2000), NOON + timedelta(365 * 7000)), st.integers(-1439, 1439))
def test_moments_are_instants(naive: datetime, minutes: int) -> None:
    instant = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert instant_of(microseconds(instant)) == instant
    assert unpacked(sheets.INSTANTS, packed(sheets.INSTANTS, [microseconds(instant)])) == (microseconds(instant),)
