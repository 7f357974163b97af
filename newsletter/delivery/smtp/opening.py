"""Opens connections to a mail server: TLS, verified, and the login. Uses the network.

RFC 5321 (SMTP), 3207 (STARTTLS), 8314 (TLS from the start), 4954 (AUTH). On top of smtplib, but for two things: it waits anew
for each octet of a reply, so that a server which trickles holds it forever, and it cannot log in with a password beyond ASCII.
"""

import smtplib
import socket
import ssl
from base64 import b64encode
from time import monotonic
from typing import NoReturn

from msgspec import Struct

from newsletter.config.delivery import Smtp
from newsletter.delivery.contract import Handover
from newsletter.errors import DeliveryError

#: Octets of the longest reply; RFC 5321, section 4.5.3.1.5, allows lines of 512.
LONGEST_REPLY = 65_536
LONGEST_SHOWN = 200
PORTS = {"starttls": 587, "tls": 465, "none": 25}
PASSWORD = "NEWSLETTER_SMTP_PASSWORD"  # noqa: S105 - the variable's name


class UnreachableError(Exception):
    """No connection for now; the message says why."""


class Line(smtplib.SMTP):
    """A connection that begins in the clear. Each reply has to come within one timeout."""

    sock: socket.socket
    timeout: float
    #: What arrived after the last reply.
    received = b""

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply: its code, and its text in lines. Raises SMTPServerDisconnected."""
        until = monotonic() + self.timeout
        lines: list[bytes] = []
        octets = 0
        while True:
            line = self._line(until)
            octets += len(line)
            if not line[:3].isdigit() or octets > LONGEST_REPLY:
                self._lost("it does not speak SMTP")
            lines.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)

    def _line(self, until: float) -> bytes:
        while (end := self.received.find(b"\n")) < 0 and len(self.received) <= LONGEST_REPLY:
            try:
                # zero would not wait at all, not even for what TLS has ready
                self.sock.settimeout(max(until - monotonic(), 0.001))
                more = self.sock.recv(65_536)
            except TimeoutError:
                self._lost(f"no answer within {self.timeout:g} seconds")
            except OSError as error:
                self._lost(f"connection lost: {reason(error)}")
            if not more:
                self._lost("connection closed")
            self.received += more
        line, self.received = self.received[: end + 1], self.received[end + 1 :]
        return line

    def _lost(self, why: str) -> NoReturn:
        self.close()
        raise smtplib.SMTPServerDisconnected(why) from None


class SecretLine(Line, smtplib.SMTP_SSL):
    """A connection that is TLS from the start."""


class Server(Struct, frozen=True, kw_only=True):
    """A mail server, and what it takes to be let in."""

    smtp: Smtp
    #: HOST:PORT.
    name: str
    port: int
    #: As which this machine greets: asking the DNS for it takes time.
    machine: str
    password: str
    context: ssl.SSLContext | None

    def __repr__(self) -> str:
        """Keep the password out of every traceback and log."""
        return f"Server(name={self.name!r}, port={self.port!r})"

    def open(self) -> Line:
        """Open a connection and log in; raises UnreachableError, and DeliveryError where trying again cannot help."""
        line: Line | None = None
        try:
            line = self._connected()
            self._greet(line)
            if self.smtp.security == "starttls":
                self._secure(line)
            if self.smtp.user:
                self._log_in(line)
        except BaseException as error:
            if line is not None:
                line.close()
            if isinstance(error, ssl.SSLCertVerificationError):
                raise DeliveryError(f"{self.name}: its certificate is not accepted: {error.verify_message}") from None
            if isinstance(error, ssl.SSLError) and error.reason in {"WRONG_VERSION_NUMBER", "UNSUPPORTED_PROTOCOL"}:
                raise DeliveryError(f"{self.name}: speaks no TLS there; see delivery.smtp.security and port") from None
            if isinstance(error, smtplib.SMTPException | OSError):
                raise UnreachableError(f"{self.name} cannot be reached: {reason(error)}") from None
            raise
        return line

    def _connected(self) -> Line:
        host, machine, timeout = self.smtp.host, self.machine, self.smtp.timeout
        try:
            if self.smtp.security == "tls":
                return SecretLine(host, self.port, machine, timeout=timeout, context=self.context)
            return Line(host, self.port, machine, timeout)
        except smtplib.SMTPConnectError as error:
            self._refused("is not ready for us", error.smtp_code, error.smtp_error)
        except UnicodeError:
            raise DeliveryError(f"delivery.smtp.host: expected the name of a host, got {self.smtp.host!r}") from None

    def _greet(self, line: Line) -> None:
        code, text = line.ehlo()
        if code // 100 == 5:  # noqa: PLR2004 - it may be a server from before 2001
            code, text = line.helo()
        if code != 250:  # noqa: PLR2004 - RFC 5321, section 4.3.2
            self._refused("refuses the greeting", code, text)

    def _secure(self, line: Line) -> None:
        if not line.has_extn("starttls"):
            raise DeliveryError(
                f"{self.name}: offers no STARTTLS, and nothing is sent without; see delivery.smtp.security and delivery.smtp.port"
            )
        try:
            line.starttls(context=self.context)
        except smtplib.SMTPResponseException as error:
            self._refused("refuses STARTTLS", error.smtp_code, error.smtp_error)
        if line.received:
            # said before the handshake, by whoever sits between (https://nostarttls.secvuln.info)
            raise DeliveryError(f"{self.name}: something was said between STARTTLS and TLS; somebody may be tampering with it")
        self._greet(line)

    def _log_in(self, line: Line) -> None:
        offered = line.esmtp_features.get("auth", "").upper().split()
        user, password = self.smtp.user, self.password
        plain = f"\0{user}\0{password}"
        if "PLAIN" in offered:
            code, text = line.docmd("AUTH", f"PLAIN {_base64(plain)}")
        elif "LOGIN" in offered:
            code, text = line.docmd("AUTH", "LOGIN")
            for answer in (user, password):
                if code == 334:  # noqa: PLR2004 - RFC 4954, section 4
                    code, text = line.docmd(_base64(answer))
        else:
            raise DeliveryError(f"{self.name}: offers no login by password; see delivery.smtp.user and delivery.smtp.security")
        if code != 235:  # noqa: PLR2004 - RFC 4954, section 6
            self._refused("refuses the user name or the password", code, text)

    def _refused(self, what: str, code: int, text: bytes | str) -> NoReturn:
        said = f"{what}: {self.shown(code, text)}"
        if code // 100 == 5:  # noqa: PLR2004 - RFC 5321, section 4.2.1
            raise DeliveryError(f"{self.name}: {said}")
        raise UnreachableError(f"{self.name} {said}")

    def shown(self, code: int, text: bytes | str) -> str:
        """Put a reply on one line of bearable length, without the password, should the server repeat it."""
        words = text if isinstance(text, str) else text.decode("utf-8", "replace")
        for secret in (self.password, _base64(self.password), _base64(f"\0{self.smtp.user}\0{self.password}")):
            words = words.replace(secret, "…") if self.password else words
        return f"{code} {one_line(words)}".strip()


def server(handover: Handover) -> Server:
    """Read what it takes to be let in, secrets included; raises DeliveryError."""
    smtp = handover.config.delivery.smtp
    port = smtp.port or PORTS[smtp.security]
    password = handover.secrets.read(PASSWORD, smtp.password_file, "delivery.smtp.password_file") if smtp.user else ""
    context = None
    if smtp.security != "none":
        context = ssl.create_default_context()
        if smtp.ca:
            place = handover.config.root / smtp.ca
            try:
                context.load_verify_locations(place)
            except OSError as error:  # an ssl.SSLError is one
                raise DeliveryError(f"delivery.smtp.ca: {place} cannot be used: {reason(error)}") from None
    machine = smtplib.SMTP().local_hostname
    return Server(smtp=smtp, name=f"{smtp.host}:{port}", port=port, machine=machine, password=password, context=context)


def reason(error: Exception) -> str:
    """Say what went wrong, on one line."""
    said = error.strerror if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) else ""
    return one_line(said or str(error)) or type(error).__name__


def one_line(text: str) -> str:
    """Put what others said on one line of bearable length."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:LONGEST_SHOWN]


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
