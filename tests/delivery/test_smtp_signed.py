"""Messages that are signed one by one, and the rarer ways of a server."""

import subprocess
from base64 import b64encode
from pathlib import Path

import dkim as library
import pytest

from newsletter.config.delivery import Dkim
from newsletter.delivery import service
from tests.delivery import faults
from tests.delivery.mailings import Desk, addresses

PEOPLE = addresses(3)


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=True).stdout


def test_every_recipient_s_message_has_a_signature_of_its_own(tmp_path: Path) -> None:
    private = openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
    (tmp_path / "key.pem").write_bytes(private)
    (tmp_path / "key.pem").chmod(0o600)
    public = openssl("pkey", "-pubout", "-outform", "DER", given=private)
    record = b"v=DKIM1; k=rsa; p=" + b64encode(public)
    with faults.serving() as server:
        desk = Desk(tmp_path, server.host, server.port)
        desk.invite(PEOPLE)
        desk.dkim = Dkim(domain="letter.example", selector="s1", key_file="key.pem")
        assert desk.send().delivered
    assert server.counts() == dict.fromkeys(PEOPLE, 1)
    received = [server.mail[address][0] for address in PEOPLE]
    assert len({message.partition(b"From: ")[0] for message in received}) == len(PEOPLE)
    for message in received:
        assert library.verify(message, dnsfunc=lambda _name, timeout=5: record)  # noqa: ARG005 - as the library calls it
        assert not library.verify(message.replace(b"First", b"Last"), dnsfunc=lambda _name, timeout=5: record)  # noqa: ARG005 - the same


def test_an_answer_to_a_whole_message_that_says_nothing_leaves_its_outcome_unknown(tmp_path: Path) -> None:
    with faults.serving(lambda stage, address: "354 go on" if (stage, address) == ("end", PEOPLE[1]) else "") as server:
        desk = Desk(tmp_path, server.host, server.port)
        desk.invite(PEOPLE)
        result = desk.send(connections=1)
    assert result.delivered
    assert desk.progress()[PEOPLE[1]] == "trying"
    assert [problem.partition(":")[0] for problem in result.problems] == [PEOPLE[1]]


def test_a_service_that_is_none_has_nobody_to_deliver() -> None:
    with pytest.raises(KeyError):
        service("pigeon")
