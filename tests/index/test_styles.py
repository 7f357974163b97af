from pathlib import Path

import pytest
from msgspec.structs import replace

from newsletter.config import Config
from newsletter.index import circumstances, file, place
from newsletter.index.numbers import STYLES, last
from newsletter.index.styles import MOST, Styles
from tests.factories import make_config


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return make_config(tmp_path)


def test_what_is_kept_of_a_sheet_is_known_the_next_time(config: Config) -> None:
    assert Styles.of(config).known("p {}") is None
    assert not Styles.of(config).are_there()
    Styles.of(config).keep("p {}", b"[1]")
    Styles.of(config).keep("b {}", b"[2]")
    assert [Styles.of(config).known(sheet) for sheet in ("p {}", "b {}", "i {}")] == [b"[1]", b"[2]", None]
    assert Styles.of(config).are_there()


def test_under_other_circumstances_nothing_is_known_and_what_was_kept_then_goes(config: Config) -> None:
    other = replace(config, title="Other")
    Styles.of(other).keep("p {}", b"[1]")
    assert Styles.of(config).known("p {}") is None
    assert not Styles.of(config).are_there()
    Styles.of(config).keep("b {}", b"[2]")
    assert len(file.numbers(place(config), STYLES, last(STYLES))) == 1


def test_there_are_never_more_than_a_few(config: Config) -> None:
    for number in range(2 * MOST + 1):
        Styles.of(config).keep(f"p {{ margin: {number}px }}", b"[]")
        assert Styles.of(config).known(f"p {{ margin: {number}px }}") == b"[]"
        assert len(file.numbers(place(config), STYLES, last(STYLES))) <= MOST


def test_a_damaged_index_or_one_that_cannot_be_read_knows_nothing(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    place(config).write_bytes(b"no database" * 100)
    styles = Styles.of(config)
    assert styles.known("p {}") is None
    styles.keep("p {}", b"[1]")
    assert styles.known("p {}") == b"[1]"
    body = place(config).read_bytes()
    place(config).write_bytes(body.replace(b"[1]", b"[2]"))
    assert styles.known("p {}") is None

    def refuse(_config: Config) -> bytes:
        raise OSError

    monkeypatch.setattr(circumstances, "of_outputs", refuse)
    nothing = Styles.of(config)
    nothing.keep("p {}", b"[1]")
    assert nothing.known("p {}") is None
    assert not nothing.are_there()
