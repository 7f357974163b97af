"""Measured faults of Python-Markdown that must not reach a user; more are in test_bounds.py, test_clean.py, test_links.py."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from newsletter.errors import RenderError
from tests.real import ROOT
from tests.render.rendering import html, rendered


def test_the_library_is_newer_than_its_hangs() -> None:
    # CVE-2025-69534: 3.8.2 to 3.10.0.
    assert tuple(map(int, version("markdown").split(".")[:3])) >= (3, 10, 2)


@pytest.mark.parametrize(
    "body", ["<a " * 5_000, "<!-- " * 2_000, "![" * 2_000, "<![CDATA[" * 2_000, "&" * 20_000, "`" * 20_001, "{{" * 20_000]
)
def test_what_was_slow_is_rendered_or_held_back(body: str) -> None:
    try:
        got = rendered(body)
    except RenderError as error:
        assert "processor time" in str(error)  # noqa: PT017 - either way is sound
    else:
        assert "<a " not in got.html


def test_nothing_leaks_from_one_article_into_the_next() -> None:
    alone = html("HTML [x][ref] a[^1]")
    html("*[HTML]: Hyper\n\n[ref]: https://a.example/\n\n[^1]: Note\n\nHTML [x][ref] a[^1]")
    assert html("HTML [x][ref] a[^1]") == alone


def test_no_file_is_read_for_the_content(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("SECRET", "utf-8")
    for body in (f'--8<-- "{secret}"', f"--8<--\n{secret}\n--8<--", f"![x]({secret})", f"![[{secret}]]", f"{{!{secret}!}}"):
        assert "SECRET" not in html(body)


def test_typed_quotation_marks_and_dashes_are_left_alone() -> None:
    assert html("\"a\" -- 'b' ... c") == "<p>\"a\" -- 'b' ... c</p>"


def test_lines_of_a_paragraph_are_joined() -> None:
    assert html("a\nb") == "<p>a\nb</p>"


def test_underscores_inside_words_are_no_emphasis() -> None:
    assert html("snake_case_name and __init__.py") == "<p>snake_case_name and <strong>init</strong>.py</p>"
    assert html("a **b**c") == "<p>a <strong>b</strong>c</p>"


def test_other_distributions_are_not_asked_for_extensions(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask() -> None:
        raise AssertionError

    monkeypatch.setattr("markdown.util.get_installed_extensions", ask)
    assert html("a[^1]\n\n[^1]: ~~b~~").startswith("<p>a<sup")


def test_nothing_that_speaks_http_is_imported_with_the_extensions_and_all_of_it_can_be_afterwards() -> None:
    code = (
        "import sys; from newsletter.render.markdown import converter; converter(lambda *_: None, ()).convert('a');"
        "print({'urllib.request', 'http.client', 'ssl'} & set(sys.modules)); import urllib.request; urllib.request.urlopen"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
