import os
from pathlib import Path

import pytest

from newsletter import authoring
from newsletter.config import Config, Reading
from newsletter.errors import RefusedError
from tests.factories import make_config
from tests.real import tree

TEXT = "# Heading\n\nText.\n"


@pytest.fixture
def letter(tmp_path: Path) -> Config:
    (tmp_path / "content").mkdir()
    return make_config(tmp_path)


def write(path: Path, text: str = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def adopt(letter: Config, *files: Path) -> tuple[Path, ...]:
    return authoring.adopt(letter, files, date="2025-01-08", title=None)


def refused(letter: Config, *files: Path) -> list[str]:
    """Adopt in vain, and return what is said of the files, in which nothing may change."""
    before = tree(letter.root)
    with pytest.raises(RefusedError) as caught:
        adopt(letter, *files)
    assert tree(letter.root) == before
    *lines, outcome = str(caught.value).splitlines()
    assert outcome == "nothing was adopted"
    return lines


def passed_over(file: Path, reason: str) -> str:
    return f"{file}: expected an article, and this is passed over: {reason}; mend that first, or leave it out"


def test_files_outside_of_the_content_folder_are_refused_each_on_a_line_and_with_them_all_others(letter: Config) -> None:
    article = write(letter.content / "x.md")
    settings = write(letter.root / "newsletter.toml", 'title = "T"\n')
    people = write(letter.root / "recipients.csv", "email\n")
    text = write(letter.root / "2025-01-08-elsewhere.md")
    where = f"expected a file in the content folder, {letter.content}: move it there first"
    assert refused(letter, article, settings, people, text) == [f"{file}: {where}" for file in (settings, people, text)]
    assert adopt(letter, article) == (article,)


def test_a_folder_beside_the_content_folder_that_begins_as_that_is_outside(letter: Config) -> None:
    [line] = refused(letter, write(letter.root / "content-old" / "x.md"))
    assert ": expected a file in the content folder, " in line
    [line] = refused(letter, write(letter.root / "y.md"), letter.content / ".." / "y.md")[1:]
    assert ": expected a file in the content folder, " in line


def test_a_link_that_leads_out_of_the_content_folder_is_refused(letter: Config, tmp_path: Path) -> None:
    link = letter.content / "link.md"
    link.symlink_to(write(tmp_path / "elsewhere.md"))
    (letter.content / "folder").symlink_to(write(tmp_path / "there" / "x.md").parent)
    through = letter.content / "folder" / "x.md"
    why = f"the link leads out of the content folder, {letter.content}: put the file itself there"
    assert refused(letter, link, through) == [f"{link}: {why}", f"{through}: {why}"]


def test_a_link_that_leads_in_is_the_article_that_it_leads_to(letter: Config, tmp_path: Path) -> None:
    link = tmp_path / "link.txt"
    link.symlink_to(write(letter.content / "a" / "x.md"))
    assert adopt(letter, link) == (link,)
    assert "\nid: tag:letter.example,2025-01-08:x\n" in (letter.content / "a" / "x.md").read_text()
    other = tmp_path / "other.md"
    other.symlink_to(write(letter.content / "data.csv"))
    assert refused(letter, other)[0].startswith(f"{other}: expected a name that ends in .md or ")


def test_a_link_inside_is_an_article_under_its_own_name_and_behind_a_linked_folder_under_that_of_the_file(letter: Config) -> None:
    write(letter.content / "texts" / "x.txt")
    link = letter.content / "y.md"
    link.symlink_to("texts/x.txt")
    assert adopt(letter, link) == (link,)
    assert "\nid: tag:letter.example,2025-01-08:y\n" in link.read_text()
    write(letter.content / "texts" / "z.md")
    (letter.content / "again").symlink_to("texts")
    assert adopt(letter, letter.content / "again" / "z.md")
    assert (letter.content / "texts" / "z.md").read_text().startswith("---\n")


def test_a_content_folder_that_is_a_link_is_the_folder_that_it_leads_to(tmp_path: Path) -> None:
    real = write(tmp_path / "texts" / "x.md")
    (tmp_path / "content").symlink_to("texts")
    assert adopt(make_config(tmp_path), tmp_path / "content" / "x.md")
    assert adopt(make_config(tmp_path), write(tmp_path / "texts" / "y.md"))
    assert real.read_text().startswith("---\n")


def test_another_ending_than_articles_have_is_refused(letter: Config) -> None:
    script, bare = write(letter.content / "deliver.sh", "#!/bin/sh\n"), write(letter.content / "hosts")
    why = "expected a name that ends in .md or .markdown or .mdown: rename it, or add its ending to reading.extensions"
    assert refused(letter, script, bare) == [f"{script}: {why}", f"{bare}: {why}"]
    text = write(letter.content / "X.TXT")
    assert adopt(make_config(letter.root, reading=Reading(extensions=(".txt",))), text) == (text,)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("_x.md", "its name begins with an underscore"),
        ("a/_index.md", "it is the page of a section"),
        ("x.mdx", ".mdx holds more than Markdown; add it to reading.extensions to publish it"),
        ("private/x.md", "reading.exclude has a pattern for it"),
        ("README.md", "it is about the folder and has no front matter"),
        (".x.md", "it is hidden, or an editor left it behind"),
        ("x.md~", "it is hidden, or an editor left it behind"),
        ("_issues/2026-W10.md", "it lies in a hidden folder, or in a tool's"),
        ("a/.git/x.md", "it lies in a hidden folder, or in a tool's"),
        ("site/x.md", "it lies in the program's own folder"),
    ],
)
def test_what_builds_pass_over_is_refused_with_the_reason(letter: Config, name: str, reason: str) -> None:
    config = make_config(letter.root, reading=Reading(exclude=("private",)), out=letter.content / "site")
    file = write(letter.content / name)
    assert refused(config, file) == [passed_over(file, reason)]


def test_a_page_that_only_sends_its_visitors_on_is_refused(letter: Config) -> None:
    file = write(letter.content / "x.md", "---\nredirect_to: https://there.example/\n---\n")
    assert refused(letter, file) == [passed_over(file, "it only sends its visitors to https://there.example/")]


def test_a_readme_with_front_matter_is_an_article(letter: Config) -> None:
    file = write(letter.content / "README.md", "---\ntitle: Read me\n---\nText.\n")
    assert adopt(letter, file) == (file,)


def test_a_draft_and_an_article_that_has_a_problem_are_articles(letter: Config) -> None:
    draft = write(letter.content / "_drafts" / "x.md")
    assert adopt(letter, draft) == (draft,)


def test_a_name_that_cannot_be_written_is_refused(letter: Config) -> None:
    file = Path(os.fsdecode(os.fsencode(letter.content) + b"/caf\xe9.md"))
    write(file)
    assert refused(letter, file) == [f"{file}: the file's name cannot be written in UTF-8 on one line: rename it"]


def test_what_is_no_regular_file_is_never_waited_for(letter: Config) -> None:
    pipe = letter.content / "pipe.md"
    os.mkfifo(pipe)
    assert refused(letter, pipe) == [f"{pipe}: it is no regular file"]


def test_a_link_that_leads_nowhere_is_told_as_what_is_not_there(letter: Config) -> None:
    link = letter.content / "link.md"
    link.symlink_to("nowhere.md")
    assert refused(letter, link, Path("nowhere.md")) == [
        f"{link}: it cannot be read: No such file or directory",
        "nowhere.md: it cannot be read: No such file or directory",
    ]
