"""Emitting: every emitter, with a feed of 50 articles and a digest of 20."""

import pytest

from newsletter.config import Config
from newsletter.emitters import EMITTERS, emitter
from newsletter.model import Edition
from newsletter.templating import Templates
from tests.benchmarks.components import Benchmark


@pytest.mark.parametrize("name", EMITTERS)
def test_emitting(benchmark: Benchmark, config: Config, edition: Edition, name: str) -> None:
    assert all(output.body for output in benchmark(emitter(name), config, edition, Templates(config.templates)))
