"""Hands an issue to a listmonk server as a campaign. Uses the network.

The API: https://listmonk.app/docs/apis/campaigns/. Where that is silent, what the server does was read in its source,
https://github.com/knadh/listmonk (v6), named beside each fact.

A campaign's body is put into a template of the server's (``CompileTemplate`` in models/campaigns.go), and ours is a whole
document already: the template to name in delivery.listmonk.template is ``{{ template "content" . }}`` and nothing else.
"""

from base64 import b64encode
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import urlsplit

from requests.auth import HTTPBasicAuth

from newsletter.delivery.contract import Handover, Journal, Result
from newsletter.delivery.drafts import Found, Stage, bring, marker, part, wording
from newsletter.delivery.http import Access, Api
from newsletter.mail import mailbox

NAME = "listmonk"
#: Of a campaign (campaign_status in schema.sql); any other is taken for under way, which is never touched.
_STAGES = {"draft": Stage.DRAFT, "paused": Stage.STOPPED, "cancelled": Stage.STOPPED}
#: How many the server is asked for at a time; it may give fewer.
_PAGE = 50


def deliver(handover: Handover, journal: Journal) -> Result:
    """Create or update the campaign of this issue, and schedule or start it where delivery.mode says so."""
    return bring(_Campaigns(handover), handover, journal)


class _Campaigns:
    name = NAME

    def __init__(self, handover: Handover) -> None:
        """Read what is to be handed over; raises DeliveryError."""
        self._marker = marker(handover)
        self._delivery = delivery = handover.config.delivery
        self._now = handover.now
        self._url = delivery.listmonk.url.rstrip("/")
        parts = urlsplit(self._url)
        #: For people, without the password that may be in it.
        self._shown = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        subject, _ = wording(handover, NAME)
        self._content: dict[str, object] = {
            "name": f"{handover.config.title} {handover.key}",
            "tags": [self._marker],
            "subject": subject,
            "lists": list(delivery.listmonk.lists),
            "type": "regular",
            "content_type": "html",
            "body": part(handover, "email.html"),
            "altbody": part(handover, "email.txt"),
            "messenger": "email",
            # the server writes List-Unsubscribe, and no List-Id (internal/messenger/email/email.go, internal/manager/manager.go)
            "headers": [{"List-Id": handover.manifest["list_id"]}],
        }
        if handover.config.digest.sender:
            # the server reads it with Go's net/mail, for which a comma in a name has to be in quotation marks
            self._content["from_email"] = mailbox.written(mailbox.read(handover.config.digest.sender))
        if delivery.listmonk.template:
            self._content["template_id"] = delivery.listmonk.template
        token = handover.secrets.read("NEWSLETTER_LISTMONK_TOKEN", delivery.listmonk.token_file, "delivery.listmonk.token_file")
        pair = (delivery.listmonk.user.encode(), token.encode())
        self._api = Api(
            Access(
                table="delivery.listmonk",
                url=f"{self._url}/api",
                auth=HTTPBasicAuth(*pair),
                secrets=(token, b64encode(b":".join(pair)).decode()),
                credentials="delivery.listmonk.user and its token in NEWSLETTER_LISTMONK_TOKEN or delivery.listmonk.token_file",
                headers={},
            )
        )

    def find(self) -> Found | None:
        """Look for the campaign that has our tag.

        Somebody may have cloned it, tag and all: the one that is under way counts, else the oldest.
        """
        ours: list[Found] = []
        page = seen = 0
        while True:
            page += 1
            # The documentation calls the filter "tags", the server reads "tag" (cmd/campaigns.go, GetCampaigns)
            asked = {"tag": self._marker, "tags": self._marker, "order_by": "created_at", "order": "ASC", "no_body": "true"}
            try:
                told = self._api.read("/campaigns", page=page, per_page=_PAGE, **asked)["data"]
                results = told["results"]
                ours += [self._found(one) for one in results if self._marker in (one["tags"] or ())]
                seen += len(results)
                more = bool(results) and seen < int(told.get("total") or 0)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise self._api.refused(f"has campaigns that make no sense: {error!r}") from None
            if not more:
                break
        return next((one for one in ours if one.stage is Stage.UNDER_WAY), ours[0] if ours else None)

    def create(self) -> None:
        """Make a draft: new campaigns always are."""
        self._api.change("POST", "/campaigns", self._content | self._time())

    def update(self, found: Found) -> None:
        """Replace what the draft says. A time that it has and is not to have would be kept if it were not taken away."""
        time = self._time() or ({"send_at": None} if found.timed else {})
        self._api.change("PUT", f"/campaigns/{found.id}", self._content | time)

    def send(self, found: Found) -> None:
        """Start the campaign, or let it start at its time. The server takes neither from a campaign that has started."""
        status = "running" if self._delivery.mode == "sent" else "scheduled"
        self._api.change("PUT", f"/campaigns/{found.id}/status", {"status": status})

    def _time(self) -> dict[str, object]:
        """Say when to send, counted from the later of our time and the server's, which refuses what is past."""
        if self._delivery.mode != "scheduled":
            return {}
        date = max(self._now, self._api.date or self._now) + timedelta(minutes=self._delivery.delay)
        return {"send_at": date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}

    def _found(self, campaign: dict[str, Any]) -> Found:
        number, status = int(campaign["id"]), str(campaign["status"])
        return Found(
            id=str(number),
            stage=_STAGES.get(status, Stage.UNDER_WAY),
            status=status,
            reference=f"{self._shown}/admin/campaigns/{number}",
            timed=bool(campaign.get("send_at")),
        )
