"""An archive that the benchmarks share, read and rendered."""

from collections.abc import Callable
from datetime import datetime
from importlib.util import find_spec

import pytest

from newsletter import collector
from newsletter.config import Config
from newsletter.config.feeds import Feeds
from newsletter.model import Edition, Period, Rendered
from newsletter.render import Site, render
from tests.benchmarks.archive import DIGEST, END, Archive
from tests.benchmarks.components import Given, Made
from tests.factories import make_config, make_edition, make_issue

#: Articles; the feeds hold the newest 50 of them.
COUNT = 200
ENTRIES = 50
NOW = END

if not find_spec("pytest_benchmark"):

    @pytest.fixture
    def benchmark() -> Callable[..., object]:
        """Call the function once, where nobody measures: that it runs at all can be told everywhere."""

        def call(function: Callable[Given, Made], /, *given: Given.args, **named: Given.kwargs) -> Made:
            return function(*given, **named)

        return call


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Write an archive and configure a publication of it whose articles live elsewhere."""
    root = tmp_path_factory.mktemp("bench")
    Archive(folder=root / "content", count=COUNT).write()
    return make_config(root, permalink="{slug}/", feeds=Feeds(tags=0, authors=0))


@pytest.fixture(scope="session")
def now() -> datetime:
    """Return an instant at which all of it is published."""
    return NOW


@pytest.fixture(scope="session")
def site(config: Config) -> Site:
    """Return what the renderer knows of the other articles."""
    return Site(config=config, permalinks={}, files=frozenset(), hosted=frozenset())


@pytest.fixture(scope="session")
def rendered(config: Config, site: Site, now: datetime) -> tuple[Rendered, ...]:
    """Render what the feeds hold, newest first."""
    newest = collector.select(collector.load(config).articles, now=now, limit=ENTRIES)
    return tuple(render(article, collector.body(config, article), site) for article in reversed(newest))


@pytest.fixture(scope="session")
def edition(rendered: tuple[Rendered, ...]) -> Edition:
    """Bind them: all in the feed, the newest 20 in the digest."""
    digest = rendered[:DIGEST]
    period = Period(start=digest[-1].article.published, end=NOW, key="2026-10")
    return make_edition(*rendered, pages=(), issue=make_issue(*digest, key=period.key, period=period))
