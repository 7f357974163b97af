import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter import collector, folder, reading
from newsletter.config import Config
from newsletter.processes import abreast
from newsletter.processes.abreast import read_all
from tests.factories import make_config
from tests.index.test_index import HALF, TEXTS, told, write


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Configure a folder with more files than are sent at a time, so many that two processes read them."""
    monkeypatch.setattr(abreast, "LEAST", 2)
    monkeypatch.setattr(abreast, "BATCH", 3)
    config = make_config(tmp_path)
    config.content.mkdir()
    for number, text in enumerate(TEXTS):
        write(config, f"{number}.md", text)
    write(config, "half.md", HALF)
    (config.content / "latin.md").write_bytes(b"\xe9")
    (config.content / "\\xff.md").symlink_to("nowhere")
    Path(os.fsdecode(os.fsencode(config.content) + b"/\xff.md")).touch()
    return config


@pytest.mark.parametrize("count", [2, 3, 99])
def test_the_files_say_the_same_to_several_processes(config: Config, count: int) -> None:
    assert told(collector.load(config, indexed=False, count=count)) == told(collector.load(config, indexed=False))
    assert told(collector.load(config, count=count)) == told(collector.load(config, indexed=False))
    assert told(collector.load(config, count=count)) == told(collector.load(config, indexed=False))


def test_what_a_dead_process_did_not_read_is_read_here(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [(file, None) for file in folder.find(config).articles]
    alone = [one.path for one in read_all(config, files, 1)]
    here, read = os.getpid(), reading.read
    monkeypatch.setattr(reading, "read", lambda *one: read(*one) if os.getpid() == here else os._exit(9))
    assert [one.path for one in read_all(config, files, 3)] == alone


def test_few_files_are_read_by_one_process(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(abreast, "LEAST", 100)
    monkeypatch.setattr("multiprocessing.get_context", lambda _: pytest.fail("another process"))
    assert len(read_all(config, [(file, None) for file in folder.find(config).articles], 2)) == len(TEXTS) + 4


@settings(max_examples=20)
@given(st.integers(0, 12), st.integers(1, 5))
def test_the_order_is_kept(tmp_path_factory: pytest.TempPathFactory, size: int, count: int) -> None:
    place = make_config(tmp_path_factory.mktemp("order"))
    files = [(folder.File(f"{number}.md", unreadable="it is away"), None) for number in range(size)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(abreast, "LEAST", 1)
        assert [one.path for one in read_all(place, files, count)] == [file.path for file, _ in files]
