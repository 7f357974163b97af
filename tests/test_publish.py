import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from newsletter import periods
from newsletter.config import Config, Feeds
from newsletter.errors import LedgerError, NewsletterError, OutputError
from newsletter.ledger import open_ledger
from newsletter.model import Status
from newsletter.publish import Report, build
from tests.factories import make_config
from tests.real import tree

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def article(config: Config, name: str, body: str = "Some text.", **fields: str) -> Path:
    """Write an article of March 2026."""
    path = config.content / name
    path.parent.mkdir(parents=True, exist_ok=True)
    front = {"title": path.stem.capitalize(), "date": "2026-03-02T10:00:00Z", **fields}
    path.write_text("---\n" + "".join(f"{key}: {value}\n" for key, value in front.items()) + f"---\n{body}\n", encoding="utf-8")
    return path


def run(config: Config, *, period: str = "2026-03", now: datetime = NOW, jobs: int = 1, strict: bool = False) -> Report:
    return build(config, now=now, period=periods.parse(period, config.timezone), jobs=jobs, strict=strict)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return make_config(tmp_path)


def test_build_writes_feeds_digest_and_pages(config: Config) -> None:
    article(config, "first.md")
    report = run(config)
    assert report.written[-4:] == ("atom.xml", "feed.json", "feeds.opml", "rss.xml")
    assert set(tree(config.out)) == {
        *(".newsletter.json", "index.html", "rss.xml", "atom.xml", "feed.json", "articles/first/index.html"),
        *("feed.css", "feeds.opml"),
        *(f"issues/2026-03/{name}" for name in ("index.html", "email.html", "email.txt", "email.eml", "issue.json")),
    }
    assert (report.entries, report.problems, report.removed) == (1, (), ())
    assert report.issue is not None
    assert report.issue.key == "2026-03"


def test_a_period_without_articles_has_no_digest_but_feeds(config: Config) -> None:
    article(config, "first.md")
    report = run(config, period="2026-02")
    assert report.issue is None
    assert report.newest is not None
    assert "rss.xml" in tree(config.out)
    assert not (config.out / "issues").exists()


def test_one_bad_article_holds_back_itself_alone(config: Config) -> None:
    article(config, "good.md")
    article(config, "bad.md", date="tomorow")
    report = run(config)
    assert report.entries == 1
    assert [str(problem)[:14] for problem in report.problems] == ["bad.md:3: date"]
    assert {found.path: found.status for found in report.found} == {"bad.md": Status.ERROR, "good.md": Status.PUBLISHED}


def test_an_article_that_cannot_be_rendered_is_held_back_and_listed_as_an_error(config: Config) -> None:
    article(config, "good.md")
    article(config, "deep.md", "<div>" * 20_000 + "text")
    report = run(config)
    assert report.entries == 1
    assert [problem.path for problem in report.problems] == ["deep.md"]
    [deep] = [found for found in report.found if found.path == "deep.md"]
    assert deep.status is Status.ERROR
    assert deep.reason == report.problems[0].message


@pytest.mark.parametrize("trap", [{"date": "tomorow"}, {"body": "<div>" * 20_000}], ids=["reading", "rendering"])
def test_strict_publishes_nothing_for_any_problem(config: Config, trap: dict[str, str]) -> None:
    article(config, "good.md")
    article(config, "bad.md", **trap)
    with pytest.raises(NewsletterError, match=r"(?s)bad\.md.*strict"):
        run(config, strict=True)
    assert not config.out.exists()


def test_a_build_in_which_every_article_is_bad_changes_nothing(config: Config) -> None:
    path = article(config, "first.md")
    run(config)
    before = tree(config.out)
    path.write_text("---\ntitle: First\ndate: tomorow\n---\n")
    with pytest.raises(NewsletterError, match=r"(?s)first\.md:3: date.*nothing was changed"):
        run(config)
    assert tree(config.out) == before


def test_a_build_that_would_empty_a_feed_changes_nothing(config: Config) -> None:
    article(config, "first.md")
    run(config)
    before = tree(config.out)
    article(config, "first.md", draft="true")
    with pytest.raises(NewsletterError, match="would have none"):
        run(config)
    assert tree(config.out) == before


def test_a_content_folder_without_articles_is_an_error(config: Config) -> None:
    config.content.mkdir()
    with pytest.raises(NewsletterError, match="no articles here"):
        run(config)
    assert not config.out.exists()


def test_a_new_publication_with_nothing_but_drafts_writes_nothing_and_is_fine(config: Config) -> None:
    article(config, "first.md", draft="true")
    report = run(config)
    assert (report.written, report.entries, report.newest) == ((), 0, None)


def test_feeds_hold_the_newest_articles_newest_first(config: Config) -> None:
    for day in range(1, 10):
        article(config, f"a{day}.md", date=f"2026-03-0{day}")
    report = run(replace(config, feeds=Feeds(limit=3)))
    assert report.entries == 3
    feed = (config.out / "rss.xml").read_text()
    assert feed.index("A9") < feed.index("A8") < feed.index("A7")
    assert "A6" not in feed


def test_feeds_leave_out_what_is_older_than_the_bound(config: Config) -> None:
    article(config, "old.md", date="2026-03-01")
    article(config, "new.md", date="2026-03-30")
    report = run(replace(config, feeds=Feeds(max_age=10)))
    assert report.entries == 1
    assert "articles/old/index.html" in tree(config.out)


def test_pages_of_retracted_articles_go_but_past_issues_stay(config: Config) -> None:
    article(config, "first.md", date="2026-02-02")
    path = article(config, "second.md")
    run(config, period="2026-02")
    run(config)
    path.unlink()
    report = run(config)
    assert report.removed == ("articles/second/index.html",)
    assert "issues/2026-03/email.html" in tree(config.out)
    assert "2026-03" in (config.out / "index.html").read_text()


def test_a_problem_keeps_the_page_of_the_article_that_it_holds_back(config: Config) -> None:
    article(config, "first.md")
    article(config, "second.md")
    run(config)
    article(config, "second.md", date="tomorow")
    assert run(config).removed == ()
    assert "articles/second/index.html" in tree(config.out)


def test_the_index_lists_the_issues_so_far_newest_first(config: Config) -> None:
    article(config, "first.md", date="2026-02-02")
    article(config, "second.md", date="2026-03-02")
    run(config, period="2026-02")
    run(config, period="2026-03")
    index = (config.out / "index.html").read_text()
    assert 0 < index.index("issues/2026-03/") < index.index("issues/2026-02/")
    run(config, period="2026-02")
    assert (config.out / "index.html").read_text() == index


def test_an_issue_taken_out_of_the_archive_by_hand_leaves_the_index(config: Config) -> None:
    article(config, "first.md", date="2026-02-02")
    run(config, period="2026-02")
    (config.out / "issues/2026-02/issue.json").unlink()
    run(config)
    assert "issues/2026-02/" not in (config.out / "index.html").read_text()


def test_a_damaged_manifest_of_a_past_issue_stops_the_build(config: Config) -> None:
    article(config, "first.md", date="2026-02-02")
    run(config, period="2026-02")
    (config.out / "issues/2026-02/issue.json").write_text("{}")
    with pytest.raises(OutputError, match=r"issue\.json: damaged"):
        run(config)


def test_local_images_are_copied_beside_the_pages(config: Config) -> None:
    article(config, "first.md", "![A dot](images/dot.png)")
    (config.content / "images").mkdir()
    (config.content / "images/dot.png").write_bytes(b"\x89PNG dot")
    run(config)
    assert (config.out / "assets/images/dot.png").read_bytes() == b"\x89PNG dot"
    assert "https://letter.example/assets/images/dot.png" in (config.out / "rss.xml").read_text()


def test_any_number_of_jobs_gives_the_same_bytes(tmp_path: Path) -> None:
    trees = []
    for jobs in (1, 4):
        config = make_config(tmp_path / str(jobs))
        for number in range(40):
            article(config, f"a{number}.md", f"Text[^1] **{number}**\n\n[^1]: note", date=f"2026-03-{number % 28 + 1:02}")
        article(config, "deep.md", "<div>" * 20_000)
        report = run(config, jobs=jobs)
        assert report.entries == 40
        assert [problem.path for problem in report.problems] == ["deep.md"]
        trees.append(tree(config.out))
    assert trees[0] == trees[1]


def test_future_articles_wait_for_their_time(config: Config) -> None:
    article(config, "first.md")
    article(config, "later.md", date="2026-04-02")
    assert run(config).entries == 1
    assert run(config, now=NOW + timedelta(days=2)).entries == 2


def test_local_enclosures_are_copied_and_have_their_true_length(config: Config) -> None:
    article(config, "sound/first.md", audio="a b.mp3")
    article(config, "second.md", audio="{url: 'https://cdn.example/c.mp3', length: 77}")
    (config.content / "sound/a b.mp3").write_bytes(bytes(1234))
    assert run(config).problems == ()
    assert (config.out / "assets/sound/a b.mp3").stat().st_size == 1234
    items = json.loads((config.out / "feed.json").read_bytes())["items"]
    assert [(one["url"], one["size_in_bytes"]) for item in items for one in item["attachments"]] == [
        ("https://cdn.example/c.mp3", 77),
        ("https://letter.example/assets/sound/a%20b.mp3", 1234),
    ]


def test_renaming_retitling_and_reslugging_a_published_article_keeps_its_id(config: Config) -> None:
    path = article(config, "first.md", "A text of its own.")
    article(config, "second.md", "Another text.", date="2026-03-03")
    run(config)
    ids = published_ids(config)
    path.rename(config.content / "renamed.md")
    run(config)
    assert published_ids(config) == ids
    article(config, "renamed.md", "A text of its own.", title="Another title", slug="moved")
    run(config)
    assert published_ids(config) == ids
    moved = replace(config, url="https://elsewhere.example/", authority="elsewhere.example")
    run(moved)
    assert published_ids(config) == ids


def test_a_published_date_never_moves(config: Config) -> None:
    article(config, "first.md", "A text of its own.")
    run(config)
    before = json.loads((config.out / "feed.json").read_bytes())["items"][0]["date_published"]
    article(config, "first.md", "A text of its own.", date="2026-03-20")
    report = run(config)
    assert json.loads((config.out / "feed.json").read_bytes())["items"][0]["date_published"] == before
    assert report.remarks


def test_an_out_folder_whose_ledger_is_gone_is_not_taken_for_a_new_one(config: Config) -> None:
    article(config, "first.md")
    run(config)
    Path(config.ledger).unlink()
    before = tree(config.out)
    with pytest.raises(LedgerError, match="the ledger is missing"):
        run(config)
    assert tree(config.out) == before


def published_ids(config: Config) -> list[str]:
    return [item["id"] for item in json.loads((config.out / "feed.json").read_bytes())["items"]]


def test_an_article_too_old_for_the_feeds_is_recorded_all_the_same(config: Config) -> None:
    config = replace(config, permalink="https://letter.example/{slug}/", feeds=Feeds(limit=1, tags=0, authors=0))
    for day in (1, 2):
        article(config, f"a{day}.md", f"Text {day}.", date=f"2026-03-0{day}")
    run(config, period="2026-02")
    with open_ledger(config.ledger) as ledger:
        assert [known.path for known in ledger.known()] == ["a1.md", "a2.md"]


def test_feeds_that_would_be_empty_are_neither_written_nor_announced(config: Config) -> None:
    article(config, "good.md")
    article(config, "deep.md", "<div>" * 20_000, tags="[lonely]")
    config = replace(config, feeds=Feeds(tags=1))
    assert run(config).entries == 1
    assert not (config.out / "tags").exists()
    assert "lonely" not in (config.out / "index.html").read_text() + (config.out / "feeds.opml").read_text()


def test_a_local_enclosure_of_an_article_with_a_site_of_its_own_has_its_true_length(config: Config) -> None:
    article(config, "sound/first.md", audio="a%20b.mp3")
    (config.content / "sound/a b.mp3").write_bytes(bytes(1234))
    run(replace(config, permalink="https://letter.example/{folder}/{slug}/"))
    [item] = json.loads((config.out / "feed.json").read_bytes())["items"]
    assert item["attachments"][0]["size_in_bytes"] == 1234
    assert not (config.out / "assets").exists()
