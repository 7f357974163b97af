"""Reading: front matter, a folder, the choice among its articles."""

from datetime import datetime

from newsletter import collector, frontmatter
from newsletter.config import Config
from tests.benchmarks.archive import article
from tests.benchmarks.components import Benchmark
from tests.benchmarks.components.conftest import COUNT


def test_front_matter(benchmark: Benchmark, config: Config) -> None:
    text = article(1, "2026-10-31T12:00:00Z")
    assert benchmark(frontmatter.parse, text, path="a.md", zone=config.timezone).title == "Article 1"


def test_loading_a_folder(benchmark: Benchmark, config: Config) -> None:
    assert len(benchmark(collector.load, config).articles) == COUNT


def test_selecting(benchmark: Benchmark, config: Config, now: datetime) -> None:
    articles = collector.load(config).articles
    assert len(benchmark(collector.select, articles, now=now)) == COUNT
