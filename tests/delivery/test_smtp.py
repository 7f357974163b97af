"""Sending to a server that fails in every way a server can: nobody is written to twice, and nobody is forgotten."""

import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from email import message_from_bytes
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from newsletter.delivery import Outcome
from newsletter.delivery.smtp.turns import CLUELESS
from newsletter.errors import DeliveryError, LedgerError
from newsletter.ledger.records import Attempt, Progress
from tests.delivery import faults, mailings
from tests.delivery.faults import DEAF, DROP, PIPELINING, STALL, SWALLOWED, TAKEN, Fault, every
from tests.delivery.journal import WHEN
from tests.delivery.mailings import Desk, addresses
from tests.merged import parsed, texts

PEOPLE = addresses(45)
STAGES = ("ehlo", "mail", "rcpt", "data", "content", "end")
BOTH = pytest.mark.parametrize("extensions", [PIPELINING, ()], ids=["pipelining", "step by step"])


def desk_at(root: Path, server: faults.Faulty, people: list[str] = PEOPLE) -> Desk:
    desk = Desk(root, server.host, server.port)
    desk.invite(people)
    return desk


def to(address: str, stage: str, what: str) -> Fault:
    """Fail at one address, every time."""
    return lambda now, whom: what if (now, whom) == (stage, address) else ""


def once(*stages: str, what: str) -> Fault:
    """Fail the first time in each of these stages."""
    left = set(stages)

    def fault(stage: str, _address: str) -> str:
        if stage in left:
            left.remove(stage)
            return what
        return ""

    return fault


def always(stage: str, what: str) -> Fault:
    return lambda now, _: what if now == stage else ""


@BOTH
def test_each_recipient_gets_one_message_of_its_own(tmp_path: Path, extensions: tuple[str, ...]) -> None:
    with faults.serving(extensions=extensions) as server:
        desk = desk_at(tmp_path, server)
        result = desk.send()
    assert (result.delivered, result.problems) == (True, ())
    assert result.remarks == (f"127.0.0.1:{server.port} took 45 messages",)
    assert server.counts() == dict.fromkeys(PEOPLE, 1)
    assert b"\r\nTown &amp; 7=\r\n" in server.mail[PEOPLE[7]][0]
    assert desk.progress() == dict.fromkeys(PEOPLE, "sent")
    assert server.seen["connections"] == server.seen["QUIT"]
    assert 1 <= server.seen["connections"] <= 4  # one may have had to say nothing before the others had said it all
    assert server.seen["RSET"] == 0


def test_dots_at_line_starts_arrive_as_they_were_written(tmp_path: Path) -> None:
    with faults.serving() as server:
        desk = desk_at(tmp_path, server, [])
        desk.write_issue("one\n..\n.two\n", "<pre>\n.\n..x\n</pre>\n")
        desk.send(to="list@letter.example", recipients="")
        original = (tmp_path / "out" / "issues" / mailings.KEY / "email.eml").read_bytes()
    (message,) = server.mail["list@letter.example"]
    assert message == original.replace(b"To: undisclosed-recipients:;", b"To: list@letter.example")


@pytest.mark.parametrize("listed", [False, True], ids=["recipients", "list"])
def test_a_mail_that_was_built_before_it_was_to_go_out_is_dated_then(tmp_path: Path, *, listed: bool) -> None:
    with faults.serving() as server:
        desk = desk_at(tmp_path, server, PEOPLE[:1])
        desk.config = replace(desk.config, timezone=ZoneInfo("Europe/Berlin"))
        desk.reserved = WHEN + timedelta(days=3, hours=1)
        desk.smtp = replace(desk.smtp, to=PEOPLE[0], recipients="") if listed else desk.smtp
        desk.send()
    (message,) = server.mail[PEOPLE[0]]
    assert message_from_bytes(message).get_all("Date") == ["Thu, 12 Mar 2026 10:00:00 +0100"]


def test_a_mailing_list_is_written_to_once_and_braces_stay_as_they_are(tmp_path: Path) -> None:
    with faults.serving() as server:
        desk = desk_at(tmp_path, server, [])
        desk.write_issue("Write {name} or {{ name }}.\n", "<p>{{ name }}</p>\n")
        first = desk.send(to="Readers <list@bücher.example>", recipients="")
        second = desk.send(to="Readers <list@bücher.example>", recipients="")
    (message,) = server.mail["list@xn--bcher-kva.example"]
    assert b"{{ name }}" in message
    assert (first.delivered, second.delivered) == (True, True)
    assert second.remarks[1] == "it had taken 1 message in former runs"


@pytest.mark.parametrize("address", ["nobody", "ü@letter.example", f"a@{'x' * 70}.example", "a@b, c@d"])
def test_a_mailing_list_without_an_address_is_an_error(tmp_path: Path, address: str) -> None:
    desk = Desk(tmp_path, "127.0.0.1", 1)
    with pytest.raises(DeliveryError, match=r"^delivery\.smtp\.to: expected an e-mail address, got "):
        desk.send(to=address, recipients="")


def test_an_issue_without_its_message_is_an_error(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "127.0.0.1", 1)
    (tmp_path / "out" / "issues" / mailings.KEY / "email.eml").unlink()
    with pytest.raises(DeliveryError, match=r"email\.eml: cannot be read: No such file or directory; build the issue again"):
        desk.send()


def test_a_second_call_sends_nothing(tmp_path: Path) -> None:
    with faults.serving() as server:
        desk = desk_at(tmp_path, server)
        desk.send()
        before = server.seen["connections"]
        again = desk.send()
    assert (again.delivered, again.problems) == (True, ())
    assert again.remarks[1] == "it had taken 45 messages in former runs"
    assert server.counts() == dict.fromkeys(PEOPLE, 1)
    assert server.seen["connections"] == before


def test_recipients_whose_address_changes_its_capitals_are_the_same(tmp_path: Path) -> None:
    with faults.serving() as server:
        desk = desk_at(tmp_path, server)
        desk.send()
        desk.invite([address.capitalize() for address in PEOPLE])
        assert desk.send().delivered
    assert server.counts() == dict.fromkeys(PEOPLE, 1)


def test_recipients_of_an_issue_in_progress_are_those_in_the_file_now(tmp_path: Path) -> None:
    with faults.serving(to(PEOPLE[1], "rcpt", "451 later")) as server:
        desk = desk_at(tmp_path, server, PEOPLE[:2])
        assert not desk.send().delivered
        server.fault = faults.none
        desk.invite(PEOPLE[:3])
        assert desk.send().delivered
    assert server.counts() == dict.fromkeys(PEOPLE[:3], 1)


def test_recipients_who_come_after_an_issue_was_delivered_do_not_get_it(tmp_path: Path) -> None:
    with faults.serving(to(PEOPLE[1], "end", TAKEN)) as server:
        desk = desk_at(tmp_path, server, PEOPLE[:2])
        assert desk.send().delivered
        server.fault = faults.none
        desk.invite(PEOPLE[:3])
        assert desk.send(retry_unknown=True, delivered=True).delivered
    assert server.counts() == {PEOPLE[0]: 1, PEOPLE[1]: 2}


@BOTH
@pytest.mark.parametrize("stage", ["rcpt", "data", "end"])
@pytest.mark.parametrize("attempt", [1, 2])
def test_a_recipient_who_is_refused_for_good_is_reported_and_not_tried_again(
    tmp_path: Path, stage: str, attempt: int, extensions: tuple[str, ...]
) -> None:
    unlucky = PEOPLE[0] if attempt == 1 else PEOPLE[20]
    with faults.serving(to(unlucky, stage, "550 5.1.1 no such\x07 user"), extensions=extensions) as server:
        desk = desk_at(tmp_path, server)
        result = desk.send()
        again = desk.send()
    assert result.delivered
    assert result.problems == (f"{unlucky}: refused by 127.0.0.1:{server.port}, and not tried again (550 5.1.1 no such user)",)
    assert desk.progress() == dict.fromkeys(PEOPLE, "sent") | {unlucky: "refused"}
    assert server.counts() == dict.fromkeys({*PEOPLE} - {unlucky}, 1)
    assert (again.delivered, again.problems) == (True, ())


@BOTH
@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        *product(("mail", "rcpt", "data", "end"), ("451 4.3.0 later", "421 4.3.2 closing", "452 4.5.3 too many")),
        ("content", "421 4.3.2 closing"),
    ],
)
def test_whoever_is_put_off_is_tried_again_in_the_same_run(
    tmp_path: Path, stage: str, reply: str, extensions: tuple[str, ...]
) -> None:
    with faults.serving(every(10, stage, reply), extensions=extensions) as server:
        desk = desk_at(tmp_path, server)
        result = desk.send(attempts=10)
    assert (result.delivered, result.problems) == (True, ())
    assert server.counts() == dict.fromkeys(PEOPLE, 1)


@BOTH
@pytest.mark.parametrize("stage", STAGES[1:])
def test_a_connection_that_closes_before_a_message_ends_costs_nothing(
    tmp_path: Path, stage: str, extensions: tuple[str, ...]
) -> None:
    what = SWALLOWED if stage == "end" else DROP
    with faults.serving(every(7, stage, what), extensions=extensions) as server:
        desk = desk_at(tmp_path, server)
        result = desk.send(attempts=10)
    lost = {address for address, progress in desk.progress().items() if progress == "trying"}
    assert result.delivered
    assert len(lost) == len(result.problems)
    assert bool(lost) == (stage in {"content", "end"})  # what is on its way has left here as a whole
    assert server.counts() == dict.fromkeys(set(PEOPLE) - lost, 1)


@BOTH
@pytest.mark.parametrize(("what", "copies"), [(TAKEN, 2), (SWALLOWED, 1), (DROP, 1)])
def test_nobody_knows_of_a_message_whose_end_was_not_answered(
    tmp_path: Path, what: str, copies: int, extensions: tuple[str, ...]
) -> None:
    unlucky = PEOPLE[13]
    with faults.serving(to(unlucky, "end", what), extensions=extensions) as server:
        desk = desk_at(tmp_path, server)
        results = [desk.send(), desk.send()]
        assert len(server.mail.get(unlucky, [])) == copies - 1
        server.fault = faults.none
        last = desk.send(retry_unknown=True)
    line = f"{unlucky}: perhaps written to, nobody knows; to risk a second message: newsletter send 2026-W10 --retry-unknown"
    assert results[0].problems == (f"{line} (connection closed)",)
    assert results[1].problems == (line,)
    assert all(result.delivered for result in results)
    assert (last.delivered, last.problems) == (True, ())
    assert server.counts() == dict.fromkeys(PEOPLE, 1) | {unlucky: copies}


@BOTH
@pytest.mark.parametrize("stage", STAGES)
def test_a_server_that_falls_silent_is_left(tmp_path: Path, stage: str, extensions: tuple[str, ...]) -> None:
    with faults.serving(once(stage, what=STALL), extensions=extensions) as server:
        desk = desk_at(tmp_path, server, PEOPLE[:12])
        result = desk.send(timeout=1)
    lost = [address for address, progress in desk.progress().items() if progress == "trying"]
    assert len(lost) == len(result.problems) == (stage in {"content", "end"})
    assert all("(no answer within 1 seconds)" in problem for problem in result.problems)
    assert server.counts() == dict.fromkeys(set(PEOPLE[:12]) - set(lost), 1)


def test_a_server_that_takes_nothing_in_is_left(tmp_path: Path) -> None:
    with faults.serving(once("content", what=DEAF)) as server:
        desk = desk_at(tmp_path, server, PEOPLE[:3])
        desk.write_issue(f"{'x' * 59}\n" * 200_000 + mailings.TEXT, mailings.HTML)
        result = desk.send(timeout=2, connections=1)
    assert (result.delivered, result.problems) == (True, ())
    assert server.counts() == dict.fromkeys(PEOPLE[:3], 1)


def test_one_message_that_breaks_every_connection_holds_up_nobody_else(tmp_path: Path) -> None:
    with faults.serving(to(PEOPLE[0], "data", DROP)) as server:
        desk = desk_at(tmp_path, server)
        result = desk.send(connections=1)
    assert not result.delivered
    (problem,) = result.problems
    assert problem == f"{PEOPLE[0]}: put off by 127.0.0.1:{server.port}; the next run tries again (connection closed)"
    assert server.counts() == dict.fromkeys(PEOPLE[1:], 1)
    assert desk.progress() == dict.fromkeys(PEOPLE, "sent") | {PEOPLE[0]: "deferred"}


@pytest.mark.parametrize("what", [DROP, "421 4.7.0 enough for one connection"])
def test_a_server_that_closes_after_some_messages_is_connected_to_again(tmp_path: Path, what: str) -> None:
    with faults.serving(every(4, "mail", what)) as server:
        result = desk_at(tmp_path, server).send(connections=1, attempts=2)
    assert (result.delivered, result.problems) == (True, ())
    assert server.counts() == dict.fromkeys(PEOPLE, 1)
    assert server.seen["connections"] == 45 // 3


def test_whoever_is_put_off_too_often_is_left_to_the_next_run(tmp_path: Path) -> None:
    with faults.serving(to(PEOPLE[5], "rcpt", "450 4.2.1 greylisted")) as server:
        desk = desk_at(tmp_path, server)
        result = desk.send(attempts=4)
        tries = desk.journal.attempts()[PEOPLE[5]]
        server.fault = faults.none
        again = desk.send()
    assert not result.delivered
    assert result.problems == (
        f"{PEOPLE[5]}: put off by 127.0.0.1:{server.port}; the next run tries again (450 4.2.1 greylisted)",
    )
    assert (tries.progress, tries.count, tries.reply) == (Progress.DEFERRED, 4, "450 4.2.1 greylisted")
    assert again.delivered
    assert server.counts() == dict.fromkeys(PEOPLE, 1)


def test_pauses_between_attempts_are_kept(tmp_path: Path) -> None:
    times: list[float] = []

    def fault(stage: str, address: str) -> str:
        if stage == "rcpt" and address == PEOPLE[0]:
            times.append(time.monotonic())
            return "451 later" if len(times) < 3 else ""
        return ""

    with faults.serving(fault) as server:
        assert desk_at(tmp_path, server, PEOPLE[:2]).send(pause=1).delivered
    assert times[1] - times[0] >= 1
    assert times[2] - times[1] >= 2


def test_many_problems_are_counted(tmp_path: Path) -> None:
    people = addresses(60)
    with faults.serving(lambda stage, address: "550 gone" * (stage == "rcpt" and address in people[30:])) as server:
        result = desk_at(tmp_path, server, people).send(connections=1)
    assert len(result.problems) == 21
    assert result.problems[-1] == f"and 10 more: refused by 127.0.0.1:{server.port}, and not tried again"


def test_a_sender_whom_the_server_refuses_is_an_error_and_nobody_is_crossed_off(tmp_path: Path) -> None:
    with faults.serving(always("mail", "530 5.7.0 authentication required")) as server:
        desk = desk_at(tmp_path, server)
        with pytest.raises(DeliveryError, match=r"refuses the sender's address: 530 5\.7\.0 authentication required$"):
            desk.send()
        assert set(desk.progress().values()) == {"deferred"}
        server.fault = faults.none
        assert desk.send().delivered
    assert server.counts() == dict.fromkeys(PEOPLE, 1)


def test_a_sender_who_has_sent_too_much_goes_on_in_the_next_run(tmp_path: Path) -> None:
    with faults.serving(every(23, "mail", "550 5.4.5 daily quota exceeded")) as server:
        desk = desk_at(tmp_path, server)
        result = desk.send(connections=1)
        assert not result.delivered
        assert "refuses the sender's address: 550 5.4.5 daily quota exceeded; " in result.problems[0]
        assert "not written to yet: the next run goes on, or newsletter send 2026-W10" in result.problems[0]
        server.fault = faults.none
        assert desk.send().delivered
    assert server.counts() == dict.fromkeys(PEOPLE, 1)


def test_a_server_that_refuses_everybody_is_not_believed(tmp_path: Path) -> None:
    with faults.serving(always("rcpt", "554 5.7.1 relay access denied")) as server:
        desk = desk_at(tmp_path, server, addresses(100))
        result = desk.send(connections=1)
        assert not result.delivered
        assert "hardly be their fault: 554 5.7.1 relay access denied" in result.problems[0]
        assert server.seen["RCPT"] == CLUELESS
        server.fault = faults.none
        assert desk.send().delivered
    assert server.counts() == dict.fromkeys(addresses(100), 1)


def test_a_list_that_is_refused_is_not_delivered(tmp_path: Path) -> None:
    with faults.serving(always("rcpt", "550 5.1.1 unknown")) as server:
        desk = desk_at(tmp_path, server, [])
        desk.write_issue("text\n", "<p>text</p>\n")
        result = desk.send(to="list@letter.example", recipients="")
    assert not result.delivered
    assert "which took no message at all; the next run tries again (550 5.1.1 unknown)" in result.problems[0]


def test_a_server_that_is_down_is_one_line(tmp_path: Path) -> None:
    with faults.serving() as server:
        desk = desk_at(tmp_path, server)
    result = desk.send(attempts=2)
    assert not result.delivered
    assert result.problems == (
        (
            f"127.0.0.1:{server.port} cannot be reached: Connection refused; "
            "45 recipients are not written to yet: the next run goes on, or newsletter send 2026-W10"
        ),
    )
    assert desk.progress() == {}


def test_a_server_that_goes_down_leaves_the_rest_to_the_next_run(tmp_path: Path) -> None:
    gone = threading.Event()

    def fault(stage: str, _address: str) -> str:
        if stage == "mail" and server.seen["MAIL"] > 20:
            gone.set()
        return DROP if gone.is_set() else ""

    with faults.serving(fault) as server:
        desk = desk_at(tmp_path, server)
        result = desk.send(attempts=2)
        assert not result.delivered
        assert result.problems
        server.fault = faults.none
        assert desk.send().delivered
        lost = {address for address, progress in desk.progress().items() if progress == "trying"}
    assert server.counts() == dict.fromkeys(set(PEOPLE) - lost, 1)


def test_connections_that_the_server_does_not_want_are_done_without(tmp_path: Path) -> None:
    def fault(stage: str, _address: str) -> str:
        return "421 4.7.0 too many connections" if stage == "connect" and len(server.open) > 1 else ""

    with faults.serving(fault) as server:
        result = desk_at(tmp_path, server, addresses(200)).send(attempts=2)
    assert (result.delivered, result.problems) == (True, ())
    assert server.counts() == dict.fromkeys(addresses(200), 1)


def test_a_rate_is_kept_over_all_connections(tmp_path: Path) -> None:
    start = time.monotonic()
    with faults.serving() as server:
        result = desk_at(tmp_path, server, addresses(13)).send(rate=240)
    assert result.delivered
    assert time.monotonic() - start >= 12 * 60 / 240


def test_a_connection_that_waits_long_is_closed(tmp_path: Path) -> None:
    with faults.serving() as server:
        result = desk_at(tmp_path, server, addresses(2)).send(rate=11)
    assert result.delivered
    assert server.seen["connections"] == 2


def test_a_message_whose_recipient_was_refused_is_not_sent_though_the_server_waits_for_it(tmp_path: Path) -> None:
    with faults.serving(to(PEOPLE[3], "rcpt", "550 no"), extensions=(*PIPELINING, faults.EAGER)) as server:
        result = desk_at(tmp_path, server, PEOPLE[:6]).send()
    assert len(result.problems) == 1
    assert server.counts() == dict.fromkeys(set(PEOPLE[:6]) - {PEOPLE[3]}, 1)
    assert "" not in server.mail


class Full:
    """A journal whose disk is full after so many turns."""

    def __init__(self, turns: int) -> None:
        """Take how many."""
        self.turns = turns
        self.begun: list[str] = []

    def attempts(self) -> dict[str, Attempt]:
        """Know of none."""
        return {}

    def turn(self, ended: Sequence[Outcome] = (), begun: Sequence[str] = ()) -> None:
        """Record a turn, or fail."""
        self.turns -= 1
        if self.turns < 0:
            raise LedgerError(f"the ledger: disk full ({len(ended)})")
        self.begun += begun


@pytest.mark.parametrize("turns", [0, 1, 3])
def test_nothing_leaves_that_the_journal_could_not_take(tmp_path: Path, turns: int) -> None:
    with faults.serving() as server:
        desk = desk_at(tmp_path, server)
        desk.journal = full = Full(turns)
        with pytest.raises(LedgerError, match="disk full"):
            desk.send()
    assert set(server.mail) == set(full.begun)


def test_attempts_of_former_runs_in_doubt_are_left_alone(tmp_path: Path) -> None:
    with faults.serving() as server:
        desk = desk_at(tmp_path, server)
        desk.journal.turn(begun=PEOPLE[:30])
        result = desk.send()
        assert result.delivered
        assert len(result.problems) == 21
        assert result.problems[20].startswith("and 10 more: perhaps written to, nobody knows; to risk a second message: ")
        assert server.counts() == dict.fromkeys(PEOPLE[30:], 1)
        assert desk.send(retry_unknown=True).problems == ()
    assert server.counts() == dict.fromkeys(PEOPLE, 1)
    assert desk.journal.attempts()[PEOPLE[0]] == Attempt(
        recipient=PEOPLE[0], progress=Progress.SENT, count=2, at=WHEN, reply="250 2.0.0 queued"
    )


@pytest.mark.parametrize(("changes", "word"), [({}, "reader"), ({"nameless": "friend"}, "friend"), ({"nameless": ""}, "")])
def test_whoever_has_no_name_is_greeted_all_the_same(tmp_path: Path, changes: dict[str, str], word: str) -> None:
    with faults.serving() as server:
        desk = desk_at(tmp_path, server)
        desk.write_issue("Dear {{name}},\n", "<p>Dear {{name}},</p>\n")
        place = tmp_path / "out" / "issues" / mailings.KEY / "email.eml"
        place.write_bytes(place.read_bytes().replace(b"<{{unsubscribe_url}}>", b"<https://letter.example/leave>"))
        (tmp_path / "people.csv").write_text("address,name\nada@mail.example,Ada\nbob@mail.example, \n")
        desk.smtp = replace(desk.smtp, **changes)
        assert desk.send().delivered
        said = {address: texts(parsed(mail)) for address, (mail,) in server.mail.items()}
    assert said["ada@mail.example"] == {"plain": "Dear Ada,\n", "html": "<p>Dear Ada,</p>\n"}
    assert said["bob@mail.example"] == {"plain": f"Dear {word},\n", "html": f"<p>Dear {word},</p>\n"}


def test_bounces_go_to_the_address_that_is_configured_for_them(tmp_path: Path) -> None:
    senders: list[str] = []
    with faults.serving(keep=lambda sender, _address, _message: senders.append(sender)) as server:
        desk = desk_at(tmp_path, server, addresses(1))
        desk.send(envelope="bounces@strasse.example")
        with pytest.raises(DeliveryError, match=r"delivery\.smtp\.envelope: expected an e-mail address"):
            desk.send(envelope="nobody")
        desk.invite(["another@mail.example"])
        desk.send(envelope="Bounces, all of them <bounces@müller.example>")
    assert senders == ["bounces@strasse.example", "bounces@xn--mller-kva.example"]


def test_bounces_go_to_the_sender_where_no_other_address_is_given(tmp_path: Path) -> None:
    senders: list[str] = []
    with faults.serving(keep=lambda sender, _address, _message: senders.append(sender)) as server:
        desk = desk_at(tmp_path, server, addresses(1))
        desk.config = replace(desk.config, title='The "Letter" <all@of.it>, weekly')
        desk.write_issue("x", "x")
        desk.send()
        desk.invite(["another@mail.example"])
        digest = replace(desk.config.digest, sender="The Letter: all, weekly <ada@müller.example>")
        desk.config = replace(desk.config, digest=digest)
        desk.write_issue("x", "x")
        desk.send()
        place = desk.config.out / "issues" / mailings.KEY / "email.eml"
        place.write_bytes(place.read_bytes().replace(b"<ada@xn--mller-kva.example>", b"ada"))
        with pytest.raises(DeliveryError, match=r"^digest\.sender: expected an e-mail address, got "):
            desk.send()
    assert senders == ["newsletter@letter.example", "ada@xn--mller-kva.example"]


def test_whoever_is_put_off_after_the_delivery_is_left_to_a_person(tmp_path: Path) -> None:
    people = addresses(2)
    with faults.serving(fault=to(people[0], "rcpt", "450 4.2.2 full")) as server:
        desk = desk_at(tmp_path, server, people)
        desk.journal.turn(begun=people)
        desk.journal.turn(ended=[Outcome(recipient=people[1], progress=Progress.SENT)])
        result = desk.send(retry_unknown=True, delivered=True)
    again = f"to try again: newsletter send {mailings.KEY} --retry-unknown"
    assert result.problems == (f"{people[0]}: put off by 127.0.0.1:{server.port}; {again} (450 4.2.2 full)",)


def test_a_digest_with_the_merge_tags_of_another_service_is_not_sent(tmp_path: Path) -> None:
    with faults.serving() as server:
        desk = desk_at(tmp_path, server)
        desk.manifest = {"service": {"name": "listmonk"}}
        with pytest.raises(DeliveryError, match="its merge tags are those of listmonk, not of none"):
            desk.send(to="list@letter.example", recipients="")
    assert server.counts() == {}


@pytest.mark.parametrize(
    ("put_off", "later", "delivered", "nearly"), [(20, 5, True, False), (20, 4, False, True), (21, 5, False, False)]
)
def test_single_recipients_are_given_up_after_days_and_many_are_not(
    tmp_path: Path, *, put_off: int, later: int, delivered: bool, nearly: bool
) -> None:
    slow = PEOPLE[:put_off]
    with faults.serving(fault=lambda stage, address: "450 4.7.0 later" if stage == "rcpt" and address in slow else "") as server:
        desk = desk_at(tmp_path, server)
        first = desk.send(attempts=1)
        desk.reserved = WHEN - timedelta(days=later)
        result = desk.send(attempts=1)
    assert (first.delivered, first.nearly) == (False, put_off == 20)
    assert (result.delivered, result.nearly) == (delivered, nearly)
    assert {desk.progress()[address] for address in slow} == {"refused" if delivered else "deferred"}
    assert server.counts() == dict.fromkeys(PEOPLE[put_off:], 1)
