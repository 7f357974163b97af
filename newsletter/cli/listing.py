"""What ``newsletter list`` prints. Pure."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.cli.screen import cell, on_one_line, width
from newsletter.model import Filter, Found, Person, Status

if TYPE_CHECKING:
    from newsletter.runs.foreseen import Foreseen

#: Columns that the lines fit in, unless a path is long.
COLUMNS = 80
#: Status, day, and two spaces after each.
LEFT = 9 + 2 + 10 + 2
LONGEST_PATH = 32


def chosen(found: Iterable[Found], take: Filter) -> tuple[Found, ...]:
    """Keep the files that the filter takes, going by as much of their metadata as could be read."""
    return tuple(item for item in found if _matches(item, take))


def as_text(found: Iterable[Found], *, explain: bool) -> Iterator[str]:
    """Write a line for each file, the path last; explained, another with the reason under those that are not published."""
    rows = list(found)
    paths = min(LONGEST_PATH, max((width(on_one_line(item.path)) for item in rows), default=0))
    titles = COLUMNS - LEFT - paths - 2
    for item in rows:
        day = item.published.date().isoformat() if item.published else ""
        yield f"{item.status:9}  {day:10}  {cell(item.title or '', titles)}  {on_one_line(item.path)}"
        if explain and item.reason:
            where = "" if item.line is None else f"line {item.line}: "
            yield f"           {where}{on_one_line(item.reason)}"


def as_json(found: Iterable[Found], foreseen: "Foreseen") -> str:
    """Write an array with an object for each file; instants are RFC 3339 in the author's offset."""
    return json.dumps([_object(item, foreseen) for item in found], indent=2)


def _matches(item: Found, take: Filter) -> bool:
    tags = {tag.casefold() for tag in take.tags}
    authors = {name.casefold() for name in take.authors}
    folders = [folder.strip("/") for folder in take.folders]
    return (
        (not tags or any(tag.casefold() in tags for tag in item.tags))
        and (not authors or any(person.name.casefold() in authors for person in item.authors))
        and (not folders or any(folder in {"", "."} or item.path.startswith(f"{folder}/") for folder in folders))
    )


def _object(item: Found, foreseen: "Foreseen") -> dict[str, object]:
    article = item.article
    return {
        "path": item.path,
        "status": item.status.value,
        "reason": item.reason or None,
        "line": item.line,
        "id": article.id if article else None,
        "title": item.title,
        "published": _rfc3339(item.published),
        "updated": _rfc3339(item.updated),
        "permalink": article.permalink if article else None,
        "tags": item.tags,
        "authors": [_person(person) for person in item.authors],
        "issue": foreseen.issue_of(article, published=item.status is Status.PUBLISHED) if article else None,
    }


def _person(person: Person) -> dict[str, str | None]:
    return {"name": person.name, "email": person.email, "url": person.url}


def _rfc3339(when: datetime | None) -> str | None:
    if when is None:
        return None
    text = when.isoformat(timespec="seconds")
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text
