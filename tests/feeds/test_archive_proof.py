"""The promise of feeds.archive, kept by real builds: all articles can be had at any time, and a closed page never changes.

The test takes a publication of 80 articles and adds 30; ``NEWSLETTER_PROOF=full`` takes 1,000 and adds
300, which takes a quarter of an hour.
"""

import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter import periods
from newsletter.config import Config, Feeds
from newsletter.feeds.channels import FORMATS
from newsletter.publish import build
from tests.emitters.archive_client import Article, rebuild
from tests.factories import make_config

FULL = os.environ.get("NEWSLETTER_PROOF") == "full"
FIRST, ADDED, SIZE = (1000, 300, 50) if FULL else (80, 30, 10)

SITE = "https://writer.example/letters/"
NAMES = ("Ada Byron", "Grace Hopper")
START = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Letters:
    """A publication on disk, with what its author knows of it."""

    config: Config
    #: By number: path relative to content/.
    paths: list[str] = field(default_factory=list)
    #: As the author dated them: by the day, and often several on one.
    days: list[datetime] = field(default_factory=list)

    def add(self, day: int) -> None:
        """Write the next article, dated so many days after the start."""
        number = len(self.paths)
        self.days.append(START + timedelta(days=day))
        self.paths.append(f"{number}.md")
        path = self.config.content / self.paths[-1]
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            f"---\ntitle: {title(number)}\nslug: letter-{number}\ndate: {self.days[-1]:%Y-%m-%d}\n"
            f"author: {NAMES[number % 2]}\ntags: [all, t{number % 7}]\n---\nThis is *number* {number}.\n"
        )

    def rename(self, number: int) -> None:
        """Move an article's file to another folder and name."""
        before = self.config.content / self.paths[number]
        self.paths[number] = f"moved/{len(self.paths)}/{before.name}"
        after = self.config.content / self.paths[number]
        after.parent.mkdir(parents=True)
        before.rename(after)

    def build(self) -> frozenset[str]:
        """Build, without a digest for there is no article in the period; return what was written."""
        period = periods.parse("2019-12", self.config.timezone)
        report = build(self.config, now=START + timedelta(days=3000), period=period, jobs=1)
        assert report.problems == ()
        return frozenset(report.written)

    def closed(self) -> dict[str, bytes]:
        """Read all archive pages there are."""
        return {f"archive/{path.name}": path.read_bytes() for path in (self.config.out / "archive").iterdir()}

    def as_read(self, feed: str) -> dict[str, Article]:
        """Rebuild everything from the feed at that path, as one who knows nothing but its address and the standards."""

        def fetch(url: str) -> bytes:
            return (self.config.out / url.removeprefix(self.config.url)).read_bytes()

        return rebuild(self.config.url + feed, fetch)

    def ids(self, feed: str) -> dict[int, str]:
        """Rebuild everything from that feed, compare it with what was written, and return the ids by number."""
        read = {article.url: article for article in self.as_read(feed).values()}
        assert read.keys() == {address(number) for number in range(len(self.paths))}
        for number, day in enumerate(self.days):
            article = read[address(number)]
            assert article == replace(
                article,
                title=title(number),
                published=day,
                content=f"<p>This is <em>number</em> {number}.</p>",
                authors=(NAMES[number % 2],),
                tags=("all", f"t{number % 7}"),
            )
        return {number: read[address(number)].id for number in range(len(self.paths))}


def title(number: int) -> str:
    return f"Letter {number} & more"


def address(number: int) -> str:
    return f"{SITE}letter-{number}/"


@pytest.fixture
def letters(tmp_path: Path) -> Letters:
    """Publish the first articles, two a day; the pages are on the author's own site."""
    feeds = Feeds(archive=True, archive_size=SIZE, limit=SIZE // 2, tags=0, authors=0)
    letters = Letters(make_config(tmp_path, permalink=f"{SITE}{{slug}}/", feeds=feeds))
    for number in range(FIRST):
        letters.add(number // 2)
    letters.build()
    return letters


def test_all_articles_are_in_the_archive_of_each_format_and_no_closed_page_changes_with_a_build_for_each_new_one(
    letters: Letters,
) -> None:
    closed = letters.closed()
    ids = letters.ids(FORMATS[0].file)
    assert all(letters.ids(form.file) == ids for form in FORMATS)
    for number in range(FIRST, FIRST + ADDED):
        # of three, one is dated on a day that is archived already, and one on a day before everything
        letters.add((number // 2, number * 37 % FIRST // 2, -number)[number % 3])
        if number % 5 == 0:
            letters.rename(number * 7 % FIRST)
        written = letters.build()
        now = letters.closed()
        assert {path: now.get(path) for path in closed} == closed
        assert not written & closed.keys()
        assert len(now) == len(FORMATS) * (len(letters.paths) // SIZE)
        closed = now
        found = letters.ids(FORMATS[number % 3].file)
        assert {one: found[one] for one in ids} == ids
        ids = found
    assert all(letters.ids(form.file) == ids for form in FORMATS)
