"""newsletter.toml, or [tool.newsletter] in pyproject.toml, becomes one frozen ``Config``.

Reads the configuration file and nothing else. Unknown keys are errors with a suggestion; all problems are reported at once.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from newsletter import rules
from newsletter.config import deliveries, file, tree
from newsletter.config.delivery import Buttondown, Command, Delivery, Dkim, Listmonk, Smtp
from newsletter.config.design import Colours, ThemeTable
from newsletter.config.feeds import EditionTable, Feeds, Podcast
from newsletter.config.records import SUBJECT, Config, Digest, Reading
from newsletter.config.tree import Key
from newsletter.design import theme as themes
from newsletter.errors import ConfigError
from newsletter.feeds import segments
from newsletter.mail import merging
from newsletter.mail.services import Tags

__all__ = [
    "SUBJECT",
    "Buttondown",
    "Colours",
    "Command",
    "Config",
    "Delivery",
    "Digest",
    "Dkim",
    "EditionTable",
    "Feeds",
    "Key",
    "Listmonk",
    "Podcast",
    "Reading",
    "Smtp",
    "Tags",
    "ThemeTable",
    "keys",
    "load",
    "sources",
]


def keys() -> tuple[Key, ...]:
    """List every configuration key, for documentation."""
    return tuple(tree.keys(Config))


def load(path: Path | None, sets: tuple[str, ...], cwd: Path, *, search: bool = True) -> Config:
    """Read the configuration file, and over it the settings of the command line, each ``KEY=VALUE`` with a dotted key.

    Without a path the file is looked for in ``cwd`` (absolute) and above it, unless ``search`` is false; where there is
    none, the settings alone must do. Raises ConfigError with every problem.
    """
    path = cwd / path if path else file.find(cwd) if search else None
    given = file.read(path) if path else {}
    for setting in sets:
        tree.plant(given, setting)
    root = path.parent if path else cwd
    reader = tree.Reader(Config, root, cwd)
    values = reader.read(Config, given)
    if not reader.problems:
        values = _derive({**values, "root": root}, reader.problems)
    if reader.problems:
        raise ConfigError(reader.problems)
    for table, record in (("reading", Reading), ("feeds", Feeds), ("podcast", Podcast)):
        values[table] = record(**values[table])
    values["editions"] = tuple(EditionTable(name=name, **table) for name, table in values["editions"])
    return Config(**values)


def sources(path: Path | None, cwd: Path) -> tuple[Path, ...]:
    """List the files that ``load`` reads, or would read if they were there."""
    return (cwd / path,) if path else tuple(file.candidates(cwd))


def _derive(values: dict[str, Any], problems: list[str]) -> dict[str, Any]:
    """Work out what follows from several keys, and add a line to ``problems`` for each that cannot be."""
    url = _ascii(values["url"])
    addresses = {key: urljoin(url, values[key]) if values[key] else "" for key in ("logo", "icon")}
    podcast = dict(values["podcast"])
    podcast["image"] = urljoin(url, podcast["image"]) if podcast["image"] else ""
    given = {key: values[key] for key in addresses} | {"podcast.image": values["podcast"]["image"]}
    for key, address in {**addresses, "podcast.image": podcast["image"]}.items():
        if expected := rules.web_address(address):
            problems.append(f"{key}: expected {expected}, or one relative to url, got {given[key]!r}")
    if expected := rules.web_address(urljoin(url, values["permalink"])):
        problems.append(f"permalink: expected {expected}, or one relative to url, got {values['permalink']!r}")
    authority = values["authority"] or (urlsplit(url).hostname or "")
    if expected := rules.authority(authority):
        problems.append(f"authority: expected {expected}, as the host of url is none, got {authority!r}")
    if values["content"] == values["out"]:
        problems.append("out: expected another folder than content, for a build writes there")
    problems += _wrong_editions(values["editions"])
    theme = ThemeTable(**{**values["theme"], **{mode: Colours(**values["theme"][mode]) for mode in ("light", "dark")}})
    problems += themes.problems(values["digest"]["theme"], theme)
    delivery = _delivery(values["delivery"])
    digest = Digest(**{**values["digest"], "tags": Tags(**values["digest"]["tags"])})
    problems += _wrong_day(digest)
    problems += deliveries.problems(delivery, digest)
    digest = deliveries.served(delivery, digest)
    problems += merging.problems(digest)
    digest = digest if problems else merging.spelled(digest)
    flowing = {key: " ".join(values[key].split()) for key in ("description", "copyright")}
    tables = {"podcast": podcast, "theme": theme, "digest": digest, "delivery": delivery}
    return {**values, **flowing, **addresses, **tables, "url": url, "authority": authority, "ledger": _ledger(values)}


def _ledger(values: dict[str, Any]) -> str:
    """Name the ledger in full; without one each output folder has its own, so that a trial build leaves the real one alone."""
    given: str = values["ledger"]
    out: Path = values["out"]
    if "://" in given:
        return given
    return str(values["root"] / given if given else out.parent / f".{out.name}.ledger")


def _delivery(table: dict[str, Any]) -> Delivery:
    records = {"smtp": Smtp, "dkim": Dkim, "listmonk": Listmonk, "buttondown": Buttondown, "command": Command}
    return Delivery(**{**table, **{name: record(**table[name]) for name, record in records.items()}})


def _wrong_day(digest: Digest) -> Iterator[str]:
    """Say that a day is none of the period's."""
    weekly, weekday = digest.every == "week", digest.on in rules.WEEKDAYS
    if digest.on and digest.every == "day":
        yield f"digest.on: expected none with digest.every = 'day', got {digest.on!r}"
    elif digest.on and weekly != weekday:
        expected = "a weekday such as friday" if weekly else "a day of the month from 1 to 31"
        yield f"digest.on: expected {expected} with digest.every = {digest.every!r}, got {digest.on!r}"


def _wrong_editions(tables: tuple[tuple[str, dict[str, Any]], ...]) -> Iterator[str]:
    """Say which editions would be the whole publication again, or another edition in a folder of one name."""
    seen: dict[str, str] = {}
    for name, table in tables:
        if not any(table[key] for key in ("tags", "authors", "folders")):
            yield f"editions.{name}: expected tags, authors or folders, for without them it is the whole publication"
        if not (key := segments.key(name)):
            yield f"editions.{name}: expected a name that is not blank"
        elif seen.setdefault(key, name) != name:
            yield f"editions.{name}: expected a name that differs from {seen[key]} in more than case"


def _ascii(url: str) -> str:
    """Spell an address in ASCII, as URLs must be, with a closing slash."""
    parts = urlsplit(url)
    host = rules.ascii_host(parts.hostname or "")
    port = f":{parts.port}" if parts.port else ""
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~")
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}{path.rstrip('/')}/"
