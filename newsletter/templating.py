"""The Jinja2 environment: the shared templates, with autoescape always on. Articles are data here, never templates.

Reads template files only. The templates that come with the program stand beside the package in a checkout and inside it
in a wheel; a publication overrides them file by file with its own folder.
"""

import html
import os
import textwrap
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import jinja2
from jinja2.environment import TemplateModule
from jinja2.utils import missing
from markupsafe import Markup

from newsletter.design.fitting import fitted
from newsletter.errors import TemplateError
from newsletter.walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from newsletter.mail.places import Memory
    from newsletter.model import Period, Rendered

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

#: ISO 639 codes of the languages that are written from right to left in their usual script, and ISO 15924 scripts that are.
RIGHT_TO_LEFT = frozenset(["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ji", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"])
RIGHT_TO_LEFT_SCRIPTS = frozenset(["adlm", "arab", "hebr", "mand", "nkoo", "rohg", "syrc", "thaa"])
#: Words a minute: a cautious figure for reading prose on a screen.
READING_SPEED = 220
#: A template of the publication extends the one it stands before as newsletter/NAME.
ORIGINAL = "newsletter/"
#: What stands between an imported template's name and what it lacks.
LACKS = " has no "


def builtin_folder() -> Path:
    """Find the templates that come with the program."""
    package = Path(__file__).parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def rfc3339(when: datetime) -> str:
    """Write an instant as RFC 3339 in its own offset, with Z for UTC and without fractions of a second."""
    text = when.isoformat(timespec="seconds")
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def long_date(when: datetime, zone: ZoneInfo) -> str:
    """Write the day on which an instant falls in that zone, for people, in English on any machine: 16 December 2024."""
    local = when.astimezone(zone)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def date_span(period: "Period", zone: ZoneInfo) -> str:
    """Write the days that a period covers, for people, in English: 2 to 8 March 2026, with a dash; whole months by name."""
    first = period.start.astimezone(zone)
    last = (period.end - timedelta(microseconds=1)).astimezone(zone)
    if first.day == 1 == period.end.astimezone(zone).day and first.year == last.year and last > first:
        start = MONTHS[first.month - 1]
        return f"{start} {last.year}" if first.month == last.month else f"{start} \u2013 {MONTHS[last.month - 1]} {last.year}"
    if last.date() <= first.date():
        return long_date(period.start, zone)
    if first.year != last.year:
        start = long_date(period.start, zone)
    elif first.month != last.month:
        start = f"{first.day} {MONTHS[first.month - 1]}"
    else:
        return f"{first.day}\u2013{last.day} {MONTHS[last.month - 1]} {last.year}"
    return f"{start} \u2013 {last.day} {MONTHS[last.month - 1]} {last.year}"


def direction(language: str) -> str:
    """Tell how a language is written, as HTML's dir has it: rtl or ltr. Takes a BCP 47 tag."""
    subtags = language.lower().split("-")
    scripts = [tag for tag in subtags[1:] if len(tag) == 4 and tag.isalpha()]  # RFC 5646, section 2.2.3  # noqa: PLR2004
    if scripts:
        return "rtl" if scripts[0] in RIGHT_TO_LEFT_SCRIPTS else "ltr"
    return "rtl" if subtags[0] in RIGHT_TO_LEFT else "ltr"


def minutes(item: "Rendered") -> int:
    """Estimate how long an article takes to read, at least one minute."""
    return max(1, round(item.words / READING_SPEED))


def wrapped(value: str, indent: int = 0, first: str = "") -> str:
    """Wrap plain text at 72 columns; ``indent`` spaces before each line but the first, which begins with ``first``."""
    text = value.unescape() if isinstance(value, Markup) else value
    return textwrap.fill(
        " ".join(text.split()),
        width=72,
        initial_indent=first,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _files(folder: Path) -> "Iterator[tuple[str, bytes]]":
    """Read the files below a folder, by their paths relative to it; those that cannot be read are as good as empty."""
    for here, names in walk(str(folder)):
        for path in (Path(here, name) for name in names):
            try:
                body = path.read_bytes() if path.is_file() else b""
            except OSError:
                body = b""
            yield path.relative_to(folder).as_posix(), body


class LackingError(jinja2.UndefinedError):
    """A template that another one imports has no macro or value of that name."""


class _Unknown(jinja2.StrictUndefined):
    """What a template asks for in vain; if it asks another template, that one is named, which Jinja2 leaves out."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: object = missing,
        name: str | None = None,
        exc: type[jinja2.TemplateRuntimeError] = jinja2.UndefinedError,
    ) -> None:
        """Take what Jinja2 knows of it."""
        if hint is None and isinstance(obj, TemplateModule):
            hint, exc = f"{obj.__name__}{LACKS}{name!r}", LackingError
        super().__init__(hint, obj, name, exc)


class _Own(jinja2.FileSystemLoader):
    """A publication's folder, of which anything may be wrong."""

    def get_source(self, environment: jinja2.Environment, template: str) -> "tuple[str, str, Callable[[], bool]]":
        """Read a file; raises TemplateError where it is there but no text can be read from it."""
        path = Path(os.path.normpath(Path(self.searchpath[0], template)))
        try:
            return super().get_source(environment, template)
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise TemplateError(path, line, "expected UTF-8: save the file as UTF-8") from error
        except jinja2.TemplateNotFound:
            raise
        except OSError as error:
            raise TemplateError(path, None, f"cannot be read: {error.strerror}") from error


class Templates:
    """The templates of one publication. Picklable: only the folder's name travels to another process."""

    def __init__(
        self,
        folder: Path | None = None,
        compiled: jinja2.BytecodeCache | None = None,
        texts: "Mapping[str, str] | None" = None,
        styles: "Memory | None" = None,
        weights: "Memory | None" = None,
        digest: str = "",
    ) -> None:
        """Take the publication's own templates folder, which need not exist; and the texts of all templates, if not from files.

        What is ``compiled`` need not be compiled again; ``styles`` are known of the style sheets that are inlined, and
        ``weights`` of what is shown in mails. ``digest`` is that of all templates, where it was asked for before.
        """
        self.folder = folder
        self._compiled = compiled
        self._texts = texts
        self.styles = styles
        self.weights = weights
        self._digest = digest
        self._once: dict[int, tuple[Rendered, str]] = {}

    def __reduce__(self) -> "tuple[type[Templates], tuple[object, ...]]":
        """Rebuild the environment on the other side."""
        return type(self), (self.folder, self._compiled, self._texts, self.styles, self.weights, self._digest)

    def carried(self) -> "Templates":
        """Return the same with their texts, for a machine that has none of the files."""
        texts = {name: body.decode(errors="replace").replace("\r\n", "\n") for name, body in self.sources()}
        return Templates(self.folder, texts=texts)  # the folder for mistakes alone

    @cached_property
    def environment(self) -> jinja2.Environment:
        """Build the environment: the publication's folder first, then the program's."""
        environment = jinja2.Environment(
            loader=self._loader(),
            bytecode_cache=self._compiled,
            autoescape=True,
            undefined=_Unknown,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,  # a build has them as it found them
        )
        for function in (rfc3339, long_date, date_span, direction, minutes, wrapped, fitted):
            environment.filters[function.__name__] = function
        return environment

    def _loader(self) -> jinja2.BaseLoader:
        if self._texts is not None:
            return jinja2.FunctionLoader(self._carried_source)
        theirs = jinja2.FileSystemLoader(builtin_folder())
        original = jinja2.PrefixLoader({ORIGINAL.rstrip("/"): theirs})
        return jinja2.ChoiceLoader([*([] if self.folder is None else [_Own(self.folder)]), theirs, original])

    def _carried_source(self, name: str) -> "tuple[str, str, Callable[[], bool]] | None":
        """Find a text that was carried along, and where it was."""
        assert self._texts is not None  # as the caller knows  # noqa: S101
        if name in self._texts and self.folder is not None and not name.startswith(ORIGINAL):
            return self._texts[name], os.path.normpath(self.folder / name), lambda: True
        full = name if name in self._texts else f"{ORIGINAL}{name}"
        path = builtin_folder() / full.removeprefix(ORIGINAL)
        return (self._texts[full], str(path), lambda: True) if full in self._texts else None

    def render(self, name: str, /, **values: object) -> str:
        """Render the template of that name, relative to the templates folder.

        Raises TemplateError where that fails because of a template of the publication's own.
        """
        try:
            return self.environment.get_template(name).render(**values)
        except TemplateError:
            raise
        except Exception as error:  # anything that a template may do
            told = self._mistake(error)
            if told is None:
                raise
            raise told from error

    def understand(self, name: str) -> None:
        """Compile the template of that name; raises TemplateError where one of the publication's own cannot be."""
        try:
            self.environment.get_template(name)
        except jinja2.TemplateSyntaxError as error:
            raise self._mistake(error) or error from None

    def _mistake(self, error: Exception) -> TemplateError | None:
        """Look for a mistake in one of the publication's own templates behind what was raised."""
        from newsletter.mistakes import mistake  # noqa: PLC0415 - for those who made one

        return None if self.folder is None else mistake(error, self.folder, builtin_folder(), self.names())

    def names(self) -> "Collection[str]":
        """Name all templates as they extend and include one another."""
        full = [name for name, _ in self.sources()] if self._texts is None else [*self._texts]
        return {*full, *(name.removeprefix(ORIGINAL) for name in full)}

    def once(self, item: "Rendered", write: "Callable[[], str]") -> str:
        """Return what ``write`` makes of an article for feeds: it is asked once, though the article be in many of them."""
        if id(item) not in self._once:
            self._once[id(item)] = (item, write())  # kept, so that nothing else gets its id
        return self._once[id(item)][1]

    def forget(self) -> None:
        """Let go of what ``once`` returned: the articles to come are others."""
        self._once.clear()

    def render_text(self, name: str, /, **values: object) -> str:
        """Render a template of plain text: autoescaping, which is always on, is taken back from the result as a whole."""
        return html.unescape(self.render(name, **values))

    def sources(self) -> "Iterator[tuple[str, bytes]]":
        """Read all that a template can be made of: the program's files, then those of the publication that differ from them.

        Each with its name as templates extend and include it, in a fixed order.
        """
        original = dict(_files(builtin_folder()))
        for name, body in original.items():
            yield f"{ORIGINAL}{name}", body
        for name, body in _files(self.folder) if self.folder else ():
            if body != original.get(name):
                yield name, body

    @property
    def digest(self) -> str:
        """Digest them all."""
        if not self._digest:
            self._digest = sha256(repr([(name, sha256(body).digest()) for name, body in self.sources()]).encode()).hexdigest()
        return self._digest

    def source(self, name: str) -> str:
        """Return a template file as it is, for style sheets."""
        loader = self.environment.loader
        assert loader is not None  # given above  # noqa: S101
        return loader.get_source(self.environment, name)[0]
