"""The mail on screens: what `make screenshots` takes pictures of, it also measures."""

from pathlib import Path

import pytest

from tests.images.pictures import png
from tests.judges.conftest import MAIL, NOW, SITE, answer_of, needs
from tests.real import ROOT, newsletter


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


def test_no_style_of_an_article_makes_the_mail_wider_than_the_screen(tmp_path: Path) -> None:
    words = "many words " * 20
    body = f"""<div style="width:900px">{words}</div>
<p style="width:60em">{words}</p>
<p style="text-indent:900px">{words}</p>
<p style="white-space:nowrap">{words}</p>
<p style="white-space:pre">{words}</p>
<blockquote style="width:100vw">{words}</blockquote>
<table style="width:1200px"><tr><td style="width:700px">a</td><td width="600">b</td></tr></table>
<p><img src="wide.png" style="width:900px" alt="Wide"></p>
<p><video src="film.mp4" width="900"></video></p>
<div style="width:100%"><div style="width:50%">{words}</div></div>
"""
    (tmp_path / "content").mkdir()
    (tmp_path / "content/wide.md").write_text(f"---\ntitle: Wide\ndate: 2026-10-05\n---\n{body}")
    (tmp_path / "content/wide.png").write_bytes(png(1600, 40))
    (tmp_path / "content/film.mp4").write_bytes(b"none")
    settings = ("--set", "title=T", "--set", f"url={SITE}", "--period", "2026-10", "--now", NOW)
    assert newsletter("build", *settings, cwd=tmp_path).returncode == 0
    assert faults(tmp_path / "out", MAIL, tmp_path / "mail") == ""
