"""Begins publications and articles, and adopts texts that have no front matter. Writes configuration and articles, not out/.

Nothing is ever overwritten but by ``adopt``, which only adds lines and takes on all files or none.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path

from newsletter import collector, folder, periods
from newsletter.authoring import candidates, scaffold
from newsletter.authoring.adoption import complete
from newsletter.config import Config
from newsletter.config.file import NAME
from newsletter.errors import ContentError, NewsletterError, RefusedError
from newsletter.identity import derived_slug, other_slugs, shortened, slug_of_path, tag_uri
from newsletter.model import Article
from newsletter.xmltext import legal

#: Settings that a new publication begins with, for its owner to change.
PLACEHOLDERS = ("title=My newsletter", "url=https://newsletter.example/")


def init(config: Config, now: datetime) -> tuple[Path, ...]:
    """Scaffold the publication in ``config.root`` and return the files written; what is there already stays.

    Raises NewsletterError where there is a newsletter.toml.
    """
    settings = config.root / NAME
    if os.path.lexists(settings):
        raise NewsletterError(f"{settings}: is there already; nothing was changed")
    name, text = scaffold.sample(now.astimezone(config.timezone))
    with _told():
        written = [_create(settings, scaffold.settings(config))]
        if not config.content.exists() or not any(config.content.iterdir()):
            written.append(_create(config.content / name, text))
        ignored = config.root / ".gitignore"
        before = ignored.read_text(encoding="utf-8", errors="surrogateescape") if ignored.exists() else ""
        known = {line.strip("/ ") for line in before.splitlines()}
        if lines := [line for line in scaffold.ignored(config) if line.strip("/") not in known]:
            with ignored.open("a", encoding="utf-8") as file:
                file.write("\n" if before and not before.endswith("\n") else "")
                file.writelines(f"{line}\n" for line in lines)
            written.append(ignored)
    return tuple(written)


def new(config: Config, title: str, now: datetime) -> Path:
    """Begin an article as a draft, dated ``now``, and return its path. Raises NewsletterError where that file is there."""
    title = " ".join(title.split())
    if not title or legal(title) != title:
        raise NewsletterError(f"expected a title of one line without control characters, got {title!r}")
    when = now.astimezone(config.timezone)
    day = when.date().isoformat()
    slug = shortened(derived_slug(title) or "article")
    ending = ".md" if ".md" in config.reading.extensions else config.reading.extensions[0]
    path = config.content / f"{day}-{slug}{ending}"
    articles = collector.load(config).articles if config.content.is_dir() else ()
    text = scaffold.draft(title, when, _Ids(config, articles).mint(path.name, day))
    with _told():
        return _create(path, text)


def adopt(config: Config, files: Sequence[Path], *, date: str | None, title: str | None) -> tuple[Path, ...]:
    """Add front matter to files that lack it, all of them or none, and return those that changed.

    A path may also be relative to the content folder, as messages have it; what builds do not read as an article is refused.
    ``date`` is a date or an instant as for periods.instant, without an offset in the publication's zone. Raises RefusedError
    with what is wrong with any of the files.
    """
    files = tuple(dict.fromkeys(_there(config, file) for file in files))
    if title is not None and len(files) > 1:
        raise NewsletterError("--title names one article; adopt the files one by one")
    library = collector.load(config)
    ids, found = _Ids(config, library.articles), {one.path: one for one in library.found}
    written = None if date is None else _spelled(date, config)
    changed: dict[Path, bytes] = {}
    problems: list[ContentError] = []
    for file in files:
        path = candidates.in_content(config, found, file)
        if isinstance(path, ContentError):
            problems.append(path)
            continue
        try:
            before = folder.read(file.parent, file.name, limit=config.reading.max_bytes).decode()
        except folder.UnreadableError as error:
            problems.append(ContentError(str(file), None, None, str(error)))
            continue
        except UnicodeDecodeError as error:
            problems.append(ContentError(str(file), None, None, f"it is not UTF-8 from byte {error.start} on"))
            continue
        after = complete(before, path=path, zone=config.timezone, date=written, title=title, mint=partial(ids.mint, path))
        if not isinstance(after, str):
            problems += (ContentError(str(file), problem.line, problem.field, problem.message) for problem in after)
        elif after != before:
            changed[file] = after.encode()
    if problems:
        raise RefusedError(problems, "nothing was adopted")
    with _told():
        _replace(changed)
    return tuple(changed)


class _Ids:
    """Mints ids that no article of the publication has."""

    def __init__(self, config: Config, articles: Iterable[Article]) -> None:
        self.authority = config.authority
        self.known = {article.path: article.id for article in articles}
        self.taken = set(self.known.values())

    def mint(self, path: str, day: str) -> str:
        """Return the id that the article of that path has, or a new one for that day (YYYY-MM-DD)."""
        if path in self.known:
            return self.known[path]
        slug = slug_of_path(path)
        candidates = (tag_uri(self.authority, day, name) for name in chain([slug], other_slugs(slug, path, day)))
        minted = next(identity for identity in candidates if identity not in self.taken)
        self.taken.add(minted)
        return minted


def _spelled(date: str, config: Config) -> str:
    """Write a date as it was given, an instant in the publication's zone."""
    local = periods.instant(date, config.timezone).astimezone(config.timezone)
    return local.date().isoformat() if periods.DATE.fullmatch(date.strip()) else local.isoformat()


def _there(config: Config, file: Path) -> Path:
    """Return the path as it is, or, where nothing is there, in the content folder."""
    return config.content / file if not os.path.lexists(file) and os.path.lexists(config.content / file) else file


def _create(path: Path, text: str) -> Path:
    """Write a file that is not there yet, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


def _replace(changed: dict[Path, bytes]) -> None:
    """Replace files atomically, once all new ones are on disk; their modes stay, and links to them."""
    staged: list[tuple[Path, Path]] = []
    try:
        for file, body in changed.items():
            target = file.resolve()
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=".newsletter-")
            staged.append((Path(name), target))
            with os.fdopen(handle, "wb") as waiting:
                waiting.write(body)
            shutil.copymode(target, name)
        for waiting_file, target in staged:
            waiting_file.replace(target)
    finally:
        for waiting_file, _ in staged:
            waiting_file.unlink(missing_ok=True)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what the file system refuses into one line."""
    try:
        yield
    except FileExistsError as error:
        raise NewsletterError(f"{error.filename}: is there already; nothing was changed") from error
    except OSError as error:
        raise NewsletterError(f"{error.filename}: {error.strerror}") from error
