"""The index's renderings: with them the same comes out as without, and only what changed is rendered."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter import collector, periods, present
from newsletter.config import Config
from newsletter.errors import RenderError
from newsletter.index import place
from newsletter.index.numbers import RENDERINGS
from newsletter.index.renderings import Renderings
from newsletter.model import Article, Rendered
from newsletter.processes import rendering
from newsletter.processes.crew import Crew
from newsletter.processes.rendering import Made
from newsletter.publish import build
from newsletter.render import Site
from newsletter.render.memory import kept, recalled
from newsletter.rendition import Rendition, site_of
from newsletter.rendition import render as rendition_of
from tests.factories import make_config
from tests.real import ROOT, newsletter, tree

NOW = datetime(2026, 4, 1, tzinfo=UTC)
Write = Callable[..., Path]
Count = Callable[[], list[str]]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return make_config(tmp_path)


@pytest.fixture
def write(config: Config) -> Write:
    def one(name: str, body: str, **fields: str) -> Path:
        path = config.content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        front = {"title": path.stem.capitalize(), "date": "2026-03-02T10:00:00Z", **fields}
        lines = "".join(f"{key}: {value}\n" for key, value in front.items())
        path.write_text(f"---\n{lines}---\n{body}\n", encoding="utf-8")
        return path

    return one


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> Count:
    """Tell which articles were rendered since it was asked last."""
    paths: list[str] = []
    real = rendering._render  # noqa: SLF001 - where every rendering goes through

    def watch(article: Article, body: str, site: Site) -> Made | RenderError:
        paths.append(article.path)
        return real(article, body, site)

    monkeypatch.setattr(rendering, "_render", watch)

    def count() -> list[str]:
        told = sorted(paths)
        paths.clear()
        return told

    return count


def render(config: Config, *, keep: bool = True) -> Rendition:
    library = collector.load(config)
    today = present.present(config, library, NOW)
    site = site_of(config, library, today.published)
    found = rendition_of(config, site, today.published, Crew(1), indexed=keep)
    if keep:
        Renderings(config).forget(today.published)
    return found


def same_as_without(config: Config) -> None:
    """Hold what comes out with the index against what comes out without."""
    elsewhere = replace(config, out=config.root / "elsewhere" / "out")
    with_it = render(config)
    without = render(elsewhere, keep=False)
    assert [replace(item, article=item.article) for item in with_it.rendered] == list(without.rendered)
    assert with_it.assets == without.assets
    assert list(map(str, with_it.problems)) == list(map(str, without.problems))


def test_only_what_changed_is_rendered_again(config: Config, write: Write, rendered: Count) -> None:
    write("one.md", "Text.")
    two = write("two.md", "Text.")
    render(config)
    assert rendered() == ["one.md", "two.md"]
    render(config)
    assert rendered() == []
    two.write_text(two.read_text(encoding="utf-8") + "More.\n", encoding="utf-8")
    render(config)
    assert rendered() == ["two.md"]
    same_as_without(config)


@pytest.mark.parametrize("link", ["[b](b.md)", "[b](b.md#part)", "[[b]]", "[b](sub/../b.md)"])
def test_an_article_is_rendered_again_when_what_it_links_to_moved(
    link: str, config: Config, write: Write, rendered: Count
) -> None:
    write("a.md", f"See {link}.")
    write("c.md", "Alone.")
    target = write("b.md", "Text.\n\n## Part\n\nMore.")
    render(config)
    rendered()
    write("b.md", "Text.\n\n## Part\n\nMore.", slug="moved")
    render(config)
    assert rendered() == ["a.md", "b.md"]
    same_as_without(config)
    rendered()
    target.unlink()
    render(config)
    assert rendered() == ["a.md"]
    same_as_without(config)


def test_an_article_is_rendered_again_when_its_picture_comes_or_goes(config: Config, write: Write, rendered: Count) -> None:
    write("a.md", "![A dot](dot.svg)")
    render(config)
    rendered()
    (config.content / "dot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="2" height="3"/>', encoding="utf-8")
    found = render(config)
    assert rendered() == ["a.md"]
    assert [(picture.width, picture.height) for picture in found.rendered[0].pictures] == [(2, 3)]
    (config.content / "dot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="20" height="30"/>', encoding="utf-8")
    found = render(config)
    assert rendered() == []
    assert [(picture.width, picture.height) for picture in found.rendered[0].pictures] == [(20, 30)]
    same_as_without(config)


def test_another_configuration_renders_anew(config: Config, write: Write, rendered: Count) -> None:
    write("a.md", "[Home](/)")
    render(config)
    rendered()
    elsewhere = replace(config, url="https://moved.example/")
    render(elsewhere)
    assert rendered() == ["a.md"]
    same_as_without(elsewhere)


def test_damaged_renderings_do_not_count(config: Config, write: Write, rendered: Count) -> None:
    write("a.md", "Text.")
    write("b.md", "Text.")
    render(config)
    rendered()
    with closing(sqlite3.connect(place(config))) as index, index:
        index.execute("UPDATE blobs SET body = zeroblob(10) WHERE number = (SELECT max(number) FROM blobs)")
    render(config)
    assert len(rendered()) == 1
    same_as_without(config)
    place(config).write_bytes(b"not an index")
    same_as_without(config)


def test_renderings_of_articles_that_are_gone_go(config: Config, write: Write) -> None:
    write("a.md", "Text.")
    gone = write("b.md", "Text.")
    render(config)
    gone.unlink()
    render(config)
    with closing(sqlite3.connect(place(config))) as index:
        assert index.execute("SELECT count(*) FROM blobs WHERE number >= ?", (RENDERINGS,)).fetchone() == (1,)


def test_an_article_that_fails_is_tried_each_time(config: Config, write: Write, rendered: Count) -> None:
    write("deep.md", "<div>" * 20_000 + "text")
    for _ in range(2):
        assert [problem.path for problem in render(config).problems] == ["deep.md"]
        assert rendered() == ["deep.md"]


def test_a_build_that_renders_nothing_loads_no_markdown(config: Config, write: Write) -> None:
    write("a.md", "Text.")
    (config.root / "newsletter.toml").write_text('title = "T"\nurl = "https://letter.example/"\n', encoding="utf-8")
    build(config, now=NOW, period=periods.parse("2026-03", config.timezone), jobs=1)
    for _ in range(2):
        done = newsletter("build", "-v", "--jobs", "1", "--now", "2026-04-01", "--period", "2026-03", cwd=config.root)
        assert done.returncode == 0
    before = tree(config.out)
    script = (
        "import sys; from newsletter.cli import main; "
        "main(['build', '-v', '--jobs', '1', '--now', '2026-04-01', '--period', '2026-03']); "
        "sys.exit(bool({'markdown', 'premailer', 'pygments'} & sys.modules.keys()))"
    )

    assert (
        subprocess.run(
            [sys.executable, "-c", script], cwd=config.root, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
        ).returncode
        == 0
    )
    assert tree(config.out) == before


TEXTS = st.text(st.characters(codec="utf-8"), max_size=300)


@given(body=TEXTS)
@settings(max_examples=60)
def test_whatever_is_rendered_is_recalled_as_it_was(body: str) -> None:
    article = Article(
        path="a.md",
        id="tag:letter.example,2026-03-02:a",
        title="A",
        slug="a",
        permalink="https://letter.example/articles/a/",
        hosted=True,
        published=NOW,
        updated=NOW,
        cover="b.png",
    )
    site = Site(
        config=make_config(), permalinks={"a.md": article.permalink}, files=frozenset({"b.png"}), hosted=frozenset({"a.md"})
    )
    [made] = Crew(1).render([(article, body)], site)
    if isinstance(made, Made):
        assert isinstance(made.rendered, Rendered)
        assert recalled(made.text, article, site) == (made.rendered, made.asked)
        assert kept(made.rendered, {}) != ""
