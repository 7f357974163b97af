"""What ``newsletter issues`` prints and asks. Pure.

The text is for people and fits a terminal; programs are told everything, issue by issue, for years of attempts to reach thousands
of recipients need not fit into memory.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from itertools import chain

from msgspec import Struct

from newsletter.cli.screen import cell, on_one_line, width
from newsletter.ledger.records import Attempt, Fate, Issued, Placement, Progress, Schedule, State

COLUMNS = 80
#: Recipients of one issue that are named.
NAMED = 20
#: What is counted, in the order of the columns, and what that is called.
COUNTED = {
    Progress.SENT: "sent",
    Progress.REFUSED: "refused",
    Progress.DEFERRED: "deferred",
    Progress.TRYING: "unknown",
}


class Reached(Struct, frozen=True, kw_only=True):
    """Whom a service reached with an issue."""

    service: str
    counts: Mapping[Progress, int]
    #: By recipient: all of them for programs, for people those of whom nobody knows.
    attempts: tuple[Attempt, ...] = ()


class Entry(Struct, frozen=True, kw_only=True):
    """An issue, and what came of it."""

    issue: Issued
    #: By name.
    services: tuple[Reached, ...] = ()


def as_text(
    entries: Iterable[Entry], schedule: Schedule | None, placements: Mapping[str, Placement], zone: tzinfo
) -> Iterator[str]:
    """Write a table with a line for each issue, and below it what waits, and whom nobody knows to have been reached."""
    rows = list(entries)
    if not rows:
        yield "no issues yet"
    else:
        yield from _table(rows, zone)
    for entry in rows:
        if entry.issue.state is State.RESERVED:
            yield ""
            yield f"{entry.issue.key} is reserved and not delivered: the next run goes on with it"
        for reached in entry.services:
            yield from _unknown(entry.issue.key, reached, zone)
    waiting = sum(placement.fate is Fate.WAITING for placement in placements.values())
    if schedule and waiting:
        yield ""
        yield f"{_articles(waiting)} since {_day(schedule.since, zone)}: too few for an issue, waiting"


def as_json(
    entries: Iterable[Entry], schedule: Schedule | None, placements: Mapping[str, Placement], zone: tzinfo
) -> Iterator[str]:
    """Write an object, in pieces that belong on lines of their own; instants are RFC 3339 in the publication's zone."""
    fates = {fate: sorted(id_ for id_, placement in placements.items() if placement.fate is fate) for fate in Fate}
    closed = {"closed": _instant(schedule.closed, zone), "since": _instant(schedule.since, zone)} if schedule else None
    yield "{"
    yield f'  "schedule": {json.dumps(closed)},'
    yield f'  "waiting": {json.dumps(fates[Fate.WAITING])},'
    yield f'  "passed": {json.dumps(fates[Fate.PASSED])},'
    yield '  "issues": ['
    between = ""
    for entry in entries:
        written = json.dumps(_object(entry, zone), indent=2).replace("\n", "\n    ")
        yield f"{between}    {written}"
        between = "    ,\n"
    yield "  ]"
    yield "}"


def forgetting(entry: Entry, zone: tzinfo, *, newest: bool) -> str:
    """Ask whether to forget an issue, and say what comes of it."""
    then = "the next run makes and delivers it again" if newest else "its articles are in no issue then"
    return f"Forget issue {_about(entry, zone)}? If so, {then}."


def marking(entry: Entry, zone: tzinfo) -> str:
    """Ask whether to mark an issue as delivered, and say what comes of it."""
    return f"Mark issue {_about(entry, zone)} as delivered? If so, no run hands it over any more."


def _about(entry: Entry, zone: tzinfo) -> str:
    issue = entry.issue
    state = f"delivered {_day(issue.delivered, zone)}" if issue.delivered else f"reserved {_day(issue.reserved, zone)}"
    counts = _counts(entry)
    reached = "".join(f", {counts[progress]:,} {name}" for progress, name in COUNTED.items() if counts[progress])
    return f"{issue.key} ({_articles(len(issue.articles))}, {state}{reached})"


def _table(rows: list[Entry], zone: tzinfo) -> Iterator[str]:
    """Align the columns; those of what did not happen are left out, and services cut where the rest leaves them no room."""
    total = {progress: sum(_counts(entry)[progress] for entry in rows) for progress in COUNTED}
    shown = [progress for progress in COUNTED if progress is Progress.SENT or total[progress]]
    head = ["no", "key", "delivered", "articles", "service", *(COUNTED[progress] for progress in shown)]
    lines = [head, *(_row(entry, shown, zone) for entry in rows)]
    widths = [max(width(line[at]) for line in lines) for at in range(len(head))]
    service = head.index("service")
    widths[service] = max(1, min(widths[service], COLUMNS - (sum(widths) - widths[service]) - 2 * (len(head) - 1)))
    words = {head.index("key"), head.index("delivered"), service}
    for line in lines:
        cells = (
            cell(text, room) if at in words else text.rjust(room)
            for at, (text, room) in enumerate(zip(line, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def _row(entry: Entry, shown: list[Progress], zone: tzinfo) -> list[str]:
    issue, counts = entry.issue, _counts(entry)
    delivered = _day(issue.delivered, zone) if issue.delivered else str(issue.state)
    service = issue.service or ", ".join(reached.service for reached in entry.services)
    # folder writes to nobody, so nobody is counted
    told = [str(counts[progress]) if entry.services else "-" for progress in shown]
    return [str(issue.number), issue.key, delivered, str(len(issue.articles)), service, *told]


def _unknown(key: str, reached: Reached, zone: tzinfo) -> Iterator[str]:
    """Name the recipients of whom nobody knows whether they were reached, and say what can be done."""
    unknown = [attempt for attempt in reached.attempts if attempt.progress is Progress.TRYING]
    if not unknown:
        return
    yield ""
    yield f"{key}: nobody knows whether {reached.service} reached, unless a run is at it now:"
    for attempt in unknown[:NAMED]:
        why = f" ({attempt.reply})" if attempt.reply else ""
        at = attempt.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        yield on_one_line(f"  {attempt.recipient or 'the service itself'}, {at}{why}")
    if len(unknown) > NAMED:
        yield f"  and {len(unknown) - NAMED:,} more, which --json names"
    yield f"  to try again, though some may get it twice: newsletter send {key} --retry-unknown"


def _counts(entry: Entry) -> dict[Progress, int]:
    return {progress: sum(reached.counts.get(progress, 0) for reached in entry.services) for progress in COUNTED}


def _object(entry: Entry, zone: tzinfo) -> dict[str, object]:
    issue = entry.issue
    return {
        "number": issue.number,
        "key": issue.key,
        "state": issue.state.value,
        "start": _instant(issue.start, zone),
        "end": _instant(issue.end, zone),
        "reserved": _instant(issue.reserved, zone),
        "delivered": _instant(issue.delivered, zone) if issue.delivered else None,
        "service": issue.service or None,
        "reference": issue.reference or None,
        "articles": issue.articles,
        "counts": {name: _counts(entry)[progress] for progress, name in COUNTED.items()},
        "attempts": list(chain.from_iterable(_attempts(reached, zone) for reached in entry.services)),
    }


def _attempts(reached: Reached, zone: tzinfo) -> Iterator[dict[str, object]]:
    for attempt in reached.attempts:
        yield {
            "service": reached.service,
            "recipient": attempt.recipient,
            "outcome": COUNTED[attempt.progress],
            "count": attempt.count,
            "at": _instant(attempt.at, zone),
            "reply": attempt.reply,
        }


def _articles(count: int) -> str:
    return f"{count:,} article{'' if count == 1 else 's'}"


def _day(when: datetime, zone: tzinfo) -> str:
    return when.astimezone(zone).date().isoformat()


def _instant(when: datetime, zone: tzinfo) -> str:
    text = when.astimezone(zone).isoformat(timespec="seconds")
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text
