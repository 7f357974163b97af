"""Real pictures, drawn when a test asks for one."""

from io import BytesIO
from typing import Any

from PIL import Image

#: EXIF's tag for how the camera was held.
ORIENTATION = 0x0112


def drawn(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Draw two ramps of grey in two halves, so that each side can be told from the others."""
    ramp = Image.linear_gradient("L").resize((width, height))
    ramp.paste(Image.radial_gradient("L").resize((width - width // 2, height)), (width // 2, 0))
    return ramp if mode == "L" else ramp.convert("RGB").convert(mode)


def encoded(picture: Image.Image, form: str, **settings: Any) -> bytes:  # noqa: ANN401 - whatever Pillow's writers take
    """Write a picture in a format of Pillow's."""
    out = BytesIO()
    picture.save(out, form, **settings)
    return out.getvalue()


def png(width: int = 30, height: int = 20, mode: str = "RGB") -> bytes:
    """Draw a PNG."""
    return encoded(drawn(width, height, mode), "PNG")


def photograph(width: int = 30, height: int = 20, *, turned: int = 1) -> bytes:
    """Take a JPEG with a camera that is held as EXIF's value says."""
    exif = Image.Exif()
    exif[ORIENTATION] = turned
    exif[0x010E] = "a secret place"
    return encoded(drawn(width, height), "JPEG", exif=exif, quality=90, comment=b"a secret remark")


def film(form: str, width: int = 30, height: int = 20) -> bytes:
    """Shoot a film of two pictures."""
    first, second = drawn(width, height), drawn(width, height).rotate(180)
    return encoded(first, form, save_all=True, append_images=[second], duration=100)


def opened(body: bytes) -> Image.Image:
    """Read a picture back, with every pixel."""
    picture = Image.open(BytesIO(body))
    picture.load()
    return picture
