"""Regular expressions as the interpreter compiled them, kept in the index: libraries have hundreds, which take long to compile.

Python remembers them for one process. Here is kept what its compiler hands to its engine, and the engine, which checks it, is
handed the same again: it comes to the same expression. An interpreter that is made otherwise compiles all of them, as ever.
"""

import re
import sys
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from newsletter.config import Config
from newsletter.index import file, place
from newsletter.index.numbers import PATTERNS, last, number

#: Blobs; when there are so many, one that has all takes their place.
MOST = 16
#: Expressions; what goes beyond is compiled each time.
LARGEST = 4_000
#: From this version of Python on nobody has tried.
NEWEST = (3, 14)
#: How the engine has its code: unsigned, of four bytes.
CODE = "I"
#: What an expression is asked for by: the pattern, and flags.
Key: TypeAlias = tuple[str, int]


class Code(Struct, frozen=True, array_like=True, gc=False):
    """An expression as the engine has it. Those for bytes are few."""

    pattern: str
    #: As they were asked for, and with those that the pattern itself gives.
    flags: int
    whole: int
    code: bytes
    groups: int
    #: Numbers of the groups that have names.
    names: dict[str, int]

    @property
    def key(self) -> Key:
        """Return what it is asked for by."""
        return self.pattern, self.flags


_SURROGATES = re.compile("[\ud800-\udfff]")
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Code])


class Patterns:
    """The expressions that the index holds, for one interpreter, and those that were compiled since."""

    def __init__(self, path: Path) -> None:
        """Read what is there, if nobody but this user can have written it."""
        self._path = path
        engine = _engine()
        self._compile = engine.compile
        self._key = sha256(repr((sys.version, sys.byteorder, engine.MAGIC, Code.__struct_fields__)).encode()).digest()
        blobs = file.fetch(path, self._key, (PATTERNS, last(PATTERNS))) if file.is_own(path) else {}
        self._sound = blobs.keys()
        self._known: dict[Key, Code] = {one.key: one for body in blobs.values() for one in _DECODER.decode(body)}
        self._new: list[Code] = []
        #: Whether it is too late to write.
        self._over = False

    @property
    def known(self) -> list[Code]:
        """List the expressions that there are."""
        return [*self._known.values()]

    def compiled(self, pattern: object, flags: int) -> re.Pattern[Any] | None:
        """Make an expression of what is known of it; None where nothing is."""
        one = self._known.get((pattern, flags)) if type(pattern) is str else None
        if one is None:
            return None
        names: list[str | None] = [None] * (one.groups + 1)
        for name, group in one.names.items():
            names[group] = name
        try:
            made: re.Pattern[Any] = self._compile(
                pattern, one.whole, array(CODE, one.code).tolist(), one.groups, one.names, tuple(names)
            )
        except (RuntimeError, ValueError, TypeError, OverflowError):  # the engine found it to be none
            del self._known[one.key]
            return None
        return made

    def learn(self, flags: int, pattern: object, whole: int, code: list[int], groups: int, names: dict[str, int]) -> None:
        """Take what the compiler hands to the engine; nothing of patterns with halves of characters, of which there are few."""
        if type(pattern) is str and not (_SURROGATES.search(pattern) or whole & re.DEBUG) and len(self._known) < LARGEST:
            one = Code(pattern, flags, whole, array(CODE, code).tobytes(), groups, dict(names))
            self._known[one.key] = one
            self._new.append(one)

    def told(self) -> list[Code]:
        """Return what is new, once."""
        new, self._new = self._new, []
        return new

    def take(self, new: list[Code]) -> None:
        """Take what is new to another process."""
        self._known.update((one.key, one) for one in new)
        self._new += new

    def keep(self) -> None:
        """Write down what is new."""
        if self._over or not self._new or not file.is_own(self._path, absent=True):
            return
        many = len(self._sound) >= MOST
        gone = file.numbers(self._path, PATTERNS, last(PATTERNS)) - (frozenset() if many else self._sound)
        body = _ENCODER.encode(self.known if many else self._new)
        file.store(self._path, self._key, {number(PATTERNS, sha256(body).digest()): body}, anew=gone)

    def end(self) -> None:
        """Write for the last time."""
        self.keep()
        self._over = True


_at_work: Patterns | None = None


def tell() -> list[Code]:
    """Return what this process has compiled since it was asked last."""
    return _at_work.told() if _at_work is not None else []


def take(new: list[Code]) -> None:
    """Take what another process has compiled, to be kept with the rest."""
    if _at_work is not None:
        _at_work.take(new)


def keep() -> None:
    """Write down what is new by now: before a run writes down that the next one has nothing to do, and would leave half of it."""
    if _at_work is not None:
        _at_work.end()


@contextmanager
def remembered(config: Config) -> Iterator[None]:
    """Compile no expression for a while that the index has, in this process and those that it forks; then keep what is new."""
    global _at_work  # noqa: PLW0603 - as is what stands in for the compiler
    compiler: Any = getattr(re, "_compiler", None)
    if _at_work is not None or not _is_as_expected(compiler):
        yield
        return
    patterns = _at_work = Patterns(place(config))
    before = compiler.compile, compiler._sre  # noqa: SLF001 - the standard library has no other way in
    compiler.compile, compiler._sre = _standing_in(patterns, *before)  # noqa: SLF001 - the same
    try:
        yield
        patterns.end()
    finally:
        compiler.compile, compiler._sre = before  # noqa: SLF001 - the same
        _at_work = None


def _standing_in(patterns: Patterns, compile_: Callable[..., Any], engine: Any) -> tuple[Callable[..., Any], SimpleNamespace]:  # noqa: ANN401 - a module without types
    """Return what stands in for the compiler's function and for the engine that it calls."""
    handed: dict[int, tuple[Any, ...]] = {}

    def asked(pattern: Any, flags: int = 0) -> Any:  # noqa: ANN401 - as the compiler has it
        made = patterns.compiled(pattern, flags)
        if made is None:
            made = compile_(pattern, flags)
            patterns.learn(flags, *handed.pop(id(made)))
        return made

    def handing(*arguments: Any) -> Any:  # noqa: ANN401 - the same
        made = engine.compile(*arguments)
        handed[id(made)] = arguments[:5]
        return made

    return asked, SimpleNamespace(**{**vars(engine), "compile": handing})


def _engine() -> Any:  # noqa: ANN401 - a module without types
    return import_module("_sre")


def _is_as_expected(compiler: Any) -> bool:  # noqa: ANN401 - the same
    """Tell whether this interpreter is one whose compiler hands to the engine what is kept here."""
    engine = _engine() if sys.implementation.name == "cpython" else None
    return (
        sys.version_info < NEWEST
        and getattr(compiler, "_sre", None) is engine is not None
        and getattr(engine, "CODESIZE", 0) == array(CODE).itemsize
    )
