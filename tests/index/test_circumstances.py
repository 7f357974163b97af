import os
import sys
import zoneinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from newsletter.config import Feeds, Reading
from newsletter.index import circumstances
from newsletter.index.circumstances import of_outputs, of_reading
from tests.factories import make_config


def clear() -> None:
    """Forget what a process knows of its own program."""
    circumstances._code.cache_clear()  # noqa: SLF001 - a process asks but once
    circumstances._rules.cache_clear()  # noqa: SLF001 - the same


@pytest.fixture(autouse=True)
def _forgetful() -> None:
    clear()


@pytest.mark.parametrize(
    "changes",
    [
        {"timezone": ZoneInfo("Europe/Berlin")},
        {"reading": Reading(extensions=(".txt",))},
        {"reading": Reading(exclude=("x",))},
        {"permalink": "{slug}/"},
        {"url": "https://other.example/"},
        {"authority": "other.example"},
    ],
)
def test_settings_that_shape_what_a_file_says_make_a_difference(changes: dict[str, Any]) -> None:
    assert of_reading(make_config(**changes)) != of_reading(make_config())
    assert of_outputs(make_config(**changes)) != of_outputs(make_config())


def test_other_settings_shape_the_outputs_alone() -> None:
    config = make_config(title="Another", feeds=Feeds(limit=3))
    assert of_reading(config) == of_reading(make_config())
    assert of_outputs(config) != of_outputs(make_config())


def test_a_changed_program_makes_a_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circumstances, "PACKAGE", tmp_path)
    (tmp_path / "a.py").write_text("a = 1\n")
    before = of_reading(make_config())
    clear()
    (tmp_path / "a.py").write_text("a = 2\n")
    assert of_reading(make_config()) != before


def test_another_release_of_a_library_makes_a_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circumstances, "READERS", ("a_library",))
    monkeypatch.syspath_prepend(tmp_path)
    without = of_reading(make_config())
    (tmp_path / "a_library.py").write_text("a = 1\n")
    clear()
    sys.path_importer_cache.clear()
    first = of_reading(make_config())
    os.utime(tmp_path / "a_library.py", ns=(1, 1))
    clear()
    assert len({without, first, of_reading(make_config())}) == 3


def test_other_rules_of_a_time_zone_make_a_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoneinfo, "TZPATH", (str(tmp_path),))
    zone = ZoneInfo("Europe/Berlin")
    shipped = of_reading(make_config(timezone=zone))
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Berlin").write_bytes(b"summer for ever")
    clear()
    assert of_reading(make_config(timezone=zone)) != shipped


def test_where_a_publication_is_is_no_part_of_what_a_file_says() -> None:
    assert of_reading(make_config(Path("/elsewhere"))) == of_reading(make_config(Path("/nowhere")))
    config = make_config(Path("/elsewhere"))
    assert of_reading(config) == of_reading(replace(config, out=Path("/nowhere/out")))


def test_where_the_content_folder_is_in_it_is_part_of_what_is_said_of_a_file() -> None:
    config = make_config()
    assert of_reading(config) != of_reading(replace(config, content=config.root / "posts"))
    assert of_reading(replace(config, content=config.root / "caf\udce9")) != of_reading(config)
