"""What stories weigh is remembered from one digest to the next, and comes to the same as weighing them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from newsletter.config import Config, Digest
from newsletter.emitters import digest
from newsletter.mail import weight
from newsletter.mail.layout import Story, story
from newsletter.mail.weighed import Weighed
from newsletter.mail.weight import Scale
from newsletter.model import Form, Output, Rendered
from newsletter.templating import Templates
from tests.factories import make_config, make_edition, make_issue, make_rendered

PAGE = '<html><head><style>p { margin: 0 }</style></head><body><div class="a"><p data-id="x">1</p></div></body></html>'


class Memory:
    """What remembers, as the index does."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.bodies: dict[str, bytes] = {}
        self.writes = 0

    def known(self, sheet: str) -> bytes | None:
        """Return what was kept."""
        return self.bodies.get(sheet)

    def keep(self, sheet: str, places: bytes) -> None:
        """Keep it."""
        self.bodies[sheet] = places
        self.writes += 1


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Let no test know what another one weighed."""
    weight._sheet.cache_clear()  # noqa: SLF001 - as a process of its own would begin
    yield
    weight._sheet.cache_clear()  # noqa: SLF001 - the same


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note which articles are written to be weighed."""
    noted: list[str] = []
    real = Templates.render

    def noting(self: Templates, name: str, /, **values: object) -> str:
        text = real(self, name, **values)
        if name == "article.html.j2":
            shown = values["story"]
            assert isinstance(shown, Story)
            noted.append(f"{shown.item.article.slug} {shown.form}")
        return text

    monkeypatch.setattr(Templates, "render", noting)
    return noted


def article(number: int, words: int = 400) -> Rendered:
    return make_rendered(f"<p>{'Word. ' * words}</p>", excerpt_html="<p>Word.</p>", slug=f"n{number}", title=f"Number {number}")


def made(config: Config, memory: Memory | None, *articles: Rendered, prefix: str = "") -> tuple[Output, ...]:
    templates = Templates(config.templates, weights=memory)
    issue = make_issue(*articles)
    return digest.emit(config, replace(make_edition(*articles, issue=issue), prefix=prefix), templates)


def test_a_story_is_weighed_once(tmp_path: Path, parts: list[str]) -> None:
    config, memory = make_config(tmp_path), Memory()
    first = made(config, memory, *map(article, range(60)))
    assert {"n0 full", "n7 title", "n7 excerpt"} <= {*parts}
    parts.clear()
    weight._sheet.cache_clear()  # noqa: SLF001 - the next build
    assert made(config, memory, *map(article, range(60))) == first
    assert parts == []
    assert made(config, None, *map(article, range(60))) == first
    assert memory.writes == 1


def test_a_new_article_is_weighed_alone(tmp_path: Path, parts: list[str]) -> None:
    config, memory = make_config(tmp_path), Memory()
    made(config, memory, *map(article, range(20)))
    parts.clear()
    told = made(config, memory, *map(article, (0, 99, *range(1, 20))))
    assert {one.split()[0] for one in parts} == {"n99"}
    assert memory.writes == 2
    weight._sheet.cache_clear()  # noqa: SLF001 - a build without
    assert told == made(config, None, *map(article, (0, 99, *range(1, 20))))


CHANGES: dict[str, Callable[[Config], tuple[Config, Rendered]]] = {
    "text": lambda config: (config, article(7, 401)),
    "title": lambda config: (config, replace(article(7), article=replace(article(7).article, title="Other"))),
    "template": lambda config: (_template(config, "{% extends 'newsletter/article.html.j2' %}"), article(7)),
}


def _template(config: Config, text: str) -> Config:
    config.templates.mkdir()
    (config.templates / "article.html.j2").write_text(text)
    return config


@pytest.mark.parametrize("change", CHANGES.values(), ids=[*CHANGES])
def test_what_changed_is_weighed_again(
    tmp_path: Path, parts: list[str], change: Callable[[Config], tuple[Config, Rendered]]
) -> None:
    config, memory = make_config(tmp_path), Memory()
    made(config, memory, *map(article, range(9)))
    parts.clear()
    config, other = change(config)
    made(config, memory, *(other if number == 7 else article(number) for number in range(9)))
    assert "n7 title" in parts


def test_where_a_template_shows_more_of_the_issue_nothing_is_remembered(tmp_path: Path, parts: list[str]) -> None:
    config, memory = make_config(tmp_path), Memory()
    config.templates.mkdir()
    text = "{{ issue.subject }}{% include 'newsletter/article.html.j2' %}"
    (config.templates / "article.html.j2").write_text(text)
    first = made(config, memory, *map(article, range(9)))
    assert memory.bodies == {}
    assert first == made(config, None, *map(article, range(9)))
    assert "n7 title" in parts


def test_of_editions_nothing_is_remembered(tmp_path: Path) -> None:
    memory = Memory()
    made(make_config(tmp_path), memory, article(1), article(2), prefix="editions/one/")
    assert memory.writes == 0


def test_what_is_damaged_does_not_count(tmp_path: Path, parts: list[str]) -> None:
    config, memory = make_config(tmp_path), Memory()
    first = made(config, memory, *map(article, range(9)))
    memory.bodies = dict.fromkeys(memory.bodies, b"\xc1")
    parts.clear()
    assert made(config, memory, *map(article, range(9))) == first
    assert "n7 title" in parts


def weighs(weighed: Weighed, item: Rendered, page: str = PAGE, *, form: Form = Form.FULL, lead: bool = False) -> bool:
    """Tell whether a story has to be weighed, and remember it."""
    asked = []
    weighed.weight(story(item, form, 0 if lead else 1, level=2), Scale(page), lambda: asked.append(1) or 7)  # type: ignore[func-returns-value]  # to note it
    weighed.keep()
    return bool(asked)


def test_what_shapes_a_weight_is_part_of_its_name() -> None:
    memory, item, picture = Memory(), article(1), make_rendered('<p><img src="https://a.example/p.png" alt=""></p>')
    known = {"https://a.example/p.png": "https://mail.example/p.png"}
    assert weighs(Weighed(memory, "t", {}), item)
    assert not weighs(Weighed(memory, "t", {}), item)
    assert not weighs(Weighed(memory, "t", known), item)  # which does not show it
    assert weighs(Weighed(memory, "t", {}), item, form=Form.TITLE)
    assert weighs(Weighed(memory, "t", {}), item, lead=True)
    assert weighs(Weighed(memory, "other", {}), item)
    assert weighs(Weighed(memory, "t", {}), item, PAGE.replace("0", "1"))
    assert weighs(Weighed(memory, "t", {}), picture)
    assert weighs(Weighed(memory, "t", known), picture)
    ruled = PAGE.replace("p {", ".b p { color: red } p {")
    assert weighs(Weighed(memory, "t", {}), item, ruled)
    assert weighs(Weighed(memory, "t", {}), item, ruled.replace('"a"', '"b"'))


def test_a_service_s_tags_are_no_part_of_it(tmp_path: Path, parts: list[str]) -> None:
    config, memory = make_config(tmp_path, digest=Digest(service="mailchimp", address="1 Road")), Memory()
    first = made(config, memory, *map(article, range(30)))
    parts.clear()
    weight._sheet.cache_clear()  # noqa: SLF001 - the next build
    assert made(config, memory, *map(article, range(30))) == first
    assert parts == []
