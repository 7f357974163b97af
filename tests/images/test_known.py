import pytest

from newsletter.images.known import ANY_TYPE, Known
from newsletter.model import Asset, Image, Rendered
from tests.factories import make_rendered
from tests.images.pictures import png

URL = "https://letter.example/"


def asset(source: str, line: int | None = None) -> Asset:
    return Asset(source=source, target=f"assets/{source}", line=line)


def shown(*assets: Asset, cover: Image | None = None) -> Rendered:
    html = "".join(f'<p><img src="{URL}assets/{one.source}" alt=""></p>' for one in assets)
    return make_rendered(html, assets=assets, cover=cover)


def test_an_article_learns_the_sizes_of_its_pictures() -> None:
    known = Known(URL)
    a, cover = asset("a b.png", 3), asset("cover.png")
    assert [known.take(one, png(*size)) for one, size in ((a, (30, 20)), (cover, (60, 40)))] == ["image/png"] * 2
    item = make_rendered(
        f'<p><img src="{URL}assets/a%20b.png" alt=""></p>',
        assets=(a, cover),
        cover=Image(url=f"{URL}assets/cover.png", alt="C"),
    )
    sized = known.sized(item)
    assert sized.html == sized.excerpt_html == f'<p><img src="{URL}assets/a%20b.png" alt="" width="30" height="20"></p>'
    assert sized.cover == Image(url=f"{URL}assets/cover.png", alt="C", width=60, height=40)
    assert [(one.asset, one.width) for one in sized.pictures] == [(a, 30), (cover, 60)]
    assert sized.remarks == ()


@pytest.mark.parametrize(
    ("source", "body", "kind", "remark"),
    [
        ("a.png", b"nope", ANY_TYPE, "not measured: no picture of a format that mails and browsers show; published as it is"),
        (
            "a.svg",
            b"<svg/>",
            ANY_TYPE,
            "not measured: a drawing that does not say how large it is (width, height or viewBox); published as it is",
        ),
        (
            "a.svg",
            b'<svg width="3" height="2"/>',
            "image/svg+xml",
            "many mail programs do not show SVG: a PNG of it would be seen by all",
        ),
    ],
)
def test_a_picture_that_is_at_fault_is_remarked_on_where_it_is_shown(source: str, body: bytes, kind: str, remark: str) -> None:
    known = Known(URL)
    one = asset(source, 7)
    assert known.take(one, body) == kind
    item = known.sized(shown(one))
    assert [str(found) for found in item.remarks] == [f"first.md:7: {source}: {remark}"]
    assert len(item.pictures) == (kind != ANY_TYPE)


def test_other_files_and_articles_without_pictures_are_left_alone() -> None:
    known = Known(URL)
    assert known.take(asset("a.pdf"), b"%PDF") == ANY_TYPE
    item = shown(asset("a.pdf"))
    assert known.sized(item) is item


def test_a_cover_from_elsewhere_is_left_alone() -> None:
    known = Known(URL)
    one, cover = asset("a.png"), Image(url="https://elsewhere.example/a.png")
    known.take(one, png())
    assert known.sized(shown(one, cover=cover)).cover is cover
