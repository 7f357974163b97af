import email
import email.policy
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage
from hashlib import sha256
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter.config import Config, Digest
from newsletter.mail import message
from tests.factories import make_config

DATE = datetime(2026, 3, 9, tzinfo=UTC)
NAMES = ["Date", "From", "To", "Subject", "Message-ID", "List-Id", "Content-Language", "MIME-Version", "Content-Type"]


def written(config: Config | None = None, subject: str = "First", text: str = "Body.\n", html: str = "<p>Body.</p>\n") -> bytes:
    pairs = message.headers(config or make_config(), name="", key="2026-W10", subject=subject, date=DATE)
    return message.compose(pairs, text=text, html=html)


def parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def defects(mail: EmailMessage) -> list[object]:
    in_headers = [defect for value in mail.values() for defect in value.defects]
    return [*in_headers, *(defect for part in mail.walk() for defect in part.defects)]


def with_digest(**changes: Any) -> Config:  # noqa: ANN401 - any field of Digest
    return make_config(digest=Digest(**changes))


def test_the_message_has_its_headers_once_each_and_no_defects() -> None:
    mail = parsed(written())
    assert mail.keys() == NAMES
    assert mail["Date"].datetime == DATE
    assert mail["From"] == "The Test Letter <newsletter@letter.example>"
    assert mail["To"] == "undisclosed-recipients:;"
    assert mail["List-Id"] == "The Test Letter <newsletter.letter.example>"
    assert mail["Content-Language"] == "en"
    assert defects(mail) == []


def test_the_text_part_comes_first_and_both_parts_come_back_as_they_were() -> None:
    text = "Grüße\n\n.a line with a dot\nFrom here\ntrailing space \n" + "x" * 3_000 + "\n"
    html = "<p>\u05e9\u05dc\u05d5\u05dd = " + "\U0001f600" * 500 + "</p>\n"
    first, second = parsed(written(text=text, html=html)).iter_parts()
    assert [first.get_content_type(), second.get_content_type()] == ["text/plain", "text/html"]
    assert cast("EmailMessage", first).get_content().replace("\r\n", "\n") == text
    assert cast("EmailMessage", second).get_content().replace("\r\n", "\n") == html


def test_every_line_ends_in_crlf_and_has_at_most_998_octets() -> None:
    raw = written(subject="x" * 5_000, text="y" * 5_000, html="\u05d0" * 5_000)
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_the_bytes_are_pinned() -> None:
    # The same on every Python: a change here is a change of every message that is ever built again
    raw = written(subject="Grüße aus der Mühle, und noch etwas mehr, damit es für zwei Zeilen reicht")
    assert sha256(raw).hexdigest() == "32c09f4f2f5aa94977a47ca881f5fc1956086a2193b72c9d876f2ee862887f27"


def test_identity_and_boundary_follow_from_the_key_the_edition_and_the_authority() -> None:
    config = make_config()

    def identity(config: Config, name: str, key: str) -> str:
        return dict(message.headers(config, name=name, key=key, subject="", date=DATE))["Message-ID"]

    same = identity(config, "", "2026-W10")
    assert same == identity(replace(config, title="Renamed"), "", "2026-W10")
    elsewhere = replace(config, authority="other.example")
    others = {identity(config, "", "2026-W11"), identity(config, "x", "2026-W10"), identity(elsewhere, "", "2026-W10")}
    assert len(others | {same}) == 4


def test_an_edition_is_a_list_of_its_own() -> None:
    pairs = message.headers(make_config(), name="Mail & more", key="k", subject="", date=DATE)
    assert dict(pairs)["List-Id"] == "The Test Letter <mail-more-c65f5b98.letter.example>"


def test_the_date_keeps_the_offset_of_the_period() -> None:
    when = datetime(2026, 3, 9, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert (
        dict(message.headers(make_config(), name="", key="k", subject="", date=when))["Date"] == "Mon, 09 Mar 2026 00:00:00 +0530"
    )


@pytest.mark.parametrize(
    ("sender", "name", "address"),
    [
        ("ada@letter.example", "The Test Letter", "ada@letter.example"),
        ("Ada <ada@letter.example>", "Ada", "ada@letter.example"),
        ('"Byron, Ada J." <ada@letter.example>', "Byron, Ada J.", "ada@letter.example"),
        ("Zoë Größer <zoe@letter.example>", "Zoë Größer", "zoe@letter.example"),
        ("Ada <ada@müller.example>", "Ada", "ada@xn--mller-kva.example"),
        ("A name so long that it cannot stand on one line with <ada@letter.example>", None, "ada@letter.example"),
        ("", "The Test Letter", "newsletter@letter.example"),
        ("=?utf-8?q?x?= <a@b.example>", "=?utf-8?q?x?=", "a@b.example"),
        ("Byron, Ada <ada@letter.example>", None, "ada@letter.example"),
        ("The Letter: weekly <ada@letter.example>", None, "ada@letter.example"),
        ("Größer, Zoë <zoe@letter.example>", None, "zoe@letter.example"),
        ('Ada (the "Countess"); [x] \\ @ . <ada@letter.example>', None, "ada@letter.example"),
        (" ".join(["Byron, Ada"] * 20) + " <ada@letter.example>", None, "ada@letter.example"),
    ],
)
def test_the_sender_is_who_the_configuration_says(sender: str, name: str | None, address: str) -> None:
    mail = parsed(written(with_digest(sender=sender)))
    one = mail["From"].addresses[0]
    expected = sender.partition(" <")[0] if name is None else name
    assert (one.display_name, one.addr_spec) == (expected, address)
    assert defects(mail) == []


@pytest.mark.parametrize(
    ("sender", "header"),
    [
        ("ada@letter.example", b"From: The Test Letter <ada@letter.example>"),
        ("Ada <Ada@Letter.Example>", b"From: Ada <Ada@Letter.Example>"),
        ("Ada<ada@letter.example>", b"From: Ada <ada@letter.example>"),
        ('"Byron, \\"Ada\\" J."   <ada@letter.example>', b'From: "Byron, \\"Ada\\" J." <ada@letter.example>'),
        ("Byron, Ada J. <ada@letter.example>", b'From: "Byron, Ada J." <ada@letter.example>'),
        ("Größer, Zoë <zoe@Müller.Example>", b"From: =?utf-8?b?R3LDtsOfZXIsIFpvw6s=?=\r\n <zoe@xn--mller-kva.Example>"),
    ],
)
def test_the_sender_s_header_is_pinned(sender: str, header: bytes) -> None:
    assert b"\r\n" + header + b"\r\nTo: " in written(with_digest(sender=sender))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://müller.example/", "xn--mller-kva.example"),
        ("http://[::1]:8000/", "localhost"),
    ],
)
def test_the_host_is_one_that_mail_knows(url: str, host: str) -> None:
    mail = parsed(written(make_config(url=url)))
    assert mail["From"].addresses[0].domain == host
    assert defects(mail) == []


def test_an_https_address_offers_unsubscribing_with_one_click() -> None:
    mail = parsed(written(with_digest(unsubscribe="https://letter.example/leave?list=1&who=\u00fc>")))
    assert mail["List-Unsubscribe"] == "<https://letter.example/leave?list=1&who=%C3%BC%3E>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("address", ["", "http://letter.example/leave", "{{ unsubscribe_url }}", "https://x/" + "y" * 2_000])
def test_nothing_else_is_offered_as_one_click(address: str) -> None:
    assert "List-Unsubscribe" not in parsed(written(with_digest(unsubscribe=address)))


def test_control_characters_cannot_begin_a_header() -> None:
    mail = parsed(written(make_config(title="T\r\nBcc: a@b.example"), subject="S\r\nBcc: a@b.example\x00\x85\u2028end"))
    assert mail.keys() == NAMES
    assert mail["Subject"] == "S Bcc: a@b.example end"


def test_a_lone_surrogate_does_not_lose_the_message() -> None:
    assert parsed(written(subject="a\ud800b"))["Subject"] == "a?b"


@given(subject=st.text(max_size=200), title=st.text(max_size=80), body=st.text(max_size=200))
def test_any_text_comes_back_and_adds_no_header(subject: str, title: str, body: str) -> None:
    mail = parsed(written(make_config(title=title), subject=subject, text=body, html=body))
    assert mail.keys() == NAMES
    assert str(email.header.make_header(email.header.decode_header(raw_header(mail, "Subject")))) == message.one_line(subject)
    assert [defect for part in mail.walk() for defect in part.defects] == []
    lines = body.replace("\r\n", "\n").replace("\r", "\n")
    for part in mail.iter_parts():
        content = cast("bytes", part.get_payload(decode=True)).decode()
        assert content.replace("\r\n", "\n") == lines


def raw_header(mail: EmailMessage, name: str) -> str:
    """Return a header as it was written, unfolded."""
    value: str = next(value for key, value in mail.raw_items() if key == name)
    return value.replace("\r\n", "").replace("\n", "")


def test_a_title_of_nothing_but_control_characters_leaves_the_bare_address() -> None:
    assert parsed(written(make_config(title="\x00\x1f")))["From"] == "newsletter@letter.example"


def test_a_long_plain_subject_is_folded_at_spaces_and_comes_back() -> None:
    subject = " ".join(["plain"] * 40)
    raw = written(subject=subject)
    assert b"=?" not in raw
    assert max(map(len, raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n"))) <= 78
    assert parsed(raw)["Subject"] == subject


PICTURE = message.Part(id="abc@letter.example", type="image/png", name="a\u00fc b.png", body=bytes(range(256)) * 9)


def test_parts_stand_with_the_html_that_shows_them() -> None:
    pairs = message.headers(make_config(), name="", key="2026-W10", subject="First", date=DATE)
    raw = message.compose(pairs, text="Body.\n", html='<img src="cid:abc@letter.example">\n', parts=[PICTURE, PICTURE])
    mail = parsed(raw)
    text, related = mail.iter_parts()
    assert [text.get_content_type(), related.get_content_type()] == ["text/plain", "multipart/related"]
    assert related.get_param("type") == "text/html"
    html, first, _ = cast("EmailMessage", related).iter_parts()
    assert html.get_content_type() == "text/html"
    assert (first["Content-ID"], first.get_content_type(), first.get_filename()) == (
        "<abc@letter.example>",
        "image/png",
        "a-b.png",
    )
    assert first.get_content_disposition() == "inline"
    assert cast("EmailMessage", first).get_content() == PICTURE.body
    assert mail.get_boundary() != related.get_boundary()
    assert defects(mail) == []
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 78


@given(st.binary(max_size=300))
def test_any_part_comes_back_as_it_was(body: bytes) -> None:
    pairs = message.headers(make_config(), name="", key="2026-W10", subject="First", date=DATE)
    part = message.Part(id="a@b", type="image/gif", name="", body=body)
    mail = parsed(message.compose(pairs, text="", html="", parts=[part]))
    last = [*mail.walk()][-1]
    assert last.get_payload(decode=True) == body


def test_a_subject_that_looks_like_active_html_is_encoded_and_decodes_back() -> None:
    subject = "'</title><script>alert(1)</script> & <b>x</b>"
    raw = written(subject=subject)
    assert b"<script" not in raw
    assert parsed(raw)["Subject"] == subject
