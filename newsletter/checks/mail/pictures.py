"""Rules about a mail's pictures: many readers never see them. Pure but for the sizes of files in out/."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from newsletter.checks.finding import Finding, Rule, Severity
from newsletter.checks.mail.built import Built
from newsletter.checks.mail.origin import Origins
from newsletter.checks.mail.page import Mail, is_hidden, path_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

ALT = Rule(
    id="mail-alt",
    summary="Every picture has an alt attribute.",
    source="WCAG 2.2, 1.1.1; HTML, section 4.8.4.4",
)
ALT_TEXT = Rule(
    id="mail-alt-text",
    summary="An article's picture has an alt text that says what it shows, not what its file is called.",
    source="WCAG 2.2, 1.1.1, failure F30; HTML, section 4.8.4.4; many clients show no pictures at first",
    severity=Severity.WARNING,
)
LARGE = Rule(
    id="mail-picture-size",
    summary="No picture is larger than 1 MB.",
    source="Mailchimp, About Template Images: https://mailchimp.com/help/about-template-images/",
    severity=Severity.WARNING,
)
RULES = (ALT, ALT_TEXT, LARGE)

LARGEST = 1_000_000
#: Smaller pictures are smileys and badges.
SMALL = 32
FILE = re.compile(r"(?i)[\w\-.()% ]+\.(?:png|jpe?g|gif|webp|svg|avif|heic|bmp|tiff?)")
NUMBERED = re.compile(r"(?i)(?:img|dsc[nf]?|pxl|mvimg|image|photo|picture|pic|screen ?shot|figure|untitled)?[\s_-]*\d*[\d\s_.-]*")
MADE_UP = re.compile(r"[_\d]|-.*-")


def check(mail: Mail, origins: Origins, built: Built) -> Iterator[Finding]:
    """Look at every picture that is shown."""
    for picture in mail.page.iter("img"):
        if is_hidden(picture):
            continue
        address = picture.get("src", "")
        name = path_of(address).rpartition("/")[2]
        place = origins.of(picture, name, picture.get("alt", ""))
        alt = picture.get("alt")
        if alt is None:
            yield Finding(rule=ALT, path=place.path, line=place.line, message=f"{name or 'a picture'}: has no alt attribute")
        elif _is_file_name(alt, name):
            message = f"{name or 'a picture'}: expected an alt text that says what it shows, got {alt!r}"
            yield Finding(rule=ALT_TEXT, path=place.path, line=place.line, message=message)
        elif not alt.strip() and origins.written(picture) and not _is_small(picture):
            message = f"{name or 'a picture'}: says nothing where it is not shown; expected ![what it shows](…)"
            yield Finding(rule=ALT_TEXT, path=place.path, line=place.line, message=message)
        file = built.file(address)
        if file and (size := file.stat().st_size) > LARGEST:
            message = f"{name}: has {size:,} bytes; expected {LARGEST:,} at most"
            yield Finding(rule=LARGE, path=place.path, line=place.line, message=message)


def _is_file_name(alt: str, name: str) -> bool:
    """Tell whether an alt text is what a camera, or the picture's own file, is called."""
    said = alt.strip()
    if not said:
        return False
    stem = name.rpartition(".")[0].lower()
    return bool(FILE.fullmatch(said) or NUMBERED.fullmatch(said)) or (said.lower() == stem and bool(MADE_UP.search(said)))


def _is_small(picture: "HtmlElement") -> bool:
    width = picture.get("width", "")
    return width.isdecimal() and int(width) <= SMALL
