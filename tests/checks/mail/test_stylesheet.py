from newsletter.checks.mail.stylesheet import Rule, declarations, rules


def test_rules_come_with_their_lines_and_what_is_around_them() -> None:
    css = """
/* a { color: red } */
a, b { Color: red; margin: 0 }
@media print {
  @supports (display: grid) {
    p { display: none !important }
  }
  i { color: blue; }
}
@import "x.css";
@font-face { font-family: X }
b {}
"""
    assert list(rules(css)) == [
        Rule(selector="a, b", declarations=(("color", "red"), ("margin", "0")), line=3),
        Rule(selector="p", declarations=(("display", "none !important"),), at="@media print @supports (display: grid)", line=6),
        Rule(selector="i", declarations=(("color", "blue"),), at="@media print", line=8),
        Rule(selector="", declarations=(), at='@import "x.css"', line=10),
        Rule(selector="", declarations=(("font-family", "X"),), at="@font-face", line=11),
        Rule(selector="b", declarations=(), line=12),
    ]


def test_a_template_is_read_as_the_sheet_that_it_makes() -> None:
    css = """{# a { b: c } #}
{% if x %}
.a { color: {{ theme.light['ink'] }}; }
{% endif %}
@media (max-width: {{ w }}px) {
.b { top: 0; }
}
"""
    assert [(rule.selector, rule.line, rule.declarations) for rule in rules(css)] == [
        (".a", 3, (("color", "{{ theme.light['ink'] }}"),)),
        (".b", 6, (("top", "0"),)),
    ]


def test_what_is_unbalanced_or_no_rule_ends_quietly() -> None:
    assert list(rules("} ; a { color: red")) == []
    assert [rule.selector for rule in rules("a { b: c } } d { e: f }")] == ["a", "d"]


def test_declarations_keep_the_semicolons_of_addresses() -> None:
    style = "background: url(data:image/png;base64,AA==); ; COLOR : red; nothing"
    assert list(declarations(style)) == [("background", "url(data:image/png;base64,AA==)"), ("color", "red")]
