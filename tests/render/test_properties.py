"""What holds for any text whatever."""

import os
import re
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, example, given, reject, settings
from hypothesis import strategies as st

from newsletter.config import Reading
from newsletter.errors import RenderError
from newsletter.model import Rendered
from newsletter.render import clean, elements, shift_headings
from newsletter.render.tree import parse, text_of
from tests.factories import make_config
from tests.render.rendering import PREFIX, make_site, rendered

SITE = make_site(config=make_config(reading=Reading(max_seconds=2)), files=frozenset({"a.png"}))

PIECES = (
    *("\n", "\n\n", "  ", "    ", "\t", "- ", "1. ", "> ", "# ", "```", "~~~", "|", "---", "*", "**", "_", "`", "~~", "^", "\\"),
    *(
        "[",
        "](",
        ")",
        "![",
        "[[",
        "]]",
        "[^1]",
        "[^1]: ",
        "{",
        "}",
        "{{",
        "}}",
        "{: .x}",
        "{#a}",
        "%%",
        "*|X|*",
        "[!note] ",
        "[x] ",
    ),
    *(
        "<",
        ">",
        "</",
        "<a href=",
        "<img src=",
        "<div>",
        "</div>",
        "<p>",
        "<b>",
        "</b>",
        "<table>",
        "<td>",
        "<li>",
        "<details>",
        "<pre>",
    ),
    *(
        "<script>",
        "</script>",
        "<style>",
        "<svg>",
        "<math>",
        "<iframe src=",
        "<object>",
        "<video src=",
        "<input type=checkbox>",
        "<!--",
    ),
    *("-->", "<!--more-->", "<![CDATA[", "]]>", "<?", "<title>", "<textarea>", "<noscript>", "<template>", "<select>", "<xmp>"),
    *(
        " onerror=",
        " onclick='x()'",
        " style='",
        " id=a",
        " name='b'",
        " srcset=",
        " align=center",
        '"',
        "'",
        "=",
        "&",
        ";",
        "&#1;",
        "&lt;",
    ),
    *(
        "javascript:alert(1)",
        "data:text/html,x",
        "data:image/png;base64,AAAA",
        "file:///x",
        "https://a.example/",
        "//b",
        "mailto:a@b.c",
    ),
    *(
        "a",
        "word ",
        "日本",
        "مرحبا",
        "e\u0301",
        "\u202e",
        "\x00",
        "\x02",
        "\x03",
        "\x1a",
        "\x1f",
        "\ufffe",
        "\ud800",
        "\xa0",
        "\u2028",
        "\x85",
    ),
)
BODIES = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
ADDRESS = re.compile(
    r"^(?:https?://[^\s\"<>\\^`{|}]+|(?:mailto|tel|sms):[^\s\"<>]*|data:image/(?:png|jpeg|jpg|gif|webp);base64,[\w+/=]+)$"
)
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_or_skip(body: str, **article: str) -> Rendered:
    try:
        return rendered(body, SITE, **article)
    except RenderError:
        reject()


def check(html: str) -> None:
    for element in parse(html).iter():
        tag = str(element.tag)
        assert tag in {"div", *elements.CONTENT}
        for name, value in element.attrib.items():
            assert not str(name).startswith("on")
            if name in ("href", "src", "poster", "cite"):
                assert ADDRESS.match(str(value)), value
            if name == "srcset":
                assert all(ADDRESS.match(part.split()[0]) for part in str(value).split(", ")), value


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=BODIES)
@example(body="<a href='JaVa\tScript:x'>")
@example(body="![a](<a b.png>)\n\n<img srcset='a.png 2x, //[ 3x'>")
@example(body="<p id='a'><b id=a><table><td><a name=a>")
@example(body='[x](https://a.example/?q={}|^`<>")')
@example(body="<iframe src=//a><p><iframe src=//b><svg></p><style><!--</style>--><img title='</iframe><script>'>")
def test_any_text_is_rendered_clean_and_absolute(body: str) -> None:
    got = render_or_skip(body)
    for html in (got.html, got.excerpt_html):
        check(html)
        assert ILLEGAL.search(html) is None
        assert clean.second(html) == html
        ids = [element.get("id", "") for element in parse(html).iter() if element.get("id") is not None]
        assert len(ids) == len(set(ids))
        assert all(value.startswith(PREFIX) for value in ids)
    assert ILLEGAL.search(got.text + got.summary) is None
    assert "\n" not in got.summary
    assert got.text == "" or (got.text.endswith("\n") and not got.text.endswith("\n\n"))
    assert all(line == line.rstrip() for line in got.text.split("\n"))
    assert not {"h1", "h2"} & {str(element.tag) for element in parse(got.html).iter()}
    assert shift_headings(shift_headings(got.html, -1), 1) == got.html


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=BODIES, second=BODIES)
def test_articles_do_not_change_one_another(first: str, second: str) -> None:
    alone = render_or_skip(second, slug="second")
    render_or_skip(first)
    assert render_or_skip(second, slug="second") == alone


@settings(max_examples=200, deadline=None)
@given(words=st.lists(st.text(alphabet=st.characters(categories=("L", "N")), min_size=1), min_size=1, max_size=60))
def test_plain_words_all_survive_in_order(words: list[str]) -> None:
    # A word at the start of a line could be a list number; no mark of Markdown is a letter or a digit.
    body = " ".join(words)
    got = render_or_skip(body)
    assert got.text.split() == body.split() or "".join(got.text.split()) == "".join(body.split())
    assert text_of(parse(got.html)).split() == body.split()


@pytest.mark.parametrize("seed", ["0", "1", "random"])
def test_the_same_text_gives_the_same_bytes_in_any_process(seed: str) -> None:
    body = "# A\n\n[b](c.md)\n\n"
    body += "<p id=x title=y lang=de style='color:red;width:5%'>d</p>\n\n![e](f.png) ``g`` a@b.example[^1]\n\n[^1]: n\n"
    code = "import sys; from tests.render.rendering import rendered; r = rendered(sys.argv[1]); print(r.html, r.text, r.remarks)"
    command = [sys.executable, "-c", code, body]
    here = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path), "TZ": "Asia/Tokyo"}
    got = subprocess.run(command, env=here, capture_output=True, text=True, check=True).stdout
    r = rendered(body)
    assert got == f"{r.html} {r.text} {r.remarks}\n"
