import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter import config as configuration
from newsletter.config import Config, Digest
from newsletter.config.design import Colours, ThemeTable
from newsletter.design.palette import NEEDED, Palette, contrast, pairs
from newsletter.design.theme import BROADSHEET, THEMES, Theme, problems, themed
from newsletter.emitters import digest, feedstyle, web
from newsletter.errors import ConfigError
from newsletter.templating import Templates, builtin_folder
from tests.factories import make_config, make_edition, make_issue, make_rendered

EVERY_THEME = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
MODES = pytest.mark.parametrize("mode", ["light", "dark"])
NEEDS = ("title=The Letter", "url=https://letter.example/")


def of(config: Config, name: str) -> Config:
    return replace(config, digest=Digest(theme=name))


def own(theme: Theme = BROADSHEET, **table: Any) -> Theme:  # noqa: ANN401 - any field of ThemeTable
    return themed(make_config(digest=Digest(theme=theme.name), theme=ThemeTable(**table)))


def told(*settings: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        configuration.load(None, (*NEEDS, *settings), Path("/nowhere"), search=False)
    return caught.value.problems


@EVERY_THEME
@MODES
def test_every_pair_that_carries_text_meets_wcag_aa(theme: Theme, mode: str) -> None:
    palette: Palette = getattr(theme, mode)
    measured = list(pairs(palette, code=mode == "light"))
    assert len(measured) == (11 if mode == "light" else 10)
    assert [pair for pair in measured if not pair.legible] == []


@EVERY_THEME
@MODES
def test_no_colour_is_pure_black_or_white(theme: Theme, mode: str) -> None:
    for name in Palette.__struct_fields__:
        colour = getattr(getattr(theme, mode), name)
        assert re.fullmatch(r"#[0-9a-f]{6}", colour)
        assert colour not in {"#000000", "#ffffff"}


@EVERY_THEME
def test_highlighted_code_stays_legible_where_dark_mode_turns_it(theme: Theme) -> None:
    from pygments.styles import get_style_by_name  # noqa: PLC0415 - only here

    style = get_style_by_name("default")
    colours = {f"#{how['color']}" for token, how in style if how["color"] and str(token) != "Token.Text.Whitespace"}
    panel = turned(theme.light.panel)
    assert [colour for colour in colours | {theme.light.ink} if contrast(turned(colour), panel) < NEEDED] == []


def turned(colour: str) -> str:
    """Apply ``invert(0.92) hue-rotate(180deg)`` (https://www.w3.org/TR/filter-effects-1/#ShorthandEquivalents)."""
    inverted = [0.92 - int(colour[at : at + 2], 16) / 255 * 0.84 for at in (1, 3, 5)]
    half = [(-0.574, 1.43, 0.144), (0.426, 0.43, 0.144), (0.426, 1.43, -0.856)]
    rotated = [sum(part * value for part, value in zip(row, inverted, strict=True)) for row in half]
    return "#" + "".join(f"{round(min(max(value, 0), 1) * 255):02x}" for value in rotated)


def test_templates_have_no_colours_but_those_of_the_theme() -> None:
    for path in sorted(builtin_folder().rglob("*.css.j2")):
        found = re.findall(r"#[0-9a-fA-F]{3,6}\b", re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL))
        assert set(found) <= {"#fff", "#000"}, path.name  # on paper


def test_the_measure_is_the_column_without_its_sides() -> None:
    assert BROADSHEET.measure == 520
    assert own(width=700).measure == 620


@EVERY_THEME
def test_one_line_of_configuration_changes_mail_and_pages(theme: Theme) -> None:
    config = of(make_config(), theme.name)
    mail, page = made(config)
    assert mail.count(theme.light.accent) > 3
    assert theme.dark.accent in mail
    assert f"--accent: {theme.light.accent}" in page
    others = [other for other in THEMES.values() if other is not theme]
    assert not any(other.light.accent in mail + page for other in others)


@EVERY_THEME
def test_what_stays_in_the_head_of_the_mail_is_under_the_8192_bytes_that_gmail_reads(theme: Theme) -> None:
    mail, _ = made(of(make_config(), theme.name))
    kept = re.findall(r"<style[^>]*>(.*?)</style>", re.sub(r"<!--.*?-->", "", mail, flags=re.DOTALL), re.DOTALL)
    assert 1_000 < sum(len(style.encode()) for style in kept) < 8_192


@EVERY_THEME
def test_no_text_of_the_mail_is_smaller_than_14_pixels(theme: Theme) -> None:
    mail, _ = made(of(make_config(), theme.name))
    visible = re.sub(r'<div class="preheader".*?</div>|<td class="(?:bar|hair)"[^>]*>', "", mail, flags=re.DOTALL)
    assert min(int(size) for size in re.findall(r"font-size:\s*(\d+)px", visible)) >= 14


def test_feeds_in_a_browser_wear_the_theme() -> None:
    [sheet] = feedstyle.emit(of(make_config(), "ledger"), make_edition(make_rendered()), Templates())
    assert THEMES["ledger"].light.accent in sheet.body.decode()
    assert THEMES["ledger"].dark.card in sheet.body.decode()


def made(config: Config) -> tuple[str, str]:
    """Write the mail and the front page of an issue that has something of everything."""
    html = (
        "<p>Text, <code>code</code> and <a href='https://x.example/'>a link</a>.</p><h3>A</h3><h4>B</h4><h5>C</h5>"
        "<ul><li>D</li></ul><blockquote><p>E</p></blockquote><pre>F</pre><table><tr><th>G</th></tr><tr><td>H</td></tr></table><hr>"
        '<div class="footnote"><hr><ol><li>I</li></ol></div>'
    )
    articles = [make_rendered(html, slug=slug, tags=("one", "two")) for slug in ("first", "second", "third")]
    edition = make_edition(*articles, issue=make_issue(*articles))
    mail = next(output for output in digest.emit(config, edition, Templates()) if output.path.endswith("email.html"))
    page = next(output for output in web.emit(config, edition, Templates()) if output.path == "index.html")
    return mail.body.decode(), page.body.decode()


def test_colours_type_faces_and_width_are_configuration() -> None:
    changed = own(
        light=Colours(ink="#123", panel="#FFFFFF"), titles="Source Sans 3, 'Gill Sans'", code="Consolas, monospace", width=640
    )
    assert (changed.light.ink, changed.light.panel, changed.light.card) == ("#112233", "#ffffff", BROADSHEET.light.card)
    assert changed.titles == "'Source Sans 3', Gill Sans, serif"
    assert changed.code == "Consolas, monospace"
    assert changed.text == BROADSHEET.text
    assert changed.width == 640
    mail, page = made(make_config(theme=ThemeTable(titles="Source Sans 3, 'Gill Sans'", width=640)))
    assert """font-family:"Source Sans 3", Gill Sans, serif""" in mail
    assert "--titles: 'Source Sans 3', Gill Sans, serif;" in page
    assert 'width="640"' in mail
    assert "max-width: 660px" in mail


@EVERY_THEME
def test_outlook_is_given_type_faces_that_windows_has(theme: Theme) -> None:
    assert theme.windows(theme.titles) in {"Georgia, serif", "'Segoe UI', Arial, sans-serif"}
    assert theme.windows(theme.code) == "Consolas, monospace"
    assert theme.windows("Papyrus, fantasy") == "'Segoe UI', Arial, sans-serif"


def test_the_logo_stands_in_the_masthead_with_the_title_as_its_text() -> None:
    mail, page = made(make_config(logo="https://letter.example/logo.png", theme=ThemeTable(logo_width=200)))
    for html in (mail, page):
        [logo] = re.findall(r'<img[^>]*logo\.png"[^>]*>', html)
        assert 'alt="The Test Letter"' in logo
        assert 'width="200"' in logo
    assert "<img" not in made(make_config())[0]


def test_an_accent_for_light_is_lightened_for_dark_and_buttons_follow() -> None:
    changed = own(light=Colours(accent="#0057b7"))
    assert changed.light.on_accent == changed.light.card
    assert changed.dark.accent != BROADSHEET.dark.accent
    assert all(pair.legible for palette in (changed.light, changed.dark) for pair in pairs(palette, code=False))
    both = own(light=Colours(accent="#0057b7"), dark=Colours(accent="#ffcc00", on_accent="#111111"))
    assert (both.dark.accent, both.dark.on_accent) == ("#ffcc00", "#111111")


def test_a_colour_that_cannot_be_read_names_its_key_the_contrast_and_one_that_would_do() -> None:
    [line] = told("theme.light.accent=#f80")
    wanted, _, advice = line.partition("; ")
    assert wanted == (
        "theme.light.accent: expected a contrast of at least 4.5 with canvas #efeae0 (WCAG 2.2, 1.4.3), got 2.00 with #ff8800"
    )
    assert advice == "#9f5500 would do"
    config = configuration.load(None, (*NEEDS, "theme.light.accent=#9f5500"), Path("/nowhere"), search=False)
    assert themed(config).light.accent == "#9f5500"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (["theme.dark.on_accent=#fff"], "theme.dark.on_accent: expected a contrast of at least 4.5 with accent #ff9d7c"),
        (["theme.light.card=#888"], "theme.light.card: expected a contrast of at least 4.5 between soft #665f55 and it"),
        (
            ["theme.light.panel=#eee"],
            "theme.light.panel: expected a contrast of at least 4.5 between the colours of highlighted code",
        ),
        (
            ["theme.dark.ink=#333", "digest.theme=ledger"],
            "theme.dark.ink: expected a contrast of at least 4.5 with panel #1d2723",
        ),
        (["theme.light.ink=red"], "theme.light.ink: expected a colour as #rrggbb, got 'red'"),
        (["theme.light.ink=#1234"], "theme.light.ink: expected a colour as #rrggbb, got '#1234'"),
        (["theme.titles=a;b{}"], "theme.titles: expected names of type faces with commas between them"),
        (["theme.titles=a,,b"], "theme.titles: expected names of type faces with commas between them"),
        (["theme.width=100"], "theme.width: expected a whole number from 480 to 760, got 100"),
        (["theme.light.accnt=#000"], "theme.light.accnt: unknown key; did you mean theme.light.accent?"),
        (["digest.theme=legder"], "digest.theme: expected broadsheet, ledger or almanac, got 'legder'"),
        (["digest.images=inline"], "digest.images: expected link or embed, got 'inline'"),
    ],
)
def test_what_is_wrong_with_a_design_is_one_line(settings: list[str], problem: str) -> None:
    [line] = told(*settings)
    assert line.startswith(problem)


def test_colours_between_which_nothing_can_be_read_get_no_advice() -> None:
    table = ThemeTable(light=Colours(accent="#777777", canvas="#000000", card="#ffffff"))
    found = list(problems("broadsheet", table))
    assert len(found) == 2
    assert not any("would do" in line for line in found)


@given(
    st.builds(
        Colours, **dict.fromkeys(Palette.__struct_fields__, st.sampled_from(["", "#000", "#fff", "#777", "#0057b7", "#ffcc00"]))
    )
)
def test_colours_without_a_problem_can_all_be_read(colours: Colours) -> None:
    table = ThemeTable(light=colours)
    if not list(problems("almanac", table)):
        changed = own(THEMES["almanac"], light=colours)
        assert all(pair.legible for pair in pairs(changed.light, code=True))
