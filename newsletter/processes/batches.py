"""Cuts the emitters' work for several processes, and puts what comes of it in order. Pure.

What the editions of a batch have in common, such as the text of an article in feeds and in mails, is made once for them.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import TypeAlias

from msgspec.structs import replace

from newsletter.config import Config
from newsletter.emitters import EMITTERS, FEEDS, ISSUES, emitter
from newsletter.mail.manifest import mailed
from newsletter.model import Edition, Output, Spooled
from newsletter.templating import Templates

#: Editions that a process takes at a time, in all formats.
BATCH = 8
DIGEST = "digest"

#: Emitters, and the editions that they serve.
Batch: TypeAlias = tuple[tuple[str, ...], range]
#: Of each emitter, of each edition.
Outputs: TypeAlias = tuple[Output | Spooled, ...]
Emitted: TypeAlias = tuple[tuple[Outputs, ...], ...]
#: What is to be kept of an output.
Put: TypeAlias = Callable[[Output], Output | Spooled]


def batches(editions: int, count: int) -> list[Batch]:
    """Cut the work for so many processes, digests first: with a few editions by emitters, else the publication's digest alone.

    Where there are many editions, all that one has is in the same batch.
    """
    own = tuple(name for name in EMITTERS if name not in FEEDS)
    feeds = tuple(name for name in EMITTERS if name in FEEDS)
    if count < 2 or (editions < 2 * count and editions <= BATCH):  # noqa: PLR2004 - nothing to share
        by_kind: list[Batch] = [((name,), range(editions if name in ISSUES else 1)) for name in own]
        return [*by_kind, (feeds, range(editions))] if count < 2 else [*by_kind, *(((name,), range(editions)) for name in feeds)]  # noqa: PLR2004 - as above
    each = tuple(name for name in EMITTERS if name in FEEDS | ISSUES)
    whole: list[Batch] = [*(((name,), range(1)) for name in own), (feeds, range(1))]
    return [*whole, *((each, range(start, min(start + BATCH, editions))) for start in range(1, editions, BATCH))]


def as_it_is(output: Output) -> Output:
    """Keep an output in memory."""
    return output


def emit_batch(config: Config, editions: Sequence[Edition], templates: Templates, batch: Batch, put: Put = as_it_is) -> Emitted:
    """Run some emitters on some editions; for each emitter, for each edition, the outputs. ``put`` as for ``lighter``."""
    names, served = batch
    return tuple(tuple(_light(at, emitted(name, config, editions[at], templates), put) for at in served) for name in names)


def emitted(name: str, config: Config, edition: Edition, templates: Templates) -> Outputs:
    """Run an emitter on an edition; of a digest that out/ holds already, made from the same, what is there is returned."""
    if name == DIGEST and edition.kept is not None and edition.kept.outputs:
        return edition.kept.outputs
    return emitter(name)(config, edition, templates)


def lighter(batch: Batch, made: Emitted, put: Put) -> Emitted:
    """Keep of the outputs of all editions but the publication what ``put`` makes of them."""
    _, served = batch
    return tuple(tuple(_light(at, outputs, put) for at, outputs in zip(served, each, strict=True)) for each in made)


def _light(edition: int, outputs: Outputs, put: Put) -> Outputs:
    return outputs if edition == 0 else tuple(put(one) if isinstance(one, Output) else one for one in outputs)


def together(made: Sequence[tuple[Batch, Emitted]]) -> Outputs:
    """Put the outputs of batches in order."""
    placed = {
        (name, edition): outputs
        for (names, served), by_name in made
        for name, by_edition in zip(names, by_name, strict=True)
        for edition, outputs in zip(served, by_edition, strict=True)
    }
    order = {name: number for number, name in enumerate(EMITTERS)}
    return tuple(chain.from_iterable(placed[key] for key in sorted(placed, key=lambda key: (order[key[0]], key[1]))))


def for_batch(editions: Sequence[Edition], batch: Batch) -> tuple[Edition, ...]:
    """Return what travels with a batch: a digest is made of a small part of an edition."""
    names, served = batch
    return tuple(replace(mailed(editions[at]), kept=editions[at].kept) if names == (DIGEST,) else editions[at] for at in served)


def entries(editions: Sequence[Edition]) -> int:
    """Count the entries that are to be written, of one format."""
    return sum(len(one.feed) + sum(len(page.articles) for page in one.archive or () if not page.stands) for one in editions)


def has_new_digest(edition: Edition) -> bool:
    """Tell whether an edition has a digest that out/ does not hold already."""
    return edition.issue is not None and not (edition.kept is not None and edition.kept.outputs)


def ready() -> None:
    """Import what all but digests are made with."""
    for name in EMITTERS:
        if name != DIGEST:
            emitter(name)
