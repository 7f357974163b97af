"""What `newsletter run` and `newsletter send` say, and how they end, as processes on real folders."""

from pathlib import Path

import pytest

from tests.real import newsletter, tree

NOW = ("--now", "2024-12-16T09:00:00Z")
SETTINGS = 'title = "Run"\nurl = "https://run.example/"\n'
FAILING = '[delivery]\nservice = "command"\n[delivery.command]\nrun = ["sh", "-c", "echo closed >&2; exit 1"]\n'


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
    assert {name: body for name, body in tree(folder).items() if name != ".out.index"} == before
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
