from pathlib import Path

import pytest

from newsletter.checks.mail.origin import Origins, Place
from newsletter.checks.mail.page import Mail
from newsletter.checks.mail.stylesheet import rules
from newsletter.config import Config
from newsletter.emitters.digest import emit
from newsletter.model import Article, Rendered
from newsletter.templating import Templates, builtin_folder
from tests.checks.mail.made import letter, mail_of, origins
from tests.factories import make_article, make_edition, make_rendered

BODY = (
    '<h3>First part</h3><p>See <a href="https://there.example/a">what others say of it</a>'
    ' &amp; <em style="color:#111">that</em>.</p>'
)
MARKDOWN = """---
title: First
date: 2026-03-02
---
Title: no heading

# First part

See [what others say of it](https://there.example/a) & <em style="color:#111">that</em>.
"""


def built(root: Path, config: Config, *items: Rendered) -> Mail:
    html = next(
        output.body
        for output in emit(config, make_edition(*items), Templates(config.templates))
        if output.path.endswith("email.html")
    )
    return mail_of(root, html.decode())


def demo(root: Path, markdown: str = MARKDOWN) -> tuple[Mail, Origins, Article]:
    article = make_article(body_line=5)
    (root / "content").mkdir(exist_ok=True)
    (root / "content/first.md").write_text(markdown)
    one = built(root, letter(root), make_rendered(BODY, body_line=5))
    return one, origins(root, one, article), article


def line_with(path: Path, text: str) -> int:
    return next(number for number, line in enumerate(path.read_text().split("\n"), 1) if text in line)


def test_what_an_article_says_is_found_by_its_words_in_its_body(tmp_path: Path) -> None:
    one, where, _ = demo(tmp_path)
    path = tmp_path / "content/first.md"
    [heading], [link] = one.page.findall(".//h3"), one.page.xpath("//a[contains(@href, 'there')]")
    assert where.of(heading) == Place(path=path, line=7)
    assert where.of(link, "not there", "https://there.example/a") == Place(path=path, line=9)
    assert where.of_declaration(one.page.find(".//em"), "color") == Place(path=path, line=9)


def test_where_the_words_are_not_found_the_article_alone_is_named(tmp_path: Path) -> None:
    one, where, _ = demo(tmp_path, "Something else.\n")
    assert where.of(one.page.find(".//h3")) == Place(path=tmp_path / "content/first.md")
    one, where, article = demo(tmp_path)
    (tmp_path / "content" / article.path).unlink()
    assert where.of(one.page.find(".//h3")) == Place(path=tmp_path / "content/first.md")


def test_a_style_is_followed_to_the_rule_that_won(tmp_path: Path) -> None:
    one, where, _ = demo(tmp_path)
    sheet = builtin_folder() / "parts/email.css.j2"
    [title] = one.page.find_class("title")
    assert where.of_declaration(title, "margin") == Place(path=sheet, line=line_with(sheet, ".title { margin: 0;"))
    assert where.of_declaration(title, "font-size") == Place(path=sheet, line=line_with(sheet, ".lead .title { font-size"))


def test_a_theme_has_the_last_word(tmp_path: Path) -> None:
    config = letter(tmp_path, theme="ledger")
    one = built(tmp_path, config, make_rendered(BODY))
    where = origins(tmp_path, one, config=config)
    sheet = builtin_folder() / "themes/ledger/email.css.j2"
    [bar] = one.page.find_class("bar")
    assert where.of_declaration(bar, "height") == Place(path=sheet, line=line_with(sheet, "td.bar {"))


def test_an_element_is_followed_to_the_tag_that_made_it(tmp_path: Path) -> None:
    one, where, _ = demo(tmp_path)
    for name, file, text in (
        ("title", "parts/story.mail.html.j2", 'class="title"'),
        ("button", "parts/mail.html.j2", 'class="button"'),
        ("preheader", "email.html.j2", 'class="preheader"'),
    ):
        path = builtin_folder() / file
        assert where.of(one.page.find_class(name)[0]) == Place(path=path, line=line_with(path, text)), name


def test_what_no_template_has_is_in_the_mail(tmp_path: Path) -> None:
    one = mail_of(tmp_path, "<body>\n<marquee>Look</marquee></body>")
    assert origins(tmp_path, one).of(one.page.find(".//marquee")) == Place(path=one.path, line=2)


def test_a_publication_own_template_is_what_is_named(tmp_path: Path) -> None:
    own = tmp_path / "templates/email.html.j2"
    own.parent.mkdir()
    own.write_text(
        '{% extends "newsletter/email.html.j2" %}\n{% block ending %}\n<p class="ours"><i>Bye</i></p>\n{% endblock %}\n'
    )
    one, where, _ = demo(tmp_path)
    assert where.of(one.page.find_class("ours")[0]) == Place(path=own, line=3)
    assert where.of(one.page.find_class("preheader")[0]).path == builtin_folder() / "email.html.j2"


@pytest.mark.parametrize("body", [b"{% if %}", b"\xe9"])
def test_a_template_broken_since_the_build_is_passed_over(body: bytes, tmp_path: Path) -> None:
    one, _, _ = demo(tmp_path)
    own = tmp_path / "templates/parts/mail.html.j2"
    own.parent.mkdir(parents=True)
    own.write_bytes(body)
    assert origins(tmp_path, one).of(one.page.find_class("preheader")[0]).path == builtin_folder() / "email.html.j2"


def test_a_rule_of_the_head_is_found_by_what_it_sets(tmp_path: Path) -> None:
    one, where, _ = demo(tmp_path)
    kept = builtin_folder() / "parts/email-kept.css.j2"
    found = [rule for sheet in one.page.iter("style") for rule in rules(sheet.text or "")]
    rule = next(rule for rule in found if rule.selector == ".frame td.stage")
    assert where.of_rule(rule) == Place(path=kept, line=line_with(kept, ".frame td.stage"))
    assert where.of_rule(next(rules(".nowhere { color: red }"))) == Place(path=one.path)


def test_the_editors_note_is_a_file_of_its_own(tmp_path: Path) -> None:
    one = mail_of(tmp_path, '<table><tr><td class="story note"><div class="content"><p>Dear readers</p></div></td></tr></table>')
    note = tmp_path / "content/_issues/2026-W10.md"
    note.parent.mkdir(parents=True)
    note.write_text("---\nsubject: A\n---\n\nDear readers\n")
    assert origins(tmp_path, one).of(one.page.find(".//p")) == Place(path=note, line=5)


def test_content_of_an_article_that_is_gone_is_in_the_mail(tmp_path: Path) -> None:
    one = mail_of(tmp_path, '<body><div data-id="tag:gone"><div class="content"><marquee>Old</marquee></div></div></body>')
    assert origins(tmp_path, one).of(one.page.find(".//marquee")) == Place(path=one.path, line=1)


def gone(root: Path, *left: Article) -> tuple[Mail, Origins]:
    """Build a mail of articles, all of which but those left are gone since."""
    items = (make_rendered(BODY, slug=slug) for slug in ("first", "second", "third"))
    one = built(root, letter(root), *items)
    (root / "content").mkdir(exist_ok=True)
    (root / "content/second.md").write_text(MARKDOWN)
    return one, origins(root, one, *left)


def test_no_template_of_the_program_is_named_for_an_article_that_is_gone(tmp_path: Path) -> None:
    second = make_article(slug="second", body_line=5)
    one, where = gone(tmp_path, second)
    table, other, _ = one.page.xpath("//table[@data-id]")
    shown = [element for element in table.iter() if isinstance(element.tag, str)]
    assert len(shown) > 10
    for element in shown:
        assert where.of(element) == Place(path=one.path, line=element.sourceline), element.tag
        assert where.of_declaration(element, "margin").path == one.path
    assert where.of(other.find(".//em")) == Place(path=tmp_path / "content/second.md", line=9)
    assert where.of(other.find_class("title")[0]).path == builtin_folder() / "parts/story.mail.html.j2"
    assert where.of_declaration(other.find_class("title")[0], "margin").path == builtin_folder() / "parts/email.css.j2"


def test_a_link_that_leads_to_an_article_that_is_gone_is_in_the_mail_wherever_it_stands(tmp_path: Path) -> None:
    one, where = gone(tmp_path, make_article(slug="second"))
    first, second, _ = one.page.xpath("//td[contains(@class, 'line')]/a")
    assert where.of(first) == Place(path=one.path, line=first.sourceline)
    assert where.of(second).path == builtin_folder() / "parts/mail.html.j2"


def test_a_link_that_an_article_that_is_gone_had_in_its_text_tells_nothing_of_others(tmp_path: Path) -> None:
    html = '<body><div data-id="tag:gone"><div class="content"><a href="https://there.example/">Old</a></div></div>'
    one = mail_of(tmp_path, f'{html}<p><a class="button" href="https://there.example/">New</a></p></body>')
    old, new = one.page.iter("a")
    where = origins(tmp_path, one)
    assert where.of(old) == Place(path=one.path, line=1)
    assert where.of(new).path == builtin_folder() / "parts/mail.html.j2"


def test_a_style_of_the_publication_is_named_also_for_an_article_that_is_gone(tmp_path: Path) -> None:
    own = tmp_path / "templates/parts/email.css.j2"
    own.parent.mkdir(parents=True)
    own.write_text(".title { margin: 1px }\n")
    one, where = gone(tmp_path)
    assert where.of_declaration(one.page.find_class("title")[0], "margin") == Place(path=own, line=1)
