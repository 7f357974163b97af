import email
import email.policy
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml.html import HtmlElement, document_fromstring
from msgspec.structs import replace

from newsletter.config import Config, Digest
from newsletter.emitters.digest import emit
from newsletter.mail.message import one_line
from newsletter.model import Edition, Image, Person, Rendered
from newsletter.templating import Templates
from tests.factories import make_config, make_edition, make_issue, make_rendered

TEMPLATES = Templates()
FOLDER = "issues/2026-W10/"


def digest(*articles: Rendered, config: Config | None = None, templates: Templates = TEMPLATES, **issue: Any) -> dict[str, bytes]:  # noqa: ANN401 - any field of Issue
    articles = articles or (make_rendered(),)
    edition = make_edition(*articles, issue=make_issue(*articles, **issue))
    return outputs(config or make_config(), edition, templates)


def outputs(config: Config, edition: Edition, templates: Templates = TEMPLATES) -> dict[str, bytes]:
    return {output.path: output.body for output in emit(config, edition, templates)}


def html_of(made: dict[str, bytes]) -> str:
    return made[f"{FOLDER}email.html"].decode()


def tree_of(made: dict[str, bytes]) -> HtmlElement:
    return document_fromstring(html_of(made))


def text_of(made: dict[str, bytes]) -> str:
    return made[f"{FOLDER}email.txt"].decode()


def text_content(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def with_digest(**changes: Any) -> Config:  # noqa: ANN401 - any field of Digest
    return make_config(digest=Digest(**changes))


def three() -> tuple[Rendered, ...]:
    return tuple(
        make_rendered(
            f"<p>Body of {slug}.</p><h3>Part</h3>",
            slug=slug,
            title=f"Title & {slug}",
            text=f"Body of {slug}.\n",
            tags=("one", "two"),
        )
        for slug in ("lead", "second", "third")
    )


def test_an_edition_without_an_issue_has_no_digest() -> None:
    assert emit(make_config(), make_edition(make_rendered(), issue=None), TEMPLATES) == ()


def test_the_digest_is_four_files_in_the_folder_of_its_key() -> None:
    found = [(output.path, output.type) for output in emit(make_config(), make_edition(make_rendered()), TEMPLATES)]
    assert found == [
        (f"{FOLDER}email.html", "text/html"),
        (f"{FOLDER}email.txt", "text/plain"),
        (f"{FOLDER}email.eml", "message/rfc822"),
        (f"{FOLDER}issue.json", "application/json"),
    ]


def test_an_editions_digest_stands_under_its_prefix() -> None:
    edition = replace(make_edition(make_rendered()), name="tech", prefix="editions/tech/", title="Tech letter")
    made = outputs(make_config(), edition)
    html = made["editions/tech/issues/2026-W10/email.html"].decode()
    assert "https://letter.example/editions/tech/issues/2026-W10/" in html
    assert "https://letter.example/editions/tech/rss.xml" in html
    assert document_fromstring(html).findtext(".//h1/a") == "Tech letter"


def test_the_same_issue_gives_the_same_bytes() -> None:
    assert digest(*three()) == digest(*three())


def test_html_and_text_hold_the_same_articles_in_the_same_order() -> None:
    made = digest(*three())
    titles = [text_content(heading) for heading in tree_of(made).iter("h2")]
    assert titles == ["Title & lead", "Title & second", "Title & third"]
    for shown in (html_of(made).replace("&amp;", "&"), text_of(made)):
        places = [shown.index(f"Body of {slug}.") for slug in ("lead", "second", "third")]
        assert places == sorted(places)
    manifest = json.loads(made[f"{FOLDER}issue.json"])
    assert [article["title"] for article in manifest["articles"]] == titles


def test_headings_are_in_order() -> None:
    levels = [int(element.tag[1]) for element in tree_of(digest(*three())).iter("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels == [1, 2, 3, 2, 3, 2, 3]


def test_the_preheader_is_the_first_text_of_the_body() -> None:
    body = tree_of(digest(preheader="Read <this> first")).find("body")
    first = next(part for part in body.itertext() if part.strip())
    assert first.startswith("Read <this> first")
    assert set(first.removeprefix("Read <this> first")) == {"\u200c", "\xa0"}
    assert "display:none" in next(iter(body)).get("style")


def test_root_tells_language_and_direction() -> None:
    root = tree_of(digest(config=make_config(language="fa")))
    assert (root.get("lang"), root.get("dir")) == ("fa", "rtl")


def test_an_article_in_another_language_says_so() -> None:
    made = digest(make_rendered("<p>a</p>", slug="a"), make_rendered("<p>b</p><ul><li>x</li></ul>", slug="b", language="he"))
    tree = tree_of(made)
    first, second = tree.xpath("//td[h2]")
    assert (first.get("dir"), second.get("dir")) == (None, "rtl")
    assert [element.get("lang") for element in second.xpath("h2 | div")] == ["he", "he"]
    assert "padding:0 26px 0 0" in second.find(".//ul").get("style")


def test_layout_tables_are_presentational_and_widths_are_attributes() -> None:
    made = digest(*three())
    layout = [table for table in tree_of(made).iter("table") if table.getparent().get("class") != "scroll"]
    assert len(layout) > 8
    assert {table.get("role") for table in layout} == {"presentation"}
    assert {table.get("width") for table in layout} <= {"100%", None}
    assert (
        '<!--[if mso]><table role="presentation" align="center" border="0" cellpadding="0" cellspacing="0" width="600">'
        in html_of(made)
    )
    assert html_of(made).count("<!--[if mso]>") == html_of(made).count("<![endif]-->")


def test_style_sheets_in_the_head_are_small_and_free_of_base_rules() -> None:
    made = digest(*three())
    tree = tree_of(made)
    sheets = [element.text for element in tree.iter("style")]
    assert all(element.getparent().tag == "head" for element in tree.iter("style"))
    assert sum(len(sheet.encode()) for sheet in sheets) < 8_192
    assert "@media (prefers-color-scheme: dark)" in sheets[-1]
    assert "!important" in sheets[-1]
    base = re.sub(r"@media [^{]*\{(?:[^{}]*\{[^}]*\})*\s*\}", "", "".join(sheets))
    assert re.findall(r"[^{}]+\{", base) == ["\n\n\n:root {"]


def test_no_style_of_the_head_is_written_for_one_client_to_choke_on() -> None:
    sheets = "".join(element.text for element in tree_of(digest(*three())).iter("style"))
    for construct in ("@import", "@font-face", "@supports", "var(", "/*", "[", ">"):
        assert construct not in sheets


def test_pictures_fit_the_column_and_keep_their_alt_text() -> None:
    cover = Image(url="https://letter.example/c.jpg", alt='A "sun"', width=1200, height=600)
    small = replace(cover, width=200)
    content = '<p><img src="https://letter.example/i.png" alt="i" width="2000" height="10"></p>'
    made = digest(make_rendered(content, slug="a", cover=cover), make_rendered(slug="b", cover=small))
    images = [(image.get("alt"), image.get("width")) for image in tree_of(made).iter("img")]
    assert images == [('A "sun"', "520"), ("i", "520"), ('A "sun"', "200")]
    assert all("max-width:100%" in image.get("style") for image in tree_of(made).iter("img"))


def test_long_lines_of_code_wrap() -> None:
    made = digest(make_rendered(f"<pre><code>{'x' * 5_000}</code></pre>"))
    style = tree_of(made).find(".//pre").get("style")
    assert "white-space:pre-wrap" in style
    assert "overflow-wrap:anywhere" in style


def test_the_masthead_shows_the_logo_where_there_is_one() -> None:
    tree = tree_of(digest(config=make_config(logo="https://letter.example/logo.png")))
    image = tree.find(".//h1//img")
    assert (image.get("alt"), image.get("src")) == ("The Test Letter", "https://letter.example/logo.png")
    assert tree_of(digest(config=make_config(description=""))).find_class("motto") == []


def test_number_and_days_stand_below_the_masthead() -> None:
    tree = tree_of(digest(number=12))
    assert [text_content(cell) for cell in tree.find_class("folio")] == [
        "Issue 12 \xb7 2\u20138 March 2026".replace("\xa0", " "),
        "1 article",
    ]
    assert text_of(digest(number=12)).splitlines()[3] == "Issue 12 | 2\u20138 March 2026 | 1 article"


def test_three_articles_and_more_are_listed_first() -> None:
    assert tree_of(digest(*three()[:2])).find_class("contents") == []
    listed = [text_content(cell) for cell in tree_of(digest(*three())).find_class("line")]
    assert listed == ["Title & lead", "Title & second", "Title & third"]
    assert "  2 Title & second\n" in text_of(digest(*three()))


def test_authors_are_the_articles_or_else_the_publications_or_nobody() -> None:
    own = make_rendered(authors=(Person(name="Grace <G>"), Person(name="Ada")))
    for article, config, by in (
        (own, make_config(), "By Grace <G>, Ada"),
        (make_rendered(), make_config(), "By Ada Byron"),
        (make_rendered(), make_config(authors=()), "2 March 2026"),
    ):
        made = digest(article, config=config)
        assert text_content(tree_of(made).find_class("byline")[0]).startswith(by)
        assert f"\n{by}" in text_of(made)


def test_the_footer_has_address_web_view_and_feeds_and_unsubscribe_only_where_configured() -> None:
    config = with_digest(address="12 Mill Lane\n\nCambridge & more", unsubscribe="https://letter.example/leave?a=1&b=2")
    tree = tree_of(digest(config=config))
    footer = tree.find_class("footer")[0]
    assert "12 Mill LaneCambridge & more" in footer.text_content()
    assert [link.get("href") for link in footer.iter("a")] == [
        "https://letter.example/leave?a=1&b=2",
        "https://letter.example/issues/2026-W10/",
        "https://letter.example/rss.xml",
        "https://letter.example/atom.xml",
        "https://letter.example/feed.json",
    ]
    assert "\n12 Mill Lane\nCambridge & more\n" in text_of(digest(config=config))
    assert "\nUnsubscribe: https://letter.example/leave?a=1&b=2\n" in text_of(digest(config=config))
    assert "nsubscribe" not in html_of(digest()) + text_of(digest())


@pytest.mark.parametrize(
    "tag", ["{{ unsubscribe_url }}", '{{ Link "https://x.example/?a=1&b=2" }}', "*|UNSUB|*", "{$unsubscribe}", "[UNSUBSCRIBEURL]"]
)
def test_merge_tags_of_the_configuration_survive_byte_for_byte(tag: str) -> None:
    made = digest(config=with_digest(unsubscribe=tag))
    assert f'href="{tag}"' in html_of(made)
    assert f"Unsubscribe: {tag}\n" in text_of(made)
    mail = email.message_from_bytes(made[f"{FOLDER}email.eml"], policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    assert all(tag in cast("EmailMessage", part).get_content() for part in mail.iter_parts())


def test_templates_in_an_article_are_text() -> None:
    made = digest(
        make_rendered("<p>{{ 7 * 7 }} {% include 'x' %}</p>", title="{{ config }}", summary="{{ config }}", text="{{ 7 * 7 }}\n")
    )
    assert "{{ 7 * 7 }} {% include 'x' %}" in html_of(made)
    assert text_content(tree_of(made).find(".//h2")) == "{{ config }}"
    assert "{{ 7 * 7 }}" in text_of(made)


def test_titles_are_escaped_in_html_and_plain_in_text() -> None:
    made = digest(make_rendered(title='<script>alert(1)</script> & "more"'), subject="A <b> & c")
    assert "<script" not in html_of(made)
    assert tree_of(made).findtext(".//title") == "A <b> & c"
    assert '\n<\u2060script>alert(1)</script> & "more"\n' in text_of(made)


def test_a_style_sheet_in_an_article_leaks_nowhere() -> None:
    made = digest(
        make_rendered(
            "<p>a</p><style>p, td { color: #ff0001 }</style><link rel='stylesheet' href='https://x.example/'>", slug="a"
        ),
        make_rendered(slug="b"),
    )
    assert "ff0001" not in html_of(made)
    assert "<link" not in html_of(made)


def test_text_lines_of_the_frame_are_at_most_72_characters() -> None:
    made = digest(
        make_rendered(title="word " * 40, text="Body.\n"), config=make_config(description="word " * 40, copyright="word " * 40)
    )
    assert max(map(len, text_of(made).splitlines())) <= 72


def test_the_manifest_tells_of_the_files_as_they_are() -> None:
    made = digest(*three(), number=3)
    manifest = json.loads(made[f"{FOLDER}issue.json"])
    files = manifest.pop("files")
    assert [(file["name"], file["type"], file["bytes"], file["sha256"]) for file in files] == [
        (name, type_, len(made[FOLDER + name]), sha256(made[FOLDER + name]).hexdigest())
        for name, type_ in (("email.html", "text/html"), ("email.txt", "text/plain"), ("email.eml", "message/rfc822"))
    ]
    mail = email.message_from_bytes(made[f"{FOLDER}email.eml"], policy=email.policy.default)
    assert all(str(mail[name]) == value for name, value in manifest.pop("headers").items())
    assert manifest.pop("articles")[1] == {
        "id": "tag:letter.example,2026-03-02:second",
        "title": "Title & second",
        "url": "https://letter.example/articles/second/",
        "form": "full",
    }
    assert manifest.pop("budget") == {"bytes": len(made[f"{FOLDER}email.html"]), "limit": 94_208, "cuts": []}
    assert re.fullmatch("[0-9a-f]{64}", manifest.pop("seal"))
    assert manifest == {
        "key": "2026-W10",
        "number": 3,
        "period": {"start": "2026-03-02T00:00:00Z", "end": "2026-03-09T00:00:00Z"},
        "date": "2026-03-09T00:00:00Z",
        "subject": "First, and more",
        "preheader": "Body.",
        "url": "https://letter.example/issues/2026-W10/",
        "from": "The Test Letter <newsletter@letter.example>",
        "list_id": "The Test Letter <newsletter.letter.example>",
        "service": None,
    }


def test_the_message_carries_the_text_and_the_html_and_has_no_defects() -> None:
    made = digest(*three())
    mail = email.message_from_bytes(made[f"{FOLDER}email.eml"], policy=email.policy.default)
    assert mail["Date"].datetime == datetime(2026, 3, 9, tzinfo=UTC)
    assert [defect for part in mail.walk() for defect in part.defects] == []
    text, html = (cast("EmailMessage", part).get_content().replace("\r\n", "\n") for part in mail.iter_parts())
    assert (text, html) == (text_of(made), html_of(made))


def test_a_publication_overrides_one_block(tmp_path: Path) -> None:
    (tmp_path / "email.html.j2").write_text(
        '{% extends "newsletter/email.html.j2" %}\n{% block footer %}<p class="soft">Only {{ edition.title }}</p>{% endblock %}\n'
    )
    made = digest(templates=Templates(tmp_path))
    assert "Only The Test Letter" in html_of(made)
    assert tree_of(made).find_class("footer") == []
    assert len(tree_of(made).find_class("masthead")) == 1


def test_a_publication_says_the_words_in_its_language(tmp_path: Path) -> None:
    original = TEMPLATES.source("words.html.j2")
    (tmp_path / "words.html.j2").write_text(original.replace("View in browser", "Im Browser ansehen & lesen"))
    made = digest(templates=Templates(tmp_path))
    assert "Im Browser ansehen &amp; lesen" in html_of(made)
    assert "Im Browser ansehen & lesen: https://" in text_of(made)


@given(title=st.text(min_size=1, max_size=120), summary=st.text(max_size=120))
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_title_and_summary_make_a_message_that_says_them(title: str, summary: str) -> None:
    made = digest(make_rendered(title=title, summary=summary), subject=title, preheader=summary)
    mail = email.message_from_bytes(made[f"{FOLDER}email.eml"], policy=email.policy.default)
    raw = next(value for name, value in mail.raw_items() if name == "Subject").replace("\r\n", "").replace("\n", "")
    assert str(email.header.make_header(email.header.decode_header(raw))) == one_line(title)
    assert len(mail.keys()) == 9


def test_hash_seed_and_locale_change_nothing_and_stderr_stays_empty() -> None:
    script = (
        "import sys; from newsletter.emitters.digest import emit; from newsletter.templating import Templates\n"
        "from tests.factories import *\n"
        "[sys.stdout.buffer.write(o.body) for o in emit(make_config(), make_edition(make_rendered('<p>a</p>')), Templates())]"
    )
    root = str(Path(__file__).resolve().parents[2])
    runs = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            capture_output=True,
            check=True,
            env={"PYTHONPATH": root, "PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone},
        )
        for seed, locale, zone in (("1", "C", "UTC"), ("2", "C.UTF-8", "Asia/Tokyo"))
    ]
    assert runs[0].stdout == runs[1].stdout == b"".join(digest(make_rendered("<p>a</p>")).values())
    assert [run.stderr for run in runs] == [b"", b""]
