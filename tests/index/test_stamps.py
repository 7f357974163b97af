import os
from pathlib import Path

import pytest

from newsletter.glance.looking import COARSE_TICK, TICK
from newsletter.index import stamps
from newsletter.index.stamps import Snapshot, is_fresh, of_files, of_tree

NOW = 1_790_000_000_123_456_789
LATER = 2_000_000_000_000_000_000


def state(mtime: int, ctime: int) -> os.stat_result:
    """Make up what the system says of a file, with times in nanoseconds."""
    return os.stat_result([0] * 10, {"st_mtime_ns": mtime, "st_ctime_ns": ctime})


@pytest.mark.parametrize(
    ("mtime", "ctime", "fresh"),
    [
        (NOW - 2 * TICK, NOW - 2 * TICK, False),
        (NOW - TICK, NOW - TICK, False),
        (NOW - TICK, NOW - TICK + 1, True),
        (NOW - TICK + 1, NOW - 2 * TICK, True),
        (0, NOW + 1, True),  # the clock was set back
        (0, (NOW - COARSE_TICK) // 10**9 * 10**9 + 2 * 10**9, True),  # no fractions of a second
        (0, (NOW - COARSE_TICK) // 10**9 * 10**9 - 10**9, False),
        (0, NOW - COARSE_TICK // 2, False),
    ],
)
def test_a_file_is_fresh_while_another_change_could_leave_its_times_alone(mtime: int, ctime: int, *, fresh: bool) -> None:
    assert is_fresh(state(mtime, ctime), NOW) is fresh


def test_a_snapshot_tells_names_states_and_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    before = of_files(tmp_path, ["a", "b"], LATER)
    assert [line.partition("\0")[0] for line in before.lines] == ["a", "b"]
    assert before.fresh == ()
    assert of_files(tmp_path, ["b", "a"], LATER) == before
    assert of_files(tmp_path, ["a", "b"], 0).fresh == (f"{tmp_path}/a",)
    (tmp_path / "b").symlink_to("a")
    after = of_files(tmp_path, ["a", "b"], 0)
    assert after.digest() != before.digest()
    assert after.fresh == (f"{tmp_path}/a",)


def test_a_file_rewritten_in_place_with_its_old_size_and_time_shows(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("one")
    old = path.stat()
    before = of_files(tmp_path, ["a"], LATER)
    while path.stat().st_ctime_ns == old.st_ctime_ns:  # until the clock for files has moved on
        path.write_text("two")
        os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns, path.stat().st_ino) == (old.st_size, old.st_mtime_ns, old.st_ino)
    assert of_files(tmp_path, ["a"], LATER).digest() != before.digest()


def test_a_tree_is_all_its_files_but_compiled_code(tmp_path: Path) -> None:
    for name in ("a.py", "x/b.py", "x/__pycache__/b.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    lines = of_tree(tmp_path, LATER).lines
    assert [line.partition("\0")[0] for line in lines] == ["a.py", "x/b.py"]


def test_where_there_is_no_tree_that_is_what_it_looks_like(tmp_path: Path) -> None:
    assert of_tree(tmp_path / "x", LATER) == of_tree(tmp_path / "x", 0)
    assert of_tree(tmp_path / "x", LATER) != of_tree(tmp_path, LATER)
    assert of_tree(tmp_path, LATER) == Snapshot()


def test_content_is_told_by_its_digest_and_what_cannot_be_read_by_none(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    assert len(stamps.content_of(f"{tmp_path}/a")) == 64
    assert stamps.content_of(f"{tmp_path}/b") == ""


def test_names_that_are_no_utf_8_can_be_digested(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/\xff", "w"):  # noqa: PTH123 - Path takes no bytes
        assert len(of_tree(tmp_path, LATER).digest()) == 32
