import struct
import subprocess
import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from newsletter.images.measure import Measure, UnreadablePictureError, is_picture, measure
from tests.images.pictures import drawn, encoded, film, photograph, png


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("AVIF", "image/avif"),
        ("BMP", "image/bmp"),
    ],
)
def test_the_size_and_the_type_are_those_of_the_file_whatever_its_name(form: str, kind: str) -> None:
    assert measure("photo.jpg", encoded(drawn(64, 48), form)) == Measure(width=64, height=48, type=kind)


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_photograph_that_lies_on_its_side_is_measured_as_browsers_show_it(turned: int) -> None:
    expected = (20, 30) if turned >= 5 else (30, 20)
    measured = measure("a.jpg", photograph(30, 20, turned=turned))
    assert (measured.width, measured.height) == expected


@pytest.mark.parametrize("exif", [b"MM\0*\0\0\xff\xff\0\0", b"nonsense", b"II*\0\x08\0\0\0\1\0\x12\1\2\0\1\0\0\0zz\0\0"])
def test_what_a_camera_wrote_about_itself_wrongly_is_passed_over(exif: bytes) -> None:
    body = encoded(drawn(30, 20), "JPEG", exif=b"Exif\0\0" + exif)
    assert measure("a.jpg", body) == Measure(width=30, height=20, type="image/jpeg")


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "AVIF"])
def test_films_are_told_from_pictures(form: str) -> None:
    assert measure("a.gif", film(form)).moving


def test_several_pictures_of_a_camera_in_one_file_are_no_film() -> None:
    body = encoded(drawn(30, 20), "MPO", save_all=True, append_images=[drawn(30, 20)])
    assert measure("a.jpg", body) == Measure(width=30, height=20, type="image/jpeg")


@pytest.mark.parametrize("body", [b"", b"text", b"\x89PNG dot", b"GIF89a", b"%PDF-1.4", b"\0" * 100])
def test_what_is_no_picture_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(UnreadablePictureError, match=r"^no picture of a format that mails and browsers show$"):
        measure("a.png", body)


def header(width: int, height: int, extra: bytes = b"") -> bytes:
    """Write the first chunks of a PNG, and nothing to back them up."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return start + extra + chunk(b"IDAT", b"")


def test_the_header_of_a_huge_picture_is_all_that_is_read() -> None:
    assert measure("a.png", header(12_000, 12_000)) == Measure(width=12_000, height=12_000, type="image/png")


def test_a_picture_that_claims_more_pixels_than_any_screen_has_is_not_measured() -> None:
    with pytest.raises(UnreadablePictureError, match="more pixels"):
        measure("a.png", header(100_000, 100_000))


def test_a_text_that_unpacks_without_end_inside_a_picture_is_not_unpacked() -> None:
    text = b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 100_000_000)
    bomb = struct.pack(">I", len(text[1])) + text[0] + text[1] + struct.pack(">I", zlib.crc32(text[0] + text[1]))
    try:
        measured = measure("a.png", header(30, 20, bomb))
    except UnreadablePictureError as error:
        assert str(error).startswith("damaged")  # noqa: PT017 - either is sound, as long as nothing else comes of it
    else:
        assert (measured.width, measured.height) == (30, 20)


@given(st.binary(max_size=40), st.integers(0, 200))
def test_damage_of_any_kind_is_an_unreadable_picture_or_a_measure(noise: bytes, at: int) -> None:
    for sound in (SOUND_PNG, SOUND_JPEG, SOUND_WEBP, SOUND_AVIF, SOUND_GIF):
        body = sound[:at] + noise + sound[at + len(noise) :]
        try:
            assert measure("a.png", body).width > 0
        except UnreadablePictureError as error:
            assert len(str(error).splitlines()) == 1  # noqa: PT017 - most damage is harmless


SOUND_PNG, SOUND_JPEG, SOUND_GIF = png(), photograph(), encoded(drawn(30, 20), "GIF")
SOUND_WEBP, SOUND_AVIF = encoded(drawn(30, 20), "WEBP"), encoded(drawn(30, 20), "AVIF")


@pytest.mark.parametrize("name", ["a.png", "B.JPG", "c.jpeg", "d.webp", "e.svg", "f.gif", "g.avif"])
def test_pictures_are_known_by_their_names(name: str) -> None:
    assert is_picture(name)


@pytest.mark.parametrize("name", ["a.pdf", "b.mp3", "png", "c.svgz", "d.tiff"])
def test_other_files_are_no_pictures(name: str) -> None:
    assert not is_picture(name)


def test_pillow_is_not_imported_before_a_picture_comes() -> None:
    code = "import sys; import newsletter.publish, newsletter.emitters.digest; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pillows_own_bounds_stay_as_they_are_for_others() -> None:
    before = Image.MAX_IMAGE_PIXELS
    measure("a.png", header(12_000, 12_000))
    assert before == Image.MAX_IMAGE_PIXELS
