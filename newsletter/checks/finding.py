"""What a check has found, and by which rule. No I/O."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """How much it matters."""

    #: Something is lost or wrong for readers; the run fails.
    ERROR = "error"
    #: Worth a look.
    WARNING = "warning"
    #: Good to know; nothing has to be done.
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that is checked."""

    #: In lower case with hyphens; never changes.
    id: str
    #: What must be so, in one sentence.
    summary: str
    #: Where that is laid down.
    source: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One place where a rule does not hold."""

    rule: Rule
    #: Absolute.
    path: Path
    #: 1-based; None where the file has none or is meant as a whole.
    line: int | None = None
    message: str
