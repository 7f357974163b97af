"""A scheduled run on a machine in trouble: one clear line, a status, and nothing half done."""

import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message as MailMessage
from pathlib import Path

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.postgres import PASSWORD, Server
from tests.real import ROOT, free_port, newsletter, tree

NOW = ("--now", "2024-12-16T09:00:00Z")
SETTINGS = 'title = "Trouble"\nurl = "https://trouble.example/"\n'
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs to be root, to make small disks")


def make(folder: Path, more: str = "") -> Path:
    (folder / "content").mkdir(parents=True, exist_ok=True)
    for number in range(1, 6):
        text = f"---\ntitle: Article {number}\ndate: 2024-12-{9 + number}\n---\n" + "Some text of it. " * 400
        (folder / "content" / f"{number}.md").write_text(text, encoding="utf-8")
    (folder / "newsletter.toml").write_text(SETTINGS + more, encoding="utf-8")
    return folder


def kept(folder: Path) -> dict[str, bytes]:
    return {name: body for name, body in tree(folder).items() if name != ".out.index"}


def fails(folder: Path, *says: str) -> None:
    """Run; it fails with one line that says all of that, and everything is as it was."""
    before = kept(folder)
    done = newsletter("run", *NOW, cwd=folder)
    assert done.returncode == 1, done
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert all(text in line for text in says), line
    assert kept(folder) == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Make a disk with little room."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", place], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk here: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", place], check=True)


@root_only
def test_a_full_disk_is_one_line_and_nothing_half_done(tmp_path: Path, small_disk: Path) -> None:
    folder = make(tmp_path / "letter", f'out = "{small_disk}/out"\nledger = "ledger"\n')
    fails(folder, "No space left on device", "nothing was changed")
    assert not (small_disk / "out").exists()
    subprocess.run(["mount", "-o", "remount,size=10m", small_disk], check=True)
    assert newsletter("run", *NOW, cwd=folder).returncode == 0
    assert (small_disk / "out" / "issues" / "2024-W50" / "email.eml").exists()


@root_only
def test_a_full_disk_for_the_ledger_publishes_nothing(tmp_path: Path, small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(b"x" * 150_000)
    folder = make(tmp_path / "letter", f'ledger = "{small_disk}/ledger"\n')
    fails(folder, f"{small_disk}/ledger", "disk")
    assert not (folder / "out").exists()
    (small_disk / "filler").unlink()
    assert newsletter("run", *NOW, cwd=folder).returncode == 0


@pytest.mark.parametrize("name", ["out", "."])
def test_a_folder_that_cannot_be_written_is_one_line(name: str, tmp_path: Path) -> None:
    folder = make(tmp_path / "letter")
    (folder / "out").mkdir()
    before = kept(folder)
    (folder / name).chmod(0o555)
    done = powerless(folder)
    (folder / name).chmod(0o755)
    assert done.returncode == 1, done
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert "Permission denied" in line
    assert kept(folder) == before
    assert newsletter("run", *NOW, cwd=folder).returncode == 0


def test_a_ledger_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    folder = make(tmp_path / "letter", 'ledger = "kept/ledger"\n')
    (folder / "kept").mkdir()
    (folder / "kept").chmod(0o555)
    done = powerless(folder)
    (folder / "kept").chmod(0o755)
    assert done.returncode == 1, done
    [line] = done.stderr.splitlines()
    assert "kept/ledger" in line
    assert "Permission denied" in line
    assert not (folder / "out").exists()
    assert newsletter("run", *NOW, cwd=folder).returncode == 0


def test_a_damaged_ledger_is_one_line_and_stays(tmp_path: Path) -> None:
    folder = make(tmp_path / "letter")
    assert newsletter("run", *NOW, cwd=folder).returncode == 0
    path = folder / ".out.ledger"
    body = bytearray(path.read_bytes())
    body[4096:8192] = b"\xff" * 4096
    path.write_bytes(bytes(body))
    fails(folder, ".out.ledger", "damaged", "restore it from a backup")


def test_an_unreachable_database_is_one_line(tmp_path: Path) -> None:
    port = free_port()
    folder = make(tmp_path / "letter", f'ledger = "postgresql+psycopg://letter:hush-hush@127.0.0.1:{port}/letter"\n')
    fails(folder, "postgresql+psycopg://letter:***@127.0.0.1", "cannot be used")
    assert not (folder / "out").exists()


def test_a_wrong_password_of_the_database_is_one_line_without_it(tmp_path: Path, postgres: Server) -> None:
    url = postgres.make().replace(PASSWORD, "hush-hush")
    folder = make(tmp_path / "letter", f'ledger = "{url}"\n')
    fails(folder, "cannot be used", "password authentication failed")
    assert "hush-hush" not in newsletter("run", *NOW, cwd=folder).stderr


MAIL = """\
[digest]
address = "1 Sample Street"
[delivery]
service = "smtp"
[delivery.smtp]
host = "localhost"
port = {port}
user = "letter"
recipients = "people.csv"
ca = "ca.pem"
pause = 0
attempts = 2
timeout = 10
"""


class Taker(Message):
    """Counts what it takes."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.taken = 0

    def handle_message(self, message: MailMessage) -> None:
        """Count one."""
        assert message["List-Unsubscribe"] == "<https://trouble.example/leave/1>"
        self.taken += 1


def trusted(*, expired: bool) -> tuple[trustme.CA, ssl.SSLContext]:
    authority = trustme.CA()
    until = datetime.now(UTC) - timedelta(days=1) if expired else None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", not_after=until).configure_cert(context)
    return authority, context


def letter(folder: Path, port: int, authority: trustme.CA) -> Path:
    folder = make(folder, MAIL.format(port=port))
    authority.cert_pem.write_to_path(folder / "ca.pem")
    people = "address,name,unsubscribe_url\nreader@trouble.example,Reader,https://trouble.example/leave/1\n"
    (folder / "people.csv").write_text(people, encoding="utf-8")
    return folder


def run_with(folder: Path, password: str) -> subprocess.CompletedProcess[str]:
    return newsletter("run", *NOW, cwd=folder, env={"NEWSLETTER_SMTP_PASSWORD": password})


def test_bad_credentials_and_an_expired_certificate_send_nothing_and_the_next_run_does(tmp_path: Path) -> None:
    taker = Taker()

    def check(_server: object, _session: object, _envelope: object, _mechanism: str, given: object) -> AuthResult:
        return AuthResult(success=isinstance(given, LoginPassword) and given.password == b"open sesame", handled=False)

    for expired in (True, False):
        authority, context = trusted(expired=expired)
        controller = Controller(
            taker,
            hostname="localhost",
            port=free_port(),
            tls_context=context,
            require_starttls=True,
            authenticator=check,
            auth_required=True,
        )
        controller.start()
        try:
            folder = letter(tmp_path / "letter", controller.port, authority)
            wrong = run_with(folder, "hush-hush")
            assert wrong.returncode == 1
            [line] = wrong.stderr.splitlines()
            assert line.startswith("issue 2024-W50: ")
            assert ("expired" if expired else "refuses the user name or the password") in line
            assert "hush-hush" not in line
            assert taker.taken == 0
            assert "reserved" in newsletter("issues", cwd=folder).stdout
            if not expired:
                right = run_with(folder, "open sesame")
                assert (right.returncode, right.stderr) == (0, "")
                assert run_with(folder, "open sesame").returncode == 0
        finally:
            controller.stop()
    assert taker.taken == 1


def test_a_mail_server_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    port = free_port()
    authority, _ = trusted(expired=False)
    folder = letter(tmp_path / "letter", port, authority)
    done = run_with(folder, "open sesame")
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert f"localhost:{port}" in line


def powerless(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run without root's power to write where nobody may."""
    drop = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    return subprocess.run(
        [*drop, sys.executable, "-m", "newsletter", "run", *NOW],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
