from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from newsletter import editorial, periods
from newsletter.config import Config, Digest, Reading
from tests.factories import make_config

WEEK = periods.parse("2026-W10", make_config().timezone)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "content" / "_issues").mkdir(parents=True)
    return make_config(tmp_path)


def write(config: Config, name: str, text: str = "A note.\n") -> None:
    (config.content / "_issues" / name).write_text(text, encoding="utf-8")


def test_without_a_folder_or_a_note_there_is_nothing(config: Config, tmp_path: Path) -> None:
    assert editorial.read(config, WEEK) == editorial.Editorial()
    assert editorial.read(replace(config, content=tmp_path / "none"), WEEK) == editorial.Editorial()
    assert editorial.texts(editorial.Editorial()) == ()


def test_the_note_is_found_by_the_key_and_stands_on_the_page_of_its_issue(config: Config) -> None:
    write(config, "2026-W10.md", "---\nsubject: S\n---\n\nA *note*.\n")
    write(config, "2026-W11.md", "---\nzzz: not read yet\n---\n")
    desk = editorial.read(config, WEEK)
    assert desk.note is not None
    assert (desk.note.subject, desk.problems, desk.strays, desk.remarks) == ("S", (), (), ())
    [(article, body)] = editorial.texts(desk)
    assert (article.path, article.permalink, body.strip()) == (
        "_issues/2026-W10.md",
        "https://letter.example/issues/2026-W10/",
        "A *note*.",
    )
    assert article.published < datetime(2026, 3, 9, tzinfo=UTC)


def test_a_note_without_a_text_is_not_rendered(config: Config) -> None:
    write(config, "2026-W10.md", "---\nlead: first\n---\n\n")
    desk = editorial.read(config, WEEK)
    assert desk.note is not None
    assert (desk.article, editorial.texts(desk)) == (None, ())


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("next.md", "no issue has this name: expected a period such as"),
        ("2026-W60.md", "no issue has this name: no such period: '2026-W60'"),
        ("2026W11.md", "no issue has this name: the key of that period is 2026-W11"),
        ("2026-W10.markdown", "expected one note for the issue 2026-W10, which _issues/2026-W10.markdown is"),
    ],
)
def test_a_note_that_no_issue_will_ever_have_is_a_stray(config: Config, name: str, problem: str) -> None:
    write(config, name)
    write(config, "2026-W10.md")
    desk = editorial.read(config, WEEK)
    assert desk.note is not None
    assert [problem in str(stray) for stray in desk.strays] == [True]


def test_a_note_for_an_issue_that_does_not_come_by_itself_is_remarked_on(config: Config) -> None:
    write(config, "2026-03.md")
    write(config, "2026-03-01--2026-03-20.md")
    remarks = {str(remark) for remark in editorial.read(config, WEEK).remarks}
    sentence = "there is an issue for each week (digest.every): this one comes with --period"
    assert remarks == {f"_issues/{key}.md: {sentence} {key} alone" for key in ("2026-03", "2026-03-01--2026-03-20")}
    assert editorial.read(replace(config, digest=Digest(every="month")), WEEK).remarks != ()


def test_the_note_of_a_week_that_does_not_begin_on_monday_has_the_key_of_its_issue(config: Config) -> None:
    fridays = replace(config, digest=Digest(on="friday"))
    for name in ("2026-W10.md", "2026-03-06--2026-03-12.md", "2026-03-02--2026-03-08.md"):
        write(fridays, name)
    desk = editorial.read(fridays, WEEK)
    [stray] = desk.strays
    assert str(stray).startswith("_issues/2026-03-06--2026-03-12.md: no issue has this name: the key of that period is 2026-W10")
    [remark] = desk.remarks
    assert remark.path == "_issues/2026-03-02--2026-03-08.md"


def test_other_files_in_the_folder_are_passed_over(config: Config) -> None:
    for name in ("README.md", "_draft.md", ".hidden.md", "2026-W10.md~", "picture.png"):
        write(config, name)
    (config.content / "_issues" / "folder.md").mkdir()
    assert editorial.read(config, WEEK) == editorial.Editorial()


def test_a_note_that_cannot_be_read_is_a_problem(config: Config, tmp_path: Path) -> None:
    place = config.content / "_issues" / "2026-W10.md"
    place.write_bytes(b"caf\xe9")
    assert [str(one) for one in editorial.read(config, WEEK).problems] == [
        "_issues/2026-W10.md: expected UTF-8: save the file as UTF-8"
    ]
    place.write_text("x" * 100)
    [large] = editorial.read(replace(config, reading=Reading(max_bytes=99)), WEEK).problems
    assert "larger than" in str(large)
    place.unlink()
    (tmp_path / "secret.md").write_text("secret")
    place.symlink_to(tmp_path / "secret.md")
    [link] = editorial.read(config, WEEK).problems
    assert "leads out of the content folder" in str(link)


def test_a_folder_of_notes_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "2026-W10.md").write_text("secret")
    (tmp_path / "content" / "_issues").symlink_to(tmp_path / "elsewhere")
    assert editorial.read(make_config(tmp_path), WEEK) == editorial.Editorial()
