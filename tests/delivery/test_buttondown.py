"""What is particular to Buttondown, and its requests held against its published OpenAPI description."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from msgspec.structs import replace

from newsletter.delivery import buttondown, http
from newsletter.errors import DeliveryError
from newsletter.ledger.records import Progress
from tests.delivery.campaigns import TOKEN, ButtondownServer, Mood, running
from tests.delivery.laid_out import MARKER, Notes, make_handover, tried
from tests.delivery.prism import guarded
from tests.real import shared


@pytest.fixture(autouse=True)
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less between attempts, and less for answers, than for real services."""
    monkeypatch.setattr(http, "PAUSES", (0, 0, 0))
    monkeypatch.setattr(http, "TIMEOUT", (5.0, 3.0))


@pytest.fixture
def server() -> Iterator[ButtondownServer]:
    """Run Buttondown."""
    service = ButtondownServer()
    with running(service, "/v1"):
        yield service


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ButtondownServer, str]]:
    """Run Prism before one that all tests share, for it takes seconds to start."""
    service = ButtondownServer()
    log = tmp_path_factory.mktemp("prism") / "prism.log"
    with running(service, "/v1"), guarded(service.url, shared("apis") / "buttondown.openapi.json", log) as url:
        yield service, url


@pytest.fixture
def guarded_server(prism: tuple[ButtondownServer, str]) -> ButtondownServer:
    """Return the one behind Prism, empty."""
    prism[0].forget()
    return prism[0]


@pytest.fixture
def guard(prism: tuple[ButtondownServer, str], guarded_server: ButtondownServer) -> str:
    """Return Prism's address."""
    assert guarded_server.kept == []
    return prism[1]


def test_an_email_says_what_the_issue_says(server: ButtondownServer, tmp_path: Path) -> None:
    result = buttondown.deliver(make_handover(tmp_path, server.url, "buttondown"), Notes())
    posted = next(one for one in server.asked if one.method == "POST")
    assert posted.body == {
        "subject": "First, and {{ `{` }}more",
        "body": "<!-- buttondown-editor-mode: naked -->\n" + (tmp_path / "email.html").read_text(),
        "template": "naked",
        "description": "Body.",
        "canonical_url": "https://letter.example/issues/2026-W10/",
        "secondary_id": 4,
        "status": "draft",
        "metadata": {"newsletter_issue": MARKER},
    }
    assert posted.headers["x-api-version"] == "2026-04-01"
    assert result.reference == "https://buttondown.com/letter/archive/1/"


def test_an_issue_without_a_number_is_an_email_without_one(server: ButtondownServer, tmp_path: Path) -> None:
    handover = make_handover(tmp_path, server.url, "buttondown")
    buttondown.deliver(replace(handover, manifest={**handover.manifest, "number": None}), Notes())
    assert "secondary_id" not in server.kept[0]


def test_an_email_that_somebody_deleted_is_made_anew(server: ButtondownServer, tmp_path: Path) -> None:
    for _ in range(2):
        buttondown.deliver(make_handover(tmp_path, server.url, "buttondown"), Notes())
        server.kept[-1]["status"] = "deleted"
    assert server.changes == ["POST /v1/emails"] * 2


def test_metadata_that_somebody_added_stay(server: ButtondownServer, tmp_path: Path) -> None:
    for _ in range(2):
        buttondown.deliver(make_handover(tmp_path, server.url, "buttondown"), Notes())
        server.kept[0]["metadata"]["season"] = "spring"
    assert [one["metadata"] for one in server.kept] == [{"newsletter_issue": MARKER, "season": "spring"}]


def test_emails_that_somebody_else_wrote_are_passed_over_on_all_pages(server: ButtondownServer, tmp_path: Path) -> None:
    handover = make_handover(tmp_path, server.url, "buttondown")
    buttondown.deliver(handover, Notes())
    server.kept += [server.email(metadata={}), server.email(metadata=None), server.email(), server.email()]
    buttondown.deliver(handover, Notes())
    assert len(server.kept) == 5
    assert [one.query["page"] for one in server.asked if one.method == "GET"][-3:] == [["1"], ["2"], ["3"]]


def test_prism_finds_a_request_that_is_wrong(guard: str) -> None:
    wrong = {"subject": "First", "slug": "not a slug"}
    answer = requests.post(f"{guard}/emails", json=wrong, headers={"Authorization": f"Token {TOKEN}"}, timeout=30)
    assert answer.status_code == 422


@pytest.mark.parametrize(("mode", "status"), [("draft", "draft"), ("scheduled", "scheduled"), ("sent", "about_to_send")])
def test_requests_are_as_published_and_a_second_run_finds_the_email(
    guarded_server: ButtondownServer, guard: str, tmp_path: Path, mode: str, status: str
) -> None:
    for _ in range(2):
        assert buttondown.deliver(make_handover(tmp_path, guard, "buttondown", mode=mode), Notes()).delivered
    assert [one["status"] for one in guarded_server.kept] == [status]


def test_failures_behind_prism_double_nothing(guarded_server: ButtondownServer, guard: str, tmp_path: Path) -> None:
    busy = Mood(status=429, headers={"Retry-After": "0"}, body=b'{"detail": "Too many requests."}')
    guarded_server.moods = [
        Mood(status=500),
        busy,
        replace(busy, method="POST"),
        Mood(method="POST", status=500),
        Mood(method="POST", done=True, silent=True),
        Mood(method="PATCH", done=True, status=500),
    ]
    assert buttondown.deliver(make_handover(tmp_path, guard, "buttondown", mode="sent"), Notes()).delivered
    assert guarded_server.moods == []
    assert [one["status"] for one in guarded_server.kept] == ["about_to_send"]
    assert buttondown.deliver(make_handover(tmp_path, guard, "buttondown", mode="sent"), Notes(tried(Progress.TRYING))).delivered
    assert len(guarded_server.kept) == 1


def test_a_key_that_is_refused_behind_prism_is_told(guard: str, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError) as caught:
        buttondown.deliver(make_handover(tmp_path, guard, "buttondown", "wr0ng"), Notes())
    assert str(caught.value).endswith(
        " answered GET /emails with 401 Unauthorized (unauthorized: Invalid token.); "
        "check the key in NEWSLETTER_BUTTONDOWN_KEY or delivery.buttondown.key_file"
    )
    assert "wr0ng" not in str(caught.value)
