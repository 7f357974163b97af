"""What an executor's processes do, which may be on other machines and have none of the files here. Pure."""

import pickle
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from newsletter import __version__
from newsletter.config import Config
from newsletter.errors import NewsletterError
from newsletter.model import Article, Edition
from newsletter.processes.batches import Batch, Emitted, emit_batch
from newsletter.processes.rendering import Results, render_all
from newsletter.templating import Templates

Item = TypeVar("Item")
Done = TypeVar("Done")


def do(version: str, packed: bytes, function: Callable[[Any, Item], Done], item: Item) -> Done:
    """Do a function of a module with an item; ``packed`` is what all items have in common."""
    _agree(version)
    return function(_unpacked(packed), item)


def render(version: str, packed: bytes, work: Sequence[tuple[Article, str]]) -> Results:
    """Render articles; ``packed`` is the site."""
    _agree(version)
    return render_all(work, _unpacked(packed))


def emit(version: str, config: Config, editions: Sequence[Edition], templates: Templates, batch: Batch) -> Emitted:
    """Run emitters as ``emit_batch`` does."""
    _agree(version)
    return emit_batch(config, editions, templates, batch)


@lru_cache(maxsize=1)
def _unpacked(setting: bytes) -> Any:  # noqa: ANN401 - a site, or what all items have in common
    """Read what comes with each job, once."""
    return pickle.loads(setting)  # noqa: S301 - from the build that this works for


def _agree(version: str) -> None:
    """Refuse to make what another version would make otherwise."""
    if version != __version__:
        raise NewsletterError(f"--executor: expected newsletter-publisher {version} on the workers, found {__version__}")
