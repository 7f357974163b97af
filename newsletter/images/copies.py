"""Makes copies of pictures for the mail: no wider than sharp screens need, in formats that mail programs know. No I/O.

The same bytes in give the same bytes out: fixed settings, nothing kept but the pixels and their colour profile.
"""

import posixpath
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING

from msgspec import Struct

from newsletter.images.measure import Measure, UnreadablePictureError, opened, orientation

if TYPE_CHECKING:
    from PIL.Image import Image

#: What every mail program shows (https://www.caniemail.com/search/?s=image-).
KNOWN = frozenset({"image/jpeg", "image/png", "image/gif"})
#: Pixels that are decoded at most: what the cameras of telephones take, in about 200 MB.
MOST_PIXELS = 64_000_000
JPEG, PNG = "image/jpeg", "image/png"
ENDINGS = {JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"), PNG: (".png", ".apng")}
#: Formats of what is drawn rather than photographed.
DRAWN = frozenset({PNG, "image/gif", "image/bmp"})
OPAQUE = (255, 255)
QUALITY = 84
COLOURS = 256
#: JPEG is decoded at a half, a quarter or an eighth where that is still so many times as wide as the copy.
DRAFT = 2


class Copy(Struct, frozen=True, kw_only=True):
    """A copy of a picture."""

    width: int
    height: int
    #: Media type.
    type: str
    body: bytes


def copy(body: bytes, measured: Measure, widest: int) -> Copy | None:
    """Copy a picture for the mail; None where the mail shows it as it is.

    Wide ones are made ``widest`` pixels wide, others of little known formats keep their size; films stay as they are, but for
    those of such formats, whose first picture it is. Raises UnreadablePictureError where it cannot be decoded.
    """
    known = measured.type in KNOWN
    if known and (measured.moving or measured.width <= widest):
        return None
    if measured.width * measured.height > MOST_PIXELS:
        raise UnreadablePictureError(f"more than {MOST_PIXELS // 1_000_000} million pixels")
    with opened(body) as picture:
        picture.draft(None, (DRAFT * widest, DRAFT * widest))
        turn, profile, was_palette = orientation(picture), picture.info.get("icc_profile"), picture.mode == "P"
        coloured = picture.mode in ("RGB", "RGBA", "P")
        plain = _plain(picture)
    upright = _upright(plain, turn, measured, min(measured.width, widest))
    made = _encoded(upright, measured.type, profile if coloured else None, was_palette=was_palette)
    return None if known and len(made.body) >= len(body) else made


def name(source: str, made: Copy, taken: frozenset[str]) -> str:
    """Name a copy after its source: harbour-1200w.jpg. ``taken`` are the names of other files."""
    stem, ending = posixpath.splitext(source)
    plain = f"{stem}-{made.width}w{ending}"
    if ending.lower() in ENDINGS[made.type] and plain not in taken:
        return plain
    return f"{stem}-{made.width}w-{sha256(source.encode('utf-8', 'replace')).hexdigest()[:8]}{ENDINGS[made.type][0]}"


def _plain(picture: "Image") -> "Image":
    """Decode the first picture into eight bits of grey, of colour, or of colour and transparency."""
    picture.load()
    if picture.mode.startswith("I"):  # sixteen bits of grey
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if picture.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in picture.info:
        transparent = picture.convert("RGBA")
        return transparent if transparent.getchannel("A").getextrema() != OPAQUE else transparent.convert("RGB")
    return picture.convert("L" if picture.mode in ("1", "L") else "RGB")


def _upright(picture: "Image", turn: int, measured: Measure, width: int) -> "Image":
    """Turn a picture as it was meant, make it so wide, and drop all that is not pixels."""
    from PIL.Image import Resampling, Transpose  # noqa: PLC0415 - 50 ms, for pictures alone

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    upright = picture.transpose(turns[turn]) if turn in turns else picture
    size = width, max(1, round(measured.height * width / measured.width))
    if upright.size != size:
        upright = upright.resize(size, Resampling.LANCZOS, reducing_gap=3.0)
    upright.info.clear()
    return upright


def _encoded(picture: "Image", original: str, profile: bytes | None, *, was_palette: bool) -> Copy:
    """Write a picture as it was written: JPEG stays JPEG, what was drawn stays exact; of all else the smallest."""
    written = []
    if original == JPEG or (original not in DRAWN and picture.mode != "RGBA"):
        written.append((JPEG, _saved(picture, "JPEG", profile, quality=QUALITY, progressive=True)))
    if original != JPEG:
        written.append((PNG, _saved(picture, "PNG", profile)))
    if original != JPEG and was_palette:
        written.append((PNG, _saved(_with_palette(picture), "PNG", profile)))
    kind, body = min(written, key=lambda one: len(one[1]))
    return Copy(width=picture.width, height=picture.height, type=kind, body=body)


def _saved(picture: "Image", form: str, profile: bytes | None, **settings: int) -> bytes:
    out = BytesIO()
    picture.save(out, form, optimize=True, icc_profile=profile, **settings)
    return out.getvalue()


def _with_palette(picture: "Image") -> "Image":
    """Reduce to as many colours as a palette holds, as the original had."""
    from PIL.Image import Dither, Quantize  # noqa: PLC0415 - with Pillow

    method = Quantize.FASTOCTREE if picture.mode == "RGBA" else Quantize.MEDIANCUT
    return picture.quantize(COLOURS, method=method, dither=Dither.NONE)
