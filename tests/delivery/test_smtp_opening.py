"""TLS and logins, with real certificates and a real server."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from newsletter.errors import DeliveryError
from tests.delivery import faults
from tests.delivery.mailings import Desk, addresses

PASSWORD = "pässwort with spaces"  # noqa: S105 - made up
PEOPLE = addresses(12)


class Inbox:
    """What arrived."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.people: list[str] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd calls it
        """Take a message."""
        self.people += envelope.rcpt_tos
        return "250 taken"


def authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: Any) -> AuthResult:  # noqa: ANN401 - as aiosmtpd has it
    assert isinstance(given, LoginPassword)
    return AuthResult(success=given == LoginPassword(b"letter", PASSWORD.encode()), handled=False)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def context(authority: trustme.CA, name: str = "localhost", **options: Any) -> ssl.SSLContext:  # noqa: ANN401 - trustme's
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **options).configure_cert(made)
    return made


class Running:
    """A server and what it was sent."""

    def __init__(self, root: Path, authority: trustme.CA) -> None:
        """Take where the publication is, and who issues certificates."""
        self.root, self.authority = root, authority
        self.inbox = Inbox()
        self.controllers: list[Controller] = []

    def start(self, *, implicit: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, **options: Any) -> Desk:  # noqa: ANN401 - aiosmtpd's
        """Start the server; return a publication that is configured for it."""
        controller = Controller(
            self.inbox, hostname="localhost", port=0, ssl_context=implicit, tls_context=starttls, require_starttls=bool(starttls),
            authenticator=authenticate, **options,
        )  # fmt: skip
        controller.port = free_port()
        controller.start()
        self.controllers.append(controller)
        self.authority.cert_pem.write_to_path(self.root / "ca.pem")
        desk = Desk(self.root, "localhost", controller.port)
        desk.environment["NEWSLETTER_SMTP_PASSWORD"] = PASSWORD
        desk.invite(PEOPLE)
        return desk


def free_port() -> int:
    with faults.serving() as server:
        return server.port


@pytest.fixture
def running(tmp_path: Path, authority: trustme.CA) -> Iterator[Running]:
    made = Running(tmp_path, authority)
    yield made
    for controller in made.controllers:
        controller.stop()


def test_starttls_is_verified_and_used(running: Running, authority: trustme.CA) -> None:
    desk = running.start(starttls=context(authority))
    assert desk.send(security="starttls", ca="ca.pem").delivered
    assert sorted(running.inbox.people) == sorted(PEOPLE)


def test_tls_from_the_start_is_verified_and_used(running: Running, authority: trustme.CA) -> None:
    desk = running.start(implicit=context(authority))
    assert desk.send(security="tls", ca="ca.pem").delivered
    assert sorted(running.inbox.people) == sorted(PEOPLE)


@pytest.mark.parametrize("mechanisms", [(), ("PLAIN",)], ids=["plain", "login"])
def test_a_user_logs_in(running: Running, authority: trustme.CA, mechanisms: tuple[str, ...]) -> None:
    desk = running.start(starttls=context(authority), auth_exclude_mechanism=mechanisms, auth_required=True)
    assert desk.send(security="starttls", ca="ca.pem", user="letter").delivered
    assert sorted(running.inbox.people) == sorted(PEOPLE)


def failing(running: Running, desk: Desk, **changes: Any) -> str:  # noqa: ANN401 - any field of Smtp
    """Return the one line that says why nothing was sent."""
    with pytest.raises(DeliveryError) as caught:
        desk.send(**changes)
    assert running.inbox.people == []
    assert desk.progress() == {}
    (line,) = str(caught.value).splitlines()
    return line


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("name", "options", "ca", "reason"),
    [
        ("localhost", {}, "", "unable to get local issuer certificate"),
        ("elsewhere.example", {}, "ca.pem", "Hostname mismatch"),
        ("localhost", {"not_after": "expired"}, "ca.pem", "certificate has expired"),
    ],
)
def test_a_certificate_that_is_not_right_stops_everything(
    running: Running, authority: trustme.CA, security: str, name: str, options: dict[str, Any], ca: str, reason: str
) -> None:
    if options:
        options = {"not_before": datetime(2020, 1, 1, tzinfo=UTC), "not_after": datetime(2021, 1, 1, tzinfo=UTC)}
    made = context(authority, name, **options)
    desk = running.start(implicit=made) if security == "tls" else running.start(starttls=made)
    line = failing(running, desk, security=security, ca=ca)
    assert line.startswith(f"localhost:{desk.smtp.port}: its certificate is not accepted: {reason}")


def test_a_wrong_password_is_said_once_and_never_shown(running: Running, authority: trustme.CA) -> None:
    desk = running.start(starttls=context(authority))
    desk.environment["NEWSLETTER_SMTP_PASSWORD"] = "hunter2-is-wrong"  # noqa: S105 - made up
    line = failing(running, desk, security="starttls", ca="ca.pem", user="letter")
    assert line.startswith(f"localhost:{desk.smtp.port}: refuses the user name or the password: 535 5.7.8")
    assert "hunter2" not in line


def test_a_password_that_the_server_repeats_is_not_shown(tmp_path: Path) -> None:
    with faults.serving(extensions=("AUTH LOGIN PLAIN",)) as server:
        server.words["AUTH"] = "535 5.7.8 no such password: {}"
        desk = Desk(tmp_path, server.host, server.port)
        desk.invite(PEOPLE)
        desk.environment["NEWSLETTER_SMTP_PASSWORD"] = PASSWORD
        with pytest.raises(DeliveryError, match=r"refuses the user name or the password: 535 5\.7\.8 no such password: PLAIN …$"):
            desk.send(user="letter")


def test_a_login_that_fails_for_now_is_tried_again(tmp_path: Path) -> None:
    with faults.serving(extensions=("AUTH PLAIN",)) as server:
        server.words["AUTH"] = "454 4.7.0 later"
        desk = Desk(tmp_path, server.host, server.port)
        desk.invite(PEOPLE)
        desk.environment["NEWSLETTER_SMTP_PASSWORD"] = PASSWORD
        result = desk.send(user="letter")
    assert "refuses the user name or the password: 454 4.7.0 later; " in result.problems[0]
    assert server.seen["AUTH"] == 3


def test_without_a_login_at_the_server_no_password_is_sent(running: Running) -> None:
    desk = running.start()
    line = failing(running, desk, user="letter")
    assert line.endswith("offers no login by password; see delivery.smtp.user and delivery.smtp.security")


def test_a_password_is_required_for_a_user(running: Running) -> None:
    desk = running.start()
    desk.environment.clear()
    assert failing(running, desk, user="letter").startswith("delivery.smtp.password_file: expected a secret")


def test_without_starttls_nothing_is_sent(running: Running) -> None:
    line = failing(running, running.start(), security="starttls")
    assert "offers no STARTTLS, and nothing is sent without" in line


def test_a_server_that_refuses_starttls_is_put_off(tmp_path: Path) -> None:
    with faults.serving(extensions=("STARTTLS",)) as server:
        server.words["STARTTLS"] = "454 4.7.0 TLS not available"
        desk = Desk(tmp_path, server.host, server.port)
        desk.invite(PEOPLE)
        result = desk.send(security="starttls")
    assert "refuses STARTTLS: 454 4.7.0 TLS not available; " in result.problems[0]


def test_tls_where_there_is_none_is_one_line(running: Running) -> None:
    line = failing(running, running.start(), security="tls")
    assert line.endswith("speaks no TLS there; see delivery.smtp.security and port")


def test_certificates_that_cannot_be_read_are_an_error(running: Running) -> None:
    desk = running.start()
    assert failing(running, desk, security="tls", ca="none.pem").endswith("none.pem cannot be used: No such file or directory")


def test_a_host_that_is_none_is_an_error(running: Running) -> None:
    desk = running.start()
    line = failing(running, desk, host="a..b")
    assert line == "delivery.smtp.host: expected the name of a host, got 'a..b'"


@pytest.mark.parametrize(
    ("stage", "reply", "reason"),
    [
        ("connect", "554 5.3.2 not you", "is not ready for us: 554 5.3.2 not you"),
        ("ehlo", "550 5.7.1 not you", "refuses the greeting: 502 5.5.1 unknown"),
    ],
)
def test_a_server_that_lets_nobody_in_is_an_error(tmp_path: Path, stage: str, reply: str, reason: str) -> None:
    with faults.serving(lambda now, _: reply if now == stage else "") as server:
        desk = Desk(tmp_path, server.host, server.port)
        desk.invite(PEOPLE)
        with pytest.raises(DeliveryError, match=reason):
            desk.send()
    assert server.seen["connections"] == 1


@pytest.mark.parametrize("greeting", ["hello", "220-" + "x" * 70_000], ids=["no code", "endless"])
def test_a_server_that_speaks_something_else_is_one_line(tmp_path: Path, greeting: str) -> None:
    with faults.serving(lambda now, _: greeting if now == "connect" else "") as server:
        desk = Desk(tmp_path, server.host, server.port)
        desk.invite(PEOPLE)
        result = desk.send()
    assert result.problems[0].startswith(f"127.0.0.1:{server.port} cannot be reached: it does not speak SMTP; ")
