import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.index.file import fetch, store

KEY = b"k" * 32
BLOBS = {0: b"zero", 1: b"one", -1: b"another"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".out.index"


def test_what_was_stored_is_fetched_by_number(path: Path) -> None:
    store(path, KEY, BLOBS)
    assert fetch(path, KEY, range(64)) == {0: b"zero", 1: b"one"}
    assert fetch(path, KEY, [-1]) == {-1: b"another"}


def test_blobs_of_another_key_do_not_count(path: Path) -> None:
    store(path, KEY, BLOBS)
    store(path, b"other", {0: b"other"})
    assert fetch(path, KEY, range(64)) == {1: b"one"}
    assert fetch(path, b"other", range(64)) == {0: b"other"}


def test_numbers_that_are_written_anew_without_a_blob_go(path: Path) -> None:
    store(path, KEY, BLOBS)
    store(path, KEY, {1: b"1"}, anew=(0, 1, 2))
    assert fetch(path, KEY, range(-1, 64)) == {-1: b"another", 1: b"1"}


def test_a_blob_in_anothers_place_does_not_count(path: Path) -> None:
    store(path, KEY, BLOBS)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE blobs SET number = 2 WHERE number = 0")
    assert fetch(path, KEY, range(64)) == {1: b"one"}


def test_the_file_shrinks_when_its_blobs_go(path: Path) -> None:
    store(path, KEY, {0: b"0" * 1_000_000})
    large = path.stat().st_size
    store(path, KEY, {}, anew=[0])
    assert path.stat().st_size < large / 10


@pytest.mark.parametrize("content", [b"", b"no index", b"SQLite format 3\0" + b"\0" * 84, b"\xff" * 8192])
def test_whatever_stands_in_its_place_is_nothing_and_is_replaced(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert fetch(path, KEY, range(64)) == {}
    store(path, KEY, BLOBS)
    assert fetch(path, KEY, range(64)) == {0: b"zero", 1: b"one"}


def test_an_index_of_another_layout_is_nothing_and_is_replaced(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE blobs (number INTEGER)")
    assert fetch(path, KEY, range(64)) == {}
    store(path, KEY, BLOBS)
    assert fetch(path, KEY, [-1]) == {-1: b"another"}


def test_a_folder_in_its_place_stays(path: Path) -> None:
    path.mkdir()
    store(path, KEY, BLOBS)
    assert fetch(path, KEY, range(64)) == {}
    assert path.is_dir()


def test_where_there_is_no_folder_for_it_none_is_made(path: Path) -> None:
    store(path.parent / "none" / "x", KEY, BLOBS)
    assert list(path.parent.iterdir()) == []


def test_while_another_run_writes_it_is_gone_without(path: Path) -> None:
    store(path, KEY, BLOBS)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        assert fetch(path, KEY, range(64)) == {}
        store(path, KEY, {0: b"not written"})
        connection.execute("ROLLBACK")
    assert fetch(path, KEY, range(64)) == {0: b"zero", 1: b"one"}


def test_on_a_full_disk_it_is_gone_without() -> None:
    full = Path("/dev/full")
    store(full, KEY, BLOBS)
    assert fetch(full, KEY, range(64)) == {}
    assert full.is_char_device()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 20_000), byte=st.integers(0, 255), length=st.integers(1, 600))
def test_damage_anywhere_never_brings_anything_but_what_was_stored(path: Path, at: int, byte: int, length: int) -> None:
    path.unlink(missing_ok=True)
    blobs = {number: bytes([65 + number]) * 700 for number in range(10)}
    store(path, KEY, blobs)
    raw = bytearray(path.read_bytes())
    at %= len(raw)
    raw[at : at + length] = bytes([byte]) * len(raw[at : at + length])
    path.write_bytes(raw)
    assert fetch(path, KEY, range(10)).items() <= blobs.items()
    store(path, KEY, {3: b"new"})
    assert fetch(path, KEY, [3]) in ({3: b"new"}, {})
