"""Rendering: one article, and the steps that take most of it."""

from newsletter.config import Config
from newsletter.model import Rendered
from newsletter.render import Site, clean, pipeline, tree
from newsletter.render.markdown import to_html
from newsletter.render.text import to_text
from tests.benchmarks.archive import article
from tests.benchmarks.components import Benchmark
from tests.factories import make_article

BODY = article(1, "2026-10-31T12:00:00Z").partition("\n---\n")[2]


def test_an_article(benchmark: Benchmark, site: Site) -> None:
    assert benchmark(pipeline.render, make_article(), BODY, site).words > 800


def test_markdown(benchmark: Benchmark) -> None:
    assert "<h2" in benchmark(to_html, make_article(), BODY, lambda *_: None)


def test_cleaning(benchmark: Benchmark) -> None:
    html = to_html(make_article(), BODY, lambda *_: None)
    assert "<h2" in benchmark(clean.first, html)


def test_plain_text(benchmark: Benchmark, config: Config, rendered: tuple[Rendered, ...]) -> None:
    root = tree.parse(rendered[0].html)
    assert "Section 5" in benchmark(to_text, root, config.url)
