"""Signs messages with DKIM, where the mail server does not (RFC 6376; 8463 for Ed25519). Reads the key and nothing else."""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from types import ModuleType

from newsletter.delivery.contract import Handover
from newsletter.errors import DeliveryError

KEY = "delivery.dkim.key_file"
#: RFC 8301, section 3.2: shorter keys are not verified.
SHORTEST_KEY = 1024
#: Signed where the message has them. RFC 8058, section 4: both headers for unsubscribing have to be.
SIGNED = (
    *("from", "to", "subject", "date", "message-id", "list-id", "list-unsubscribe", "list-unsubscribe-post"),
    *("mime-version", "content-type"),
)
#: Signed once more than they are there, so that nobody can add another (RFC 6376, section 8.15). List-Id is not among them: a
#: mailing list that the message is sent to may add its own.
SEALED = frozenset(SIGNED) - {"list-id"}

_PEM = re.compile(
    r"-----BEGIN (?P<kind>(?!ENCRYPTED)[A-Z ]*)PRIVATE KEY-----\s(?P<body>[A-Za-z0-9+/=\s]+)-----END (?P=kind)PRIVATE KEY-----"
)
#: What stands before the 32 octets of an Ed25519 key (RFC 8410, section 7).
_ED25519 = bytes.fromhex("302e020100300506032b657004220420")


def signer(handover: Handover) -> Callable[[bytes], bytes] | None:
    """Return what puts a signature before a message of CRLF lines; None where none is configured. Raises DeliveryError.

    The time of signature is ``handover.now``: the same message has the same signature.
    """
    wanted = handover.config.delivery.dkim
    if not wanted.domain:
        return None
    text = handover.secrets.file(wanted.key_file, KEY)
    dkim = _library()
    algorithm, key = _key(dkim, text)
    domain, selector = wanted.domain.encode("idna"), wanted.selector.encode("idna")
    stamp = str(int(handover.now.timestamp())).encode()

    def sign(message: bytes) -> bytes:
        signed = dkim.DKIM(message, signature_algorithm=algorithm)
        written = signed.gen_header

        def dated(fields: list[tuple[bytes, bytes]], *rest: object) -> object:
            """Write the signature's header as of the time that was given; the library takes the clock's."""
            fields[:] = [(name, stamp if name == b"t" else value) for name, value in fields]
            return written(fields, *rest)

        signed.gen_header = dated
        present = [name.decode().lower() for name, _ in signed.headers]
        names = [name for name in SIGNED for _ in range(present.count(name) + (name in SEALED))]
        header: bytes = signed.sign(selector, domain, key, canonicalize=(b"relaxed", b"relaxed"), include_headers=names)
        return header + message

    return sign


def _library() -> ModuleType:
    try:
        import dkim  # noqa: PLC0415 - only whoever signs needs it
    except ImportError:
        raise DeliveryError("delivery.dkim: signing needs dkimpy; run: pip install 'newsletter-publisher[dkim]'") from None
    return dkim  # type: ignore[no-any-return] # the library has no types


def _key(dkim: ModuleType, text: str) -> tuple[bytes, bytes]:
    """Return the algorithm, and the key as the library takes it: an RSA key in PEM, an Ed25519 key in base64."""
    found = _PEM.search(text)
    if found is None:
        raise DeliveryError(f"{KEY}: expected a private key in PEM that no password protects")
    der = b64decode(found["body"])
    if der.startswith(_ED25519):
        if not hasattr(dkim, "nacl"):
            raise DeliveryError("delivery.dkim: an Ed25519 key needs PyNaCl; run: pip install pynacl")
        return b"ed25519-sha256", b64encode(der.removeprefix(_ED25519))
    pem = b"-----BEGIN KEY-----\n" + b64encode(der) + b"\n-----END KEY-----\n"
    try:
        length = dkim.crypto.parse_pem_private_key(pem)["modulus"].bit_length()
    except (dkim.UnparsableKeyError, LookupError, TypeError):  # the library's parser meets other kinds of keys unprepared
        raise DeliveryError(f"{KEY}: expected an RSA or Ed25519 key") from None
    if length < SHORTEST_KEY:
        raise DeliveryError(f"{KEY}: expected an RSA key of at least {SHORTEST_KEY} bits, better 2048, got {length}")
    return b"rsa-sha256", pem
