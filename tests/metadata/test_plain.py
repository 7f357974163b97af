import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.metadata import plain, yaml
from newsletter.metadata.tree import Entry, MalformedError

CHARACTERS = "abcAZ019 _.,;/()'!?&+@%=*$~<>|^-:#\"\\[]{}\tä\x85\u2028"
KEYS = ("title", "date", "Tags", "a-b", "a b", "null", "1", "<<", "=", "?", "-", "key#")
VALUES = st.one_of(
    st.sampled_from(
        (
            *("", "null", "~", "Null", "2026-03-02", "2026-03-02 10:00:00 +0100", "12:30", "https://example.org/a?b=c#d"),
            *("[a, b c]", "[]", "[ ]", "[a, , b]", "[a,]", "[a: b]", "[null, ~]", '"a"', "'a'", "''", '""', "'it''s'", '"a" b'),
            *('"a\\n"', "a #b", "a#b", "a:", "a: b", "a :b", "|", ">", "*a", "&a b", "!x y", "- a", "{a: b}", "a  b", "it's"),
            *(
                "[a",
                "a]",
                "a, b",
                "%a",
                "@a",
                "`a",
                "#a",
                "a\tb",
                "é",
                "[é]",
                '"é"',
                "---",
                "...",
                "a\x85b",
                "a\u2028b",
                "x: [y]",
            ),
        )
    ),
    st.text(alphabet=CHARACTERS, max_size=12),
    st.text(alphabet="ab -:,'", max_size=12).map(lambda text: f"[{text}]"),
    st.text(alphabet="ab -:,#\\'", max_size=12).map(lambda text: f'"{text}"'),
)
LINES = st.builds(
    lambda key, between, value, after: f"{key}:{between}{value}{after}",
    st.sampled_from(KEYS),
    st.sampled_from((" ", "  ", "", "\t")),
    VALUES,
    st.sampled_from(("", " ", "\t")),
)
BLOCKS = st.lists(st.one_of(LINES, st.sampled_from(("", " ", "  more", "# note", "- a", "---"))), max_size=5).map("\n".join)


def parsed(source: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Entry] | str:
    """Read a block as YAML alone does."""
    with monkeypatch.context() as patch:
        patch.setattr(plain, "read", lambda _source: None)
        try:
            return yaml.read(source)
        except MalformedError as error:
            return str(error)


@given(BLOCKS)
def test_what_is_read_without_a_parser_is_what_the_parser_reads(source: str) -> None:
    quick = plain.read(source)
    if quick is not None:
        with pytest.MonkeyPatch.context() as monkeypatch:
            assert list(quick.items()) == list(dict(parsed(source, monkeypatch)).items())  # type: ignore[arg-type]  # or it fails


def test_usual_front_matter_needs_no_parser() -> None:
    source = "\ntitle: What's new, and why: 3:1\ndate: 2026-03-02 10:00:00 +0100\ntags: [a, b c]\nempty:\nnot: null\n"
    source += "quoted: \"Of #1: all\"\nsingle: 'x: y'\nurl: https://example.org/a?b=c\n"
    assert plain.read(source.replace("why: 3", "why 3")) is not None
    assert plain.read(source) is None
    assert plain.read("list: []\n") == {"list": Entry(key="list", value=(), line=1)}


@pytest.mark.parametrize("source", ["", "\n\n", "a: b\na: c", "a: b\n  c", "a: b\n# c", f"a: {'b' * plain.LONGEST}"])
def test_anything_else_is_left_to_the_parser(source: str) -> None:
    assert plain.read(source) is None
