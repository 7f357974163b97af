from datetime import UTC, datetime

import pytest

from newsletter.model import Found, Rendered, Status
from newsletter.note import Arrangement, Note, arrange, parse
from tests.factories import make_rendered

PATH = "_issues/2026-W10.md"
ARTICLES = tuple(make_rendered(slug=slug, published=datetime(2026, 3, 8 - at, tzinfo=UTC)) for at, slug in enumerate("abcd"))


def found(*articles: Rendered) -> list[Found]:
    return [Found(path=item.article.path, status=Status.PUBLISHED, article=item.article) for item in articles]


def arranged(front: str, articles: tuple[Rendered, ...] = ARTICLES) -> Arrangement:
    note, problems = parse(f"---\n{front}\n---\n", PATH)
    assert problems == ()
    absent = make_rendered(slug="absent", id="tag:letter.example,2026:absent")
    broken = Found(path="broken.md", status=Status.ERROR)
    return arrange(note, articles, [*found(*ARTICLES, absent), broken])


def slugs(front: str) -> str:
    arrangement = arranged(front)
    assert (arrangement.problems, arrangement.remarks) == ((), ())
    return "".join(item.article.slug for item in arrangement.articles)


def test_a_note_is_front_matter_and_a_body() -> None:
    text = (
        "\ufeff---\r\nsubject: '{title} {number}: {lead}'\r\npreheader: Two\r\nlead: a.md\r\npinned: [b]\r\norder: [ ./c , d]\r\n"
        "exclude: e\r\n---\r\nDear readers,\r\n"
    )
    note, problems = parse(text, PATH)
    assert problems == ()
    lines = tuple((key, at) for at, key in enumerate(("subject", "preheader", "lead", "pinned", "order", "exclude"), 2))
    assert note == Note(
        path=PATH,
        subject="{title} {number}: {lead}",
        preheader="Two",
        lead=("a.md",),
        pinned=("b",),
        order=("c", "d"),
        exclude=("e",),
        lines=lines,
        body="Dear readers,\n",
        body_line=9,
    )


def test_a_note_without_front_matter_is_all_body() -> None:
    note, problems = parse("Note: this is a letter.\n\nBye.\n", PATH)
    assert (note, problems) == (Note(path=PATH, body="Note: this is a letter.\n\nBye.\n"), ())


def test_keys_that_say_nothing_are_passed_over() -> None:
    note, problems = parse("---\nsubject:\nlead: ''\norder: []\n---\n", PATH)
    assert (note.subject, note.lead, note.order, problems) == ("", (), (), ())


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("sbject: x", "sbject: unknown key; did you mean subject?"),
        ("Lead: x", "Lead: unknown key; did you mean lead?"),
        ("zzz: x", "zzz: unknown key; expected one of subject, preheader, lead, pinned, order, exclude"),
        ("subject: [a]", "subject: expected a text, got a list"),
        ("preheader: {a: b}", "preheader: expected a text, got a table"),
        ("subject: '{nobody}'", "subject: expected text with {title} {number} {lead} {date} {key}, got '{nobody}'"),
        ("lead: [a, b]", "lead: expected an article by path, slug or id, got a list"),
        ("order: {a: b}", "order: expected a list of articles by path, slug or id, got a table"),
        ("exclude: [[a]]", "exclude: expected an article's path, slug or id, got a list"),
        ("lead: a\nlead: b", "lead: the key stands twice"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_file_and_line(line: str, problem: str) -> None:
    _, problems = parse(f"---\npreheader: x\n{line}\n---\nBody.\n".replace("preheader: x\npre", "pre"), PATH)
    [error] = problems
    assert str(error).startswith(f"{PATH}:{error.line}: {problem}")
    assert error.line in {2, 3, 4}


def test_a_block_that_is_never_closed_is_one_error() -> None:
    note, problems = parse("---\nsubject: x\nzzz: y\n", PATH)
    assert (len(problems), note.subject) == (1, "")


def test_without_a_note_the_articles_stay_as_they_are() -> None:
    assert arrange(None, ARTICLES, ()) == Arrangement(articles=ARTICLES, pinned=(), problems=(), remarks=())


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("lead:", "abcd"),
        ("lead: c", "cabd"),
        ("order: [d, b]", "dbac"),
        ("pinned: [d, c]", "adcb"),
        ("{lead: b, pinned: d, order: [c, b, c]}", "bdca"),
        ("{pinned: d, order: [c]}", "cdab"),
        ("exclude: [a, c]", "bd"),
        ("lead: c.md", "cabd"),
        ("lead: 'tag:letter.example,2026-03-06:c'", "cabd"),
    ],
)
def test_lead_pinned_ordered_and_the_rest_follow_one_another(front: str, expected: str) -> None:
    assert slugs(front) == expected


def test_pinned_articles_are_named_by_their_ids() -> None:
    assert arranged("pinned: [b, d.md]").pinned == (ARTICLES[1].article.id, ARTICLES[3].article.id)


@pytest.mark.parametrize(
    ("front", "problem"),
    [
        ("order: [a, abcent]", "2: order: expected an article's path, slug or id, got 'abcent'; did you mean 'absent'?"),
        ("exclude: q9", "2: exclude: expected an article's path, slug or id, got 'q9'"),
        ("lead: absent", "2: lead: absent.md is not in this issue"),
        ("lead: broken.md", "2: lead: broken.md is not in this issue"),
        ("lead: a\nexclude: [a]", "2: lead: a.md is excluded, too"),
        ("exclude: [a, b, c, d]", "2: exclude: leaves no article in this issue"),
    ],
)
def test_articles_that_cannot_be_found_are_errors(front: str, problem: str) -> None:
    assert [str(error) for error in arranged(front).problems] == [f"{PATH}:{problem}"]


def test_articles_of_other_issues_are_only_told_about() -> None:
    arrangement = arranged("pinned: absent\norder: [b, broken.md]")
    assert [str(remark) for remark in arrangement.remarks] == [
        f"{PATH}:2: pinned: absent.md is not in this issue",
        f"{PATH}:3: order: broken.md is not in this issue",
    ]
    assert [item.article.slug for item in arrangement.articles] == ["b", "a", "c", "d"]


def test_a_period_without_articles_needs_no_exclusion_to_be_empty() -> None:
    arrangement = arranged("exclude: [a]", ())
    assert (arrangement.articles, arrangement.problems) == ((), ())
