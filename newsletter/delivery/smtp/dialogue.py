"""Hands messages to a mail server over one connection, and tells for certain which of them it took. Uses the network.

RFC 5321, and RFC 2920 for pipelining: sender, recipient and DATA of a message go together, and along with the content of the
message before it, so that each costs one round trip. What pipelining asks of a client is in section 3.1 there.
"""

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from newsletter.delivery.smtp.letters import Letter
from newsletter.delivery.smtp.opening import Line, Server, reason

#: Octets of the largest TLS record: what is handed over in one of them leaves as a whole or cannot be read.
RECORD = 16_384
#: Seconds to wait for the answer to QUIT, which changes nothing any more.
FAREWELL = 2.0
CLOSING = 421
OUT_OF_STEP = 503
TOO_MANY = 452
START = 354


class Verdict(Struct, frozen=True):
    """What the server made of a message."""

    code: int
    #: Its reply, on one line.
    reply: str
    #: Whether it was said to the sender's address, and so of all messages.
    of_sender: bool = False


class LostError(Exception):
    """The connection is of no more use; the message says why."""

    def __init__(self, why: str, *, unknown: bool) -> None:
        """Say whether the server may have taken the message that was under way: its last octet had been sent."""
        self.unknown = unknown
        super().__init__(why)


class Dialogue:
    """One connection, which takes message after message."""

    def __init__(self, server: Server, sender: str, write: Callable[[Letter], bytes]) -> None:
        """Connect; ``write`` makes a message as it goes over the wire. Raises UnreachableError and DeliveryError."""
        self._server = server
        self._line: Line = server.open()
        # a message is more than one packet, and the last of them must not wait for the others to be acknowledged
        self._line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sender = sender
        self._write = write
        self._pipelining = self._line.has_extn("pipelining")
        #: Whether a failed message must be cleared away before the next.
        self._stale = False
        #: Whether anything came of this connection.
        self.fruitful = False

    def send(self, letters: Sequence[Letter]) -> Iterator[Verdict]:
        """Send messages and yield what became of each, in order. Raises LostError, on account of the next one."""
        announced = False
        for letter, following in zip(letters, [*letters[1:], None], strict=True):
            verdict = self._announced() if announced else self._announce(letter)
            announced = False
            if verdict is None:
                message = self._write(letter)
                announced = self._pipelining and following is not None
                ahead = b"".join(self._commands(following)) if announced and following else b""
                verdict = self._content(message, ahead)
                self._stale = verdict.code // 100 != 2 and not announced  # noqa: PLR2004 - RFC 5321, section 4.2.1
            else:
                self._stale = True
            self.fruitful = True
            yield verdict

    def quit(self) -> None:
        """Take leave."""
        self._line.timeout = min(FAREWELL, self._line.timeout)
        try:
            self._line.docmd("QUIT")
        except (smtplib.SMTPException, OSError):
            pass  # it has settled all that it was given
        finally:
            self.close()

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def _commands(self, letter: Letter) -> tuple[bytes, ...]:
        commands = (f"MAIL FROM:<{self._sender}>", f"RCPT TO:<{letter.address}>", "DATA")
        return tuple(f"{command}\r\n".encode("ascii") for command in commands)

    def _announce(self, letter: Letter) -> Verdict | None:
        """Announce a message; return what the server has against it."""
        if self._stale:
            self._transmit(b"RSET\r\n")
            self._reply()
            self._stale = False
        commands = self._commands(letter)
        if self._pipelining:
            self._transmit(b"".join(commands))
            return self._announced()
        for at, command in enumerate(commands):
            self._transmit(command)
            if refusal := self._refusal(at):
                return refusal
        return None

    def _announced(self) -> Verdict | None:
        """Read what the server has against a message that was announced in one go."""
        found = [self._refusal(at) for at in range(3)]
        refusal = next((verdict for verdict in found if verdict), None)
        if refusal and found[2] is None:
            # RFC 2920, section 3.1: a DATA that was accepted all the same is ended by a single dot
            self._transmit(b".\r\n")
            self._reply()
        return refusal

    def _refusal(self, at: int) -> Verdict | None:
        """Read the reply to MAIL, RCPT or DATA; return it unless the server agrees."""
        code, said = self._reply()
        if code == START if at == 2 else code // 100 == 2:  # noqa: PLR2004 - RFC 5321, section 4.3.2
            return None
        if code == TOO_MANY or (code == OUT_OF_STEP and at == 0):
            # not about this message: the server counts, or has lost its place
            raise LostError(said, unknown=False)
        return Verdict(code, said, of_sender=at == 0)

    def _content(self, message: bytes, ahead: bytes) -> Verdict:
        """Send a message, with the commands for the next one behind it; return the reply to its end."""
        self._transmit(message + ahead, len(message))
        code, said = self._reply(unknown=True)
        if code // 100 not in {2, 4, 5}:  # RFC 5321, section 4.3.2
            raise LostError(said, unknown=True)
        return Verdict(code, said)

    def _transmit(self, octets: bytes, end: int = 0) -> None:
        """Send all; raises LostError unless as much as ``end``, a whole message, has gone: the reply will tell, if it comes."""
        line = self._line
        most = RECORD if isinstance(line.sock, ssl.SSLSocket) else len(octets)
        rest = memoryview(octets)
        try:
            line.sock.settimeout(line.timeout)
            while rest:
                rest = rest[line.sock.send(rest[:most]) :]
        except OSError as error:
            if not end or len(octets) - len(rest) < end:
                why = "it takes nothing in" if isinstance(error, TimeoutError) else reason(error)
                raise LostError(f"connection lost: {why}", unknown=False) from None

    def _reply(self, *, unknown: bool = False) -> tuple[int, str]:
        """Read a reply; raises LostError without one, or where the server says that it takes nothing more."""
        try:
            code, text = self._line.getreply()
        except smtplib.SMTPServerDisconnected as error:
            raise LostError(str(error), unknown=unknown) from None
        said = self._server.shown(code, text)
        if code == CLOSING:
            raise LostError(said, unknown=False)
        return code, said
