"""An issue, its recipients and a mail server, ready for delivery."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from newsletter.config.delivery import Delivery, Dkim, Smtp
from newsletter.delivery import Handover, Result, service
from newsletter.delivery.secrets import Secrets
from newsletter.mail.message import compose, headers
from tests.delivery.journal import WHEN, FileJournal
from tests.factories import make_config

if TYPE_CHECKING:
    from newsletter.delivery.contract import Journal

KEY = "2026-W10"
TEXT = "Dear {{name}} of {{town}},\n\n.begin\nFrom here on\n\nLeave: {{unsubscribe_url}}\n"
HTML = "<p>Dear {{name}} of {{town}},</p>\n<p>.begin</p>\n<a href='{{unsubscribe_url}}'>Leave</a>\n"


def addresses(count: int) -> list[str]:
    """Make up addresses."""
    return [f"reader{number}@subscribers.example" for number in range(count)]


def row(address: str) -> str:
    """Write a recipient's row; what it says can be told from the address."""
    number = address.partition("@")[0].removeprefix("reader")
    return f"{address},Zoë {number},https://letter.example/leave/{number},Town & {number}\n"


class Desk:
    """A publication that hands an issue to a mail server."""

    def __init__(self, root: Path, host: str, port: int) -> None:
        """Write the issue."""
        self.root = root
        self.config = make_config(root)
        self.smtp = Smtp(
            host=host, port=port, security="none", recipients="people.csv", connections=4, attempts=3, pause=0, timeout=20
        )
        self.dkim = Dkim()
        self.journal: Journal = FileJournal(root / "journal")
        self.environment: dict[str, str] = {}
        self.manifest: dict[str, Any] = {}
        self.reserved = WHEN
        self.write_issue(TEXT, HTML)

    def write_issue(self, text: str, html: str) -> None:
        """Write the message as a build does."""
        folder = self.config.out / "issues" / KEY
        folder.mkdir(parents=True, exist_ok=True)
        leave = "{{unsubscribe_url}}" if "{{" in text else ""
        pairs = headers(self.config, name="", key=KEY, subject="First, and more", date=WHEN, leave=leave)
        (folder / "email.eml").write_bytes(compose(pairs, text=text, html=html))

    def invite(self, people: list[str]) -> None:
        """Write the recipients' file."""
        rows = "".join(row(address) for address in people)
        (self.root / "people.csv").write_text(f"address,name,unsubscribe_url,town\n{rows}", encoding="utf-8")

    def send(self, *, retry_unknown: bool = False, delivered: bool = False, **changes: Any) -> Result:  # noqa: ANN401 - any field of Smtp
        """Hand the issue over."""
        smtp = replace(self.smtp, **changes)
        config = replace(self.config, delivery=Delivery(service="smtp", smtp=smtp, dkim=self.dkim))
        handover = Handover(
            config=config,
            key=KEY,
            folder=config.out / "issues" / KEY,
            manifest=self.manifest,
            secrets=Secrets(environment=self.environment, root=self.root),
            now=WHEN,
            retry_unknown=retry_unknown,
            reserved=self.reserved,
            delivered=delivered,
        )
        return service("smtp")(handover, self.journal)

    def progress(self) -> dict[str, str]:
        """Tell how far each recipient is."""
        return {address: str(attempt.progress) for address, attempt in self.journal.attempts().items()}
