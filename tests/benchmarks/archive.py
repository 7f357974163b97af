"""A generated archive: 900-word articles with headings, links, lists and code over ten years of dates. The same each time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

WORDS = (
    *("feed", "reader", "letter", "issue", "article", "editor", "archive", "entry", "period"),
    *("mail", "link", "folder", "summary", "author", "title", "week", "month"),
)
DAYS = 3650
NEWEST = datetime(2026, 10, 31, 12, tzinfo=UTC)
#: When the article that is added was published, and the end of the digest's period, which therefore takes it in.
ADDED = NEWEST + timedelta(hours=6)
END = NEWEST + timedelta(hours=12)
#: How many of the newest articles are in the digest.
DIGEST = 20
#: What is added to the article that is edited.
EDIT = "This sentence came later."


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A folder of so many articles, numbered from the newest on, and the changes that are made to it."""

    folder: Path
    count: int

    @property
    def start(self) -> datetime:
        """When the digest's period begins: it holds the newest 20."""
        return self.published(min(DIGEST, self.count) - 1)

    @property
    def edited(self) -> int:
        """Which article is edited: one that the feeds and the digest hold."""
        return min(10, self.count // 2)

    def published(self, number: int) -> datetime:
        """When an article was published; the one that is added has the number after the last."""
        return ADDED if number == self.count else NEWEST - timedelta(days=DAYS) * number / self.count

    def write(self) -> None:
        """Write the archive as it is before anything changes."""
        self.folder.mkdir(parents=True)
        for number in range(self.count):
            self._write(number)

    def add(self) -> None:
        """Publish one more."""
        self._write(self.count)

    def edit(self) -> None:
        """Change one that is shown."""
        self._write(self.edited, f"\n{EDIT}\n")

    def restore(self) -> None:
        """Take the changes back."""
        self._path(self.count).unlink(missing_ok=True)
        self._write(self.edited)

    def _path(self, number: int) -> Path:
        return self.folder / f"article-{number:06}.md"

    def _write(self, number: int, more: str = "") -> None:
        date = self.published(number).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._path(number).write_text(article(number, date) + more, encoding="utf-8")


def article(number: int, date: str) -> str:
    """Return the text of an article."""
    random = Random(number)  # noqa: S311 - text, not secrets
    parts = [f"---\ntitle: Article {number}\ndate: {date}\ntags: [{random.choice(WORDS)}]\n---\n"]
    for section in range(6):
        parts.append(f"## Section {section}\n")
        parts += (_paragraph(random) for _ in range(3))
        parts.append("".join(f"- {_words(random, 6)}\n" for _ in range(4)))
    parts.append("```python\ndef answer() -> int:\n    return 42\n```\n")
    return "\n".join(parts)


def _paragraph(random: Random) -> str:
    return f"{_words(random, 20)} [{_words(random, 2)}](https://example.org/{random.randrange(1000)}) {_words(random, 18)}.\n"


def _words(random: Random, count: int) -> str:
    return " ".join(random.choices(WORDS, k=count))
