import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.images import markup
from newsletter.model import Asset, Picture

URL = "https://letter.example/assets/a.png?x=1&y=2"
SRC = URL.replace("&", "&amp;")
PICTURES = {URL: Picture(asset=Asset(source="a.png", target="assets/a.png"), url=URL, width=300, height=200, type="image/png")}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'width="300" height="200"'),
        (' width="150"', 'width="150" height="100"'),
        (' height="100"', 'height="100" width="150"'),
        (' width="1"', 'width="1" height="1"'),
        (' width="90" height="10"', 'width="90" height="10"'),
        (' style="width: 50%"', 'style="width: 50%"'),
        (' style="max-width: 50%"', 'style="max-width: 50%" width="300" height="200"'),
        (' width="auto"', 'width="auto"'),
        (' height="auto"', 'height="auto"'),
    ],
)
def test_pictures_get_the_size_that_their_author_did_not_give(before: str, after: str) -> None:
    assert markup.with_sizes(f'<p><img src="{SRC}"{before}></p>', PICTURES) == f'<p><img src="{SRC}" {after}></p>'


def test_pictures_that_are_not_known_stay_as_they_are() -> None:
    html = '<p><img src="https://elsewhere.example/a.png"><img alt="x"><image src="https://letter.example/assets/a.png"></p>'
    assert markup.with_sizes(html, PICTURES) == html


def test_an_xml_like_tag_is_closed_as_html_has_it() -> None:
    assert markup.with_sizes(f'<img src="{SRC}" />', PICTURES) == f'<img src="{SRC}" width="300" height="200">'


def test_a_picture_is_shown_from_another_address_and_offers_no_others() -> None:
    html = f'<img srcset="b.png 2x" src="{SRC}" sizes="10px" alt="&lt; &quot;"><img src="c.png" srcset="d.png 2x">'
    expected = '<img src="https://x.example/?a&amp;b" alt="&lt; &quot;"><img src="c.png" srcset="d.png 2x">'
    assert markup.readdressed(html, {URL: "https://x.example/?a&b"}) == expected


def test_what_looks_like_an_attribute_or_an_end_inside_a_value_is_none() -> None:
    html = f"""<img alt=' src="{SRC}" > "x"' src="{SRC}" title="> '"><p title='<img src="{SRC}">'></p>"""
    assert markup.shown(html)[0] == URL
    changed = markup.readdressed(html, {URL: "cid:1"})
    assert changed.startswith(f"""<img alt=' src="{SRC}" > "x"' src="cid:1" title="> '"><p""")


def test_addresses_are_listed_once_each_in_order() -> None:
    assert markup.shown('<img src="b"><p><img class="x" src="a"></p><img src="b">') == ("b", "a")


@given(st.text())
def test_text_without_pictures_is_never_changed(text: str) -> None:
    if "<img" not in text:
        assert markup.with_sizes(text, PICTURES) == markup.readdressed(text, {URL: "x"}) == text
