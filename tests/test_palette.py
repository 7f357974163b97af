import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.design.palette import FAINTEST_CODE, NEEDED, contrast, full, legible

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == pytest.approx(1)
    assert contrast("#767676", "#ffffff") == contrast("#ffffff", "#767676") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("given", "written"), [("#FA0", "#ffaa00"), ("#12aBcD", "#12abcd")])
def test_colours_are_written_in_one_way(given: str, written: str) -> None:
    assert full(given) == written


@given(COLOURS, COLOURS)
def test_a_colour_is_mixed_until_it_stands_out_and_no_further_than_needed(colour: str, behind: str) -> None:
    towards = max(("#000000", "#ffffff"), key=lambda end: contrast(end, behind))
    better = legible(colour, (behind,), towards)
    assert contrast(better, behind) >= NEEDED
    assert better == colour or contrast(colour, behind) < NEEDED


def test_where_nothing_on_the_way_stands_out_the_end_is_returned() -> None:
    assert legible("#777777", ("#000000", "#ffffff"), "#888888") == "#888888"


def test_no_colour_of_highlighted_code_is_fainter_than_the_one_that_panels_are_measured_with() -> None:
    from pygments.styles import get_style_by_name  # noqa: PLC0415 - only here

    style = get_style_by_name("default")
    colours = {f"#{how['color']}".lower() for token, how in style if how["color"] and str(token) != "Token.Text.Whitespace"}
    assert min(colours, key=lambda colour: contrast(colour, "#ffffff")) == FAINTEST_CODE
