"""Tells people what came of a mailing. Pure."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from newsletter.delivery.contract import Result

#: Recipients that are named.
NAMED = 20


class Account(Struct, frozen=True, kw_only=True):
    """What came of a mailing. By recipient, what the server said."""

    key: str
    #: HOST:PORT.
    server: str
    sent: int
    #: In former runs.
    sent_before: int
    refused: Mapping[str, str]
    #: Refused by a server that took nothing at all.
    doubted: Mapping[str, str]
    deferred: Mapping[str, str]
    unknown: Mapping[str, str]
    #: How many were never tried.
    left: int
    #: What stopped it; empty: nothing did.
    failure: str
    #: Whether those who were put off are so few that it is about them.
    few: bool
    #: Whether the issue counts as delivered, so that runs leave it alone.
    finished: bool
    remarks: tuple[str, ...]


def told(account: Account) -> Result:
    """Put it into words."""
    stuck = account.doubted or account.left or account.failure
    nearly = account.few and not stuck and bool(account.deferred) and bool(account.sent or account.sent_before)
    return Result(
        delivered=not (stuck or account.deferred),
        nearly=nearly,
        problems=tuple(_problems(account)),
        remarks=tuple(_remarks(account)),
    )


def _problems(account: Account) -> Iterator[str]:
    again = f"newsletter send {account.key} --retry-unknown"
    tries, goes_on = "the next run tries again", f"the next run goes on, or newsletter send {account.key}"
    if account.finished:
        tries = goes_on = f"to try again: {again}"
    left = f"{_people(account.left)} not written to yet: {goes_on}"
    if account.failure or account.left:
        yield "; ".join(filter(None, (account.failure, left if account.left else "")))
    yield from _listed(account.refused, f"refused by {account.server}, and not tried again")
    yield from _listed(account.doubted, f"refused by {account.server}, which took no message at all; {tries}")
    yield from _listed(account.deferred, f"put off by {account.server}; {tries}")
    yield from _listed(account.unknown, f"perhaps written to, nobody knows; to risk a second message: {again}")


def _listed(recipients: Mapping[str, str], what: str) -> Iterator[str]:
    for address, said in list(recipients.items())[:NAMED]:
        yield f"{address}: {what}" + (f" ({said})" if said else "")
    if (more := len(recipients) - NAMED) > 0:
        yield f"and {more:,} more: {what}"


def _remarks(account: Account) -> Iterator[str]:
    yield f"{account.server} took {_messages(account.sent)}"
    if account.sent_before:
        yield f"it had taken {_messages(account.sent_before)} in former runs"
    yield from account.remarks


def _messages(count: int) -> str:
    return f"{count:,} message{'' if count == 1 else 's'}"


def _people(count: int) -> str:
    return f"{count:,} recipient{' is' if count == 1 else 's are'}"
