import pytest
from msgspec.structs import replace

from newsletter.index.said import Said, read_back, written
from tests.index.test_articles import FILE

BARE = Said("b.md", "1 2 3 4", True, "5e", "", None, None, None, 1, False)  # noqa: FBT003 - the fields in their order


def test_rows_come_back_as_they_were() -> None:
    assert read_back(written([FILE, BARE])) == [FILE, BARE]


def test_a_row_with_half_a_character_is_left_out_and_no_other() -> None:
    assert read_back(written([FILE, replace(FILE, extra=(("\ud800", "x"),)), BARE])) == [FILE, BARE]


@pytest.mark.parametrize("body", [b"", b"\xff", b"\x91\x01", written([FILE])[:-1]])
def test_what_are_no_rows_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_back(body)
