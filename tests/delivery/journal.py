"""A journal in a file of JSON lines, so that processes that are killed leave it to those that come after."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from newsletter.delivery import Outcome
from newsletter.ledger.records import Attempt, Progress

WHEN = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


class FileJournal:
    """The attempts to hand over one issue, a line for each change."""

    def __init__(self, path: Path) -> None:
        """Take the file; none is an empty journal."""
        self.path = path

    def attempts(self) -> Mapping[str, Attempt]:
        """Read the file."""
        found: dict[str, Attempt] = {}
        text = self.path.read_text() if self.path.exists() else ""
        for line in text[: text.rfind("\n") + 1].splitlines():  # somebody may be writing what comes after
            recipient, progress, reply = json.loads(line)
            begun = not reply and progress == Progress.TRYING
            count = (found[recipient].count if recipient in found else 0) + begun
            found[recipient] = Attempt(recipient=recipient, progress=Progress(progress), count=count, at=WHEN, reply=reply)
        return found

    def turn(self, ended: Sequence[Outcome] = (), begun: Sequence[str] = ()) -> None:
        """Append to the file."""
        with self.path.open("a") as file:
            for outcome in ended:
                file.write(json.dumps([outcome.recipient, outcome.progress, outcome.reply]) + "\n")
            for recipient in begun:
                file.write(json.dumps([recipient, Progress.TRYING, ""]) + "\n")
