import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dkim as library
import pytest
from nacl.signing import SigningKey

from newsletter.config.delivery import Delivery, Dkim
from newsletter.delivery.contract import Handover
from newsletter.delivery.dkim import signer
from newsletter.delivery.secrets import Secrets
from newsletter.errors import DeliveryError
from newsletter.mail.merge import Skeleton
from tests.factories import make_config
from tests.merged import digest, people

MESSAGE = Skeleton(digest(1)).message(next(people(1)), "<x@letter.example>")
NOW = datetime(2026, 3, 9, 6, 30, tzinfo=UTC)


def handover(root: Path, **changes: Any) -> Handover:  # noqa: ANN401 - any field of Dkim
    wanted = Dkim(**{"domain": "letter.example", "selector": "s1", "key_file": "key.pem", **changes})
    config = make_config(root, delivery=Delivery(service="smtp", dkim=wanted))
    return Handover(config=config, key="2026-W10", folder=root, manifest={}, secrets=Secrets(environment={}, root=root), now=NOW)


def keep(root: Path, text: str) -> None:
    file = root / "key.pem"
    file.write_text(text, encoding="ascii")
    file.chmod(0o600)


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def rsa() -> str:
    return openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048").decode()


def published(private: str) -> bytes:
    """Return the record that belongs in the DNS."""
    public = openssl("pkey", "-pubout", "-outform", "DER", given=private.encode())
    kind, key = (b"ed25519", public[-32:]) if len(public) < 100 else (b"rsa", public)
    return b"v=DKIM1; k=" + kind + b"; p=" + b64encode(key)


def signing(given: Handover) -> Callable[[bytes], bytes]:
    sign = signer(given)
    assert sign is not None
    return sign


def verified(signed: bytes, record: bytes) -> bool:
    asked: list[bytes] = []

    def lookup(name: bytes, timeout: float = 5) -> bytes:  # noqa: ARG001 - as the library calls it
        asked.append(name)
        return record

    good = library.verify(signed, dnsfunc=lookup)
    assert asked == [b"s1._domainkey.letter.example."]
    return bool(good)


def tags(signed: bytes) -> dict[str, str]:
    header = signed[: signed.index(b"\r\nDate: ")].decode().removeprefix("DKIM-Signature: ")
    pairs = (tag.partition("=") for tag in "".join(header.split()).split(";"))
    return {name: value for name, _, value in pairs}


def test_without_a_domain_nothing_is_signed(tmp_path: Path) -> None:
    assert signer(handover(tmp_path, domain="")) is None


@pytest.mark.parametrize("kind", ["pkcs8", "pkcs1", "crlf", "ed25519"])
def test_signatures_verify_whatever_form_the_key_has(tmp_path: Path, rsa: str, kind: str) -> None:
    forms = {
        "pkcs8": lambda: rsa,
        "pkcs1": lambda: openssl("rsa", "-traditional", given=rsa.encode()).decode(),
        "crlf": lambda: "a key\r\n" + rsa.replace("\n", "\r\n"),
        "ed25519": lambda: openssl("genpkey", "-algorithm", "ED25519").decode(),
    }
    private = forms[kind]()
    keep(tmp_path, private)
    signed = signing(handover(tmp_path))(MESSAGE)
    assert signed.endswith(b"\r\n" + MESSAGE)
    assert verified(signed, published(private))
    told = tags(signed)
    assert told["a"] == ("ed25519-sha256" if kind == "ed25519" else "rsa-sha256")
    assert (told["c"], told["d"], told["s"], told["i"]) == ("relaxed/relaxed", "letter.example", "s1", "@letter.example")
    assert all(len(line) <= 78 for line in signed[: -len(MESSAGE)].split(b"\r\n"))


def test_the_same_message_has_the_same_signature_dated_as_it_is_told(tmp_path: Path, rsa: str) -> None:
    keep(tmp_path, rsa)
    signed = signing(handover(tmp_path))(MESSAGE)
    assert signed == signing(handover(tmp_path))(MESSAGE)
    assert tags(signed)["t"] == str(int(NOW.timestamp()))


def test_what_has_to_be_is_signed_and_most_of_it_sealed(tmp_path: Path, rsa: str) -> None:
    keep(tmp_path, rsa)
    sign, record = signing(handover(tmp_path)), published(rsa)
    signed = sign(MESSAGE)
    names = tags(signed)["h"].split(":")
    twice = {
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "mime-version",
        "content-type",
        "list-unsubscribe",
        "list-unsubscribe-post",
    }
    assert {name: names.count(name) for name in names} == {**dict.fromkeys(twice, 2), "list-id": 1}
    for name in (*twice, "list-id"):
        start = signed.lower().index(b"\r\n" + name.encode() + b": ") + 2
        assert not verified(signed[:start] + b"X-" + signed[start:], record)
    for name in twice:
        assert not verified(signed.replace(b"\r\nDate: ", f"\r\n{name}: x\r\nDate: ".encode(), 1), record)
    assert not verified(signed.replace(b"ordinary", b"other", 1), record)


def test_a_header_that_is_not_there_is_kept_out(tmp_path: Path, rsa: str) -> None:
    keep(tmp_path, rsa)
    bare = MESSAGE.replace(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b"")
    signed = signing(handover(tmp_path))(bare)
    assert verified(signed, published(rsa))
    assert not verified(signed.replace(b"\r\nDate: ", b"\r\nList-Unsubscribe-Post: x\r\nDate: ", 1), published(rsa))


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ((), "expected a private key in PEM that no password protects"),
        (
            ("genpkey", "-algorithm", "RSA", "-aes256", "-pass", "pass:x"),
            "expected a private key in PEM that no password protects",
        ),
        (("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"), "expected an RSA or Ed25519 key"),
        (("genpkey", "-algorithm", "X25519"), "expected an RSA or Ed25519 key"),
        (("genrsa", "768"), "expected an RSA key of at least 1024 bits, better 2048, got 768"),
    ],
)
def test_a_key_that_cannot_sign_is_told_without_showing_it(tmp_path: Path, command: tuple[str, ...], problem: str) -> None:
    keep(tmp_path, openssl(*command).decode() if command else "hush")
    with pytest.raises(DeliveryError) as caught:
        signer(handover(tmp_path))
    assert str(caught.value) == f"delivery.dkim.key_file: {problem}"


def test_without_the_libraries_it_is_said_how_to_get_them(tmp_path: Path, rsa: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path, openssl("genpkey", "-algorithm", "ED25519").decode())
    monkeypatch.delattr(library, "nacl")
    with pytest.raises(DeliveryError, match="needs PyNaCl; run: pip install"):
        signer(handover(tmp_path))
    keep(tmp_path, rsa)
    monkeypatch.setitem(sys.modules, "dkim", None)
    with pytest.raises(DeliveryError, match=r"needs dkimpy; run: pip install 'newsletter-publisher\[dkim\]'$"):
        signer(handover(tmp_path))


def test_an_ed25519_key_is_the_one_in_the_file(tmp_path: Path) -> None:
    seed = bytes(range(32))
    keep(
        tmp_path,
        "-----BEGIN PRIVATE KEY-----\n"
        + b64encode(bytes.fromhex("302e020100300506032b657004220420") + seed).decode()
        + "\n-----END PRIVATE KEY-----\n",
    )
    record = b"k=ed25519; p=" + b64encode(bytes(SigningKey(seed).verify_key))
    assert verified(signing(handover(tmp_path))(MESSAGE), record)
