import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import msgpack

from newsletter.whereabouts import Part, Told, Whereabouts


@st.composite
def known(draw: st.DrawFn) -> tuple[Told, dict[str, str]]:
    """Draw what is told, and what that is in one dictionary."""
    paths = sorted(draw(st.sets(st.text("abc/", min_size=1), max_size=20)))
    marks = draw(st.lists(st.sampled_from([0, 1]), min_size=len(paths), max_size=len(paths)))
    cuts = sorted(draw(st.sets(st.integers(1, len(paths)), max_size=4))) if paths else []
    spans = zip([0, *cuts], [*cuts, len(paths)], strict=True)
    parts = [
        Part(paths[one:two], msgpack.encode([f"at {path}" for path in paths[one:two]]), bytes(marks[one:two]))
        for one, two in spans
        if one < two
    ]
    own = {path: f"own {path}" for path in draw(st.sets(st.text("abd/", min_size=1), max_size=5)) if path not in paths}
    return Told(own, parts), own | {path: f"at {path}" for path, mark in zip(paths, marks, strict=True) if mark}


@given(known())
def test_it_is_what_a_dictionary_would_be_here_and_in_another_process(drawn: tuple[Told, dict[str, str]]) -> None:
    told, whole = drawn
    here = Whereabouts(told)
    there = pickle.loads(pickle.dumps(here))  # noqa: S301 - just written
    twice = pickle.loads(pickle.dumps(there))  # noqa: S301 - the same
    for one in (here, there, twice):
        assert one == whole
        assert len(one) == len(whole)
        assert [*one] == [*dict.fromkeys((*told.own, *whole))]
        for path in [path for part in told.others for path in part.paths]:
            assert one.get(path) == whole.get(path)


def test_nobody_lives_at_a_path_before_or_after_all_others() -> None:
    one = Whereabouts(Told({}, [Part(["b", "c"], msgpack.encode(["B", "C"]), b"\1\1")]))
    for path in ("a", "bb", "d"):
        assert path not in one
        with pytest.raises(KeyError):
            one[path]
