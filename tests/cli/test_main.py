import io
import json
import os
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter import __version__, checks
from newsletter.cli import arguments, commands, main
from newsletter.errors import LockedError
from tests.real import ROOT, newsletter, tree

NOW = ("--now", "2026-03-10")
SETTINGS = 'title = "The Letter"\nurl = "https://letter.example/"\n'


@pytest.fixture
def letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "newsletter.toml").write_text(SETTINGS)
    (tmp_path / "content").mkdir()
    article(tmp_path, "first", "2026-03-02")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    return tmp_path


def article(folder: Path, name: str, date: str, more: str = "") -> None:
    path = folder / "content" / f"{name}.md"
    path.write_text(f"---\ntitle: {name.capitalize()}\ndate: {date}\n{more}---\nText of {name}.\n")


def usage(*argv: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(argv)
    assert caught.value.code == 2


def test_a_build_writes_out_and_says_nothing(letter: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["build", *NOW]) == 0
    assert capfd.readouterr() == ("", "")
    assert {"rss.xml", "atom.xml", "feed.json", "issues/2026-W10/email.html"} <= tree(letter / "out").keys()


def test_a_verbose_build_says_what_was_written_and_what_the_issue_holds(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert letter
    assert main(["build", *NOW, "-v"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert err == ""
    assert "written: out/rss.xml" in lines
    assert lines[-4:-2] == ["feeds: 1 article", "issue 2026-W10: 1 article: First"]
    assert re.fullmatch(r"digest: 1\d,\d{3} of 94,208 bytes; 1 in full", lines[-2])
    assert lines[-1].startswith("out: ")
    assert lines[-1].endswith(" written, 0 unchanged, 0 removed")


def test_a_verbose_build_without_a_digest_says_why_and_what_to_run(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert letter
    assert main(["build", "--now", "2026-11-21", "-v"]) == 0
    said = "no article in 2026-W46: no digest; the newest article is in 2026-W10: newsletter build --period 2026-W10"
    assert said in capsys.readouterr().out.splitlines()


def test_a_verbose_build_of_nothing_published_says_that_there_is_no_digest(
    letter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert letter
    assert main(["build", "--now", "2026-03-01", "-v"]) == 0
    assert "no article in 2026-W08: no digest" in capsys.readouterr().out.splitlines()


def test_on_a_terminal_a_build_says_what_was_done_unless_it_is_quiet(
    letter: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert letter
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["build", *NOW]) == 0
    assert capsys.readouterr().out.startswith("feeds: 1 article\n")
    assert main(["build", *NOW, "-q"]) == 0
    assert capsys.readouterr().out == ""


def test_a_build_that_would_change_nothing_says_the_same_again(
    letter: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert letter
    then = ("build", "--period", "2026-03", "--now", "2026-04-01T00:00:00Z")
    (letter / "content" / "bad.md").write_text("---\ntitle: Bad\ndate: tomorow\n---\nText.\n")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(then) == 3
    first = capsys.readouterr()
    monkeypatch.setattr("newsletter.cli._carry_out", lambda *_: pytest.fail("it was carried out"))
    assert main(then) == 3
    again = capsys.readouterr()
    assert again.err == first.err
    assert "bad.md:3: date: expected" in again.err
    assert again.out.splitlines() == [*first.out.splitlines()[:-1], "out: nothing changed"]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False)
    assert main(then) == 3
    assert capsys.readouterr().out == ""


def test_a_bad_article_is_complained_about_on_one_line_and_the_rest_published(
    letter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    article(letter, "wrong", "tomorow")
    assert main(["build", *NOW]) == 3
    assert capsys.readouterr() == ("", "content/wrong.md:3: date: expected an ISO 8601 date, got 'tomorow'\n")
    assert [item["title"] for item in json.loads((letter / "out" / "feed.json").read_bytes())["items"]] == ["First"]


def test_strict_publishes_nothing_if_an_article_is_bad(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    article(letter, "wrong", "tomorow")
    assert main(["build", *NOW, "--strict"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "wrong.md:3: date: expected an ISO 8601 date, got 'tomorow'" in err.splitlines()[0]
    assert "nothing was published" in err.splitlines()[-1]
    assert not (letter / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (("--period", "2026-03-02"), {"2026-03-02"}),
        (("--period", "2026-Q1"), {"2026-Q1"}),
        (("--from", "2026-03-01", "--to", "2026-03-31"), {"2026-03"}),
        (("--from", "2026-03-02"), {"20260302T000000Z--20260310T120000Z"}),
        (("--to", "2026-03-05"), {"0001-01-02--2026-03-05"}),
        (("--last", "10d"), {"20260228T120000Z--20260310T120000Z"}),
        (("--set", "digest.every=month", "--now", "2026-04-01"), {"2026-03"}),
        (("--period", "2026-W09"), set()),
    ],
)
def test_the_digest_covers_the_period_that_is_asked_for(letter: Path, arguments: tuple[str, ...], keys: set[str]) -> None:
    assert main(["build", "--now", "2026-03-10T12:00:00.9Z", *arguments]) == 0
    issues = letter / "out" / "issues"
    assert ({path.name for path in issues.iterdir()} if issues.exists() else set()) == keys


@pytest.mark.parametrize(
    "argv",
    [
        (),
        ("publish",),
        ("build", "--colour"),
        ("build", "--peri", "2026"),
        ("build", "--period", "2026-W60"),
        ("build", "--period", "soon"),
        ("build", "--last", "7"),
        ("build", "--from", "2026-03-09", "--to", "2026-03-01"),
        ("build", "--period", "2026", "--last", "7d"),
        ("build", "--period", "2026", "--to", "2026-03-01"),
        ("build", "--now", "tomorrow"),
        ("build", "--now", "1066-10-14"),
        ("build", "--set", "title"),
        ("build", "--jobs", "many"),
        ("build", "-v", "-q"),
        ("check", "--format", "xml"),
        ("adopt",),
        ("adopt", "content/first.md", "--date", "tomorrow"),
        ("init", "--config", "newsletter.toml"),
    ],
)
def test_a_wrong_usage_exits_with_two_and_changes_nothing(
    letter: Path, argv: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(letter)
    usage(*argv)
    out, err = capsys.readouterr()
    assert out == ""
    assert "error: " in err.splitlines()[-1]
    assert tree(letter) == before


def test_all_problems_of_the_configuration_are_told_at_once(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--set", "feeds.limit=0", "--set", "titel=x", "--set", "content=/nowhere"]) == 1
    assert capsys.readouterr() == (
        "",
        "titel: unknown key; did you mean title?\nfeeds.limit: expected a whole number from 1 to 1000000, got 0\n",
    )
    assert main(["list", "--set", "content=/nowhere"]) == 1
    assert capsys.readouterr().err.startswith("content: expected a folder of articles at /nowhere")
    assert not (letter / "out").exists()


def test_the_list_has_a_line_for_each_file(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    article(letter, "later", "2027-01-01")
    article(letter, "wrong", "tomorow")
    assert main(["list", *NOW]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert [line.split() for line in out.splitlines()] == [
        ["published", "2026-03-02", "First", "first.md"],
        ["future", "2027-01-01", "Later", "later.md"],
        ["error", "Wrong", "wrong.md"],
    ]
    assert main(["list", *NOW, "--explain"]) == 0
    assert "           line 3: date: expected an ISO 8601 date, got 'tomorow'" in capsys.readouterr().out.splitlines()


def test_the_list_for_programs_is_an_array(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    article(letter, "tagged", "2026-03-03", "tags: [Feeds]\nauthor: Ada\n")
    assert main(["list", *NOW, "--json"]) == 0
    assert [item["path"] for item in json.loads(capsys.readouterr().out)] == ["first.md", "tagged.md"]
    assert main(["list", *NOW, "--json", "--tag", "feeds", "--author", "ada", "--folder", "."]) == 0
    assert [item["path"] for item in json.loads(capsys.readouterr().out)] == ["tagged.md"]


def test_now_is_what_is_given_then_source_date_epoch_then_the_clock(
    letter: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    article(letter, "last", "2026-03-05")

    def statuses(*argv: str) -> list[str]:
        assert main(["list", "--json", *argv]) == 0
        return [item["status"] for item in json.loads(capsys.readouterr().out)]

    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime(2026, 3, 4, tzinfo=UTC).timestamp())))
    assert statuses() == ["published", "future"]
    assert statuses("--now", "2026-03-05") == ["published", "published"]
    assert statuses("--now", "2026-03-05", "--set", "timezone=America/New_York") == ["published", "published"]
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    article(letter, "last", "2999-03-05")
    assert statuses() == ["published", "future"]


def test_a_source_date_epoch_that_is_none_fails(
    letter: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert letter
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    assert main(["build"]) == 1
    assert capsys.readouterr().err == "SOURCE_DATE_EPOCH: expected seconds since 1970, got 'yesterday'\n"


def test_new_prints_the_path_of_the_article(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "A title", *NOW]) == 0
    assert capsys.readouterr() == ("content/2026-03-10-a-title.md\n", "")
    assert (letter / "content" / "2026-03-10-a-title.md").exists()
    assert main(["new", "A title", *NOW]) == 1
    assert capsys.readouterr().err.endswith("2026-03-10-a-title.md: is there already; nothing was changed\n")


def test_init_scaffolds_a_publication_that_builds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "letter", *NOW]) == 0
    assert capsys.readouterr() == ("", "")
    monkeypatch.chdir(tmp_path / "letter")
    assert main(["build", "--now", "2026-03-11", "--last", "7d"]) == 0
    assert (tmp_path / "letter" / "out" / "rss.xml").exists()
    assert main(["init", "../other", *NOW, "-v"]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("other/newsletter.toml")


def test_adopt_adds_front_matter_and_says_so_where_asked(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (letter / "content" / "bare.md").write_text("Text.\n")
    assert main(["adopt", "content/bare.md", *NOW]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "content/bare.md:1: date: expected --date, or a date in the file's name such as 2024-12-16-title.md",
        "nothing was adopted",
    ]
    assert main(["adopt", "content/bare.md", "--date", "2026-03-03", "--title", "Bare", *NOW, "-v"]) == 0
    assert capsys.readouterr() == ("content/bare.md\n", "")
    assert (letter / "content" / "bare.md").read_text().startswith('---\ntitle: "Bare"\ndate: 2026-03-03\n')


@pytest.mark.parametrize(
    ("content", "name"), [("content", "bare.md"), (".", "-o.md"), ("my posts", "it's a 'letter' & $HOME.md")]
)
def test_the_command_that_is_printed_for_a_file_without_a_date_adopts_it_as_it_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, content: str, name: str
) -> None:
    (tmp_path / "newsletter.toml").write_text(f'{SETTINGS}content = "{content}"\n')
    file = tmp_path / content / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("Text.\n")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert main(["build", *NOW]) == 1
    [line, _] = capsys.readouterr().err.splitlines()
    program, command = line.partition(": newsletter adopt ")[1:]
    assert shlex.split(command)[1:] == ["--date", "2026-03-02"]
    script = f'newsletter() {{ {shlex.quote(sys.executable)} -m newsletter "$@"; }}; {program[2:]}{command}'
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run(["sh", "-c", script], cwd=tmp_path, env=env, check=False, capture_output=True).returncode == 0
    assert file.read_text().startswith('---\ntitle: "')
    assert "\ndate: 2026-03-02\n" in file.read_text()


def test_the_command_for_a_file_without_a_date_follows_a_content_folder_that_moves(
    letter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (letter / "content" / "bare.md").write_text("Text.\n")
    assert main(["build", *NOW]) == 3
    assert capsys.readouterr().err.endswith("newsletter adopt content/bare.md --date 2026-03-02\n")
    (letter / "content").rename(letter / "posts")  # by which the files in it stay as they were
    assert main(["build", *NOW, "--set", "content=posts"]) == 3
    assert capsys.readouterr().err.endswith("newsletter adopt posts/bare.md --date 2026-03-02\n")


def test_check_fails_if_there_is_an_error_and_prints_it(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (letter / "newsletter.toml").write_text(f'{SETTINGS}[digest]\nunsubscribe = "https://letter.example/unsubscribe/"\n')
    assert main(["build", *NOW]) == 0
    assert main(["check", *NOW]) == 0
    assert capsys.readouterr() == ("", "")
    article(letter, "wrong", "tomorow")
    assert main(["check", *NOW]) == 1
    assert capsys.readouterr().out == "content/wrong.md:3: [front-matter] date: expected an ISO 8601 date, got 'tomorow'\n"
    assert main(["check", *NOW, "--format", "github"]) == 1
    assert capsys.readouterr().out.startswith("::error file=content/wrong.md,line=3,title=front-matter::date: ")
    assert main(["check", *NOW, "--format", "json"]) == 1
    assert [finding["rule"] for finding in json.loads(capsys.readouterr().out)] == ["front-matter"]


def test_check_lists_what_clients_support_where_it_is_asked_to(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert letter
    assert main(["build", *NOW]) == 0
    assert main(["check", *NOW, "-v"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("out/issues/2026-W10/email.html: [mail-unsubscribe] ")
    assert any("email.css.j2:" in line and ": [client-enhancement] border-radius: " in line for line in lines)
    assert any(line.startswith("padding      ") and line.endswith("13/14") for line in lines)


def test_check_does_not_fail_for_a_warning(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (letter / "content" / "first.md").write_text("---\ntitle: F\ndate: 2026-03-02\n---\nText <script>alert(1)</script>.\n")
    assert main(["check", *NOW]) == 0
    assert "[remark]" in capsys.readouterr().out


def test_a_problem_that_holds_a_line_break_is_one_line_all_the_same(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (letter / "content" / "a\nb.md").write_text("Text.\n")
    assert main(["build", *NOW]) == 3
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_lock_that_another_run_holds_has_a_status_of_its_own(
    letter: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert letter

    def locked(_options: object) -> int:
        raise LockedError("out: another run is writing here")

    monkeypatch.setitem(commands.COMMANDS, "build", locked)
    assert main(["build"]) == 75
    assert capsys.readouterr().err == "out: another run is writing here\n"


def test_an_interrupted_run_is_quiet(letter: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert letter

    def interrupted(_options: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setitem(commands.COMMANDS, "build", interrupted)
    assert main(["build"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_bug_keeps_its_traceback(letter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert letter
    monkeypatch.setattr(checks, "run", None)
    with pytest.raises(TypeError):
        main(["check"])


def test_a_reader_that_goes_away_early_is_no_trouble(letter: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "newsletter", "list", *NOW]
    with os.fdopen(write, "wb") as closed:
        answer = subprocess.run(
            command, cwd=letter, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=closed, stderr=subprocess.PIPE, check=False
        )
    assert (answer.returncode, answer.stderr) == (141, b"")


def test_what_is_printed_when_the_reader_is_gone_goes_nowhere(
    letter: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert letter

    def gone(_options: object) -> int:
        raise BrokenPipeError

    monkeypatch.setitem(commands.COMMANDS, "list", gone)
    assert main(["list"]) == 141
    print("more")  # noqa: T201 - what the interpreter does as it ends
    assert capfd.readouterr() == ("", "")


def test_the_output_may_go_to_a_text_in_memory(letter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert letter
    memory = io.StringIO()
    monkeypatch.setattr(sys, "stdout", memory)
    assert main(["list", *NOW, "--jobs", "1"]) == 0
    assert memory.getvalue().endswith("first.md\n")


def test_a_title_that_the_terminal_has_no_letters_for_is_printed_all_the_same(letter: Path) -> None:
    article(letter, "日本", "2026-03-03")
    answer = newsletter("list", *NOW, cwd=letter, env={"PYTHONIOENCODING": "ascii"})
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "\\u65e5\\u672c.md" in answer.stdout


def test_the_help_imports_nothing_heavy(letter: Path) -> None:
    code = "import sys, newsletter.cli as c\ntry: c.main(['--help'])\nexcept SystemExit: print('\\n'.join(sys.modules))"
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=letter,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    heavy = {"markdown", "jinja2", "premailer", "lxml", "yaml", "frontmatter", "feedgen", "email", "zoneinfo", "json"}
    assert heavy.isdisjoint(answer.stdout.split())
    assert "newsletter.cli.arguments" in answer.stdout.split()


def test_the_list_imports_no_renderer(letter: Path) -> None:
    code = "import sys, newsletter.cli as c\nc.main(['list', '--now', '2026-03-10'])\nprint('\\n'.join(sys.modules))"
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=letter,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert {"markdown", "jinja2", "premailer", "lxml", "feedgen"}.isdisjoint(answer.stdout.split())


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"newsletter {__version__}\n"


def test_every_command_takes_the_common_options() -> None:
    reference = arguments.reference()
    assert {command.partition(" ")[0] for command in reference} - {""} == set(commands.COMMANDS)
    common = {"--config FILE", "--set KEY=VALUE", "--now INSTANT", "--jobs N", "-v, --verbose", "-q, --quiet"}
    assert all(common <= set(taken) for command, (_, taken) in reference.items() if command)
    assert {"--from DATE", "--to DATE", "--period KEY", "--last LENGTH", "--strict"} <= set(reference["build"][1])
    assert list(reference["adopt"][1])[-3:] == ["FILE…", "--date DATE", "--title TITLE"]
    assert "--format text|json|github" in reference["check"][1]
