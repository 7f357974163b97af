from pathlib import Path

import pytest

from tests.checks.mail.made import found, make_mail


def messages(root: Path, body: str, head: str = "") -> list[str]:
    return [finding.message for finding in found(root, make_mail(root, body, head=head)) if finding.rule.id == "mail-contrast"]


def dark(rules: str) -> str:
    return f"<style>@media (prefers-color-scheme: dark) {{ {rules} }}</style>"


def test_colours_are_inherited_and_backgrounds_shine_through(tmp_path: Path) -> None:
    body = '<td style="background-color:#222222"><p style="background-color:transparent;color:inherit">Night</p></td>'
    assert messages(tmp_path, f"<table><tr>{body}</tr></table>") == [
        "'Night', #000000 on #222222 in light: expected a contrast of 4.5, got 1.32"
    ]
    light = '<div style="color:white"><p style="background-color:navy">Day</p></div>'
    assert messages(tmp_path, light) == []


@pytest.mark.parametrize(
    ("style", "sound"),
    [
        ("font-size:24px", True),
        ("font-size:23px", False),
        ("font-size:19px;font-weight:700", True),
        ("font-size:19px;font-weight:600", False),
        ("font-size:19px;font-weight:bold", True),
        ("font-size:2em", False),
    ],
)
def test_large_text_needs_less(style: str, sound: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    assert (messages(tmp_path, f'<p style="color:#808080;{style}">Grey</p>') == []) is sound


def test_headings_are_bold_by_themselves(tmp_path: Path) -> None:
    assert messages(tmp_path, '<h2 style="color:#808080;font-size:19px">Grey</h2>') == []
    assert len(messages(tmp_path, '<h2 style="color:#808080;font-size:19px;font-weight:400">Grey</h2>')) == 1


def test_hidden_text_and_colours_that_cannot_be_told_are_passed_over(tmp_path: Path) -> None:
    for body in (
        '<p style="display:none;color:#fff">Hidden</p>',
        '<p style="color:#fff"> <b style="color:#000">Bold</b> </p>',
        '<p style="color:rgba(0, 0, 0, 0)">Clear</p>',
        '<p style="color:var(--ink)">Named</p>',
    ):
        assert messages(tmp_path, body) == [], body


def test_the_dark_design_wins_over_style_attributes_where_it_is_important(tmp_path: Path) -> None:
    body = '<div class="card" style="background-color:#fff"><em style="color:#111">Text</em></div>'
    assert messages(tmp_path, body, dark(".card { background-color: #111 !important; }")) == [
        "'Text', #111111 on #111111 in dark: expected a contrast of 4.5, got 1.00"
    ]
    assert (
        messages(tmp_path, body, dark(".card { background-color: #111 !important; } .card em { color: #eee !important; }")) == []
    )
    assert messages(tmp_path, body, dark(".card { background-color: #111; }")) == []


def test_of_the_dark_rules_the_most_specific_wins_and_then_the_last(tmp_path: Path) -> None:
    body = '<em class="a" style="background-color:#fff;color:#111">Text</em>'
    wins = dark("em.a { color: #222 !important; } .a { color: #eee !important; } em { color: #ddd !important; }")
    assert messages(tmp_path, body, wins) == []
    loses = dark("em { color: #222 !important; } .a:hover { color: #111 !important; } .a { color: #eee !important; }")
    assert len(messages(tmp_path, body, loses)) == 1


def test_what_a_filter_turns_is_measured_in_light_alone(tmp_path: Path) -> None:
    body = '<pre style="background-color:#fff;color:#111">Code</pre>'
    assert messages(tmp_path, body, dark("pre { filter: invert(1); background-color: #111 !important; }")) == []
