"""Colours, and whether people can read what is written in them. Pure.

Text must stand out from what is behind it by 4.5 to 1 (WCAG 2.2, 1.4.3, level AA), in light and in dark.
"""

from collections.abc import Iterator

from msgspec import Struct

#: WCAG 2.2, 1.4.3: for text of any size.
NEEDED = 4.5
#: sRGB is linear below this (IEC 61966-2-1).
LINEAR = 0.04045
#: The faintest colour of highlighted code, whose panel is light in both modes: dark mode turns panel and code as a whole.
FAINTEST_CODE = "#aa22ff"
#: How finely colours are mixed when a legible one is looked for.
STEPS = 64


class Palette(Struct, frozen=True, kw_only=True):
    """The colours of one mode, each as #rrggbb."""

    #: Around the column.
    canvas: str
    #: The column itself.
    card: str
    #: Text and the masthead's rule.
    ink: str
    #: Bylines, captions, the footer.
    soft: str
    #: Links, tags, buttons.
    accent: str
    #: Text on accent.
    on_accent: str
    #: Hairlines.
    rule: str
    #: Behind code and table heads.
    panel: str


class Pair(Struct, frozen=True, kw_only=True):
    """Text, what is behind it, and how much it stands out."""

    #: Field of the palette; empty for highlighted code.
    text: str
    behind: str
    ratio: float

    @property
    def legible(self) -> bool:
        """Whether it stands out enough."""
        return self.ratio >= NEEDED


def pairs(palette: Palette, *, code: bool) -> Iterator[Pair]:
    """Measure all that a design writes in a palette; ``code`` where highlighted code stands on its panel."""
    for behind in ("canvas", "card", "panel"):
        for text in ("ink", "soft", "accent"):
            yield _pair(palette, text, behind)
    yield _pair(palette, "on_accent", "accent")
    if code:
        yield Pair(text="", behind="panel", ratio=contrast(FAINTEST_CODE, palette.panel))


def _pair(palette: Palette, text: str, behind: str) -> Pair:
    return Pair(text=text, behind=behind, ratio=contrast(getattr(palette, text), getattr(palette, behind)))


def contrast(one: str, other: str) -> float:
    """Measure the contrast ratio of two #rrggbb colours, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    dim, bright = sorted((_luminance(one), _luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


def full(colour: str) -> str:
    """Write #rgb or #rrggbb as #rrggbb in lower case."""
    digits = colour.lower().removeprefix("#")
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))  # noqa: PLR2004 - rrggbb


def legible(colour: str, behind: tuple[str, ...], towards: str) -> str:
    """Mix a colour with the one it is moved towards, only as far as it takes to stand out from all that is behind it."""
    mixed = (_mixed(colour, towards, step) for step in range(STEPS))
    return next((one for one in mixed if all(contrast(one, back) >= NEEDED for back in behind)), towards)


def _mixed(one: str, other: str, step: int) -> str:
    channels = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(here + (there - here) * step / STEPS):02x}" for here, there in channels)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    parts = (channel / 255 for channel in _channels(colour))
    red, green, blue = (part / 12.92 if part <= LINEAR else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
