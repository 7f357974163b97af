"""Sending to a real Postfix, which keeps every message in a real maildir."""

import os
import re
import signal
import smtplib
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from newsletter.ledger import open_ledger
from tests.delivery import faults, mailings, postfix
from tests.delivery.faults import DROP, STALL, SWALLOWED, TAKEN, every
from tests.delivery.journal import FileJournal
from tests.delivery.mailings import Desk, addresses
from tests.delivery.postfix import Postfix
from tests.real import ROOT

#: In Received: the name of the queued message.
QUEUED = re.compile(rb"with E?SMTPS?A? id ([0-9A-Za-z]+)")
#: In the log: the name of a message that the queue manager found, which goes out then.
TAKEN_UP = re.compile(r" postfix/qmgr\[[0-9]+\]: ([0-9A-Za-z]+): from=.* \(queue active\)$", re.MULTILINE)
RECIPIENT = re.compile(rb"^Delivered-To: (.*)$", re.MULTILINE)

MESSAGE_ID = re.compile(rb"^Message-ID: (<.*>)$", re.MULTILINE)
VALUE = re.compile(rb"(/leave/|Town & |Town &amp; |Zo=C3=AB )([0-9]+)")


@pytest.fixture(scope="module")
def shared() -> Iterator[Postfix]:
    with postfix.running() as server:
        yield server


@pytest.fixture
def server(shared: Postfix) -> Postfix:
    shared.empty()
    return shared


def recipients(mail: list[bytes]) -> Counter[str]:
    """Count the messages by recipient."""
    return Counter(found[1].decode() for message in mail if (found := RECIPIENT.search(message)))


def name(message: bytes) -> str:
    """Return what the server called a message when it was taken on."""
    found = QUEUED.search(message)
    assert found
    return found[1].decode()


def assert_has_values(message: bytes) -> None:
    """Look for the values of a message's recipient, and nobody else's, in its bytes."""
    found = RECIPIENT.search(message)
    assert found
    number = found[1].partition(b"@")[0].removeprefix(b"reader")
    assert set(VALUE.findall(message)) == {(what, number) for what in (b"/leave/", b"Town & ", b"Town &amp; ", b"Zo=C3=AB ")}
    assert len(VALUE.findall(message)) == 7


def assert_is_theirs(message: bytes) -> None:
    """Hold the merge fields and headers of a message against its recipient."""
    mail = message_from_bytes(message, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    address = mail["Delivered-To"]
    number = address.partition("@")[0].removeprefix("reader")
    assert mail["Return-Path"] == "<newsletter@letter.example>"
    (to,) = mail["To"].addresses
    assert (to.addr_spec, to.display_name) == (address, f"Zoë {number}")
    assert mail["Subject"] == "First, and more"
    assert mail["List-Unsubscribe"] == f"<https://letter.example/leave/{number}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = (part.get_content() for part in mail.iter_parts())
    values = {"{{name}}": f"Zoë {number}", "{{unsubscribe_url}}": f"https://letter.example/leave/{number}"}
    wanted = {"text": mailings.TEXT, "html": mailings.HTML}
    for tag, value in values.items():
        wanted = {kind: body.replace(tag, value) for kind, body in wanted.items()}
    assert text == wanted["text"].replace("{{town}}", f"Town & {number}")
    assert html == wanted["html"].replace("{{town}}", f"Town &amp; {number}")


def test_ten_thousand_recipients_get_their_own_message_once(tmp_path: Path, server: Postfix) -> None:
    people = addresses(10_000)
    desk = Desk(tmp_path, server.host, server.port)
    desk.invite(people)
    with open_ledger(tmp_path / "ledger") as ledger:
        desk.journal = ledger.journal(mailings.KEY, "smtp", lambda: datetime.now(tz=UTC))
        result = desk.send()
        assert set(desk.progress().values()) == {"sent"}
    assert (result.delivered, result.problems) == (True, ())
    mail = server.mail()
    assert recipients(mail) == dict.fromkeys(people, 1)
    for message in mail:
        assert_has_values(message)
    for message in mail[::20]:
        assert_is_theirs(message)
    assert len({found[1] for message in mail if (found := MESSAGE_ID.search(message))}) == len(people)


def test_a_server_that_is_stopped_and_started_in_the_middle_costs_nothing(tmp_path: Path, server: Postfix) -> None:
    people = addresses(1500)
    desk = Desk(tmp_path, server.host, server.port)
    desk.invite(people)
    stopped = threading.Event()
    before: list[int] = []

    def interrupt() -> None:
        while sum(progress == "sent" for progress in desk.progress().values()) < 300:
            time.sleep(0.01)
        server.stop()
        stopped.set()
        time.sleep(0.5)
        before.append(len(server.log()))
        server.start()

    thread = threading.Thread(target=interrupt)
    thread.start()
    result = desk.send(pause=1, attempts=6)
    thread.join()
    assert stopped.is_set()
    unknown = {address for address, progress in desk.progress().items() if progress == "trying"}
    assert result.delivered
    assert len(unknown) == len(result.problems)
    mail = Counter(server.mail())
    accepted = recipients([*mail])  # each told by its name in the queue
    assert set(accepted.values()) == {1}
    assert set(people) - set(accepted) <= unknown
    # Stopped after it stored a message and before it noted that, Postfix finds the message in its queue and stores it again.
    again = {name(message) for message, count in mail.items() if count > 1}
    assert max(mail.values()) <= 2
    assert again <= set(TAKEN_UP.findall(server.log()[before[0] :]))


@pytest.mark.parametrize(
    ("stage", "what"),
    [
        *(("rcpt", "451 4.7.1 greylisted"), ("mail", "421 4.3.2 closing"), ("end", "451 4.3.0 try again")),
        *(("data", DROP), ("content", DROP), ("end", TAKEN), ("end", SWALLOWED), ("data", STALL), ("end", STALL)),
    ],
)
def test_every_tenth_that_goes_wrong_on_the_way_is_made_good_or_in_doubt(
    tmp_path: Path, server: Postfix, stage: str, what: str
) -> None:
    people = addresses(60 if what == STALL else 400)

    def keep(sender: str, address: str, message: bytes) -> None:
        with smtplib.SMTP(server.host, server.port) as relay:
            relay.sendmail(sender, [address], message)

    with faults.serving(every(20 if what == STALL else 10, stage, what), keep=keep) as faulty:
        desk = Desk(tmp_path, faulty.host, faulty.port)
        desk.invite(people)
        result = desk.send(attempts=10, timeout=2)
    unknown = {address for address, progress in desk.progress().items() if progress == "trying"}
    counts = recipients(server.mail())
    assert result.delivered
    assert bool(unknown) == bool(result.problems) == (stage in {"content", "end"} and not what.startswith("4"))
    assert set(counts.values()) == {1}
    if what == TAKEN:
        assert set(counts) == set(people)
    else:
        assert set(people) - set(counts) == unknown


def test_a_killed_run_is_resumed_and_nobody_is_written_to_twice_but_on_demand(tmp_path: Path, server: Postfix) -> None:
    people = addresses(1000)
    desk = Desk(tmp_path, server.host, server.port)
    desk.invite(people)
    journal = FileJournal(tmp_path / "journal")
    code = (
        "import sys; from pathlib import Path; from tests.delivery.mailings import Desk; "
        "Desk(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])).send()"
    )
    for kills in range(1, 3):
        command = [sys.executable, "-c", code, str(tmp_path), server.host, str(server.port)]
        with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}) as child:
            while child.poll() is None:
                if sum(attempt.progress == "sent" for attempt in journal.attempts().values()) >= kills * 200:
                    child.send_signal(signal.SIGKILL)
                    break
                time.sleep(0.01)
        assert child.returncode == -signal.SIGKILL
    resumed = desk.send()
    unknown = {address for address, progress in desk.progress().items() if progress == "trying"}
    assert resumed.delivered
    assert 0 < len(unknown) <= 2 * 4 * 10
    assert bool(unknown) == bool(resumed.problems)
    counts = recipients(server.mail())
    assert set(counts.values()) == {1}
    assert set(people) - set(counts) <= unknown
    assert desk.send(retry_unknown=True).problems == ()
    again = recipients(server.mail())
    assert set(again) == set(people)
    assert {address for address, count in again.items() if count > 1} <= unknown
