import pytest

from newsletter.render.commonmark import ASIDE, NestingError, lay_out
from tests.render.rendering import html


def laid_out(body: str) -> str:
    return lay_out(body)[0]


def lists(body: str) -> str:
    return "".join(html(body).split())


@pytest.mark.parametrize("spaces", [2, 3, 4])
def test_a_list_nests_by_two_three_and_four_spaces(spaces: int) -> None:
    body = f"- a\n{' ' * spaces}- b\n{' ' * 2 * spaces}- c\n- d\n"
    assert lists(body) == "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ul>"


def test_a_list_nests_below_a_numbered_item_by_two_spaces() -> None:
    assert lists("1. a\n  - b\n2. c\n") == "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"


def test_a_list_may_directly_follow_a_line_of_text() -> None:
    assert lists("text:\n- a\n- b\n") == "<p>text:</p><ul><li>a</li><li>b</li></ul>"


def test_a_number_that_is_not_one_does_not_begin_a_list_inside_a_paragraph() -> None:
    assert html("in the year\n1984. It was") == "<p>in the year\n1984. It was</p>"


def test_an_empty_item_does_not_interrupt_a_paragraph() -> None:
    assert laid_out("text\n*\nmore") == "text\n*\nmore"


def test_a_numbered_list_keeps_its_numbers_with_either_mark() -> None:
    assert 'start="3"' in html("3. c\n4. d")
    assert lists("1) a\n2) b") == "<ol><li>a</li><li>b</li></ol>"


def test_a_numbered_list_behind_a_bulleted_one_is_another_list() -> None:
    assert lists("- a\n1. b") == "<ul><li>a</li></ul><ol><li>b</li></ol>"


def test_an_item_may_hold_paragraphs_and_code() -> None:
    got = html("1. one\n\n   para\n\n       code\n2. two\n")
    assert got.count("<ol>") == 1
    assert "<p>para</p>" in got
    assert "<code>code\n</code>" in got


def test_an_item_may_begin_with_a_fence() -> None:
    got = html("1. ```\n   x=1\n   ```\n2. b\n")
    assert "<pre><code>x=1\n</code></pre>" in got
    assert got.count("<li>") == 2


def test_an_unclosed_fence_in_an_item_ends_with_the_item() -> None:
    assert laid_out("- ```\n  x\n- b") == "- <span></span>\n    ```\n    x\n    ```\n- b"


def test_a_fence_inside_an_item_needs_no_more_than_its_indentation() -> None:
    assert laid_out("- a\n  ```js\n  x\n\n  y\n  ```\n- b") == "- a\n    ```js\n    x\n\n    y\n    ```\n\n- b"


def test_an_item_goes_on_lazily_until_something_else_begins() -> None:
    assert laid_out("- a\nb\n# H") == "- a\n    b\n\n# H"


def test_an_item_goes_on_behind_a_blank_line_only_if_it_is_indented() -> None:
    assert laid_out("- a\n\nb") == "- a\n\nb"


def test_blank_lines_between_items_are_one() -> None:
    assert laid_out("- a\n\n\n- b\n\n\n") == "- a\n\n- b\n\n\n"


def test_a_line_that_fits_nowhere_ends_the_item() -> None:
    assert laid_out("- # head\ntext") == "- # head\n\ntext"


def test_a_deeply_indented_item_below_text_of_an_item_is_nested() -> None:
    assert laid_out("- a\n        - b") == "- a\n    - b"


def test_indented_code_outside_lists_stays_code() -> None:
    assert laid_out("    - no list\n    # no heading\n") == "    - no list\n    # no heading\n"


def test_an_unclosed_fence_ends_with_the_article() -> None:
    assert laid_out("```\n<b>\n- x") == "```\n<b>\n- x\n```"


def test_a_fence_may_say_more_than_its_language() -> None:
    assert laid_out('```js{1,3} title="x"\na\n```') == "```js\na\n```"
    assert laid_out("~~~ {.python .numberLines}\na\n~~~") == "~~~python\na\n~~~"


def test_a_longer_fence_holds_a_shorter_one() -> None:
    assert "<code>```\nx\n```\n</code>" in html("````\n```\nx\n```\n````")


def test_a_fence_is_set_off_from_the_text_around_it() -> None:
    assert laid_out("a\n```\nx\n```\nb") == "a\n\n```\nx\n```\n\nb"


def test_a_table_may_directly_follow_a_line_of_text() -> None:
    assert laid_out("a | b\n| c | d |\n|---|---|\n| 1 | 2 |") == "a | b\n\n| c | d |\n|---|---|\n| 1 | 2 |"
    assert laid_out("| c | d |\n|---|---|") == "| c | d |\n|---|---|"


def test_a_backslash_at_the_end_of_a_line_breaks_it() -> None:
    assert laid_out("a\\\nb\\") == "a  \nb\\"


def test_a_hash_mark_before_a_word_is_no_heading() -> None:
    assert html("#tag and #1") == "<p>#tag and #1</p>"
    assert html("###Heading").startswith("<h3")


def test_quotes_are_laid_out_too() -> None:
    assert laid_out("> a\n> - b\n>   - c\nlazy") == "> a\n>\n> - b\n>     - c\n\nlazy"
    assert laid_out("> a\nlazy") == "> a\nlazy"


def test_callouts_are_quotes_of_their_own() -> None:
    assert html("> [!note] A\n> a\n\n> [!tip] B\n> b").count("<blockquote>") == 2
    assert html("> a\n\n> b").count("<blockquote>") == 1


def test_html_ends_at_a_blank_line_so_that_markdown_goes_on_inside() -> None:
    got = html("<details>\n<summary>More</summary>\n\n**bold**\n\n- a\n  - b\n\n</details>\n\nafter")
    assert "<summary>More</summary>\n<p><strong>bold</strong></p>" in got
    assert got.index("</details>") < got.index("after")
    assert got.count("<ul>") == 2


def test_html_that_asks_for_markdown_inside_gets_it() -> None:
    assert "<p><strong>x</strong></p>" in html('<div class="x" markdown="1">\n**x**\n</div>')


def test_indented_lines_inside_open_html_are_no_code() -> None:
    assert "<pre>" not in html("<div>\n\n    <p>in</p>\n\n</div>")
    assert "<pre>" in html("<div>\n\n</div>\n\n    code")


@pytest.mark.parametrize(
    ("body", "held"),
    [
        ("<pre>\n- a\n\n# b\n</pre>\nafter", "<pre>\n- a\n\n# b\n</pre>"),
        ("<!-- a\n\nb -->\nafter", "<!-- a\n\nb -->"),
        ("<?php\n\nx ?>\nafter", "<?php\n\nx ?>"),
        ("<![CDATA[\n\nx ]]>\nafter", "<![CDATA[\n\nx ]]>"),
        ("<!DOCTYPE html>\nafter", "<!DOCTYPE html>"),
        ("<style>\n\na{}", "<style>\n\na{}"),
    ],
)
def test_what_is_verbatim_in_html_is_set_aside_whole(body: str, held: str) -> None:
    text, aside = lay_out(body)
    assert aside == (held,)
    assert text.split("\n")[0] == f"{ASIDE}0{ASIDE}"


def test_tabs_become_spaces() -> None:
    assert laid_out("-\ta\n\t- b") == "- a\n    - b"


def test_setext_headings_and_rules_stay() -> None:
    assert laid_out("a\n---\n\n* * *\nb\n===") == "a\n---\n\n* * *\nb\n==="


@pytest.mark.parametrize("body", ["\n".join(f"{' ' * 2 * n}- x" for n in range(400)), "> " * 400 + "x"])
def test_lists_and_quotes_are_nested_a_hundred_deep_at_most(body: str) -> None:
    with pytest.raises(NestingError):
        lay_out(body)


def test_laying_out_what_is_laid_out_changes_nothing() -> None:
    body = "text:\n- a\n  - b\n1) d\n```\nx\n```\n> - q\n\nend"
    once = laid_out(body)
    assert laid_out(once) == once
