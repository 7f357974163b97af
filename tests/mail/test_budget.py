from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.config import Digest
from newsletter.mail.budget import CLIPPED, Fitted, fit, limit_of, plan
from newsletter.mail.layout import Layout, Story
from newsletter.mail.weighed import Weighed
from newsletter.model import Form, Issue, Rendered
from tests.factories import make_config, make_issue, make_rendered

FULL, EXCERPT, TITLE, COUNTED = Form.FULL, Form.EXCERPT, Form.TITLE, Form.COUNTED
SIZES = {FULL: 100, EXCERPT: 20, TITLE: 5, COUNTED: 0}
RANKS = list(SIZES)


def planned(count: int, room: int, *, favoured: tuple[int, ...] = (0,), most: Form = FULL, **odd: dict[Form, int]) -> str:
    """Plan for articles of equal weight, but for the odd ones (n3={FULL: 500}); the answer has a letter for each."""

    def weigh(at: int, form: Form) -> int:
        return odd.get(f"n{at}", {}).get(form, SIZES[form])

    forms = plan([FULL, *[most] * (count - 1)], favoured, weigh, room)
    assert sum(weigh(at, form) for at, form in enumerate(forms)) <= max(room, 0)
    return "".join(form.name[0] for form in forms)


@pytest.mark.parametrize(
    ("room", "forms"),
    [
        (500, "FFFFF"),
        (499, "FFFFE"),
        (419, "FFFEE"),
        (180, "FEEEE"),
        (179, "FEEET"),
        (120, "FTTTT"),
        (119, "EEEEE"),
        (99, "EEEET"),
        (40, "ETTTT"),
        (39, "ETTCC"),
        (20, "ECCCC"),
        (19, "TTTCC"),
        (4, "CCCCC"),
        (-9, "CCCCC"),
    ],
)
def test_the_last_articles_are_shortened_first_and_the_lead_last(room: int, forms: str) -> None:
    assert planned(5, room) == forms


def test_where_not_all_titles_fit_there_is_room_for_the_lead_in_full() -> None:
    assert planned(200, 500) == "F" + "T" * 80 + "C" * 119


def test_pinned_articles_are_shortened_after_all_others() -> None:
    assert planned(5, 225, favoured=(0, 3)) == "FTTFT"
    assert planned(5, 150, favoured=(0, 3)) == "FETET"


def test_a_single_huge_article_is_shortened_alone() -> None:
    assert planned(4, 400, n0={FULL: 10_000}) == "EFFF"
    assert planned(4, 400, n2={FULL: 10_000}) == "FFEF"
    assert planned(4, 400, n3={FULL: 10_000, EXCERPT: 1 << 60}) == "FFFT"
    assert planned(4, 400, n1={FULL: 10_000, EXCERPT: 1 << 60, TITLE: 1 << 60}) == "FCFF"


def test_an_article_no_longer_than_its_excerpt_is_not_cut() -> None:
    assert planned(3, 60, n2={FULL: 15}) == "EEF"


def test_no_article_gets_more_than_is_wanted() -> None:
    assert planned(4, 10_000, most=EXCERPT) == "FEEE"
    assert planned(4, 10_000, most=TITLE) == "FTTT"


@given(
    sizes=st.lists(st.tuples(st.integers(1, 50), st.integers(0, 100), st.integers(-50, 1000)), min_size=1, max_size=12),
    room=st.integers(-10, 3000),
    pinned=st.sets(st.integers(0, 11)),
)
def test_any_plan_fits_and_more_room_is_never_left_unused_for_a_title(
    sizes: list[tuple[int, int, int]], room: int, pinned: set[int]
) -> None:
    def weigh(at: int, form: Form) -> int:
        title, excerpt, full = sizes[at]
        return {COUNTED: 0, TITLE: title, EXCERPT: title + excerpt, FULL: max(1, title + full)}[form]

    favoured = (0, *sorted(at for at in pinned if 0 < at < len(sizes)))
    forms = plan([FULL] * len(sizes), favoured, weigh, room)
    used = sum(weigh(at, form) for at, form in enumerate(forms))
    assert used <= max(room, 0)
    if sum(weigh(at, FULL) for at in range(len(sizes))) <= room and all(full > excerpt for _, excerpt, full in sizes):
        assert set(forms) == {FULL}


HEAD = "<html><head><style>p { color: #123456; margin: 0 0 20px }</style></head><body>"


def page(layout: Layout) -> str:
    note = f"<i>{layout.note.content}</i>" if layout.note else ""
    return f"{HEAD}{note}<div>{''.join(map(part, layout.stories))}</div>+{layout.counted}</body></html>"


def part(story: Story) -> str:
    link = f'<a href="{story.item.article.permalink}">{story.title}</a>'
    return f'<table data-id="x"><tr><td>{link}{story.content}</td></tr></table>'


def fitted(
    issue: Issue,
    *,
    finish: Callable[[str], str] = lambda html: html.replace("<p>", '<p style="color:#123456; margin:0 0 20px">'),
    **digest: object,
) -> Fitted:
    config = make_config(digest=Digest(**digest))  # type: ignore[arg-type]  # any field of Digest
    return fit(config, issue, page=page, part=part, finish=finish, weighed=Weighed(None, "", {}))


def article(slug: str, paragraphs: int) -> Rendered:
    return make_rendered("<p>Some words.</p>" * paragraphs, excerpt_html="<p>Some words.</p>", slug=slug)


def test_what_fits_is_left_as_it_is() -> None:
    done = fitted(make_issue(article("a", 10), article("b", 10)))
    assert (done.forms, done.remarks, done.limit) == ((FULL, FULL), (), CLIPPED - 8192)


def test_what_does_not_fit_is_cut_and_told_about() -> None:
    done = fitted(make_issue(*(article(slug, 500) for slug in "abcdefgh")))
    size = len(done.html.encode())
    assert done.limit * 0.7 < size < done.limit
    assert [form.name[0] for form in done.forms] == [*"FFFEEEEE"]
    assert str(done.remarks[0]) == "d.md: in the digest as an excerpt: 28,443 bytes less"
    assert len(done.remarks) == 5


def test_the_overhead_of_the_service_is_left_free() -> None:
    issue = make_issue(*(article(slug, 500) for slug in "abcdefgh"))
    assert len(fitted(issue, overhead=60_000).html.encode()) < limit_of(make_config(digest=Digest(overhead=60_000))) == 42_400


def test_articles_that_are_only_counted_are_told_about_together() -> None:
    done = fitted(make_issue(*(article(f"a{at}", 100) for at in range(3000))))
    assert len(done.html.encode()) < done.limit
    counted = done.forms.count(COUNTED)
    assert counted > 1000
    assert f"+{counted}<" in done.html
    last = done.remarks[-1]
    assert f"one of the {counted:,} articles that the digest only counts" in last.message
    assert last.path == f"a{3000 - counted}.md"


def test_a_page_that_is_much_too_large_is_never_inlined() -> None:
    seen: list[int] = []

    def finish(html: str) -> str:
        seen.append(len(html))
        return html

    fitted(make_issue(article("a", 100_000), article("b", 10)), finish=finish)
    assert max(seen) < CLIPPED


def test_what_grows_when_it_is_finished_is_cut_further() -> None:
    done = fitted(
        make_issue(*(article(slug, 300) for slug in "abcd")), finish=lambda html: html.replace("Some words", "Some words" * 10)
    )
    assert len(done.html.encode()) < done.limit
    assert FULL in done.forms


def test_a_frame_that_is_too_large_by_itself_ends_in_a_mail_without_articles_and_a_remark() -> None:
    done = fitted(make_issue(article("a", 1), article("b", 1)), finish=lambda html: html + "x" * CLIPPED)
    assert done.forms == (COUNTED, COUNTED)
    assert "too many, although it has no article" in done.remarks[0].message


def test_one_article_that_is_only_counted_is_told_about_by_itself() -> None:
    odd = make_rendered("<p>x</p>", slug="b", permalink="https://letter.example/" + "x" * 20_000)
    done = fitted(make_issue(article("a", 1), odd))
    assert done.forms == (FULL, COUNTED)
    assert [str(remark) for remark in done.remarks] == ["b.md: only counted in the digest: 8 bytes less"]


def test_a_note_takes_at_most_half_of_the_room() -> None:
    small, large = article("_issues/k", 10), article("_issues/k", 5_000)
    assert (fitted(make_issue(article("a", 1), note=small)).remarks) == ()
    done = fitted(make_issue(article("a", 1), note=large))
    assert "<i><p style" in done.html
    assert len(done.html) < 2_000
    assert [remark.path for remark in done.remarks] == ["_issues/k.md"]


def test_the_configuration_says_how_much_of_each_article_there_is_at_most() -> None:
    issue = make_issue(*(article(slug, 10) for slug in "abc"))
    done = fitted(issue, lead="excerpt", articles="title")
    assert (done.forms, done.remarks) == ((EXCERPT, TITLE, TITLE), ())
