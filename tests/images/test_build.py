"""Pictures from the content folder to feeds, pages and mail."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from lxml.html import HtmlElement, document_fromstring
from msgspec.structs import replace

from newsletter import checks, periods
from newsletter.config import Config, Digest
from newsletter.publish import Report, build
from tests.factories import make_config
from tests.images.pictures import drawn, encoded, film, opened, photograph, png
from tests.real import tree

NOW = datetime(2026, 4, 1, tzinfo=UTC)
BODY = """Text.

![Wide](images/wide.jpg)

![Narrow](images/narrow.png)

![Modern](images/modern.webp)

![Moving](images/film.gif)

![Drawn](images/plan.svg)

![Broken](images/broken.png)
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = make_config(tmp_path)
    images = config.content / "images"
    images.mkdir(parents=True)
    (images / "wide.jpg").write_bytes(photograph(1600, 2400, turned=6))
    (images / "cover.jpg").write_bytes(photograph(1300, 650))
    (images / "narrow.png").write_bytes(png(120, 80))
    (images / "modern.webp").write_bytes(encoded(drawn(200, 100), "WEBP"))
    (images / "film.gif").write_bytes(film("GIF", 1300, 10))
    (images / "plan.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"/>')
    (images / "broken.png").write_bytes(b"\x89PNG dot")
    front = "title: First\ndate: 2026-03-02T10:00:00Z\ncover: images/cover.jpg\n"
    (config.content / "first.md").write_text(f"---\n{front}---\n{BODY}")
    return config


def run(config: Config) -> Report:
    return build(config, now=NOW, period=periods.parse("2026-03", config.timezone), jobs=1)


def sizes(page: bytes) -> dict[str, tuple[str | None, str | None]]:
    root: HtmlElement = document_fromstring(page)
    return {one.get("src", "").rpartition("/")[2]: (one.get("width"), one.get("height")) for one in root.iter("img")}


def test_pages_and_feeds_say_how_large_each_picture_is(config: Config) -> None:
    run(config)
    expected = {
        "cover.jpg": ("1300", "650"),
        "wide.jpg": ("2400", "1600"),
        "narrow.png": ("120", "80"),
        "modern.webp": ("200", "100"),
        "film.gif": ("1300", "10"),
        "plan.svg": ("90", "30"),
        "broken.png": (None, None),
    }
    assert sizes((config.out / "articles/first/index.html").read_bytes()) == expected
    feed = document_fromstring((config.out / "atom.xml").read_bytes())
    content = next(one for one in feed.iter("content") if isinstance(one, HtmlElement))
    assert sizes(content.text_content().encode()) == expected


def test_the_mail_shows_copies_in_the_width_of_its_column(config: Config) -> None:
    run(config)
    mail = sizes((config.out / "issues/2026-03/email.html").read_bytes())
    modern = next(name for name in mail if name.startswith("modern"))
    assert mail == {
        "cover-1200w.jpg": ("520", "260"),
        "wide-1200w.jpg": ("520", "347"),
        "narrow.png": ("120", "80"),
        modern: ("200", "100"),
        "film.gif": ("520", "4"),
        "plan.svg": ("90", "30"),
        "broken.png": ("520", None),
    }
    assert opened((config.out / "assets/images/wide-1200w.jpg").read_bytes()).size == (1200, 800)
    assert modern.startswith("modern-200w-")
    assert (config.out / "assets/images/wide.jpg").read_bytes() == (config.content / "images/wide.jpg").read_bytes()
    assert (config.out / "assets/images" / modern).exists()


def test_pictures_at_fault_hold_nothing_back_and_are_remarked_on(config: Config) -> None:
    report = run(config)
    assert report.problems == ()
    assert [str(remark) for remark in report.remarks] == [
        "first.md:18: images/broken.png: not measured: no picture of a format that mails and browsers show; published as it is",
        "first.md:16: images/plan.svg: many mail programs do not show SVG: a PNG of it would be seen by all",
    ]
    assert (config.out / "assets/images/broken.png").read_bytes() == b"\x89PNG dot"
    told = [finding.message for finding in checks.run(config, now=NOW, jobs=1).findings]
    assert any("broken.png: not measured" in message for message in told)


def test_a_second_build_copies_to_the_same_bytes(config: Config) -> None:
    run(config)
    before = tree(config.out)
    assert run(config).written == ()
    assert tree(config.out) == before


def message_of(config: Config) -> EmailMessage:
    return email.message_from_bytes((config.out / "issues/2026-03/email.eml").read_bytes(), policy=email.policy.default)


def test_linked_pictures_leave_the_message_as_two_parts(config: Config) -> None:
    run(config)
    assert [part.get_content_type() for part in message_of(config).iter_parts()] == ["text/plain", "text/html"]


def test_embedded_pictures_travel_with_the_message_and_the_page_links_them(config: Config) -> None:
    run(replace(config, digest=Digest(images="embed")))
    page = (config.out / "issues/2026-03/email.html").read_text()
    assert "cid:" not in page
    mail = message_of(config)
    related = mail.get_body(("related",))
    assert related is not None
    html, *parts = related.iter_parts()
    assert [part.get_content_type() for part in parts] == [
        *("image/jpeg", "image/jpeg", "image/png", "image/jpeg", "image/gif", "image/svg+xml")
    ]
    shown = [one.get("src") for one in document_fromstring(html.get_content()).iter("img")]
    assert shown[:6] == [f"cid:{part['Content-ID'].strip('<>')}" for part in parts]
    assert str(shown[6]).startswith("https://letter.example/assets/")
    assert [part.get_content() for part in parts][1] == (config.out / "assets/images/wide-1200w.jpg").read_bytes()


def test_what_is_beyond_the_limit_is_linked_with_a_remark(config: Config) -> None:
    report = run(replace(config, digest=Digest(images="embed", embed_limit=5_000)))
    related = message_of(config).get_body(("related",))
    assert related is not None
    carried = [part.get_filename() for part in related.iter_parts()][1:]
    assert "narrow.png" in carried
    assert "wide-1200w.jpg" not in carried
    assert any("images/wide.jpg: linked, not embedded" in str(remark) for remark in report.remarks)


def test_articles_on_a_site_of_their_own_keep_their_addresses(config: Config) -> None:
    run(replace(config, permalink="https://blog.example/{slug}/", digest=Digest(images="embed")))
    mail = (config.out / "issues/2026-03/email.html").read_text()
    assert 'src="https://blog.example/first/images/wide.jpg"' in mail
    assert not (config.out / "assets").exists()
    assert [part.get_content_type() for part in message_of(config).iter_parts()] == ["text/plain", "text/html"]
