"""Tells, before anything heavy is imported, that a build or a run would change nothing; and remembers it after one that was made.

Reads what the system says of files, and the index; writes the index.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from newsletter import folder
from newsletter.config import Config
from newsletter.errors import ContentError
from newsletter.index.standing import Span, Standing, occasion
from newsletter.model import Period


class Said(Struct, frozen=True, kw_only=True):
    """What was said when it was made, and would be said again."""

    problems: tuple[ContentError, ...]
    #: For people at a terminal.
    lines: tuple[str, ...]


class Standstill:
    """The state of everything at the beginning of a build or run."""

    def __init__(self, config: Config, period: Period | None, *options: str) -> None:
        """Look; ``period`` is None for a scheduled run. Raises ConfigError where there is no content folder."""
        #: What is in the content folder.
        self.content = folder.find(config)
        self._standing = Standing(config, self.content, occasion(config, period, *options))

    def said(self, now: datetime) -> Said | None:
        """Return what was said the last time, if nothing would change; None if it must be made."""
        told = self._standing.told(now)
        if told is None:
            return None
        known = json.loads(told)
        return Said(problems=tuple(ContentError(*one) for one in known["problems"]), lines=tuple(known["lines"]))

    def remember(self, steady: Span, problems: Sequence[ContentError], lines: Sequence[str]) -> None:
        """Record, with the lock held, that nothing would change within a range of instants."""
        told = {"problems": [[one.path, one.line, one.field, one.message] for one in problems], "lines": lines}
        self._standing.remember(steady, json.dumps(told))
