"""Rules about a mail as a whole: what the inbox shows of it, its size, and the way out. Pure."""

import re
from collections.abc import Iterator
from html import escape, unescape
from urllib.parse import unquote

from newsletter.checks.finding import Finding, Rule, Severity
from newsletter.checks.mail.origin import Origins, Place
from newsletter.checks.mail.page import Mail, links, text_of
from newsletter.config import Config
from newsletter.issue import PREHEADER_LENGTH
from newsletter.mail import merging
from newsletter.mail.budget import CLIPPED, limit_of

SUBJECT = Rule(
    id="mail-subject",
    summary="The subject is there and does not look like spam.",
    source="SpamAssassin: SUBJ_ALL_CAPS, PLING_QUERY, SUBJ_DOLLARS, GAPPY_SUBJECT, MISSING_SUBJECT; RFC 5322, section 3.6.5",
    severity=Severity.WARNING,
)
PREHEADER = Rule(
    id="mail-preheader",
    summary="The mail begins with a preheader that inboxes show whole.",
    source="what clients show: https://themarketer.com/resources/knowledge-base/how-long-should-your-preview-texts-be",
    severity=Severity.WARNING,
)
SIZE = Rule(
    id="mail-size",
    summary="The HTML has at most 102,400 bytes.",
    source="Gmail clips what is longer: github.com/hteumeuleu/email-bugs/issues/41",
)
NEAR = Rule(
    id="mail-size-with-service",
    summary="The HTML leaves the room that digest.overhead keeps for what the mail service adds.",
    source="the configuration: digest.overhead",
    severity=Severity.WARNING,
)
STYLE = Rule(
    id="mail-style-size",
    summary="The style sheets in the head have at most 8,192 bytes.",
    source="Gmail dropped larger ones: github.com/hteumeuleu/email-bugs/issues/90",
    severity=Severity.WARNING,
)
STYLE_LIMIT = Rule(
    id="mail-style-size-limit",
    summary="The style sheets in the head have at most 16,384 bytes.",
    source="Gmail drops larger ones: https://www.caniemail.com/features/html-style/",
)
UNSUBSCRIBE = Rule(
    id="mail-unsubscribe",
    summary="The mail has a link for unsubscribing.",
    source="Gmail and Yahoo, requirements for bulk senders; CAN-SPAM Act, section 5(a)(5); the configuration: digest.unsubscribe",
    severity=Severity.WARNING,
)
RULES = (SUBJECT, PREHEADER, SIZE, NEAR, STYLE, STYLE_LIMIT, UNSUBSCRIBE)

SHEETS, SHEETS_LIMIT = 8_192, 16_384
#: Fewer letters than these are an abbreviation.
SHOUTED = 8
REPLY = re.compile(r"(?i)(?:re|fwd?|aw|wg)\s*:")
MARKS = re.compile(r"[!?]{2,}|!.*!|[$€£]{2,}|^\$[\d.,]+")
SPACED = re.compile(r"\b(?:[^\W\d_] ){3,}[^\W\d_]\b")


def check(mail: Mail, origins: Origins, config: Config) -> Iterator[Finding]:
    """Look at the subject, the preheader, the sizes and the way out."""
    told = ((SUBJECT, "subject", _subject(mail.subject)), (PREHEADER, "preheader", _preheader(mail, config)))
    for rule, word, messages in told:
        for message in messages:
            place = origins.of_word(word) or Place(path=mail.path.with_name("issue.json"), line=_line(mail, word))
            yield Finding(rule=rule, path=place.path, line=place.line, message=message)
    size, limit = len(mail.html), limit_of(config)
    if size > CLIPPED:
        message = f"has {size:,} bytes; expected {CLIPPED:,} at most, where Gmail cuts it off"
        yield Finding(rule=SIZE, path=mail.path, message=message)
    elif size > limit:
        message = f"has {size:,} bytes; expected {limit:,} at most, as the mail service may add {config.digest.overhead:,}"
        yield Finding(rule=NEAR, path=mail.path, message=message)
    sheets = sum(len((sheet.text or "").encode()) for sheet in mail.page.iter("style"))
    for rule, most in ((STYLE_LIMIT, SHEETS_LIMIT), (STYLE, SHEETS)):
        if sheets > most:
            yield Finding(rule=rule, path=mail.path, message=f"its style sheets have {sheets:,} bytes; expected {most:,} at most")
            break
    if not _can_leave(mail, config):
        message = "has no link for unsubscribing; give digest.service or digest.unsubscribe in the configuration"
        yield Finding(rule=UNSUBSCRIBE, path=mail.path, message=message)


def _subject(subject: str) -> Iterator[str]:
    letters = [char for char in subject if char.isalpha()]
    if not subject.strip():
        yield "subject: is empty"
    if len(letters) >= SHOUTED and " " in subject.strip() and subject == subject.upper() != subject.lower():
        yield f"subject: is all capitals, as spam is: {subject}"
    if found := MARKS.search(subject):
        yield f"subject: {found[0]!r} is what spam looks like: {subject}"
    if REPLY.match(subject):
        yield f"subject: claims to be an answer or a forwarded mail: {subject}"
    if SPACED.search(subject):
        yield f"subject: letters are spaced out, as in spam: {subject}"


def _preheader(mail: Mail, config: Config) -> Iterator[str]:
    said = " ".join(mail.preheader.split())
    if not said:
        yield "preheader: is missing, so inboxes show the mail's first words"
        return
    if len(said) > PREHEADER_LENGTH:
        yield f"preheader: has {len(said)} characters; inboxes show at most about {PREHEADER_LENGTH}"
    body = mail.page.find("body")
    first = next(
        (text for child in (body if body is not None else ()) if isinstance(child.tag, str) and (text := text_of(child))), ""
    )
    # text that a mail service would take for a merge tag is written otherwise
    written = unescape(merging.Merging(config.digest, "").html(escape(said)))
    if not first.startswith(written[:20]):
        yield f"preheader: expected it to be the mail's first words, got {first[:40]!r}"


def _can_leave(mail: Mail, config: Config) -> bool:
    """Tell whether a link leads to where the configuration says, or plainly to unsubscribing."""
    way = unquote(merging.configured(config.digest).unsubscribe)  # in one spelling
    addresses = [unquote(link.get("href", "")) for link in links(mail.page)]
    return any((way and way in address) or "unsub" in address.lower() for address in addresses)


def _line(mail: Mail, key: str) -> int | None:
    """Find the line of the manifest that has a key."""
    lines = mail.manifest.split("\n")
    return next((number for number, line in enumerate(lines, 1) if line.lstrip().startswith(f'"{key}"')), None)
