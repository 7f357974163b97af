"""Articles of which nothing changed are passed over, and nobody can tell by what comes out."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter.ledger.changes import changes
from newsletter.ledger.records import Known
from newsletter.ledger.shelf import Shelf
from newsletter.model import Article
from newsletter.recognise import Recognition, candidate, publications, recognise, recognise_all, settled, shown
from tests.factories import make_article, make_rendered

# Few values, so that articles look alike by chance far more often than in life
PATHS = [f"{name}.md" for name in "abcde"]
IDS = [f"tag:letter.example,2026-03-01:{name}" for name in "abcdefg"]
TEXTS = ["", "1" * 64, "2" * 64]
DATES = [
    datetime(2026, 3, 1, tzinfo=UTC),
    datetime(2026, 3, 2, 9, tzinfo=UTC),
    datetime(2026, 3, 2, 10, tzinfo=timezone(timedelta(hours=1))),
]


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[Known, ...]:
    """Draw what was published."""
    ids = draw(st.lists(st.sampled_from(IDS), unique=True, max_size=6))
    known = []
    for sequence, identity in enumerate(ids, 1):
        published = draw(st.sampled_from(DATES))
        dated = draw(st.sampled_from([published] * 9 + DATES))
        known.append(
            Known(
                id=identity,
                sequence=sequence,
                published=published,
                permalink="https://letter.example/",
                path=draw(st.sampled_from(PATHS)),
                slug=draw(st.sampled_from("ab")),
                title=draw(st.sampled_from(["A", "B"])),
                dated=dated,
                updated=draw(st.sampled_from([published, published, published + timedelta(days=9)])),
                fingerprint=draw(st.sampled_from(TEXTS)),
                content=draw(st.sampled_from(["", "3" * 64])),
                gone=draw(st.sampled_from([False, False, True])),
            )
        )
    return tuple(known)


def seen(draw: st.DrawFn, path: str, known: Sequence[Known]) -> Article:
    """Draw an article, mostly one that is as it was."""
    was = [one for one in known if one.path == path]
    old = draw(st.sampled_from([*was, *was, *was, None])) if was else None
    published = old.dated if old else draw(st.sampled_from(DATES))
    line = draw(st.sampled_from([None, None, None, 3]))
    return make_article(
        path=path,
        id=old.id if old and draw(st.integers(0, 3)) else draw(st.sampled_from(IDS)),
        id_line=line,
        slug=old.slug if old else draw(st.sampled_from("ab")),
        title=old.title if old else draw(st.sampled_from(["A", "B"])),
        published=published,
        updated=draw(st.sampled_from([published, published, published + timedelta(days=5)])),
        fingerprint=old.fingerprint if old else draw(st.sampled_from(TEXTS)),
        expires=None,
    )


@st.composite
def situations(draw: st.DrawFn) -> tuple[tuple[Known, ...], list[Article], set[str], set[str]]:
    """Draw what was published, what is there, which paths are published now and which cannot be read."""
    known = draw(ledgers())
    paths = draw(st.lists(st.sampled_from(PATHS), unique=True, min_size=2))
    articles = [seen(draw, path, known) for path in paths]
    live = {path for path in paths if draw(st.integers(0, 4))}
    return known, articles, live, draw(st.sets(st.sampled_from(PATHS), max_size=2)) - set(paths)


def told(recognition: Recognition) -> tuple[object, ...]:
    """Return all that recognition says, of the errors what they say."""
    return recognition.articles, list(map(str, recognition.problems)), recognition.remarks, recognition.vanished


@settings(max_examples=300, deadline=None)
@given(data=st.data(), situation=situations(), onward=st.booleans())
def test_passing_over_what_is_unchanged_changes_nothing(
    data: st.DataObject, situation: tuple[tuple[Known, ...], list[Article], set[str], set[str]], *, onward: bool
) -> None:
    known, articles, live, unread = situation
    whole = recognise([candidate(one, live=one.path in live) for one in articles], known, unread)
    quick = recognise_all(articles, Shelf.of(known), live, unread)
    assert told(quick) == told(whole)
    event(f"{len(quick.unchanged)} unchanged")

    rendered = {}
    for article in articles:
        one = quick.of(article.path)
        assert one == whole.of(article.path)
        if one is None:
            continue
        line = quick.unchanged.get(article.path, one)
        assert repr(settled(article, line, onward=onward)) == repr(settled(article, one, onward=onward))
        if article.path in quick.exact:
            assert settled(article, line, onward=onward) is article
            assert one.known is not None
            assert one.known.updated == article.updated
            assert not one.known.gone
        if data.draw(st.booleans()):
            rendered[article.path] = shown(replace(make_rendered(), article=settled(article, one, onward=onward)))
    gone = [one.id for one in whole.vanished]
    wanted, got = (changes(known, publications(one, articles, live, rendered, onward=onward), gone) for one in (whole, quick))
    assert got == wanted


def test_what_is_unchanged_and_not_rendered_is_not_recorded_again() -> None:
    article = make_article(id=IDS[0], published=DATES[0], updated=DATES[0], fingerprint=TEXTS[1], id_line=None)
    new = recognise_all([article], Shelf.of(()), {article.path})
    recorded = changes((), publications(new, [article], {article.path}, {}), ()).new
    again = recognise_all([article], Shelf.of(recorded), {article.path})
    assert [*again.unchanged] == [article.path]
    assert publications(again, [article], {article.path}, {}) == ()
    [one] = publications(again, [article], {article.path}, {article.path: shown(replace(make_rendered(), article=article))})
    assert one.content


@given(
    st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from([None, None, None, 3])), max_size=5), st.sets(st.sampled_from(PATHS))
)
def test_on_a_first_build_the_same_comes_out(names: list[tuple[str, int | None]], live: set[str]) -> None:
    articles = [make_article(path=path, id=name, id_line=line) for path, (name, line) in zip(PATHS, names, strict=False)]
    whole = recognise([candidate(one, live=one.path in live) for one in articles], (), {"unread.md"})
    assert told(recognise_all(articles, Shelf.of(()), live, {"unread.md"})) == told(whole)


@given(st.sets(st.sampled_from([f"{IDS[0]}-{number}" for number in (2, 3, 5)])))
def test_an_id_that_another_article_has_is_not_offered(besides: set[str]) -> None:
    """Whether that one is among those that are looked at, or passed over."""
    there = [make_article(path=f"{number}.md", id=one, title=one, slug=one) for number, one in enumerate(sorted(besides))]
    read = [make_article(path="gone.md", id=IDS[0], fingerprint=TEXTS[1]), *there]
    paths = {one.path for one in read}
    recorded = changes((), publications(recognise_all(read, Shelf.of(()), paths), read, paths, {}), ()).new
    new = make_article(path="new.md", id=IDS[0], title="Other", slug="other", fingerprint=TEXTS[2])
    whole = recognise_all([new, *there], Shelf.of(recorded), {"new.md"})
    known = [one for one in recorded if one.id == IDS[0]]
    quick = recognise_all([new], Shelf.of(known), {"new.md"}, besides=besides)
    assert list(map(str, quick.problems)) == list(map(str, whole.problems))
    assert quick.of("new.md") == whole.of("new.md")
    assert whole.problems
