"""The Nu HTML checker, which is what the W3C's validator runs: https://validator.github.io/validator/."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.judges.conftest import MAIL, PACKAGES, answer_of, from_json, needs

#: What the checker warns of in the mail alone, and why it stays: each is an attribute that Outlook for Windows lays tables out
#: by, for it knows no max-width and half of CSS (https://www.caniemail.com/clients/outlook/).
ON_PURPOSE = re.compile(
    r"The “(?:border|cellpadding|cellspacing|width)” attribute on the “table” element is obsolete\."  # no gaps, full width
    r"|The “(?:width|height)” attribute on the “td” element is obsolete\."  # columns, and rules drawn as cells
)


def complaints(*pages: Path) -> list[dict[str, Any]]:
    needs("java")
    needs("npm", "vnu-jar")
    answer = answer_of("java", "-jar", PACKAGES / "vnu-jar/build/dist/vnu.jar", "--format", "json", "--stdout", *pages)
    found: list[dict[str, Any]] = from_json(answer.stdout)["messages"]
    return found


def test_the_checker_is_at_work(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<!DOCTYPE html><html lang="en"><title>T</title><p><img src="a.png"><blink>x</blink>')
    assert {found["type"] for found in complaints(page)} == {"error"}


def test_no_page_has_an_error_or_a_warning(site: Path) -> None:
    pages = [page for page in site.rglob("*.html") if page != site / MAIL]
    assert len(pages) > 10
    assert [(found["url"], found["message"]) for found in complaints(*pages)] == []


def test_no_mail_has_an_error_nor_a_warning_but_of_what_outlook_needs(mails: dict[str, Path]) -> None:
    found = complaints(*(folder / MAIL for folder in mails.values()))
    unmeant = [one for one in found if one["type"] == "error" or not ON_PURPOSE.match(one["message"])]
    assert [(one["url"], one.get("lastLine"), one["message"]) for one in unmeant] == []


@pytest.mark.parametrize(
    "message", ["The “align” attribute on the “table” element is obsolete. Use CSS instead.", "Stray end tag “p”."]
)
def test_the_list_of_what_is_meant_is_no_wider_than_that(message: str) -> None:
    assert not ON_PURPOSE.match(message)
