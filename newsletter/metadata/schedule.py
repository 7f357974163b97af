"""When an article appears, changes and goes, and whether it is held back. Pure."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from newsletter.metadata import dates
from newsletter.metadata.fields import Fields, flag
from newsletter.metadata.spellings import EMBARGO, EXPIRES, PERMALINK, PUBLISHED, SHOWN, STATUS, UPDATED, WITHHELD, plain
from newsletter.metadata.tree import Entry, Table, Value, is_missing, shown

#: What a table under a date key may hold: mkdocs-material, Docusaurus.
_CREATED = ("created", "published", "publish", "date", "posted")
_CHANGED = ("updated", "modified", "lastmod", "date")

_LIVE = frozenset({"published", "publish", "public", "live", "final", "featured", "active", "done"})
_HELD = frozenset({"draft", "pending", "private", "hidden", "unlisted", "unpublished", "wip", "trash", "skip", "idea", "review"})
_SCHEDULED = frozenset({"scheduled", "future"})

#: Zola's addresses by date, perhaps in a section.
_DATED_PATH = re.compile(r"(?:^|/)([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})(?:/|$)")


class Schedule(Struct, frozen=True, kw_only=True):
    """The dates of an article, as far as they could be read."""

    published: datetime | None
    #: None where the author declares no change, or one that was before publication.
    updated: datetime | None
    expires: datetime | None
    #: Whether a date is given that cannot be read, so that none is missing.
    misdated: bool
    #: What holds the article back; empty if nothing does.
    held: str


def schedule(fields: Fields, zone: ZoneInfo) -> Schedule:
    """Read all dates and flags."""
    problems = len(fields.problems)
    held = _held(fields, zone)
    entry = _dated(fields)
    published = _read(fields, entry, entry.value, zone, _CREATED) if entry else None
    if entry is None:
        published = _from_path(fields, zone)
    embargo = fields.take(EMBARGO)
    if embargo is not None and embargo is not entry:
        until = _read(fields, embargo, embargo.value, zone, _CREATED)
        published = until if published and until and until.instant > published.instant else published
    updated = _updated(fields, entry, published, zone)
    ends = fields.take(EXPIRES)
    expires = _read(fields, ends, ends.value, zone, ()) if ends else None
    return Schedule(
        published=published.instant if published else None,
        updated=updated,
        expires=expires.instant if expires else None,
        misdated=fields.block.salvaged or any(plain(problem.field or "") in PUBLISHED for problem in fields.problems[problems:]),
        held=held,
    )


def _dated(fields: Fields) -> Entry | None:
    """Return the entry that dates the article: ``published: true`` does not."""
    for entry in fields.all(PUBLISHED):
        if plain(entry.key) in SHOWN and (flag_of(entry) is not None or any(bad.field == entry.key for bad in fields.problems)):
            continue
        fields.use(entry)
        return entry
    return None


def _from_path(fields: Fields, zone: ZoneInfo) -> dates.Moment | None:
    """Take the date from the address that the author gives, else from the file's own path."""
    for entry in fields.all(PERMALINK):
        match = _DATED_PATH.search(entry.value) if plain(entry.key) == "path" and isinstance(entry.value, str) else None
        if match is not None:
            try:
                return dates.Moment(instant=dates.day(zone, *match.groups()), timed=False)
            except ValueError:
                break
    found = dates.in_path(fields.path, zone)
    return None if found is None else dates.Moment(instant=found, timed=False)


def _updated(fields: Fields, dated: Entry | None, published: dates.Moment | None, zone: ZoneInfo) -> datetime | None:
    """Read when the article last changed."""
    entry = fields.take(UPDATED)
    if entry is not None:
        moment = _read(fields, entry, entry.value, zone, _CHANGED)
    elif dated is not None and isinstance(dated.value, Table) and _inner(dated.value, _CHANGED[:-1]) is not None:
        entry, moment = dated, _read(fields, dated, dated.value, zone, _CHANGED[:-1])
    else:
        return None
    if moment is None or published is None or moment.instant >= published.instant:
        return moment.instant if moment else None
    # a bare date is a whole day: one that is the day of publication is not before it
    if moment.timed or moment.instant.date() != published.instant.astimezone(zone).date():
        fields.remark(entry, f"the change on {moment.instant:%Y-%m-%d} is before publication: the date of publication is used")
    return None


def _read(fields: Fields, entry: Entry, value: Value, zone: ZoneInfo, inner: tuple[str, ...]) -> dates.Moment | None:
    """Read a date, if need be from inside a table; None with an error if it is none."""
    if isinstance(value, Table):
        value = _inner(value, inner)
    if not isinstance(value, str):
        fields.error(entry, f"expected an ISO 8601 date, got {shown(entry.value)}")
        return None
    try:
        return dates.read(value, zone)
    except ValueError as error:
        fields.error(entry, str(error))
        return None


def _inner(table: Table, keys: tuple[str, ...]) -> Value:
    """Return the first value of these keys in a table."""
    values = {plain(part.key): part.value for part in table.entries if not is_missing(part.value)}
    return next((values[key] for key in keys if key in values), None)


def _held(fields: Fields, zone: ZoneInfo) -> str:
    """Say which flags hold the article back; one that is neither true nor false is an error."""
    reasons = []
    for keys, holding in ((WITHHELD, True), (SHOWN, False)):
        for entry in fields.all(keys):
            said = flag_of(entry)
            if said is None:
                _not_a_flag(fields, entry, zone)
                continue
            fields.use(entry)
            if said is holding:
                reasons.append(f"{entry.key}: {entry.value}")
    status = fields.text(STATUS)
    if status is not None:
        entry, word = status
        if word.lower() in _HELD:
            reasons.append(f"{entry.key}: {word}")
        elif word.lower() not in _LIVE | _SCHEDULED:
            fields.error(entry, f"expected published or draft, got {shown(word)}")
    return ", ".join(reasons)


def flag_of(entry: Entry) -> bool | None:
    """Read an entry as a flag; None if it is none."""
    return flag(entry.value) if isinstance(entry.value, str) else None


def _not_a_flag(fields: Fields, entry: Entry, zone: ZoneInfo) -> None:
    """Note an error, unless the key may hold a date and does."""
    if plain(entry.key) not in PUBLISHED:
        fields.use(entry)
        fields.error(entry, f"expected true or false, got {shown(entry.value)}")
        return
    value = _inner(entry.value, _CREATED) if isinstance(entry.value, Table) else entry.value
    try:
        dates.read(value if isinstance(value, str) else "", zone)
    except ValueError as error:
        hint = str(error).partition(": ")[2] if isinstance(value, str) else ""
        fields.error(entry, f"expected true, false or an ISO 8601 date, got {shown(value)}" + (f": {hint}" if hint else ""))
