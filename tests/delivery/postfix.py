"""A real Postfix on loopback, with a queue and a configuration of its own, which keeps all mail in one maildir."""

import os
import pwd
import shutil
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

#: A file system in memory, where it has room: a maildir of thousands of messages takes a disk half a minute.
MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it is made by tempfile
ROOM = 512 * 1024 * 1024
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/lib/postfix/sbin"
#: Who gets mail: anybody there.
DOMAIN = "subscribers.example"

MAIN = """\
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/state
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {root}/log
maillog_file_prefixes = {root}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.letter.example
mynetworks = 127.0.0.0/8
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
relayhost =
default_transport = error:nothing leaves this machine
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {root}
virtual_mailbox_maps = static:mail/
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_mailbox_limit = 0
biff = no
{more}
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def program(name: str) -> str:
    """Find a program of Postfix, or skip the test."""
    found = shutil.which(name, path=PATH)
    if found is None:
        pytest.skip("Postfix is not installed: .ci/system postfix")
    if os.geteuid() != 0:
        pytest.skip("Postfix is started by root only")
    return found


class Postfix:
    """One instance."""

    def __init__(self, root: Path, port: int, more: str = "") -> None:
        """Lay out its folders; ``more`` is configuration."""
        self.host, self.port, self.root = "127.0.0.1", port, root
        self._started = 0.0
        owner = pwd.getpwnam("postfix")
        for name in ("etc", "queue", "state", "mail"):
            (root / name).mkdir()
        (root / "log").touch()  # what checks the queue at the start writes there too, as that user
        for name in ("state", "mail", "log"):
            os.chown(root / name, owner.pw_uid, owner.pw_gid)
        text = MAIN.format(root=root, domain=DOMAIN, uid=owner.pw_uid, gid=owner.pw_gid, more=more)
        (root / "etc" / "main.cf").write_text(text, encoding="ascii")
        (root / "etc" / "master.cf").write_text(MASTER.format(port=port), encoding="ascii")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._started = time.time()
        self._run("start")
        while True:
            try:
                with socket.create_connection((self.host, self.port), timeout=5) as connection:
                    if connection.recv(100).startswith(b"220"):
                        return
            except OSError:
                time.sleep(0.02)

    def stop(self) -> None:
        """Stop it, and wait until all of it is gone."""
        self._run("stop")

    def _run(self, command: str) -> None:
        done = subprocess.run(
            [program("postfix"), "-c", self.root / "etc", command],
            env={**os.environ, "PATH": PATH},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + self.log()

    def log(self) -> str:
        """Return what it logged."""
        place = self.root / "log"
        return place.read_text(encoding="utf-8") if place.exists() else ""

    def waiting(self) -> int:
        """Count the messages that it has taken and not put into the maildir yet."""
        queue = self.root / "queue"
        folders = ("incoming", "active", "maildrop", "deferred")
        return sum(
            self._is_waiting(Path(place, name))
            for folder in folders
            for place, _, names in os.walk(queue / folder)
            for name in names
        )

    def _is_waiting(self, place: Path) -> bool:
        """Tell whether anything comes of a file in the queue: one that is whole is executable; when stopped, none becomes so."""
        try:
            state = place.stat()
        except FileNotFoundError:  # it is in the next folder by now, or in the maildir
            return False
        return bool(state.st_mode & stat.S_IXUSR) or state.st_mtime >= self._started

    def mail(self) -> list[bytes]:
        """Return all messages that arrived, once its queue is empty."""
        while self.waiting():
            time.sleep(0.05)
        folder = self.root / "mail" / "new"
        return [entry.read_bytes() for entry in folder.iterdir()] if folder.exists() else []

    def empty(self) -> None:
        """Throw away what arrived."""
        self.mail()
        shutil.rmtree(self.root / "mail" / "new", ignore_errors=True)


@contextmanager
def running(more: str = "", *, on_disk: bool = False) -> Iterator[Postfix]:
    """Run an instance. Its folder is not pytest's, where its own user could not go."""
    program("postfix")
    place = MEMORY if not on_disk and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None
    with tempfile.TemporaryDirectory(prefix="postfix", dir=place) as folder, socket.create_server(("127.0.0.1", 0)) as free:
        root = Path(folder)
        root.chmod(0o755)
        server = Postfix(root, free.getsockname()[1], more)
        free.close()
        server.start()
        try:
            yield server
        finally:
            server.stop()
