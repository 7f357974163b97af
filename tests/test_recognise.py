from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from newsletter.ledger.records import Known
from newsletter.recognise import Candidate, Recognition, candidate, fingerprint, publications, recognise, settled, shown
from tests.factories import PUBLISHED, make_article, make_rendered

MORNING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
LATER = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)


def make_known(slug: str = "first", /, **changes: Any) -> Known:  # noqa: ANN401 - any field of Known
    """Publish an article; the slug shapes all the rest."""
    dated = changes.get("dated", MORNING)
    values: dict[str, Any] = {
        "id": f"tag:letter.example,2026-03-02:{slug}",
        "sequence": 1,
        "published": dated,
        "permalink": f"https://letter.example/articles/{slug}/",
        "path": f"{slug}.md",
        "slug": slug,
        "title": slug.capitalize(),
        "dated": dated,
        "updated": dated,
        "fingerprint": fingerprint(f"The text of {slug}."),
        "gone": False,
    }
    return Known(**{**values, **changes})


def make_candidate(slug: str = "first", /, **changes: Any) -> Candidate:  # noqa: ANN401 - any field of Candidate
    """Read the same article as make_known, unless something is said to have changed."""
    known = make_known(slug)
    values: dict[str, Any] = {
        "path": known.path,
        "minted": f"tag:letter.example,2026-03-02:{changes.get('slug', slug)}",
        "slug": known.slug,
        "title": known.title,
        "published": known.dated,
        "fingerprint": known.fingerprint,
    }
    return Candidate(**{**values, **changes})


def ids(recognition: Recognition) -> dict[str, str]:
    return {one.path: one.id for one in recognition.articles}


def problems(recognition: Recognition) -> list[str]:
    return [str(problem) for problem in recognition.problems]


OLD = make_known()
TEXT = fingerprint("Another text.")


# What leaves an id as it is


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"title": "Other"},
        {"slug": "other"},
        {"fingerprint": TEXT},
        {"published": LATER},
        {"published": None, "live": False},
        {"minted": "tag:moved.example,2027:x"},
        {"title": "Other", "slug": "other"},
        {"fingerprint": TEXT, "published": LATER},
        {"title": "Other", "fingerprint": TEXT},
        {"title": "Other", "fingerprint": TEXT, "published": LATER},
        {"path": "moved.md"},
        {"path": "folder/first.md", "title": "Other", "published": LATER},
        {"path": "2027-01-01-other.md", "slug": "other", "published": LATER},
        {"path": "other.md", "slug": "other", "title": "Other"},
        {"path": "moved.md", "slug": "moved", "fingerprint": TEXT},
        {"path": "moved.md", "published": MORNING.replace(hour=11), "fingerprint": TEXT},
        {"path": "moved.md", "title": "  FIRST "},
    ],
)
def test_an_article_keeps_its_id(change: dict[str, Any]) -> None:
    recognition = recognise([make_candidate(**change)], [OLD])
    assert [(one.id, one.published, one.known) for one in recognition.articles] == [(OLD.id, OLD.published, OLD)]
    assert (recognition.problems, recognition.vanished) == ((), ())


def test_the_id_in_the_front_matter_is_found_whatever_else_changed() -> None:
    read = make_candidate("other", explicit=OLD.id, published=LATER)
    assert ids(recognise([read], [OLD])) == {"other.md": OLD.id}


def test_articles_whose_files_change_places_keep_their_ids() -> None:
    known = [make_known("one"), make_known("two", sequence=2), make_known("three", sequence=3)]
    read = [make_candidate("one", path="two.md"), make_candidate("two", path="three.md"), make_candidate("three", path="one.md")]
    assert ids(recognise(read, known)) == {"two.md": known[0].id, "three.md": known[1].id, "one.md": known[2].id}


def test_an_article_that_was_moved_is_told_from_a_new_one_in_its_place() -> None:
    read = [make_candidate(path="archive/first.md"), make_candidate("new", path="first.md", published=LATER)]
    recognition = recognise(read, [OLD])
    assert ids(recognition) == {"archive/first.md": OLD.id, "first.md": read[1].minted}


def test_an_article_that_was_moved_to_the_place_of_a_deleted_one_is_recognised() -> None:
    known = [OLD, make_known("second", sequence=2, dated=LATER)]
    recognition = recognise([make_candidate(path="second.md")], known)
    assert ids(recognition) == {"second.md": OLD.id}
    assert recognition.vanished == (known[1],)


def test_a_copy_is_new_where_the_original_stays() -> None:
    recognition = recognise([make_candidate(), make_candidate(path="copy.md", minted="tag:x,2026:copy")], [OLD])
    assert ids(recognition) == {"first.md": OLD.id, "copy.md": "tag:x,2026:copy"}


def test_a_file_that_comes_back_is_recognised() -> None:
    gone = make_known(gone=True)
    assert ids(recognise([make_candidate()], [gone])) == {"first.md": gone.id}
    assert ids(recognise([make_candidate(fingerprint=TEXT)], [gone])) == {"first.md": gone.id}
    assert ids(recognise([make_candidate(path="moved.md")], [gone])) == {"moved.md": gone.id}


def test_a_file_of_two_articles_in_turn_is_the_later_one() -> None:
    known = [make_known(gone=True), make_known("second", path="first.md", sequence=2)]
    assert ids(recognise([make_candidate("second", path="first.md")], known)) == {"first.md": known[1].id}
    assert ids(recognise([make_candidate("second", path="first.md", fingerprint=TEXT)], known)) == {"first.md": known[1].id}


# New articles


def test_what_was_never_published_is_new() -> None:
    recognition = recognise([make_candidate("second"), make_candidate()], [OLD])
    assert [(one.path, one.id, one.known) for one in recognition.articles] == [
        ("first.md", OLD.id, OLD),
        ("second.md", "tag:letter.example,2026-03-02:second", None),
    ]


def test_a_new_article_never_gets_an_id_that_was_given_before() -> None:
    known = [make_known("renamed", id="tag:letter.example,2026-03-02:first")]
    recognition = recognise([make_candidate("renamed"), make_candidate("first", published=LATER)], known)
    assert ids(recognition) == {"renamed.md": known[0].id, "first.md": "tag:letter.example,2026-03-02:first-2"}


def test_a_new_article_may_have_the_title_of_one_that_was_missing_before() -> None:
    gone = make_known(gone=True)
    recognition = recognise([make_candidate("second", title=OLD.title, published=LATER)], [gone])
    assert ids(recognition) == {"second.md": "tag:letter.example,2026-03-02:second"}
    assert recognition.vanished == (gone,)


# Questions


def test_a_new_article_that_is_like_a_missing_one_waits_for_an_answer() -> None:
    recognition = recognise([make_candidate("second", title=OLD.title, published=LATER)], [OLD])
    assert problems(recognition) == [
        (
            "second.md: id: it may be an article that readers have already: add `id: tag:letter.example,2026-03-02:first` "
            "if it is 'First', published from first.md, or `id: tag:letter.example,2026-03-02:second` if it is a new one"
        )
    ]
    assert (recognition.articles, recognition.vanished) == ((), ())


@pytest.mark.parametrize(
    "change",
    [
        {"slug": OLD.slug},
        {"fingerprint": OLD.fingerprint, "published": LATER},
        {"title": OLD.title},
        {"minted": OLD.id},
    ],
)
def test_either_answer_ends_the_question(change: dict[str, Any]) -> None:
    read = make_candidate("second", **{"published": LATER, **change})
    assert len(recognise([read], [OLD]).problems) == 1
    for answer in (OLD.id, "tag:letter.example,2026-03-02:second"):
        answered = Candidate(**{**{name: getattr(read, name) for name in Candidate.__struct_fields__}, "explicit": answer})
        assert ids(recognise([answered], [OLD])) == {"second.md": answer}


def test_two_copies_of_a_missing_article_wait_for_an_answer() -> None:
    recognition = recognise([make_candidate(path="a.md"), make_candidate(path="b.md")], [OLD])
    assert [problem.path for problem in recognition.problems] == ["a.md", "b.md"]
    assert recognition.articles == ()


def test_articles_that_only_their_files_told_apart_are_not_guessed() -> None:
    known = [make_known("1", title="Weekly", fingerprint=""), make_known("2", title="Weekly", fingerprint="", sequence=2)]
    read = [make_candidate("1", title="Weekly", fingerprint="", path=path, slug=path) for path in ("a.md", "b.md")]
    assert [problem.path for problem in recognise(read, known).problems] == ["a.md", "b.md"]


def test_a_file_that_may_hold_another_article_of_its_title_is_not_guessed() -> None:
    known = [make_known(str(number), title="Weekly", fingerprint="", sequence=number) for number in (1, 2)]
    (problem,) = problems(recognise([make_candidate("1", title="Weekly", fingerprint="", published=LATER)], known))
    assert f"id: {known[0].id}" in problem
    assert f"id: {known[1].id}" in problem
    assert problem.endswith("and another file name if it is a new one")


def test_a_draft_is_not_asked_about_and_what_it_may_be_is_not_missing() -> None:
    recognition = recognise([make_candidate("second", title=OLD.title, published=None, live=False)], [OLD])
    assert (recognition.articles, recognition.problems, recognition.vanished) == ((), (), ())


def test_a_draft_that_begins_as_a_copy_does_not_hold_the_article_back() -> None:
    read = [make_candidate(fingerprint=TEXT), make_candidate(path="draft.md", live=False)]
    recognition = recognise(read, [OLD])
    assert ids(recognition)["first.md"] == OLD.id
    assert recognition.problems == ()


def test_a_question_names_the_likeliest_articles_first() -> None:
    known = [make_known(str(number), sequence=number, title="Weekly") for number in range(1, 6)]
    read = make_candidate("5", path="new.md", slug="new", title="Weekly", fingerprint=fingerprint(""), published=LATER)
    near = make_known("6", sequence=6, title="Weekly", slug="new")
    (problem,) = problems(recognise([read], [*known, near]))
    assert problem.count("published from") == 3
    assert problem.index("6.md") < problem.index("1.md")


# Ids in the front matter


def test_another_id_for_a_published_article_is_an_error_that_names_the_line() -> None:
    recognition = recognise([make_candidate(explicit="urn:x:1", line=4)], [OLD])
    assert problems(recognition) == [
        (
            "first.md:4: id: expected the id that this article was published with, got 'urn:x:1'; "
            "write `id: tag:letter.example,2026-03-02:first`, or rename the file if this is another article"
        )
    ]
    assert recognition.vanished == ()


def test_an_id_that_yaml_would_not_read_as_it_is_stands_in_quotes() -> None:
    recognition = recognise([make_candidate(explicit="urn:x:1")], [make_known(id="4 # 2")])
    assert 'write `id: "4 # 2"`' in problems(recognition)[0]


def test_another_id_is_welcome_where_everything_else_is_another_too() -> None:
    read = make_candidate("second", path="first.md", slug="first", published=LATER, explicit="urn:x:2")
    recognition = recognise([read], [OLD])
    assert ids(recognition) == {"first.md": "urn:x:2"}
    assert recognition.vanished == (OLD,)


def test_ids_that_two_articles_exchange_are_errors() -> None:
    known = [OLD, make_known("second", sequence=2)]
    recognition = recognise([make_candidate(explicit=known[1].id), make_candidate("second", explicit=OLD.id)], known)
    assert [problem.path for problem in recognition.problems] == ["first.md", "second.md"]


def test_files_that_change_places_with_their_ids_are_no_error() -> None:
    known = [OLD, make_known("second", sequence=2)]
    read = [make_candidate(path="second.md", explicit=OLD.id), make_candidate("second", path="first.md", explicit=known[1].id)]
    assert ids(recognise(read, known)) == {"first.md": known[1].id, "second.md": OLD.id}


def test_an_id_that_two_new_articles_give_is_an_error_of_both() -> None:
    recognition = recognise([make_candidate("a", explicit="urn:x:1", line=2), make_candidate("b", explicit="urn:x:1")], [])
    assert problems(recognition) == [
        "a.md:2: id: expected an id that no other article has, got 'urn:x:1', that of b.md",
        "b.md: id: expected an id that no other article has, got 'urn:x:1', that of a.md",
    ]


def test_a_copy_with_the_id_of_the_original_is_held_back_alone() -> None:
    for explicit in (OLD.id, None):
        recognition = recognise([make_candidate(explicit=explicit), make_candidate(path="copy.md", explicit=OLD.id)], [OLD])
        assert ids(recognition) == {"first.md": OLD.id}
        assert problems(recognition) == [
            f"copy.md: id: expected an id that no other article has, got {OLD.id!r}, that of first.md"
        ]


def test_a_draft_with_the_id_of_an_article_does_not_hold_it_back() -> None:
    read = [make_candidate("a", explicit="urn:x:1"), make_candidate("b", explicit="urn:x:1", live=False)]
    recognition = recognise(read, [])
    assert (ids(recognition), recognition.problems) == ({"a.md": "urn:x:1"}, ())


# What is told


def test_vanished_articles_are_told_but_not_those_of_files_that_cannot_be_read() -> None:
    known = [OLD, make_known("second", sequence=2)]
    assert recognise([], known).vanished == tuple(known)
    assert recognise([], known, unread={"second.md"}).vanished == (OLD,)


def test_a_new_article_may_have_the_title_of_one_that_cannot_be_read_just_now() -> None:
    recognition = recognise([make_candidate("second", title=OLD.title, published=LATER)], [OLD], unread={OLD.path})
    assert (recognition.problems, recognition.vanished) == ((), ())


def test_a_copy_of_an_article_that_cannot_be_read_just_now_waits() -> None:
    assert len(recognise([make_candidate(path="copy.md")], [OLD], unread={OLD.path}).problems) == 1


def test_a_date_that_moved_is_told_and_does_not_move() -> None:
    recognition = recognise([make_candidate(published=LATER)], [OLD])
    assert recognition.articles[0].published == MORNING
    assert [str(remark) for remark in recognition.remarks] == [
        (
            "first.md: date: the feeds keep 2026-03-02T09:30:00+00:00, when it was first published; "
            "set `updated` to tell readers of a change"
        )
    ]


def test_another_time_zone_for_the_whole_publication_moves_no_date_and_is_no_remark() -> None:
    east = timezone(timedelta(hours=1))
    recognition = recognise([make_candidate(published=MIDNIGHT.replace(tzinfo=east))], [make_known(dated=MIDNIGHT)])
    assert recognition.articles[0].published.isoformat() == "2026-03-02T00:00:00+00:00"  # type: ignore[union-attr]  # it is known
    assert recognition.remarks == ()


def test_a_file_that_was_used_again_is_told() -> None:
    read = make_candidate("second", path="first.md", slug="first", published=LATER, minted="urn:x:2")
    recognition = recognise([read], [OLD])
    assert ids(recognition) == {"first.md": OLD.id}
    assert [remark.message for remark in recognition.remarks if remark.field == "id"] == [
        (
            "title, date and text are new; readers see it as an update of 'First', published from this file; "
            "add `id: urn:x:2` if it is another article"
        )
    ]


def test_the_order_of_the_files_makes_no_difference() -> None:
    known = [make_known(str(number), sequence=number, title="Weekly") for number in range(1, 6)]
    read = [make_candidate(str(number), path=f"{number + 1}.md", title="Weekly", fingerprint=TEXT) for number in range(1, 6)]
    one, other = recognise(read, known), recognise(read[::-1], known)
    assert (one.articles, one.remarks, problems(one)) == (other.articles, other.remarks, problems(other))


# To and from articles


def test_a_candidate_gives_an_id_only_where_the_front_matter_does() -> None:
    article = make_article(fingerprint="f")
    minted, given = candidate(article, live=True), candidate(make_article(id_line=3), live=False)
    assert (minted.explicit, minted.minted, minted.fingerprint, minted.live) == (None, article.id, "f", True)
    assert (given.explicit, given.line, given.live) == (article.id, 3, False)


def test_an_article_is_settled_with_its_id_and_first_date() -> None:
    known = make_known(published=PUBLISHED, dated=LATER)
    (one,) = recognise([make_candidate(published=LATER)], [known]).articles
    undeclared = settled(make_article(id="x", published=LATER), one)
    assert (undeclared.id, undeclared.published, undeclared.updated) == (known.id, PUBLISHED, PUBLISHED)
    declared = settled(make_article(published=LATER, updated=LATER + timedelta(days=1)), one)
    assert declared.updated == LATER + timedelta(days=1)


def test_known_articles_are_recorded_as_they_are_and_new_ones_when_they_are_published() -> None:
    articles = [
        make_article(slug="first", path="first.md", published=LATER, updated=LATER),
        make_article(slug="draft", published=LATER),
        make_article(slug="new"),
        make_article(slug="held", title="Second"),
    ]
    known = [OLD, make_known("second", sequence=2)]
    recognition = recognise([candidate(article, live=True) for article in articles], known)
    assert len(recognition.problems) == 1
    first, new = publications(recognition, articles, {"new.md"}, {"new.md": shown(make_rendered(slug="new"))})
    assert (first.id, first.published, first.dated, first.updated) == (OLD.id, MORNING, LATER, MORNING)
    assert (new.id, new.path, new.permalink) == (articles[2].id, "new.md", articles[2].permalink)


def test_a_fingerprint_leaves_out_what_nobody_sees() -> None:
    assert fingerprint("\n one  \n\ntwo\n\n") == fingerprint(" one\n\ntwo")
    assert fingerprint("one") != fingerprint("two")
    assert fingerprint(" \n\n") == ""
