"""A digest written by hand, for what a rule says of it."""

import json
from pathlib import Path
from typing import Any

from newsletter.checks import clients, mail
from newsletter.checks.finding import Finding
from newsletter.checks.mail.built import Built
from newsletter.checks.mail.origin import Origins
from newsletter.checks.mail.page import Mail, parse
from newsletter.config import Config, Digest
from newsletter.model import Article
from tests.factories import make_config

LEAVE = "https://letter.example/leave/"
SOUND = (
    '<!DOCTYPE html><html lang="en"><head><title>Letter</title>{head}</head><body>'
    '<div style="display:none">What it is about</div><h1>The letter</h1>{body}<p><a href="{leave}">Unsubscribe</a></p>'
    "</body></html>"
)


def make_mail(
    root: Path, body: str = "", *, head: str = "", subject: str = "A letter", preheader: str = "What it is about"
) -> Mail:
    """Write a sound mail around a piece of HTML."""
    html = SOUND.format(head=head, body=body, leave=LEAVE)
    return mail_of(root, html, subject=subject, preheader=preheader)


def mail_of(root: Path, html: str, *, subject: str = "A letter", preheader: str = "What it is about") -> Mail:
    """Take HTML as a mail."""
    manifest = json.dumps({"key": "2026-W10", "subject": subject, "preheader": preheader}, indent=2)
    return Mail(
        path=root / "out/issues/2026-W10/email.html",
        html=html.encode(),
        page=parse(html.encode()),
        manifest=manifest,
        key="2026-W10",
        subject=subject,
        preheader=preheader,
    )


def letter(root: Path, **digest: Any) -> Config:  # noqa: ANN401 - any field of Digest
    """Configure the publication that sends it."""
    return make_config(root, digest=Digest(**{"unsubscribe": LEAVE, **digest}))


def origins(root: Path, one: Mail, *articles: Article, config: Config | None = None) -> Origins:
    """Say what the mail can have come from."""
    return Origins(
        config=config or letter(root),
        path=one.path,
        page=one.page,
        articles={article.id: article for article in articles},
        note=root / "content/_issues/2026-W10.md",
    )


def found(root: Path, one: Mail, *articles: Article, config: Config | None = None) -> list[Finding]:
    """Look at a mail by every rule about mails."""
    config = config or letter(root)
    built = Built(out=root / "out", url=config.url)
    return list(mail.check(one, origins(root, one, *articles, config=config), built, config))


def weighed(root: Path, one: Mail) -> tuple[Finding, ...]:
    """Look at a mail as its clients do."""
    return clients.check(one, origins(root, one))[0]


def broken(findings: list[Finding]) -> set[str]:
    """Name the rules that do not hold."""
    return {finding.rule.id for finding in findings}
