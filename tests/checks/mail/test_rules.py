"""Each rule about mails: a digest that keeps it and one that does not."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from newsletter.checks import mail
from newsletter.model import Person
from tests.checks.mail.made import LEAVE, broken, found, letter, mail_of, make_mail
from tests.factories import make_article

HREF = "https://there.example/"

#: Rule to what keeps it and what does not.
BODIES = {
    "mail-heading-order": ("<h2>One</h2><h3>Below</h3><h2>Two</h2>", "<h2>One</h2><h4>Far below</h4>"),
    "mail-tap-target": (
        f'<a style="display:inline-block;line-height:24px;padding:10px 20px" href="{HREF}">The article</a>',
        f'<a style="display:inline-block;line-height:24px;padding:9px 20px" href="{HREF}">The article</a>',
    ),
    "mail-empty-link": (f'<a href="{HREF}"><img src="{HREF}a.png" alt="The article"></a>', f'<a href="{HREF}"><b> </b></a>'),
    "mail-link-text": (f'<a href="{HREF}">more about feeds</a>', f'<a href="{HREF}">Click here!</a>'),
    "mail-http": (f'<a href="{HREF}">there</a>', '<a href="http://there.example/">there</a>'),
    "mail-relative-address": (f'<img src="{HREF}a.png" alt="A cat">', '<img src="a.png" alt="A cat">'),
    "mail-dead-link": ('<p id="n">Note</p><a href="#n">the note</a>', '<a href="#n">the note</a>'),
    "mail-unknown-link": (f'<a href="{HREF}">there</a>', '<a href="https://letter.example/nowhere/">nowhere</a>'),
    "mail-alt": (f'<img src="{HREF}a.png" alt="">', f'<img src="{HREF}a.png">'),
    "mail-alt-text": (f'<img src="{HREF}a.png" alt="A cat">', f'<img src="{HREF}a.png" alt="IMG_2041.JPG">'),
    "mail-contrast": ('<p style="color:#767676">Grey</p>', '<p style="color:#777777">Grey</p>'),
}


@pytest.mark.parametrize("rule", BODIES)
def test_a_rule_holds_for_one_digest_and_not_for_the_other(rule: str, tmp_path: Path) -> None:
    sound, faulty = BODIES[rule]
    assert broken(found(tmp_path, make_mail(tmp_path, sound))) == set()
    assert broken(found(tmp_path, make_mail(tmp_path, faulty))) == {rule}


@pytest.mark.parametrize(
    ("subject", "sound"),
    [
        ("Three formats, one article", True),
        ("RFC 4287", True),
        ("What is new in HTML?", True),
        ("Really!", True),
        ("THIS IS IMPORTANT", False),
        ("Read this!!!", False),
        ("Win! Win now!", False),
        ("$$$ for you", False),
        ("$1,000 for you", False),
        ("Re: your order", False),
        ("F R E E for all", False),
        ("", False),
    ],
)
def test_a_subject_must_not_look_like_spam(subject: str, sound: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    assert broken(found(tmp_path, make_mail(tmp_path, subject=subject))) == (set() if sound else {"mail-subject"})


@pytest.mark.parametrize(
    ("preheader", "said"),
    [("", "is missing"), ("x" * 111, "has 111 characters"), ("Other words", "expected it to be the mail's first")],
)
def test_a_preheader_is_there_short_and_first(preheader: str, said: str, tmp_path: Path) -> None:
    html = make_mail(tmp_path).html.decode()
    if said.startswith("has"):
        html = html.replace("What it is about", preheader)
    findings = found(tmp_path, mail_of(tmp_path, html, preheader=preheader))
    assert broken(findings) == {"mail-preheader"}
    assert said in findings[0].message


def test_a_preheader_with_what_looks_like_a_merge_tag_is_compared_as_the_mail_has_it(tmp_path: Path) -> None:
    config = letter(tmp_path, service="smtp", address="1 Sample Street")
    html = make_mail(tmp_path).html.decode().replace("What it is about", "{{'{'}}{name}} & more")
    assert "mail-preheader" not in broken(found(tmp_path, mail_of(tmp_path, html, preheader="{{name}} & more"), config=config))
    assert "mail-preheader" in broken(found(tmp_path, mail_of(tmp_path, html, preheader="{{name}} & more")))


def test_words_in_the_envelope_are_placed_where_they_can_be_changed(tmp_path: Path) -> None:
    one = make_mail(tmp_path, subject="Read this!!!")
    assert [(finding.path, finding.line) for finding in found(tmp_path, one)] == [(one.path.with_name("issue.json"), 3)]
    note = tmp_path / "content/_issues/2026-W10.md"
    note.parent.mkdir(parents=True)
    note.write_text("---\nlead: a\nsubject: Read this!!!\n---\nHello.\n")
    assert [(finding.path, finding.line) for finding in found(tmp_path, one)] == [(note, 3)]


@pytest.mark.parametrize(
    ("size", "rule"),
    [(94_208, None), (94_209, "mail-size-with-service"), (102_400, "mail-size-with-service"), (102_401, "mail-size")],
)
def test_the_mail_stays_below_where_gmail_cuts_it(size: int, rule: str | None, tmp_path: Path) -> None:
    room = size - len(make_mail(tmp_path, "<p></p>").html)
    assert broken(found(tmp_path, make_mail(tmp_path, f"<p>{'x' * room}</p>"))) == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("size", "rule"), [(8_192, None), (8_193, "mail-style-size"), (16_384, "mail-style-size"), (16_385, "mail-style-size-limit")]
)
def test_the_style_sheets_are_not_too_large(size: int, rule: str | None, tmp_path: Path) -> None:
    head = f"<style>{' ' * 100}</style><style>{' ' * (size - 100)}</style>"
    assert broken(found(tmp_path, make_mail(tmp_path, head=head))) == ({rule} if rule else set())


def test_there_is_a_way_out(tmp_path: Path) -> None:
    one = make_mail(tmp_path)
    for href in ("{{ UnsubscribeURL }}", "*|UNSUB|*", "[UNSUBSCRIBEURL]", "{$unsubscribe}"):
        assert found(tmp_path, mail_of(tmp_path, one.html.decode().replace(LEAVE, href))) == []
    other = mail_of(tmp_path, one.html.decode().replace(LEAVE, HREF))
    assert broken(found(tmp_path, other)) == {"mail-unsubscribe"}
    assert found(tmp_path, other, config=letter(tmp_path, unsubscribe=HREF)) == []
    spelt = mail_of(tmp_path, one.html.decode().replace(LEAVE, f"{HREF}%C3%BC/"))
    assert found(tmp_path, spelt, config=letter(tmp_path, unsubscribe=f"{HREF}ü/")) == []


def test_a_second_first_heading_and_hidden_ones(tmp_path: Path) -> None:
    [finding] = found(tmp_path, make_mail(tmp_path, "<h1>Again</h1>"))
    assert finding.message == "a second <h1>: Again"
    assert found(tmp_path, make_mail(tmp_path, '<h5 style="display:none">Hidden</h5>')) == []


def test_links_within_text_and_those_whose_height_cannot_be_told_are_no_buttons(tmp_path: Path) -> None:
    for style in ("line-height:20px", "display:block", "display:block;line-height:1.4", "display:none;line-height:10px"):
        assert found(tmp_path, make_mail(tmp_path, f'<p><a style="{style}" href="{HREF}">The article</a></p>')) == []
    for style in ("padding:12px 0 11px;line-height:20px", "line-height:40px;padding-top:3px", "line-height:20px;padding:1em"):
        [finding] = found(tmp_path, make_mail(tmp_path, f'<a style="display:block;{style}" href="{HREF}">The article</a>'))
        assert finding.rule.id == "mail-tap-target"


def test_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    for href in ("", "#"):
        [finding] = found(tmp_path, make_mail(tmp_path, f'<a href="{href}">there</a>'))
        assert finding.message == "the link 'there' leads nowhere"


def test_an_address_that_is_none_is_relative(tmp_path: Path) -> None:
    assert broken(found(tmp_path, make_mail(tmp_path, '<a href="https://[">there</a>'))) == {"mail-relative-address"}


def test_addresses_with_merge_tags_and_of_other_kinds_are_left_alone(tmp_path: Path) -> None:
    body = "".join(f'<a href="{href}">there</a>' for href in ("{{ MessageURL }}", "mailto:a@b.example", "*|ARCHIVE|*"))
    assert found(tmp_path, make_mail(tmp_path, body)) == []


def test_links_to_pages_of_ours_are_followed(tmp_path: Path) -> None:
    page = tmp_path / "out/articles/one/index.html"
    page.parent.mkdir(parents=True)
    page.write_text('<h2 id="a">A</h2><a name=b></a>')
    (tmp_path / "out/rss.xml").write_text("<rss/>")
    site = "https://letter.example"
    both = f'<a href="{site}/articles/one/#a">one</a> <a href="{site}/articles/one/#b">the same</a>'
    assert found(tmp_path, make_mail(tmp_path, both)) == []
    good = (
        "/articles/one/",
        "/articles/one/#a",
        "/articles/one#b",
        "/articles/one/#:~:text=A",
        "/articles/one/#top",
        "/rss.xml#x",
    )
    for path in good:
        assert found(tmp_path, make_mail(tmp_path, f'<a href="{site}{path}">one</a>')) == [], path
    for path in ("/articles/two/", "/articles/one/#c", "/articles/%2e%2e/", "/articles/%00"):
        assert broken(found(tmp_path, make_mail(tmp_path, f'<a href="{site}{path}">one</a>'))) == {"mail-dead-link"}, path


@pytest.mark.parametrize("folder", ["%C3%BC", "%c3%bc", "ü"])
def test_links_to_pages_of_ours_are_followed_however_the_address_is_spelt(tmp_path: Path, folder: str) -> None:
    config = replace(letter(tmp_path), url="https://letter.example/%C3%BC/")
    page = tmp_path / "out/articles/one/index.html"
    page.parent.mkdir(parents=True)
    page.write_text('<h2 id="a">A</h2>')

    def told(path: str) -> set[str]:
        one = make_mail(tmp_path, f'<a href="https://letter.example/{folder}/{path}">one</a>')
        return broken(found(tmp_path, one, config=config))

    assert told("articles/one/#a") == set()
    assert told("articles/one/#b") == told("articles/two/") == {"mail-dead-link"}
    assert told("about/") == {"mail-unknown-link"}


def test_an_address_that_the_configuration_names_is_known_however_it_is_spelt(tmp_path: Path) -> None:
    about = Person(name="Ada", url="https://letter.example/%C3%BCber/")
    one = make_mail(tmp_path, '<a href="https://letter.example/über/#ada">about us</a>')
    assert found(tmp_path, one, config=replace(letter(tmp_path), authors=(about,))) == []


def test_where_articles_live_elsewhere_out_is_not_the_whole_site(tmp_path: Path) -> None:
    one = make_mail(tmp_path, '<a href="https://letter.example/about/">about us</a>')
    assert broken(found(tmp_path, one)) == {"mail-unknown-link"}
    away = make_article(permalink="https://letter.example/blog/first/", hosted=False)
    assert found(tmp_path, one, away) == []
    assert found(tmp_path, one, config=replace(letter(tmp_path), permalink="blog/{slug}/")) == []


def test_a_large_picture(tmp_path: Path) -> None:
    picture = tmp_path / "out/assets/cat.png"
    picture.parent.mkdir(parents=True)
    one = make_mail(tmp_path, '<img src="https://letter.example/assets/cat.png" alt="A cat">')
    picture.write_bytes(bytes(1_000_000))
    assert found(tmp_path, one) == []
    picture.write_bytes(bytes(1_000_001))
    [finding] = found(tmp_path, one)
    assert (finding.rule.id, finding.message) == ("mail-picture-size", "cat.png: has 1,000,001 bytes; expected 1,000,000 at most")


@pytest.mark.parametrize(
    "alt", ["IMG_2041", "DSC00012", "image1", "Screenshot 2026-03-02", "cover-dark-mode", "photo.jpeg", "42"]
)
def test_what_a_camera_calls_a_picture_does_not_describe_it(alt: str, tmp_path: Path) -> None:
    one = make_mail(tmp_path, f'<img src="{HREF}cover-dark-mode.png" alt="{alt}">')
    assert broken(found(tmp_path, one)) == {"mail-alt-text"}


@pytest.mark.parametrize("alt", ["Cover", "A photo of 3 cats", "a", "The way of an article"])
def test_words_do(alt: str, tmp_path: Path) -> None:
    assert found(tmp_path, make_mail(tmp_path, f'<img src="{HREF}a.png" alt="{alt}">')) == []


def test_pictures_without_words_are_decoration_unless_an_article_shows_them(tmp_path: Path) -> None:
    article = make_article()
    picture = f'<img src="{HREF}a.png" alt="" width="{{width}}">'
    content = f'<div data-id="{article.id}"><div class="content">{picture}</div></div>'
    assert found(tmp_path, make_mail(tmp_path, picture.format(width=300)), article) == []
    assert found(tmp_path, make_mail(tmp_path, content.format(width=32)), article) == []
    assert broken(found(tmp_path, make_mail(tmp_path, content.format(width=33)), article)) == {"mail-alt-text"}


def test_pictures_that_are_part_of_the_mail_itself(tmp_path: Path) -> None:
    body = '<img src="data:image/png;base64,AAAA" alt="A cat"><p style="display:none"><img src="x"></p>'
    assert broken(found(tmp_path, make_mail(tmp_path, body))) == {"mail-relative-address"}  # hidden or not, it would be fetched


def test_rule_ids_are_unique_and_each_has_a_source() -> None:
    assert len({rule.id for rule in mail.RULES}) == len(mail.RULES)
    assert all(rule.source and rule.summary.endswith(".") for rule in mail.RULES)
