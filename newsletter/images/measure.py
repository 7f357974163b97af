"""Tells how large a picture is from the beginning of its file: nothing is decoded, so no picture is too much. No I/O."""

import posixpath
import warnings
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

#: What a file's name must end in to be taken for a picture.
ENDINGS = (".apng", ".avif", ".bmp", ".gif", ".jfif", ".jpe", ".jpeg", ".jpg", ".png", ".svg", ".webp")
#: Pillow's name of a format → media type. MPO is what many cameras write: a JPEG with more pictures behind it.
TYPES = {
    "AVIF": "image/avif",
    "BMP": "image/bmp",
    "GIF": "image/gif",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
}
SVG = "image/svg+xml"
#: What is opened: Pillow reads MPO where it reads JPEG.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP")
#: Those that can hold films.
FILMS = ("AVIF", "GIF", "PNG", "WEBP")
#: EXIF 2.3, table 6: the tag, and its values for pictures that lie on their side.
ORIENTATION = 0x0112
ON_ITS_SIDE = (5, 6, 7, 8)


class UnreadablePictureError(Exception):
    """A file that is no picture that could be measured; the message says why."""


class Measure(Struct, frozen=True, kw_only=True):
    """What the beginning of a picture's file says."""

    #: CSS pixels, upright as browsers show it.
    width: int
    height: int
    #: Media type.
    type: str
    #: Whether it is a film of several pictures.
    moving: bool = False


def is_picture(path: str) -> bool:
    """Tell by its name whether a file is a picture."""
    return path.lower().endswith(ENDINGS)


def measure(path: str, body: bytes) -> Measure:
    """Measure a picture. Raises UnreadablePictureError for what is none, or none of a known format."""
    if posixpath.splitext(path)[1].lower() == ".svg":
        from newsletter.images.svg import size  # noqa: PLC0415 - lxml, for drawings alone

        width, height = size(body)
        return Measure(width=width, height=height, type=SVG)
    with opened(body) as picture:
        width, height = picture.size
        if orientation(picture) in ON_ITS_SIDE:
            width, height = height, width
        return Measure(width=width, height=height, type=TYPES[picture.format or ""], moving=_is_film(picture))


@contextmanager
def opened(body: bytes) -> "Iterator[Image]":
    """Open a picture whose pixels are not decoded yet. Raises UnreadablePictureError, also for errors while it is open."""
    from PIL import AvifImagePlugin, Image, UnidentifiedImageError, WebPImagePlugin  # noqa: F401, PLC0415 - 50 ms, for pictures alone

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on size, which copies.py bounds, and on what cameras get wrong
        try:
            with Image.open(BytesIO(body), formats=FORMATS) as picture:
                yield picture
        except UnidentifiedImageError:
            raise UnreadablePictureError("no picture of a format that mails and browsers show") from None
        except Image.DecompressionBombError:
            raise UnreadablePictureError("more pixels than any screen has") from None
        except Exception as error:  # Pillow raises whatever a damaged file makes its readers stumble over
            raise UnreadablePictureError(f"damaged ({' '.join(str(error).split()) or type(error).__name__})") from error


def orientation(picture: "Image") -> int:
    """Tell how the camera was held; 1 where nothing sound says so. Pillow's own way to ask may decode the whole picture."""
    from PIL.Image import Exif  # noqa: PLC0415 - as above

    exif = Exif()
    try:
        exif.load(picture.info.get("exif", b""))
        return int(exif.get(ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - the same holds for EXIF
        return 1


def _is_film(picture: "Image") -> bool:
    return picture.format in FILMS and bool(getattr(picture, "is_animated", False))
