"""listmonk and Buttondown on loopback, as far as issues are handed over to them: they keep what they are given, in all moods.

What they answer and refuse follows listmonk's source (cmd/campaigns.go, internal/core/campaigns.go of knadh/listmonk) and
Buttondown's OpenAPI description; the tests with Prism hold both against their descriptions.
"""

import json
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import Struct

#: What time it is at the services.
NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
TOKEN = "s3cret-token"  # noqa: S105 - of a server that lives as long as a test


class Mood(Struct, frozen=True, kw_only=True):
    """How one request is answered, if it is the next with that method and end of its path."""

    method: str = "GET"
    path: str = ""
    #: 0: not at all, the connection is closed; None: as it should be, if at all.
    status: int | None = None
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    body: bytes = b"{}"
    #: Whether what was asked for is done all the same.
    done: bool = False
    #: Whether nothing comes until the test is over.
    silent: bool = False


@dataclass(frozen=True)
class Asked:
    """A request that came in."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: dict[str, Any]


class RefusedError(Exception):
    """What a service does not do, and why."""

    def __init__(self, status: int, told: Mapping[str, object]) -> None:
        """Take the answer's status and body."""
        super().__init__(status, told)
        self.status = status
        self.told = told


class Service:
    """What both have in common."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.url = ""
        self.kept: list[dict[str, Any]] = []
        self.asked: list[Asked] = []
        self.moods: list[Mood] = []
        self.page = 2
        self.date = True
        self.over = threading.Event()

    def forget(self) -> None:
        """Begin again."""
        self.kept.clear()
        self.asked.clear()
        self.moods.clear()

    @property
    def changes(self) -> list[str]:
        """What was asked for besides looking."""
        return [f"{one.method} {one.path}" for one in self.asked if one.method != "GET"]

    def mood(self, asked: Asked) -> Mood:
        """Take the mood that is meant for this request."""
        for mood in self.moods:
            if mood.method == asked.method and asked.path.endswith(mood.path):
                self.moods.remove(mood)
                return mood
        return Mood(done=True)

    def answer(self, asked: Asked) -> tuple[int, object]:
        """Do what was asked for."""
        raise NotImplementedError


class ListmonkServer(Service):
    """A listmonk server with one API user."""

    def answer(self, asked: Asked) -> tuple[int, object]:
        """Do what cmd/campaigns.go does."""
        if asked.headers.get("authorization") != "Basic " + b64encode(f"api:{TOKEN}".encode()).decode():
            raise RefusedError(403, {"message": "invalid API credentials"})
        match (asked.method, asked.path.removeprefix("/api/campaigns").strip("/").split("/")):
            case ("GET", [""]):
                return 200, {"data": self._list(asked.query)}
            case ("POST", [""]):
                self._check(asked.body)
                self.kept.append({"id": 7 + len(self.kept), "status": "draft", "send_at": None, **self._stored(asked.body)})
                return 200, {"data": self.kept[-1]}
            case ("PUT", [number]):
                campaign = self._campaign(number)
                if campaign["status"] not in {"draft", "paused", "scheduled"}:
                    raise RefusedError(400, {"message": "Cannot update a running or a finished campaign."})
                self._check({**campaign, **asked.body})
                campaign.update(self._stored(asked.body))
                return 200, {"data": campaign}
            case ("PUT", [number, "status"]):
                campaign, status = self._campaign(number), asked.body["status"]
                if campaign["status"] not in {"draft", "paused"} or (status == "scheduled" and not campaign["send_at"]):
                    raise RefusedError(400, {"message": "Only draft campaigns can be scheduled."})
                campaign["status"] = status
                return 200, {"data": campaign}
        raise RefusedError(404, {"message": "Not Found"})

    def _list(self, query: Mapping[str, Sequence[str]]) -> dict[str, object]:
        found = [one for one in self.kept if set(query["tag"]) <= set(one["tags"])]
        if not found:
            return {"results": [], "total": 0, "per_page": 0, "page": 0, "query": ""}
        page = int(query["page"][0])
        shown = [{**one, "body": ""} for one in found[(page - 1) * self.page : page * self.page]]
        return {"results": shown, "total": len(found), "per_page": self.page, "page": page, "query": ""}

    def _check(self, content: Mapping[str, Any]) -> None:
        if not content["lists"]:
            raise RefusedError(400, {"message": "Invalid list IDs."})
        if content.get("send_at") and datetime.fromisoformat(content["send_at"]) < NOW:
            raise RefusedError(400, {"message": "Scheduled date should be in the future."})

    def _stored(self, content: Mapping[str, Any]) -> dict[str, Any]:
        return {**content, "lists": [{"id": number, "name": f"List {number}"} for number in content["lists"]]}

    def _campaign(self, number: str) -> dict[str, Any]:
        for one in self.kept:
            if str(one["id"]) == number:
                return one
        raise RefusedError(400, {"message": "Campaign not found"})


class ButtondownServer(Service):
    """Buttondown, as one newsletter sees it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self._answered: dict[str, dict[str, Any]] = {}

    def answer(self, asked: Asked) -> tuple[int, object]:
        """Do what the API's reference says."""
        if asked.headers.get("authorization") != f"Token {TOKEN}":
            raise RefusedError(401, {"code": "unauthorized", "detail": "Invalid token."})
        match (asked.method, asked.path.removeprefix("/v1/emails").strip("/")):
            case ("GET", ""):
                page = int(asked.query["page"][0])
                newest = [{**one, "body": ""} for one in reversed(self.kept)]
                more = f"{self.url}/emails?page={page + 1}" if len(newest) > page * self.page else None
                shown = newest[(page - 1) * self.page : page * self.page]
                return 200, {"results": shown, "next": more, "previous": None, "count": len(newest)}
            case ("POST", ""):
                key = asked.headers["x-idempotency-key"]
                if key not in self._answered:
                    self._answered[key] = self.email(**asked.body)
                    self.kept.append(self._answered[key])
                return 201, self._answered[key]
            case ("PATCH", id_):
                email = next((one for one in self.kept if one["id"] == id_), None)
                if email is None:
                    raise RefusedError(404, {"detail": "No such email."})
                if email["status"] != "draft":
                    raise RefusedError(400, {"code": "email_invalid", "detail": "It was sent."})
                email.update(asked.body)
                return 200, email
        raise RefusedError(404, {"detail": "Not found."})

    def email(self, **changes: object) -> dict[str, Any]:
        """Write up an e-mail as the description has it."""
        number = len(self.kept) + 1
        return {
            "id": f"em_{number:026d}",
            "creation_date": NOW.isoformat(),
            "modification_date": NOW.isoformat(),
            "absolute_url": f"https://buttondown.com/letter/archive/{number}/",
            "body": "",
            "canonical_url": "",
            "commenting_mode": "enabled",
            "description": "",
            "archival_mode": "enabled",
            "email_type": "public",
            "featured": False,
            "filters": {"filters": [], "groups": [], "predicate": "and"},
            "image": "",
            "metadata": {},
            "related_email_ids": [],
            "should_trigger_pay_per_email_billing": False,
            "source": "api",
            "status": "about_to_send",
            "subject": "",
            **changes,
        }


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    service: Service


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:  # the other side went away, as some tests want
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in http.server
        """Keep still."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        moment = NOW if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
        return format_datetime(moment, usegmt=True) if self.server.service.date else "soon"

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        body = json.loads(self.rfile.read(length) or b"{}")
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, parts.path, parse_qs(parts.query), headers, body)
        mood = self.server.service.mood(asked)
        self.server.service.asked.append(asked)
        status, told = self._done(asked) if mood.done else (0, b"")
        if mood.silent:
            self.server.service.over.wait(30)
            status = 0
        elif mood.status is not None:
            status, told = mood.status, mood.body
        if status:
            self._say(status, mood.headers, told)
        else:
            self.close_connection = True

    do_POST = do_PUT = do_PATCH = do_GET  # noqa: N815 - their names in http.server

    def _done(self, asked: Asked) -> tuple[int, bytes]:
        try:
            status, found = self.server.service.answer(asked)
        except RefusedError as error:
            status, found = error.status, error.told
        return status, json.dumps(found).encode()

    def _say(self, status: int, headers: Mapping[str, str], told: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(told)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(told)


@contextmanager
def running(service: Service, path: str, tls: tuple[Path, Path] | None = None) -> Iterator[None]:
    """Serve it on loopback below that path, with TLS where there are a certificate and its key."""
    with _Server(("127.0.0.1", 0), _Answering) as server:
        server.service = service
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        service.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}{path}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield
        finally:
            service.over.set()
            server.shutdown()
            thread.join()
