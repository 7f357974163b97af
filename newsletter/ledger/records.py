"""What the ledger holds, as records. No I/O."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """An article as a build publishes it."""

    id: str
    #: As first published; never moves. In the offset it was written with, for feeds show that.
    published: datetime
    #: At first publication; where the article lives today is a matter of configuration.
    permalink: str
    #: What follows was so when the article was last read: by this it is recognised again.
    path: str
    slug: str
    title: str
    #: The date of publication that the file gives, which may have moved.
    dated: datetime
    #: As the feeds have it.
    updated: datetime
    #: Of the body; see recognise.fingerprint. Empty where there is no text.
    fingerprint: str
    #: SHA-256 of its HTML when it was last rendered, and the fingerprint of the body then; empty: not yet.
    content: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known(Publication):
    """An article that was published, as the ledger has it."""

    #: Counts up from 1 in the order of first publication, without gaps.
    sequence: int
    #: Whether a build since then found no file for it.
    gone: bool
