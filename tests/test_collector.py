from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter import collector, folder
from newsletter.config import Config, Reading
from newsletter.errors import ConfigError, ContentError
from newsletter.model import Article, Enclosure, Filter, Found, Period, Person, Status
from newsletter.recognise import fingerprint
from tests.factories import make_article, make_config

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = make_config(tmp_path, timezone=ZoneInfo("Europe/Berlin"))
    config.content.mkdir()
    return config


def write(
    config: Config, path: str, *lines: str, body: str = "Text.\n", title: str | None = "T", date: str | None = "2026-03-02"
) -> None:
    front = ([f"title: {title}"] if title else []) + ([f"date: {date}"] if date else [])
    place = config.content / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("\n".join(("---", *front, *lines, "---", body)), encoding="utf-8")


def found(config: Config) -> dict[str, Found]:
    return {one.path: one for one in collector.report(collector.load(config), NOW)}


def test_an_article_has_all_that_its_file_says(config: Config) -> None:
    front = [
        "updated: 2026-03-03",
        "expires: 2027-01-01",
        "tags: [a, b]",
        "author: Ada <a@a.example>",
        "description: D",
        "lang: de",
    ]
    front += ["image: {url: p.png, alt: P}", "audio: /a.mp3", "version: 1.10"]
    write(config, "x/a.md", *front, body="# T\n\nText.\n")
    (config.content / "p.png").write_bytes(b"")
    library = collector.load(config)
    (article,) = library.articles
    assert article == Article(
        path="x/a.md",
        id="tag:letter.example,2026-03-02:a",
        title="T",
        slug="a",
        permalink="https://letter.example/articles/a/",
        hosted=True,
        published=datetime.fromisoformat("2026-03-02T00:00:00+01:00"),
        updated=datetime.fromisoformat("2026-03-03T00:00:00+01:00"),
        authors=(Person(name="Ada", email="a@a.example"),),
        tags=("a", "b"),
        summary="D",
        language="de",
        cover="p.png",
        cover_alt="P",
        enclosures=(Enclosure(url="/a.mp3", type="audio/mpeg", length=0),),
        expires=datetime.fromisoformat("2027-01-01T00:00:00+01:00"),
        extra=(("version", "1.10"),),
        body_line=14,
        title_in_body=True,
        sha256=article.sha256,
        fingerprint=fingerprint("\nText.\n"),
    )
    assert len(article.sha256) == 64
    assert library.files == {"p.png"}
    assert (library.problems, library.remarks) == ((), ())
    assert library.found == (
        Found(
            path="x/a.md",
            status=Status.PUBLISHED,
            article=article,
            title="T",
            published=article.published,
            updated=article.updated,
            tags=article.tags,
            authors=article.authors,
        ),
    )


def test_a_bad_article_holds_back_only_itself_and_shows_what_could_be_read(config: Config) -> None:
    write(config, "good.md")
    write(config, "bad.md", "tags: [a]", "author: Ada", "draft: perhaps", date="03/04/2026")
    library = collector.load(config)
    assert [article.path for article in library.articles] == ["good.md"]
    assert [(problem.path, problem.line, problem.field) for problem in library.problems] == [
        ("bad.md", 3, "date"),
        ("bad.md", 6, "draft"),
    ]
    bad = library.found[0]
    assert (bad.status, bad.line, bad.article, bad.title, bad.tags) == (Status.ERROR, 3, None, "T", ("a",))
    assert bad.reason == (
        "date: expected an ISO 8601 date, got '03/04/2026': day and month may be either way round; "
        "write 2026-03-04 or 2026-04-03; "
        "draft: expected true or false, got 'perhaps'"
    )


def test_an_article_without_a_date_is_an_error_that_tells_the_remedy(config: Config) -> None:
    write(config, "a.md", "date: ~", date=None)
    (config.content / "b.md").write_text("# B\n\nText.\n")
    problems = [str(problem) for problem in collector.load(config).problems]
    remedy = (
        "no date: add a line such as 'date: 2026-03-02' to the front matter, or run, with its own date for 2026-03-02: "
        "newsletter adopt content/"
    )
    assert problems == [f"a.md:3: date: {remedy}a.md --date 2026-03-02", f"b.md:1: date: {remedy}b.md --date 2026-03-02"]
    assert found(config)["b.md"].title == "B"


def test_a_file_without_front_matter_and_title_is_told_on_one_line(config: Config) -> None:
    (config.content / "a.md").write_text("Introduction\nText.\n")
    (problem,) = collector.load(config).problems
    assert str(problem).startswith("a.md:1: date: no date and no title: add a line")


def test_of_a_block_that_cannot_be_read_nothing_is_said_to_be_missing(config: Config) -> None:
    (config.content / "a.md").write_text("---\njust a string\n---\nText.\n")
    assert len(collector.load(config).problems) == 1


def test_drafts_need_no_date_and_are_nobodys_trouble(config: Config) -> None:
    write(config, "a.md", "draft: true", date=None)
    write(config, "_drafts/b.md", date=None)
    write(config, "c.md", "status: draft", date="soon")
    write(config, "d.md", "published: false")
    library = collector.load(config)
    assert library.problems == ()
    assert [str(remark) for remark in library.remarks] == ["c.md:3: date: expected an ISO 8601 date, got 'soon'"]
    assert {path: (one.status, one.reason) for path, one in found(config).items()} == {
        "_drafts/b.md": (Status.DRAFT, "it is in a folder of drafts"),
        "a.md": (Status.DRAFT, "it is marked as a draft (draft: true)"),
        "c.md": (Status.DRAFT, "it is marked as a draft (status: draft)"),
        "d.md": (Status.DRAFT, "it is marked as a draft (published: false)"),
    }
    assert [(article.path, article.draft) for article in library.articles] == [("d.md", True)]
    assert collector.select(library.articles, now=NOW) == ()


def test_files_that_are_no_articles_are_excluded_with_the_reason(config: Config) -> None:
    (config.content / "README.md").write_text("# Read me\n")
    (config.content / "moved.md").write_text("---\nredirect: /new\n---\n")
    write(config, "page.mdx")
    write(config, "_index.md")
    library = collector.load(config)
    assert {one.path: (one.status, one.reason, one.title) for one in library.found} == {
        "README.md": (Status.EXCLUDED, "it is about the folder and has no front matter", "Read me"),
        "_index.md": (Status.EXCLUDED, "it is the page of a section", "T"),
        "moved.md": (Status.EXCLUDED, "it only sends its visitors to /new", None),
        "page.mdx": (Status.EXCLUDED, ".mdx holds more than Markdown; add it to reading.extensions to publish it", "T"),
    }
    assert library.problems == ()
    assert library.remarks == ()
    assert library.found[-1].published is not None


@pytest.mark.parametrize("text", ["", "\ufeff \n\t\r\n"])
def test_an_empty_file_is_an_error_that_says_so(config: Config, text: str) -> None:
    (config.content / "empty.md").write_text(text)
    library = collector.load(config)
    assert [str(problem) for problem in library.problems] == [
        "empty.md: the file is empty: write the article, or remove the file"
    ]
    assert [one.status for one in library.found] == [Status.ERROR]


def test_a_date_more_than_ten_years_ahead_is_worth_an_error_and_one_within_waits(config: Config) -> None:
    for years in (9, 11):
        (config.content / f"{years}.md").write_text(f"---\ntitle: T\ndate: {NOW.year + years}-01-01\n---\n")
    write(config, "parked.md", "draft: true", date="2199-01-01")
    library = collector.load(config)
    (problem,) = collector.implausible(library, NOW)
    assert str(problem) == (
        f"11.md: date: {NOW.year + 11}-01-01T00:00:00+01:00 is more than ten years ahead: "
        "correct it, or hold the article back with 'draft: true'"
    )
    assert [one.status for one in collector.report(library, NOW)] == [Status.FUTURE, Status.FUTURE, Status.DRAFT]


def test_an_update_declared_for_later_has_not_happened_yet() -> None:
    article = make_article(published=NOW - DAY, updated=NOW + DAY)
    assert [one.updated for one in collector.select([article], now=NOW)] == [NOW - DAY]
    assert [one.updated for one in collector.select([article], now=NOW + 2 * DAY)] == [NOW + DAY]


def test_a_readme_with_front_matter_and_a_dated_redirect_are_articles(config: Config) -> None:
    write(config, "README.md")
    write(config, "linked.md", "redirect: https://elsewhere.example/", body="")
    assert {one.status for one in found(config).values()} == {Status.PUBLISHED}


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (
            "---\ntitle: T\n---\nGrüße".encode("latin-1"),
            "a.md:4: expected UTF-8, got the byte 0xfc at offset 19: save the file as UTF-8",
        ),
        ("# T\n".encode("utf-16"), "a.md:1: expected UTF-8, got UTF-16: save the file as UTF-8"),
        (b"x" * 3000, "a.md: it is larger than reading.max_bytes, 2000 bytes"),
    ],
)
def test_a_file_that_cannot_be_read_as_text_is_an_error(config: Config, raw: bytes, problem: str) -> None:
    (config.content / "a.md").write_bytes(raw)
    library = collector.load(replace(config, reading=Reading(max_bytes=2000)))
    assert [str(one) for one in library.problems] == [problem]
    assert library.found[0].status is Status.ERROR


def test_a_link_out_of_the_folder_is_an_error_and_what_it_leads_to_is_not_read(config: Config) -> None:
    (config.content / "x.md").symlink_to("/etc/passwd")
    (one,) = collector.load(config).found
    assert (one.status, one.title, one.reason) == (Status.ERROR, None, "the link leads out of the content folder: not followed")


def test_without_a_content_folder_there_is_a_configuration_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"content: expected a folder of articles at .*: No such file"):
        collector.load(make_config(tmp_path))


def test_the_later_of_two_articles_with_one_chosen_id_is_an_error_that_names_the_other(config: Config) -> None:
    write(config, "a.md", "id: urn:x:1", date="2026-03-03")
    write(config, "b.md", "id: urn:x:1")
    library = collector.load(config)
    assert [article.path for article in library.articles] == ["b.md"]
    assert [str(problem) for problem in library.problems] == [
        "a.md:4: id: expected one that no other article has, got 'urn:x:1', that of b.md"
    ]


def test_an_article_held_back_by_an_error_keeps_its_names(config: Config) -> None:
    """Else the slug and id of another would change until it is mended."""
    write(config, "x/a.md", "draft: perhaps")
    write(config, "y/a.md", date="2026-03-03")
    assert [article.slug for article in collector.load(config).articles] == ["a-2026-03-03"]


def test_articles_come_by_date_then_id_and_files_by_path(config: Config) -> None:
    write(config, "b.md", date="2026-03-02T10:00:00+02:00")
    write(config, "a.md", date="2026-03-02T09:00:00Z")
    write(config, "c.md", date="2026-03-02T08:00:00Z")
    library = collector.load(config)
    assert [article.path for article in library.articles] == ["b.md", "c.md", "a.md"]
    assert [one.path for one in library.found] == ["a.md", "b.md", "c.md"]


def test_the_body_is_what_was_loaded_without_the_title(config: Config) -> None:
    (config.content / "a.md").write_bytes(b"\xef\xbb\xbf---\r\ntitle: T\r\ndate: 2026-03-02\r\n---\r\n# T\r\n\r\nText\0.\r\n")
    (article,) = collector.load(config).articles
    assert collector.body(config, article) == "\n\nText.\n"


def test_a_body_that_changed_meanwhile_is_an_error(config: Config) -> None:
    write(config, "a.md")
    (article,) = collector.load(config).articles
    write(config, "a.md", body="Other.\n")
    with pytest.raises(ContentError, match=r"a\.md: the file was changed while it was being published"):
        collector.body(config, article)
    (config.content / "a.md").unlink()
    with pytest.raises(ContentError, match=r"a\.md: it cannot be read: No such file or directory"):
        collector.body(config, article)


def test_the_machine_s_own_time_zone_and_locale_do_not_matter(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    write(config, "a.md", date="2026-03-02 10:00")
    before = collector.load(config)
    monkeypatch.setenv("TZ", "Pacific/Apia")
    assert collector.load(config) == before


@pytest.mark.parametrize(
    ("changes", "becomes", "reason"),
    [
        ({}, Status.PUBLISHED, ""),
        ({"published": NOW}, Status.PUBLISHED, ""),
        ({"published": NOW + timedelta(seconds=1)}, Status.FUTURE, "it is to be published at 2026-06-01T00:00:01+00:00"),
        ({"expires": NOW}, Status.EXPIRED, "it expired at 2026-06-01T00:00:00+00:00"),
        ({"expires": NOW + timedelta(seconds=1)}, Status.PUBLISHED, ""),
        ({"draft": True, "expires": NOW}, Status.DRAFT, "it is marked as a draft"),
    ],
)
def test_an_instant_decides_what_becomes_of_an_article(changes: dict[str, Any], becomes: Status, reason: str) -> None:
    article = make_article(**changes)
    assert collector.status(article, NOW) == (becomes, reason)
    assert (collector.select([article], now=NOW) == (article,)) == (becomes is Status.PUBLISHED)


def test_the_report_tells_what_the_present_makes_of_each_file(config: Config) -> None:
    write(config, "draft.md", "draft: yes")
    write(config, "future.md", date="2199-01-01")
    write(config, "held.md", "publishDate: 2199-01-01")
    write(config, "expired.md", "expiryDate: 2026-05-01")
    write(config, "now.md")
    assert {path: one.status.value for path, one in found(config).items()} == {
        "draft.md": "draft",
        "expired.md": "expired",
        "future.md": "future",
        "held.md": "future",
        "now.md": "published",
    }


def test_a_change_before_publication_is_told_and_the_date_of_publication_holds(config: Config) -> None:
    write(config, "a.md", "updated: 2026-03-01")
    write(config, "b.md", "updated: 2026-03-02", date="2026-03-02 10:00")
    library = collector.load(config)
    assert [article.updated == article.published for article in library.articles] == [True, True]
    assert [str(remark) for remark in library.remarks] == [
        "a.md:4: updated: the change on 2026-03-01 is before publication: the date of publication is used"
    ]


def test_dates_in_tables_are_read(config: Config) -> None:
    """As mkdocs-material and Docusaurus have them."""
    write(config, "a.md", date="{created: 2026-03-02, updated: 2026-03-05}")
    write(config, "b.md", "last_update: {date: 2026-03-06, author: Ada}")
    write(config, "c.md", "updated: never", date="soon")
    library = collector.load(config)
    assert [(one.path, f"{one.published:%d}", f"{one.updated:%d}") for one in library.articles] == [
        ("a.md", "02", "05"),
        ("b.md", "02", "06"),
    ]
    assert len(library.problems) == 2


def test_the_path_that_zola_asks_for_is_address_and_date(config: Config) -> None:
    write(config, "a.md", "path: inside/2026/03/26/slug", date=None)
    write(config, "b.md", "path: inside/2026/02/30/slug", date=None)
    write(config, "c.md", "link: /2026/03/27/", "path: 2026/03/28/", date=None)
    library = collector.load(config)
    assert [(one.permalink, f"{one.published:%F}") for one in library.articles] == [
        ("https://letter.example/inside/2026/03/26/slug", "2026-03-26"),
        ("https://letter.example/2026/03/27/", "2026-03-28"),
    ]
    assert [problem.path for problem in library.problems] == ["b.md"]


def test_a_period_takes_an_article_at_its_start_and_none_at_its_end() -> None:
    start, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    instants = [start - timedelta(seconds=1), start, end - timedelta(seconds=1), end]
    articles = [make_article(slug=f"a{number}", published=instant) for number, instant in enumerate(instants)]
    period = Period(start=start, end=end, key="2026-03")
    assert [article.slug for article in collector.select(articles, now=NOW, period=period)] == ["a1", "a2"]


def test_a_limit_keeps_the_newest_oldest_first() -> None:
    articles = [make_article(slug=f"a{day}", published=datetime(2026, 3, day, tzinfo=UTC)) for day in (3, 1, 2)]
    assert [article.slug for article in collector.select(articles, now=NOW, limit=2)] == ["a2", "a3"]
    since = datetime(2026, 3, 2, tzinfo=UTC)
    assert [article.slug for article in collector.select(articles, now=NOW, since=since)] == ["a2", "a3"]


@pytest.mark.parametrize(
    ("take", "slugs"),
    [
        (Filter(), ["a", "b", "c"]),
        (Filter(tags=("NEWS",)), ["a", "b"]),
        (Filter(tags=("none", "Python")), ["b"]),
        (Filter(authors=("ada byron",)), ["b"]),
        (Filter(folders=("x",)), ["a", "b"]),
        (Filter(folders=("/x/y/",)), ["b"]),
        (Filter(tags=("news",), folders=("x/y", "z")), ["b"]),
    ],
)
def test_a_filter_takes_what_matches_all_its_parts(take: Filter, slugs: list[str]) -> None:
    articles = [
        make_article(slug="a", path="x/a.md", tags=("news",)),
        make_article(slug="b", path="x/y/b.md", tags=("News", "python"), authors=(Person(name="Ada Byron"),)),
        make_article(slug="c", path="xy/c.md"),
    ]
    assert [article.slug for article in collector.select(articles, now=NOW, take=take)] == slugs


INSTANTS = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2026, 5, 31)).map(  # noqa: DTZ001 - the zone follows
    lambda when: when.replace(tzinfo=UTC, fold=0)
)
BERLIN = ZoneInfo("Europe/Berlin")


@given(st.lists(INSTANTS, max_size=20), st.lists(INSTANTS, min_size=2, max_size=6, unique=True).map(sorted))
def test_adjacent_periods_take_every_article_between_them_exactly_once(instants: list[datetime], bounds: list[datetime]) -> None:
    articles = [make_article(slug=f"a{number}", published=instant) for number, instant in enumerate(instants)]
    periods = [Period(start=one.astimezone(BERLIN), end=two.astimezone(BERLIN), key="x") for one, two in pairwise(bounds)]
    taken = [article for period in periods for article in collector.select(articles, now=NOW, period=period)]
    between = [article for article in articles if bounds[0] <= article.published < bounds[-1]]
    assert sorted(article.slug for article in taken) == sorted(article.slug for article in between)
    assert taken == list(collector.select(between, now=NOW))


@given(st.lists(INSTANTS, max_size=20), st.randoms(use_true_random=False), st.integers(0, 5))
def test_the_choice_does_not_depend_on_the_order_of_the_articles(instants: list[datetime], random: Random, limit: int) -> None:
    articles = [make_article(slug=f"a{number}", published=instant) for number, instant in enumerate(instants)]
    before = collector.select(articles, now=NOW, limit=limit)
    random.shuffle(articles)
    assert collector.select(articles, now=NOW, limit=limit) == before


def test_articles_of_one_zone_are_ordered_by_instant_when_its_clocks_go_back() -> None:
    late = make_article(slug="late", published=datetime(2025, 10, 26, 2, 10, tzinfo=BERLIN, fold=1))
    early = make_article(slug="early", published=datetime(2025, 10, 26, 2, 50, tzinfo=BERLIN))
    assert [article.slug for article in collector.select([late, early], now=NOW)] == ["early", "late"]


def test_a_file_that_is_gone_when_it_is_read_is_an_error(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    write(config, "a.md")
    listing = folder.scan(config)
    (config.content / "a.md").unlink()
    monkeypatch.setattr(folder, "scan", lambda *_: listing)  # between listing and reading nothing else can be put
    assert [str(problem) for problem in collector.load(config).problems] == ["a.md: it cannot be read: No such file or directory"]
