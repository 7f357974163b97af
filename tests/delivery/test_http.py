"""What can go wrong between us and a service, told in one line, with a listmonk server as the service."""

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from newsletter.delivery import http, listmonk
from newsletter.errors import DeliveryError
from tests.delivery.campaigns import NOW, TOKEN, ListmonkServer, Mood, running
from tests.delivery.laid_out import Notes, make_handover


@pytest.fixture(autouse=True)
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pause less between attempts than for real services."""
    monkeypatch.setattr(http, "PAUSES", (0, 0, 0))


@pytest.fixture
def server() -> Iterator[ListmonkServer]:
    """Run a listmonk server."""
    service = ListmonkServer()
    with running(service, ""):
        yield service


def failure(folder: Path, url: str, token: str = TOKEN) -> str:
    """Hand an issue over and return why that failed."""
    notes = Notes()
    with pytest.raises(DeliveryError) as caught:
        listmonk.deliver(make_handover(folder, url, "listmonk", token), notes)
    line = str(caught.value)
    assert len(line.splitlines()) == 1
    assert token not in line
    return line.replace(url.partition("://")[2], "SERVER")


def test_a_token_that_is_refused_is_told_with_the_keys_to_look_at(server: ListmonkServer, tmp_path: Path) -> None:
    assert failure(tmp_path, server.url, "wr0ng") == (
        "delivery.listmonk: SERVER answered GET /campaigns with 403 Forbidden (invalid API credentials); check "
        "delivery.listmonk.user and its token in NEWSLETTER_LISTMONK_TOKEN or delivery.listmonk.token_file"
    )
    assert server.changes == []


@pytest.mark.parametrize("token", ["two\nlines", "tökén"])
def test_a_token_that_cannot_be_sent_is_never_shown(server: ListmonkServer, tmp_path: Path, token: str) -> None:
    assert failure(tmp_path, server.url, token).startswith("delivery.listmonk: expected one line of ASCII as secret; check ")
    assert server.asked == []


def test_a_token_that_the_server_says_is_never_shown(server: ListmonkServer, tmp_path: Path) -> None:
    server.moods = [Mood(status=401, body=b'{"message": "no \\u001b[31m\\n such token: %s"}' % TOKEN.encode())]
    assert " (no [31m such token: …); check " in failure(tmp_path, server.url)


def test_an_address_without_the_api_is_told(server: ListmonkServer, tmp_path: Path) -> None:
    told = failure(tmp_path, server.url + "/news")
    assert told.endswith(" answered GET /campaigns with 404 Not Found (Not Found); is this the service's address?")


@pytest.mark.parametrize("body", [b"<!doctype html>", b"[]", b"[" * 100_000, b"\xff"])
def test_an_answer_that_is_no_json_object_is_told(server: ListmonkServer, tmp_path: Path, body: bytes) -> None:
    server.moods = [Mood(status=200, body=body)]
    assert failure(tmp_path, server.url) == (
        "delivery.listmonk.url: SERVER answered GET /campaigns with something that is no JSON object; "
        "is this the service's address?"
    )


@pytest.mark.parametrize("body", [b"", b"<h1>Teapot</h1>", b"[1]", b"[" * 100_000, b"{}", b'{"message": null}'])
def test_an_error_that_says_nothing_is_told_all_the_same(server: ListmonkServer, tmp_path: Path, body: bytes) -> None:
    server.moods = [Mood(status=418, body=body)]
    assert failure(tmp_path, server.url) == "delivery.listmonk: SERVER answered GET /campaigns with 418 I'm a Teapot"


def test_a_redirect_is_not_followed_but_named(server: ListmonkServer, tmp_path: Path) -> None:
    elsewhere = ListmonkServer()
    with running(elsewhere, ""):
        place = f"{elsewhere.url}/api/campaigns"
        server.moods = [Mood(status=307, headers={"Location": place})]
        told = failure(tmp_path, server.url)
    assert told == (
        f"delivery.listmonk.url: SERVER answered GET /campaigns with 307 Temporary Redirect, which leads to {place}; "
        "if that is the service, name it here"
    )
    assert elsewhere.asked == []


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_service_that_fails_is_asked_again(server: ListmonkServer, tmp_path: Path, status: int) -> None:
    server.moods = [Mood(status=status)] * 3
    assert listmonk.deliver(make_handover(tmp_path, server.url, "listmonk"), Notes()).delivered
    assert len(server.kept) == 1


def test_a_service_that_goes_on_failing_is_told(server: ListmonkServer, tmp_path: Path) -> None:
    server.moods = [Mood(status=503, body=b"down")] * 4
    assert failure(tmp_path, server.url) == "delivery.listmonk.url: SERVER answered GET /campaigns with 503 Service Unavailable"
    assert len(server.asked) == 4


def test_a_service_that_is_silent_is_told(server: ListmonkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT", (5.0, 0.3))
    server.moods = [Mood(silent=True)] * 4
    assert failure(tmp_path, server.url) == (
        "delivery.listmonk.url: SERVER did not answer GET /campaigns: nothing for 0.3 seconds"
    )


def test_a_service_that_hangs_up_is_told(server: ListmonkServer, tmp_path: Path) -> None:
    server.moods = [Mood(status=0)] * 4
    assert failure(tmp_path, server.url) == (
        "delivery.listmonk.url: SERVER did not answer GET /campaigns: Remote end closed connection without response"
    )


def test_a_service_that_stops_in_the_middle_of_an_answer_is_told(server: ListmonkServer, tmp_path: Path) -> None:
    server.moods = [Mood(status=200, headers={"Content-Length": "1000"}, body=b"{")] * 4
    assert failure(tmp_path, server.url).startswith("delivery.listmonk.url: SERVER did not answer GET /campaigns: ")


def test_a_service_that_does_not_come_to_an_end_is_left(
    server: ListmonkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "LARGEST", 10)
    server.moods = [Mood(status=200, body=b" " * 11)] * 4
    assert failure(tmp_path, server.url) == (
        "delivery.listmonk.url: SERVER does not come to an end with its answer to GET /campaigns"
    )


def test_a_service_that_is_not_there_is_told(tmp_path: Path) -> None:
    service = ListmonkServer()
    with running(service, ""):
        pass
    assert failure(tmp_path, service.url) == "delivery.listmonk.url: SERVER cannot be reached: Connection refused"


def test_a_host_without_an_address_is_told(tmp_path: Path) -> None:
    assert failure(tmp_path, "http://listmonk.invalid").startswith("delivery.listmonk.url: SERVER cannot be reached: ")


def test_an_address_that_is_none_is_told(tmp_path: Path) -> None:
    assert failure(tmp_path, "http://127.0.0.1:99999") == "delivery.listmonk.url: SERVER cannot be asked: InvalidURL"


def test_a_certificate_that_is_not_to_be_trusted_is_told(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=elsewhere"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    service = ListmonkServer()
    with running(service, "", (certificate, key)):
        told = failure(tmp_path, service.url)
        assert told == "delivery.listmonk.url: SERVER its certificate is not to be trusted: self-signed certificate"
        assert service.asked == []


def test_a_service_with_too_much_to_do_is_waited_for(server: ListmonkServer, tmp_path: Path) -> None:
    now, past = (format_datetime(date, usegmt=True) for date in (NOW, NOW - timedelta(hours=1)))
    server.moods = [
        Mood(status=429, headers={"Retry-After": "0"}),
        Mood(status=429, headers={"Retry-After": now}),
        Mood(status=429, headers={"Retry-After": past}),
        Mood(method="POST", status=429, headers={"Retry-After": "0"}),
    ]
    notes = Notes()
    assert listmonk.deliver(make_handover(tmp_path, server.url, "listmonk"), notes).delivered
    assert server.changes == ["POST /api/campaigns"] * 2
    assert len(server.kept) == 1
    assert notes.turns == [(":begun",), (":sent",)]


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("121", "121"), (format_datetime(NOW + timedelta(hours=2), usegmt=True), "7200"), ("9" * 400, "1e+09")],
)
def test_a_service_that_wants_to_be_left_alone_for_long_is_left_to_the_next_run(
    server: ListmonkServer, tmp_path: Path, asked: str, seconds: str
) -> None:
    server.moods = [Mood(status=429, headers={"Retry-After": asked})]
    assert failure(tmp_path, server.url) == (
        f"delivery.listmonk: SERVER has too much to do and asks to wait {seconds} seconds (429); the next run tries again"
    )


@pytest.mark.parametrize("asked", ["", "soon", format_datetime(NOW, usegmt=True)])
def test_a_service_that_does_not_say_how_long_is_given_a_while(
    server: ListmonkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setattr(http, "UNTOLD", 0.0)
    server.date = asked == "soon"  # a date says nothing where there is none to count from
    server.moods = [Mood(status=429, headers={"Retry-After": asked})]
    assert listmonk.deliver(make_handover(tmp_path, server.url, "listmonk"), Notes()).delivered
    server.moods = [Mood(status=429, headers={"Retry-After": asked})] * 121
    assert failure(tmp_path, server.url).endswith("asks to wait 0 seconds (429); the next run tries again")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"message": "No list."}', "No list."),
        (b'{"code": "email_invalid", "detail": "No body."}', "email_invalid: No body."),
        (b'{"code": "email_invalid"}', "email_invalid"),
        (b'{"detail": [{"loc": ["body"], "msg": "Too long"}, {"type": "x"}, "odd"]}', "Too long; ; odd"),
    ],
)
def test_what_a_service_says_about_an_error_is_told(server: ListmonkServer, tmp_path: Path, body: bytes, said: str) -> None:
    server.moods = [Mood(method="POST", status=422, body=body)]
    assert failure(tmp_path, server.url) == (
        f"delivery.listmonk: SERVER answered POST /campaigns with 422 Unprocessable Entity ({said})"
    )


def test_what_others_say_is_kept_short() -> None:
    assert http.one_line("a\n b\x1b" + "c" * 400, 10) == "a b ccccc…"
