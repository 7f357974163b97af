"""What authors are told and asked about ids, with the line to add. Pure."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from newsletter.errors import ContentError
from newsletter.ledger.records import Known
from newsletter.model import Remark
from newsletter.recognise.records import Candidate

#: Articles that a question names.
NAMED = 3
#: What YAML takes as a string without quotes: https://yaml.org/spec/1.2.2/#733-plain-style
_PLAIN = re.compile(r"[A-Za-z][\w+./~?&=%@,;-]*(?::[\w+./~?&=%@,;-]+)+", re.ASCII)


def line(identity: str) -> str:
    """Write the front-matter line that gives an article this id."""
    return f"id: {identity if _PLAIN.fullmatch(identity) else json.dumps(identity, ensure_ascii=False)}"


def changed(read: Candidate, known: Known) -> ContentError:
    """Refuse another id for a published article."""
    return ContentError(
        read.path,
        read.line,
        "id",
        f"expected the id that this article was published with, got {read.explicit!r}; write `{line(known.id)}`, "
        "or rename the file if this is another article",
    )


def repeated(read: Candidate, others: Iterable[str]) -> ContentError:
    """Refuse an id that other files have."""
    return ContentError(
        read.path,
        read.line,
        "id",
        f"expected an id that no other article has, got {read.explicit!r}, that of {', '.join(others)}",
    )


def unsure(read: Candidate, known: Sequence[Known], fresh: str, *, move: bool) -> ContentError:
    """Ask which article this is; with ``move`` it cannot be a new one under the name that its file has."""
    choices = [f"`{line(one.id)}` if it is {one.title!r}, published from {one.path}" for one in known[:NAMED]]
    other = f"`{line(fresh)}` and another file name" if move else f"`{line(fresh)}`"
    message = f"it may be an article that readers have already: add {', '.join(choices)}, or {other} if it is a new one"
    return ContentError(read.path, None, "id", message)


def rewritten(read: Candidate, known: Known, fresh: str) -> Remark:
    """Tell that a file was used for what looks like another article."""
    return Remark(
        path=read.path,
        line=None,
        field="id",
        message=f"title, date and text are new; readers see it as an update of {known.title!r}, published from this file; "
        f"add `{line(fresh)}` if it is another article",
    )


def redated(read: Candidate, published: datetime) -> Remark:
    """Tell that a date of publication never moves."""
    return Remark(
        path=read.path,
        line=None,
        field="date",
        message=f"the feeds keep {published.isoformat()}, when it was first published; set `updated` to tell readers of a change",
    )
