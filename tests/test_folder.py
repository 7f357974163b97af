import errno
import os
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from newsletter import filenames, folder
from newsletter.config import Config, Reading
from newsletter.errors import ConfigError
from newsletter.glance import looking, sight
from newsletter.glance.sight import Sight
from tests.factories import make_config
from tests.real import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletter.glance.sight import Tree


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = make_config(tmp_path)
    config.content.mkdir()
    return config


def write(config: Config, *paths: str) -> None:
    for path in paths:
        (config.content / path).parent.mkdir(parents=True, exist_ok=True)
        (config.content / path).write_text("Text.\n")


def listed(config: Config) -> list[tuple[str, str, str]]:
    return [(file.path, file.excluded, file.unreadable) for file in folder.scan(config).articles]


def test_articles_are_found_by_their_ending_in_any_case_and_sorted(config: Config) -> None:
    write(config, "b.MD", "a/c.markdown", "a.mdown", "a-b.md")
    assert [path for path, *_ in listed(config)] == ["a-b.md", "a.mdown", "a/c.markdown", "b.MD"]


def test_everything_else_is_told_apart(config: Config) -> None:
    write(config, "a.md", "a.png", "x/b.svg", "t.txt", "h.html")
    assert folder.scan(config).others == {"a.png", "x/b.svg", "t.txt", "h.html"}


HIDDEN = [".hidden.md", ".git/x.md", ".obsidian/x.md", "node_modules/x/y.md", "_site/x.md", "_Issues/x.md", "a/_includes/x.md"]


@pytest.mark.parametrize("path", [*HIDDEN, "x.md~", "#x.md#", ".#x.md", "x.md.swp", "x.md.bak", "x.md.orig", "x.png~"])
def test_what_is_hidden_or_left_over_or_a_tools_is_passed_over(config: Config, path: str) -> None:
    write(config, path)
    assert (folder.scan(config).articles, folder.scan(config).others) == ((), frozenset())


def test_other_folders_that_begin_with_an_underscore_are_read(config: Config) -> None:
    """Real blogs keep their articles there."""
    write(config, "_posts/a.md", "_content/blog/b.md", "_drafts/c.md", "x.md/inner.md")
    assert listed(config) == [(path, "", "") for path in ("_content/blog/b.md", "_drafts/c.md", "_posts/a.md", "x.md/inner.md")]


def test_files_that_are_no_articles_by_name_are_excluded_with_the_reason(config: Config) -> None:
    write(config, "_x.md", "a/_index.md", "b.mdx", "c.Rmd", "drafts/d.md", "drafts/e/f.md", "g.md", "h.md.md")
    excluding = make_config(config.root, reading=Reading(exclude=("drafts", "*.md.md")))
    assert {path: reason for path, reason, _ in listed(excluding)} == {
        "_x.md": "its name begins with an underscore",
        "a/_index.md": "it is the page of a section",
        "b.mdx": ".mdx holds more than Markdown; add it to reading.extensions to publish it",
        "c.Rmd": ".rmd holds more than Markdown; add it to reading.extensions to publish it",
        "drafts/d.md": "reading.exclude has a pattern for it",
        "drafts/e/f.md": "reading.exclude has a pattern for it",
        "g.md": "",
        "h.md.md": "reading.exclude has a pattern for it",
    }


def test_a_configured_ending_is_an_articles(config: Config) -> None:
    write(config, "a.mdx", "b.md")
    assert listed(make_config(config.root, reading=Reading(extensions=(".mdx",)))) == [("a.mdx", "", "")]


def test_what_the_program_writes_is_not_read_back(config: Config) -> None:
    """Where the content folder is the whole checkout."""
    write(config, "a.md", "out/articles/a/picture.png", "templates/notes.md")
    whole = make_config(config.root, content=config.content, out=config.content / "out", templates=config.content / "templates")
    found = folder.scan(whole)
    assert ([file.path for file in found.articles], found.others) == (["a.md"], frozenset())


def test_links_are_followed_to_files_inside_only(config: Config) -> None:
    write(config, "real/a.md", "real/a.png")
    (config.root / "secret.md").write_text("SECRET\n")
    (config.root / "secret.png").write_text("SECRET\n")
    links = {
        "inside.md": "real/a.md",
        "inside.png": "real/a.png",
        "out.md": "../secret.md",
        "out.png": "../secret.png",
        "passwd.md": "/etc/passwd",
        "gone.md": "nowhere.md",
        "self.md": "self.md",
        "folder.md": "real",
        "loop": "..",
    }
    for name, target in links.items():
        (config.content / name).symlink_to(target)
    assert listed(config) == [
        ("folder.md", "", "the link leads to a folder: not followed"),
        ("gone.md", "", "the link leads nowhere"),
        ("inside.md", "", ""),
        ("out.md", "", "the link leads out of the content folder: not followed"),
        ("passwd.md", "", "the link leads out of the content folder: not followed"),
        ("real/a.md", "", ""),
        ("self.md", "", "the link leads nowhere"),
    ]
    assert folder.scan(config).others == {"inside.png", "real/a.png"}


def test_a_folder_with_a_name_that_begins_alike_is_outside(config: Config) -> None:
    (config.root / "content-secret").mkdir()
    (config.root / "content-secret" / "x.md").write_text("SECRET\n")
    (config.content / "x.md").symlink_to("../content-secret/x.md")
    assert listed(config) == [("x.md", "", "the link leads out of the content folder: not followed")]


def test_what_is_no_regular_file_is_never_opened(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(config.content / "fifo.md")
    os.mkfifo(config.content / "fifo.png")
    (config.content / "link.md").symlink_to("fifo.md")
    monkeypatch.chdir(config.content)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.md")
        found = folder.scan(config)
    assert [(file.path, file.unreadable) for file in found.articles] == [
        ("fifo.md", "it is no regular file: never opened"),
        ("link.md", "the link leads to no regular file: never opened"),
        ("socket.md", "it is no regular file: never opened"),
    ]
    assert found.others == frozenset()


def test_reading_a_fifo_does_not_wait_should_a_file_have_become_one(config: Config) -> None:
    os.mkfifo(config.content / "x.md")
    with pytest.raises(folder.UnreadableError, match="no regular file"):
        folder.read(config.content, "x.md", limit=10)


def test_reading_a_file_that_is_gone_or_too_large_says_so(config: Config) -> None:
    write(config, "x.md")
    assert folder.read(config.content, "x.md", limit=6) == b"Text.\n"
    with pytest.raises(folder.UnreadableError, match=r"larger than reading\.max_bytes, 5 bytes"):
        folder.read(config.content, "x.md", limit=5)
    with pytest.raises(folder.UnreadableError, match="cannot be read: No such file"):
        folder.read(config.content, "y.md", limit=5)


def test_names_that_cannot_be_printed_are_reported_and_never_lost(config: Config) -> None:
    for name in (b"a\xff.md", b"b\nc.md", b"d\xff.png", "e\u200df.md".encode()):
        with open(os.fsencode(config.content) + b"/" + name, "w") as file:  # noqa: PTH123 - Path takes no bytes
            file.write("Text.\n")
    problem = "the file's name cannot be written in UTF-8 on one line: rename it"
    assert listed(config) == [("a\\xff.md", "", problem), ("b\\nc.md", "", problem), ("e\u200df.md", "", "")]
    assert folder.scan(config).others == frozenset()


def test_no_depth_of_folders_is_too_much(config: Config) -> None:
    path = "/".join(["d"] * 900) + "/x.md"
    write(config, path)
    assert listed(config) == [(path, "", "")]


def test_a_folder_that_cannot_be_listed_is_reported(config: Config) -> None:
    """Longer than any path that the system takes: built from inside."""
    here = os.open(config.content, os.O_RDONLY)
    try:
        for _ in range(25):
            os.mkdir("d" * 200, dir_fd=here)
            inner = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
    finally:
        os.close(here)
    ((path, _, reason),) = listed(config)
    assert path.startswith("ddd")
    assert reason == "the folder cannot be read: File name too long"


@pytest.mark.skipif(sys.platform != "linux", reason="needs setpriv")
def test_what_may_not_be_read_is_reported(config: Config) -> None:
    write(config, "x.md", "y/z.md")
    (config.content / "x.md").chmod(0)
    (config.content / "y").chmod(0)
    code = "import sys; from newsletter import folder; from tests.factories import make_config; from pathlib import Path\n"
    code += "config = make_config(Path(sys.argv[1]))\n"
    code += "for file in folder.scan(config).articles:\n"
    code += "    try: print(file.path, file.unreadable or folder.read(config.content, file.path, limit=9))\n"
    code += "    except folder.UnreadableError as error: print(file.path, error)\n"
    # the superuser may read everything: without that power there is something to see
    drop = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = subprocess.run([*drop, sys.executable, "-c", code, config.root], cwd=ROOT, capture_output=True, text=True, check=True)
    (config.content / "y").chmod(stat.S_IRWXU)
    assert done.stdout.splitlines() == [
        "x.md it cannot be read: Permission denied",
        "y the folder cannot be read: Permission denied",
    ]


@pytest.mark.parametrize(
    ("path", "about"),
    [
        ("README.md", True),
        ("a/readme.md", True),
        ("LICENSE-MIT.md", True),
        ("CHANGELOG.de.md", True),
        ("code-of-conduct.md", True),
        ("changes-in-our-team.md", False),
        ("support-us.md", False),
        ("readme-first.md", False),
    ],
)
def test_some_files_are_about_the_folder(path: str, *, about: bool) -> None:
    assert filenames.is_about(path) is about


def seen(config: Config) -> Sight:
    """Look at the content folder as the glance does."""
    own = frozenset(map(os.path.realpath, (config.out, config.templates)))
    trees: list[Tree] = [
        (os.path.realpath(config.content), (filenames.TOOL_FOLDERS - {filenames.NOTES}, own)),
        (str(config.root), None),
    ]
    return Sight([], [*trees, *trees])


@pytest.mark.parametrize("reading", [Reading(), Reading(extensions=(".md", ".Txt", ".bak", ".mdx"), exclude=("x/*", "_b.md"))])
@pytest.mark.parametrize("odd", [False, True])
@pytest.mark.parametrize("counted", [sight.has_no_folders, lambda _: True, lambda _: False], ids=["counted", "all", "none"])
def test_what_was_seen_already_is_listed_as_if_it_were_looked_at_again(
    config: Config, monkeypatch: pytest.MonkeyPatch, reading: Reading, counted: "Callable[[str], bool]", *, odd: bool
) -> None:
    config = replace(config, reading=reading, out=config.content / "out", templates=config.content / "x" / "templates")
    names = ("a.md", "_b.md", ".c.md", "#d.md", "#e.md#", "h.bak", "i.md~", "j.mdx", "k\n.md", "l.png", "README")
    folders = ("", "x/", "x/y/", ".git/", "_issues/", "z/_Issues/", "node_modules/", "out/", "x/templates/", "m.md/")
    write(config, *(place + name for place in folders for name in names))
    (config.content / "empty").mkdir()
    if odd:
        (config.content / "x" / "n.md").symlink_to("a.md")
        (config.content / "x" / "nowhere.md").symlink_to("gone.md")
        os.mkfifo(config.content / "x" / "y" / "o.md")
    elsewhere = replace(config, content=config.root / "link")
    elsewhere.content.symlink_to("content")
    time.sleep(2 * looking.TICK / 1e9)  # after which none of them is fresh
    monkeypatch.setattr(sight, "has_no_folders", counted)
    listing = folder.scan(config)
    assert {"a.md", "x/y/a.md", "m.md/a.md"} <= {file.path for file in listing.articles}
    assert not any(file.path.startswith(("_issues", "z/_I", ".git", "out")) for file in listing.articles)
    assert folder.scan(config, seen(config)) == listing
    assert folder.find(elsewhere, seen(elsewhere)) == listing


def test_what_was_seen_while_it_was_fresh_counts_as_such(config: Config) -> None:
    write(config, "a.md", "b.png")
    assert [file.fresh for file in folder.scan(config, seen(config)).articles] == [True]


def test_a_file_that_vanished_while_it_was_looked_at_is_looked_for_again(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    write(config, "a.md", "b.md")
    stat_of = os.stat

    def vanishing(name: str, **how: Any) -> os.stat_result:  # noqa: ANN401 - as os.stat takes them
        if name == "b.md":
            raise FileNotFoundError(errno.ENOENT, "gone")
        return stat_of(name, **how)

    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", vanishing)
        before = seen(config)
    assert folder.scan(config, before) == folder.scan(config)


def test_a_folder_that_was_not_there_is_looked_for_again(config: Config) -> None:
    config.content.rmdir()
    before = seen(config)
    with pytest.raises(ConfigError, match="expected a folder of articles"):
        folder.find(config, before)
    write(config, "a.md")
    assert [file.path for file in folder.find(config, before).articles] == ["a.md"]


@pytest.mark.parametrize("extensions", [(".md",), (".md", ".Txt", ".bak", ".mdx")])
def test_what_nearly_all_files_are_is_taken_in_as_anything_is(
    config: Config, monkeypatch: pytest.MonkeyPatch, extensions: tuple[str, ...]
) -> None:
    config = replace(config, reading=Reading(extensions=extensions))
    write(config, "a.md", "_b.md", ".c.md", "#d.md", "#e.md#", "x/f.MD", "x/g.txt", "h.bak", "i.md~", "j.mdx", "k\n.md", "l.png")
    (config.content / "m.md").mkdir()
    (config.content / "n.md").symlink_to("a.md")
    os.mkfifo(config.content / "o.md")
    found = folder.scan(config)
    assert {file.path for file in found.articles} >= {"a.md", "_b.md", "n.md", "o.md"}
    monkeypatch.setattr("newsletter.folder._Scan._taken", lambda *_: False)
    again = folder.scan(config)
    assert (again.articles, again.others) == (found.articles, found.others)


def test_a_file_that_vanishes_while_the_folder_is_listed_is_told_about(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    write(config, "a.md")
    listing = os.scandir

    class Late:
        """The listing of a folder that is emptied before anybody looks at the files."""

        def __init__(self, place: str) -> None:
            with listing(place) as found:
                self.entries = list(found)
            (config.content / "a.md").unlink()

        def __enter__(self) -> "list[os.DirEntry[str]]":
            return self.entries

        def __exit__(self, *_: object) -> None:
            """Close nothing."""

    monkeypatch.setattr(os, "scandir", Late)
    assert listed(config) == [("a.md", "", "it cannot be read: No such file or directory")]
