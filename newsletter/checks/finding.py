"""What a check has found, and by which rule. No I/O."""

from enum import StrEnum
from pathlib import Path

from msgspec import Struct


class Severity(StrEnum):
    """How much it matters."""

    #: Something is lost or wrong for readers; the run fails.
    ERROR = "error"
    #: Worth a look.
    WARNING = "warning"
    #: Good to know; nothing has to be done.
    NOTE = "note"


class Rule(Struct, frozen=True, kw_only=True):
    """One thing that is checked."""

    #: In lower case with hyphens; never changes.
    id: str
    #: What must be so, in one sentence.
    summary: str
    #: Where that is laid down.
    source: str
    severity: Severity = Severity.ERROR


class Finding(Struct, frozen=True, kw_only=True):
    """One place where a rule does not hold."""

    rule: Rule
    #: Absolute.
    path: Path
    #: 1-based; None where the file has none or is meant as a whole.
    line: int | None = None
    message: str
