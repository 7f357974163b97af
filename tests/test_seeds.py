"""The two documents that the program was asked for, as they are: one has front matter, one has none."""

import email
import email.policy
import html
import json
import shutil
from pathlib import Path

import feedparser
import pytest
from lxml.html import document_fromstring

from tests.real import newsletter, shared, text_of, tree

BASE = ("--set", "title=Seeds", "--set", "url=https://seeds.example/", "--now", "2025-02-01T00:00:00Z")
PERIOD = ("--from", "2024-12-01", "--to", "2025-01-31")
TITLE = "Generative AI reflections for 2024"
DESCRIPTION = (
    "Look back at some of the major themes in 2024 and the influence generative AI brought, "
    "and the challenges generative AI faced."
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "content").mkdir()
    for seed in shared("seeds").glob("*.txt"):
        shutil.copy(seed, tmp_path / "content" / f"{seed.stem}.md")
        (tmp_path / "content" / f"{seed.stem}.md").chmod(0o644)
    return tmp_path


def test_the_first_is_published_whole_and_the_second_reported_as_having_no_date(folder: Path) -> None:
    answer = newsletter("build", *BASE, *PERIOD, cwd=folder)
    assert answer.returncode == 3
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == 1
    assert "001_b3ad87739f509b04.md" in answer.stderr
    assert "date" in answer.stderr
    files = tree(folder / "out")
    for name in ("rss.xml", "atom.xml"):
        feed = feedparser.parse(files[name])
        assert not feed.bozo
        [entry] = feed.entries
        assert entry.title == TITLE
        assert entry.published_parsed[:6] == (2024, 12, 16, 2, 13, 4)
        assert entry.author == "James Malcolm"
        assert entry.summary == DESCRIPTION
        assert [tag.term for tag in entry.tags] == ["data", "llms", "generative", "ai"]
    [item] = json.loads(files["feed.json"])["items"]
    assert item["title"] == TITLE
    assert item["date_published"] == "2024-12-16T02:13:04+00:00"
    assert item["authors"] == [{"name": "James Malcolm"}]
    assert item["summary"] == DESCRIPTION
    assert item["tags"] == ["data", "llms", "generative", "ai"]
    [mail] = [body for name, body in files.items() if name.endswith(".eml")]
    message = email.message_from_bytes(mail, policy=email.policy.default)
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        text = " ".join(html.unescape(part.get_content()).split())
        for wanted in (TITLE, "James Malcolm", "16 December 2024", "The Premium Era of LLMs", "Qwen"):
            assert wanted in text


def test_after_adopt_both_are_published_and_the_second_reads_well(folder: Path) -> None:
    second = "content/001_b3ad87739f509b04.md"
    before = (folder / second).read_bytes()
    answer = newsletter("adopt", *BASE, "--date", "2025-01-08", second, cwd=folder)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert (folder / second).read_bytes().endswith(before)
    answer = newsletter("build", *BASE, *PERIOD, cwd=folder)
    assert (answer.returncode, answer.stderr) == (0, "")
    files = tree(folder / "out")
    items = json.loads(files["feed.json"])["items"]
    assert [item["date_published"][:10] for item in items] == ["2025-01-08", "2024-12-16"]
    body = document_fromstring(items[0]["content_html"])
    headings = [text_of(heading) for heading in body.iter("h3")]
    assert headings[-3:] == [
        "AI Tools: Process Optimization",
        "AI Applications: From Experimentation to Mass Adoption",
        "The Future of AI: Challenges and Opportunities",
    ]
    paragraphs = [text_of(paragraph) for paragraph in body.iter("p")]
    assert len(paragraphs) == 11
    assert paragraphs[-1].startswith("P.S.")
