"""The mail on screens: what `make screenshots` takes pictures of, it also measures."""

from pathlib import Path

import pytest

from tests.judges.conftest import MAIL, SITE, answer_of, needs
from tests.real import ROOT


def faults(folder: Path, path: str, target: Path) -> str:
    needs("chromium")
    needs("node", "playwright-core")
    return answer_of("node", ROOT / ".ci/pictures.mjs", folder, SITE, path, target).stderr.decode()


@pytest.mark.parametrize("name", ["broadsheet-en-GB", "almanac-ar"])
def test_nothing_sticks_out_and_nothing_is_cut(name: str, mails: dict[str, Path], tmp_path: Path) -> None:
    assert faults(mails[name], MAIL, tmp_path / name) == ""
    assert len(list(tmp_path.glob("*.png"))) == 6


def test_what_sticks_out_or_is_cut_is_told(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        '<!DOCTYPE html><meta name="viewport" content="width=device-width"><div class="wide" style="width:500px">wide</div>'
        '<div class="cut" style="width:50px;overflow:hidden;white-space:nowrap">cut off at the end</div>'
    )
    found = faults(tmp_path, "page.html", tmp_path / "page")
    assert "at 375 in light: the page is 508 pixels wide" in found
    assert '<div class="wide"> reaches from 8 to 508' in found
    assert '<div class="cut"> has room for 50 of ' in found
