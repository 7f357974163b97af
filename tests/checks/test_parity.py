import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from newsletter import checks, config, periods, publish
from newsletter.checks import digests, entries, parity
from newsletter.checks.mail.page import Mail
from newsletter.config import Config
from newsletter.errors import OutputError
from tests.images.pictures import png
from tests.real import SHARED

NOW = datetime(2026, 3, 10, tzinfo=UTC)
WEEK = "2026-W10"
PLACE = ("title=T", "url=https://letter.example", "digest.unsubscribe=https://letter.example/leave/", "authors=Ada")
#: Front matter and body, by name; the second and third are dated by the day.
ARTICLES = {
    "lead": ("date: 2026-03-05T08:30:00.25+01:00\nupdated: 2026-03-07", "![A sun & a moon](a.png) and ![](b.png)\n\nText."),
    "second": ("date: 2026-03-03", "![A tree](a.png)\n\nSee [the lead](lead.md).\n\nMore of it."),
    "third": ("date: 2026-03-03", "Text with a bare https://letter.example/articles/second/ address."),
    "older": ("date: 2026-02-03", "Of another week."),
}
TITLES = {
    "lead": "The *lead* & <its> {{ title }}",
    "second": "A second one, with a title that goes on and on until the text part of the mail has to break it",
    "third": "Third",
    "older": "Older",
}
PAGE, HTML, TEXT, MANIFEST = (f"issues/{WEEK}/{name}" for name in ("index.html", "email.html", "email.txt", "issue.json"))
FEEDS = ("rss.xml", "atom.xml", "feed.json")


def built(root: Path, *settings: str) -> Config:
    """Publish the articles and their issue."""
    content = root / "content"
    content.mkdir()
    for name, picture in (("a.png", png()), ("b.png", png(20, 20))):
        (content / name).write_bytes(picture)
    for name, (dates, body) in ARTICLES.items():
        (content / f"{name}.md").write_text(f"---\ntitle: {json.dumps(TITLES[name])}\n{dates}\n---\n\n{body}\n")
    letter = config.load(None, (*PLACE, *settings), root, search=False)
    publish.build(letter, now=NOW, period=periods.parse(WEEK, letter.timezone), jobs=1)
    return letter


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Config:
    return built(tmp_path_factory.mktemp("parity"))


@pytest.fixture
def letter(pristine: Config, tmp_path: Path) -> Config:
    """Take a copy that may be tampered with."""
    shutil.copytree(pristine.out, tmp_path / "out")
    return replace(pristine, out=tmp_path / "out")


def found(letter: Config) -> list[tuple[str, str]]:
    """Look at the newest issue; name files and rules."""
    [mail] = digests.newest(letter.out)
    assert isinstance(mail, Mail)
    feeds = {name: (letter.out / name).read_bytes() for name in entries.READERS if (letter.out / name).exists()}
    return [(one.path.relative_to(letter.out).as_posix(), one.rule.id) for one in parity.check(letter, mail, feeds)]


def tamper(letter: Config, name: str, before: str, after: str) -> None:
    """Change every place where a file says something."""
    path = letter.out / name
    text = path.read_text()
    assert before in text, name
    path.write_text(text.replace(before, after))


def change_items(letter: Config, change: Callable[[list[dict[str, object]]], None]) -> None:
    """Change the items of the JSON Feed."""
    path = letter.out / "feed.json"
    document = json.loads(path.read_text())
    change(document["items"])
    path.write_text(json.dumps(document))


def test_all_forms_of_an_issue_just_built_agree(letter: Config) -> None:
    assert found(letter) == []


@pytest.mark.parametrize(
    "settings",
    [
        ("digest.articles=excerpt", "digest.images=embed"),
        ("digest.articles=title", "feeds.content=summary"),
        ("digest.lead=title", "digest.articles=title", "feeds.limit=2"),
        ("digest.service=listmonk", "digest.unsubscribe=", "digest.address=Here"),
        ("digest.service=mailchimp", "digest.unsubscribe=", "digest.address=Here", "feeds.archive=true"),
    ],
)
def test_forms_agree_however_they_are_configured(settings: tuple[str, ...], tmp_path: Path) -> None:
    assert found(built(tmp_path, *settings)) == []


def test_an_editor_may_arrange_the_issue_otherwise_than_the_feeds(tmp_path: Path) -> None:
    letter = built(tmp_path)
    (letter.content / "_issues").mkdir()
    (letter.content / f"_issues/{WEEK}.md").write_text("---\nlead: third.md\n---\nA note.\n")
    publish.build(letter, now=NOW, period=periods.parse(WEEK, letter.timezone), jobs=1)
    assert next(one["title"] for one in json.loads((letter.out / MANIFEST).read_text())["articles"]) == "Third"
    assert found(letter) == []


def test_articles_that_the_mail_only_counts_are_not_missed_there(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    for at in range(120):
        (tmp_path / f"content/{at}.md").write_text(f"---\ntitle: Number {at}\ndate: 2026-03-04T10:{at // 2}:00Z\n---\nText.\n")
    letter = config.load(None, (*PLACE, "digest.overhead=65536"), tmp_path, search=False)
    publish.build(letter, now=NOW, period=periods.parse(WEEK, letter.timezone), jobs=1)
    assert {one["form"] for one in json.loads((letter.out / MANIFEST).read_text())["articles"]} >= {"counted", "title"}
    assert found(letter) == []


@pytest.mark.parametrize(
    ("name", "before", "after", "rule"),
    [
        (PAGE, 'data-id="tag:letter.example,2026-03-03:third"', 'data-id="tag:letter.example,2026-03-03:x"', "articles"),
        (HTML, 'data-id="tag:letter.example,2026-03-03:third"', "", "articles"),
        (HTML, "2026-03-03:third", "2026-03-03:second", "articles"),
        ("rss.xml", "2026-03-03:third", "2026-03-03:other", "articles"),
        ("atom.xml", "2026-03-03:third", "2026-03-03:other", "articles"),
        ("feed.json", "2026-03-03:third", "2026-03-03:other", "articles"),
        (PAGE, ">Third<", ">Fourth<", "titles"),
        (HTML, ">Third<", ">Fourth<", "titles"),
        (TEXT, "Third", "Fourth", "titles"),
        (TEXT, "\nThird\n", "\nThird thing\n", "links"),
        (TEXT, "\nThird\n", "\nThe Third\n", "links"),
        ("rss.xml", "<title>Third<", "<title>Fourth<", "titles"),
        ("atom.xml", "<title>Third<", "<title>Fourth<", "titles"),
        ("feed.json", '"Third"', '"Fourth"', "titles"),
        (PAGE, '<a href="https://letter.example/articles/third/"', '<a href="/articles/third/"', "links"),
        (HTML, "articles/third/", "articles/fourth/", "links"),
        (TEXT, "articles/third/", "articles/fourth/", "links"),
        ("rss.xml", "<link>https://letter.example/articles/third/", "<link>https://letter.example/x/", "links"),
        ("atom.xml", "articles/third/", "articles/fourth/", "links"),
        ("feed.json", "articles/third/", "articles/fourth/", "links"),
        (HTML, "5 March 2026", "6 March 2026", "dates"),
        (TEXT, "5 March 2026", "6 March 2026", "dates"),
        (TEXT, "5 March 2026", "15 March 2026", "dates"),
        (HTML, "5 March 2026", "15 March 2026", "dates"),
        ("rss.xml", "Thu, 05 Mar 2026 07:30:00", "Thu, 05 Mar 2026 07:30:01", "dates"),
        ("atom.xml", "<published>2026-03-05T07:30:00", "<published>2026-03-05T07:30:01", "dates"),
        ("feed.json", '_published": "2026-03-05T07:30:00', '_published": "2026-03-05T07:30:01', "dates"),
        ("feed.json", '_modified": "2026-03-07T', '_modified": "2026-03-08T', "dates"),
        (HTML, 'alt="A tree"', 'alt="A bush"', "alts"),
        (HTML, 'alt="A tree"', "", "alts"),
        ("rss.xml", "A tree", "A bush", "alts"),
        ("atom.xml", "A tree", "A bush", "alts"),
        ("feed.json", "A tree", "A bush", "alts"),
    ],
)
def test_a_form_that_says_otherwise_is_complained_about(name: str, before: str, after: str, rule: str, letter: Config) -> None:
    tamper(letter, name, before, after)
    complaints = found(letter)
    assert (name, f"parity-{rule}") in complaints
    if name not in {PAGE, "rss.xml"} or rule != "articles":
        assert {path for path, _ in complaints if path.endswith((".html", ".txt"))} <= {name}


def test_a_page_that_is_dated_otherwise_contradicts_all_feeds_and_the_mail(letter: Config) -> None:
    tamper(
        letter, PAGE, '<time datetime="2026-03-05T08:30:00+01:00">5 March', '<time datetime="2026-03-04T08:30:00+01:00">4 March'
    )
    assert found(letter) == [(name, "parity-dates") for name in (HTML, TEXT, *FEEDS)]


def test_a_page_without_sound_dates_leaves_the_feeds_to_agree_among_themselves(letter: Config) -> None:
    tamper(letter, PAGE, 'datetime="', 'datetime="x')
    assert found(letter) == []
    tamper(letter, "feed.json", '_modified": "2026-03-07T', '_modified": "2026-03-08T')
    assert found(letter) == [("feed.json", "parity-dates")]


def test_another_order_is_complained_about_in_every_form(letter: Config) -> None:
    def turn(items: list[dict[str, object]]) -> None:
        items[0], items[1] = items[1], items[0]

    change_items(letter, turn)
    assert set(found(letter)) == {("feed.json", "parity-order")}


def test_articles_of_one_day_stand_in_one_order_in_all_feeds(letter: Config) -> None:
    def turn(items: list[dict[str, object]]) -> None:
        items[1], items[2] = items[2], items[1]

    change_items(letter, turn)
    assert found(letter) == [("feed.json", "parity-order")]


def test_an_order_of_the_manifest_that_no_form_has_is_complained_about(letter: Config) -> None:
    path = letter.out / MANIFEST
    content = json.loads(path.read_text())
    content["articles"].reverse()
    path.write_text(json.dumps(content))
    assert set(found(letter)) == {(name, "parity-order") for name in (PAGE, HTML, TEXT)}


def test_an_article_that_the_text_leaves_out_is_complained_about(letter: Config) -> None:
    tamper(letter, TEXT, "Third", "Fourth")
    tamper(letter, TEXT, "articles/third/", "articles/fourth/")
    assert found(letter) == [(TEXT, "parity-articles")]


def test_an_article_that_no_feed_holds_any_more_is_not_missed(letter: Config) -> None:
    for name in FEEDS:
        tamper(letter, name, "2026-03-03:third", "2026-03-03:other")
    assert found(letter) == []


def test_a_heading_without_a_link_or_a_story_without_a_heading_is_complained_about(letter: Config) -> None:
    tamper(letter, PAGE, '<a href="https://letter.example/articles/third/">Third</a>', "Third")
    assert found(letter) == [(PAGE, "parity-links")]
    tamper(letter, PAGE, '<h2 class="title">Third</h2>', "")
    assert found(letter) == [(PAGE, "parity-titles"), (PAGE, "parity-links")]


def test_a_relative_permalink_is_complained_about_even_if_all_say_the_same(letter: Config) -> None:
    for name in (PAGE, HTML, TEXT, MANIFEST, *FEEDS):
        tamper(letter, name, "https://letter.example/articles/third/", "/articles/third/")
    assert set(found(letter)) == {(MANIFEST, "parity-links")}


@pytest.mark.parametrize("name", [PAGE, TEXT])
def test_a_form_that_is_gone_is_complained_about(name: str, letter: Config) -> None:
    (letter.out / name).unlink()
    assert found(letter) == [(name, "parity-readable")]
    (letter.out / name).mkdir()
    with pytest.raises(OutputError, match=r"cannot be read: Is a directory$"):
        found(letter)


@pytest.mark.parametrize("articles", [None, [{"id": "x"}], [{"id": "x", "title": "t", "url": "u", "form": "whole"}]])
def test_a_manifest_without_a_sound_list_of_articles_is_complained_about(articles: object, letter: Config) -> None:
    path = letter.out / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), "articles": articles}))
    assert found(letter) == [(MANIFEST, "parity-readable")]


def test_feeds_that_cannot_be_read_are_left_to_the_rules_about_feeds(letter: Config) -> None:
    (letter.out / "atom.xml").write_text("<feed>")
    (letter.out / "rss.xml").unlink()
    assert found(letter) == []
    (letter.out / "feed.json").unlink()
    assert found(letter) == []


def test_the_proof_is_part_of_a_check(tmp_path: Path) -> None:
    letter = built(tmp_path)
    tamper(letter, HTML, ">Third<", ">Fourth<")
    rules = [one.rule.id for one in checks.run(letter, now=NOW, jobs=1).findings if one.rule.severity is checks.Severity.ERROR]
    assert rules == ["parity-titles"]


def test_a_real_blogs_issue_agrees_in_all_forms(tmp_path: Path) -> None:
    content = SHARED / "corpora/pypi-blog/files"
    if not content.is_dir():
        pytest.skip("the corpora are not here")
    letter = config.load(None, (*PLACE, f"content={content}"), tmp_path, search=False)
    report = publish.build(
        letter, now=datetime(2023, 6, 10, tzinfo=UTC), period=periods.parse("2023-05", letter.timezone), jobs=1
    )
    assert report.issue is not None
    assert found(letter) == []
