"""Regular expressions that the index has: they are those that the interpreter would compile."""

import re
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter.config import Config
from newsletter.index import patterns, place
from newsletter.index.numbers import PATTERNS, last
from newsletter.index.patterns import Patterns, remembered
from tests.factories import make_config

compiler: Any = re._compiler  # type: ignore[attr-defined]  # noqa: SLF001 - what is stood in for
#: Of all kinds: groups with names and without, flags inside, sets large and small, what looks around.
SAMPLES = [
    ("a", 0),
    ("(?P<one>a)|(?P<two>b)(c)", 0),
    ("(?xi) a # comment", re.MULTILINE),
    ("[\u00aa-\u1fff]+(?<!x)(?=y)", re.IGNORECASE),
    ("(a)\\1{2,5}?", re.DOTALL),
    ("", 0),
]


#: What another process told.
with remembered(make_config(Path("/nowhere"))):
    re.compile("two")
    NEW = [one for one in patterns.tell() if one.pattern == "two"]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return make_config(tmp_path)


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note what is compiled in truth."""
    noted: list[str] = []
    real = compiler.compile

    def noting(pattern: str, flags: int = 0) -> object:
        noted.append(pattern)
        return real(pattern, flags)

    monkeypatch.setattr(compiler, "compile", noting)
    return noted


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """Let Python remember nothing of what it compiled."""
    re.purge()
    yield
    re.purge()


def compile_all(samples: list[tuple[str, int]]) -> list[re.Pattern[str]]:
    re.purge()
    return [re.compile(pattern, flags) for pattern, flags in samples]


def blobs(config: Config) -> int:
    with closing(sqlite3.connect(place(config))) as connection:
        [(count,)] = connection.execute(
            "SELECT COUNT(*) FROM blobs WHERE number BETWEEN ? AND ?", (PATTERNS, last(PATTERNS))
        ).fetchall()
    return int(count)


def test_what_was_compiled_is_not_compiled_again(config: Config, compilations: list[str]) -> None:
    wanted = compile_all(SAMPLES)
    with remembered(config):
        compile_all(SAMPLES)
    compilations.clear()
    with remembered(config):
        made = compile_all(SAMPLES)
    assert compilations == []
    assert made == wanted  # patterns are equal if their code is
    assert [(one.pattern, one.flags, one.groups, one.groupindex) for one in made] == [
        (one.pattern, one.flags, one.groups, one.groupindex) for one in wanted
    ]
    match = made[1].fullmatch("bc")
    assert match is not None
    assert (match.lastgroup, match.groupdict()) == (None, {"one": None, "two": "b"})


def test_afterwards_all_is_as_before(config: Config) -> None:
    before = compiler.compile, compiler._sre  # noqa: SLF001 - the same
    with remembered(config):
        assert compiler.compile is not before[0]
    assert (compiler.compile, compiler._sre) == before  # noqa: SLF001 - the same
    with pytest.raises(ZeroDivisionError), remembered(config):
        raise ZeroDivisionError
    assert (compiler.compile, compiler._sre) == before  # noqa: SLF001 - the same


def test_one_inside_another_changes_nothing(config: Config, compilations: list[str]) -> None:
    with remembered(config):
        with remembered(config):
            compile_all([("inner", 0)])
        compile_all([("outer", 0)])
    compilations.clear()
    with remembered(config):
        compile_all([("inner", 0), ("outer", 0)])
    assert compilations == []


def test_what_is_no_pattern_is_told_as_ever(config: Config) -> None:
    with remembered(config):
        with pytest.raises(re.error, match="unterminated"):
            re.compile("(")
        with pytest.raises(TypeError):
            re.compile(7)  # type: ignore[call-overload]  # on purpose
        assert re.compile(b"bytes").match(b"bytes")
        assert re.compile(re.compile("again")).match("again")


def test_bytes_are_compiled_each_time(config: Config, compilations: list[str]) -> None:
    for _ in range(2):
        compilations.clear()
        re.purge()
        with remembered(config):
            assert re.compile(b"a+").match(b"aa")
            assert [*map(repr, compilations)] == ["b'a+'"]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pattern=st.text(alphabet="ab01.*+?()[]{}|\\^$-:=!<>P dwsDWSbBié\u1234\U0001f600,", max_size=14),
    flags=st.sets(st.sampled_from([re.IGNORECASE, re.MULTILINE, re.DOTALL, re.VERBOSE, re.ASCII])),
    text=st.text(alphabet="abAB01 \n.-é\u1234\U0001f600", max_size=12),
)
def test_any_pattern_is_the_same(tmp_path: Path, pattern: str, flags: set[re.RegexFlag], text: str) -> None:
    config = make_config(tmp_path)
    place(config).unlink(missing_ok=True)
    number = int(sum(flags))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what Python will understand otherwise some day
        try:
            [wanted] = compile_all([(pattern, number)])
        except (re.error, OverflowError, RecursionError):
            assume(False)  # noqa: FBT003 - as hypothesis has it
        for _ in range(2):
            with remembered(config):
                [made] = compile_all([(pattern, number)])
            assert made == wanted
            assert [one.span() for one in made.finditer(text)] == [one.span() for one in wanted.finditer(text)]


LIBRARIES = """
import re, sys
from pathlib import Path
from newsletter.index import patterns
from tests.factories import make_config

config = make_config(Path(sys.argv[1]))
real = re._compiler.compile
truth, compiled = {}, []

def compiling(pattern, flags=0):
    compiled.append(pattern)
    return real(pattern, flags)

re._compiler.compile = compiling
with patterns.remembered(config):
    standing_in = re._compiler.compile

    def comparing(pattern, flags=0):
        made = standing_in(pattern, flags)
        assert made == real(pattern, flags), pattern
        truth[pattern] = made
        return made

    re._compiler.compile = comparing
    import feedgen.feed, markdown, premailer, pymdownx.superfences, pymdownx.magiclink
    from pygments.lexers import get_all_lexers, get_lexer_by_name
    for _, names, _, _ in list(get_all_lexers())[::9]:
        get_lexer_by_name(names[0]) if names else None
whole = [one for one in compiled if isinstance(one, str) and one.encode(errors="ignore").decode() == one]
print(len(truth), len(whole))
"""


def test_what_libraries_ask_for_is_the_same(tmp_path: Path) -> None:
    counts = []
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", LIBRARIES, str(tmp_path)], check=True, capture_output=True, text=True)
        counts.append([int(number) for number in done.stdout.split()])
    (first, anew), (second, again) = counts
    assert first == second > 1000
    assert anew > first * 0.9
    assert again == max(0, first - patterns.LARGEST)


def test_an_index_that_others_can_write_to_is_not_believed(config: Config, compilations: list[str]) -> None:
    with remembered(config):
        compile_all(SAMPLES)
    place(config).chmod(0o666)
    compilations.clear()
    with remembered(config):
        compile_all(SAMPLES)
    assert len(compilations) == len(SAMPLES)


def test_another_interpreter_takes_nothing_from_this_one(
    config: Config, compilations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with remembered(config):
        compile_all(SAMPLES)
    monkeypatch.setattr(sys, "version", "another")
    compilations.clear()
    with remembered(config):
        compile_all(SAMPLES)
    assert len(compilations) == len(SAMPLES)
    assert blobs(config) == 1  # and leaves nothing of it


def test_what_the_engine_refuses_is_compiled(config: Config, compilations: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with remembered(config):
        compile_all(SAMPLES)

    def other(self: Patterns, path: Path) -> None:
        real(self, path)
        for key, one in self._known.items():
            self._known[key] = replace(one, code=one.code[:4] + b"\xff\0\0\0" + one.code[8:])

    real = Patterns.__init__
    monkeypatch.setattr(Patterns, "__init__", other)
    compilations.clear()
    with remembered(config):
        made = compile_all(SAMPLES)
    assert len(compilations) == len(SAMPLES)
    assert made == compile_all(SAMPLES)


def test_there_are_never_too_many(config: Config, compilations: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "MOST", 3)
    monkeypatch.setattr(patterns, "LARGEST", 7)
    for number in range(9):
        with remembered(config):
            compile_all([(f"a{number}", 0)])
        assert blobs(config) <= patterns.MOST
    compilations.clear()
    with remembered(config):
        compile_all([(f"a{number}", 0) for number in range(9)])
    assert compilations == ["a7", "a8"]


def test_what_another_process_compiles_is_kept_with_the_rest(config: Config, compilations: list[str]) -> None:
    with remembered(config):
        compile_all([("one", 0)])
        assert [one.pattern for one in patterns.tell()] == ["one"]
        assert patterns.tell() == []
        patterns.take(NEW)
    compilations.clear()
    with remembered(config):
        assert compile_all([("two", 0)])[0].match("two")
    assert compilations == []
    assert patterns.tell() == []
    patterns.take(NEW)  # nobody keeps it
    assert blobs(config) == 1


def test_once_a_run_is_written_down_nothing_is_kept(config: Config, compilations: list[str]) -> None:
    with remembered(config):
        compile_all([("one", 0)])
        patterns.keep()
        compile_all([("two", 0)])
    patterns.keep()  # nobody is at work
    compilations.clear()
    with remembered(config):
        compile_all([("one", 0), ("two", 0)])
    assert compilations == ["two"]


def test_an_interpreter_that_is_made_otherwise_compiles_as_ever(
    config: Config, compilations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = compiler.compile
    for where, name, value in ((compiler, "_sre", object()), (patterns, "NEWEST", sys.version_info), (re, "_compiler", None)):
        with monkeypatch.context() as patch:
            patch.setattr(where, name, value)
            with remembered(config):
                assert compiler.compile is real
    assert compilations == []
    assert not place(config).exists()
