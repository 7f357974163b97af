"""A real PostgreSQL on loopback, Debian's, as an unprivileged user and with its files in a temporary folder."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

#: Where Debian puts the programs of each release; elsewhere they are on the PATH.
DEBIAN = Path("/usr/lib/postgresql")
USER = "letter"
PASSWORD = "not-4-real"  # noqa: S105 - of a server that lives for the tests alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that is up."""

    port: int
    folder: Path
    _numbers: Iterator[int]

    def url(self, database: str, password: str = PASSWORD) -> str:
        """Address a database as the configuration does."""
        return f"postgresql+psycopg://{USER}:{password}@127.0.0.1:{self.port}/{database}"

    def make(self, options: str = "") -> str:
        """Make an empty database, of some 300 files; its URL."""
        name = f"letter{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} {options}")
        return self.url(name)

    def make_quickly(self) -> str:
        """Make an empty schema, which is a database to all that does not look for databases; its URL."""
        name = f"letter{next(self._numbers)}"
        self.run(f"CREATE SCHEMA {name}")
        return f"{self.url('postgres')}?options=-csearch_path%3D{name}"

    def run(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement outside of any transaction, as the owner of everything; its rows."""
        psycopg = pytest.importorskip("psycopg", reason="the extra [database] is not installed")
        address = f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []


def program(name: str) -> str:
    """Find a program of PostgreSQL's newest release here, or skip the test."""
    releases = sorted(DEBIAN.glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    found = shutil.which(name, path=os.pathsep.join([*map(str, releases), os.environ.get("PATH", "")]))
    if found is None:
        pytest.skip("PostgreSQL is not installed: .ci/system postgresql")
    return found


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server."""
    initdb, postgres = program("initdb"), program("postgres")
    # not below pytest's own folder, which others than its owner cannot enter
    folder = Path(tempfile.mkdtemp(prefix="letter-postgres-"))
    try:
        _initialise(initdb, folder)
        for _ in range(5):  # the port was free a moment ago; somebody else may have been quicker
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = int(free.getsockname()[1])
            with _started(postgres, folder, port) as up:
                if up:
                    yield Server(port=port, folder=folder, _numbers=count(1))
                    return
        pytest.fail(f"PostgreSQL did not start: {(folder / 'log').read_text()}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(initdb: str, folder: Path) -> None:
    password = folder / "password"
    password.write_text(PASSWORD)
    owner = _unprivileged()
    if owner:
        os.chown(folder, owner["user"], owner["group"])
        os.chown(password, owner["user"], owner["group"])
    subprocess.run(
        [
            *(
                initdb,
                "-D",
                folder / "data",
                "-U",
                USER,
                "--pwfile",
                password,
                "--auth-host=scram-sha-256",
                "--auth-local=reject",
            ),
            *("--locale=C", "--encoding=UTF8", "--no-sync"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
        **owner,
    )


@contextmanager
def _started(postgres: str, folder: Path, port: int) -> Iterator[bool]:
    """Start the server, and stop it at the end; whether it is up."""
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "fsync": "off",  # the machine is not going to lose its power
    }
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(
            [postgres, "-D", folder / "data", *(f"--{name}={value}" for name, value in settings.items())],
            cwd=folder,
            stdout=log,
            stderr=log,
            **_unprivileged(),
        )
    try:
        yield _is_up(server, port)
    finally:
        server.send_signal(signal.SIGQUIT)  # at once: nobody needs the files again
        server.wait()


def _unprivileged() -> Mapping[str, Any]:
    """Choose who runs the server, for it refuses to be root's."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _is_up(server: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the server serves, or is gone."""
    psycopg = pytest.importorskip("psycopg", reason="the extra [database] is not installed")
    while server.poll() is None:
        try:
            psycopg.connect(f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{port}/postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return True
    return False
