"""What a delivery cannot do without, and what follows from it."""

from pathlib import Path

import pytest

from newsletter import config as configuration
from newsletter.config import Config
from newsletter.errors import ConfigError

BASE = ("title=T", "url=https://letter.example/", "digest.address=1 Sample Street")


def load(*sets: str) -> Config:
    return configuration.load(None, (*BASE, *sets), Path("/nowhere"), search=False)


def problems(*sets: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as refused:
        load(*sets)
    return refused.value.problems


SMTP = ("delivery.service=smtp", "delivery.smtp.host=mail.letter.example")
LISTMONK = ("delivery.service=listmonk", "delivery.listmonk.url=https://lists.letter.example/", "delivery.listmonk.user=api")


def test_the_digest_has_the_merge_tags_of_the_service_that_it_is_handed_to() -> None:
    assert load().digest.service == ""
    assert load(*SMTP, "delivery.smtp.recipients=people.csv").digest.service == "smtp"
    assert load(*LISTMONK, "delivery.listmonk.lists=1, 2").digest.service == "listmonk"
    assert load("delivery.service=buttondown").digest.service == "buttondown"
    assert load("delivery.service=command", "delivery.command.run=send", "digest.service=keila").digest.service == "keila"


def test_a_mailing_list_has_no_merge_tags() -> None:
    assert load(*SMTP, "delivery.smtp.to=list@letter.example").digest.service == ""
    [problem] = problems(*SMTP, "delivery.smtp.to=list@letter.example", "digest.service=smtp")
    assert problem.startswith("digest.service: expected none with delivery.smtp.to")


@pytest.mark.parametrize("key", ["digest.sender", "delivery.smtp.envelope", "delivery.smtp.to"])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        *(
            (given, "an e-mail address, or Name <address>")
            for given in (
                *("Jane", "Jane <>", "Jane <jane>", "jane@b.example, joe@b.example", "Jane <jane@b.example>, <joe@b.example>"),
                *("joe@b.example, Jane <jane@b.example>", "joe@b.example <jane@b.example>", "Jane <jane@b.example> (at home)"),
                *("Friends: jane@b.example;", '"Jane" jane@b.example', '"<" Jane <jane@b.example>', "jane@b..example"),
            )
        ),
        ("jörg@b.example", "an address with ASCII before the @"),
        ("Jörg <jörg@müller.example>", "an address with ASCII before the @"),
        ("jane@straße.example", "an address with its host in Punycode (xn--…), for as it is it can be another's"),
        ("Jane\nSmith <jane@b.example>", "one line"),
        (f"jane@{'b.' * 160}example", "an address of at most 320 octets"),
    ],
)
def test_what_is_no_mailbox_is_refused(key: str, given: str, expected: str) -> None:
    [problem] = [one for one in problems(f"{key}={given}") if not one.startswith("delivery.smtp.recipients")]
    assert problem.startswith(f"{key}: expected {expected}, got ")


@pytest.mark.parametrize(
    "given",
    ["", "jane@b.example", "Smith, Jane <jane@b.example>", "jane@b.example <jane@b.example>", '"A <3" <jane@müller.example>'],
)
def test_a_mailbox_is_kept_as_a_person_writes_it(given: str) -> None:
    made = load(f"digest.sender={given}", f"delivery.smtp.envelope={given}", f"delivery.smtp.to={given}")
    assert (made.digest.sender, made.delivery.smtp.envelope, made.delivery.smtp.to) == (given, given, given)


def test_another_service_s_merge_tags_are_refused() -> None:
    [problem] = problems("delivery.service=buttondown", "digest.service=mailchimp")
    assert problem.startswith("digest.service: expected buttondown, which delivery.service is, got 'mailchimp'")


@pytest.mark.parametrize(
    ("sets", "keys"),
    [
        (("delivery.service=smtp",), {"delivery.smtp.host", "delivery.smtp.recipients"}),
        (SMTP, {"delivery.smtp.recipients"}),
        ((*SMTP, "delivery.smtp.recipients=a.csv", "delivery.smtp.to=a@b.example"), {"delivery.smtp.recipients"}),
        (LISTMONK, {"delivery.listmonk.lists"}),
        (("delivery.service=command",), {"delivery.command.run"}),
        (("delivery.dkim.domain=letter.example",), {"delivery.dkim.selector, delivery.dkim.key_file"}),
        (("delivery.service=pigeon",), {"delivery.service"}),
        (("delivery.mode=never",), {"delivery.mode"}),
        (("delivery.listmonk.lists=one",), {"delivery.listmonk.lists"}),
    ],
)
def test_what_is_missing_or_wrong_is_named(sets: tuple[str, ...], keys: set[str]) -> None:
    assert {problem.partition(":")[0] for problem in problems(*sets)} == keys


def test_lists_are_whole_numbers_in_the_file_and_on_the_command_line() -> None:
    assert load(*LISTMONK, "delivery.listmonk.lists=[3, 4]").delivery.listmonk.lists == (3, 4)
    assert load(*LISTMONK, "delivery.listmonk.lists=3").delivery.listmonk.lists == (3,)


@pytest.mark.parametrize(
    ("every", "on", "fits"),
    [
        *(("week", "friday", True), ("week", "Friday", True), ("week", "15", False), ("day", "friday", False)),
        *(("month", "15", True), ("month", "friday", False), ("month", "32", False), ("quarter", "31", True)),
        *(("year", "0", False), ("week", "someday", False)),
    ],
)
def test_the_day_fits_the_cadence(every: str, on: str, fits: bool) -> None:  # noqa: FBT001 - a column of the table
    sets = (f"digest.every={every}", f"digest.on={on}")
    if fits:
        assert load(*sets).digest.on == on.lower()
    else:
        assert [problem.partition(":")[0] for problem in problems(*sets)] == ["digest.on"]


def test_the_day_may_be_a_number_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "newsletter.toml"
    path.write_text(
        'title = "T"\nurl = "https://t.example/"\n[digest]\nevery = "month"\non = 15\nat = "08:30"\n', encoding="utf-8"
    )
    digest = configuration.load(path, (), tmp_path).digest
    assert (digest.on, digest.at) == ("15", "08:30")


@pytest.mark.parametrize("at", ["24:00", "8:00", "08.00", "noon"])
def test_the_time_is_one_of_the_day(at: str) -> None:
    assert problems(f"digest.at={at}")[0].startswith("digest.at: expected a time of day such as 08:30")
