import re
from pathlib import Path

import pytest

from newsletter.checks.clients import check
from newsletter.checks.clients.support import CLIENTS, findings
from newsletter.checks.finding import Severity
from newsletter.config import Config
from newsletter.design.theme import THEMES
from newsletter.emitters.digest import emit
from newsletter.templating import Templates
from tests.checks.mail.made import letter, mail_of, make_mail, origins, weighed
from tests.factories import make_article, make_edition, make_rendered

EVERYTHING = (
    '<h3>Part</h3><p>Text <em>and</em> <a href="https://there.example/">a link</a>, <code>code</code>, <del>gone</del>.</p>'
    "<ul><li>One</li></ul><ol><li>Two</li></ol><dl><dt>Term</dt><dd>Meaning</dd></dl><blockquote><p>Quote</p></blockquote>"
    "<pre><code>a = 1\n</code></pre><table><thead><tr><th>A</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table><hr>"
    '<figure><img src="https://there.example/a.png" alt="A cat" width="300" height="200"><figcaption>A cat</figcaption></figure>'
    '<p><sup id="r"><a href="#n">1</a></sup></p><div class="footnote"><ol><li id="n">Note</li></ol></div>'
)


def serious(root: Path, body: str, head: str = "") -> list[tuple[str, str]]:
    """List what is no mere note: its severity, and what is used."""
    found = weighed(root, make_mail(root, body, head=head))
    chosen = [finding for finding in found if finding.rule.severity is not Severity.NOTE]
    return [(finding.rule.severity.value, re.split(": (?:not|in part) in ", finding.message)[0]) for finding in chosen]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_all_that_an_article_may_hold_is_safe_in_every_design(theme: str, language: str, tmp_path: Path) -> None:
    config = letter(tmp_path, theme=theme)
    config = Config(**{**{name: getattr(config, name) for name in config.__struct_fields__}, "language": language})
    edition = make_edition(*(make_rendered(EVERYTHING, slug=slug) for slug in ("one", "two", "three")))
    html = next(output.body for output in emit(config, edition, Templates()) if output.path.endswith("email.html"))
    one = mail_of(tmp_path, html.decode())
    found, table = check(one, origins(tmp_path, one, config=config))
    assert {finding.rule.severity for finding in found} == {Severity.NOTE}
    assert {"padding", "<table> element", "HTML5 semantics", "@media"} <= {row.feature.title for row in table.rows}
    assert table.clients == CLIENTS
    assert all(len(row.levels) == len(CLIENTS) for row in table.rows)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<div style="display:flex">a</div>', "display:flex on <div>"),
        ('<div style="display: grid">a</div>', "display:grid on <div>"),
        ('<div style="position:absolute">a</div>', "position on <div>"),
        ('<div style="float:left">a</div>', "float on <div>"),
        ('<p style="font-size:1rem">a</p>', "rem unit on <p>"),
        ('<p style="width:calc(100% - 2px)">a</p>', "CSS calc() function on <p>"),
        ('<p style="color:var(--ink)">a</p>', "CSS Variables (Custom Properties) on <p>"),
        ('<img src="https://a.example/a.webp" alt="a">', "webP image format on <img>"),
        ('<img src="data:image/png;base64,AA" alt="a">', "Base 64 image format on <img>"),
        ('<video src="https://a.example/a.mp4"></video>', "<video> element on <video>"),
        ("<form><input></form>", "<form> element on <form>"),
        ('<div style="opacity:0">a</div>', "opacity on <div>"),
        ('<div style="max-width:600px">a</div>', "max-width on <div>"),
        ('<p style="white-space:pre-wrap">a</p>', "white-space on <p>"),
    ],
)
def test_what_carries_content_or_layout_and_is_not_supported_is_an_error(body: str, said: str, tmp_path: Path) -> None:
    assert ("error", said) in serious(tmp_path, body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<p style="margin:-10px">a</p>', "margin on <p>"),
        ('<div style="display:none"><table><tr><td>a</td></tr></table></div>', "display:none on <div>"),
        ('<img style="width:50%" src="https://a.example/a.png" alt="a">', "width property on <img>"),
        ("<ol reversed><li>a</li></ol>", "<ul>, <ol> and <dl> on <ol>"),
        ('<p style="color:rgb(1 2 3)">a</p>', "rgb() on <p>"),
        ('<p style="text-align:start">a</p>', "text-align on <p>"),
        ('<p style="font-size:large;text-align:end">a</p>', "text-align on <p>"),
        ('<img width="50%" src="https://a.example/a.png" alt="a">', "width attribute on <img>"),
        ('<a href="mailto:a@b.example?bcc=c@d.example">a</a>', "mailto: links on <a>"),
    ],
)
def test_what_is_supported_in_part_is_a_warning_where_that_part_is_missing(body: str, said: str, tmp_path: Path) -> None:
    assert serious(tmp_path, body) == [("warning", said)]


@pytest.mark.parametrize(
    "body",
    [
        '<p style="margin:0 auto">a</p>',
        '<p style="margin:10px;text-align:left;color:rgb(1, 2, 3)">a</p>',
        "<ol><li>a</li></ol>",
        '<img style="max-width:100%;width:100%" width="300" src="https://a.example/a.png" alt="a">',
        '<table style="width:100%"><tr><td style="width:30px;padding:4px">a</td></tr></table>',
        '<!--[if mso]><table width="600"><tr><td><![endif]--><div style="max-width:600px;margin:0 auto">a</div>',
        '<pre style="white-space:pre-wrap">a</pre>',
        '<div style="display:none"><p style="opacity:0;max-height:0;position:absolute">a</p></div>',
        '<p style="background-image:url(a.png);background-color:#fff">a</p>',
        '<p style="background:#fff">a</p>',
        '<figure><figcaption style="border-radius:4px">a</figcaption></figure>',
        '<p style="-webkit-hyphens:auto;mso-hide:all">a</p>',
        '<a href="mailto:a@b.example">a</a>',
        '<img src="https://a.example/a.gif" alt="a">',
        '<img src="https://a.example/picture" srcset="https://a.example/a.png 2x" alt="a">',
    ],
)
def test_what_only_adds_or_has_something_that_stands_in_is_no_problem(body: str, tmp_path: Path) -> None:
    assert serious(tmp_path, body) == []


def test_tables_must_fit_where_they_cannot_be_scrolled(tmp_path: Path) -> None:
    def table(words: str) -> str:
        cells = "".join(f"<td>{word}</td>" for word in words.split())
        return f'<div style="overflow-x:auto"><table><tr>{cells}</tr></table></div>'

    narrow, wide = table(" ".join(["wordword"] * 5)), table(" ".join(["wordword"] * 5) + " x")
    breaking = "<style>@media (max-width: 620px) { .content td { word-break: break-word !important; } }</style>"
    never = [("error", "overflow on <div>"), ("warning", "overflow on <div>")]
    assert serious(tmp_path, narrow) == []
    assert serious(tmp_path, wide) == never
    assert serious(tmp_path, wide, breaking) == []
    assert serious(tmp_path, wide, breaking.replace("max-width", "min-width")) == never


def test_style_sheets_in_the_head_only_add(tmp_path: Path) -> None:
    head = (
        '<style>@import "a.css"; @media (prefers-color-scheme: dark) { .a > p, #b + i[c]:hover::before { display: flex; } }'
        "@supports (display: grid) { * ~ a.b { float: left } } @font-face { font-family: X }</style>"
    )
    found = weighed(tmp_path, make_mail(tmp_path, head=head))
    assert serious(tmp_path, "", head) == []
    titles = {finding.message.partition(" (")[0].partition(":")[0] for finding in found}
    assert {"@media", "@supports", "@font-face", "@import", "display", "float"} <= titles


def test_a_note_tells_of_a_feature_once_with_the_number_of_places_and_why_it_is_one(tmp_path: Path) -> None:
    found = weighed(tmp_path, make_mail(tmp_path, '<p style="border-radius:2px">a</p><p style="border-radius:2px">b</p>'))
    [message] = [finding.message for finding in found if "border-radius" in finding.message]
    assert message.startswith("border-radius (2 places): not in Outlook 2016, Outlook 2019, Outlook 2021, Windows Mail, GMX")
    assert message.endswith("- decoration only (https://www.caniemail.com/features/css-border-radius/)")


def test_an_error_names_the_clients_and_what_is_known_and_the_place(tmp_path: Path) -> None:
    article = make_article()
    (tmp_path / "content").mkdir()
    (tmp_path / "content/first.md").write_text("---\ntitle: F\n---\nText.\n\n![A cat](a.webp)\n")
    picture = '<img src="https://letter.example/assets/a.webp" alt="A cat">'
    one = make_mail(tmp_path, f'<div data-id="{article.id}"><div class="content">{picture}</div></div>')
    found, _ = check(one, origins(tmp_path, one, article))
    assert (found[0].path, found[0].line, found[0].rule.id) == (tmp_path / "content/first.md", 6, "client-support")
    assert found[0].message == (
        "webP image format on <img>: not in Outlook 2016, Outlook 2019, Outlook 2021"
        " (https://www.caniemail.com/features/image-webp/)"
    )


def test_what_main_clients_lack_in_part_is_told_with_their_notes(tmp_path: Path) -> None:
    [finding] = [
        one for one in weighed(tmp_path, make_mail(tmp_path, "<ol reversed></ol>")) if one.rule.severity is Severity.WARNING
    ]
    assert "in part in Gmail on the web, " in finding.message
    assert " - Partial. The `reversed` attribute on `<ol>` is not supported." in finding.message


def test_the_findings_are_dated_and_cover_every_client() -> None:
    known = findings()
    assert known.date >= "2026-05-13"
    assert len(known.features) > 300
    ids = {client.id for client in CLIENTS}
    assert all(set(feature.support) == ids for feature in known.features.values())
    assert known.features["css-padding"].support["outlook.windows.2016"][1].startswith("Partial. Only supported on table cells.")
    assert all(len(client.short) <= 5 for client in CLIENTS)
