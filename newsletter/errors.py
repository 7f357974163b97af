"""The exception tree. No I/O.

    NewsletterError            anything a person can mend; cli.py prints it on one line
    ├── ConfigError            a configuration key is missing, unknown or wrong; always stops the run
    ├── ContentError           one article is wrong at path:line; holds back that article alone
    ├── RenderError            one article cannot be rendered; holds back that article alone
    ├── RefusedError           articles are wrong, and because of them nothing was done at all
    ├── OutputError            out/ cannot be written, or would lose what it has; nothing was changed
    │   ├── LockedError        another run holds out/ or the ledger; exit status 75
    │   └── TemplateError      a template of the publication's own is wrong at path:line
    │       └── UnknownError   it asks for something that is not known there
    ├── LedgerError            the ledger cannot be read or written, or is damaged or too new; nothing was published
    └── DeliveryError          a service did not take an issue

A bug is none of these and keeps its traceback.
"""

from collections.abc import Iterable
from pathlib import Path


class NewsletterError(Exception):
    """A problem that a person can mend; ``str()`` is one line that says what, where and what to do."""


class ConfigError(NewsletterError):
    """One or more configuration problems, each a line that starts with its dotted key."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Keep every problem, in the order found."""
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type["ConfigError"], tuple[tuple[str, ...]]]:
        """Rebuild from the problems, so that the error crosses process boundaries."""
        return type(self), (self.problems,)


class ContentError(NewsletterError):
    """What is wrong with one article, and where."""

    def __init__(self, path: str, line: int | None, field: str | None, message: str) -> None:
        """Take the path relative to the content folder and the 1-based line in that file."""
        self.path = path
        self.line = line
        self.field = field
        self.message = message
        where = path if line is None else f"{path}:{line}"
        super().__init__(f"{where}: {message}" if field is None else f"{where}: {field}: {message}")

    def __reduce__(self) -> tuple[type["ContentError"], tuple[str, int | None, str | None, str]]:
        """Rebuild from the parts, so that the error crosses process boundaries."""
        return type(self), (self.path, self.line, self.field, self.message)


class RenderError(ContentError):
    """An article whose Markdown cannot be turned into safe HTML within its bounds."""


class RefusedError(NewsletterError):
    """Articles have problems, and because of them nothing was done at all; a line each, and what came of it last."""

    def __init__(self, problems: Iterable[ContentError], outcome: str) -> None:
        """Keep the problems apart from the outcome, so that cli.py can show their paths from the current folder."""
        self.problems = tuple(problems)
        self.outcome = outcome
        super().__init__("\n".join([*map(str, self.problems), outcome]))

    def __reduce__(self) -> tuple[type["RefusedError"], tuple[tuple[ContentError, ...], str]]:
        """Rebuild from the parts, so that the error crosses process boundaries."""
        return type(self), (self.problems, self.outcome)


class OutputError(NewsletterError):
    """out/ cannot be written or must not be: it is as it was."""


class LockedError(OutputError):
    """Another run holds the lock."""


class TemplateError(OutputError):
    """What is wrong with one of the publication's own templates, and where."""

    def __init__(self, path: Path, line: int | None, message: str) -> None:
        """Take the template's path, which cli.py can show from the current folder, and the 1-based line in it."""
        self.path = path
        self.line = line
        self.message = message
        super().__init__(self.at(str(path)))

    def at(self, path: str) -> str:
        """Say it of that path."""
        return f"{path}: {self.message}" if self.line is None else f"{path}:{self.line}: {self.message}"

    def __reduce__(self) -> tuple[type["TemplateError"], tuple[Path, int | None, str]]:
        """Rebuild from the parts, so that the error crosses process boundaries."""
        return type(self), (self.path, self.line, self.message)


class UnknownError(TemplateError):
    """A template of the publication's own asks for something that is not known there."""


class LedgerError(NewsletterError):
    """The ledger cannot be used as it is. A new one never takes its place: articles would be new to readers again."""


class DeliveryError(NewsletterError):
    """A service did not take an issue."""
