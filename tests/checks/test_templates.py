"""The publication's own templates: what Jinja2 does not understand, and what it passes over."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter import checks
from newsletter.checks import templates
from newsletter.checks.finding import Severity
from newsletter.config import Config
from newsletter.templating import builtin_folder
from tests.factories import make_config

EXTENDS = '{% extends "newsletter/email.html.j2" %}\n'


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = make_config(tmp_path)
    config.templates.mkdir()
    return config


def own(config: Config, name: str, body: str | bytes) -> None:
    path = config.templates / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body if isinstance(body, bytes) else body.encode())


def found(config: Config) -> list[str]:
    """Check; a line for each finding."""
    return [
        f"{one.path.relative_to(config.templates)}:{one.line}: {one.rule.id}: {one.message}" for one in templates.check(config)
    ]


def test_templates_that_are_used_are_let_be(config: Config) -> None:
    assert found(config) == []
    own(config, "email.html.j2", f"{EXTENDS}{{% block contents %}}{{% include 'mine/a.j2' %}}{{% endblock %}}")
    own(config, "mine/a.j2", "{% import 'mine/' ~ issue.key ~ '.j2' as one %}{% include ['not/there.j2', 'mine/c.j2'] %}")
    own(config, "mine/2026.j2", "{% extends 'page.html.j2' %}{% block main %}{% block inner %}{% endblock %}{% endblock %}")
    own(config, "mine/c.j2", "{% include 'nowhere.j2' ignore missing %}")
    aside = "{% block main %}{{ self.aside() }}{% endblock %}{% block aside %}{% endblock %}"
    own(config, "page.html.j2", "{% extends 'newsletter/page.html.j2' %}" + aside)
    own(config, "themes/plain/email.css.j2", "td { color: red }")
    own(config, "words.html.j2", (builtin_folder() / "words.html.j2").read_bytes())
    own(config, "README.md", "{% about this folder")
    assert found(config) == []


def test_the_programs_templates_name_one_another_as_they_are(config: Config) -> None:
    for path in builtin_folder().rglob("*.j2"):
        own(config, path.relative_to(builtin_folder()).as_posix(), path.read_bytes() + b"\n")
    assert found(config) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f"{EXTENDS}{{% block contents %}}\n{{% endblok %}}", "3: template-sound: Encountered unknown tag 'endblok'"),
        ("{{ issue|uper }}", "1: template-sound: No filter named 'uper'"),
        (b"a\n\n\xe9", "3: template-sound: expected UTF-8: save the file as UTF-8"),
        ("a\n{% include 'words.html' %}", "2: template-sound: no template 'words.html'; did you mean 'words.html.j2'?"),
        ("\n{% extends 'x' %}", "2: template-sound: no template 'x'"),
    ],
)
def test_what_cannot_be_understood_or_is_not_there_is_found(body: str | bytes, said: str, config: Config) -> None:
    own(config, "email.html.j2", body)
    own(config, "shared.j2", "")
    own(config, "index.html.j2", "{% include 'shared.j2' %}")
    [line] = found(config)
    assert line.startswith(f"email.html.j2:{said}")


def test_a_file_that_nothing_uses_is_found(config: Config) -> None:
    own(config, "emial.html.j2", EXTENDS)
    own(config, "parts/quite/other.j2", "")
    (config.templates / "dangling.j2").symlink_to("nowhere")
    assert found(config) == [
        "emial.html.j2:None: template-used: nothing uses a template of this name; did you mean 'email.html.j2'?",
        "parts/quite/other.j2:None: template-used: nothing uses a template of this name",
    ]


def test_of_files_that_a_broken_template_may_use_nothing_is_said(config: Config) -> None:
    own(config, "email.html.j2", "{% include 'mine.j2' %}{% if %}")
    own(config, "mine.j2", "")
    assert [line.split(": ")[1] for line in found(config)] == ["template-sound"]


def test_a_block_that_nothing_shows_is_found_with_its_line(config: Config) -> None:
    own(config, "email.html.j2", f"{EXTENDS}{{% block contents %}}{{% endblock %}}\n{{% block mian %}}{{% endblock %}}")
    own(config, "page.html.j2", "{% extends 'newsletter/page.html.j2' %}\n{% block own %}{% endblock %}")
    own(config, "index.html.j2", "{% extends 'page.html.j2' %}{% block mian %}{% endblock %}{% block own %}{% endblock %}")
    assert found(config) == [
        "email.html.j2:3: template-block: newsletter/email.html.j2 has no block 'mian', so this one is left out",
        "index.html.j2:1: template-block: page.html.j2 has no block 'mian', so this one is left out; did you mean 'main'?",
        "page.html.j2:2: template-block: newsletter/page.html.j2 has no block 'own', so this one is left out",
    ]


@pytest.mark.parametrize("extended", ["issue.key ~ '.j2'", "'email.html.j2'", "'newsletter/gone.j2'"])
def test_of_blocks_nothing_is_said_where_nobody_knows_what_is_extended(extended: str, config: Config) -> None:
    own(config, "email.html.j2", f"{{% extends {extended} %}}{{% block mine %}}{{% endblock %}}")
    assert [line for line in found(config) if "template-block" in line] == []


def test_the_findings_are_among_those_of_a_check(config: Config) -> None:
    config.content.mkdir()
    own(config, "emial.html.j2", "")
    own(config, "email.html.j2", "{% if %}")
    result = checks.run(config, now=datetime(2026, 3, 10, tzinfo=UTC), jobs=1)
    assert [(one.rule.id, one.rule.severity) for one in result.findings] == [("template-sound", Severity.ERROR)]
    assert {rule.id for rule in templates.RULES} <= checks.RULES.keys()
