import pytest

from newsletter.images.measure import Measure, UnreadablePictureError, measure

XMLNS = 'xmlns="http://www.w3.org/2000/svg"'


def sized(attributes: str) -> tuple[int, int]:
    measured = measure("a.svg", f"<svg {XMLNS} {attributes}><rect/></svg>".encode())
    return measured.width, measured.height


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="300" height="200"', (300, 200)),
        ('width="300px" height="200.6px"', (300, 201)),
        ('width="3in" height="72pt"', (288, 96)),
        ('width="2.54cm" height="25.4mm"', (96, 96)),
        ('width="2PC" height="40q"', (32, 38)),
        ('viewBox="0 0 120 40"', (120, 40)),
        ('viewBox="-5,-5,120.4,40"', (120, 40)),
        ('width="100%" height="100%" viewBox="0 0 120 40"', (120, 40)),
        ('width="60" viewBox="0 0 120 40"', (60, 20)),
        ('height="20" viewBox="0 0 120 40"', (60, 20)),
        ('width="300" height="200" viewBox="0 0 1 1"', (300, 200)),
    ],
)
def test_a_drawing_is_as_large_as_it_says(attributes: str, size: tuple[int, int]) -> None:
    assert sized(attributes) == size


@pytest.mark.parametrize(
    "attributes",
    ["", 'width="300"', 'width="10em" height="4em"', 'viewBox="0 0 0 40"', 'viewBox="0 0 40"', 'width="0" height="9"'],
)
def test_a_drawing_that_does_not_say_is_not_measured(attributes: str) -> None:
    with pytest.raises(UnreadablePictureError, match="does not say how large it is"):
        sized(attributes)


def test_a_declaration_a_doctype_and_comments_may_come_first() -> None:
    public = '"-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"'
    text = f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE svg PUBLIC {public}>\n<!-- by hand -->\n<svg width="3" height="2">'
    assert measure("A.SVG", text.encode()) == Measure(width=3, height=2, type="image/svg+xml")


@pytest.mark.parametrize(
    "body", [b"", b"text", b"<svg", b"<svg a=1>", b"&", b"<html></html>", b"\xff\xfe", b"<!-- " + b"x" * 100_000]
)
def test_what_is_no_drawing_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(UnreadablePictureError, match=r"^no SVG$"):
        measure("a.svg", body)


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY a "12"><!ENTITY b "&a;&a;&a;">',
        '<!ENTITY secret SYSTEM "file:///etc/passwd">',
        '<!ENTITY % far SYSTEM "http://letter.example/x.dtd"> %far;',
    ],
)
def test_drawings_with_entities_are_not_read(declaration: str) -> None:
    with pytest.raises(UnreadablePictureError, match="entities"):
        measure("a.svg", f'<!DOCTYPE svg [{declaration}]><svg width="3" height="2"/>'.encode())
