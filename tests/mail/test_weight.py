import pytest

from newsletter.mail import stories, weight
from newsletter.mail.inline import inline
from newsletter.mail.weight import Scale

SHEET = """
p, td { margin: 0; color: #222222 } .content p { margin: 0 0 20px; font-family: A, B } .content li p { margin: 1px }
[dir="rtl"] p { text-align: right } #one { color: red } td > b { font-size: 1px } a[href] { color: blue }
i[class^="x"] { color: green }
/* p { no: rule } */ p:hover { color: pink } @media print { p { color: black } }
"""
OUTLOOK = "<!--[if mso]><style>p, td, b { font-family: 'A very long name of a type face' }</style><![endif]-->"


def page(body: str) -> str:
    return f"<!DOCTYPE html><html><head><title>t</title>{OUTLOOK}<style>{SHEET}</style></head><body>{body}</body></html>"


@pytest.mark.parametrize(
    "body",
    [
        "<p>x</p>" * 50,
        '<div class="content"><p>x</p><ul><li><p>y</p></li></ul></div>' * 20,
        '<table><tr><td>x<b>y</b></td><td dir="rtl"><p>z</p></td></tr></table>' * 20,
        '<p id="one">x <a href="https://x.example/">y</a> <a>z</a> <i class="xy">i</i> <i class="y">i</i><!-- c --></p>' * 20,
        "<section><em>nothing to dress</em></section>",
    ],
)
def test_a_page_weighs_what_it_will_have_when_inlined_or_a_little_more(body: str) -> None:
    whole = page(body)
    real = len(inline(whole).encode())
    assert real <= Scale(whole).page(whole) <= real * 1.1 + 200


def test_a_part_weighs_what_it_adds_to_a_page_in_the_place_of_the_articles() -> None:
    def around(part: str) -> str:
        return page(f'<div class="content"><div data-id="a">{part}</div></div>')

    part = "<p>one</p><ul><li><p>two</p></li></ul>"
    scale = Scale(page(f'<p>Before.</p><div class="content"><div data-id="a">{part}</div></div>'))
    added = scale.page(around(part * 2)) - scale.page(around(part))
    assert scale.fragment(part) == added
    assert scale.fragment("") == 0
    assert scale.fragment("<!-- nothing -->") == len("<!-- nothing -->")


def test_without_an_article_a_part_is_weighed_as_if_it_stood_alone() -> None:
    assert Scale(page("")).fragment("<p>x</p>") == len('<p style="margin:0; color:#222222">x</p>')


def test_what_a_story_weighs_does_not_depend_on_how_many_were_weighed_before(monkeypatch: pytest.MonkeyPatch) -> None:
    scale = Scale(page('<div class="content"><p data-id="x">x</p></div>'))
    told = [f"{stories.OPEN}<p>{'x' * number}</p>{stories.CLOSE}\n" for number in range(5)]
    before = [scale.fragment(story) for story in told]
    assert [one - before[0] for one in before] == [0, 1, 2, 3, 4]
    monkeypatch.setattr(weight, "MOST", 2)
    assert [scale.fragment(story.replace("x", "y")) for story in told] == before
    assert scale.page(page(told[0])) == scale.page(page("")) + scale.fragment(told[0])
