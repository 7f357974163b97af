"""The editor's note on an issue: what it says of the articles' order, and of the words that announce them. Pure.

A note is a Markdown file, content/_issues/KEY.md. Its front matter may hold, all of it optional: ``subject`` and
``preheader``; ``lead``, the article that comes first; ``pinned``, those that come next and are the last to be shortened;
``order``, those that come before the rest; ``exclude``, those that this issue goes without. An article is named by its path,
slug or id. The body is what the editor has to say, and stands on top.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from newsletter import rules
from newsletter.config import SUBJECT
from newsletter.errors import ContentError
from newsletter.metadata.tree import Entry, is_missing, shown
from newsletter.model import Found, Remark, Rendered
from newsletter.xmltext import legal

TEXTS = ("subject", "preheader")
KEYS = (*TEXTS, "lead", "pinned", "order", "exclude")


class Note(Struct, frozen=True, kw_only=True):
    """A note as written."""

    #: POSIX path relative to the content folder.
    path: str
    #: A template as digest.subject is; empty: that one holds.
    subject: str = ""
    preheader: str = ""
    #: Names of articles; at most one.
    lead: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    #: Key to its line in the file, from 1.
    lines: tuple[tuple[str, int], ...] = ()
    #: Markdown.
    body: str = ""
    #: 1-based line of the file at which the body begins.
    body_line: int = 1


class Arrangement(Struct, frozen=True, kw_only=True):
    """The articles of an issue as its editor wants them."""

    #: The lead, the pinned ones, those that are ordered, the rest.
    articles: tuple[Rendered, ...]
    #: Ids.
    pinned: tuple[str, ...]
    problems: tuple[ContentError, ...]
    remarks: tuple[Remark, ...]


def parse(text: str, path: str) -> tuple[Note, tuple[ContentError, ...]]:
    """Read the text of a note; return it as far as it could be read, and what is wrong with it."""
    from newsletter.metadata.dialects import take_apart  # noqa: PLC0415 - 15 ms with PyYAML, for issues that have a note

    block = take_apart(legal(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")))
    problems = [ContentError(path, fault.line, fault.key, fault.message) for fault in block.faults]
    entries = () if block.salvaged else block.entries
    given: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        try:
            given[entry.key] = _read(entry)
        except ValueError as error:
            problems.append(ContentError(path, entry.line, entry.key, str(error)))
    note = Note(
        path=path,
        subject="".join(given.get("subject", ())),
        preheader="".join(given.get("preheader", ())),
        lead=given.get("lead", ()),
        pinned=given.get("pinned", ()),
        order=given.get("order", ()),
        exclude=given.get("exclude", ()),
        lines=tuple((entry.key, entry.line) for entry in entries),
        body=block.body,
        body_line=block.body_line,
    )
    return note, tuple(problems)


def _read(entry: Entry) -> tuple[str, ...]:
    """Read one entry: a text, or names of articles. Raises ValueError that says what was expected."""
    if entry.key not in KEYS:
        from difflib import get_close_matches  # noqa: PLC0415 - 2 ms, for what is misspelt

        near = get_close_matches(entry.key.lower(), KEYS, n=1)
        raise ValueError(f"unknown key; did you mean {near[0]}?" if near else f"unknown key; expected one of {', '.join(KEYS)}")
    if is_missing(entry.value):
        return ()
    if entry.key in TEXTS:
        if not isinstance(entry.value, str):
            raise ValueError(f"expected a text, got {shown(entry.value)}")
        if entry.key == "subject" and (expected := rules.pattern(*SUBJECT)(entry.value)):
            raise ValueError(f"expected {expected}, got {shown(entry.value)}")
        return (" ".join(entry.value.split()),)
    names = (entry.value,) if isinstance(entry.value, str) else entry.value
    if not isinstance(names, tuple) or (entry.key == "lead" and len(names) > 1):
        several = "an article" if entry.key == "lead" else "a list of articles"
        raise ValueError(f"expected {several} by path, slug or id, got {shown(entry.value)}")
    if odd := [name for name in names if not isinstance(name, str)]:
        raise ValueError(f"expected an article's path, slug or id, got {shown(odd[0])}")
    return tuple(str(name).strip().removeprefix("./") for name in names)


def arrange(note: Note | None, articles: Sequence[Rendered], found: Iterable[Found]) -> Arrangement:
    """Arrange the articles of an issue as its note says; ``found`` are all files, to tell the unknown from the merely absent.

    An article that the note names and the issue has not is told about, and is a problem only as lead.
    """
    if note is None:
        return Arrangement(articles=tuple(articles), pinned=(), problems=(), remarks=())
    desk = _Desk(note, articles, found)
    excluded = set(desk.find("exclude"))
    lead, pinned, order = desk.find("lead"), desk.find("pinned"), desk.find("order")
    for key, paths in (("lead", lead), ("pinned", pinned), ("order", order)):
        desk.problems += (desk.error(key, f"{path} is excluded, too") for path in paths if path in excluded)
    left = {item.article.path: item for item in articles if item.article.path not in excluded}
    if articles and not left:
        desk.problems.append(desk.error("exclude", "leaves no article in this issue"))
    wanted = [path for path in (*(lead or order[:1] or tuple(left)[:1]), *pinned, *order, *left) if path in left]
    ids = tuple(left[path].article.id for path in pinned if path in left)
    ordered = tuple(left[path] for path in dict.fromkeys(wanted))
    return Arrangement(articles=ordered, pinned=ids, problems=tuple(desk.problems), remarks=tuple(desk.remarks))


class _Desk(Struct):
    """Finds the articles that a note names."""

    note: Note
    articles: Sequence[Rendered]
    found: Iterable[Found]
    problems: list[ContentError] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    _paths: dict[str, str] = field(default_factory=dict)
    _here: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Index all names; where two articles share one, a path goes before an id and an id before a slug."""
        for kind in ("path", "id", "slug"):
            for one in self.found:
                name = one.path if kind == "path" else getattr(one.article, kind, "")
                self._paths.setdefault(name, one.path)
        self._here = frozenset(item.article.path for item in self.articles)

    def find(self, key: str) -> tuple[str, ...]:
        """Return the paths of the articles of this issue that the key names, and note what is wrong with the others."""
        paths = []
        for name in getattr(self.note, key):
            path = self._paths.get(name)
            if path is None:
                from difflib import get_close_matches  # noqa: PLC0415 - 2 ms, for what is misspelt

                near = get_close_matches(name, sorted(filter(None, self._paths)), n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                self.problems.append(self.error(key, f"expected an article's path, slug or id, got {name!r}{hint}"))
            elif path in self._here:
                paths.append(path)
            elif key == "lead":
                self.problems.append(self.error(key, f"{path} is not in this issue"))
            else:
                line = dict(self.note.lines).get(key)
                self.remarks.append(Remark(path=self.note.path, line=line, field=key, message=f"{path} is not in this issue"))
        return tuple(paths)

    def error(self, key: str, message: str) -> ContentError:
        """Say what is wrong with what the note has under a key."""
        return ContentError(self.note.path, dict(self.note.lines).get(key), key, message)
