import subprocess
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim

from newsletter.config import Delivery, Digest
from newsletter.config.delivery import Listmonk
from newsletter.errors import NewsletterError
from newsletter.scheduling import KINDS, Job
from tests.factories import make_config
from tests.scheduling.jobs import delivering, make_job, program

#: What has a meaning of its own somewhere on the way.
ODD = "a b%c$HOME;'\"&`id`*é"


def entry(job: Job) -> tuple[str, str]:
    """Return the expression and the command of the one line that is no comment, as Debian's cron takes them apart."""
    text = KINDS["cron"](job)
    [line] = [line for line in text.splitlines() if not line.startswith("#")]
    *expression, command = line.split(" ", 5)
    return " ".join(expression), command


def called(command: str) -> subprocess.CompletedProcess[str]:
    """Run a command as cron does, with next to no environment."""
    plain = command.replace(r"\%", "\0")
    assert "%" not in plain
    return subprocess.run(
        ["/bin/sh", "-c", plain.replace("\0", "%")], env={"HOME": "/"}, cwd="/", capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("machine", ["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York"])
def test_every_hour_and_at_the_time_of_the_issue_the_run_is_called(tmp_path: Path, zone: str, machine: str) -> None:
    config = make_config(tmp_path, timezone=ZoneInfo(zone), digest=Digest(at="08:20"))
    now = datetime(2026, 3, 9, 12, 0, tzinfo=ZoneInfo(machine))
    expression, _ = entry(make_job(tmp_path, config, now=now))
    calls = CronSim(expression, now)
    times = [next(calls) for _ in range(48)]
    assert {later - earlier for earlier, later in pairwise(times)} == {timedelta(hours=1)}
    due = {time.astimezone(ZoneInfo(zone)).strftime("%H:%M") for time in times}
    assert "08:20" in due


def test_when_the_clocks_change_a_run_is_called_in_every_hour_that_there_is(tmp_path: Path) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    expression, _ = entry(make_job(tmp_path))
    calls = CronSim(expression, datetime(2026, 10, 25, 0, 0, tzinfo=berlin))
    assert len([time for time in (next(calls) for _ in range(30)) if time.date().isoformat() == "2026-10-25"]) == 25


@pytest.mark.parametrize("name", ["plain", ODD])
def test_the_command_stands_in_the_folder_and_names_program_and_configuration(tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    root.mkdir()
    script = program(root, 'pwd > seen; echo "$PATH" >> seen; for word in "$@"; do echo "$word" >> seen; done')
    _, command = entry(make_job(root, program=(str(script),), sets=("title=50 % more",)))
    done = called(command)
    assert (done.stdout, done.stderr) == ("", "")
    where, path, *words = (root / "seen").read_text().splitlines()
    assert where == str(root)
    assert {"/usr/local/bin", "/usr/sbin"} <= set(path.split(":"))
    assert words == ["run", "--config", str(root / "newsletter.toml"), "--set", "title=50 % more"]


@pytest.mark.parametrize(
    ("body", "mail"),
    [
        ("exit 0", ""),
        ("echo 'out: the ledger is held' >&2; exit 75", ""),
        ("echo 'a\\nb 100%' >&2; exit 3", "a\nb 100%\n"),
        ("echo said; exit 0", "said\n"),
        ("exit 1", ""),
    ],
)
def test_cron_mails_problems_and_nothing_else(tmp_path: Path, body: str, mail: str) -> None:
    _, command = entry(make_job(tmp_path, program=(str(program(tmp_path, body)),)))
    done = called(command)
    assert (done.stdout, done.stderr) == (mail, "")


def test_a_folder_that_is_gone_is_a_problem(tmp_path: Path) -> None:
    _, command = entry(make_job(tmp_path / "gone"))
    assert called(command).stderr != ""


def test_without_a_configuration_file_the_settings_do(tmp_path: Path) -> None:
    _, command = entry(make_job(tmp_path, file=None, sets=("title=A", "url=https://a.example/")))
    assert f"{tmp_path}/newsletter run --set title=A --set url=https://a.example/ 2>&1" in command


def test_the_comments_say_what_is_scheduled_and_where_secrets_go(tmp_path: Path) -> None:
    text = KINDS["cron"](delivering(tmp_path, Delivery(service="listmonk")))
    assert text.startswith(
        "# The Test Letter: the scheduled run.\n# There is an issue every week, from 00:00 on in Europe/Berlin."
    )
    assert "# cron does not know NEWSLETTER_LISTMONK_TOKEN: " in text
    assert "# delivery.listmonk.token_file.\n" in text
    named = Delivery(service="listmonk", listmonk=Listmonk(token_file="token"))  # noqa: S106 - a path
    assert "NEWSLETTER_" not in KINDS["cron"](delivering(tmp_path, named))


@pytest.mark.parametrize("name", ["a\nb", "a\\b", "a\udcffb", "x" * 600])
def test_what_fits_into_no_crontab_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NewsletterError) as caught:
        KINDS["cron"](make_job(tmp_path / name))
    assert len(str(caught.value).splitlines()) == 1
