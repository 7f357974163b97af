import pytest

from newsletter.render.wrap import width
from tests.render.rendering import text

LONG = "https://a.example/" + "long" * 30


def test_paragraphs_are_wrapped_at_72_columns() -> None:
    got = text("word " * 40)
    assert max(map(len, got.split("\n"))) <= 72
    assert got.split() == ["word"] * 40
    assert got.endswith("word\n")


def test_addresses_and_code_are_never_broken() -> None:
    got = text(f"{'word ' * 10} <{LONG}> and `some code with spaces that is long enough to need a line of its own here`")
    assert LONG in got.split("\n")
    assert "`some code with spaces that is long enough to need a line of its own here`" in got.split("\n")


def test_headings_are_underlined_and_need_no_emphasis() -> None:
    assert text("# One *big* `x`\n\n## 漢字\n\ntext") == "One big `x`\n-----------\n\n漢字\n~~~~\n\ntext\n"
    assert text("# ![](a.png)\n\na") == "a\n"


def test_links_are_numbered_and_listed_once() -> None:
    assert text("[one](https://a.example/) [two](https://b.example/), [three ](https://a.example/)end") == (
        "one [1] two [2], three [1] end\n\n[1] https://a.example/\n[2] https://b.example/\n"
    )


@pytest.mark.parametrize(
    ("body", "got"),
    [
        ("<https://a.example/>", "https://a.example/"),
        ("[a.example](https://a.example/)", "a.example"),
        ("<a@b.example>", "a@b.example"),
        ("[in](#sec)", "in"),
        ("[](https://a.example/) x", "x"),
        ("[![pic](a.png)](https://a.example/)", "[Image: pic] [1]\n\n[1] https://a.example/"),
    ],
)
def test_an_address_that_tells_nothing_new_is_not_listed(body: str, got: str) -> None:
    assert text(body) == f"{got}\n"


def test_a_number_is_not_parted_from_its_link() -> None:
    got = text(f"{'x' * 68} [link](https://a.example/)")
    assert "link [1]" in got.split("\n")


def test_lists_are_indented_and_numbered() -> None:
    assert text("- one\n  - two\n\n9. nine\n10. ten\n") == "- one\n  - two\n\n9. nine\n10. ten\n"
    assert text("- one\n\n  more\n\n- two\n") == "- one\n\n  more\n\n- two\n"
    assert text('<ol start="x"><li>a</li></ol><ul></ul>') == "1. a\n"
    assert text("- " + "word " * 20).split("\n")[1].startswith("  word")
    assert text("- [x] done\n- [ ] open") == "- ☑ done\n- ☐ open\n"
    assert text("<ul><li></li><li>a</li></ul>") == "-\n- a\n"


def test_quotes_code_and_rules_are_recognised() -> None:
    assert (
        text("> a\n>\n> b\n> > c\n\n    code  \n\n        more\n\n***\n")
        == "> a\n>\n> b\n>\n> > c\n\n    code\n\n        more\n\n* * *\n"
    )
    assert text("<blockquote></blockquote><pre> </pre>a<dl><dd></dd></dl>") == "a\n"


def test_a_quote_nested_deep_keeps_room_for_words() -> None:
    got = text("> " * 40 + "word " * 30)
    assert "word word word word" in got


def test_footnotes_are_numbered_notes() -> None:
    assert text("a[^x] b\n\n[^x]: Note with\n    two *lines*.\n") == "a [note 1] b\n\nNote 1: Note with two _lines_.\n"


def test_images_are_told_by_their_alt_text() -> None:
    assert text("![A  cat](a.png) ![](b.png)") == "[Image: A cat]\n"


def test_marks_of_text_are_kept() -> None:
    assert text("**a** _b_ ~~c~~ `d` <q>e</q> x<sup>2</sup> 1<sup>st</sup> H<sub>2</sub> <kbd>K</kbd> <b> </b>") == (
        "*a* _b_ ~c~ `d` “e” x^2 1st H2 K\n"
    )
    assert text("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby> <ruby>漢<rt>kan</rt></ruby>") == "漢(kan) 漢(kan)\n"


def test_line_breaks_stay() -> None:
    assert text("a  \nb<br><br>c") == "a\nb\n\nc\n"


def test_definition_lists_and_details_and_figures_read_in_order() -> None:
    assert (
        text("Term\n:   Def\n\n<details>\n<summary>More</summary>\n\ninside\n\n</details>") == "Term\n    Def\n\nMore\n\ninside\n"
    )
    assert text('<figure><img src="a.png" alt="A"><figcaption>Cap</figcaption></figure>') == "[Image: A]\n\nCap\n"
    assert text("<p>a <span><div>b</div></span> c</p>") == "a\n\nb\n\nc\n"


def test_wide_characters_take_two_columns_and_break_anywhere_but_before_marks() -> None:
    got = text("日本語の長い文章は、空白がないので、どこで改行するかを文字の幅で決めなければならない。「括弧」も同じである。" * 3)
    lines = got.split("\n")
    assert len(lines) > 3
    assert max(map(width, lines)) <= 74  # a mark may hang over
    assert not any(line.startswith(("、", "。", "」")) or line.endswith("「") for line in lines)


def test_right_to_left_text_survives() -> None:
    assert text("مرحبا بالعالم e\u0301") == "مرحبا بالعالم e\u0301\n"
    assert width("e\u0301\u200f") == 1


def test_no_break_spaces_do_not_break() -> None:
    assert "a\xa0b" in text(f"{'x' * 70} a\xa0b").split("\n")


def test_tables_are_aligned_where_they_fit() -> None:
    assert text("| a | b |\n|:--|--:|\n| 1 | 22 |\n| long **words** | `c` |") == (
        "a               b\n------------  ---\n1              22\nlong *words*  `c`\n"
    )
    assert text("<table><caption>Cap</caption><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>") == "Cap\n\na  b\nc\n"
    assert text("<table><tr><td></td></tr></table>a") == "a\n"


def test_wide_tables_are_lists_of_headers_and_values() -> None:
    long = "word " * 20
    assert text(f"| one | two |\n|---|---|\n| a | {long} |\n| b | |") == (
        f"one: a\ntwo:{' word' * 13}\n {' word' * 7}\n\none: b\n"
    )
    assert text(f"<table><tr><td>{long}</td><td>x</td></tr></table>").endswith("word\nx\n")
    assert text(f"| one | {long} |\n|---|---|").startswith("one\nword")


def test_no_line_ends_in_a_space() -> None:
    got = text("- a\n\n  > b\n\n| a | b |\n|---|---|\n| 1 |  |\n\n`x `  \ny")
    assert all(line == line.rstrip() for line in got.split("\n"))
