"""Hands an issue to Buttondown as an e-mail. Uses the network.

The API: https://docs.buttondown.com/api-emails-introduction. Buttondown has no field for a plain-text part: it makes its own.
"""

from datetime import UTC, timedelta
from typing import Any
from uuid import uuid4

from requests import PreparedRequest
from requests.auth import AuthBase

from newsletter.delivery.contract import Handover, Journal, Result
from newsletter.delivery.drafts import Found, Stage, bring, marker, part, wording
from newsletter.delivery.http import Access, Api

NAME = "buttondown"
#: The API changes with this header; with this version, what is created is no e-mail that goes out at once unless it says so
#: (https://buttondown.com/blog/2026-03-07-safer-email-api-defaults).
VERSION = "2026-04-01"
#: Key of an e-mail's metadata.
KEY = "newsletter_issue"
#: Raw HTML, used as it is (https://docs.buttondown.com/editor-modes); the description names the comment for the other two modes.
MODE = "<!-- buttondown-editor-mode: naked -->\n"
#: Of an e-mail (EmailStatus in the API's description); any other is taken for under way, which is never touched.
_STAGES = {"draft": Stage.DRAFT, "paused": Stage.STOPPED, "errored": Stage.STOPPED, "suppressed": Stage.STOPPED}
_DELETED = "deleted"


def deliver(handover: Handover, journal: Journal) -> Result:
    """Create or update the e-mail of this issue, and schedule or send it where delivery.mode says so."""
    return bring(_Emails(handover), handover, journal)


class _Token(AuthBase):
    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Token {self._key}"
        return request


class _Emails:
    name = NAME

    def __init__(self, handover: Handover) -> None:
        """Read what is to be handed over; raises DeliveryError."""
        self._marker = marker(handover)
        self._delivery = delivery = handover.config.delivery
        self._now = handover.now
        subject, preheader = wording(handover, NAME)
        number = handover.manifest.get("number")
        self._content: dict[str, object] = {
            "subject": subject,
            "body": MODE + part(handover, "email.html"),
            "template": "naked",
            "description": preheader,
            "canonical_url": handover.manifest["url"],
            **({"secondary_id": number} if number else {}),
        }
        key = handover.secrets.read("NEWSLETTER_BUTTONDOWN_KEY", delivery.buttondown.key_file, "delivery.buttondown.key_file")
        self._api = Api(
            Access(
                table="delivery.buttondown",
                url=delivery.buttondown.url.rstrip("/"),
                auth=_Token(key),
                secrets=(key,),
                credentials="the key in NEWSLETTER_BUTTONDOWN_KEY or delivery.buttondown.key_file",
                headers={"X-API-Version": VERSION},
            )
        )

    def find(self) -> Found | None:
        """Look for the e-mail that has our metadata: there is no filter for it, so page by page, the newest first.

        Somebody may have copied it, metadata and all: the one that is under way counts, else the oldest.
        """
        ours: list[Found] = []
        page = 0
        while True:
            page += 1
            try:
                told = self._api.read("/emails", page=page, ordering="-creation_date", excluded_fields="body")
                ours += [
                    self._found(one)
                    for one in told["results"]
                    if (one.get("metadata") or {}).get(KEY) == self._marker and one["status"] != _DELETED
                ]
                more = bool(told.get("next")) and bool(told["results"])
            except (KeyError, TypeError, AttributeError) as error:
                raise self._api.refused(f"has e-mails that make no sense: {error!r}") from None
            if not more:
                break
        return next((one for one in ours if one.stage is Stage.UNDER_WAY), ours[-1] if ours else None)

    def create(self) -> None:
        """Make a draft. Should the request arrive twice, the second is answered with what the first one made.

        https://docs.buttondown.com/api-idempotency-keys asks for random keys: a failure may be remembered under its key, too.
        """
        content = self._content | {"status": "draft", "metadata": {KEY: self._marker}}
        self._api.change("POST", "/emails", content, {"X-Idempotency-Key": str(uuid4())})

    def update(self, found: Found) -> None:
        """Replace what the draft says; its metadata stay."""
        self._api.change("PATCH", f"/emails/{found.id}", self._content)

    def send(self, found: Found) -> None:
        """Send the draft, or have it sent (https://docs.buttondown.com/scheduling-emails-via-the-api).

        Counted from the later of our time and the service's, so that it is not past.
        """
        wanted = {"status": "about_to_send"}
        if self._delivery.mode == "scheduled":
            date = max(self._now, self._api.date or self._now) + timedelta(minutes=self._delivery.delay)
            wanted = {"status": "scheduled", "publish_date": date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        self._api.change("PATCH", f"/emails/{found.id}", wanted)

    def _found(self, email: dict[str, Any]) -> Found:
        id_, status = str(email["id"]), str(email["status"])
        stage = _STAGES.get(status, Stage.UNDER_WAY)
        return Found(id=id_, stage=stage, status=status, reference=str(email.get("absolute_url") or id_))
