"""An issue to write to single people, such people, and what the standard library's e-mail package makes of both."""

import email
import email.policy
from collections.abc import Iterator
from email.headerregistry import Address
from email.message import EmailMessage
from functools import cache
from html import escape
from random import Random

from newsletter.config import Digest
from newsletter.delivery.recipients import Recipient
from newsletter.emitters.digest import emit
from newsletter.mail import message
from newsletter.templating import Templates
from tests.factories import make_config, make_edition, make_issue, make_rendered
from tests.merge_languages import own

SETTINGS = Digest(
    service="smtp",
    sender="The Letter <letter@letter.example>",
    greeting="Dear {name}, hello.",
    address="The Letter, for the {{plan}} readers in {{city}}",
)
#: The issue's own words, with what looks like tags and like the ends of lines and of messages.
TRAPS = "Write {{name}} or {{{ city }}} there. = \n.\n..\nFrom \u05e9\u05dc\u05d5\u05dd \U0001f600\nGr\u00fc\u00dfe {{'{'}} {{"
NAMES = (
    "Ada Byron",
    "Z\u00f6e Gr\u00f6\u00dfer",
    "O'Neil, Pat",
    "\u05e9\u05dc\u05d5\u05dd",
    "Ada Lovelace",
    "Grace Hopper",
    "Lin Wei",
    "Jo",
)
#: Headers and texts, by name and by subtype.
Read = tuple[dict[str, str], dict[str, str]]
CITIES = ("London", "M\u00fcnchen", "Saint-Jean & Sons", "New York", "Paris", "Oslo")


@cache
def digest(articles: int = 7) -> bytes:
    """Build email.eml: with 7 articles the HTML part is of 30 KB."""
    config = make_config(digest=SETTINGS)
    story = "<p>" + "An ordinary sentence of an ordinary article. " * 7 + "</p>"
    items = [
        make_rendered(f"<p>{escape(TRAPS)}</p>{story}", slug=f"story-{at}", text=f"{TRAPS}\n{story[3:-4]}\n")
        for at in range(articles)
    ]
    made = emit(config, make_edition(*items, issue=make_issue(*items, subject="Templates: {{name}} & more")), Templates())
    return next(output.body for output in made if output.path.endswith(".eml"))


def people(count: int) -> Iterator[Recipient]:
    """Make up readers, a fourth of them with names beyond ASCII."""
    random = Random(1)  # noqa: S311 - names, not secrets
    for number in range(count):
        name = random.choice(NAMES)
        yield Recipient(
            address=f"reader-{number}@mail.example",
            name=name,
            unsubscribe_url=f"https://letter.example/leave?list=weekly&token={random.getrandbits(256):064x}",
            fields=(("city", random.choice(CITIES)), ("plan", random.choice(("free", "paid")))),
        )


def parsed(raw: bytes) -> EmailMessage:
    """Parse a message."""
    return email.message_from_bytes(raw, policy=email.policy.default)


def texts(mail: EmailMessage) -> dict[str, str]:
    """Return the text part and the HTML part."""
    parts = [part for part in mail.walk() if part.get_content_maintype() == "text"]
    return {part.get_content_subtype(): part.get_content().replace("\r\n", "\n") for part in parts}


def values(recipient: Recipient) -> dict[str, str]:
    """Return what each tag stands for."""
    shown = {"name": recipient.name, "unsubscribe_url": recipient.unsubscribe_url, **dict(recipient.fields)}
    return {f"{{{{{name}}}}}": value for name, value in shown.items()}


def read_back(mail: EmailMessage) -> Read:
    """Return the headers and the texts of a message."""
    return {name: str(value) for name, value in mail.items()}, texts(mail)


def standard(issue: Read, recipient: Recipient, message_id: str) -> bytes:
    """Write the issue to one recipient with the standard library, from the same decoded texts."""
    headers, told = issue
    mail, given = EmailMessage(policy=email.policy.SMTP), values(recipient)
    for name, value in headers.items():
        if name in {"Subject", "List-Unsubscribe"}:
            mail[name] = own(value, given, "header")
        elif name not in {"To", "Message-ID", "MIME-Version", "Content-Type", "Content-Language"}:
            mail[name] = value
    local, _, domain = recipient.address.rpartition("@")
    mail["To"] = Address(message.one_line(recipient.name), local, domain)
    mail["Message-ID"] = message_id
    mail.set_content(own(told["plain"], given, "text"), cte="quoted-printable")
    mail.add_alternative(
        own(told["html"], {tag: escape(value) for tag, value in given.items()}, "html"), subtype="html", cte="quoted-printable"
    )
    mail["Content-Language"] = headers["Content-Language"]  # those that were there before, it moves to the text part
    return mail.as_bytes()
