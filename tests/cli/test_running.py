"""What `newsletter run` and `newsletter send` say, and how they end, on real folders."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from newsletter.cli import main
from tests.real import tree

NOW = ("--now", "2024-12-16T09:00:00Z")
SETTINGS = 'title = "Run"\nurl = "https://run.example/"\n'
FAILING = '[delivery]\nservice = "command"\n[delivery.command]\nrun = ["sh", "-c", "echo closed >&2; exit 1"]\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How a command ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


_capture: pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _captured(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    global _capture  # noqa: PLW0603 - so that a test reads like a command line
    _capture = capsys
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


def newsletter(*arguments: str, cwd: Path) -> Said:
    """Run a command in a folder, in this process."""
    here = Path.cwd()
    os.chdir(cwd)
    try:
        status = main([*arguments, "--jobs", "1"])
    finally:
        os.chdir(here)
    said = _capture.readouterr()
    return Said(returncode=status, stdout=said.out, stderr=said.err)


def make(folder: Path, more: str = "") -> Path:
    (folder / "content").mkdir(parents=True, exist_ok=True)
    (folder / "content" / "one.md").write_text("---\ntitle: One\ndate: 2024-12-10\n---\nText.\n", encoding="utf-8")
    (folder / "newsletter.toml").write_text(SETTINGS + more, encoding="utf-8")
    return folder


def test_a_run_without_a_terminal_says_nothing(tmp_path: Path) -> None:
    folder = make(tmp_path)
    for _ in range(2):
        done = newsletter("run", *NOW, cwd=folder)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_verbose_run_says_what_it_did(tmp_path: Path) -> None:
    folder = make(tmp_path)
    first = newsletter("run", "-v", *NOW, cwd=folder).stdout.splitlines()
    assert "written: out/issues/2024-W50/email.html" in first
    assert first[-1] == "issue 2024-W50: One: handed to folder (https://run.example/issues/2024-W50/)"
    assert newsletter("run", "-v", *NOW, cwd=folder).stdout.splitlines()[-1] == "no issue was due"


def test_a_dry_run_names_the_articles_and_changes_nothing(tmp_path: Path) -> None:
    folder = make(tmp_path)
    before = tree(folder)
    done = newsletter("run", "--dry-run", *NOW, cwd=folder)
    assert done.stdout == "would make issue 2024-W50 (1 article) and hand it to folder\n  One\n"
    assert tree(folder) == before
    assert not (folder / ".out.index").exists()
    newsletter("run", *NOW, cwd=folder)
    assert newsletter("run", "--dry-run", *NOW, cwd=folder).stdout == "no issue is due\n"


def test_an_issue_that_nobody_took_is_one_line_and_status_1(tmp_path: Path) -> None:
    folder = make(tmp_path, FAILING)
    for _ in range(2):
        done = newsletter("run", *NOW, cwd=folder)
        assert (done.returncode, done.stdout) == (1, "")
        assert all(line.startswith("issue 2024-W50: ") for line in done.stderr.splitlines())
        assert "closed" in done.stderr
    assert newsletter("run", "--dry-run", *NOW, cwd=folder).stdout == (
        "would finish issue 2024-W50 (1 article) and hand it to command\n  One\n"
    )


def test_a_held_back_article_is_reported_and_the_status_is_3(tmp_path: Path) -> None:
    folder = make(tmp_path)
    (folder / "content" / "bad.md").write_text("---\ntitle: Bad\ndate: tomorow\n---\nText.\n", encoding="utf-8")
    done = newsletter("run", *NOW, cwd=folder)
    assert done.returncode == 3
    assert done.stderr.startswith("content/bad.md:3: date: ")
    strict = newsletter("run", "--strict", *NOW, cwd=folder)
    assert strict.returncode == 1
    assert "nothing was published" in strict.stderr


def test_a_hub_that_is_down_is_one_line_and_no_failure(tmp_path: Path) -> None:
    folder = make(tmp_path, '[feeds]\nhub = "http://127.0.0.1:9/"\n')
    done = newsletter("run", *NOW, cwd=folder)
    assert done.returncode == 0
    assert done.stderr.startswith("WebSub hub http://127.0.0.1:9/: ")
    assert len(done.stderr.splitlines()) == 1


def test_articles_that_wait_or_come_too_late_are_told_of(tmp_path: Path) -> None:
    folder = make(tmp_path, "[digest]\nminimum = 2\nlate_days = 10\n")
    assert newsletter("run", "-v", *NOW, cwd=folder).stdout.splitlines()[-2:] == [
        "1 article waiting until there are 2 (digest.minimum)",
        "no issue was due",
    ]
    for name, date in (("late", "2024-12-14"), ("old", "2024-11-01"), ("two", "2024-12-17")):
        text = f"---\ntitle: {name}\ndate: {date}\n---\nText.\n"
        (folder / "content" / f"{name}.md").write_text(text, encoding="utf-8")
    told = newsletter("run", "--dry-run", "--now", "2024-12-23", cwd=folder).stdout.splitlines()
    assert told[0] == "would make issue 2024-W51 (3 articles) and hand it to folder"
    assert told[-1] == "1 article in no issue: more than 10 days old when the period ended (digest.late_days)"


def test_send_hands_over_what_was_built_and_only_once(tmp_path: Path) -> None:
    folder = make(tmp_path)
    assert newsletter("send", "-v", *NOW, cwd=folder).stdout == "no issue is waiting to be sent\n"
    newsletter("build", *NOW, cwd=folder)
    dry = newsletter("send", "--dry-run", *NOW, cwd=folder)
    assert dry.stdout == "would hand issue 2024-W50 (One) to folder\n"
    done = newsletter("send", "-v", *NOW, cwd=folder)
    assert done.stdout == "issue 2024-W50: One: handed to folder (https://run.example/issues/2024-W50/)\n"
    again = newsletter("send", "2024-W50", "-v", *NOW, cwd=folder)
    assert (again.returncode, again.stdout) == (0, "issue 2024-W50 was handed over before; nothing was sent\n")
    assert newsletter("run", "-v", *NOW, cwd=folder).stdout.splitlines()[-1] == "no issue was due"


def test_send_refuses_articles_that_went_out_in_another_issue(tmp_path: Path) -> None:
    folder = make(tmp_path)
    newsletter("run", *NOW, cwd=folder)
    newsletter("build", "--period", "2024-12", *NOW, cwd=folder)
    done = newsletter("send", "2024-12", *NOW, cwd=folder)
    assert done.returncode == 1
    assert done.stderr.startswith("issue 2024-12: articles of it went out in 2024-W50 already; nothing was sent.")


@pytest.mark.parametrize("key", ["2024-W49", "nonsense"])
def test_send_says_which_issue_is_not_there(key: str, tmp_path: Path) -> None:
    folder = make(tmp_path)
    newsletter("build", *NOW, cwd=folder)
    done = newsletter("send", key, *NOW, cwd=folder)
    assert done.returncode == 1
    assert f"issues/{key}: the issue cannot be read" in done.stderr


def test_send_does_not_hand_over_what_is_not_as_it_was_built(tmp_path: Path) -> None:
    folder = make(tmp_path)
    newsletter("build", *NOW, cwd=folder)
    with (folder / "out/issues/2024-W50/email.html").open("a", encoding="utf-8") as file:
        file.write("<!-- changed -->")
    done = newsletter("send", "2024-W50", *NOW, cwd=folder)
    assert done.returncode == 1
    assert "email.html is not what was built; run: newsletter build --period 2024-W50" in done.stderr
    newsletter("build", "--period", "2024-W50", *NOW, cwd=folder)
    assert newsletter("send", "2024-W50", *NOW, cwd=folder).returncode == 0


def test_build_leaves_an_issue_that_was_delivered_as_it_is(tmp_path: Path) -> None:
    folder = make(tmp_path)
    newsletter("run", *NOW, cwd=folder)
    before = tree(folder / "out" / "issues")
    (folder / "content" / "one.md").write_text("---\ntitle: One\ndate: 2024-12-10\n---\nOther text.\n", encoding="utf-8")
    done = newsletter("build", "-v", *NOW, cwd=folder)
    assert "issue 2024-W50 was delivered: it stays as it is" in done.stdout
    assert tree(folder / "out" / "issues") == before
    assert newsletter("check", *NOW, cwd=folder).returncode == 0


def test_a_run_after_one_with_a_wrong_clock_says_why_nothing_is_due(tmp_path: Path) -> None:
    folder = make(tmp_path)
    newsletter("run", "--now", "2031-01-06T09:00:00Z", cwd=folder)
    done = newsletter("run", *NOW, cwd=folder)
    assert done.returncode == 3
    assert done.stderr.startswith("no issue is due before 2031-01-06: a run with a wrong clock closed the periods until then; ")
    assert len(done.stderr.splitlines()) == 1


def test_a_reserved_issue_is_the_next_to_be_sent(tmp_path: Path) -> None:
    folder = make(tmp_path, FAILING)
    newsletter("run", *NOW, cwd=folder)
    assert newsletter("send", "--dry-run", *NOW, cwd=folder).stdout == "would hand issue 2024-W50 (One) to command\n"
    done = newsletter("send", "-v", "--set", 'delivery.command.run=["true"]', *NOW, cwd=folder)
    assert (done.returncode, done.stdout) == (0, "issue 2024-W50: One: handed to command\n")


def test_an_issue_of_which_nothing_is_left_is_taken_back_and_that_is_told(tmp_path: Path) -> None:
    folder = make(tmp_path, FAILING.replace('"sh", "-c", "echo closed >&2; exit 1"', '"no-such-program"'))
    (folder / "content" / "old.md").write_text("---\ntitle: Old\ndate: 2024-01-10\n---\nText.\n", encoding="utf-8")
    assert newsletter("run", *NOW, cwd=folder).returncode == 1
    (folder / "content" / "one.md").unlink()
    done = newsletter("run", "-v", *NOW, cwd=folder)
    assert "issue 2024-W50: none of its articles is left; taken back" in done.stdout.splitlines()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda text: text.replace('"start"', '"begin"'), "damaged"),
        (lambda text: text[:100], "damaged"),
        (lambda text: text.replace('"files"', '"fils"'), "damaged"),
        (lambda text: text.replace('"key": "2024-W50"', '"key": "2024-W49"'), "is not what was built"),
    ],
    ids=["period", "cut off", "files", "key"],
)
def test_an_issue_with_a_damaged_manifest_is_not_sent(tmp_path: Path, damage: Callable[[str], str], says: str) -> None:
    folder = make(tmp_path)
    newsletter("build", *NOW, cwd=folder)
    manifest = folder / "out/issues/2024-W50/issue.json"
    manifest.write_text(damage(manifest.read_text(encoding="utf-8")), encoding="utf-8")
    done = newsletter("send", "2024-W50", *NOW, cwd=folder)
    assert done.returncode == 1
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_manifest_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    folder = make(tmp_path)
    newsletter("build", *NOW, cwd=folder)
    newsletter("build", "--period", "2024-12-10", *NOW, cwd=folder)
    (folder / "out/issues/2024-W50/issue.json").write_text("{}", encoding="utf-8")
    assert newsletter("send", "--dry-run", *NOW, cwd=folder).stdout == "would hand issue 2024-12-10 (One) to folder\n"


def test_a_quiet_build_and_run_end_early_with_the_same_complaints(tmp_path: Path) -> None:
    folder = make(tmp_path)
    (folder / "content" / "bad.md").write_text("---\ntitle: Bad\ndate: tomorow\n---\nText.\n", encoding="utf-8")
    for command in ("build", "run"):
        first = newsletter(command, *NOW, cwd=folder)
        before = tree(folder)
        second = newsletter(command, *NOW, cwd=folder)
        assert (second.returncode, second.stderr) == (first.returncode, first.stderr) == (3, first.stderr)
        assert first.stderr.startswith("content/bad.md:3: date: ")
        assert tree(folder) == before


def test_send_says_without_sending_that_an_issue_went_out(tmp_path: Path) -> None:
    folder = make(tmp_path)
    newsletter("run", *NOW, cwd=folder)
    done = newsletter("send", "2024-W50", "--dry-run", *NOW, cwd=folder)
    assert done.stdout == "issue 2024-W50 was handed over before; nothing would be sent\n"


def test_what_nobody_knows_is_tried_again_when_a_run_is_told_to(tmp_path: Path) -> None:
    killed = FAILING.replace("echo closed >&2; exit 1", "echo once >> times; test -e ready || kill -9 $$")
    folder = make(tmp_path, killed)
    assert newsletter("run", *NOW, cwd=folder).returncode == 3
    (folder / "ready").touch()
    assert newsletter("run", *NOW, cwd=folder).returncode == 0
    assert (folder / "times").read_text(encoding="utf-8") == "once\n"
    done = newsletter("run", "--retry-unknown", *NOW, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "times").read_text(encoding="utf-8") == "once\nonce\n"
    assert newsletter("run", "--retry-unknown", *NOW, cwd=folder).returncode == 0
    assert (folder / "times").read_text(encoding="utf-8") == "once\nonce\n"


def test_an_issue_that_its_note_holds_back_is_told_of(tmp_path: Path) -> None:
    folder = make(tmp_path)
    (folder / "content" / "_issues").mkdir()
    (folder / "content" / "_issues" / "2024-W50.md").write_text("---\nlead: nobody.md\n---\n", encoding="utf-8")
    done = newsletter("run", "-v", *NOW, cwd=folder)
    assert done.returncode == 3
    assert done.stdout.splitlines()[-1] == "issue 2024-W50 is held back; the next run goes on with it"
