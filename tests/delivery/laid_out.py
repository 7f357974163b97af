"""An issue as a build leaves it, and a journal, for services that keep drafts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from newsletter.config.delivery import Buttondown, Delivery, Listmonk
from newsletter.delivery.contract import Handover, Outcome
from newsletter.delivery.secrets import Secrets
from newsletter.ledger.records import Attempt, Progress
from tests.delivery.campaigns import NOW, TOKEN
from tests.factories import make_config

#: What the issue is found by.
MARKER = "newsletter:letter.example:2026-W10"


class Notes:
    """A journal that keeps its turns."""

    def __init__(self, *attempts: Attempt) -> None:
        """Begin with the attempts of former runs."""
        self._attempts = {one.recipient: one for one in attempts}
        self.turns: list[tuple[str, ...]] = []

    def attempts(self) -> Mapping[str, Attempt]:
        """Return what former runs tried."""
        return self._attempts

    def turn(self, ended: Sequence[Outcome] = (), begun: Sequence[str] = ()) -> None:
        """Keep it, as words."""
        self.turns.append((*(f"{one.recipient}:{one.progress}" for one in ended), *(f"{one}:begun" for one in begun)))


def tried(progress: Progress) -> Attempt:
    """Write up an attempt of a former run."""
    return Attempt(recipient="", progress=progress, count=1, at=NOW)


def make_handover(folder: Path, url: str, service: str, token: str = TOKEN, **changes: Any) -> Handover:  # noqa: ANN401 - fields of Delivery
    """Lay out an issue as a build leaves it, for that service."""
    folder.mkdir(exist_ok=True)
    (folder / "email.html").write_text("<!doctype html><html><body><h1>Grüße {{ UnsubscribeURL }}</h1></body></html>\n")
    (folder / "email.txt").write_text("Grüße {{ UnsubscribeURL }}\n")
    manifest = {
        "key": "2026-W10",
        "number": 4,
        "subject": "First, and more",
        "url": "https://letter.example/issues/2026-W10/",
        "list_id": "The Test Letter <letter.example>",
        "service": {"name": service, "subject": "First, and {{ `{` }}more", "preheader": "Body.", "tags": {}},
    }
    delivery = Delivery(
        service=service,
        listmonk=Listmonk(url=url, user="api", lists=(3, 5)),
        buttondown=Buttondown(url=url),
    )
    return Handover(
        config=make_config(delivery=replace(delivery, **changes)),
        key="2026-W10",
        folder=folder,
        manifest=manifest,
        secrets=Secrets(environment={"NEWSLETTER_LISTMONK_TOKEN": token, "NEWSLETTER_BUTTONDOWN_KEY": token}, root=folder),
        now=NOW,
    )
