"""The pages of articles that have no other home: made where they are not there, a few at a time, the same whoever makes them."""

import random
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image

from newsletter import folder, periods, piecework, writer
from newsletter.config import Config, EditionTable, Feeds
from newsletter.emitters import hosted
from newsletter.errors import RefusedError
from newsletter.ledger import open_ledger
from newsletter.model import Article, Output, Rendered
from newsletter.piecework import Articles, Setting, hosting
from newsletter.piecework.hosting import Frame, Sheet
from newsletter.processes import rendering
from newsletter.publish import Report, build
from newsletter.render import Site
from newsletter.templating import Templates
from tests.factories import make_config, make_rendered
from tests.real import tree

NOW = datetime(2026, 4, 1, tzinfo=UTC)
DEEP = "> " * 200 + "deep"
Told = Callable[[], list[str]]


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    """Start processes that inherit nothing, as those of another machine."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        yield executor


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have most pages made in pieces."""
    monkeypatch.setattr(hosting, "AT_EASE", 3)
    monkeypatch.setattr(hosting, "AT_A_TIME", 4)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Tell which pages were made since it was asked last."""
    slugs: list[str] = []
    real = hosted.write

    def watch(config: Config, item: Rendered, templates: Templates, **around: object) -> Output:
        slugs.append(item.article.slug)
        return real(config, item, templates, **around)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(hosted, "write", watch)
    return lambda: sorted(slugs.pop(0) for _ in range(len(slugs)))


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Tell which articles were rendered since it was asked last."""
    paths: list[str] = []
    real = rendering._render  # noqa: SLF001 - where every rendering goes through

    def watch(article: Article, body: str, site: Site) -> object:
        paths.append(article.path)
        return real(article, body, site)

    monkeypatch.setattr(rendering, "_render", watch)
    return lambda: sorted(paths.pop(0) for _ in range(len(paths)))


def publication(root: Path, count: int = 20, **changes: object) -> Config:
    config = make_config(root / "letter", feeds=Feeds(limit=5, tags=0, authors=0))
    config = replace(config, **changes)
    config.content.mkdir(parents=True)
    for number in range(count):
        write(config, number)
    return config


def write(config: Config, number: int, body: str = "Text.", **fields: str) -> None:
    date = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)).isoformat()
    lines = "".join(f"{key}: {value}\n" for key, value in {"title": f"Number {number}", "date": date, **fields}.items())
    (config.content / f"a{number:03}.md").write_text(f"---\n{lines}slug: n{number}\n---\n{body}\n")


def picture(config: Config, name: str, width: int = 40) -> None:
    Image.new("RGB", (width, 30), (width % 256, 0, 0)).save(config.content / name)


def run(config: Config, *, jobs: int = 1, executor: Executor | None = None, strict: bool = False, now: datetime = NOW) -> Report:
    period = periods.parse("2026-03", config.timezone)
    return build(config, now=now, period=period, jobs=jobs, executor=executor, strict=strict)


def scratch(config: Config, *, now: datetime = NOW) -> dict[str, bytes]:
    """Build with the same ledger and without an index; what out/ then holds."""
    fresh = config.root.parent / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(config.root, fresh, ignore=shutil.ignore_patterns("out", ".out.index"))
    (fresh / "out").mkdir()
    paths = {"root": fresh, "content": fresh / "content", "out": fresh / "out", "templates": fresh / "templates"}
    run(replace(config, **paths, ledger=str(fresh / ".out.ledger")), now=now)
    return tree(fresh / "out")


def test_pages_are_the_same_whoever_makes_them(tmp_path: Path, executor: Executor) -> None:
    outs = []
    for number, (jobs, far) in enumerate(((1, None), (2, None), (3, None), (1, executor))):
        config = publication(tmp_path / str(number), count=0)
        picture(config, "sun.png")
        for article in range(230):
            shown = "![Sun](sun.png)" if article % 50 == 7 else f"Text *{article}*, see [another](a{article // 2:03}.md)."
            write(config, article, DEEP if article % 70 == 17 else shown)
        report = run(config, jobs=jobs, executor=far)
        outs.append((tree(config.out), [str(problem) for problem in report.problems], sorted(report.written)))
    assert outs[0] == outs[1] == outs[2] == outs[3]
    assert len(outs[0][1]) == 4
    assert sum(path.startswith("articles/") for path in outs[0][2]) == 226
    assert b'width="40" height="30"' in outs[0][0]["articles/n7/index.html"]


def test_a_new_article_has_its_own_page_written_and_that_of_its_neighbour(tmp_path: Path, made: Told, rendered: Told) -> None:
    config = publication(tmp_path)
    run(config)
    assert len(made()) == len(rendered()) == 20
    write(config, 20)
    report = run(config)
    assert made() == ["n19", "n20"]
    assert rendered() == ["a020.md"]
    assert [path for path in report.written if path.startswith("articles/")] == [
        "articles/n19/index.html",
        "articles/n20/index.html",
    ]
    assert tree(config.out) == scratch(config)
    made()
    assert not run(config).written
    assert made() == []


def test_an_edited_article_has_its_own_page_written_and_a_retitled_one_those_beside_it(tmp_path: Path, made: Told) -> None:
    config = publication(tmp_path)
    run(config)
    made()
    write(config, 3, "Edited.")
    run(config)
    assert made() == ["n3"]
    write(config, 3, "Edited.", title="Another")
    run(config)
    assert made() == ["n2", "n3", "n4"]
    assert tree(config.out) == scratch(config)


@pytest.mark.usefixtures("few")
def test_a_page_that_cannot_be_made_is_passed_over_by_its_neighbours(tmp_path: Path, made: Told) -> None:
    config = publication(tmp_path)
    run(config)
    before = tree(config.out)
    made()
    write(config, 4, DEEP)
    assert [problem.path for problem in run(config).problems] == ["a004.md"]
    assert sorted(set(made())) == ["n3", "n5"]
    assert b"/articles/n3/" in (config.out / "articles/n5/index.html").read_bytes()
    assert tree(config.out)["articles/n4/index.html"] == before["articles/n4/index.html"]
    assert b"/articles/n4/" not in (config.out / "index.html").read_bytes()
    assert not run(config).written
    made()
    write(config, 4)
    run(config)
    assert made() == ["n3", "n4", "n5"]
    assert tree(config.out) == before


@pytest.mark.parametrize(
    "harm", [Path.unlink, lambda path: path.write_bytes(b""), lambda path: path.write_bytes(path.read_bytes() + b" ")]
)
@pytest.mark.parametrize("name", ["articles/n3/index.html", "assets/sun.png"])
def test_a_page_or_picture_that_was_lost_or_edited_is_written_again(
    tmp_path: Path, made: Told, harm: Callable[[Path], object], name: str
) -> None:
    config = publication(tmp_path)
    picture(config, "sun.png")
    write(config, 3, "![Sun](sun.png)")
    run(config)
    before = tree(config.out)
    harm(config.out / name)
    made()
    assert run(config).written == (name,)
    assert made() == ["n3"]
    assert tree(config.out) == before


@pytest.mark.usefixtures("few")
def test_another_picture_under_the_same_name_gives_the_pages_that_show_it_its_size(tmp_path: Path, made: Told) -> None:
    config = publication(tmp_path)
    picture(config, "sun.png")
    for number in (3, 7, 19):  # the last is in the feeds
        write(config, number, "![Sun](sun.png)")
    run(config)
    made()
    picture(config, "sun.png", width=80)
    assert "assets/sun.png" in run(config).written
    assert made() == ["n19", "n3", "n7"]
    assert b'width="80"' in (config.out / "articles/n3/index.html").read_bytes()
    assert tree(config.out) == scratch(config)


@pytest.mark.parametrize("at_ease", [0, 3])
def test_a_picture_that_cannot_be_read_any_more_holds_back_those_that_show_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_ease: int
) -> None:
    monkeypatch.setattr(hosting, "AT_EASE", at_ease)
    config = publication(tmp_path)
    picture(config, "sun.png")
    write(config, 3, "![Sun](sun.png)")
    write(config, 7, "![Sun](sun.png) again")
    run(config)
    real = folder.read

    def read(content: Path, path: str, *, limit: int) -> bytes:
        if path == "sun.png":
            raise folder.UnreadableError("gone")
        return real(content, path, limit=limit)

    monkeypatch.setattr(folder, "read", read)
    picture(config, "sun.png", width=80)
    assert [str(problem) for problem in run(config).problems] == ["a003.md: sun.png: gone", "a007.md: sun.png: gone"]


@pytest.mark.usefixtures("few")
def test_a_ledger_that_was_restored_learns_again_what_the_pages_show(tmp_path: Path, made: Told) -> None:
    config = publication(tmp_path)
    ledger, before = Path(config.ledger), tmp_path / "before"
    run(config)
    shutil.copy(ledger, before)
    write(config, 0, "Another text.")
    run(config)
    with open_ledger(config.ledger) as after:
        known = [*after.known()]
    shutil.copy(before, ledger)
    made()
    run(config)
    assert made() == ["n0"]
    with open_ledger(config.ledger) as after:
        assert [*after.known()] == known


def test_pages_announce_a_feed_as_soon_as_it_is_there(tmp_path: Path, made: Told) -> None:
    config = publication(tmp_path, count=6, feeds=Feeds(limit=5, tags=2, authors=0))
    write(config, 2, tags="[sea]")
    run(config)
    made()
    write(config, 4, tags="[sea]")
    run(config)
    assert made() == ["n2", "n4"]
    assert b"/tags/sea/atom.xml" in (config.out / "articles/n2/index.html").read_bytes()
    assert tree(config.out) == scratch(config)


def test_the_front_page_tells_of_the_newest_though_no_feed_holds_them(tmp_path: Path) -> None:
    config = publication(tmp_path, feeds=Feeds(limit=2, tags=0, authors=0))
    run(config)
    front = (config.out / "index.html").read_text()
    assert (front.count('class="teaser"'), front.count("<li data-id=")) == (10, 10)


def test_what_travels_to_another_machine_has_its_templates_with_it(tmp_path: Path) -> None:
    config = publication(tmp_path)
    config.templates.mkdir()
    (config.templates / "article-page.html.j2").write_text("<p>Ours.</p>\n")
    site = Site(config=config, permalinks={}, files=frozenset(), hosted=frozenset())
    setting = Setting(config=config, site=site, templates=Templates(config.templates), now=NOW).carried()
    (config.templates / "article-page.html.j2").unlink()
    frame = Frame(path="first.md", feeds=(), newer=None, older=None)
    sheet = Sheet(articles=Articles(rendered=(make_rendered(),)), frames=(frame,))
    assert [output.body for output in hosting.write_sheet(setting, sheet).outputs] == [b"<p>Ours.</p>\n"]


@pytest.mark.usefixtures("few")
def test_pages_are_made_a_few_at_a_time_and_wait_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = publication(tmp_path)
    waiting: list[int] = []
    real = hosting.write_sheet

    def watch(setting: Setting, sheet: Sheet) -> piecework.Done:
        staging = config.out / writer.STAGING
        waiting.append(len([*staging.iterdir()]) if staging.exists() else 0)
        assert len(sheet.articles.work) + len(sheet.articles.rendered) <= 4
        return real(setting, sheet)

    monkeypatch.setattr(hosting, "write_sheet", watch)
    run(config)
    assert waiting == [0, 4, 8, 12, 16]
    assert not (config.out / writer.STAGING).exists()


@pytest.mark.usefixtures("few")
def test_a_strict_build_that_is_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    config = publication(tmp_path)
    run(config)
    before = tree(config.out)
    for number in range(12):
        write(config, number, DEEP if number == 1 else "Edited.")
    with pytest.raises(RefusedError):
        run(config, strict=True)
    assert tree(config.out) == before
    assert not (config.out / writer.STAGING).exists()


@pytest.mark.usefixtures("few")
def test_dates_of_hosted_articles_move_with_their_content(tmp_path: Path, made: Told) -> None:
    config = publication(tmp_path, feeds=Feeds(limit=5, tags=0, authors=0, updated="content"))
    run(config)
    write(config, 3, "Edited.")
    later = NOW + timedelta(days=1)
    assert "articles/n3/index.html" in run(config, now=later).written
    assert b"2 April 2026" in (config.out / "articles/n3/index.html").read_bytes()
    before = tree(config.out)
    assert not run(config, now=later + timedelta(days=1)).written
    made()
    (config.out / "articles/n3/index.html").unlink()
    run(config, now=later + timedelta(days=2))
    assert made() == ["n3"]
    assert tree(config.out) == before


@pytest.mark.usefixtures("few")
def test_the_archive_has_the_sizes_of_pictures_that_only_its_articles_show(tmp_path: Path) -> None:
    feeds = Feeds(limit=2, tags=0, authors=0, archive=True, archive_size=5)
    config = publication(tmp_path, feeds=feeds)
    picture(config, "sun.png")
    write(config, 3, "![Sun](sun.png)")
    run(config)
    assert 'width="40"' in (config.out / "archive/rss-1.xml").read_text()
    before = tree(config.out)
    (config.out / "archive/rss-1.xml").unlink()  # and nothing of the article's page is to be made
    assert run(config).written == ("archive/rss-1.xml",)
    assert tree(config.out) == before
    picture(config, "sun.png", width=80)
    assert {"archive/rss-1.xml", "articles/n3/index.html", "assets/sun.png"} <= {*run(config).written}
    assert tree(config.out) == scratch(config)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.usefixtures("few")
def test_whatever_changes_the_same_comes_out_as_from_nothing(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - for the same examples each time
    feeds = Feeds(
        limit=chance.choice((2, 8)), tags=chance.choice((0, 1)), authors=0, archive=chance.random() < 0.5, archive_size=4
    )
    config = publication(tmp_path, 12, feeds=feeds, editions=(EditionTable(name="sea", tags=("sea",)),))
    picture(config, "sun.png")
    run(config, jobs=chance.choice((1, 2)))
    for step in range(12):
        number = chance.randrange(30)
        link = f"[to](a{chance.randrange(30):03}.md#part)"
        body = chance.choice(["Text.", f"Edited {step}.", "![Sun](sun.png)", link, f"## Part\n\n{link}"])
        fields = {"tags": "[sea]"} if chance.random() < 0.3 else {}
        kind = chance.randrange(6)
        if kind == 0:
            (config.content / f"a{number:03}.md").unlink(missing_ok=True)
        elif kind == 1:
            picture(config, "sun.png", chance.choice((40, 60, 80)))
        elif kind == 2:
            chance.choice([path for path in config.out.rglob("*.*") if path.is_file() and path.name[0] != "."]).unlink()
        else:
            write(config, number, body, **fields, **({"title": f"Other {step}"} if kind == 3 else {}))
        report = run(config, jobs=chance.choice((1, 2)))
        assert not report.problems
        own, fresh = tree(config.out), scratch(config)
        del own[writer.MANIFEST], fresh[writer.MANIFEST]  # which names pictures that nothing shows any more, too
        assert own == fresh | {path: body for path, body in own.items() if path.startswith("assets/")}
        assert {path: own[path] for path in fresh} == fresh
        assert not run(config).written
