"""What is to be scheduled. Pure."""

import re
from datetime import datetime, time, tzinfo
from pathlib import Path

from msgspec import Struct

from newsletter.config import Config
from newsletter.errors import NewsletterError

#: What fits into none of the files: controls, line breaks, and bytes that are no text.
UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


class Secret(Struct, frozen=True, kw_only=True):
    """A password, token or key that is not in a file."""

    #: Of the environment.
    variable: str
    #: Of the configuration, which could name a file.
    key: str


class Job(Struct, frozen=True, kw_only=True):
    """The scheduled run of one publication."""

    config: Config
    #: The program and its first arguments, its path absolute.
    program: tuple[str, ...]
    #: The configuration file, absolute; None where the settings alone must do.
    file: Path | None
    #: Settings of the command line that go before the file's.
    sets: tuple[str, ...]
    #: Now, in the machine's zone.
    now: datetime
    #: Whom the publication's folder belongs to.
    user: str
    #: The folder of the version control that the configuration is in, absolute.
    repository: Path

    def arguments(self, file: Path | None) -> tuple[str, ...]:
        """Write what follows the program, with the configuration file by that path. Raises NewsletterError if it fits no line."""
        named = () if file is None else ("--config", str(file))
        words = ("run", *named, *(word for given in self.sets for word in ("--set", given)))
        for word in (*self.program, *words, str(self.config.root)):
            fit(word)
        return words

    def minute(self, zone: tzinfo | None = None) -> int:
        """Return the minute of the hour in which issues become due, on a clock of that zone; none: of the machine's."""
        due = datetime.combine(self.now.astimezone(self.config.timezone), time.fromisoformat(self.config.digest.at))
        return due.replace(tzinfo=self.config.timezone).astimezone(zone or self.now.tzinfo).minute

    def secret(self) -> Secret | None:
        """Name the secret that the delivery takes from the environment, if it does."""
        delivery = self.config.delivery
        needed = {
            "smtp": ("NEWSLETTER_SMTP_PASSWORD", "password_file", delivery.smtp.user and not delivery.smtp.password_file),
            "listmonk": ("NEWSLETTER_LISTMONK_TOKEN", "token_file", not delivery.listmonk.token_file),
            "buttondown": ("NEWSLETTER_BUTTONDOWN_KEY", "key_file", not delivery.buttondown.key_file),
        }
        variable, key, wanted = needed.get(delivery.service, ("", "", False))
        return Secret(variable=variable, key=f"delivery.{delivery.service}.{key}") if wanted else None

    def told(self) -> tuple[str, ...]:
        """Say, on lines of a comment, what is scheduled and why every hour."""
        digest, zone = self.config.digest, self.config.timezone.key
        on = f" ({digest.on})" if digest.on else ""
        return (
            f"{' '.join(UNFIT.sub(' ', self.config.title).split())}: the scheduled run.",
            f"There is an issue every {digest.every}{on}, from {digest.at} on in {zone}. The run is called every hour all the",
            "same: it knows itself what is due, also when the clocks change or the machine was off, and keeps the feeds fresh.",
            "Where nothing is due and nothing changed it ends in a moment, and says nothing.",
        )


def fit(text: str) -> str:
    """Return a text that fits on a line of a file; raises NewsletterError."""
    if UNFIT.search(text):
        raise NewsletterError(f"{text!r}: no scheduler takes a path or setting with control characters, or that is no text")
    return text
