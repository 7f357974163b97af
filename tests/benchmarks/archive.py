"""A generated archive: 900-word articles with headings, links, lists and code over ten years of dates. The same each time."""

from datetime import date, timedelta
from pathlib import Path
from random import Random

WORDS = (
    *("feed", "reader", "letter", "issue", "article", "editor", "archive", "entry", "period"),
    *("mail", "link", "folder", "summary", "author", "title", "week", "month"),
)
DAYS = 3650


def write(folder: Path, count: int) -> None:
    """Write that many articles, the newest dated 2026-10-31."""
    folder.mkdir(parents=True)
    for number in range(count):
        write_one(folder, number, date(2026, 10, 31) - timedelta(days=number * DAYS // count))


def write_one(folder: Path, number: int, day: date) -> None:
    """Write one article."""
    random = Random(number)  # noqa: S311 - text, not secrets
    parts = [f"---\ntitle: Article {number}\ndate: {day}\ntags: [{random.choice(WORDS)}]\n---\n"]
    for section in range(6):
        parts.append(f"## Section {section}\n")
        parts += (_paragraph(random) for _ in range(3))
        parts.append("".join(f"- {_words(random, 6)}\n" for _ in range(4)))
    parts.append("```python\ndef answer() -> int:\n    return 42\n```\n")
    (folder / f"article-{number:06}.md").write_text("\n".join(parts), encoding="utf-8")


def _paragraph(random: Random) -> str:
    return f"{_words(random, 20)} [{_words(random, 2)}](https://example.org/{random.randrange(1000)}) {_words(random, 18)}.\n"


def _words(random: Random, count: int) -> str:
    return " ".join(random.choices(WORDS, k=count))
