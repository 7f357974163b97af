import pytest

from newsletter.checks.mail.page import is_ours, matching, parse, path_of, text_of


def test_a_selector_matches_elements_and_says_how_specific_it_is() -> None:
    page = parse(b"<p class=a>A</p><p>B</p>")
    weight, found = matching(page, "p.a")
    assert (weight, [element.text for element in found]) == ((0, 1, 1), ["A"])
    assert matching(page, "p, .a") == ((0, 0, 0), ())
    assert matching(page, "p:nowhere(") == ((0, 0, 0), ())
    assert matching(page, "{{ theme }}") == ((0, 0, 0), ())


def test_what_is_said_includes_alt_texts_and_what_follows_comments() -> None:
    page = parse(b'<p>A <!-- hidden --> word <img src="a.png" alt="with a picture">&zwnj;&nbsp; of it<!-- x --></p>')
    assert text_of(page) == "A word with a picture of it"


@pytest.mark.parametrize(
    ("address", "path"),
    [("https://a.example/a%20b/c.png?d#e", "/a b/c.png"), ("data:image/png;base64,AA/BB", ""), ("https://[", ""), ("a/b", "")],
)
def test_only_addresses_with_a_host_have_a_path(address: str, path: str) -> None:
    assert path_of(address) == path


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("http://a.example/b/", True),
        ("https://a.example/b/c#d", True),
        ("https://a.example/c/", False),
        ("https://b.example/b/", False),
        ("https://[", False),
        ("mailto:a@a.example", False),
    ],
)
def test_what_is_below_the_publication_is_ours(address: str, ours: bool) -> None:  # noqa: FBT001 - a parameter
    assert is_ours(address, "https://a.example/b/") is ours


@pytest.mark.parametrize("url", ["https://a.example/%C3%BC b/", "https://a.example/ü%20b/", "https://A.example:443/%c3%bc%20b/"])
@pytest.mark.parametrize(
    "address", ["https://a.example/ü%20b/c", "http://a.example/%C3%BC%20b/c#d", "https://a.EXAMPLE/%c3%bc b/c"]
)
def test_what_is_below_the_publication_is_ours_in_all_spellings(address: str, url: str) -> None:
    assert is_ours(address, url)
    assert not is_ours(address.lower().replace("example", "example:8443"), url)
    assert not is_ours(address.replace(" b", "").replace("%20b", ""), url)


def test_a_host_is_one_in_letters_and_in_ascii() -> None:
    assert is_ours("https://xn--bcher-kva.example/a", "https://bücher.example/")
    assert is_ours("https://Bücher.example/a", "https://xn--bcher-kva.example/")
    assert not is_ours(f"https://{'ü' * 80}.example/a", "https://xn--bcher-kva.example/")
    assert not is_ours("https://xn--bcher-kva.example:port/a", "https://xn--bcher-kva.example/")
