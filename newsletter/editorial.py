"""Finds and reads the editor's note of an issue. Reads content/_issues/ and nothing else."""

from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from newsletter import filenames, folder
from newsletter.cadence import Cadence
from newsletter.config import Config
from newsletter.errors import ContentError
from newsletter.folder import File, UnreadableError
from newsletter.model import Article, Period, Remark
from newsletter.note import Note, parse


class Editorial(Struct, frozen=True, kw_only=True):
    """The note of one issue, if there is one."""

    note: Note | None = None
    #: Stands for the note where it is rendered; None where it has no text.
    article: Article | None = None
    #: What is wrong with the note: without it the issue would not be what its editor wants.
    problems: tuple[ContentError, ...] = ()
    #: What is wrong in the folder besides.
    strays: tuple[ContentError, ...] = ()
    remarks: tuple[Remark, ...] = ()


def read(config: Config, period: Period) -> Editorial:
    """Read the note of the period's issue."""
    files = {file.path: file for file in folder.notes(config) if not file.excluded and not filenames.is_about(file.path)}
    own = [path for path in files if _key(path) == period.key]
    more = (
        ContentError(path, None, None, f"expected one note for the issue {period.key}, which {own[0]} is") for path in own[1:]
    )
    others = [path for path in files if path not in own]
    strays = [(path, problem) for path in others if (problem := _stray(config, path))]
    remarks = [(path, remark) for path in others if (remark := _seldom(config, path))]
    found = Editorial(
        strays=(*more, *(ContentError(path, None, None, problem) for path, problem in strays)),
        remarks=tuple(Remark(path=path, line=None, field=None, message=remark) for path, remark in remarks),
    )
    if not own:
        return found
    path = own[0]
    try:
        text = _text(config, files[path])
    except UnreadableError as error:
        return replace(found, problems=(ContentError(path, None, None, str(error)),))
    note, problems = parse(text, path)
    article = _article(config, period, note) if note.body.strip() else None
    return replace(found, note=note, article=article, problems=problems)


def _key(path: str) -> str:
    return path.removeprefix(f"{filenames.NOTES}/").rpartition(".")[0]


def _stray(config: Config, path: str) -> str:
    """Say why no issue ever has a note's name; empty if one may."""
    try:
        key = Cadence.of(config).parse(_key(path)).key
    except ValueError as error:
        return f"no issue has this name: {error}"
    return "" if key == _key(path) else f"no issue has this name: the key of that period is {key}"


def _seldom(config: Config, path: str) -> str:
    """Say that the issue of a note is not one of those that come by themselves; empty if it is, or never comes."""
    cadence = Cadence.of(config)
    if _stray(config, path):
        return ""
    key = _key(path)
    if cadence.containing(cadence.parse(key).start).key == key:
        return ""
    return f"there is an issue for each {cadence.every} (digest.every): this one comes with --period {key} alone"


def _text(config: Config, file: File) -> str:
    if file.unreadable:
        raise UnreadableError(file.unreadable)
    try:
        return folder.read(config.content, file.path, limit=config.reading.max_bytes).decode()
    except UnicodeDecodeError:
        raise UnreadableError("expected UTF-8: save the file as UTF-8") from None


def texts(desk: Editorial) -> tuple[tuple[Article, str], ...]:
    """Return what there is to render."""
    return ((desk.article, desk.note.body),) if desk.note is not None and desk.article is not None else ()


def _article(config: Config, period: Period, note: Note) -> Article:
    """Describe a note as an article of the page on which it can be read."""
    permalink = f"{config.url}issues/{period.key}/"
    when = period.end - timedelta(microseconds=1)
    return Article(
        path=note.path,
        id=f"{permalink}#note",
        title=note.subject or period.key,
        slug=period.key,
        permalink=permalink,
        hosted=True,
        published=when,
        updated=when,
        body_line=note.body_line,
    )
