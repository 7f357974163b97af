import pytest

from newsletter.design.fitting import fitted

WIDE = 520


def test_html_without_anything_to_fit_is_returned_as_it_is() -> None:
    assert fitted("<p>A &amp; B<br/></p>", WIDE) == "<p>A &amp; B<br/></p>"


def test_a_table_gets_a_box_that_scrolls_and_one_within_it_does_not() -> None:
    html = "a<table><tr><td><table><tr><td>x</td></tr></table></td></tr></table>b<i>c</i>"
    assert fitted(html, WIDE) == f'a<div class="scroll">{html[1:-9]}</div>b<i>c</i>'


def test_on_pages_the_box_takes_the_focus_so_that_keys_can_scroll_it() -> None:
    assert fitted("<table></table>").startswith('<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>')


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<p>t <img src="a" width="300" height="20"></p>', '<p>t <img src="a" width="300" height="20"></p>'),
        ('<p>t <img src="a" width="900" height="450"></p>', '<p>t <img src="a" width="520" height="260"></p>'),
        ('<p>t <img src="a" width="9000" height="1"></p>', '<p>t <img src="a" width="520" height="1"></p>'),
        ('<p><img src="a" width="300" height="20"></p>', '<p><img src="a" width="300" height="20" class="alone"></p>'),
        ('<p>t <img src="a" width="auto"></p>', '<p>t <img src="a"></p>'),
        ('<p><img src="a"> t</p>', '<p><img src="a"> t</p>'),
        ('<p><img src="a"><br>t</p>', '<p><img src="a"><br>t</p>'),
        ('<p><img src="a"></p>', '<p><img src="a" class="alone natural" width="520"></p>'),
        ('<p> <a href="b"><img src="a"></a> </p>', '<p> <a href="b"><img src="a" class="alone natural" width="520"></a> </p>'),
        ('<p><a href="b"><img src="a"></a>t</p>', '<p><a href="b"><img src="a"></a>t</p>'),
        (
            '<figure><img src="a"><figcaption>c</figcaption></figure>',
            '<figure><img src="a" class="alone natural" width="520"><figcaption>c</figcaption></figure>',
        ),
        ('<img src="a">', '<img src="a" class="alone natural" width="520">'),
    ],
)
def test_in_mails_pictures_get_a_width_that_the_column_can_hold(before: str, after: str) -> None:
    assert fitted(before, WIDE) == after


def test_on_pages_pictures_are_left_to_the_style_sheet() -> None:
    assert fitted('<p>t <img src="a" width="900"></p>') == '<p>t <img src="a" width="900"></p>'
    assert fitted('<p><img src="a" width="900"></p>') == '<p><img src="a" width="900" class="alone"></p>'


def test_colours_of_an_articles_own_are_marked_but_not_those_of_code() -> None:
    code = '<div style="background-color: #ffffff"><pre style="color: red"><b style="color: red">x</b></pre></div>'
    out = fitted(f'<p style="color: #000000">A</p>{code}')
    assert out == f'<p style="color: #000000" class="tinted">A</p>{code}'
    assert fitted('<p style="text-align: left">A</p>') == '<p style="text-align: left">A</p>'
