"""Inlining: the style sheet of a mail into its elements."""

import pytest

from newsletter.config import Config
from newsletter.design.theme import themed
from newsletter.emitters.digest import web_view
from newsletter.mail import manifest, places, stories
from newsletter.mail.inline import inline
from newsletter.mail.layout import lay_out
from newsletter.mail.merging import Merging
from newsletter.model import Edition
from newsletter.templating import Templates
from tests.benchmarks.components import Benchmark


@pytest.fixture
def page(config: Config, edition: Edition) -> str:
    """Write the mail with all its articles in full, larger than any that is sent."""
    issue = edition.issue
    assert issue is not None
    return Templates(config.templates).render(
        "email.html.j2",
        config=config,
        edition=manifest.mailed(edition),
        issue=issue,
        theme=themed(config),
        **Merging(config.digest, "").values(web_view(config, edition, issue.key)),
        layout=lay_out(issue),
    )


def test_inlining_a_digest(benchmark: Benchmark, page: str) -> None:
    """Inline it as a process does that has nothing in mind."""

    def anew() -> str:
        places._in_mind.clear()  # noqa: SLF001 - what a process has in mind
        return inline(page)

    assert benchmark(anew).count(" style=") > 100


def test_inlining_new_articles_made_of_the_same(benchmark: Benchmark, page: str) -> None:
    """Inline it where every place is known and no story."""
    inline(stories.unmarked(page))
    assert benchmark(inline, stories.unmarked(page)).count(" style=") > 100


def test_inlining_known_articles(benchmark: Benchmark, page: str) -> None:
    """Inline it where every story is known."""
    assert benchmark(inline, page).count(" style=") > 100
