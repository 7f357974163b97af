"""Reads the digests that were built last: the newest issue of each edition that has issues. Reads out/, writes nothing.

Older issues have been sent, and nothing mends a mail that was sent.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from newsletter import writer
from newsletter.checks.finding import Finding, Rule
from newsletter.checks.mail.page import Mail, parse
from newsletter.errors import OutputError

UNREADABLE = Rule(
    id="digest-readable",
    summary="An issue has its manifest and its mail, and they can be read.",
    source="issues/KEY/issue.json and email.html, as a build writes them",
)
RULES = (UNREADABLE,)


def newest(out: Path) -> Iterator[Mail | Finding]:
    """Read the newest issue of each edition, or say what is wrong with it. Raises OutputError where a file cannot be opened."""
    folders: dict[str, list[Path]] = {}
    for name in sorted(writer.owned(out)):
        prefix, found, rest = name.rpartition("issues/")
        if found and rest.endswith("/issue.json") and (out / name).exists():
            folders.setdefault(prefix, []).append(out / name)
    for manifests in folders.values():
        read = [_manifest(path) for path in manifests]
        yield from (one for one in read if isinstance(one, Finding))
        dated = [one for one in read if not isinstance(one, Finding)]
        if dated:
            yield _mail(*max(dated, key=lambda one: (one[1]["date"], one[1]["key"])))


def _manifest(path: Path) -> tuple[Path, dict[str, str], str] | Finding:
    """Read what a manifest says in words, and all of it as it stands."""
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
        return path, {name: str(content[name]) for name in ("key", "date", "subject", "preheader")}, text
    except OSError as error:
        raise OutputError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, KeyError) as error:
        return Finding(rule=UNREADABLE, path=path, message=f"damaged ({error}); newsletter build writes it")


def _mail(manifest: Path, words: dict[str, str], text: str) -> Mail | Finding:
    path = manifest.with_name("email.html")
    try:
        html = path.read_bytes()
    except FileNotFoundError:
        return Finding(rule=UNREADABLE, path=path, message="is missing; newsletter build writes it")
    except OSError as error:
        raise OutputError(f"{path}: cannot be read: {error.strerror}") from error
    return Mail(
        path=path,
        html=html,
        page=parse(html),
        manifest=text,
        key=words["key"],
        subject=words["subject"],
        preheader=words["preheader"],
    )
