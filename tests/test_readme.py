"""The README documents every command, option and configuration key. ``make readme`` writes those parts anew."""

import os
import re
from pathlib import Path

from newsletter import config
from newsletter.cli import arguments
from tests.real import ROOT

README = ROOT / "README.md"
DOCUMENTS = (README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / ".readme").glob("*.md")))


def commands() -> str:
    """Tell of each command what it does and takes; what all take comes last."""
    reference = arguments.reference()
    _, alone = reference.pop("")
    common = {name: text for name, text in reference["check"][1].items() if all(name in taken for _, taken in reference.values())}
    lines = ["| command | what it does |", "| --- | --- |"]
    for command, (description, taken) in reference.items():
        places = "".join(f" {name}" for name in taken if not name.startswith("-"))
        lines.append(f"| `newsletter {command}{places}` | {description} |")
        lines += (
            f"| &emsp;`{escaped(name)}` | {text} |" for name, text in taken.items() if name.startswith("-") and name not in common
        )
    lines += ["", "Common to all of them:", "", "| option | what it does |", "| --- | --- |"]
    lines += (f"| `{name}` | {text} |" for name, text in {**common, **alone}.items())
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Write a text for a cell of a table."""
    return text.replace("|", "\\|")


def keys() -> str:
    """Tell of each configuration key what it is."""
    lines = ["| key | type | default | meaning |", "| --- | --- | --- | --- |"]
    for key in config.keys():  # noqa: SIM118 - a function of that name
        default = "required" if key.default is None else f"`{key.default}`"
        lines.append(f"| `{key.name}` | {key.type} | {default} | {escaped(key.description)} |")
    return "\n".join(lines)


def with_parts(text: str) -> str:
    """Put the tables between their marks."""
    for name, part in (("commands", commands()), ("keys", keys())):
        before, start, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        text = f"{before}{start}{part}\n{end}{after}"
    return text


def test_every_command_option_and_key_is_documented() -> None:
    text = README.read_text(encoding="utf-8")
    wanted = with_parts(text)
    if os.environ.get("NEWSLETTER_README") == "write":
        README.write_text(wanted, encoding="utf-8")
        text = wanted
    assert text == wanted, "run `make readme` and read the difference"


def test_the_readme_shows_the_two_commands_on_its_first_screen() -> None:
    head = README.read_text(encoding="utf-8")[:2500]
    assert "make demo" in head
    assert "make test" in head


def test_every_link_leads_to_a_file_and_to_a_heading_in_it() -> None:
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)\s]+)|src=\"([^\"]+)\"", text):
            place, _, anchor = (target[0] or target[1]).partition("#")
            if not re.match(r"[a-z]+:", place):
                there = document.parent / place if place else document
                assert there.exists(), f"{document.name}: {place}"
                assert not anchor or anchor in anchors(there), f"{document.name}: {place}#{anchor}"


def anchors(document: Path) -> set[str]:
    """Name the headings of a document as GitHub does in links: in lower case, without punctuation, hyphens for spaces."""
    prose = re.sub(r"(?ms)^```.*?^```$", "", document.read_text(encoding="utf-8"))
    headings = re.findall(r"(?m)^#{1,6} (.+)$", prose)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
