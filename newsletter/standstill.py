"""Remembers that a build or a run would change nothing, for the glance that the next one takes.

Looks at files, and writes down what they look like. What a build reads is looked at before it does, and what it writes at its
end: what changes meanwhile is told apart the next time, and built then.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter import filenames, folder, writer
from newsletter.config import Config
from newsletter.glance import remember
from newsletter.glance.sight import Sight
from newsletter.index import circumstances
from newsletter.instants import microseconds
from newsletter.ledger import lockfile
from newsletter.steady import Span
from newsletter.walk import walk

if TYPE_CHECKING:
    from newsletter.glance import Said
    from newsletter.glance.sight import Named, Tree

#: The instants that a command takes for now, as cli.given has it.
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class Standstill:
    """The state of everything at the beginning of a build or run."""

    def __init__(self, config: Config, sources: Sequence[Path], arguments: Sequence[str], sights: Iterable[Sight] = ()) -> None:
        """Look, but at nothing that is among ``sights``; a configuration file was looked for at ``sources``.

        Raises ConfigError where there is no content folder.
        """
        self._config = config
        self._arguments = arguments
        files, trees = (*map(str, sources), *circumstances.places(config)), tuple(_trees(config))
        seen = next((one for one in sights if (one.files, one.trees) == (files, trees)), None) or Sight(files, trees)
        self._inputs = seen.part()
        #: What is in the content folder.
        self.content = folder.find(config, seen)

    def remember(self, steady: Span, said: "Said") -> None:
        """Record, with the lock held, that nothing would change within a range of instants, and what would be said."""
        from newsletter.index import patterns  # noqa: PLC0415 - with SQLite, for those who have built

        patterns.keep()
        config = self._config
        if "://" in config.ledger and not config.ledger.startswith("sqlite:///"):
            return
        ledger = config.ledger.removeprefix("sqlite:///")
        own = writer.owned(config.out)
        # a link in the place of a folder would stop a build
        out: Named = ((f"{config.out}/", (writer.MANIFEST, *sorted(own | writer.folders_of(own)))),)
        results = Sight([ledger, f"{ledger}-journal", f"{ledger}-wal"], [], out).part()
        if self._inputs is None or results is None:
            return
        remember(
            str(config.root),
            self._arguments,
            (results, self._inputs),
            span=(microseconds(max(steady.since, _FIRST)), microseconds(min(steady.until, _LAST))),
            # a run is at work on the ledger or in out/, or was killed there and left its lock or its files to be cleared away
            absent=[ledger + lockfile.SUFFIX, f"{config.out}/{writer.STAGING}"],
            links=[str(place) for place in (config.root, config.content, config.out, config.templates)],
            said=said,
        )


def _trees(config: Config) -> "list[Tree]":
    """List the folders that a build reads."""
    own = frozenset(map(os.path.realpath, (config.out, config.templates)))
    shipped = circumstances.PACKAGE.parent / "templates"  # those inside the package belong to the program
    content: Tree = (os.path.realpath(config.content), (filenames.TOOL_FOLDERS - {filenames.NOTES}, own))
    program: Tree = (str(circumstances.PACKAGE), (frozenset({"__pycache__"}), frozenset()))
    return [
        content,
        program,
        *((place, None) for place in (str(config.templates), *_linked(str(config.templates)), str(shipped))),
    ]


def _linked(root: str) -> Iterator[str]:
    """Find the folders that links inside a folder of templates lead to: templates are found there, too (templating.py)."""
    real = os.path.realpath(root)
    for here, _ in walk(root):
        place = os.path.realpath(here)
        if os.path.islink(here) and not f"{place}/".startswith(f"{real}/"):  # noqa: PTH114 - a string, as what the glance looks at
            yield place
