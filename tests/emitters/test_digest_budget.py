"""How much of each article a mail holds, end to end."""

import email
import email.policy
import json
import re
from email.message import EmailMessage
from typing import Any

from lxml.html import HtmlElement, document_fromstring

from newsletter.config import Config, Digest
from newsletter.design.theme import themed
from newsletter.emitters.digest import emit
from newsletter.emitters.web import emit as emit_pages
from newsletter.mail.inline import inline
from newsletter.mail.layout import lay_out
from newsletter.mail.weight import Scale
from newsletter.model import Image, Rendered, Section
from newsletter.templating import Templates
from tests.factories import make_config, make_edition, make_issue, make_rendered

TEMPLATES = Templates()
CONFIG = make_config(digest=Digest(unsubscribe="https://letter.example/leave/"))
WORDS = "Sentences of about as many letters as they have in what people write. "


def made(*articles: Rendered, config: Config = CONFIG, **issue: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of Issue
    """Emit a digest; return its files by name, the manifest as a dictionary, and what was remarked."""
    outputs = emit(config, make_edition(*articles, issue=make_issue(*articles, **issue)), TEMPLATES)
    files: dict[str, Any] = {output.path.rpartition("/")[2]: output.body.decode() for output in outputs}
    files["issue.json"] = json.loads(files["issue.json"])
    files["remarks"] = [str(remark) for output in outputs for remark in output.remarks]
    return files


def article(slug: str, paragraphs: int, words: int = 80, **changes: Any) -> Rendered:  # noqa: ANN401 - any field of Rendered
    paragraph = (WORDS * (words // 13 + 1))[: words * 6].strip()
    values = {
        "html": f"<p>{paragraph}</p>" * paragraphs,
        "excerpt_html": f"<p>{paragraph}</p>",
        "text": f"{paragraph}\n\n" * paragraphs,
        "summary": paragraph[:300],
        "slug": slug,
    }
    return make_rendered(**{**values, **changes})


def forms(files: dict[str, Any]) -> str:
    return "".join(entry["form"][0] for entry in files["issue.json"]["articles"])


def tree(files: dict[str, Any]) -> HtmlElement:
    return document_fromstring(files["email.html"])


def text_of(element: Any) -> str:  # noqa: ANN401 - of lxml.html or lxml.etree, as iter() is typed
    return str(element.text_content())


def test_the_weight_of_a_real_mail_is_what_inlining_makes_of_it_or_a_little_more() -> None:
    code = '<div class="highlight"><pre><code><span style="color: #008800">x</span> = <span>1</span></code></pre></div>'
    table = "<table><tr><th>a</th></tr><tr><td><code>b</code></td></tr></table>"
    items = [article("a", 3, html=f"<p>x</p>{code}{table}<ul><li><p>y</p></li></ul>" * 20), article("b", 20), article("c", 20)]
    issue = make_issue(*items)
    values = {"config": CONFIG, "edition": make_edition(*items), "issue": issue, "theme": themed(CONFIG)}
    names = {"web_view": "https://w/", "issue_page": "https://w/", "unsubscribe": "https://u/", "address": (), "greeting": ""}
    page = TEMPLATES.render("email.html.j2", **values, **names, layout=lay_out(issue))
    real = len(inline(page).encode())
    assert real <= Scale(page).page(page) <= real * 1.05


def test_thirty_articles_of_two_thousand_words_are_under_the_budget_and_the_cuts_are_reported() -> None:
    files = made(*(article(f"a{at}", 25) for at in range(30)))
    size = len(files["email.html"].encode())
    assert 0.75 * 94_208 < size < 94_208
    assert re.fullmatch("f+e+t*", forms(files))
    assert forms(files).count("e") > 15
    assert len(files["remarks"]) == 30 - forms(files).count("f")
    assert re.fullmatch(r"a29\.md: in the digest as an? \w+: 1\d,\d{3} bytes less", files["remarks"][-1])
    assert files["issue.json"]["budget"] == {"bytes": size, "limit": 94_208, "cuts": files["remarks"]}
    assert len(files["email.txt"].encode()) < 94_208


def test_one_article_of_300_kilobytes_is_an_excerpt_and_the_others_are_whole() -> None:
    files = made(article("huge", 650), article("small", 2))
    assert forms(files) == "ef"
    assert len(files["email.html"].encode()) < 25_000
    assert len(files["email.eml"]) < 50_000


def test_a_paragraph_of_a_megabyte_a_table_of_90000_cells_and_10000_links_are_told_by_their_summaries() -> None:
    link = '<a href="https://x.example/">x</a> '
    row = f"<tr>{'<td>x</td>' * 300}</tr>"
    for html in (f"<p>{WORDS * 15_000}</p>", f"<table>{row * 300}</table>", f"<p>{link * 10_000}</p>"):
        files = made(article("a", 1, html=html, excerpt_html=html, text="word " * 100_000, summary="What it is about."))
        assert len(files["email.html"].encode()) < 25_000
        assert len(files["email.txt"]) < 2_000
        assert "What it is about." in files["email.html"]
        assert "What it is about.\n" in files["email.txt"]


def test_two_thousand_articles_are_a_lead_titles_and_a_count() -> None:
    files = made(*(article(f"a{at}", 1) for at in range(2000)))
    assert len(files["email.html"].encode()) < 94_208
    assert re.fullmatch("ft+c+", forms(files))
    counted = forms(files).count("c")
    assert '<a href="https://letter.example/issues/2026-W10/" style="' in files["email.html"]
    assert f">and {counted:,} more articles</a>" in files["email.html"]
    assert f"\n... and {counted:,} more articles: https://letter.example/issues/2026-W10/\n" in files["email.txt"]
    assert len(files["email.eml"]) < 200_000


def test_unsubscribe_and_web_view_stand_before_all_articles_and_after_them() -> None:
    files = made(article("a", 1))
    for part in (files["email.html"], files["email.txt"]):
        first = part.index("Sentences of")
        for address in ("https://letter.example/leave/", "https://letter.example/issues/2026-W10/"):
            assert part.index(address) < first < part.rindex(address)


def test_the_text_has_the_same_articles_in_the_same_forms_and_order() -> None:
    config = make_config(digest=Digest(lead="excerpt", articles="excerpt"))
    files = made(article("a", 2), article("b", 2), article("c", 2, title="T " * 300), config=config)
    text = files["email.txt"]
    assert forms(files) == "eee"
    assert text.count("Read the whole article: https://letter.example/articles/") == 3
    assert text.index("articles/a/") < text.index("articles/b/") < text.index("articles/c/")
    assert max(map(len, text.splitlines())) <= 90


def test_an_excerpt_has_a_picture_and_a_link_to_the_whole() -> None:
    cover = Image(url="https://letter.example/c.png", alt="Cover")
    config = make_config(digest=Digest(lead="excerpt", articles="title"))
    files = made(article("a", 2, cover=cover), article("b", 2, cover=cover), config=config)
    [image] = tree(files).iter("img")
    assert (image.get("src"), image.get("alt")) == ("https://letter.example/c.png", "Cover")
    [more] = [link for link in tree(files).iter("a") if "whole article" in text_of(link)]
    assert more.get("href") == "https://letter.example/articles/a/"
    assert files["remarks"] == []


def test_titles_are_headings_with_links_one_under_the_other_behind_one_line() -> None:
    config = make_config(digest=Digest(articles="title"))
    files = made(*(article(slug, 2) for slug in "abc"), config=config)
    found = tree(files)
    assert [link.get("href") for link in found.xpath("//h2/a")] == [f"https://letter.example/articles/{slug}/" for slug in "abc"]
    assert len(found.find_class("hair")) == 1
    assert "\n* B\n  https://letter.example/articles/b/\n\n* C\n" in files["email.txt"]


def test_sections_are_headings_and_their_articles_are_one_level_below() -> None:
    one, two, three = (article(slug, 1, html="<h3>Part</h3><p>x</p>", tags=("mail",)) for slug in "abc")
    sections = (
        Section(title="", articles=(one,)),
        Section(title="Mail & more", articles=(two,)),
        Section(title="", articles=(three,)),
    )
    files = made(one, two, three, sections=sections)
    outline = [(element.tag, text_of(element)) for element in tree(files).iter("h1", "h2", "h3", "h4")]
    expected = [("h2", "A"), ("h3", "Part"), ("h2", "Mail & more"), ("h3", "B"), ("h4", "Part"), ("h2", "More articles")]
    assert outline[1:] == [*expected, ("h3", "C"), ("h4", "Part")]
    assert "# Mail & more\n" in files["email.txt"]
    assert len(tree(files).find_class("label")) == 4  # the table of contents and each article's tag
    pages = emit_pages(CONFIG, make_edition(one, two, three, issue=make_issue(one, two, three, sections=sections)), TEMPLATES)
    page = next(output.body.decode() for output in pages if "issues/" in output.path)
    on_page = [(element.tag, text_of(element)) for element in document_fromstring(page).iter("h2", "h3", "h4")]
    assert on_page[1:] == outline[1:]


def test_the_note_stands_on_top_of_mail_text_and_page() -> None:
    note = make_rendered("<h3>Dear readers</h3><p>A <em>word</em>.</p>", text="Dear readers\n\nA _word_.\n", id="note")
    items = [article(slug, 1) for slug in "abc"]
    files = made(*items, note=note)
    order = [text_of(tree(files)).index(words) for words in ("Dear readers", "In this issue", "Sentences of")]
    assert order == sorted(order)
    assert text_of(tree(files).xpath("//h2")[0]) == "Dear readers"
    text = files["email.txt"]
    assert text.index("A _word_.") < text.index("In this issue")
    pages = emit_pages(CONFIG, make_edition(*items, issue=make_issue(*items, note=note)), TEMPLATES)
    page = next(output.body.decode() for output in pages if "issues/" in output.path)
    assert page.index("A <em>word</em>.") < page.index("In this issue")


def test_a_note_that_is_too_large_is_continued_on_the_web() -> None:
    files = made(article("a", 1), note=article("_issues/2026-W10", 2_000, permalink="https://letter.example/issues/2026-W10/"))
    assert len(files["email.html"]) < 30_000
    assert "Read on in the browser" in files["email.html"]
    assert "\nRead on in the browser: https://letter.example/issues/2026-W10/\n" in files["email.txt"]
    assert files["remarks"][0].startswith("_issues/2026-W10.md: the digest has the first part of the note alone")


def test_the_page_of_the_issue_has_all_articles_in_full() -> None:
    items = [article(f"a{at}", 25) for at in range(30)]
    pages = emit_pages(CONFIG, make_edition(*items), TEMPLATES)
    page = next(output.body.decode() for output in pages if "issues/" in output.path)
    assert page.count(items[0].html) == 30


def test_what_is_active_in_html_is_not_so_in_the_text_part() -> None:
    items = [
        article("a", 1, title="<script>x</script>", text='    <img src=x onerror="y">\n'),
        article("b", 1, title="<a href='javascript:x'>"),
    ]
    files = made(*items)
    mail = email.message_from_string(files["email.eml"], policy=email.policy.default)
    part = next(iter(mail.iter_parts()))
    assert isinstance(part, EmailMessage)
    text = part.get_content()
    for part_text in (files["email.txt"], text):
        assert re.search(r"(?i)<script\b|<[a-z][^>]*\son\w+\s*=|href=.javascript:", part_text) is None
        assert '<img src=x onerror="y">' in part_text.replace("\u2060", "")


def test_strings_that_a_service_would_take_for_tags_count_as_they_are_escaped() -> None:
    config = make_config(digest=Digest(service="listmonk", address="12 Mill Lane"))
    braces = article("a", 1, html=f"<p>{'{{ x }} ' * 9_000}</p>")
    files = made(braces, article("b", 2), config=config)
    assert len(files["email.html"].encode()) < 94_208
    assert forms(files)[1] == "f"
