import os
import pickle
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup

from newsletter.model import Period
from newsletter.templating import Templates, date_span, direction, long_date, minutes, rfc3339, wrapped
from tests.factories import make_rendered

UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")


def days(start: datetime, end: datetime) -> Period:
    return Period(start=start, end=end, key="k")


def test_rfc3339_writes_z_for_utc_and_offsets_as_they_are() -> None:
    assert rfc3339(datetime(2026, 3, 2, 10, 0, 0, 5, tzinfo=UTC)) == "2026-03-02T10:00:00Z"
    assert rfc3339(datetime(2026, 7, 2, tzinfo=BERLIN)) == "2026-07-02T00:00:00+02:00"


def test_long_date_is_the_day_in_the_publications_zone() -> None:
    assert long_date(datetime(2026, 2, 28, 23, 30, tzinfo=UTC), BERLIN) == "1 March 2026"


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [
        ((2026, 3, 2), (2026, 3, 9), "2\u20138 March 2026"),
        ((2026, 2, 23), (2026, 3, 2), "23 February \u2013 1 March 2026"),
        ((2025, 12, 29), (2026, 1, 5), "29 December 2025 \u2013 4 January 2026"),
        ((2026, 3, 2), (2026, 3, 3), "2 March 2026"),
        ((2026, 2, 1), (2026, 3, 1), "February 2026"),
        ((2026, 10, 1), (2027, 1, 1), "October \u2013 December 2026"),
        ((2026, 2, 1), (2026, 2, 2), "1 February 2026"),
        ((2026, 2, 1), (2026, 2, 1), "1 February 2026"),
        ((2026, 3, 2), (2026, 3, 2), "2 March 2026"),
    ],
)
def test_date_span_names_the_first_and_the_last_day(start: tuple[int, int, int], end: tuple[int, int, int], span: str) -> None:
    assert date_span(days(datetime(*start, tzinfo=UTC), datetime(*end, tzinfo=UTC)), UTC_ZONE) == span


def test_date_span_counts_local_days_when_the_clocks_change() -> None:
    start, end = datetime(2026, 3, 23, tzinfo=BERLIN), datetime(2026, 3, 30, tzinfo=BERLIN)
    assert date_span(days(start, end), BERLIN) == "23\u201329 March 2026"


@pytest.mark.parametrize("language", ["ar", "he-IL", "FA", "ur-PK", "ku-Arab-IQ", "pa-arab", "az-Arab"])
def test_direction_is_right_to_left_for_languages_and_scripts_that_are(language: str) -> None:
    assert direction(language) == "rtl"


@pytest.mark.parametrize("language", ["en", "de-CH-1996", "zh-Hant", "ar-Latn", "ks", "sr-Latn-RS"])
def test_direction_is_left_to_right_for_the_rest(language: str) -> None:
    assert direction(language) == "ltr"


@pytest.mark.parametrize(("words", "expected"), [(0, 1), (300, 1), (660, 3)])
def test_minutes_grow_with_the_words(words: int, expected: int) -> None:
    assert minutes(make_rendered(text="word " * words)) == expected


def test_wrapped_keeps_words_whole_and_indents_what_follows() -> None:
    assert wrapped("word\n  word") == "word word"
    lines = wrapped("word " * 20 + "x" * 90 + "-y", 4, "  1 ").split("\n")
    assert lines[0].startswith("  1 word")
    assert all(len(line) <= 72 for line in lines[:-1])
    assert lines[-1] == "    " + "x" * 90 + "-y"


def test_wrapped_counts_characters_and_not_references() -> None:
    assert wrapped(Markup("&lt;a&gt; &amp; b")) == "<a> & b"


def test_text_templates_give_back_every_character(tmp_path: Path) -> None:
    (tmp_path / "t.txt.j2").write_text("{{ a }} {{ b }}\n")
    assert Templates(tmp_path).render_text("t.txt.j2", a="<&amp;> \"'", b="&lt;") == "<&amp;> \"' &lt;\n"


def test_values_are_escaped_in_templates_of_any_name(tmp_path: Path) -> None:
    (tmp_path / "t.xyz").write_text("{{ a }}")
    assert Templates(tmp_path).render("t.xyz", a="<b>") == "&lt;b&gt;"


def test_a_publications_template_extends_the_one_it_stands_before(tmp_path: Path) -> None:
    (tmp_path / "index.html.j2").write_text('{% extends "newsletter/index.html.j2" %}{% block main %}Mine{% endblock %}')
    environment = Templates(tmp_path).environment
    template = environment.get_template("index.html.j2")
    assert template.filename == str(tmp_path / "index.html.j2")
    parent = environment.get_template("newsletter/index.html.j2")
    assert parent.filename != template.filename
    assert {"main", "latest"} <= set(parent.blocks)


def test_templates_travel_between_processes_by_their_folder(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("{{ a }}")
    templates = Templates(tmp_path)
    assert templates.render("t", a=1) == pickle.loads(pickle.dumps(templates)).render("t", a=1)  # noqa: S301 - our own bytes
    assert templates.source("t") == "{{ a }}"


def test_the_sources_are_the_programs_templates_and_what_the_publication_has_of_its_own(tmp_path: Path) -> None:
    usual = dict(Templates().sources())
    assert usual["newsletter/email.html.j2"].startswith(b"{# The mail.")
    assert "newsletter/parts/mail.html.j2" in usual
    folder = tmp_path / "own"
    assert dict(Templates(folder).sources()) == usual
    (folder / "parts").mkdir(parents=True)
    (folder / "parts" / "mail.html.j2").write_bytes(usual["newsletter/parts/mail.html.j2"])
    (folder / "parts" / "own").write_bytes(b"\xff")
    (folder / "parts" / "round").symlink_to(folder)
    (folder / "parts" / "dangling").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe")
    (folder / "outside").symlink_to(tmp_path / "outside", target_is_directory=True)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "linked.j2").write_bytes(b"linked")
    own = {name: body for name, body in Templates(folder).sources() if name not in usual}
    assert own == {"parts/own": b"\xff", "parts/dangling": b"", "pipe": b"", "outside/linked.j2": b"linked"}


def test_a_template_that_cannot_be_read_is_as_good_as_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.j2").write_text("text")

    def refuse(path: Path) -> bytes:
        raise PermissionError(path)

    usual = dict(Templates().sources())
    monkeypatch.setattr(Path, "read_bytes", refuse)  # tests may run as root, who may read everything
    assert dict(Templates(tmp_path).sources()).keys() == {*usual, "own.j2"}
