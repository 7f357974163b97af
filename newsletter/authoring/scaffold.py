"""What ``newsletter init`` and ``newsletter new`` write: texts for people to go on with. Pure."""

import json
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from textwrap import wrap
from urllib.parse import urlsplit

from newsletter import glance
from newsletter.config import Config, keys
from newsletter.config.values import toml

#: Settings that most publications change, shown even where they are as they come.
SHOWN = (
    *("title", "url", "description", "language", "timezone", "authors", "authority", "permalink"),
    *("digest.every", "digest.on", "digest.at", "digest.sender", "digest.service", "digest.address", "digest.unsubscribe"),
    "delivery.service",
)
COLUMNS = 100
WELCOME = """\
This is an article: a Markdown file in the content folder. What stands between the lines of dashes is its front matter;
a title and a date are all it needs.

<!--more-->

What stands above the comment is the excerpt, for readers in a hurry.

- `newsletter new "A title"` begins another one, as a draft.
- `newsletter list --explain` says what becomes of each.
- `newsletter build` writes feeds, digest and archive into `out/`.
- `newsletter run`, called every hour, makes each issue when it is due and hands it over.
- `newsletter check` looks for what readers would stumble over.
"""


def settings(config: Config) -> str:
    """Write newsletter.toml: every setting that is not as it comes, and the usual ones as comments, each explained."""
    lines = ["# The publication. All settings are described in the documentation of newsletter."]
    table = ""
    for key in keys():
        if ".NAME." in key.name:
            continue  # its tables are for people to name
        value = attrgetter(key.name)(config)
        if isinstance(value, Path):
            value = value.relative_to(config.root).as_posix() if value.is_relative_to(config.root) else value.as_posix()
        written = toml(value)
        # the authority follows from url, which in a new publication is not settled yet, and the ledger from out
        derived = {"authority": urlsplit(config.url).hostname, "ledger": str(config.out.parent / f".{config.out.name}.ledger")}
        as_it_comes = written == key.default or value == derived.get(key.name)
        if as_it_comes and key.name not in SHOWN:
            continue
        folder, _, name = key.name.rpartition(".")
        if folder != table:
            lines += ["", f"[{folder}]"]
            table = folder
        lines += ["", *wrap(key.description, COLUMNS, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)]
        lines.append(f"# {name} = {key.default}" if as_it_comes else f"{name} = {written}")
    return "\n".join(lines) + "\n"


def ignored(config: Config) -> tuple[str, ...]:
    """List what of a publication need not be kept in a repository: its outputs, and what the program makes for itself."""
    glanced = f"/{glance.NAME}"
    if not config.out.is_relative_to(config.root):
        return (glanced,)
    out = config.out.relative_to(config.root)
    return (f"/{out.as_posix()}/", f"/{out.with_name(f'.{out.name}.index').as_posix()}", glanced)


def draft(title: str, when: datetime, identity: str) -> str:
    """Write the beginning of an article; ``when`` in the publication's zone."""
    return _article(title, when, [f"id: {identity}", "draft: true"], "")


def sample(when: datetime) -> tuple[str, str]:
    """Write a first article, without an id as long as the address is not settled; return its file name and its text."""
    return f"{when.date().isoformat()}-welcome.md", _article("Welcome", when, [], WELCOME)


def _article(title: str, when: datetime, more: list[str], body: str) -> str:
    lines = ["---", f"title: {json.dumps(title, ensure_ascii=False)}", f"date: {when.isoformat(timespec='seconds')}"]
    return "\n".join([*lines, *more, "---", "", body])
