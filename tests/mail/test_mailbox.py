from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail import mailbox
from newsletter.mail.mailbox import Mailbox


@given(st.text())
def test_what_is_written_is_read_back(name: str) -> None:
    one = Mailbox(name=" ".join(name.split()), address="ada@letter.example")
    assert mailbox.read(mailbox.written(one)) == one


@given(st.text(alphabet=st.characters(exclude_characters='<>"@')))
def test_any_name_may_stand_before_an_address_as_it_is(name: str) -> None:
    assert mailbox.read(f"{name} <ada@letter.example>") == Mailbox(name=" ".join(name.split()), address="ada@letter.example")
