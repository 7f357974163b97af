from datetime import UTC, datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter.naming import Candidate, Chosen, Names, are_free, is_hosted, name_all, wish
from tests.factories import make_config

MARCH = datetime(2026, 3, 2, 10, tzinfo=UTC)
APRIL = datetime(2026, 4, 2, 10, tzinfo=UTC)


def candidate(path: str, published: datetime = MARCH, *, draft: bool = False, **given: Any) -> Candidate:  # noqa: ANN401 - any field of Chosen
    chosen = Chosen(**given) if given else None
    return Candidate(
        path=path, published=published, draft=draft, wish=wish(path, published, chosen, make_config()), chosen=chosen
    )


def name(*candidates: Candidate, **config: Any) -> dict[str, Names]:  # noqa: ANN401 - any field of Config
    settings = make_config(**config)
    wishing = [replace(one, wish=wish(one.path, one.published, one.chosen, settings)) for one in candidates]
    return {names.path: names for names in name_all(wishing, settings)}


def said(names: Names) -> list[str]:
    return [str(problem) for problem in names.problems]


def test_an_article_of_ours_is_hosted_under_its_slug() -> None:
    names = name(candidate("a.md"))["a.md"]
    assert (names.slug, names.permalink, names.hosted) == ("a", "https://letter.example/articles/a/", True)
    assert (names.id, names.problems) == ("tag:letter.example,2026-03-02:a", ())


def test_the_day_in_an_id_is_that_of_the_publication() -> None:
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    names = name(candidate("a.md", late), timezone=ZoneInfo("Europe/Berlin"))["a.md"]
    assert names.id == "tag:letter.example,2026-03-03:a"


def test_without_an_authority_ids_are_minted_from_the_host() -> None:
    assert name(candidate("a.md"), authority="")["a.md"].id == "tag:letter.example,2026-03-02:a"


def test_the_later_of_two_articles_with_one_name_gets_its_day_appended() -> None:
    names = name(candidate("y/a.md", APRIL), candidate("x/a.md", MARCH))
    assert (names["x/a.md"].slug, names["y/a.md"].slug) == ("a", "a-2026-04-02")
    assert names["y/a.md"].permalink == "https://letter.example/articles/a-2026-04-02/"
    assert names["y/a.md"].id == "tag:letter.example,2026-04-02:a"


def test_two_articles_of_one_day_and_name_get_distinct_ids() -> None:
    names = name(*(candidate(f"{folder}/a.md") for folder in "xyz"))
    assert [one.slug for one in names.values()] == ["a", "a-2026-03-02", "a-z"]
    assert [one.id.rpartition(":")[2] for one in names.values()] == ["a", "a-2026-03-02", "a-z"]


def test_slugs_that_differ_in_case_alone_collide() -> None:
    """A file system may not tell them apart."""
    names = name(candidate("a.md", slug="News"), candidate("b.md", APRIL, slug="news"))
    assert names["b.md"].slug == "news-2026-04-02"


def test_a_slug_that_its_author_chose_and_another_has_is_an_error_on_the_later() -> None:
    names = name(candidate("a.md", slug="same", slug_line=4), candidate("b.md", APRIL, slug="same", slug_line=5))
    assert said(names["a.md"]) == []
    assert said(names["b.md"]) == ["b.md:5: slug: expected one that no other article has, got 'same', that of a.md"]


def test_one_slug_serves_two_articles_where_the_address_has_the_date() -> None:
    names = name(candidate("a.md", slug="same"), candidate("b.md", APRIL, slug="same"), permalink="{year}/{month}/{slug}/")
    assert [one.problems for one in names.values()] == [(), ()]
    assert [one.permalink for one in names.values()] == [
        "https://letter.example/2026/03/same/",
        "https://letter.example/2026/04/same/",
    ]
    assert [one.slug for one in names.values()] == ["same", "same-2026-04-02"]


def test_an_address_that_another_has_is_an_error() -> None:
    names = name(candidate("a.md", permalink="/x/"), candidate("b.md", permalink="https://letter.example/x/", permalink_line=3))
    assert (names["a.md"].permalink, names["a.md"].hosted) == ("https://letter.example/x/", False)
    assert said(names["b.md"]) == [
        "b.md:3: permalink: expected one that no other article has, got 'https://letter.example/x/', that of a.md"
    ]


def test_an_id_that_another_has_is_an_error() -> None:
    names = name(candidate("a.md", id="urn:x:1"), candidate("b.md", id="urn:x:1", id_line=2))
    assert names["a.md"].id == "urn:x:1"
    assert said(names["b.md"]) == ["b.md:2: id: expected one that no other article has, got 'urn:x:1', that of a.md"]


def test_a_minted_id_gives_way_to_a_chosen_one() -> None:
    names = name(candidate("0.md", id="tag:letter.example,2026-03-02:a"), candidate("a.md"))
    assert names["a.md"].id == "tag:letter.example,2026-03-02:a-2026-03-02"


def test_a_draft_never_takes_a_name_from_a_published_article() -> None:
    names = name(candidate("x/a.md", MARCH, draft=True), candidate("y/a.md", APRIL))
    assert (names["y/a.md"].slug, names["x/a.md"].slug) == ("a", "a-2026-03-02")


def test_a_pattern_shapes_addresses() -> None:
    pattern = "https://blog.example/{folder}/{year}/{month}/{day}/{slug}.html"
    names = name(candidate("a b/c.md"), candidate("d.md"), permalink=pattern)
    assert [one.permalink for one in names.values()] == [
        "https://blog.example/a%20b/2026/03/02/c.html",
        "https://blog.example/2026/03/02/d.html",
    ]
    assert not any(one.hosted for one in names.values())


def test_a_pattern_by_path_leaves_out_index() -> None:
    names = name(candidate("a/index.md"), candidate("b.md"), candidate("index.md"), permalink="{path}/")
    assert [one.permalink for one in names.values()] == [f"https://letter.example/{path}/" for path in ("a", "b", "index")]


def test_a_pattern_that_cannot_tell_articles_apart_gets_their_slug() -> None:
    names = name(candidate("a.md"), candidate("b.md"), permalink="{year}/{month}/{day}/")
    assert [one.permalink for one in names.values()] == [
        "https://letter.example/2026/03/02/",
        "https://letter.example/2026/03/02-b-2026-03-02/",
    ]
    names = name(candidate("a.md"), candidate("b.md"), permalink="{year}.html")
    assert [one.permalink for one in names.values()] == [
        "https://letter.example/2026.html",
        "https://letter.example/2026.html-b-2026-03-02",
    ]


DAYS = st.sampled_from([MARCH, APRIL, MARCH.replace(hour=11)])
PATHS = st.sampled_from(["a.md", "x/a.md", "y/a.md", "A.md", "b/index.md", "b.md", "2026-03-02-a.md", "z/z/a.md"])


@given(st.lists(st.tuples(PATHS, DAYS, st.booleans()), unique_by=lambda one: one[0]), st.randoms(use_true_random=False))
def test_names_are_distinct_and_do_not_depend_on_the_order_of_the_files(
    articles: list[tuple[str, datetime, bool]], random: Random
) -> None:
    candidates = [candidate(path, published, draft=draft) for path, published, draft in articles]
    names = name_all(candidates, make_config())
    random.shuffle(candidates)
    assert name_all(candidates, make_config()) == names
    for field in ("slug", "permalink", "id"):
        assert len({getattr(one, field) for one in names}) == len(candidates)
    # a new article that is later than all others changes no name
    newest = candidate("new/a.md", APRIL.replace(year=2027))
    known = {one.path: one for one in names if one.path not in {path for path, _, draft in articles if draft}}
    assert {one.path: one for one in name_all([*candidates, newest], make_config()) if one.path in known} == known


@given(
    st.lists(
        st.builds(
            lambda path, draft, slug, permalink: (path, draft, {"slug": slug, "permalink": permalink}),
            st.sampled_from(("a.md", "b.md", "x/a.md", "A.md", "index.md", "2026-03-02-a.md")),
            st.booleans(),
            st.sampled_from((None, None, None, "a", "B")),
            st.sampled_from((None, None, None, "/a/", "/articles/a/")),
        ),
        max_size=4,
        unique_by=lambda one: one[0],
    )
)
def test_where_names_are_free_everybody_has_what_was_wished(given: list[tuple[str, bool, dict[str, Any]]]) -> None:
    candidates = [candidate(path, draft=draft, **chosen) for path, draft, chosen in given]
    named = {names.path: names for names in name_all(candidates, make_config())}
    wished = {}
    for one in candidates:
        slug, permalink, identity = one.wish
        wished[one.path] = Names(one.path, slug, permalink, is_hosted(one.chosen, make_config()), identity)
    if are_free([one.wish for one in candidates]):
        assert named == wished
    else:
        assert named != wished


def test_a_page_gives_way_to_an_address_that_its_author_chose() -> None:
    named = name(candidate("b.md", permalink="/articles/a/"), candidate("x/a.md", APRIL))
    assert named["b.md"].permalink == "https://letter.example/articles/a/"
    assert (named["x/a.md"].slug, named["x/a.md"].problems) == ("a-2026-04-02", ())
    assert named["x/a.md"].permalink == "https://letter.example/articles/a-2026-04-02/"
