import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.metadata import addresses


@pytest.mark.parametrize(
    ("written", "reference"),
    [
        ("https://a.example", "https://a.example/"),
        ("HTTP://A.example/b c?d e#f g", "http://A.example/b%20c?d%20e#f%20g"),
        ("https://a.example:8080/%41%zz%", "https://a.example:8080/%41%25zz%25"),
        ("https://üser@bücher.example:81/", "https://%C3%BCser@xn--bcher-kva.example:81/"),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]/"),
        ("/a b/ü?x=1&y=2#z", "/a%20b/%C3%BC?x=1&y=2#z"),
        ('/"><b>', "/%22%3E%3Cb%3E"),
        ("2026/03/26/slug", "2026/03/26/slug"),
        (" /a ", "/a"),
    ],
)
def test_an_address_is_written_as_uri(written: str, reference: str) -> None:
    assert addresses.reference(written) == reference


@pytest.mark.parametrize(
    "written",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:x",
        "data:text/html,x",
        "mailto:a@b",
        "file:///etc/passwd",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil",
        "https://",
        "https:/a",
        "https://[x/",
        "https://a..b/",
        "https://a b/",
        "https://a:x/",
        "/a\nb",
        "/a\x7fb",
    ],
)
def test_other_addresses_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        addresses.reference(written)


def test_only_an_absolute_address_is_absolute() -> None:
    assert addresses.absolute("https://a.example/b") == "https://a.example/b"
    with pytest.raises(ValueError, match="http or https address, got '/b'"):
        addresses.absolute("/b")


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("tag:a.example,2026:x", True),
        ("urn:x:1", True),
        ("https://ü.example/", True),
        ("42", False),
        ("a b:c", False),
        ("x:", False),
        ("x:<y>", False),
    ],
)
def test_an_iri_has_a_scheme_and_no_white_space(text: str, *, valid: bool) -> None:
    assert addresses.is_iri(text) is valid


@given(st.text(st.characters(codec="utf-8")))
def test_what_is_accepted_is_ascii_and_accepted_again(text: str) -> None:
    try:
        reference = addresses.reference(text)
    except ValueError:
        return
    assert reference.isascii()
    assert not any(character.isspace() for character in reference)
    assert addresses.reference(reference) == reference
