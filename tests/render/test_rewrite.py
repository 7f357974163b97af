import pytest

from newsletter.render import shift_headings
from tests.render.rendering import PERMALINK, PREFIX, html, remarks, text


@pytest.mark.parametrize(
    ("frame", "url"),
    [
        (
            '<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ?rel=0"></iframe>',
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        ),
        ('<iframe src="https://player.vimeo.com/video/123"></iframe>', "https://vimeo.com/123"),
        ('<iframe src="//maps.example/x">your <b>browser</iframe>', "https://maps.example/x"),
        ('<object data="doc.pdf"></object>', f"{PERMALINK}doc.pdf"),
        ('<embed src="a.swf">', f"{PERMALINK}a.swf"),
    ],
)
def test_a_frame_becomes_a_paragraph_with_a_link(frame: str, url: str) -> None:
    assert html(f"before\n\n{frame}\n\nafter").split("\n") == [
        "<p>before</p>",
        f'<p><a href="{url}">{url}</a></p>',
        "<p>after</p>",
    ]
    name = frame[1:].partition(" ")[0]
    assert f"first.md:1: replaced <{name}> by a link to {url}" in remarks(frame)


def test_a_frame_inside_text_becomes_a_link_in_it() -> None:
    assert html('See <iframe src="https://a.example/" title="the map"></iframe>here') == (
        '<p>See <a href="https://a.example/">the map</a> here</p>'
    )


def test_a_frame_without_a_web_address_goes() -> None:
    assert html('a\n\n<iframe src="javascript:x"></iframe>') == "<p>a</p>"
    assert remarks('a\n\n<iframe srcdoc="x"></iframe>') == ["first.md:3: removed <iframe>"]


def test_an_object_leaves_what_it_falls_back_to() -> None:
    body = '<object data="x.svg"><p>Fall <b>back</b></p></object>'
    assert html(body) == "<p>Fall <b>back</b></p>"
    assert remarks(body) == ["first.md:1: replaced <object> by what it falls back to"]


def test_a_film_has_controls_and_a_link_for_those_who_cannot_play_it() -> None:
    assert html('<video src="v.mp4" autoplay poster="p.png"></video>') == (
        f'<video src="{PERMALINK}v.mp4" poster="{PERMALINK}p.png" controls=""><a href="{PERMALINK}v.mp4">v.mp4</a></video>'
    )
    got = html('<audio title="Talk"><source src="a.mp3" type="audio/mpeg"></audio>')
    assert f'<a href="{PERMALINK}a.mp3">Talk</a></audio>' in got
    assert html('<video src="v.mp4">Get <a href="v.webm">another</a></video>').count("<a ") == 1


def test_a_film_without_an_address_leaves_its_poster_or_its_text() -> None:
    assert html('<video poster="q.png"></video>') == f'<p><img src="{PERMALINK}q.png" alt=""></p>'
    assert html("a <audio>sorry</audio>") == "<p>a sorry</p>"
    assert html("a <audio></audio>") == "<p>a </p>"
    assert remarks("<video></video>") == ["first.md:1: removed <video> without a usable address"]


def test_task_lists_have_boxes_of_text() -> None:
    assert html("- [x] done\n- [ ] open") == "<ul>\n<li>☑ done</li>\n<li>☐ open</li>\n</ul>"


def test_other_inputs_go() -> None:
    assert html("a <input type=password> b") == "<p>a  b</p>"
    assert remarks("a <input type=checkbox> b") == ["first.md:1: removed <input>"]


def test_headings_begin_at_the_third_level_and_leave_no_gaps() -> None:
    assert html("# A\n\n### B\n\n# C") == (f'<h3 id="{PREFIX}a">A</h3>\n<h4 id="{PREFIX}b">B</h4>\n<h3 id="{PREFIX}c">C</h3>')
    assert [line[:3] for line in html("\n\n".join(f"{'#' * n} x" for n in range(1, 7))).split("\n")] == [
        *("<h3", "<h4", "<h5"),
        *["<h6"] * 3,
    ]
    assert html("###### deep").startswith("<h3")


def test_empty_headings_and_paragraphs_go() -> None:
    assert html("#\n\na\n\n<p></p>\n\n<p id=x></p>") == f'<p>a</p>\n\n<p id="{PREFIX}x"></p>'


def test_headings_can_be_moved() -> None:
    assert shift_headings('<h3 id="a">A</h3><h4>B</h4>', -1) == '<h2 id="a">A</h2><h3>B</h3>'
    assert shift_headings("<h3>A</h3><hr><h6>B</h6>", 1) == "<h4>A</h4><hr><h6>B</h6>"
    assert shift_headings("<h3>A</h3>", -5) == "<h1>A</h1>"
    assert shift_headings(html('<p title="<h3>">&lt;h3&gt;</p>'), 1) == '<p title="&lt;h3&gt;">&lt;h3&gt;</p>'


def test_text_between_blocks_is_a_paragraph() -> None:
    assert html("<div>a</div> b <i>c</i>\n<div>d</div>") == "<div>a</div>\n<p> b <i>c</i>\n</p>\n<div>d</div>"
    assert html("text\n<div>a</div>\n<b>b</b> c") == "<p>text</p>\n<div>a</div>\n<p><b>b</b> c</p>"


def test_deleted_struck_and_marked_text_stays() -> None:
    assert html("~~a~~ x~1~ ~b~") == "<p><del>a</del> x~1~ ~b~</p>"


def test_bare_addresses_are_links_and_mail_addresses_are_written_plainly() -> None:
    got = html("https://a.example/b_c_d. www.b.example <someone@example.org> https://github.com/a/b/issues/1")
    assert '<a href="https://a.example/b_c_d">https://a.example/b_c_d</a>.' in got
    assert '<a href="mailto:someone@example.org">someone@example.org</a>' in got
    assert ">https://github.com/a/b/issues/1</a>" in got
    assert "&#" not in got


def test_definition_lists_abbreviations_and_footnotes_are_read() -> None:
    got = html("Term\n:   Def\n\n*[HTML]: Hyper\n\nHTML[^n]\n\n[^n]: Note")
    assert "<dl>\n<dt>Term</dt>\n<dd>Def</dd>\n</dl>" in got
    assert '<abbr title="Hyper">HTML</abbr>' in got
    assert f'<sup id="{PREFIX}fnref:n"><a href="{PERMALINK}#{PREFIX}fn:n">1</a></sup>' in got
    assert '<div class="footnote">' in got


def test_code_has_inline_colours_and_no_guessed_language() -> None:
    assert '<span style="color:#008000;font-weight:bold">def</span>' in html("```python\ndef f(): pass\n```")
    assert "<span" not in html("```\ndef f(): pass\n```")
    assert "<code>x\n</code>" in html("```no-such-language\nx\n```")
    assert html("```html\n<script>alert(1)</script> & </code></pre>\n```").count("</code></pre>") == 1


def test_directional_characters_survive_and_stay_inside_their_block() -> None:
    body = "a \u202eevil\u202c \u2067x\u2069 \u202eopen\n\nnext"
    assert html(body) == "<p>a \u202eevil\u202c \u2067x\u2069 \u202eopen</p>\n<p>next</p>"
    assert text(body) == "a \u202eevil\u202c \u2067x\u2069 \u202eopen\n\nnext\n"


def test_characters_that_feeds_cannot_hold_go_and_this_is_said() -> None:
    assert html("a\x00b\x01\ufffe \x7f \U0001f600 &#1; &#xFFFE;x") == "<p>ab \x7f \U0001f600  x</p>"
    assert remarks("a\n\nb\x02") == ["first.md:3: removed characters that feeds cannot hold, the first of them U+0002"]
    assert html("a\ud800b") == "<p>ab</p>"


def test_line_ends_of_every_kind_are_the_same() -> None:
    assert html("a\r\n\r\n- b\r\n  - c") == html("a\n\n- b\n  - c") == html("a\r\r- b\r  - c")
