import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement, document_fromstring

from newsletter.mail import inline as inline_module
from newsletter.mail.inline import inline

PAGE = """<!DOCTYPE html>
<html lang="de" dir="ltr">
<head>
<meta charset="utf-8">
<title>Title</title>
{head}
</head>
<body>{body}</body>
</html>
"""


def page(body: str = "<p>Body.</p>", css: str = "", head: str = "") -> str:
    return PAGE.format(head=head or f"<style>{css}</style>", body=body)


def tree(html: str) -> HtmlElement:
    return document_fromstring(html)


def style_of(html: str, element: str) -> str | None:
    style: str | None = tree(html).find(f".//{element}").get("style")
    return style


def kept(html: str) -> str:
    return "\n".join(element.text or "" for element in tree(html).iter("style"))


def test_rules_become_style_attributes_and_leave_the_head() -> None:
    out = inline(page(css="p { color: #123456 } .x p { margin: 0 }", body='<div class="x"><p>A</p></div>'))
    assert style_of(out, "p") == "color:#123456; margin:0"
    assert "<style" not in out


def test_a_style_attribute_of_the_page_wins_over_the_rules() -> None:
    out = inline(page(css="p { color: #111111; margin: 0 }", body='<p style="color: #222324">A</p>'))
    assert style_of(out, "p") == "color:#222324; margin:0"


def test_doctype_language_title_charset_and_conditional_comments_stay() -> None:
    comment = '<!--[if mso]><table width="600"><tr><td><![endif]-->'
    out = inline(page(body=f"{comment}<p>A</p><!--[if mso]></td></tr></table><![endif]-->", css="p{margin:0}"))
    assert out.startswith('<!DOCTYPE html>\n<html lang="de" dir="ltr">\n<head>\n<meta charset="utf-8">\n<title>Title</title>')
    assert out.endswith("</html>\n")
    assert comment in out
    assert out.count("charset") == 1


@pytest.mark.parametrize(
    "rule",
    [
        "@media (prefers-color-scheme: dark) {\np { color: #eeeeee !important; }\n}",
        "@media screen { @media (max-width: 1px) { p { color: rgb(1 2 3 / 50%) } } }",
        "@supports (display: grid) { p { display: grid } }",
        '@font-face { font-family: "A;}B"; src: url("https://font.example/a.woff2") }',
        '@import url("https://style.example/a.css");',
        "@import url(file:///dev/zero);",
        ":root { --ink: #111111 }",
        "p:hover, a::before { color: #333333 }",
    ],
)
def test_what_attributes_cannot_say_stays_in_the_head_as_it_was_written(rule: str) -> None:
    out = inline(page(css=f"{rule}\np {{ margin: 0 }} /* a comment {{ */", body="<p>A <a>B</a></p>"))
    assert kept(out).strip() == rule
    assert style_of(out, "p") == "margin:0"


def test_every_style_sheet_of_the_head_keeps_its_own_rest() -> None:
    head = (
        "<style>p{margin:0} @media print{p{margin:1px}}</style><style>p{padding:0}</style><style>a:hover{color:#111111}</style>"
    )
    out = inline(page(head=head))
    assert [element.text for element in tree(out).iter("style")] == [
        "\n@media print{p{margin:1px}}\n",
        "\na:hover{color:#111111}\n",
    ]
    assert style_of(out, "p") == "margin:0; padding:0"


def test_important_in_base_rules_is_taken_back_so_that_media_queries_win() -> None:
    out = inline(page(css="p { color: #121314 ! important } @media print { p { color: #222222 !important } }"))
    assert style_of(out, "p") == "color:#121314"
    assert "!important" in kept(out)


def test_a_style_sheet_in_the_body_dresses_nobody() -> None:
    sheet = '<style>p { color: #ff0000 } @import "https://x.example/";</style>'
    body = f"<p>A</p><div>one{sheet}two<b>b</b><style>@media all{{}}</style>three</div>"
    out = inline(page(css="p { margin: 0 }", body=body))
    assert style_of(out, "p") == "margin:0"
    assert "<style" not in out
    assert "<div>onetwo<b>b</b>three</div>" in out


def test_links_to_style_sheets_are_dropped_and_others_of_the_head_stay() -> None:
    head = '<link rel="stylesheet" href="/nowhere.css"><link rel="canonical" href="https://a.example/"><style>p{margin:0}</style>'
    out = inline(page(head=head, body='<link rel="stylesheet" href="https://x.example/a.css"><link rel="icon" href="x"><p>A</p>'))
    assert [link.get("rel") for link in tree(out).iter("link")] == ["canonical"]


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    asked: list[object] = []

    def refuse(*address: object, **_options: object) -> None:
        asked.append(address)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    return asked


def test_nothing_is_fetched(no_network: list[object], tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.css"
    sheet.write_text("p { color: #ff0000 }")
    css = f'@import "http://127.0.0.1:9/a.css"; @import url({sheet.as_uri()}); p {{ background: url(http://127.0.0.1:9/x.png) }}'
    out = inline(page(css=css, body=f'<link rel="stylesheet" href="{sheet}"><p>A</p>'))
    assert no_network == []
    assert "ff0000" not in out
    assert "background:url(http://127.0.0.1:9/x.png)" in (style_of(out, "p") or "").replace('"', "")


def test_links_within_the_page_stay_within_it() -> None:
    assert '<a href="#fn:1">' in inline(page(body='<a href="#fn:1">1</a>'))


def test_measures_that_are_no_numbers_are_removed_and_none_are_made_up() -> None:
    body = '<img src="a.png" alt="" width="auto" height="12em"><img src="b.png" alt="" width="40" height="50%">'
    body += '<table width="100%"><tr><td width="min(1px, 2px)">A</td><td width="30">B</td></tr></table>'
    out = inline(page(css="img { width: auto; height: auto } td { width: 12em }", body=body))
    found = [(element.get("width"), element.get("height")) for element in tree(out).iter("img", "table", "td")]
    assert found == [(None, None), ("40", None), ("100%", None), (None, None), ("30", None)]


def test_selectors_that_match_nothing_change_nothing() -> None:
    css = 'p { margin: 0 } .absent p, #absent, table.frame td.pad, p { padding: 0 } [dir="rtl"] p, [lang] p { color: #121314 }'
    assert style_of(inline(page(css=css)), "p") == "margin:0; padding:0; color:#121314"


def test_a_stray_brace_loses_no_rule() -> None:
    out = inline(page(css="} p { margin: 0 } } ; p { padding: 0 }"))
    assert style_of(out, "p") == "margin:0; padding:0"
    assert "<style" not in out


def test_an_empty_page_stays_empty() -> None:
    assert inline(" \n") == " \n"


def test_the_same_page_gives_the_same_bytes() -> None:
    html = page(css="p { margin: 0 } b { color: #111111 }", body="<p>A<b>B</b></p>" * 20)
    assert inline(html) == inline(html)


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co"]), max_size=60))
def test_text_comes_out_as_it_went_in(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    out = inline(page(css="p { margin: 0 }", body=f"<p>{escaped}</p>"))
    shown = re.search(r'<p style="margin:0">(.*)</p>', out, re.DOTALL)
    assert shown is not None
    assert shown[1] == escaped


SCRIPT = """
import os, sys, warnings
before = dict(os.environ), list(warnings.filters)
from newsletter.mail.inline import inline
assert "premailer" not in sys.modules
sys.stdout.write(inline(sys.stdin.read()))
import premailer.cache
assert premailer.cache.cache.maxsize == 4096, premailer.cache.cache.maxsize
assert (dict(os.environ), list(warnings.filters)) == before
"""


@pytest.mark.parametrize("seed", ["1", "2"])
def test_nothing_reaches_stderr_and_nothing_global_is_left_behind(seed: str) -> None:
    css = "p { colour: blue; color: nonsense( ; margin: 0 } a { -x-y: z } { } p b { } @charset 'x'; b { color: #12 }"
    html = page(css=css, body='<p style="what: ever; ;; color">A <b style="{}">B</b></p>')
    environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "PREMAILER_CACHE": "nonsense"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], input=html, capture_output=True, text=True, env=environment, check=False, encoding="utf-8"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == inline(html)


def test_who_gets_ready_has_premailer_imported_and_leaves_requests_to_others() -> None:
    program = (
        "import sys; from newsletter.mail import inline; assert 'premailer' not in sys.modules; inline.prepare(); "
        "assert 'premailer' in sys.modules; assert 'requests' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    inline_module.prepare()
