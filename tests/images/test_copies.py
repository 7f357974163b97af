import subprocess
import sys
from hashlib import sha256

import pytest
from PIL import Image
from PIL.ImageCms import ImageCmsProfile, createProfile
from PIL.ImageOps import exif_transpose

from newsletter.images.copies import Copy, copy, name
from newsletter.images.measure import UnreadablePictureError, measure
from tests.images.pictures import drawn, encoded, film, opened, photograph, png


def copied(body: bytes, widest: int = 100) -> Copy | None:
    return copy(body, measure("a.png", body), widest)


def made(body: bytes, widest: int = 100) -> Copy:
    found = copied(body, widest)
    assert found is not None
    return found


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF"])
def test_what_every_mail_program_shows_and_is_no_wider_is_not_copied(form: str) -> None:
    assert copied(encoded(drawn(100, 400), form)) is None


def test_a_wide_photograph_is_made_as_wide_as_sharp_screens_need() -> None:
    small = made(photograph(400, 300))
    assert (small.width, small.height, small.type) == (100, 75, "image/jpeg")
    assert opened(small.body).size == (100, 75)
    assert opened(small.body).format == "JPEG"


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_photograph_is_turned_as_it_was_meant_and_nothing_else_of_it_is_told(turned: int) -> None:
    body = photograph(400, 300, turned=turned)
    small = opened(made(body).body)
    assert b"secret" in body
    assert b"secret" not in made(body).body
    assert small.getexif() == {}
    expected = exif_transpose(opened(body)).resize(small.size)  # what browsers would show, by another hand
    corners = [(1, 1), (small.width - 2, 1), (1, small.height - 2), (small.width - 2, small.height - 2)]
    for corner in corners:
        assert abs(grey(small, corner) - grey(expected, corner)) < 12


def grey(picture: Image.Image, at: tuple[int, int]) -> int:
    value = picture.convert("L").getpixel(at)
    return int(str(value))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (png(400, 200, "L"), "image/png"),
        (png(400, 200, "1"), "image/png"),
        (png(400, 200, "P"), "image/png"),
        (encoded(drawn(400, 200, "L").convert("I").point(lambda value: value * 257).convert("I;16"), "PNG"), "image/png"),
        (encoded(drawn(400, 200, "CMYK"), "JPEG", quality=98), "image/jpeg"),
        (encoded(drawn(400, 200, "L"), "JPEG", quality=98), "image/jpeg"),
        (encoded(drawn(400, 200), "BMP"), "image/png"),
    ],
    ids=["grey", "black and white", "palette", "sixteen bits", "cmyk", "grey photograph", "bitmap"],
)
def test_every_kind_of_pixel_comes_out_as_it_looked(body: bytes, kind: str) -> None:
    small = copy(body + bytes(100_000), measure("a.png", body), 100)  # however small the original
    assert small is not None
    assert small.type == kind
    expected = drawn(400, 200).resize((100, 50))
    for at in [(10, 5), (10, 45), (75, 25), (95, 5)]:
        assert abs(grey(opened(small.body), at) - grey(expected, at)) < (160 if opened(body).mode == "1" else 24)


def test_what_is_transparent_stays_so() -> None:
    picture = drawn(400, 300, "RGBA")
    picture.putalpha(drawn(400, 300, "L"))
    small = opened(made(encoded(picture, "PNG")).body)
    assert small.mode == "RGBA"
    assert min(grey(small.getchannel("A"), (x, 1)) for x in range(100)) < 20


@pytest.mark.parametrize("form", ["WEBP", "AVIF"])
def test_what_few_mail_programs_show_is_copied_whatever_its_size(form: str) -> None:
    small = made(encoded(drawn(80, 40), form))
    assert (small.width, small.height) == (80, 40)
    assert small.type in {"image/jpeg", "image/png"}


@pytest.mark.parametrize("form", ["WEBP", "AVIF"])
def test_what_is_transparent_in_such_a_format_becomes_a_png(form: str) -> None:
    picture = drawn(80, 40, "RGBA")
    picture.putalpha(drawn(80, 40, "L"))
    assert made(encoded(picture, form)).type == "image/png"


def test_films_stay_as_they_are() -> None:
    assert copied(film("GIF", 400, 300)) is None
    assert copied(film("PNG", 400, 300)) is None


def test_of_a_film_that_few_mail_programs_show_the_first_picture_is_left() -> None:
    small = made(film("WEBP", 400, 300))
    assert (small.width, small.height) == (100, 75)


def test_a_copy_that_would_be_no_smaller_is_not_made() -> None:
    flat = encoded(Image.new("P", (101, 400)), "PNG", optimize=True)
    assert copied(flat) is None


def test_the_colours_of_a_screen_keep_their_profile() -> None:
    profile = ImageCmsProfile(createProfile("sRGB")).tobytes()
    small = opened(made(encoded(drawn(400, 300), "JPEG", icc_profile=profile)).body)
    assert small.info["icc_profile"] == profile


def test_a_picture_of_very_many_pixels_is_not_decoded() -> None:
    body = png()
    huge = measure("a.png", body)
    with pytest.raises(UnreadablePictureError, match="more than 64 million pixels"):
        copy(body, type(huge)(width=9_000, height=8_000, type="image/png"), 1_200)


def test_a_picture_that_ends_too_early_is_said_to_be_damaged() -> None:
    body = photograph(400, 300)
    with pytest.raises(UnreadablePictureError, match=r"damaged \(image file is truncated"):
        copied(body[: len(body) // 2])


def test_the_same_picture_gives_the_same_bytes_in_every_process() -> None:
    code = (
        "from tests.images.test_copies import made, film, png, photograph; from hashlib import sha256; "
        "print(*(sha256(made(b).body).hexdigest() for b in (png(400, 300), photograph(400, 300), film('WEBP', 400, 300))))"
    )
    here = [sha256(made(body).body).hexdigest() for body in (png(400, 300), photograph(400, 300), film("WEBP", 400, 300))]
    for seed in ("1", "2"):
        answer = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        )
        assert answer.stdout.decode().split() == here


@pytest.mark.parametrize(
    ("source", "kind", "expected"),
    [
        ("assets/harbour.jpg", "image/jpeg", "assets/harbour-1200w.jpg"),
        ("assets/Harbour.JPEG", "image/jpeg", "assets/Harbour-1200w.JPEG"),
        ("assets/plan.png", "image/png", "assets/plan-1200w.png"),
        ("assets/photo.webp", "image/jpeg", "assets/photo-1200w-15677131.jpg"),
        ("assets/photo.avif", "image/png", "assets/photo-1200w-5fde5417.png"),
        ("assets/taken.png", "image/png", "assets/taken-1200w-bb246bbc.png"),
    ],
)
def test_a_copy_is_named_after_its_source_and_like_no_other_file(source: str, kind: str, expected: str) -> None:
    one = Copy(width=1200, height=1, type=kind, body=b"")
    assert name(source, one, frozenset({"assets/taken-1200w.png"})) == expected
