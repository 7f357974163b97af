"""Tells a mistake in a publication's own template from a bug of ours, and says where it is. Only finds words: mends nothing.

Jinja2 puts a template's file and line into a traceback for those of the code that it made of it (its debug.py), so that the
innermost of the publication's own files in there is the one that somebody has to change. Where there is none, the program's
templates failed by themselves, and that is told as any bug is.
"""

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import jinja2

from newsletter.errors import TemplateError, UnknownError
from newsletter.templating import LACKS, ORIGINAL, LackingError

_NAME = re.compile(r"'(\w+)' is undefined")


class _Place(NamedTuple):
    """A line of a template that was at work when something failed."""

    path: Path
    line: int
    frame: FrameType


def mistake(error: Exception, own: Path, original: Path, names: Collection[str]) -> TemplateError | None:
    """Say what is wrong with a template of the publication's ``own`` folder that made rendering fail; None if none did.

    ``original`` is the folder of the program's templates, and ``names`` are those of all templates.
    """
    own, original = _plain(own), _plain(original)
    if own.resolve() == original.resolve():  # in a checkout the program's may be taken for the publication's own
        return None
    kind = UnknownError if isinstance(error, jinja2.UndefinedError) else TemplateError
    places = [place for place in _places(error) if place.path.is_relative_to(own) or place.path.is_relative_to(original)]
    mine = [place for place in places if place.path.is_relative_to(own)]
    there = f"{ORIGINAL}{places[-1].path.relative_to(original).as_posix()}:{places[-1].line}" if places[-1:] != mine[-1:] else ""
    if mine:
        what = _what(error, mine[-1], names, own)
        return kind(mine[-1].path, mine[-1].line, f"{what}, in {there}" if there else what)
    if isinstance(error, LackingError):
        name, _, lacked = str(error).rpartition(LACKS)
        if (own / name).is_file():
            return kind(own / name, None, f"expected {lacked} in it, for {there}")
    return None


def _plain(folder: Path) -> Path:
    """Write a path as Jinja2 does."""
    return Path(os.path.normpath(folder))


def _places(error: Exception) -> Iterator[_Place]:
    """List what was at work, the innermost last."""
    trace = error.__traceback__
    while trace is not None:
        yield _Place(Path(trace.tb_frame.f_code.co_filename), trace.tb_lineno, trace.tb_frame)
        trace = trace.tb_next


def _what(error: Exception, place: _Place, names: Collection[str], own: Path) -> str:
    """Say what failed, on one line, and what is right where that can be known."""
    if isinstance(error, jinja2.TemplateNotFound):
        sought = [str(name) for name in error.templates]
        return f"no template {' or '.join(map(repr, sought))}{meant(sought[-1], names)}"
    if isinstance(error, RecursionError):
        name = f"{ORIGINAL}{place.path.relative_to(own).as_posix()}"
        return f"leads back to itself without end{f'; the program has its own as {name!r}' if name in names else ''}"
    if not isinstance(error, jinja2.TemplateError):
        return " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    text = " ".join((error.message or "").split()).removesuffix(".")
    unknown = _NAME.fullmatch(text)
    return f"{text}{meant(unknown[1], place.frame.f_locals)}" if unknown else text


def meant(name: str, names: Collection[str]) -> str:
    """Ask whether one of these names was meant."""
    from difflib import get_close_matches  # noqa: PLC0415 - 2 ms, for what is misspelt

    # files of a kind end alike, which counts for nothing
    near = get_close_matches(name, names, n=1, cutoff=0.8 if "." in name else 0.6)
    return f"; did you mean {near[0]!r}?" if near else ""
