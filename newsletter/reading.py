"""Reads one file of the content folder: what it says of itself, or what is wrong with it. Raises nothing for what is in it."""

import os
from datetime import datetime

from msgspec.structs import replace

from newsletter import filenames, folder, frontmatter, naming
from newsletter.config import Config
from newsletter.errors import ContentError
from newsletter.folder import File, UnreadableError
from newsletter.frontmatter import Parsed
from newsletter.index.rows import Row, Sound
from newsletter.index.said import Said, names_of, said
from newsletter.model import Article
from newsletter.naming import Chosen
from newsletter.recognise.resemblance import fingerprint

#: Shows how a date is written.
DAY = "2026-03-02"


def read(config: Config, file: File, known: Row | None = None) -> Row:
    """Read one file, whatever may be wrong with it; if it is as when it was ``known``, that holds.

    What cannot be read has no stamp.
    """
    if file.unreadable:
        return _spoiled(file, b"", "", ContentError(file.path, None, None, file.unreadable))
    try:
        raw = folder.read(config.content, file.path, limit=config.reading.max_bytes)
    except UnreadableError as error:
        return _spoiled(file, b"", "", ContentError(file.path, None, None, str(error)))
    digest, core = folder.digests(raw)
    if known is not None and known.sha256 == digest:
        return replace(known, stamp=file.stamp, fresh=file.fresh)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        return _spoiled(file, file.stamp, digest, _not_utf8(file.path, raw, error.start))
    if not text.lstrip("\ufeff \t\r\n"):
        problem = ContentError(file.path, None, None, "the file is empty: write the article, or remove the file")
        return _spoiled(file, file.stamp, digest, problem)
    parsed = frontmatter.parse(text, path=file.path, zone=config.timezone)
    return _read(config, file, digest, parsed, core if parsed.verbatim else fingerprint(parsed.body))


def _read(config: Config, file: File, digest: str, parsed: Parsed, mark: str) -> Row:
    """Say what a file says that has a text, which has that fingerprint."""
    path = file.path
    excluded = file.excluded or _excluded(path, parsed)
    draft = bool(parsed.held) or ("/" in path and "_drafts" in path.lower().split("/")[:-1])
    odd = excluded or draft or parsed.problems or parsed.remarks or parsed.title_written != parsed.title
    if parsed.published is not None and parsed.title and not odd:
        return _sound(config, file, digest, parsed, parsed.published, parsed.title, mark)
    undated = parsed.published is None and not parsed.misdated and not draft
    problems = (*parsed.problems, _undated(config, path, parsed)) if undated else parsed.problems
    if undated and not parsed.dialect:
        # without any front matter one line says all: the remedy adds the title, too
        problems = (_undated(config, path, parsed),)
    chosen = _chosen(parsed)
    return said(
        path,
        (file.stamp, file.fresh),
        digest,
        parsed,
        wish=None if parsed.published is None else naming.wish(path, parsed.published, chosen, config),
        chosen=chosen,
        draft=draft,
        excluded=excluded,
        fingerprint=mark,
        problems=problems,
    )


def _sound(config: Config, file: File, digest: str, parsed: Parsed, published: datetime, title: str, mark: str) -> Sound:
    """Say what the article is of which nothing else is to be told."""
    chosen = _chosen(parsed)
    slug, permalink, identity = naming.wish(file.path, published, chosen, config)
    article = Article(
        path=file.path,
        id=identity,
        title=title,
        slug=slug,
        permalink=permalink,
        hosted=naming.is_hosted(chosen, config),
        published=published,
        updated=published if parsed.updated is None else parsed.updated,
        authors=parsed.authors,
        tags=parsed.tags,
        summary=parsed.summary,
        language=parsed.language,
        cover=parsed.cover,
        cover_alt=parsed.cover_alt,
        enclosures=parsed.enclosures,
        expires=parsed.expires,
        extra=parsed.extra,
        body_line=parsed.body_line,
        title_in_body=parsed.title_in_body,
        sha256=digest,
        id_line=None if parsed.id is None else parsed.id_line,
        fingerprint=mark,
    )
    return Sound(file.stamp, file.fresh, article, None if chosen is None else names_of(chosen))


def _chosen(parsed: Parsed) -> Chosen | None:
    """Gather the names that the author chose; None without any."""
    if parsed.slug is None and parsed.permalink is None and parsed.id is None:
        return None
    return Chosen(
        slug=parsed.slug,
        slug_line=parsed.slug_line,
        permalink=parsed.permalink,
        permalink_line=parsed.permalink_line,
        id=parsed.id,
        id_line=parsed.id_line,
    )


def _undated(config: Config, path: str, parsed: Parsed) -> ContentError:
    """Say that a date is missing, and how to add it: with a command for the folder of newsletter.toml, as shells read it."""
    from shlex import quote  # noqa: PLC0415 - for the few files that have none

    what = "no date" if parsed.title is not None or parsed.dialect else "no date and no title"
    place = filenames.printable(os.path.relpath(config.content, config.root))
    command = f"newsletter adopt {quote(f'{place}/{path}')} --date {DAY}"
    remedy = f"add a line such as 'date: {DAY}' to the front matter, or run, with its own date for {DAY}: {command}"
    return ContentError(path, parsed.date_line, "date", f"{what}: {remedy}")


def _spoiled(file: File, stamp: bytes, digest: str, problem: ContentError) -> Said:
    """Take in a file that has no text to read."""
    return said(file.path, (stamp, file.fresh), digest, Parsed(), excluded=file.excluded, problems=(problem,))


def _not_utf8(path: str, raw: bytes, offset: int) -> ContentError:
    """Say where a file is not UTF-8."""
    line = raw.count(b"\n", 0, offset) + 1
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ContentError(path, 1, None, "expected UTF-8, got UTF-16: save the file as UTF-8")
    return ContentError(
        path, line, None, f"expected UTF-8, got the byte 0x{raw[offset]:02x} at offset {offset}: save the file as UTF-8"
    )


def _excluded(path: str, parsed: Parsed) -> str:
    """Say why a text is no article though its name is one's; empty if it is."""
    if not parsed.dialect and filenames.is_about(path):
        return "it is about the folder and has no front matter"
    if parsed.redirect is not None and parsed.published is None and not parsed.misdated and not parsed.body.strip():
        return f"it only sends its visitors to {parsed.redirect}"
    return ""
