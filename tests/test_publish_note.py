"""The editor's note, from its file to the issue."""

import json
from pathlib import Path

import pytest

from newsletter.config import Config
from newsletter.errors import NewsletterError
from tests.factories import make_config
from tests.real import tree
from tests.test_publish import article, run

ISSUE = "issues/2026-03"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = make_config(tmp_path)
    for day, name in enumerate(("one", "two", "three"), 2):
        article(config, f"{name}.md", f"Text of {name}.", date=f"2026-03-{day:02}T10:00:00Z")
    return config


def note(config: Config, text: str, name: str = "2026-03.md") -> None:
    (config.content / "_issues").mkdir(exist_ok=True)
    (config.content / "_issues" / name).write_text(text)


def titles(config: Config) -> list[str]:
    manifest = json.loads(tree(config.out)[f"{ISSUE}/issue.json"])
    return [entry["title"] for entry in manifest["articles"]]


def test_the_note_chooses_and_orders_the_articles_of_its_issue_and_the_feeds_keep_them_all(config: Config) -> None:
    (config.content / "picture.png").write_bytes(b"\x89PNG")
    note(
        config,
        "---\nsubject: '{lead} from {title}'\npreheader: Look\nlead: one\nexclude: [two.md]\npinned: three\n---\n"
        "Dear *readers*, see [this](../three.md).\n\n![p](../picture.png)\n",
    )
    report = run(config)
    assert report.problems == ()
    assert report.issue is not None
    assert (report.issue.subject, report.issue.preheader, titles(config)) == (
        "One from The Test Letter",
        "Look",
        ["One", "Three"],
    )
    made = tree(config.out)
    for name in ("email.html", "index.html"):
        assert b"readers</em>" in made[f"{ISSUE}/{name}"]
        assert b'href="https://letter.example/articles/three/"' in made[f"{ISSUE}/{name}"]
    assert b"Dear _readers_, see this [1]." in made[f"{ISSUE}/email.txt"]
    assert made["assets/picture.png"] == b"\x89PNG"
    assert b"articles/two/" in made["rss.xml"]
    assert b"_issues" not in made["rss.xml"]
    assert report.entries == 3


@pytest.mark.parametrize(
    "text", ["---\nexclude: [tow]\n---\n", "---\nzzz: x\n---\n", "<div>" * 20_000], ids=["unknown", "key", "body"]
)
def test_a_note_that_is_wrong_holds_back_its_issue_alone(config: Config, text: str) -> None:
    run(config)
    before = tree(config.out)
    note(config, text)
    report = run(config)
    assert [problem.path for problem in report.problems] == ["_issues/2026-03.md"]
    assert (report.issue, report.entries) == (None, 3)
    after = tree(config.out)
    assert {name: after[name] for name in before if ISSUE in name} == {name: before[name] for name in before if ISSUE in name}
    with pytest.raises(NewsletterError, match=r"_issues/2026-03\.md"):
        run(config, strict=True)


def test_a_stray_note_is_told_about_and_holds_nothing_back(config: Config) -> None:
    note(config, "x", "soon.md")
    note(config, "x", "2026-W10.md")
    report = run(config)
    assert [problem.path for problem in report.problems] == ["_issues/soon.md"]
    assert report.issue is not None
    assert all(remark.path != "_issues/2026-W10.md" for remark in report.remarks)


def test_articles_of_other_periods_and_what_the_mail_cuts_are_remarked_on(config: Config) -> None:
    article(config, "old.md", "Old.", date="2026-01-02")
    article(config, "long.md", "A sentence of some length.\n\n" * 8_000, date="2026-03-09")
    note(config, "---\norder: [old, two]\n---\n")
    report = run(config)
    said = [str(remark) for remark in report.remarks]
    assert "_issues/2026-03.md:2: order: old.md is not in this issue" in said
    assert [line for line in said if line.startswith("long.md: in the digest as an excerpt: ")]
    assert titles(config) == ["Two", "Long", "Three", "One"]
