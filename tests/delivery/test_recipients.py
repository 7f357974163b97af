from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.delivery.recipients import MOST_LINES, Recipient, Recipients, read
from newsletter.errors import DeliveryError

URL = "https://letter.example/u?t=1"


def found(folder: Path, text: str | bytes, *, needs_unsubscribe: bool = False) -> Recipients:
    file = folder / "recipients.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(file, needs_unsubscribe=needs_unsubscribe)


def problems(folder: Path, text: str | bytes, *, needs_unsubscribe: bool = False) -> list[str]:
    with pytest.raises(DeliveryError) as caught:
        found(folder, text, needs_unsubscribe=needs_unsubscribe)
    return str(caught.value).split("\n")


def test_columns_may_come_in_any_order_and_those_of_our_own_are_merge_fields(tmp_path: Path) -> None:
    made = found(
        tmp_path,
        f'City,unsubscribe_url,Name,ADDRESS,,plan\n"Ulm, D",{URL}, Ada Byron ,Ada@Mail.Example,x,free\n',
        needs_unsubscribe=True,
    )
    ada = Recipient(
        address="Ada@mail.example", name="Ada Byron", unsubscribe_url=URL, fields=(("city", "Ulm, D"), ("plan", "free"))
    )
    assert made.people == (ada,)
    assert made.columns == ("city", "unsubscribe_url", "name", "address", "", "plan")
    assert made.remarks == ()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_spreadsheets_write_is_read(tmp_path: Path, separator: str, start: str, end: str) -> None:
    rows = [
        ["email", "name"],
        ["ada@mail.example", "Zo\u00eb"],
        ["", ""],
        [],
        ["b@mail.example", '"B, b; c\t"""'.replace("\t", " ")],
    ]
    made = found(tmp_path, start + end.join(separator.join(row) for row in rows))
    assert [(one.address, one.name) for one in made.people] == [("ada@mail.example", "Zo\u00eb"), ("b@mail.example", 'B, b; c "')]


def test_one_column_is_enough_and_an_address_for_unsubscribing_that_nobody_needs_is_left_out(tmp_path: Path) -> None:
    assert found(tmp_path, "address\nada@localhost\n").people == (Recipient(address="ada@localhost"),)
    assert found(tmp_path, "address,unsubscribe_url\na@b.example,\u00e4\n").people == (Recipient(address="a@b.example"),)


def test_beside_an_address_an_email_is_a_field_like_others(tmp_path: Path) -> None:
    one = found(tmp_path, "email,address\nx,a@b.example\n").people[0]
    assert (one.address, one.fields) == ("a@b.example", (("email", "x"),))


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("a+b.c!#$%&'*/=?^_`{|}~-@b.example", "a+b.c!#$%&'*/=?^_`{|}~-@b.example"),
        ("Ada@B.EXAMPLE", "Ada@b.example"),
        ("ada@M\u00fcller.example", "ada@xn--mller-kva.example"),
        ("ada@M\u00fcller.Example", "ada@xn--mller-kva.example"),
        ("ada@mu\u0308ller.example", "ada@xn--mller-kva.example"),
        ("x" * 64 + "@" + "y" * 63 + ".example", "x" * 64 + "@" + "y" * 63 + ".example"),
    ],
)
def test_addresses_are_as_mail_servers_take_them(tmp_path: Path, given: str, address: str) -> None:
    assert [one.address for one in found(tmp_path, f"address\n{given}\n").people] == [address]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (given, f"expected an address such as ada@letter.example, got {given!r}")
        for given in (
            *("ada", "@b.example", "ada@", "a b@c.example", "a@@b.example", ".a@b.example", "a..b@c.example", "a@b..example"),
            *(
                "a@-b.example",
                "a@b_c.example",
                "a@[10.0.0.1]",
                "a@10.0.0.1",
                "<a@b.example>",
                "a@b.example>",
            ),
            *(
                "a@b.example\u202e",
                "a@\u00e4..example",
                "x" * 65 + "@b.example",
                "a@" + "y" * 64,
                "a:b@c.example",
                "a@b.example.",
            ),
        )
    ]
    + [
        ("z\u00f6e@b.example", "expected an address with ASCII before the @, got 'z\u00f6e@b.example'"),
        (
            "a@\u00df.test",
            "expected an address with its host in Punycode (xn--\u2026), for as it is it can be another's, got 'a@\u00df.test'",
        ),
        ("x" * 80 + "@b.example", f"expected an address such as ada@letter.example, got {'x' * 80!r} and more"),
        ("a@" + "b." * 160, f"expected an address of at most 320 octets, got {('a@' + 'b.' * 160)[:80]!r} and more"),
        (
            "a@" + "\u00e4." * 60 + "de",
            f"expected an address of at most 320 octets, got {('a@' + chr(0xE4) + '.') + (chr(0xE4) + '.') * 38!r} and more",
        ),
    ],
)
def test_an_address_that_is_none_is_told_with_its_line(tmp_path: Path, given: str, expected: str) -> None:
    assert problems(tmp_path, f"address\nok@b.example\n{given}\n") == [f"recipients.csv:3: {expected}"]


@pytest.mark.parametrize(
    "url",
    ["https://b.example", "HTTPS://b.example/", "https://b.example:8443/a?b=c#d", "https://[::1]/", "https://b.example?u=%C3%A4"],
)
def test_an_https_address_for_unsubscribing_is_taken_as_it_is(tmp_path: Path, url: str) -> None:
    assert (
        found(tmp_path, f"address;unsubscribe_url\na@b.example;{url}\n", needs_unsubscribe=True).people[0].unsubscribe_url == url
    )


@pytest.mark.parametrize(
    "url",
    [
        *("", "http://b.example/", "b.example", "https://", "https:///x", "https://b.example/>", "https://b.example/ x"),
        *("https://u:p@b.example/", "https://b.example/\u00e4", "mailto:a@b.example", "https://b.example:x/"),
    ],
)
def test_any_other_address_for_unsubscribing_is_refused_where_it_is_needed(tmp_path: Path, url: str) -> None:
    assert problems(tmp_path, f"address,unsubscribe_url\na@b.example,{url}\n", needs_unsubscribe=True) == [
        f"recipients.csv:2: unsubscribe_url: expected an address in ASCII that begins with https://, got {url!r}"
    ]


def test_an_address_for_unsubscribing_that_fills_a_line_is_refused(tmp_path: Path) -> None:
    rows = f"address,unsubscribe_url\na@b.example,{URL + 'x' * 900}\n"
    assert problems(tmp_path, rows, needs_unsubscribe=True) == [
        f"recipients.csv:2: unsubscribe_url: expected at most 900 characters, got {len(URL) + 900}"
    ]


@pytest.mark.parametrize("control", ["\0", "\x1f", "\x7f", "\x85", "\u2028", "\u2029", "\n", "\r\n", "\t"])
@pytest.mark.parametrize("row", ["a@b.example{},b", 'a@b.example,"Ada{}Bcc: all@b.example"', 'a@b.example,"Ada{}"'])
def test_nothing_that_could_end_a_header_gets_in(tmp_path: Path, control: str, row: str) -> None:
    if control.endswith("\n") and '"' not in row:
        row = f'"{row.replace(",", chr(34) + ",")}'
    assert problems(tmp_path, f"address,name\n{row.format(control)}\nb@b.example,b\n") == [
        "recipients.csv:2: expected no line breaks and control characters in a value"
    ]


@pytest.mark.parametrize("text", ["a@b.example\r\nX: y", "a@b.example\0", "\u00e4@b.example"])
def test_no_recipient_is_made_that_could_end_a_header(text: str) -> None:
    with pytest.raises(ValueError, match="Recipient"):
        Recipient(address=text)
    with pytest.raises(ValueError, match="Recipient"):
        Recipient(address="a@b.example", unsubscribe_url=text)


def test_letters_that_join_are_no_controls(tmp_path: Path) -> None:
    name = "\U0001f469\u200d\U0001f4bb Ada\u00a0B"
    assert found(tmp_path, f"address,name\na@b.example,{name}\n").people[0].name == name


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    rows = (
        b'address,name,City,city\nada,x,y,z\n"b@b.example","x\ny",z,1\nc@b.example,x\nd@b.example,\xff,x,y\ne@b.example,x,y,z\n'
    )
    assert problems(tmp_path, rows, needs_unsubscribe=True) == [
        "recipients.csv:1: expected each column once, got city several times",
        "recipients.csv:1: expected a column unsubscribe_url, which the issue needs for each recipient",
        "recipients.csv:2: expected an address such as ada@letter.example, got 'ada'",
        "recipients.csv:3: expected no line breaks and control characters in a value",
        "recipients.csv:5: expected 4 columns, got 2",
        "recipients.csv:6: expected UTF-8, got b'\\xff,x,y\\n'",
    ]


def test_names_of_columns_have_no_controls(tmp_path: Path) -> None:
    assert problems(tmp_path, "address,na\x00me\na@b.example,x\n") == [
        "recipients.csv:1: expected no control characters in the names of columns"
    ]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("", "1: expected names of columns, address among them, got ''"),
        ("ada@mail.example,Ada\n", "1: expected names of columns, address among them, got 'ada@mail.example,Ada'"),
        ('address,"name\n', "1: expected names of columns, address among them, got 'address,\"name'"),
        ("address\n", " expected at least one recipient, got none"),
        (
            'address,name\na@b.example,x\nb@b.example,"x\nc@b.example,y\n',
            "3: expected CSV, got a row that cannot be read (unexpected end of data); nothing was read from here on",
        ),
        ("address\n" + "x" * 70_000, "2: expected at most 65,536 octets in a line; nothing was read from here on"),
    ],
)
def test_a_file_that_is_no_list_of_recipients_is_refused(tmp_path: Path, rows: str, problem: str) -> None:
    assert problems(tmp_path, rows) == [f"recipients.csv:{problem}"]


def test_a_file_of_nothing_but_problems_is_told_in_bearable_length(tmp_path: Path) -> None:
    told = problems(tmp_path, "address\n" + "x\n" * (MOST_LINES + 1_234))
    assert len(told) == MOST_LINES + 1
    assert told[-1] == "and 1,234 more"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=r"^delivery\.smtp\.recipients: .*gone\.csv cannot be read: No such file"):
        read(tmp_path / "gone.csv", needs_unsubscribe=False)


def test_who_stands_there_twice_is_written_to_once_and_that_is_said(tmp_path: Path) -> None:
    made = found(tmp_path, "address,name\nAda@b.example,1\nida@b.example,2\n\nada@B.example,3\nAda@b.example,4\n")
    assert [(one.address, one.name) for one in made.people] == [("Ada@b.example", "1"), ("ida@b.example", "2")]
    assert made.remarks == (
        "recipients.csv:5: ada@b.example stands in line 2 already, and is written to once",
        "recipients.csv:6: Ada@b.example stands in line 2 already, and is written to once",
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200).map(lambda noise: b"address,name\n" + noise) | st.binary(max_size=40))
def test_whatever_is_in_the_file_there_are_recipients_or_problems(tmp_path: Path, content: bytes) -> None:
    problem = ""
    try:
        people = found(tmp_path, content).people
    except DeliveryError as error:
        people, problem = (), str(error)
    assert bool(people) != problem.startswith("recipients.csv:")
