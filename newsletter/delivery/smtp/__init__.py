"""Hands an issue to a mail server: one message to a mailing list, or one to each recipient. Uses the network.

Nobody gets an issue twice. A recipient stands in the journal before a message leaves; it is sent again only if the server said
that it did not take it, or cannot have taken it because its end never left. Where neither is known, a person decides.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from msgspec.structs import replace

from newsletter.delivery.contract import Handover, Journal, Result
from newsletter.delivery.smtp import opening
from newsletter.delivery.smtp.connections import send_all
from newsletter.delivery.smtp.dialogue import Dialogue
from newsletter.delivery.smtp.letters import Letter, mailing
from newsletter.delivery.smtp.report import Account, told
from newsletter.delivery.smtp.turns import CLUELESS, Turns
from newsletter.errors import DeliveryError
from newsletter.ledger.records import Attempt, Progress

#: How long a recipient who is put off is tried, counted from when the issue was reserved: RFC 5321, section 4.5.4.1.
PATIENCE = timedelta(days=5)


def deliver(handover: Handover, journal: Journal) -> Result:
    """Send to whoever has not been written to yet. Raises DeliveryError where nothing could be sent, and LedgerError."""
    smtp = handover.config.delivery.smtp
    mail = mailing(handover)
    attempts = journal.attempts()
    letters = _as_known(mail.letters, attempts)
    progress = {letter.key: attempts[letter.key].progress for letter in letters if letter.key in attempts}
    wanted = {Progress.DEFERRED, Progress.TRYING} if handover.retry_unknown else {Progress.DEFERRED}
    due = [letter for letter in letters if (progress[letter.key] in wanted if letter.key in progress else not handover.delivered)]
    sent_before = sum(one is Progress.SENT for one in progress.values())
    server = opening.server(handover)
    turns = Turns(due, journal, smtp, server=server.name, trusted=sent_before > 0)
    if due:
        send_all(turns, lambda: Dialogue(server, mail.sender, mail.write), smtp)
    # more than these are put off for the sake of the server, which has a quota, say
    few = len(turns.deferred) <= max(CLUELESS, len(letters) // 100)
    if few and _is_stale(handover) and (turns.sent or sent_before):
        before = [key for key, one in progress.items() if one is Progress.DEFERRED]
        turns.give_up(before, f"put off for {PATIENCE.days} days")
    if turns.fatal and not turns.sent and not turns.unknown:
        raise DeliveryError(turns.failure)
    doubtful = {} if handover.retry_unknown else {key: "" for key, one in progress.items() if one is Progress.TRYING}
    return told(
        Account(
            key=handover.key,
            server=server.name,
            sent=turns.sent,
            sent_before=sent_before,
            refused=turns.refused,
            doubted=turns.doubted,
            deferred=turns.deferred,
            unknown={**doubtful, **turns.unknown},
            left=turns.left,
            failure=turns.failure,
            few=few,
            finished=handover.delivered,
            remarks=mail.remarks,
        )
    )


def _is_stale(handover: Handover) -> bool:
    """Tell whether whoever was put off before, and is again, has been tried for long enough."""
    return not handover.delivered and handover.reserved is not None and handover.now - handover.reserved >= PATIENCE


def _as_known(letters: Iterable[Letter], attempts: Mapping[str, Attempt]) -> list[Letter]:
    """Let recipients be those of former runs whose addresses differ by capitals alone."""
    known = {address.lower(): address for address in attempts}
    return [replace(letter, key=known.get(letter.key.lower(), letter.key)) for letter in letters]
