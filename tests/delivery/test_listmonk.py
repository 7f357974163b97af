"""What is particular to listmonk, and its requests held against its published OpenAPI description."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from msgspec.structs import replace

from newsletter.delivery import http, listmonk
from newsletter.errors import DeliveryError
from newsletter.ledger.records import Progress
from tests.delivery.campaigns import TOKEN, ListmonkServer, Mood, running
from tests.delivery.laid_out import MARKER, Notes, make_handover, tried
from tests.delivery.prism import guarded
from tests.real import shared


@pytest.fixture(autouse=True)
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less between attempts, and less for answers, than for real services."""
    monkeypatch.setattr(http, "PAUSES", (0, 0, 0))
    monkeypatch.setattr(http, "TIMEOUT", (5.0, 3.0))


@pytest.fixture
def server() -> Iterator[ListmonkServer]:
    """Run a listmonk server."""
    service = ListmonkServer()
    with running(service, ""):
        yield service


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ListmonkServer, str]]:
    """Run Prism before one that all tests share, for it takes seconds to start."""
    folder = tmp_path_factory.mktemp("prism")
    copy = folder / "listmonk.yaml"
    description = yaml.safe_load((shared("apis") / "listmonk.openapi.yaml").read_text())
    copy.write_text(yaml.safe_dump(mended(description)))
    service = ListmonkServer()
    with running(service, ""), guarded(service.url, copy, folder / "prism.log") as url:
        yield service, url


@pytest.fixture
def guarded_server(prism: tuple[ListmonkServer, str]) -> ListmonkServer:
    """Return the one behind Prism, empty."""
    prism[0].forget()
    return prism[0]


@pytest.fixture
def guard(prism: tuple[ListmonkServer, str], guarded_server: ListmonkServer) -> str:
    """Return Prism's address."""
    assert guarded_server.kept == []
    return prism[1]


def mended(description: dict[str, Any]) -> dict[str, Any]:
    """Mend what the description gets wrong, by https://listmonk.app/docs/apis/campaigns/.

    ``send_at`` is a string in requests, and null in answers without a time; the description has it as an object that holds
    ``headers`` and ``template_id``, which are the campaign's. ``lists`` are objects in all answers. And Prism does not look for
    a path in the server's address.
    """
    schemas = description["components"]["schemas"]
    time = {"type": "string", "format": "date-time", "nullable": True}
    schemas["CampaignRequest"]["properties"] |= schemas["CampaignRequest"]["properties"].pop("send_at")["properties"]
    for name in ("Campaign", "CampaignRequest", "CampaignUpdate"):
        schemas[name]["properties"]["send_at"] = time
    schemas["CampaignUpdate"]["properties"]["lists"] = schemas["Campaign"]["properties"]["lists"]
    return {**description, "paths": {f"/api{path}": item for path, item in description["paths"].items()}}


def test_what_a_campaign_is_found_by_holds_no_password(server: ListmonkServer, tmp_path: Path) -> None:
    url = server.url.replace("://", "://proxy:sesame@")
    result = listmonk.deliver(make_handover(tmp_path, url, "listmonk"), Notes())
    assert result.reference == f"{server.url}/admin/campaigns/7"


def test_a_campaign_says_what_the_issue_says(server: ListmonkServer, tmp_path: Path) -> None:
    handover = make_handover(tmp_path, server.url + "/", "listmonk")
    result = listmonk.deliver(handover, Notes())
    assert server.kept == [
        {
            "id": 7,
            "status": "draft",
            "send_at": None,
            "name": "The Test Letter 2026-W10",
            "tags": [MARKER],
            "subject": "First, and {{ `{` }}more",
            "lists": [{"id": 3, "name": "List 3"}, {"id": 5, "name": "List 5"}],
            "type": "regular",
            "content_type": "html",
            "body": (tmp_path / "email.html").read_text(),
            "altbody": (tmp_path / "email.txt").read_text(),
            "messenger": "email",
            "headers": [{"List-Id": "The Test Letter <letter.example>"}],
        }
    ]
    assert result.reference == f"{server.url}/admin/campaigns/7"


@pytest.mark.parametrize(
    ("sender", "shown"),
    [
        ("Ada <ada@letter.example>", "Ada <ada@letter.example>"),
        ("ada@letter.example", "ada@letter.example"),
        ("Zoë Größer <zoe@letter.example>", "Zoë Größer <zoe@letter.example>"),
        ('"Byron, Ada" <ada@letter.example>', '"Byron, Ada" <ada@letter.example>'),
        ("Größer, Zoë <zoe@müller.example>", '"Größer, Zoë" <zoe@xn--mller-kva.example>'),
    ],
)
def test_a_campaign_has_the_sender_and_the_template_that_are_configured(
    server: ListmonkServer, tmp_path: Path, sender: str, shown: str
) -> None:
    handover = make_handover(tmp_path, server.url, "listmonk")
    config = handover.config
    delivery = replace(config.delivery, listmonk=replace(config.delivery.listmonk, template=4))
    digest = replace(config.digest, sender=sender)
    listmonk.deliver(replace(handover, config=replace(config, delivery=delivery, digest=digest)), Notes())
    assert [(one["template_id"], one["from_email"]) for one in server.kept] == [(4, shown)]


def test_a_time_that_a_draft_has_is_taken_away_when_it_is_not_to_have_one(server: ListmonkServer, tmp_path: Path) -> None:
    server.moods = [Mood(method="PUT", path="/status", status=400, body=b'{"message": "Not now."}')]
    result = listmonk.deliver(make_handover(tmp_path, server.url, "listmonk", mode="scheduled"), Notes())
    assert not result.delivered
    assert [(one["status"], one["send_at"]) for one in server.kept] == [("draft", "2026-03-09T09:00:00Z")]
    assert listmonk.deliver(make_handover(tmp_path, server.url, "listmonk"), Notes()).delivered
    assert [(one["status"], one["send_at"]) for one in server.kept] == [("draft", None)]


def test_prism_finds_a_request_that_is_wrong(guard: str) -> None:
    answer = requests.post(f"{guard}/api/campaigns", json={"lists": ["weekly"]}, auth=("api", TOKEN), timeout=30)
    assert answer.status_code == 422


@pytest.mark.parametrize(("mode", "status"), [("draft", "draft"), ("scheduled", "scheduled"), ("sent", "running")])
def test_requests_are_as_published_and_a_second_run_finds_the_campaign(
    guarded_server: ListmonkServer, guard: str, tmp_path: Path, mode: str, status: str
) -> None:
    for _ in range(2):
        assert listmonk.deliver(make_handover(tmp_path, guard, "listmonk", mode=mode), Notes()).delivered
    assert [one["status"] for one in guarded_server.kept] == [status]


def test_failures_behind_prism_double_nothing(guarded_server: ListmonkServer, guard: str, tmp_path: Path) -> None:
    guarded_server.moods = [
        Mood(status=500),
        Mood(status=429, headers={"Retry-After": "0"}),
        Mood(method="POST", status=429, headers={"Retry-After": "0"}),
        Mood(method="POST", status=500),
        Mood(method="POST", done=True, silent=True),
        Mood(method="PUT", path="/status", done=True, status=500),
    ]
    assert listmonk.deliver(make_handover(tmp_path, guard, "listmonk", mode="sent"), Notes()).delivered
    assert guarded_server.moods == []
    assert [one["status"] for one in guarded_server.kept] == ["running"]
    assert listmonk.deliver(make_handover(tmp_path, guard, "listmonk", mode="sent"), Notes(tried(Progress.TRYING))).delivered
    assert len(guarded_server.kept) == 1


def test_a_token_that_is_refused_behind_prism_is_told(guarded_server: ListmonkServer, guard: str, tmp_path: Path) -> None:
    guarded_server.moods = [Mood(status=401, body=b'{"message": "invalid session"}')]
    with pytest.raises(DeliveryError, match=r"401 Unauthorized \(invalid session\); check delivery\.listmonk\.user"):
        listmonk.deliver(make_handover(tmp_path, guard, "listmonk"), Notes())
