"""Mistakes in a publication's own templates: one line that says where, in all that is made with them, and nothing changed."""

import os
import pickle
import sqlite3
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import jinja2
import pytest

from newsletter import templating
from newsletter.cli import main
from newsletter.config import Config
from newsletter.errors import OutputError, TemplateError, UnknownError
from newsletter.processes.crew import Crew
from newsletter.templating import Templates, builtin_folder
from tests.factories import make_config, make_edition, make_rendered
from tests.real import tree

EXTENDS = '{% extends "newsletter/email.html.j2" %}\n'
SETTINGS = 'title = "The Letter"\nurl = "https://letter.example/"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    return folder


@pytest.fixture
def letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Publish an article, and write another one."""
    (tmp_path / "newsletter.toml").write_text(SETTINGS)
    (tmp_path / "content").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    for day, name in ((2, "first"), (9, "second")):
        (tmp_path / "content" / f"{name}.md").write_text(f"---\ntitle: {name}\ndate: 2026-03-0{day}\n---\nText of {name}.\n")
        assert name == "second" or main(["run", "--now", "2026-03-10"]) == 0
    return tmp_path


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have other templates come with the program."""
    theirs = tmp_path / "program"
    theirs.mkdir()
    monkeypatch.setattr(templating, "builtin_folder", lambda: theirs)
    return theirs


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    """Start processes that inherit nothing, as those of another machine."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        yield executor


def kept(folder: Path) -> tuple[dict[str, bytes], list[str]]:
    """Read all files, and of the ledger what it says: a run reserves an issue, and takes that back.

    The index does not count; the process beside may be ended in the middle of writing it, and SQLite puts that right.
    """
    with closing(sqlite3.connect(folder / ".out.ledger")) as ledger:
        rows = list(ledger.iterdump())
    return {name: body for name, body in tree(folder).items() if not name.startswith((".out.ledger", ".out.index"))}, rows


def told(folder: Path, body: str, **values: object) -> str:
    """Render a template of the publication's own; what is said of the mistake in it."""
    (folder / "own.j2").write_text(body)
    with pytest.raises(TemplateError) as caught:
        Templates(folder).render("own.j2", **values)
    assert caught.value.path == folder / "own.j2"
    return str(caught.value).removeprefix(f"{folder}/")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("a\n{{ nope.x }}", "own.j2:2: 'nope' is undefined"),
        ("a\n\n{{ isue.key }}", "own.j2:3: 'isue' is undefined; did you mean 'issue'?"),
        ("{{ issue.kye }}", "own.j2:1: 'str object' has no attribute 'kye'"),
        ("{{ none.x.y }}", "own.j2:1: 'None' has no attribute 'x'"),
        ("{% if issue %}\n{% endfi %}", "own.j2:2: Encountered unknown tag 'endfi'. Jinja was looking for"),
        ("{% block a %}\n{{ 1 + }}{% endblock %}", "own.j2:2: unexpected 'end of print statement'"),
        ("{{ issue|uper }}", "own.j2:1: No filter named 'uper'"),
        ("a\n{{ 1 / 0 }}", "own.j2:2: ZeroDivisionError: division by zero"),
        ("{{ issue|long_date }}", "own.j2:1: TypeError: long_date() missing 1 required positional argument: 'zone'"),
        ("{% include 'words.html' %}", "own.j2:1: no template 'words.html'; did you mean 'words.html.j2'?"),
        ("{% include ['a', 'b'] %}", "own.j2:1: no template 'a' or 'b'"),
        (
            "{% extends 'newsletter/emial.html.j2' %}",
            "own.j2:1: no template 'newsletter/emial.html.j2'; did you mean 'newsletter/email.html.j2'?",
        ),
        ("a\n{% extends 'own.j2' %}", "own.j2:2: leads back to itself without end"),
        ("a\n{% macro m() %}\n{{ nope.x }}\n{% endmacro %}{{ m() }}", "own.j2:3: 'nope' is undefined"),
        (f"{EXTENDS}{{% set issue = 1 %}}", "own.j2:2: 'int object' has no attribute 'subject', in newsletter/email.html.j2:"),
        ("{% import 'words.html.j2' as words %}\n{{ words.vew }}", "own.j2:2: words.html.j2 has no 'vew'"),
    ],
)
def test_a_mistake_is_told_with_its_line(body: str, said: str, folder: Path) -> None:
    config = make_config()
    line = told(folder, body, issue="2026-W10", config=config, theme=None, edition=None)
    assert line.startswith(said)
    assert "\n" not in line


def test_who_extends_the_template_itself_is_told_of_the_programs(folder: Path) -> None:
    (folder / "email.html.j2").write_text("{% extends 'email.html.j2' %}")
    with pytest.raises(TemplateError) as caught:
        Templates(folder).render("email.html.j2")
    said = "leads back to itself without end; the program has its own as 'newsletter/email.html.j2'"
    assert str(caught.value) == f"{folder / 'email.html.j2'}:1: {said}"


def test_the_innermost_template_of_the_publication_is_named(folder: Path) -> None:
    (folder / "parts").mkdir()
    (folder / "parts" / "mine.j2").write_text("\n\n{{ nope.x }}")
    (folder / "own.j2").write_text("{% include 'parts/mine.j2' %}")
    with pytest.raises(UnknownError) as caught:
        Templates(folder).render("own.j2")
    assert (caught.value.path, caught.value.line) == (folder / "parts" / "mine.j2", 3)


def test_what_the_programs_templates_miss_in_one_of_the_publications_own_is_told(folder: Path, programs: Path) -> None:
    (programs / "mail.j2").write_text('{% import "words.j2" as words %}\n{{ words.view }}')
    (folder / "words.j2").write_text("")
    with pytest.raises(UnknownError) as caught:
        Templates(folder).render("mail.j2")
    assert str(caught.value) == f"{folder / 'words.j2'}: expected 'view' in it, for newsletter/mail.j2:2"


def test_a_template_that_is_not_utf_8_is_told_with_its_line(folder: Path) -> None:
    (folder / "email.html.j2").write_bytes(b"a\n\xe9t\xe9")
    with pytest.raises(TemplateError) as caught:
        Templates(folder).render("email.html.j2")
    assert str(caught.value) == f"{folder / 'email.html.j2'}:2: expected UTF-8: save the file as UTF-8"


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that nobody can read from its start")
def test_a_template_that_cannot_be_read_is_told(folder: Path) -> None:
    (folder / "own.j2").symlink_to("/proc/self/mem")
    with pytest.raises(TemplateError) as caught:
        Templates(folder).render("own.j2")
    assert str(caught.value) == f"{folder / 'own.j2'}: cannot be read: Input/output error"


def test_a_mistake_in_the_programs_own_templates_stays_a_bug(folder: Path, programs: Path) -> None:
    (programs / "a.j2").write_text("{{ nope.x }}")
    (programs / "b.j2").write_text("{{ 1 / 0 }}")
    (programs / "c.j2").write_text('{% import "a.j2" as a %}')
    (programs / "d.j2").write_text('{% import "e.j2" as e %}{{ e.x }}')
    (programs / "e.j2").write_text("")
    (folder / "own.j2").write_text("")
    for templates in (Templates(folder), Templates(), Templates(folder).carried(), Templates(programs)):
        for name, kind in (("a", "'nope'"), ("c", "'nope'"), ("d", "e.j2 has no 'x'")):
            with pytest.raises(jinja2.UndefinedError, match=kind):
                templates.render(f"{name}.j2")
        with pytest.raises(ZeroDivisionError):
            templates.render("b.j2")


@pytest.mark.parametrize("command", ["build", "run"])
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize(
    "name",
    [
        *("email.html.j2", "email.txt.j2", "article.html.j2", "words.html.j2", "parts/story.mail.html.j2", "parts/email.css.j2"),
        *("index.html.j2", "issue.html.j2", "article-page.html.j2", "page.html.j2", "feed.css.j2"),
    ],
)
def test_whatever_is_made_with_it_a_mistake_is_one_line_and_changes_nothing(
    name: str, jobs: str, command: str, letter: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (letter / "templates" / name).parent.mkdir(parents=True)
    (letter / "templates" / name).write_text("\n{{ nope.x }}\n")
    before = kept(letter)
    capfd.readouterr()
    assert main([command, "--now", "2026-03-17", "--jobs", jobs]) == 1
    assert capfd.readouterr() == ("", f"templates/{name}:2: 'nope' is undefined\n")
    assert kept(letter) == before
    assert not (letter / "out" / "issues" / "2026-W11").exists()
    (letter / "templates" / name).unlink()
    assert main([command, "--now", "2026-03-17", "--jobs", jobs]) == 0
    assert (letter / "out" / "issues" / "2026-W11" / "email.eml").exists()


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{% block contents %}\n{% endblok %}", "3: Encountered unknown tag 'endblok'"),
        ("{% block contents %}{% include 'x' %}{% endblock %}", "2: no template 'x'"),
        ("{% block contents %}{{ 1 / 0 }}{% endblock %}", "2: ZeroDivisionError: division by zero"),
    ],
)
def test_a_mistake_of_any_kind_comes_from_the_process_beside_whole(
    body: str, said: str, jobs: str, letter: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (letter / "templates").mkdir()
    (letter / "templates" / "email.html.j2").write_text(EXTENDS + body)
    capfd.readouterr()
    assert main(["run", "--now", "2026-03-17", "--jobs", jobs]) == 1
    [line] = capfd.readouterr().err.splitlines()
    assert line.startswith(f"templates/email.html.j2:{said}")


def test_the_path_is_shown_as_it_is_from_the_current_folder(
    letter: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (letter / "templates").mkdir()
    (letter / "templates" / "index.html.j2").write_text("{{ nope.x }}")
    arguments = ["build", "--config", str(letter / "newsletter.toml"), "--now", "2026-03-17"]
    monkeypatch.chdir(letter.parent)
    assert main(arguments) == 1
    assert capsys.readouterr().err == f"{letter.name}/templates/index.html.j2:1: 'nope' is undefined\n"
    monkeypatch.chdir(letter / "content")
    assert main(arguments) == 1
    assert capsys.readouterr().err == f"{letter}/templates/index.html.j2:1: 'nope' is undefined\n"


def test_an_error_crosses_between_processes_with_all_that_it_says(tmp_path: Path) -> None:
    for error in (TemplateError(tmp_path, 3, "wrong"), UnknownError(tmp_path, None, "'x' is undefined")):
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - made here
        assert type(again) is type(error)
        assert isinstance(again, OutputError)
        assert (again.path, again.line, again.message, str(again)) == (error.path, error.line, error.message, str(error))


@pytest.mark.parametrize("name", ["email.html.j2", "article.html.j2", "index.html.j2"])
def test_an_executor_tells_the_same(name: str, tmp_path: Path, executor: Executor) -> None:
    config = make_config(tmp_path)
    config.templates.mkdir()
    (config.templates / name).write_text("{% include 'shared.j2' %}")
    (config.templates / "shared.j2").write_text("\n{{ nope.x }}")
    assert (
        emitted(config, Crew(1, executor)) == emitted(config, Crew(1)) == f"{config.templates}/shared.j2:2: 'nope' is undefined"
    )


def emitted(config: Config, crew: Crew) -> str:
    edition = make_edition(make_rendered())
    with crew, pytest.raises(UnknownError) as caught:
        crew.emit(config, (edition,), Templates(config.templates))
    return str(caught.value)


def test_a_syntax_error_of_the_programs_own_comes_from_the_process_beside_whole(tmp_path: Path, programs: Path) -> None:
    for file in builtin_folder().rglob("*.j2"):
        copy = programs / file.relative_to(builtin_folder())
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(file.read_text())
    (programs / "email.html.j2").write_text("\n{% if %}")
    config = make_config(tmp_path)
    with Crew(2) as crew, pytest.raises(jinja2.TemplateSyntaxError) as caught:
        crew.emit(config, (make_edition(make_rendered()),), Templates(config.templates))
    assert (caught.value.lineno, caught.value.filename) == (2, os.fspath(programs / "email.html.j2"))
