import pytest

from newsletter.model import Article, Asset, Enclosure, Image
from newsletter.render.links import encode, id_prefix
from tests.factories import make_article, make_config
from tests.render.rendering import PERMALINK, PREFIX, html, make_site, remarks, rendered

OTHER = "https://letter.example/articles/other/"
SITE = make_site(
    permalinks={"2026/first.md": PERMALINK, "2026/other.md": OTHER, "über.md": "https://letter.example/articles/ueber/"},
    files=frozenset({"2026/img/a b.png", "logo.svg", "2026/paper.pdf"}),
    hosted=frozenset({"2026/first.md", "2026/other.md"}),
)


def resolved(address: str, **article: object) -> str | None:
    """Resolve an address in an article in a folder."""
    got = rendered(f"[x](<{address}>)", SITE, path="2026/first.md", **article).html
    return got.split('"')[1] if "href" in got else None


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("other.md", OTHER),
        ("./other.md#sec", f"{OTHER}#{id_prefix(OTHER)}sec"),
        ("/2026/other.md", OTHER),
        ("../%C3%BCber.md", "https://letter.example/articles/ueber/"),
        ("../u\u0308ber.md#ä b", "https://letter.example/articles/ueber/#%C3%A4%20b"),
        ("first.md#none", f"{PERMALINK}#none"),
        ("img/a b.png", "https://letter.example/assets/2026/img/a%20b.png"),
        ("img\\a%20b.png", "https://letter.example/assets/2026/img/a%20b.png"),
        ("../logo.svg#part", "https://letter.example/assets/logo.svg#part"),
        ("paper.pdf?x=1", "https://letter.example/assets/2026/paper.pdf"),
        ("missing.png", f"{PERMALINK}missing.png"),
        ("/about/", "https://letter.example/about/"),
        ("?q=ä b", f"{PERMALINK}?q=%C3%A4%20b"),
        ("../../../../../../etc/passwd", "https://letter.example/etc/passwd"),
        ("//cdn.example/f.png", "https://cdn.example/f.png"),
        ("#", PERMALINK),
        ("#nowhere", f"{PERMALINK}#nowhere"),
        ("http://bücher.example/ü?q=ä b", "http://xn--bcher-kva.example/%C3%BC?q=%C3%A4%20b"),
        ("mailto:a@b.example?subject=é x", "mailto:a@b.example?subject=%C3%A9%20x"),
        ("TEL:+1", "tel:+1"),
        ("", None),
        ("javascript:alert(1)", None),
        ("JaVa\tScript:alert(1)", None),
        ("vbscript:x", None),
        ("data:text/html;base64,PHNjcmlwdD4=", None),
        ("file:///etc/passwd", None),
        ("C:\\x\\y.png", None),
        ("https://[::1", None),
        ("http://a.example:99999/", None),
        ("//", None),
        ("//[", None),
    ],
)
def test_an_address_becomes_absolute_or_goes(address: str, url: str | None) -> None:
    assert resolved(address) == url


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("img/a b.png", "https://blog.example/2026/first/img/a%20b.png"),
        ("/about/", "https://blog.example/about/"),
        ("other.md", OTHER),
        ("#sec", "https://blog.example/2026/first/#sec"),
    ],
)
def test_an_article_on_its_own_site_resolves_against_its_permalink(address: str, url: str) -> None:
    assert resolved(address, hosted=False, permalink="https://blog.example/2026/first/") == url


def test_fragments_lead_to_the_ids_in_the_content() -> None:
    got = html("[a](#sec) [b](#Own)\n\n## sec\n\n<p id=Own>x</p>\n\n<a name='old'></a>y")
    assert f'href="{PERMALINK}#{PREFIX}sec"' in got
    assert f'id="{PREFIX}sec"' in got
    assert f'href="{PERMALINK}#{PREFIX}Own"' in got
    assert f'<a id="{PREFIX}old"></a>' in got


def test_ids_are_unique_in_the_article() -> None:
    got = html('<p id="x">a</p><p id="x">b</p><p id="x y">c</p><p id="x-2">d</p>')
    assert [part.split('"')[0] for part in got.split('id="')[1:]] == [f"{PREFIX}{name}" for name in ("x", "x-2", "x-y", "x-2-2")]


def test_footnotes_and_headings_of_two_articles_do_not_collide() -> None:
    body = "T[^1]\n\n# Same\n\n[^1]: note\n"
    a, b = (rendered(body, slug=slug).html for slug in ("a", "b"))
    ids = [part.split('"')[0] for got in (a, b) for part in got.split('id="')[1:]]
    assert len(set(ids)) == len(ids) == 6
    assert 'href="https://letter.example/articles/b/#b-' in b


def test_id_prefixes_are_readable_ascii_and_differ() -> None:
    assert id_prefix(PERMALINK) == PREFIX
    assert id_prefix("https://a.example/2026/10-things/").startswith("a-10-things-")
    assert id_prefix("https://a.example/").startswith("a-")
    assert id_prefix("https://a.example/%C3%BC/").isascii()
    assert id_prefix("https://a.example/x/") != id_prefix("https://b.example/x/")


def test_local_files_are_assets_of_hosted_articles_alone() -> None:
    body = "![a](<img/a b.png>) ![b](../logo.svg) ![a](<img/a b.png>) ![c](missing.png)"
    asset = Asset(source="2026/img/a b.png", target="assets/2026/img/a b.png", line=1)
    assert rendered(body, SITE, path="2026/first.md").assets == (
        asset,
        Asset(source="logo.svg", target="assets/logo.svg", line=1),
    )
    assert rendered(body, SITE, path="2026/first.md", hosted=False).assets == ()


def test_images_keep_safe_data_and_have_an_alt_text() -> None:
    assert html("![g](data:image/png;base64,iVBORw0KGgo=)") == '<p><img alt="g" src="data:image/png;base64,iVBORw0KGgo="></p>'
    assert html("<p><img src=h.png></p>") == f'<p><img src="{PERMALINK}h.png" alt=""></p>'
    assert html("a ![d](data:image/svg+xml;base64,AAAA)") == "<p>a </p>"


def test_candidates_of_a_srcset_become_absolute() -> None:
    got = html('<p><img src="i.png" srcset="i.png 1x, javascript:x 3x,i2.png 2x" sizes="50vw" loading="lazy"></p>')
    assert f'srcset="{PERMALINK}i.png 1x, {PERMALINK}i2.png 2x"' in got
    assert 'sizes="50vw" loading="lazy"' in got
    assert "srcset" not in html('<p><img src="i.png" srcset="file:///x 2x"></p>')
    assert f'srcset="{PERMALINK}p.webp"' in html('<picture><source srcset="p.webp"><img src="p.png"></picture>')
    assert "<source" not in html('<picture><source srcset="file:p.webp"><img src="p.png"></picture>')


def test_quotes_cite_absolutely() -> None:
    assert html('<blockquote cite="/x">a</blockquote>') == '<blockquote cite="https://letter.example/x">a</blockquote>'


@pytest.mark.parametrize(
    ("body", "remark"),
    [
        ("a\n\n[j](javascript:x)", "first.md:3: removed: expected a web link, got 'javascript:x'"),
        ("![j](file:///x)", "first.md:1: removed: expected a web address, got 'file:///x'"),
        ("[d](draft.md)", "first.md:1: links to 'draft.md', which is no published article"),
        ("[d](//[)", "first.md:1: removed: expected a valid web link, got '//['"),
        (
            "<p>![w](C:\\x.png)</p>\n\n![w](C:\\x.png)",
            "first.md: removed <img>: it has no address, or one that is no web address",
        ),
        ("<p>a <a>b</a></p>", "first.md:1: removed <a>: it has no address, or one that is no web address"),
        (f"[j](data:{'x' * 100})", f"first.md:1: removed: expected a web link, got 'data:{'x' * 74}…'"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_line(body: str, remark: str) -> None:
    assert remarks(body) == [remark]


MISSING = "which is no file of the content folder"


@pytest.mark.parametrize(
    ("body", "remark"),
    [
        ("a\n\n![n](img/nope.png)", f"2026/first.md:3: shows 'img/nope.png', {MISSING}"),
        ("![n](/logo.png)", f"2026/first.md:1: shows '/logo.png', {MISSING}"),
        ("![n](../../out.png)", f"2026/first.md:1: shows '../../out.png', {MISSING}"),
        ("![n](img/a%20c.png?v=2#x)", f"2026/first.md:1: shows 'img/a c.png', {MISSING}"),
        ('<p><img src="../logo.svg" srcset="big.png 2x"></p>', f"2026/first.md:1: shows 'big.png', {MISSING}"),
        ('<video src="film.mp4"></video>', f"2026/first.md:1: shows 'film.mp4', {MISSING}"),
        ("[n](files/nope.pdf)", f"2026/first.md:1: links to 'files/nope.pdf', {MISSING}"),
        ("[n](/files/nope.tar.gz#a)", f"2026/first.md:1: links to '/files/nope.tar.gz', {MISSING}"),
        (
            "![[nope.png|A]]",
            "2026/first.md:1: shows 'nope.png', which is neither a published article nor a file of the content folder",
        ),
    ],
)
def test_a_local_file_that_is_not_there_is_told_with_its_line(body: str, remark: str) -> None:
    assert [str(one) for one in rendered(body, SITE, path="2026/first.md").remarks] == [remark]


@pytest.mark.parametrize(
    "body",
    [
        "![n](<img/a b.png>) ![n](../logo.svg) [n](paper.pdf) ![[logo.svg]]",
        "![n](https://a.example/nope.png) ![n](//a.example/nope.png) ![n](data:image/png;base64,iVBORw0KGgo=)",
        "[n](/about/) [n](../) [n](?q=a.pdf) [n](#a.pdf) [n](/rss.xml) [n](page.html) [n](v1.5) [n](mailto:a@b.example)",
        "`![n](img/nope.png)`",
    ],
)
def test_what_is_there_or_elsewhere_or_no_file_is_not_missed(body: str) -> None:
    assert rendered(body, SITE, path="2026/first.md").remarks == ()


def test_of_an_article_on_its_own_site_nobody_knows_what_is_there() -> None:
    sound = Enclosure(url="nope.mp3", type="audio/mpeg", length=3)
    body = "![n](img/nope.png) [n](files/nope.pdf)"
    assert rendered(body, SITE, path="2026/first.md", hosted=False, cover="nope.png", enclosures=(sound,)).remarks == ()


@pytest.mark.parametrize("address", ["img/nope.png", "/img/nope.png"])
def test_a_cover_that_is_not_there_is_told(address: str) -> None:
    got = rendered("text", SITE, path="2026/first.md", cover=address)
    assert [str(remark) for remark in got.remarks] == [f"2026/first.md: cover: names '{address}', {MISSING}"]


def enclosure(url: str, length: int, **article: object) -> list[str]:
    """Tell what is remarked of an enclosure."""
    one = Enclosure(url=url, type="audio/mpeg", length=length)
    return [str(remark) for remark in rendered("text", SITE, path="2026/first.md", enclosures=(one,), **article).remarks]


def test_an_enclosure_that_is_not_there_is_told_whatever_its_length() -> None:
    told = [f"2026/first.md: enclosure: names 'audio/missing.mp3', {MISSING}"]
    assert enclosure("audio/missing.mp3", 0) == enclosure("audio/missing.mp3", 9) == told


@pytest.mark.parametrize("url", ["https://cdn.example/a.mp3", "//cdn.example/a.mp3"])
def test_an_enclosure_elsewhere_without_a_length_is_told(url: str) -> None:
    told = [f"2026/first.md: enclosure: has no length in bytes, which RSS requires, so feeds say 0: '{url}'"]
    assert enclosure(url, 0) == enclosure(url, 0, hosted=False) == told
    assert enclosure(url, 9) == []


def test_an_enclosure_near_an_article_on_its_own_site_needs_a_length() -> None:
    assert enclosure("a.mp3", 0, hosted=False) == [
        "2026/first.md: enclosure: has no length in bytes, which RSS requires, so feeds say 0: 'a.mp3'"
    ]
    assert enclosure("a.mp3", 9, hosted=False) == []


def test_an_empty_file_of_ours_has_a_length() -> None:
    assert enclosure("paper.pdf", 0) == []


def test_the_same_remark_is_made_once() -> None:
    assert len(remarks("[a](javascript:x) [b](javascript:x)")) == 1


def test_links_that_were_never_there_give_no_remark() -> None:
    assert remarks("[h]() [i](<>)") == []


@pytest.mark.parametrize(
    ("url", "encoded"),
    [
        (
            "https://u:p@a.example:8080/x y%20z%?q=[1]|{2}#f g",
            "https://u:p@a.example:8080/x%20y%20z%25?q=%5B1%5D%7C%7B2%7D#f%20g",
        ),
        ("https://A_b.example/", "https://a_b.example/"),
        ("http://[2001:db8::1]/x", "http://[2001:db8::1]/x"),
        ("https://a b.example/", None),
        (f"https://{'ü' * 70}.example/", None),
        ("https:///x", None),
        ("ftp://a.example/", None),
    ],
)
def test_urls_are_encoded_for_feeds(url: str, encoded: str | None) -> None:
    assert encode(url) == encoded


def cover(article: Article, body: str = "text") -> Image | None:
    return rendered(body, SITE, path="2026/first.md", cover=article.cover, cover_alt=article.cover_alt).cover


def test_the_cover_is_resolved_like_an_image() -> None:
    article = make_article(cover="img/a b.png", cover_alt="Alt")
    url = "https://letter.example/assets/2026/img/a%20b.png"
    assert cover(article) == Image(url=url, alt="Alt")
    assert rendered("text", SITE, path="2026/first.md", cover="img/a b.png").assets[0].source == "2026/img/a b.png"
    assert cover(make_article()) is None


def test_a_cover_that_the_content_shows_is_not_shown_twice() -> None:
    assert cover(make_article(cover="img/a b.png"), "![a](<img/a b.png>)") is None


@pytest.mark.parametrize("address", ["javascript:x", "file:///etc/passwd", "data:image/png;base64,iVBORw0KGgo=", "C:\\x.png"])
def test_a_cover_without_a_web_address_is_dropped_and_said_so(address: str) -> None:
    got = rendered("text", cover=address)
    assert got.cover is None
    assert [str(remark) for remark in got.remarks] == [f"first.md: cover: removed: expected a web address, got {address!r}"]


def test_a_publication_below_a_path_keeps_its_assets_there() -> None:
    site = make_site(config=make_config(url="https://a.example/letter/"), files=frozenset({"h.png"}))
    assert 'src="https://a.example/letter/assets/h.png"' in rendered("![h](h.png)", site).html
