import email.header
from datetime import UTC, datetime
from itertools import islice
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter.delivery.recipients import Recipient
from newsletter.errors import DeliveryError
from newsletter.mail import message
from newsletter.mail.merge import Skeleton, dotted, message_id
from tests.factories import make_config
from tests.merge_languages import own
from tests.merged import digest, parsed, people, read_back, standard, texts, values

DATE = datetime(2026, 3, 9, tzinfo=UTC)
ADA = Recipient(
    address="ada@mail.example", name="Ada", unsubscribe_url="https://letter.example/u?t=1&l=2", fields=(("city", "Ulm"),)
)
SKELETON = Skeleton(digest(1))
ISSUE = read_back(parsed(digest(1)))
# White space of other kinds, which header parsers and our own one_line treat in ways of their own, has a test of its own
LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")) | st.just(" ")
SHORT = st.text(st.sampled_from("Aa.z =<>&'\"{}\u00e4\u05d0\U0001f600\\?_,(-") | LETTERS, max_size=90).map(
    lambda text: " ".join(text.split())
)


def eml(
    text: str = "",
    html: str = "",
    subject: str = "Hi",
    *,
    leave: str = "{{unsubscribe_url}}",
    parts: tuple[message.Part, ...] = (),
) -> bytes:
    pairs = message.headers(make_config(), name="", key="2026-W10", subject=subject, date=DATE, leave=leave)
    return message.compose(pairs, text=text, html=html, parts=parts)


def merged(made: bytes, recipient: Recipient = ADA) -> bytes:
    skeleton = Skeleton(made)
    return skeleton.message(recipient, message_id(skeleton.id, recipient.address))


def named(name: str) -> Recipient:
    return replace(ADA, name=name)


def undotted(wire: bytes) -> bytes:
    """Read what DATA carries as a mail server does."""
    assert wire.endswith(b"\r\n.\r\n")
    lines = wire[:-3].split(b"\r\n")
    assert b"." not in lines
    return b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines)


def told(headers: dict[str, str]) -> dict[str, str]:
    """Return the headers that are to be the same; the standard library may fold one before its first word."""
    return {name: value.strip() for name, value in headers.items() if name not in {"To", "Content-Type"}}


def name_in(raw: bytes) -> str:
    """Read the name in To; the parser of Python 3.11 puts spaces between encoded words."""
    to = raw[raw.index(b"\r\nTo: ") + 6 : raw.index(b"\r\nSubject: ")].decode("ascii").replace("\r\n", "")
    phrase, _, address = to.rpartition(" ")
    assert address.strip("<>") == ADA.address or address.startswith("<reader-")
    if phrase.startswith('"'):
        return phrase[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return str(email.header.make_header(email.header.decode_header(phrase)))


def assert_same(recipient: Recipient) -> None:
    """Compare with what the standard library makes of the same texts."""
    name = message_id(SKELETON.id, recipient.address)
    raw = SKELETON.message(recipient, name)
    mail = parsed(raw)
    ours, theirs = read_back(mail), read_back(parsed(standard(ISSUE, recipient, name)))
    assert (told(ours[0]), ours[1]) == (told(theirs[0]), theirs[1])
    assert [one.addr_spec for one in mail["To"].addresses] == [recipient.address]
    assert name_in(raw) == message.one_line(recipient.name)
    assert mail.get_content_type() == "multipart/alternative"
    assert not [defect for part in mail.walk() for defect in part.defects]
    assert undotted(SKELETON.wire(recipient, name)) == raw
    head, _, body = raw.partition(b"\r\n\r\n")
    assert all(len(line) <= 76 for line in body.split(b"\r\n"))
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    assert raw.isascii()
    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")


@pytest.mark.parametrize("start", range(0, 1_000, 250))
def test_each_of_a_thousand_readers_gets_what_the_standard_library_would_send(start: int) -> None:
    random = Random(start)  # noqa: S311 - names, not secrets
    for recipient in islice(people(1_000), start, start + 250):
        more = random.choice(("", "", "", " of the " + "very " * 20 + "long name", " \u00c4\u00df\u05d0" * random.randrange(20)))
        assert_same(replace(recipient, name=recipient.name + more))


@settings(deadline=None)
@given(
    name=SHORT,
    city=SHORT,
    plan=st.text(max_size=300).filter(lambda text: "\r" not in text and "<" not in text),
    tail=st.integers(0, 200),
)
def test_whatever_the_values_are_they_arrive(name: str, city: str, plan: str, tail: int) -> None:
    url = "https://letter.example/" + "=&?.-"[tail % 5] * tail
    city = city.replace("<", "")  # in the text part a "<" may be disarmed, of which there is a test below
    name = name.replace("<", "")
    assert_same(replace(ADA, name=name, unsubscribe_url=url, fields=(("city", city), ("plan", plan))))


@given(SHORT)
def test_the_name_in_to_is_the_one_given(name: str) -> None:
    assert name_in(merged(eml("x", "x"), named(name))) == message.one_line(name)


@pytest.mark.parametrize(
    "name",
    [
        "Ada",
        "O'Neil, P. (Jr)",
        "Z\u00f6e",
        "x" * 31,
        "\u00e4" * 22,
        "a\u200db",
        "\u00e4\u00a0b",
        '"A"',
        "=?utf-8?q?x?=",
        "<b>",
        "",
    ],
)
def test_to_is_written_as_the_composer_writes_names(name: str) -> None:
    shown = message.display_name(message.one_line(name))
    expected = message.header("To", f"{shown} <ada@mail.example>" if shown else "ada@mail.example")
    assert f"\r\n{expected}\r\nSubject: ".encode() in merged(eml("x", "x"), named(name))


def test_values_are_escaped_in_html_and_only_there() -> None:
    made = texts(parsed(merged(eml("{{name}} {{ City }}\n", '<a title="{{name}}">{{city}}</a>\n'), named('O\'Neil & "Sons"'))))
    assert made == {"plain": 'O\'Neil & "Sons" Ulm\n', "html": '<a title="O&#x27;Neil &amp; &quot;Sons&quot;">Ulm</a>\n'}


def test_a_value_in_the_text_part_cannot_be_taken_for_a_page() -> None:
    made = texts(parsed(merged(eml("Hi {{name}}\n", "{{name}}\n"), named("<script>"))))
    assert made == {"plain": "Hi <\u2060script>\n", "html": "&lt;script&gt;\n"}


def test_whoever_has_no_name_is_called_as_is_configured_and_written_to_without_one() -> None:
    made = eml("Dear {{name}},\n", "<p>Dear {{ Name }},</p>\n", "For {{name}}")
    skeleton = Skeleton(made, "d\u00e9ar reader & friend")
    mail = parsed(skeleton.message(replace(ADA, name=""), "<x@y>"))
    assert texts(mail) == {
        "plain": "Dear d\u00e9ar reader & friend,\n",
        "html": "<p>Dear d\u00e9ar reader &amp; friend,</p>\n",
    }
    assert (mail["Subject"], mail["To"]) == ("For d\u00e9ar reader & friend", ADA.address)
    assert skeleton.message(ADA, "<x@y>") == Skeleton(made).message(ADA, "<x@y>")


def test_a_value_is_never_read_for_tags() -> None:
    assert texts(parsed(merged(eml("{{name}}{{city}}", "x"), named("{{city}}{{'{'}}{"))))["plain"] == "{{city}}{{'{'}}{Ulm"


@given(
    st.lists(
        st.sampled_from(["{{name}}", "{{ CITY }}", "{{'{'}}", " ", "\n", ".", "From ", "=", "\u00e4", "x" * 74, "x" * 75]),
        max_size=12,
    )
)
def test_values_may_stand_anywhere(pieces: list[str]) -> None:
    text = "".join(pieces)
    raw = merged(eml(text, text), named("."))
    expected = own(text.replace("{{ CITY }}", "{{city}}"), values(named(".")), "text")
    made = texts(parsed(raw))
    assert made["plain"] == made["html"]
    assert made["plain"].removesuffix("\n") == expected.removesuffix("\n")
    assert all(len(line) <= 76 and not line.startswith((b".", b"From ")) for line in raw.split(b"\r\n\r\n", 1)[1].split(b"\r\n"))


def test_the_subject_takes_values_and_is_encoded_afterwards() -> None:
    made = eml("x", "x", "Gr\u00fc\u00dfe an {{name}}, {{'{'}}{name}} und \u05d0" + "lle" * 40)
    assert Skeleton(made).tags == {"name", "unsubscribe_url"}
    for name in ("Ada", "Z\u00f6e\r\nBcc: all@mail.example"):
        mail = parsed(merged(made, named(name)))
        assert mail["Subject"] == f"Gr\u00fc\u00dfe an {message.one_line(name)}, {{{{name}}}} und \u05d0" + "lle" * 40
        assert mail["Bcc"] is None


def test_a_long_subject_without_tags_stays_as_it_is() -> None:
    subject = "A subject of many words " * 6 + "{{'{'}}{x}}"
    assert parsed(merged(eml("x", "x", subject)))["Subject"] == message.one_line(subject).replace("{{'{'}}", "{")


def test_pictures_that_travel_with_the_message_are_left_alone() -> None:
    part = message.Part(id="p@letter.example", type="image/png", name="a.png", body=b"Content-Type: text/html {{name}}" * 9)
    mail = parsed(merged(eml("{{name}}\n", '<img src="cid:p@letter.example"> {{name}}\n', parts=(part,))))
    assert texts(mail) == {"plain": "Ada\n", "html": '<img src="cid:p@letter.example"> Ada\n'}
    assert [each.get_content() for each in mail.walk() if each.get_content_type() == "image/png"] == [part.body]


def test_all_else_is_as_in_the_file() -> None:
    made = eml("Text.\n", "<p>Page.</p>\n", leave="")
    raw = merged(made)
    assert Skeleton(made).tags == frozenset()
    own_id = message_id(Skeleton(made).id, ADA.address)
    assert raw == made.replace(b"undisclosed-recipients:;", b"Ada <ada@mail.example>").replace(
        Skeleton(made).id.encode(), own_id.encode()
    )


def test_lines_of_the_frame_that_begin_with_a_dot_are_stuffed() -> None:
    made = eml("{{name}}\n", "x").replace(b"\r\n\r\n", b"\r\n\r\n.preamble\r\n..\r\n", 1)
    skeleton = Skeleton(made)
    raw = skeleton.message(ADA, "<x@y>")
    assert b"\r\n.preamble\r\n..\r\n" in raw
    assert skeleton.wire(ADA, "<x@y>") == dotted(raw)
    assert undotted(dotted(raw)) == raw
    assert dotted(b".a\r\n") == b"..a\r\n.\r\n"


def test_the_address_for_leaving_stands_in_its_header_as_it_is() -> None:
    mail = merged(eml("x", "x"))
    assert (
        b"\r\nList-Unsubscribe: <https://letter.example/u?t=1&l=2>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        in mail
    )
    fixed = eml("x", "x").replace(b"<{{unsubscribe_url}}>", b"<https://letter.example/leave>")
    assert b"List-Unsubscribe: <https://letter.example/leave>\r\n" in merged(fixed)
    assert Skeleton(fixed).tags == frozenset()


@pytest.mark.parametrize("header", [b"<{{leave}}>", b"<https://letter.example/?u=%7B%7Bunsubscribe_url%7D%7D>"])
def test_no_other_tag_can_lead_out_of_the_list(header: bytes) -> None:
    with pytest.raises(DeliveryError, match=r"expected \{\{unsubscribe_url\}\} in List-Unsubscribe"):
        Skeleton(eml().replace(b"<{{unsubscribe_url}}>", header))


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"To: x\r\n\r\n",
        b"Message-ID: <a@b>\r\n\r\n",
        eml().replace(b"Subject: Hi", b"Subject: \xff"),
        eml("x").replace(b"\r\nx\r\n", b"\r\n=FF\r\n"),
        eml(subject="\u00e4").replace(b"=?utf-8?b?", b"=?utf-8?b?/"),
    ],
)
def test_what_is_no_message_of_ours_is_refused(damaged: bytes) -> None:
    with pytest.raises(DeliveryError, match=r"^email\.eml: expected a message of an issue"):
        Skeleton(damaged)


def test_tags_that_no_column_fills_are_told_before_anything_is_sent() -> None:
    skeleton = Skeleton(eml("{{name}} {{address}} {{email}}", "{{town}}", "{{Plan}}"))
    assert skeleton.tags == {"name", "address", "email", "town", "plan", "unsubscribe_url"}
    skeleton.check(["email", "name", "town", "plan", "unsubscribe_url"])
    with pytest.raises(DeliveryError) as caught:
        skeleton.check(["address", "name"])
    assert str(caught.value) == (
        "delivery.smtp.recipients: expected a column for {{plan}}, {{town}}, {{unsubscribe_url}}, got address, name"
    )
    mail = parsed(skeleton.message(replace(ADA, fields=(("town", "Ulm & Neu-Ulm"), ("plan", "free"))), "<x@y>"))
    assert texts(mail)["plain"].startswith("Ada ada@mail.example ada@mail.example")
    assert texts(mail)["html"].startswith("Ulm &amp; Neu-Ulm")


def test_an_identity_is_of_one_issue_and_one_recipient() -> None:
    one = message_id("<abc@letter.example>", "ada@mail.example")
    assert one == message_id("<abc@letter.example>", "Ada@mail.example")
    assert one.endswith("@letter.example>")
    others = {message_id("<abd@letter.example>", "ada@mail.example"), message_id("<abc@letter.example>", "ida@mail.example")}
    assert len({one, *others}) == 3


def test_an_article_about_templates_arrives_as_it_was_written() -> None:
    made = texts(parsed(SKELETON.message(next(people(1)), "<x@y>")))
    for told, written in (("plain", "Write {{name}} or {{{ city }}} there."), ("html", "Gr\u00fc\u00dfe {{'{'}} {{")):
        assert written in made[told]


@pytest.mark.parametrize(
    "name", ["Ada", "O'Neil, Pat (Jr)", "Z\u00f6e Gr\u00f6\u00dfer", "\u05e9\u05dc\u05d5\u05dd", 'A "B" \\ C', "a@b.example"]
)
def test_mail_programs_read_the_name_in_to(name: str) -> None:
    (one,) = parsed(merged(eml("x", "x"), named(name)))["To"].addresses
    assert (one.display_name, one.addr_spec) == (name, "ada@mail.example")
