from msgspec.structs import replace

from newsletter.mail.layout import EXCERPT_BYTES, SUMMARY_LENGTH, Story, excerpt, first_picture, lay_out, note_of, story
from newsletter.model import Form, Image, Section
from tests.factories import make_issue, make_rendered

COVER = Image(url="https://letter.example/c.png", alt="c")
LONG = make_rendered(
    "<h3>Part</h3><p>First &amp; best.</p><p>Second.</p>",
    excerpt_html="<p>First &amp; best.</p>",
    text="First & best.\n\nSecond.\n",
    title="word " * 100,
)


def shown(form: Form, level: int = 2, **changes: object) -> Story:
    return story(replace(LONG, **changes), form, 1, level=level)


def test_an_issue_is_laid_out_in_full_and_in_order() -> None:
    issue = make_issue(make_rendered(slug="a"), make_rendered(slug="b"))
    layout = lay_out(issue)
    assert [(one.item.article.slug, one.form, one.lead, one.number, one.level) for one in layout.stories] == [
        ("a", Form.FULL, True, 1, 2),
        ("b", Form.FULL, False, 2, 2),
    ]
    assert ([part.title for part in layout.parts], layout.counted, layout.note) == ([""], 0, None)


def test_a_list_of_contents_names_three_stories_and_more_but_not_those_that_are_titles() -> None:
    issue = make_issue(*(make_rendered(slug=slug) for slug in "abcd"))
    assert [one.number for one in lay_out(issue).contents] == [1, 2, 3, 4]
    assert [one.number for one in lay_out(issue, [Form.FULL, Form.EXCERPT, Form.TITLE, Form.FULL]).contents] == [1, 2, 4]
    assert lay_out(issue, [Form.FULL, Form.EXCERPT, Form.TITLE, Form.COUNTED]).contents == ()


def test_articles_that_are_only_counted_are_not_laid_out_and_nor_are_sections_of_them() -> None:
    one, two, three = (make_rendered(slug=slug) for slug in "abc")
    sections = (
        Section(title="", articles=(one,)),
        Section(title="Mail", articles=(two,)),
        Section(title="", articles=(three,)),
    )
    issue = make_issue(one, two, three, sections=sections)
    assert [(part.title, [(each.number, each.level) for each in part.stories]) for part in lay_out(issue).parts] == [
        ("", [(1, 2)]),
        ("Mail", [(2, 3)]),
        ("", [(3, 3)]),
    ]
    cut = lay_out(issue, [Form.TITLE, Form.COUNTED, Form.COUNTED])
    assert ([part.title for part in cut.parts], cut.counted) == ([""], 2)
    headed = lay_out(issue, [Form.COUNTED, Form.TITLE, Form.COUNTED])
    assert [(part.title, part.stories[0].level) for part in headed.parts] == [("Mail", 3)]


def test_a_story_in_full_is_the_article_and_below_a_section_its_headings_move_with_it() -> None:
    full = shown(Form.FULL)
    assert (full.content, full.text, full.title) == (LONG.html, LONG.text, LONG.article.title)
    assert shown(Form.FULL, level=3).content.startswith("<h4>Part</h4>")


def test_an_excerpt_has_the_first_part_as_html_and_as_text_and_a_title_of_bearable_length() -> None:
    short = shown(Form.EXCERPT)
    assert (short.content, short.text) == ("<p>First &amp; best.</p>", "First & best.\n")
    assert len(short.title) <= 200 < len(LONG.article.title)


def test_a_title_has_no_content() -> None:
    bare = shown(Form.TITLE, cover=COVER)
    assert (bare.content, bare.text, bare.picture) == ("", "", None)


def test_an_excerpt_that_is_too_large_is_the_summary() -> None:
    huge = replace(LONG, excerpt_html=f"<p>{'x' * EXCERPT_BYTES}</p>", summary="a < b " * 100)
    assert excerpt(huge).startswith("<p>a &lt; b a")
    assert len(excerpt(huge)) < 2 * SUMMARY_LENGTH
    assert excerpt(replace(huge, summary="")) == ""


def test_an_excerpt_has_the_cover_or_the_first_picture_of_the_article_unless_it_shows_one() -> None:
    html = (
        '<p><img src="https://x.example/badge.png" width="90" alt="b"></p><p><img alt="a > b" src="https://x.example/p.png"></p>'
    )
    assert shown(Form.EXCERPT, html=html).picture == Image(url="https://x.example/p.png", alt="a > b")
    assert shown(Form.EXCERPT, html=html, cover=COVER).picture == COVER
    assert shown(Form.EXCERPT, html=html, excerpt_html='<p><img src="https://x.example/q.png" alt=""></p>').picture is None
    assert shown(Form.FULL, html=html).picture is None
    assert shown(Form.FULL, html=html, cover=COVER).picture == COVER


def test_pictures_that_are_small_or_no_addresses_stand_for_nothing() -> None:
    assert first_picture('<imgx><p>&lt;img src="https://x.example/"&gt;</p><img src="data:image/png;base64,AAAA">') is None
    assert first_picture('<img src="https://x.example/p.png" width="400" height="300">') == Image(
        url="https://x.example/p.png", width=400, height=300
    )


def test_the_headings_of_a_note_are_on_the_level_of_titles() -> None:
    note = note_of(LONG, Form.FULL)
    assert note.content.startswith("<h2>Part</h2>")
    issue = make_issue(make_rendered(), note=LONG)
    assert lay_out(issue).note == note
    assert lay_out(issue, note=Form.COUNTED).note is None
