import pytest

from newsletter.render import clean
from tests.render.rendering import html, remarks, text


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("<script>alert(1)</script>\n\ntext", "<script>"),
        ("<style>@import url(https://a.example/x.css)</style>\n\ntext", "<style>"),
        ('<link rel="stylesheet" href="https://a.example/x.css">\n\ntext', "<link>"),
        ('<base href="https://evil.example/">\n\ntext', "<base>"),
        ('<meta http-equiv="refresh" content="0;url=https://evil.example/">\n\ntext', "<meta>"),
        ('<form action="https://evil.example/">text</form>', "<form>"),
        ("text <svg><script>x</script><title>t</title></svg>", "<svg>"),
        ("text <button>Go</button><textarea>a</textarea>", "<button>"),
        ('<p onclick="x()">text</p>', "onclick"),
        ("text<img src=https://a.example/x onerror=alert(1)>", "onerror"),
    ],
)
def test_what_feeds_and_mails_may_not_carry_is_removed_and_said_so(body: str, name: str) -> None:
    assert text(body) == "text\n"
    got = html(body)
    assert name.strip("<>") not in got
    assert "evil.example" not in got
    assert f"first.md:1: removed {name}" in remarks(body)


def test_a_remark_tells_the_line_and_how_often() -> None:
    body = "a\n\nb <script>1</script>\n\n<script>2</script>"
    assert remarks(body, body_line=5) == ["first.md:7: removed <script>, 2 times"]


def test_a_remark_tells_no_line_where_the_same_stands_in_code_too() -> None:
    assert remarks("`<script>`\n\n<script>1</script>") == ["first.md: removed <script>"]


def test_code_is_not_mistaken_for_what_is_removed() -> None:
    assert remarks("`<script onclick=1>` and\n\n    <form>\n") == []


def test_an_element_that_is_never_closed_does_not_take_the_rest_along() -> None:
    assert text("<svg onload=x>\n\nrest <textarea> of it") == "rest of it\n"


def test_unclosed_elements_are_closed_inside_the_article() -> None:
    got = html('<div><table><tr><td><b>bold <a href="https://a.example/">link <i>\n\n<span title="never closed')
    for name in ("div", "table", "td", "b", "a", "i"):
        assert got.count(f"<{name}>") + got.count(f"<{name} ") == got.count(f"</{name}>")


def test_a_whole_document_leaves_its_content() -> None:
    document = '<!DOCTYPE html><html><head><title>in</title></head><body><p>inner</p></body></html>\n<?xml version="1.0"?>'
    assert html(document) == "<p>inner</p>"


def test_what_stands_in_noscript_stays() -> None:
    assert html('<noscript><img src="https://a.example/b.png" alt="b"></noscript>') == (
        '<p><img src="https://a.example/b.png" alt="b"></p>'
    )


def test_content_elements_and_their_attributes_stay() -> None:
    body = (
        '<p dir="rtl" lang="ar">\u0627 <mark>b</mark> <kbd>c</kbd> <bdi>d</bdi> <time datetime="2026-03-02">e</time></p>\n'
        '<ol start="3" reversed=""><li value="7">f</li></ol>'
    )
    assert html(body) == body


def test_styles_stay_inside_their_element() -> None:
    assert clean.style("color: RED; position: fixed; background: #fff; background: url(x); width: 50%") == (
        "color: RED; background-color: #fff; width: 50%"
    )
    assert clean.style("color: expression(alert(1)); text-align: right !important") == "text-align: right"
    assert clean.style("color: rgb(1 2 3 / 50%); behavior: url(x); nonsense") == "color: rgb(1 2 3 / 50%)"
    assert 'style="color:red"' in html('<p style="color: red; position: absolute">x</p>')
    assert html('<p style="position: absolute">x</p>') == "<p>x</p>"


@pytest.mark.parametrize("width", ["0%", "12.5%", "50%", "99.375%", "100%", "100.0%"])
def test_a_width_may_be_a_share_of_its_place(width: str) -> None:
    assert clean.style(f"width: {width} !important") == f"width: {width}"


@pytest.mark.parametrize(
    "width",
    [
        "900px",
        "80px",
        "60em",
        "100vw",
        "101%",
        "100.1%",
        "200%",
        "1000%",
        "-5%",
        "calc(100% - 2px)",
        "max-content",
        "auto",
        "900",
    ],
)
def test_no_other_width_stays(width: str) -> None:
    assert clean.style(f"width: {width}; color: red") == "color: red"
    assert html(f'<div style="WIDTH:{width}">a</div>') == "<div>a</div>"


def test_lines_neither_begin_far_off_nor_never_end() -> None:
    for indent in ("2em", "-1.5em", "20px", "5%"):
        assert clean.style(f"text-indent: {indent}") == f"text-indent: {indent}"
    for indent in ("900px", "99em", "100%", "50vw", "-9999px"):
        assert clean.style(f"text-indent: {indent}") == ""
    assert clean.style("white-space: nowrap") == ""
    assert clean.style("white-space: Pre") == "white-space: pre-wrap"
    assert clean.style("white-space: pre-line") == "white-space: pre-line"


def test_a_width_of_a_picture_in_its_style_is_its_width() -> None:
    image = '<p><img src="https://a.example/b.png"{} alt=""></p>'
    assert html(image.format(' style="border: 0; width: 400px"')) == image.format(' width="400"').replace(
        ' width="400" alt=""', ' alt="" width="400"'
    )
    got = html(image.format(' width="1600" height="900" style="width:80.5px; color: red"'))
    assert 'width="80"' in got
    assert "height" not in got
    assert 'style="color:red"' in got
    assert "width" not in html(image.format(' style="max-width: 400px"'))
    assert "width" not in html(image.format(' style="width: 12em"'))


def test_obsolete_elements_and_attributes_have_successors() -> None:
    assert html("<center>a</center>") == '<div style="text-align:center">a</div>'
    assert html('<p align="RIGHT">a</p>') == '<p style="text-align:right">a</p>'
    assert html("<p><strike>a</strike> <tt>b</tt> <font color=red>c</font></p>") == "<p><s>a</s> <code>b</code> c</p>"
    assert html('<section class="x">a</section>') == "<div>a</div>"


def test_sizes_are_pixels_or_styles() -> None:
    image = '<p><img src="https://a.example/b.png" width="{}" height="{}"></p>'
    assert 'width="300" height="20"' in html(image.format("300px", "20.5"))
    assert 'style="width:50%"' in html(image.format("50%", "auto"))
    assert "height" not in html(image.format("50%", "auto"))


def test_depth_counts_what_is_open() -> None:
    assert clean.depth("<div><p><br><li></x></div><b></b>") == 1
    assert clean.depth("<div></span>" * 50) == 50
    assert clean.depth("") == 0


def test_classes_are_the_renderers_own() -> None:
    assert html('<div class="masthead">a</div><p class="x">b</p>') == "<div>a</div><p>b</p>"
    assert '<div class="highlight"' in html("    code")
