"""The tables of the configuration about handing issues over. No I/O, and no secrets: files and the environment hold those."""

from typing import Annotated

from msgspec import Struct, field

from newsletter import rules

SERVICES = ("folder", "smtp", "listmonk", "buttondown", "command")


class Smtp(Struct, frozen=True, kw_only=True):
    """[delivery.smtp]: a mail server, and who is written to."""

    host: Annotated[
        str,
        "Name of the mail server.",
    ] = ""
    port: Annotated[
        int,
        "Its port; 0: 587 with starttls, 465 with tls, 25 with none.",
        rules.between(0, 65_535),
    ] = 0
    security: Annotated[
        str,
        "How the connection is protected: starttls or tls, both with the server's certificate verified, or none.",
        rules.one_of("starttls", "tls", "none"),
    ] = "starttls"
    ca: Annotated[
        str,
        "File of the certificates that are trusted besides the system's, relative to the configuration; empty: none.",
    ] = ""
    user: Annotated[
        str,
        "User name for the mail server; empty: none is asked for. The password is the variable NEWSLETTER_SMTP_PASSWORD of the "
        "environment, or stands in delivery.smtp.password_file.",
    ] = ""
    password_file: Annotated[
        str,
        "File with the password, relative to the configuration, that nobody else may read.",
    ] = ""
    envelope: Annotated[
        str,
        "Address that bounces go to; empty: the one in digest.sender.",
        rules.mailbox,
    ] = ""
    to: Annotated[
        str,
        "Address of a mailing list that is written to, once; instead of recipients.",
        rules.mailbox,
    ] = ""
    recipients: Annotated[
        str,
        "CSV file of the recipients, relative to the configuration, with the columns address, name and unsubscribe_url, and "
        "any others as merge fields.",
    ] = ""
    nameless: Annotated[
        str,
        "What {name} in digest.greeting stands for where a recipient has no name: a word in the language of the greeting.",
    ] = "reader"
    connections: Annotated[
        int,
        "Connections to the mail server at a time.",
        rules.between(1, 100),
    ] = 4
    rate: Annotated[
        int,
        "Most messages a minute over all connections; 0: no bound.",
        rules.between(0, 1_000_000),
    ] = 0
    attempts: Annotated[
        int,
        "How often a message that the server puts off (4xx), or cannot be reached for, is tried in one run.",
        rules.between(1, 20),
    ] = 5
    pause: Annotated[
        int,
        "Seconds before the second attempt; each further pause is twice as long.",
        rules.between(0, 3600),
    ] = 10
    timeout: Annotated[
        int,
        "Seconds to wait for any answer of the mail server.",
        rules.between(1, 3600),
    ] = 120


class Dkim(Struct, frozen=True, kw_only=True):
    """[delivery.dkim]: signs what goes to delivery.smtp, where the mail server does not."""

    domain: Annotated[
        str,
        "Domain that signs: the one in digest.sender, or above it; empty: nothing is signed.",
    ] = ""
    selector: Annotated[
        str,
        "Selector of the key: its public half is in the DNS at SELECTOR._domainkey.DOMAIN.",
    ] = ""
    key_file: Annotated[
        str,
        "File with the private key in PEM, relative to the configuration, that nobody else may read.",
    ] = ""


class Listmonk(Struct, frozen=True, kw_only=True):
    """[delivery.listmonk]: a listmonk server."""

    url: Annotated[
        str,
        "Address of the server.",
        rules.web_address,
    ] = ""
    user: Annotated[
        str,
        "API user. The token is the variable NEWSLETTER_LISTMONK_TOKEN of the environment, or stands in "
        "delivery.listmonk.token_file.",
    ] = ""
    token_file: Annotated[
        str,
        "File with the token, relative to the configuration, that nobody else may read.",
    ] = ""
    lists: Annotated[
        tuple[int, ...],
        "Numbers of the lists that the campaign goes to.",
    ] = ()
    template: Annotated[
        int,
        'Number of the template that the mail is put into: one whose HTML is {{ template "content" . }} and nothing else, for '
        "the mail is a whole document; 0: the server's default one.",
        rules.between(0, 2_147_483_647),
    ] = 0


class Buttondown(Struct, frozen=True, kw_only=True):
    """[delivery.buttondown]: an account at Buttondown."""

    url: Annotated[
        str,
        "Address of the API.",
        rules.web_address,
    ] = "https://api.buttondown.com/v1"
    key_file: Annotated[
        str,
        "File with the API key, relative to the configuration, that nobody else may read; else the key is the variable "
        "NEWSLETTER_BUTTONDOWN_KEY of the environment.",
    ] = ""


class Command(Struct, frozen=True, kw_only=True):
    """[delivery.command]: a program of yours."""

    run: Annotated[
        tuple[str, ...],
        "Program and its arguments; the issue's folder is added as the last one, and issue.json is its standard input. With exit "
        "status 0 the issue is delivered.",
    ] = ()
    timeout: Annotated[
        int,
        "Seconds that it may take.",
        rules.between(1, 86_400),
    ] = 3600


class Delivery(Struct, frozen=True, kw_only=True):
    """[delivery]: what `newsletter run` and `newsletter send` hand an issue to."""

    service: Annotated[
        str,
        f"Who is handed each issue: {', '.join(SERVICES)}. With folder, that is all: the issue stays in out/.",
        rules.one_of(*SERVICES),
    ] = "folder"
    mode: Annotated[
        str,
        "What listmonk and buttondown make of it: draft (you send it there), scheduled or sent.",
        rules.one_of("draft", "scheduled", "sent"),
    ] = "draft"
    delay: Annotated[
        int,
        "Minutes between handing over and sending where the mode is scheduled.",
        rules.between(5, 44_640),
    ] = 60
    smtp: Annotated[Smtp, "A mail server."] = field(default_factory=Smtp)
    dkim: Annotated[Dkim, "Signatures."] = field(default_factory=Dkim)
    listmonk: Annotated[Listmonk, "A listmonk server."] = field(default_factory=Listmonk)
    buttondown: Annotated[Buttondown, "An account at Buttondown."] = field(default_factory=Buttondown)
    command: Annotated[Command, "A program of yours."] = field(default_factory=Command)
