import re
import subprocess
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsletter.config import Delivery, Smtp
from newsletter.errors import NewsletterError
from newsletter.scheduling import KINDS, Job
from tests.factories import make_config
from tests.scheduling.jobs import delivering, make_job, program

ODD = "a b%n\"c'd$HOMEé;#"
HEADING = re.compile(r"(?m)^# /etc/systemd/system/(\S+)\n")


def cut(folder: Path, job: Job) -> list[Path]:
    """Cut the files from what is printed."""
    _, *parts = HEADING.split(KINDS["systemd"](job))
    paths = []
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        paths.append(folder / name)
        paths[-1].write_text(text)
    return paths


def verified(paths: list[Path]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", "verify", *paths], capture_output=True, text=True, check=False)


def services(root: Path) -> list[Job]:
    """Schedule one job for each kind of delivery."""
    smtp = Delivery(service="smtp", smtp=Smtp(host="mail.example", user="me", to="list@letter.example"))
    deliveries = (Delivery(), smtp, *(Delivery(service=name) for name in ("listmonk", "buttondown", "command")))
    return [delivering(root, delivery) for delivery in deliveries]


@pytest.mark.parametrize("name", ["plain", "a b%nHOMEé;#", ODD])
def test_systemd_takes_the_files_as_they_are_printed(tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    root.mkdir()
    program(root, "exit 0")
    units = tmp_path / "units"
    units.mkdir()
    for job in services(root):
        paths = cut(units, job)
        assert [path.name for path in paths] == ["newsletter.service", "newsletter.timer"]
        done = verified(paths)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_systemd_finds_a_program_that_is_not_there(tmp_path: Path) -> None:
    done = verified(cut(tmp_path, make_job(tmp_path)))
    assert done.returncode != 0
    assert f"Command {tmp_path}/newsletter is not executable" in done.stderr


def test_paths_are_spelled_as_systemd_reads_them(tmp_path: Path) -> None:
    root = tmp_path / ODD
    service, _ = cut(tmp_path, make_job(root, program=("/usr/bin/python3", "-m", "newsletter"), sets=("title=\\",)))
    lines = service.read_text().splitlines()
    listed = f"{tmp_path}/a b%%n\\\"c'd$HOMEé;#"
    assert f"WorkingDirectory={tmp_path}/a b%%n\"c'd$HOMEé;#" in lines
    assert f'ReadWritePaths="{listed}" "-{listed}/out"' in lines
    assert f'ReadOnlyPaths="-{listed}/content"' in lines
    config = f"{listed}/newsletter.toml".replace("$", "$$")
    words = f'"/usr/bin/python3" "-m" "newsletter" "run" "--config" "{config}" "--set" "title=\\\\"'
    assert f"ExecStart={words}" in lines


@pytest.mark.parametrize(("path", "spelled"), [("a$x", "a$$x"), ('a"x', 'a\\"x'), ("a'x", "a'x"), ("a\\x", "a\\\\x")])
def test_a_program_that_systemd_does_not_take_by_its_path_is_found_by_another(tmp_path: Path, path: str, spelled: str) -> None:
    service, _ = cut(tmp_path, make_job(tmp_path, program=(f"/opt/{path}/newsletter",), file=None))
    assert f'ExecStart="/usr/bin/env" "/opt/{spelled}/newsletter" "run"' in service.read_text().splitlines()


def test_the_timer_calls_every_hour_and_when_the_issue_is_due_in_the_publications_zone(tmp_path: Path) -> None:
    _, timer = cut(tmp_path, make_job(tmp_path))
    calendars = re.findall(r"(?m)^OnCalendar=(.+)$", timer.read_text())
    assert calendars == ["hourly", "*-*-* 08:30:00 Europe/Berlin"]
    for calendar in calendars:
        command = ["systemd-analyze", "calendar", "--base-time=2026-07-01 00:00:00 UTC", calendar]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env={"TZ": "UTC", "PATH": "/usr/bin:/bin"})
        first = {"hourly": "2026-07-01 01:00:00 UTC"}.get(calendar, "2026-07-01 06:30:00 UTC")
        assert first in done.stdout


def test_another_run_at_work_is_no_failure_and_a_missed_call_is_made_up_for(tmp_path: Path) -> None:
    service, timer = cut(tmp_path, make_job(tmp_path))
    assert {"Type=oneshot", "SuccessExitStatus=75", "User=root"} <= set(service.read_text().splitlines())
    assert "Persistent=true" in timer.read_text().splitlines()


def test_a_run_can_write_what_it_has_to_and_little_else(tmp_path: Path) -> None:
    config = make_config(
        tmp_path,
        out=Path("/srv/www/out"),
        ledger="/var/lib/letter/ledger",
        content=tmp_path / "content",
        timezone=ZoneInfo("UTC"),
    )
    text = cut(tmp_path, make_job(tmp_path, config))[0].read_text()
    assert 'ReadWritePaths="/srv/www" "/var/lib/letter" "-/srv/www/out"\n' in text
    shared = make_config(tmp_path, ledger="postgresql+psycopg://db/letter", content=tmp_path, timezone=ZoneInfo("UTC"))
    text = cut(tmp_path, make_job(tmp_path, shared))[0].read_text()
    assert f'ReadWritePaths="{tmp_path}" "-{tmp_path}/out"\n' in text
    assert "ReadOnlyPaths" not in text
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=50", str(tmp_path / "newsletter.service")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_a_program_of_the_editors_is_not_shut_in(tmp_path: Path) -> None:
    text = cut(tmp_path, delivering(tmp_path, Delivery(service="command")))[0].read_text()
    assert "ProtectSystem=full\n" in text
    assert "NoNewPrivileges" not in text


def test_secrets_come_from_a_file_that_systemd_reads(tmp_path: Path) -> None:
    text = cut(tmp_path, delivering(tmp_path, Delivery(service="buttondown")))[0].read_text()
    assert "# Holds the line NEWSLETTER_BUTTONDOWN_KEY=…;" in text
    assert "EnvironmentFile=-/etc/newsletter.env\n" in text
    assert '# delivery.buttondown.key_file = "/run/credentials/newsletter.service/secret".\n' in text
    assert "EnvironmentFile" not in KINDS["systemd"](make_job(tmp_path))


@pytest.mark.parametrize("name", ["a\n", "a ", "a\\"])
def test_a_path_that_systemd_cannot_take_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NewsletterError):
        KINDS["systemd"](make_job(tmp_path / name))
