"""The designs that digest.theme chooses from, and what the publication changes in one with [theme]. Pure.

What all designs share stands in the templates; what sets one apart, besides its colours and type faces, stands in
templates/themes/NAME/, whose style sheets come after the shared ones. No colour is pure black or white: a client that inverts
colours by itself then has room to do so.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from newsletter import rules
from newsletter.design.palette import NEEDED, Pair, Palette, contrast, full, legible, pairs

if TYPE_CHECKING:
    from newsletter.config import Config
    from newsletter.config.design import Colours, ThemeTable

SYSTEM_SANS = "-apple-system, BlinkMacSystemFont, Segoe UI, Roboto, Helvetica Neue, Helvetica, Arial, sans-serif"
SYSTEM_MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, Liberation Mono, monospace"

#: What Outlook for Windows has of each kind; it takes Times New Roman where the first face of a list is missing.
WINDOWS = {"serif": "Georgia, serif", "sans-serif": "'Segoe UI', Arial, sans-serif", "monospace": "Consolas, monospace"}
GENERIC = re.compile(r"serif|sans-serif|monospace|cursive|fantasy|system-ui|ui-[a-z-]+")
#: CSS Fonts 4, section 2.1: a name of such words needs no quotation marks.
PLAIN_NAME = re.compile(r"-?[^\W\d][\w-]*(?: -?[^\W\d][\w-]*)*")


class Theme(Struct, frozen=True, kw_only=True):
    """One design. Type faces are without quotation marks where they can be, so that they stand in attributes as they are."""

    #: Of its folder in templates/themes/.
    name: str
    light: Palette
    dark: Palette
    titles: str
    text: str = SYSTEM_SANS
    code: str = SYSTEM_MONO
    #: Of the mail's column, of the space at its sides and of the logo, in CSS pixels.
    width: int = 600
    gutter: int = 40
    logo_width: int = 280

    @property
    def measure(self) -> int:
        """Return the width that text and pictures have in the mail."""
        return self.width - 2 * self.gutter

    def windows(self, faces: str) -> str:
        """Return what stands for a list of type faces in Outlook for Windows."""
        return WINDOWS.get(faces.rpartition(", ")[2], WINDOWS["sans-serif"])


#: Ink and vermilion on warm paper: a newspaper's front page.
BROADSHEET = Theme(
    name="broadsheet",
    titles="Charter, Bitstream Charter, Sitka Text, Cambria, Georgia, serif",
    light=Palette(
        canvas="#efeae0",
        card="#fffdf9",
        ink="#23201c",
        soft="#665f55",
        accent="#a5301a",
        on_accent="#fffaf5",
        rule="#ddd5c6",
        panel="#faf8f4",
    ),
    dark=Palette(
        canvas="#131210",
        card="#1e1c19",
        ink="#ece6db",
        soft="#b0a89b",
        accent="#ff9d7c",
        on_accent="#23130d",
        rule="#3d3932",
        panel="#292622",
    ),
)

#: Green rules on cool paper, everything in its column: dense, for readers who scan.
LEDGER = Theme(
    name="ledger",
    titles=SYSTEM_SANS,
    gutter=28,
    light=Palette(
        canvas="#e4ebe8",
        card="#fcfefd",
        ink="#15211d",
        soft="#51605a",
        accent="#0b6446",
        on_accent="#f6fdfa",
        rule="#c9d8d1",
        panel="#f6fbf8",
    ),
    dark=Palette(
        canvas="#0c110f",
        card="#141b18",
        ink="#e2eae6",
        soft="#9fb1a9",
        accent="#74d6aa",
        on_accent="#08170f",
        rule="#2f3d37",
        panel="#1d2723",
    ),
)

#: Indigo on parchment, centred, one serif throughout: a book that is read by a lamp.
ALMANAC = Theme(
    name="almanac",
    titles="Iowan Old Style, Palatino Linotype, Palatino, Book Antiqua, Georgia, serif",
    text="Iowan Old Style, Palatino Linotype, Palatino, Book Antiqua, Georgia, serif",
    gutter=52,
    light=Palette(
        canvas="#e9dcc3",
        card="#fdf9ef",
        ink="#2c2219",
        soft="#675442",
        accent="#35407f",
        on_accent="#fdf9ef",
        rule="#cdb68c",
        panel="#fbf8f0",
    ),
    dark=Palette(
        canvas="#14100c",
        card="#201a14",
        ink="#efe5d2",
        soft="#b9aa92",
        accent="#b7c1f4",
        on_accent="#171a33",
        rule="#5a4a33",
        panel="#2b241c",
    ),
)

THEMES = {theme.name: theme for theme in (BROADSHEET, LEDGER, ALMANAC)}


def themed(config: "Config") -> Theme:
    """Return the publication's theme, with its own colours, type faces and measures."""
    base, own = THEMES[config.digest.theme], config.theme
    light, dark = _palettes(base, own)
    return replace(
        base,
        light=light,
        dark=dark,
        titles=_faces(own.titles, base.titles),
        text=_faces(own.text, base.text),
        code=_faces(own.code, base.code),
        width=own.width,
        logo_width=own.logo_width,
    )


def problems(name: str, own: "ThemeTable") -> Iterator[str]:
    """Say which configured colours cannot be read, each with its key, the contrast found, and one near it that would do."""
    for mode, palette, given in zip(("light", "dark"), _palettes(THEMES[name], own), (own.light, own.dark), strict=True):
        faults: dict[str, Pair] = {}
        for pair in pairs(palette, code=mode == "light"):
            key = pair.text if pair.text and getattr(given, pair.text) else pair.behind
            if not pair.legible and getattr(given, key) and pair.ratio < (faults[key].ratio if key in faults else NEEDED):
                faults[key] = pair
        for key, pair in faults.items():
            yield f"theme.{mode}.{key}: {_fault(palette, key, pair)}"


def _fault(palette: Palette, key: str, pair: Pair) -> str:
    """Say what is wrong with the pair in which a colour stands out least."""
    found = f"got {pair.ratio:.2f} with {getattr(palette, key)}"
    if key != pair.text:
        text = f"{pair.text} {getattr(palette, pair.text)}" if pair.text else "the colours of highlighted code"
        return f"expected a contrast of at least {NEEDED} between {text} and it (WCAG 2.2, 1.4.3), {found}"
    backs = ("accent",) if key == "on_accent" else ("canvas", "card", "panel")
    behind = tuple(getattr(palette, back) for back in backs)
    towards = max(("#000000", "#ffffff"), key=lambda end: min(_ratios(end, behind)))
    better = legible(getattr(palette, key), behind, towards)
    advice = f"; {better} would do" if min(_ratios(better, behind)) >= NEEDED else ""
    what = f"{pair.behind} {getattr(palette, pair.behind)}"
    return f"expected a contrast of at least {NEEDED} with {what} (WCAG 2.2, 1.4.3), {found}{advice}"


def _ratios(colour: str, behind: tuple[str, ...]) -> Iterator[float]:
    return (contrast(colour, back) for back in behind)


def _palettes(base: Theme, own: "ThemeTable") -> tuple[Palette, Palette]:
    """Lay the configured colours over the theme's; what belongs to a configured accent follows from it."""
    light, dark = _over(base.light, own.light), _over(base.dark, own.dark)
    if own.light.accent and not own.light.on_accent:
        light = replace(light, on_accent=light.card)
    if own.light.accent and not own.dark.accent:
        dark = replace(dark, accent=legible(light.accent, (dark.canvas, dark.card, dark.panel), dark.ink))
    if (own.light.accent or own.dark.accent) and not own.dark.on_accent:
        dark = replace(dark, on_accent=dark.card)
    return light, dark


def _over(palette: Palette, own: "Colours") -> Palette:
    given = {name: full(getattr(own, name)) for name in own.__struct_fields__ if getattr(own, name)}
    return replace(palette, **given)


def _faces(given: str, usual: str) -> str:
    """Write configured type faces as CSS has them, with the kind of the theme's own at the end."""
    if not given:
        return usual
    from markupsafe import Markup  # noqa: PLC0415 - commands that build nothing need no templates

    names = [match["name"] for part in given.split(",") if (match := rules.TYPE_FACE.fullmatch(part))]
    if not GENERIC.fullmatch(names[-1]):
        names.append(usual.rpartition(", ")[2])
    quoted = ", ".join(name if PLAIN_NAME.fullmatch(name) else f"'{name}'" for name in names)
    return Markup(quoted)  # noqa: S704 - the rule of these keys lets nothing through that HTML or CSS could mistake
