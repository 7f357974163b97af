import pytest

from newsletter.metadata import headings


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("Using `x*y*z` and ``a[b]``", "Using x*y*z and a[b]"),
        ("**Bold**, *emphasis* and ~~gone~~", "Bold, emphasis and gone"),
        ("5 * 3 * 2", "5 * 3 * 2"),
        ("__init_subclass__", "__init_subclass__"),
        ("[A link](https://a.example) and [another][1]", "A link and another"),
        ("[![badge](b.png)](https://a.example) Name", "badge Name"),
        ("pip install -e .[test]", "pip install -e .[test]"),
        ("Title {#id .class}", "Title"),
        ("A <em>b</em> &amp; c &lt;d&gt;", "A b & c <d>"),
        (r"\*literal\* \# \[x\]", "*literal* # [x]"),
        ("a  b", "a b"),
    ],
)
def test_inline_markdown_as_a_reader_sees_it(markdown: str, text: str) -> None:
    assert headings.plain(markdown) == text


@pytest.mark.parametrize(
    ("body", "text", "level"),
    [
        ("# One", "One", 1),
        ("   ### Three ###  \n", "Three", 3),
        ("# C#\n", "C#", 1),
        ("#hashtag\n\n## Two\n", "Two", 2),
        ("#\n# \n#  #\n## Two\n", "Two", 2),
        ("    # code\n\n# One\n", "One", 1),
        ("One\n===\n", "One", 1),
        ("Two\n---\n", "Two", 2),
        ("a\nb\n---\n\nTwo\n--\n", "Two", 2),
        ("- item\n---\n\n# One\n", "One", 1),
        ("1. item\n---\n\n# One\n", "One", 1),
        ("a | b\n--|--\n\n# One\n", "One", 1),
        ("~~~~\n# no\n~~~\n# no\n~~~~\n# One\n", "One", 1),
        ("```python\n# no\n", None, 0),
        ("<!-- # no\n# no -->\n# One\n", "One", 1),
        ("Text only.\n", None, 0),
        ("", None, 0),
    ],
)
def test_the_first_heading_is_found(body: str, text: str | None, level: int) -> None:
    found = headings.first(body, leading=False)
    assert (found.text if found else None, found.level if found else 0) == (text, level)


@pytest.mark.parametrize(
    ("body", "leads"),
    [
        ("# T\n", True),
        ("\n<!-- c -->\n\nT\n==\n", True),
        ("Text.\n\n# T\n", False),
        ("Text.\nT\n==\n", False),
        ("```\n```\n# T\n", False),
    ],
)
def test_a_heading_leads_if_nothing_stands_above_it(body: str, *, leads: bool) -> None:
    anywhere, leading = headings.first(body, leading=False), headings.first(body, leading=True)
    assert (leading is not None) == leads
    assert (anywhere is not None and anywhere.leads) == leads


def test_a_body_without_its_heading_keeps_its_line_numbers() -> None:
    body = "\nTitle\n=====\nText.\n"
    heading = headings.first(body, leading=True)
    assert heading is not None
    assert headings.without(body, heading) == "\n\n\nText.\n"
