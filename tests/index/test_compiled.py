"""The index's compiled templates: with them the same comes out as without, and what is no sure copy does not count."""

import os
import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import jinja2
import pytest
from msgspec.structs import replace

from newsletter.config import Config
from newsletter.index import circumstances, compiled, place
from newsletter.index.compiled import Compiled
from newsletter.index.numbers import COMPILED, RENDERINGS, last
from newsletter.templating import Templates
from tests.factories import make_config

Count = Callable[[], list[str]]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = make_config(tmp_path)
    config.templates.mkdir()
    (config.templates / "own.j2").write_text("Dear {{ name }}, {% include 'shared.j2' %}")
    (config.templates / "shared.j2").write_text("{{ 'yours'|upper }} & {{ name }}")
    return config


@pytest.fixture
def compiling(monkeypatch: pytest.MonkeyPatch) -> Count:
    """Tell which templates were compiled since it was asked last."""
    names: list[str] = []
    real = jinja2.Environment.compile

    def compile_(self: jinja2.Environment, source: str, name: str, *rest: object) -> object:
        names.append(name)
        return real(self, source, name, *rest)  # type: ignore[call-overload]  # as it was called

    def since() -> list[str]:
        told = sorted(names)
        names.clear()
        return told

    monkeypatch.setattr(jinja2.Environment, "compile", compile_)
    return since


def written(config: Config) -> str:
    return Templates(config.templates, Compiled.of(config)).render("own.j2", name="<you>")


def rows(config: Config) -> int:
    own = (COMPILED, last(COMPILED))
    with closing(sqlite3.connect(place(config))) as connection:
        return int(connection.execute("SELECT count(*) FROM blobs WHERE number BETWEEN ? AND ?", own).fetchone()[0])


def test_templates_are_compiled_once(config: Config, compiling: Count) -> None:
    text = written(config)
    assert text == "Dear &lt;you&gt;, YOURS & &lt;you&gt;" == Templates(config.templates).render("own.j2", name="<you>")
    assert compiling() == ["own.j2", "own.j2", "shared.j2", "shared.j2"]
    assert written(config) == text
    assert compiling() == []


def test_another_process_finds_them_too(config: Config, compiling: Count) -> None:
    written(config)
    compiling()
    there = pickle.loads(pickle.dumps(Templates(config.templates, Compiled.of(config))))  # noqa: S301 - made here
    assert there.render("own.j2", name="x") == "Dear x, YOURS & x"
    assert compiling() == []


def test_what_changed_is_compiled_again(config: Config, compiling: Count) -> None:
    written(config)
    compiling()
    looks = (config.templates / "shared.j2").stat()
    (config.templates / "shared.j2").write_text("{{ 'yours'|title }} & {{ name }}")
    os.utime(config.templates / "shared.j2", ns=(looks.st_atime_ns, looks.st_mtime_ns))
    assert written(config) == "Dear &lt;you&gt;, Yours & &lt;you&gt;"
    assert compiling() == ["shared.j2"]
    assert rows(config) == 2


def test_under_other_circumstances_all_are_compiled_anew(
    config: Config, compiling: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(config)
    compiling()
    written(replace(config, title="Another"))
    assert compiling() == ["own.j2", "shared.j2"]
    monkeypatch.setattr(circumstances, "_code", lambda modules: b"another version of " + modules[0].encode())
    written(config)
    assert compiling() == ["own.j2", "shared.j2"]


@pytest.mark.parametrize(
    "harm", ["UPDATE blobs SET body = X'6A32'", "UPDATE blobs SET body = zeroblob(length(body))", "DELETE FROM blobs"]
)
def test_damaged_ones_do_not_count(config: Config, compiling: Count, harm: str) -> None:
    text = written(config)
    compiling()
    with closing(sqlite3.connect(place(config))) as connection:
        connection.execute(harm)
        connection.commit()
    assert written(config) == text
    assert compiling() == ["own.j2", "shared.j2"]


def test_one_that_was_put_under_another_ones_number_does_not_count(config: Config) -> None:
    text = written(config)
    with closing(sqlite3.connect(place(config))) as connection:
        a, b = connection.execute("SELECT number, seal, body FROM blobs WHERE number >= ?", (COMPILED,)).fetchall()
        connection.execute("UPDATE blobs SET seal = ?, body = ? WHERE number = ?", (*b[1:], a[0]))
        connection.execute("UPDATE blobs SET seal = ?, body = ? WHERE number = ?", (*a[1:], b[0]))
        connection.commit()
    assert written(config) == text


@pytest.mark.parametrize("mode", [0o664, 0o646])
def test_code_that_others_can_have_written_is_not_run(config: Config, compiling: Count, mode: int) -> None:
    written(config)
    compiling()
    place(config).chmod(mode)
    for _ in range(2):
        written(config)
        assert compiling() == ["own.j2", "shared.j2"]


def test_code_of_another_user_is_not_run(config: Config, compiling: Count, monkeypatch: pytest.MonkeyPatch) -> None:
    written(config)
    compiling()
    monkeypatch.setattr(os, "geteuid", lambda: place(config).stat().st_uid + 1)
    written(config)
    assert compiling() == ["own.j2", "shared.j2"]


def test_code_behind_a_link_is_not_run(config: Config, compiling: Count) -> None:
    written(config)
    compiling()
    place(config).rename(config.root / "elsewhere")
    place(config).symlink_to(config.root / "elsewhere")
    written(config)
    assert compiling() == ["own.j2", "shared.j2"]


def test_without_an_index_it_is_made_by_its_owner_alone(config: Config) -> None:
    code = "import sys, os; os.umask(0); from tests.index.test_compiled import *; written(make_config(Path(sys.argv[1])))"
    subprocess.run([sys.executable, "-c", code, str(config.root)], check=True, cwd=Path(__file__).parents[2])
    assert rows(config) == 2
    assert place(config).stat().st_mode & 0o022 == 0


def test_the_index_does_not_grow_without_bound(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "MOST", 3)
    for number in range(12):
        (config.templates / "own.j2").rename(config.templates / f"own{number}.j2")
        (config.templates / "own.j2").write_text("{{ name }}")
        Templates(config.templates, Compiled.of(config)).render(f"own{number}.j2", name="x")
    assert 1 <= rows(config) <= 5


def test_where_the_time_zone_is_unknown_nothing_is_kept(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Config) -> bytes:
        raise OSError

    monkeypatch.setattr(circumstances, "of_outputs", fail)
    assert written(config) == "Dear &lt;you&gt;, YOURS & &lt;you&gt;"
    assert not place(config).exists()


def test_their_numbers_are_nobody_elses() -> None:
    assert last(COMPILED) < RENDERINGS
