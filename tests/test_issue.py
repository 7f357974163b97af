import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.config import Digest
from newsletter.issue import PREHEADER_LENGTH, SUBJECT_LENGTH, Words, cut, make_issue
from newsletter.model import Issue, Period, Rendered
from tests.factories import make_config, make_rendered
from tests.factories import make_issue as bound

PERIOD: Period = bound().period


def made(*articles: Rendered, subject: str = "") -> Issue:
    return make_issue(make_config(digest=Digest(subject=subject)), PERIOD, articles)


def titled(title: str, summary: str = "") -> Rendered:
    return make_rendered(title=title, summary=summary)


def test_an_issue_has_the_key_of_its_period_and_the_articles_in_the_order_given() -> None:
    one, two = titled("One"), titled("Two")
    issue = make_issue(make_config(), PERIOD, [two, one], number=7)
    assert (issue.key, issue.period, issue.articles, issue.number) == ("2026-W10", PERIOD, (two, one), 7)


@pytest.mark.parametrize(
    ("titles", "subject"),
    [
        (["Alone"], "Alone"),
        (["Lead", "Other"], "Lead, and 1 more"),
        (["Lead", "Other", "Third"], "Lead, and 2 more"),
        (
            ["Small hours: what a build at three in the morning should do when nobody looks", "Other"],
            "Small hours: what a build at three in the morning should\u2026, and 1 more",
        ),
    ],
)
def test_the_subject_is_the_lead_and_how_much_more_there_is(titles: list[str], subject: str) -> None:
    assert made(*map(titled, titles)).subject == subject


def test_a_configured_subject_names_what_its_braces_say() -> None:
    subject = "{title} {{{key}}}: {lead}, {date}"
    assert made(titled("Lead {key}"), subject=subject).subject == "The Test Letter {2026-W10}: Lead {key}, 2 March 2026"


@pytest.mark.parametrize(
    ("summaries", "preheader"),
    [
        (["What the lead says, at such a length that nothing else is needed."], None),
        (["Short."], "Short."),
        (["Short.", ""], "Short. Also: Title 1"),
        (["No full stop", "", ""], "No full stop. Also: Title 1, Title 2"),
        (["", ""], "Also: Title 1"),
        ([""], "Title 0"),
    ],
)
def test_the_preheader_goes_on_from_the_subject(summaries: list[str], preheader: str | None) -> None:
    articles = [titled(f"Title {at}", summary) for at, summary in enumerate(summaries)]
    assert made(*articles).preheader == (preheader or summaries[0])


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("as it is", 8, "as it is"),
        ("one two three", 9, "one two\u2026"),
        ("one two three", 8, "one two\u2026"),
        ("one, two", 6, "one\u2026"),
        ("unbreakable", 6, "unbre\u2026"),
        ("  spaces \n collapse ", 40, "spaces collapse"),
    ],
)
def test_cut_ends_at_a_word(text: str, length: int, expected: str) -> None:
    assert cut(text, length) == expected


@given(titles=st.lists(st.text(min_size=1, max_size=150), min_size=1, max_size=4), summary=st.text(max_size=200))
def test_subject_and_preheader_are_short_and_on_one_line(titles: list[str], summary: str) -> None:
    issue = made(*(titled(title, summary) for title in titles))
    for text, most in ((issue.subject, SUBJECT_LENGTH), (issue.preheader, PREHEADER_LENGTH)):
        assert len(text) <= most
        assert text.split() == text.split(" ") or not text.strip()


def test_the_editors_words_go_before_those_of_the_configuration() -> None:
    config = make_config(digest=Digest(subject="{title}"))
    note = titled("Note")
    pinned = ("tag:letter.example,2026-03-02:first",)
    words = Words(subject="{number}: {lead}", preheader="Before you ask", note=note, pinned=pinned)
    issue = make_issue(config, PERIOD, [titled("Lead")], 7, words=words)
    assert (issue.subject, issue.preheader, issue.note, issue.pinned) == ("7: Lead", "Before you ask", note, pinned)


def test_an_issue_without_a_number_says_its_key_instead() -> None:
    assert made(titled("Lead"), subject="{title} {number}").subject == "The Test Letter 2026-W10"


def sectioned(*sections: str, pinned: str = "", **tags: str) -> list[tuple[str, str]]:
    """Make an issue of articles with these tags; return its sections, each with the slugs of its articles."""
    articles = [make_rendered(slug=slug, tags=tuple(own.split())) for slug, own in tags.items()]
    ids = tuple(item.article.id for item in articles if item.article.slug == pinned)
    issue = make_issue(make_config(digest=Digest(sections=sections)), PERIOD, articles, words=Words(pinned=ids))
    ordered = [item for section in issue.sections for item in section.articles]
    assert ordered in ([], list(issue.articles))
    return [(section.title, "".join(item.article.slug for item in section.articles)) for section in issue.sections]


def test_articles_are_gathered_under_their_tags_and_the_lead_stands_before() -> None:
    assert sectioned("Mail", "Feeds", a="mail", b="feeds", c="", d="MAIL feeds", e="feeds other") == [
        ("", "a"),
        ("Mail", "d"),
        ("Feeds", "be"),
        ("", "c"),
    ]


def test_pinned_articles_stand_with_the_lead() -> None:
    assert sectioned("Mail", pinned="b", a="x", b="mail", c="mail") == [("", "ab"), ("Mail", "c")]


def test_without_any_of_the_tags_there_are_no_sections() -> None:
    assert sectioned("Mail", "mail", a="mail", b="x") == []
    assert sectioned(a="mail", b="x") == []
