"""However a page comes to its styles, by premailer, by what is known of places, or from stories known, its bytes are the same."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.config import Config, Digest
from newsletter.emitters import digest
from newsletter.mail import inline, places, sheets, stories
from newsletter.mail.places import Place, Places
from newsletter.model import Rendered, Section
from newsletter.templating import Templates
from tests.factories import make_config, make_edition, make_issue, make_rendered

BITS = (
    "<p>One <a href='https://a.example/'>link</a>, one <em>word</em>.</p>",
    "<h2 id='x'>Head</h2><h4>Lower</h4>",
    "<ul><li>One<ul><li><p>Two</p></li></ul></li></ul>",
    "<pre><code><span style='color: #333'>def</span> f():</code></pre>",
    '<div class="scroll"><table><caption>c</caption><tr><th>a</th><td style="text-align: right">b</td></tr></table></div>',
    '<blockquote dir="rtl"><p>Q</p></blockquote>',
    '<p style="margin: 0 ! important; color:red">own</p>',
    '<img src="https://a.example/p.png" alt="" width="12em" height="300">',
    '<div class="footnote"><hr><ol><li>n</li></ol></div>',
    "<p class='a  b'>x<br>&nbsp;&amp;&lt;p&gt;<!-- note --></p>",
    "<dl><dt>t</dt><dd>d</dd></dl>text",
)
SHEETS = (
    "",
    ".content > p { color: #123456 } td .content a[href] { margin: 1px }",
    "#x, .a.b { color: red ! important; font-family: 'A; B', \"C\" } @media print { p { color: blue } }",
    "p + p { color: red }",
    ".story ~ .more, p { color: green }",
    "* { color: red } .content [style] { margin: 0 }",
    "P { color: red } .content p { margin: unset; color: rgb(1, 2, 3) }",
    "p { background: url(a{b) } em { color: red }",
    "em { color: red; ; nonsense } p, p! { margin: 3px } b { color }",
    "p:first-child { color: red } [dir=rtl] p { color: blue } [class~=more] { margin: 0 }",
)
THEMES = ("broadsheet", "ledger", "almanac")


def whole(html: str, _memory: object = None) -> str:
    """Inline a page by premailer alone."""
    page = inline.parsed(stories.unmarked(html))
    return inline._dressed(page, inline._sheet(page), None, [], None) + "\n"  # noqa: SLF001 - as for a sheet not understood


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """Begin each test as a new process does."""
    places._in_mind.clear()  # noqa: SLF001 - what a process has in mind
    yield
    places._in_mind.clear()  # noqa: SLF001 - as above


class Kept(dict[str, bytes]):
    """What another process would find."""

    def known(self, sheet: str) -> bytes | None:
        """Return what is known of it."""
        return self.get(sheet)

    def keep(self, sheet: str, told: bytes) -> None:
        """Know it."""
        self[sheet] = told


def templates(folder: Path, css: str) -> Templates:
    folder.mkdir(exist_ok=True)
    (folder / "email.html.j2").write_text(
        '{% extends "newsletter/email.html.j2" %}{% block style %}{{ super() }}<style>' + css + "</style>{% endblock %}"
    )
    return Templates(folder, styles=Kept())


def mail(config: Config, articles: Sequence[Rendered], shown: Templates, *, sections: bool) -> bytes:
    named = (Section(title="", articles=tuple(articles[:1])), Section(title="Rest", articles=tuple(articles[1:])))
    issue = make_issue(*articles, sections=named if sections and len(articles) > 1 else ())
    return digest.emit(config, make_edition(*articles, issue=issue), shown)[0].body


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bodies=st.lists(st.lists(st.sampled_from(BITS), max_size=4), min_size=1, max_size=4),
    orders=st.lists(st.permutations([0, 1, 2, 3]), min_size=2, max_size=2),
    theme=st.sampled_from(THEMES),
    css=st.sampled_from(SHEETS),
    languages=st.sampled_from([("en", None), ("ar", None), ("en", "he"), ("de", "fr")]),
    forms=st.sampled_from([("full", "full"), ("full", "excerpt"), ("excerpt", "title")]),
    sections=st.booleans(),
)
def test_mails_are_the_same_as_if_premailer_had_seen_each_whole(
    tmp_path: Path,
    bodies: list[list[str]],
    orders: list[list[int]],
    theme: str,
    css: str,
    languages: tuple[str, str | None],
    forms: tuple[str, str],
    sections: bool,  # noqa: FBT001 - drawn
) -> None:
    ours, theirs = languages
    config = make_config(language=ours, digest=Digest(theme=theme, lead=forms[0], articles=forms[1], unsubscribe="{{ u }}"))
    items = [
        make_rendered("".join(bits), slug=f"s{at}", id=f"tag:{at}", language=theirs if at % 2 else None, tags=("t",) * (at % 3))
        for at, bits in enumerate(bodies)
    ]
    shown = templates(tmp_path, css)
    for order in orders:
        articles = [items[at] for at in order if at < len(items)]
        found = mail(config, articles, shown, sections=sections)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(digest, "inline", whole)
            assert found == mail(config, articles, shown, sections=sections)
        assert b"newsletter:story" not in found
        places._in_mind.clear() if len(articles) % 2 else None  # noqa: SLF001 - then another process goes on


def test_known_places_need_no_premailer_for_new_articles_made_of_the_same() -> None:
    memory = Kept()
    page = "<html><head><style>p {{ color: red }} p b {{ margin: 0 }}</style></head><body>{}</body></html>".format
    assert '<p style="color:red">1<b style="margin:0">x</b></p>' in inline.inline(page("<p>1<b>x</b></p>"), memory)
    ((sheet, told),) = memory.items()
    program = (
        "import sys\nfrom newsletter.mail.inline import inline\n"
        "class Memory:\n def known(self, sheet): return TOLD if sheet == SHEET else None\n"
        "print(inline(PAGE, Memory()))\nassert not {'premailer', 'cssutils'} & sys.modules.keys()"
    )
    program = (
        program.replace("TOLD", repr(told)).replace("SHEET", repr(sheet)).replace("PAGE", repr(page("<p>2<b>y</b>z</p><p>3</p>")))
    )
    out = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert '<p style="color:red">2<b style="margin:0">y</b>z</p><p style="color:red">3</p>' in out


def test_what_is_told_of_places_is_what_was_learnt_of_them() -> None:
    page = inline.parsed('<html><head></head><body><p class="x">1<b dir="rtl">x</b></p><p>2</p></body></html>')
    one = Places(("class", "dir"))
    found = one.look(page)
    assert not one.dress(page, found)
    next(page.iter("b")).set("style", "margin:0")
    one.learn(found)
    again = Places(("class", "dir"), one.tell())
    fresh = inline.parsed('<html><head></head><body><p class="x"><b dir="rtl">x</b></p><p>3</p></body></html>')
    assert again.dress(fresh, again.look(fresh))
    assert next(fresh.iter("b")).get("style") == "margin:0"


def test_a_process_has_a_few_sheets_in_mind_and_begins_anew_with_one_that_has_too_many_places(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = places.of("p { color: red }", None)
    assert places.of("p { color: red }", None) is first
    for number in range(places.SHEETS):
        places.of(f"p {{ margin: {number}px }}", None)
    second = places.of("p { color: red }", None)
    assert second is not first
    assert second is not None
    second.learn(second.look(inline.parsed("<html><head></head><body><p>x</p></body></html>")))
    memory = Kept({"p { color: red }": second.tell()})
    monkeypatch.setattr(places, "MOST", 2)
    third = places.of("p { color: red }", memory)
    assert third is not second
    assert third is not None
    assert not third.full


def test_the_oldest_of_too_many_stories_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MOST_STORIES", 2)
    known, place = Places(()), Place()
    for story in "abc":
        known.remember(place, story, story.upper())
    assert [known.story(place, story) for story in "abc"] == [None, "B", "C"]
    assert known.story(Place(), "b") is None


@pytest.mark.parametrize(
    ("css", "asked"),
    [
        ("", ()),
        ("p, .a > b.c #d { color: red }", ("class", "id")),
        ('[dir="rtl"] .x, a[href^="h"] { font: 1px/2 "A" }', ("class", "dir", "href")),
        ("p + p { color: red }", None),
        ("p ~ p { color: red }", None),
        ("* { color: red }", None),
        ("a|b { color: red }", None),
        ("p[style] { color: red }", None),
        ("p { color: red", ()),
        ("p { background: url(a(b) }", None),
        ('p { content: "a\\"b" }', None),
        ("p! { color: red }", None),
    ],
)
def test_only_a_sheet_of_which_all_is_understood_has_places(css: str, asked: tuple[str, ...] | None) -> None:
    assert sheets.asked(css) == asked


@pytest.mark.parametrize(
    "story",
    [
        "</td></tr></table>",
        "<p>open",
        "<body class='x'><p>x</p>",
        "<style>p { color: blue }</style><link rel='stylesheet' href='x.css'>y",
        "<p>x</p></div>",
    ],
)
def test_a_story_that_reaches_beyond_its_marks_is_inlined_with_its_page(story: str) -> None:
    html = (
        "<!DOCTYPE html><html><head><style>p { color: red } td p { margin: 0 }</style></head><body><table><tr><td><div>"
        f"{stories.OPEN}<p>one</p>{stories.CLOSE}{stories.OPEN}{story}{stories.CLOSE}<p>after</p></div></td></tr></table></body></html>"
    )
    assert inline.inline(html) == whole(html)
    assert inline.inline(html) == whole(html)


def test_marks_where_no_comment_can_be_leave_the_page_to_premailer() -> None:
    page = "<html><head><title>{}</title><style>p {{ color: red }}</style></head><body><p>{}</p>{}</body></html>".format
    html = page(f"{stories.OPEN}x{stories.CLOSE}", "x", "")
    assert inline.inline(html) == whole(html)
    swapped = page("", f"{stories.OPEN}<div>x</div>", stories.CLOSE)
    assert inline.inline(swapped) == whole(swapped)
