"""What of a design is configuration: the table [theme]. Everything may be left out; the theme's own then holds. Pure."""

from typing import Annotated

from msgspec import Struct, field

from newsletter import rules


class Colours(Struct, frozen=True, kw_only=True):
    """[theme.light], [theme.dark]: colours of one mode, each as #rrggbb; empty: the theme's own."""

    canvas: Annotated[
        str,
        "Around the column.",
        rules.colour,
    ] = ""
    card: Annotated[
        str,
        "The column itself.",
        rules.colour,
    ] = ""
    ink: Annotated[
        str,
        "Text.",
        rules.colour,
    ] = ""
    soft: Annotated[
        str,
        "Bylines, captions, the footer.",
        rules.colour,
    ] = ""
    accent: Annotated[
        str,
        "Links, labels, buttons: the publication's own colour. One that is given for light alone is lightened for dark.",
        rules.colour,
    ] = ""
    on_accent: Annotated[
        str,
        "Text on buttons; empty where there is an accent: the colour of the card.",
        rules.colour,
    ] = ""
    rule: Annotated[
        str,
        "Hairlines.",
        rules.colour,
    ] = ""
    panel: Annotated[
        str,
        "Behind code and table heads.",
        rules.colour,
    ] = ""


class ThemeTable(Struct, frozen=True, kw_only=True):
    """[theme]: what the publication changes in the theme that digest.theme names."""

    titles: Annotated[
        str,
        "Type faces of titles, the first that a reader's device has; empty: the theme's own.",
        rules.type_faces,
    ] = ""
    text: Annotated[
        str,
        "Type faces of text; empty: the theme's own.",
        rules.type_faces,
    ] = ""
    code: Annotated[
        str,
        "Type faces of code; empty: the theme's own.",
        rules.type_faces,
    ] = ""
    width: Annotated[
        int,
        "Width of the mail's column, in CSS pixels.",
        rules.between(480, 760),
    ] = 600
    logo_width: Annotated[
        int,
        "Width of the logo in the masthead, in CSS pixels.",
        rules.between(24, 400),
    ] = 280
    light: Annotated[Colours, "Colours, each as #rrggbb."] = field(default_factory=Colours)
    dark: Annotated[Colours, "Colours for people who read in the dark, each as #rrggbb."] = field(default_factory=Colours)
