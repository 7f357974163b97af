"""A mail server that fails where it is told to. What it takes, it keeps, or passes on to a real one."""

import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

#: What goes wrong, besides any reply such as "451 4.3.0 later"; 421 also closes the connection.
DROP = "drop"  # the connection closes
STALL = "stall"  # silence
DEAF = "deaf"  # silence, and nothing more is taken in
TAKEN = "taken"  # a message is taken, and the connection closes without an answer
SWALLOWED = "swallowed"  # a message is lost, and the connection closes without an answer

#: What the server is at ("connect", "ehlo", "mail", "rcpt", "data", "content", "end", "rset"), and for whom. In "content" the
#: message is on its way, in "end" it is there.
Fault = Callable[[str, str], str]

PIPELINING = ("PIPELINING", "8BITMIME")
#: No real extension: DATA is answered with 354 though no recipient was accepted, which RFC 2920, section 3.1, allows.
EAGER = "X-EAGER"


def none(_stage: str, _address: str) -> str:
    """Let nothing go wrong."""
    return ""


class every:  # noqa: N801 - reads like the function that it stands for
    """A fault at every n-th time of a stage."""

    def __init__(self, number: int, stage: str, what: str) -> None:
        """Take how often, where, and what."""
        self._number, self._stage, self._what = number, stage, what
        self._count = 0
        self._lock = threading.Lock()

    def __call__(self, stage: str, _address: str) -> str:
        """Say what goes wrong now."""
        if stage != self._stage:
            return ""
        with self._lock:
            self._count += 1
            return "" if self._count % self._number else self._what


@dataclass(kw_only=True)
class Faulty:
    """A running server."""

    host: str
    port: int
    fault: Fault
    extensions: tuple[str, ...]
    #: Takes sender, recipient and message.
    keep: Callable[[str, str, bytes], None] | None
    #: Messages by recipient, dots at line starts undone.
    mail: dict[str, list[bytes]] = field(default_factory=dict)
    #: Commands by their first word, and connections.
    seen: Counter[str] = field(default_factory=Counter)
    #: Replies to other commands; {} in one is what follows the command.
    words: dict[str, str] = field(default_factory=dict)
    closing: threading.Event = field(default_factory=threading.Event)
    open: set[socket.socket] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def counts(self) -> Counter[str]:
        """Count the messages by recipient."""
        return Counter({address: len(messages) for address, messages in self.mail.items()})

    def take(self, sender: str, address: str, message: bytes) -> None:
        """Keep a message."""
        with self.lock:
            self.mail.setdefault(address, []).append(message)
        if self.keep:
            self.keep(sender, address, message)


class _Hangup(Exception):  # noqa: N818 - it is none
    """The connection ends."""


class _Connection:
    def __init__(self, server: Faulty, connection: socket.socket) -> None:
        self._server = server
        self._socket = connection
        self._file = connection.makefile("rb")
        self._sender = ""
        self._address = ""

    def run(self) -> None:
        with suppress(_Hangup, OSError), self._file:
            self._answer("connect", "220 faulty.example ESMTP")
            while line := self._file.readline():
                self._command(line.decode("ascii").strip())

    def _command(self, line: str) -> None:  # noqa: C901 - a case for each command
        word = line.partition(" ")[0].upper()
        with self._server.lock:
            self._server.seen[word] += 1
        match word:
            case "EHLO":
                lines = ["faulty.example", *self._server.extensions]
                marks = ["-"] * (len(lines) - 1) + [" "]
                self._answer("ehlo", "\r\n".join(f"250{mark}{text}" for mark, text in zip(marks, lines, strict=True)))
            case "MAIL" if self._sender:
                self._say("503 5.5.1 nested MAIL")
            case "MAIL":
                self._sender = re.findall(r"<(.*?)>", line)[0] if self._answer("mail", "250 2.1.0 ok") else ""
            case "RCPT" if not self._sender:
                self._say("503 5.5.1 need MAIL")
            case "RCPT":
                self._address = re.findall(r"<(.*?)>", line)[0]
                self._address *= self._answer("rcpt", "250 2.1.5 ok")
            case "DATA" if not self._address and EAGER not in self._server.extensions:
                self._say("503 5.5.1 need RCPT")
            case "DATA":
                if self._answer("data", "354 go ahead"):
                    self._content()
            case "RSET":
                self._sender = self._address = ""
                self._answer("rset", "250 2.0.0 ok")
            case "QUIT":
                self._say("221 2.0.0 bye")
                raise _Hangup
            case _:
                self._say(self._server.words.get(word, "502 5.5.1 unknown").format(line.removeprefix(f"{word} ")))

    def _content(self) -> None:
        self._fail(self._server.fault("content", self._address))
        lines: list[bytes] = []
        while (line := self._file.readline()) != b".\r\n":
            if not line.endswith(b"\r\n"):
                raise _Hangup
            lines.append(line.removeprefix(b"."))
        if not self._address:
            assert not lines
            self._say("554 5.5.1 no valid recipients")
            return
        what = self._server.fault("end", self._address)
        if not what or what == TAKEN:
            self._server.take(self._sender, self._address, b"".join(lines))
        if not what:
            self._say("250 2.0.0 queued")
        self._fail(DROP if what in {TAKEN, SWALLOWED} else what)
        self._sender = self._address = ""

    def _answer(self, stage: str, reply: str) -> bool:
        """Answer as planned, or as it goes wrong; tell which."""
        what = self._server.fault(stage, self._address)
        if not what:
            self._say(reply)
        self._fail(what)
        return not what

    def _fail(self, what: str) -> None:
        if what == DROP:
            raise _Hangup
        if what == DEAF:
            self._server.closing.wait()
            raise _Hangup
        if what == STALL:
            while self._socket.recv(65_536):  # until the other side hangs up
                pass
            raise _Hangup
        if what:
            self._say(what)
        if what.startswith("421"):
            raise _Hangup

    def _say(self, line: str) -> None:
        self._socket.sendall(line.encode() + b"\r\n")


@contextmanager
def serving(
    fault: Fault = none,
    *,
    extensions: tuple[str, ...] = PIPELINING,
    keep: Callable[[str, str, bytes], None] | None = None,
) -> Iterator[Faulty]:
    """Run a server on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Faulty(host="127.0.0.1", port=listening.getsockname()[1], fault=fault, extensions=extensions, keep=keep)
        threads: list[threading.Thread] = []

        def serve(connection: socket.socket) -> None:
            with connection:
                _Connection(server, connection).run()
            with server.lock:
                server.open.discard(connection)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    with server.lock:
                        server.open.add(connection)
                        server.seen["connections"] += 1
                    threads.append(threading.Thread(target=serve, args=[connection]))
                    threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield server
        finally:
            server.closing.set()
            listening.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for connection in list(server.open):
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()
