"""The gate: what mail clients make of each thing that the digest uses, and whether anything is lost by it. Pure."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from newsletter.checks.clients.severity import weigh
from newsletter.checks.clients.support import CLIENTS, Client, Feature, Level, findings
from newsletter.checks.clients.uses import Use, uses
from newsletter.checks.finding import Finding, Rule, Severity
from newsletter.checks.mail.origin import Origins, Place
from newsletter.checks.mail.page import Mail

_SOURCE = "https://www.caniemail.com/, whose findings are in newsletter/checks/clients/caniemail.json"
LOST = Rule(
    id="client-support",
    summary="Nothing that carries content or layout is unsupported in a main client.",
    source=_SOURCE,
)
PARTLY = Rule(
    id="client-support-partly",
    summary="Nothing that carries content or layout is used in a way that a main client supports in part only.",
    source=_SOURCE,
    severity=Severity.WARNING,
)
ADDS = Rule(
    id="client-enhancement",
    summary="What clients do not support only adds to the mail, or something stands in for it.",
    source=_SOURCE,
    severity=Severity.NOTE,
)
RULES = (LOST, PARTLY, ADDS)
_BY_SEVERITY = {rule.severity: rule for rule in RULES}


class Row(Struct, frozen=True, kw_only=True):
    """One feature that a mail uses, and how far each client supports it."""

    feature: Feature
    #: In the order of support.CLIENTS.
    levels: tuple[Level, ...]


class Table(Struct, frozen=True, kw_only=True):
    """Everything that a mail uses."""

    #: The mail's file.
    path: Path
    #: Of caniemail's findings, ISO 8601.
    date: str
    clients: tuple[Client, ...]
    rows: tuple[Row, ...]


class _Trouble(Struct, frozen=True, kw_only=True):
    """What a use costs in one client."""

    severity: Severity
    level: Level
    why: str
    note: str
    client: Client


def check(mail: Mail, origins: Origins) -> tuple[tuple[Finding, ...], Table]:
    """Weigh each use of a feature in each client; return what was found, worst first, and the table of it all.

    Where something matters every place is told, of the rest each feature once.
    """
    known = findings()
    by_slug: dict[str, list[Use]] = {}
    for use in uses(mail.page):
        by_slug.setdefault(use.slug, []).append(use)
    features = [known.features[slug] for slug in sorted(by_slug)]
    rows = tuple(Row(feature=one, levels=tuple(one.support[client.id][0] for client in CLIENTS)) for one in features)
    found = [finding for feature in features for finding in _of_feature(feature, by_slug[feature.slug], origins)]
    order = list(Severity)
    ranked = sorted(dict.fromkeys(found), key=lambda finding: order.index(finding.rule.severity))
    return tuple(ranked), Table(path=mail.path, date=known.date, clients=CLIENTS, rows=rows)


def _of_feature(feature: Feature, used: Sequence[Use], origins: Origins) -> Iterator[Finding]:
    """Say what clients make of the uses of one feature."""
    noted: list[tuple[Use, _Trouble]] = []
    for use in used:
        troubles = tuple(_troubles(use, feature))
        noted += ((use, trouble) for trouble in troubles if trouble.severity is Severity.NOTE)
        for severity in (Severity.ERROR, Severity.WARNING):
            if chosen := [trouble for trouble in troubles if trouble.severity is severity]:
                place = _place(use, origins)
                yield _finding(_BY_SEVERITY[severity], place, f"{feature.title} on <{use.element.tag}>", chosen, feature)
    if noted:
        places = len({id(use) for use, _ in noted})
        said = feature.title if places == 1 else f"{feature.title} ({places} places)"
        yield _finding(ADDS, _place(noted[0][0], origins), said, [trouble for _, trouble in noted], feature)


def _troubles(use: Use, feature: Feature) -> Iterator[_Trouble]:
    for client in CLIENTS:
        level, note = feature.support[client.id]
        if weighed := weigh(use, client, level, note):
            yield _Trouble(severity=weighed[0], why=weighed[1], level=level, note=note, client=client)


def _finding(rule: Rule, place: Place, said: str, troubles: Sequence[_Trouble], feature: Feature) -> Finding:
    """Name the clients that do not support something, then those that do in part, each with why it is no worse, or the notes."""
    parts = []
    for level, words in ((Level.NOT, "not in"), (Level.PARTLY, "in part in")):
        for why in dict.fromkeys(trouble.why for trouble in troubles if trouble.level is level):
            alike = [trouble for trouble in troubles if (trouble.level, trouble.why) == (level, why)]
            names = ", ".join(dict.fromkeys(trouble.client.name for trouble in alike))
            notes = "" if why else " ".join(dict.fromkeys(trouble.note for trouble in alike if trouble.note))
            parts.append(f"{words} {names}{' - ' if why or notes else ''}{why or notes}")
    return Finding(rule=rule, path=place.path, line=place.line, message=f"{said}: {'; '.join(parts)} ({feature.url})")


def _place(use: Use, origins: Origins) -> Place:
    if use.rule is not None:
        return origins.of_rule(use.rule)
    if use.name:
        return origins.of_declaration(use.element, use.name)
    return origins.of(use.element, use.element.get("src", ""), f"<{use.element.tag}")
