#!/usr/bin/env python3
"""Takes pictures of digests, into .screenshots/, and of the demo's the two that the README shows, into .readme/.

The demo's digest in each theme, and those of three real blogs where they are there (beside the checkout, or where
NEWSLETTER_SHARED says). Fails where a digest does not fit the screen.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from newsletter.design.theme import THEMES

ROOT = Path(__file__).resolve().parents[1]
SHOTS, README = ROOT / ".screenshots", ROOT / ".readme"
BLOGS = Path(os.environ.get("NEWSLETTER_SHARED", ROOT.parent / "shared")) / "corpora"
DEMO, BLOG = "https://plainpost.example/", "https://corpus.example/"
NOW = "2026-11-20T00:00:00Z"
#: Blog to the period of its digest.
PERIODS = {"rust-blog": "2026-07", "18f": "2024-Q4", "pypi-blog": "2025-Q3"}
#: What the demo's configuration says that does not hold for them.
NOT_OURS = ("description=", "copyright=", "digest.address=", f"digest.unsubscribe={BLOG}unsubscribe/")
#: Enough for flat colours and the edges of letters.
COLOURS = 96
#: Bytes of a picture in the README.
LARGEST = 150_000


def main() -> int:
    """Build, and take the pictures; the status is 1 where something does not fit."""
    SHOTS.mkdir(exist_ok=True)
    README.mkdir(exist_ok=True)
    fitting = [_taken(name, address, key) for name, address, key in _built()]
    for mode in ("light", "dark"):
        _shrink(SHOTS / f"demo-broadsheet-upper-{mode}.png", README / f"digest-{mode}.png")
    return 0 if all(fitting) else 1


def _built() -> Iterator[tuple[str, str, str]]:
    """Build the digests; yield the name, address and key of each."""
    for theme in THEMES:
        yield _build(f"demo-{theme}", DEMO, "2026-10", f"digest.theme={theme}")
    for blog, period in PERIODS.items():
        if (files := BLOGS / blog / "files").is_dir():
            yield _build(blog, BLOG, period, f"title=The {blog}", f"url={BLOG}", f"content={files}", *NOT_OURS)
        else:
            sys.stderr.write(f"{files}: not here, so no pictures of it\n")


def _build(name: str, address: str, key: str, *settings: str) -> tuple[str, str, str]:
    sets = (part for setting in (f"out={SHOTS / 'out' / name}", *settings) for part in ("--set", setting))
    command = [sys.executable, "-m", "newsletter", "build", "-q", "--period", key, "--now", NOW, *sets]
    subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603 - our own; a bad article of a blog is no reason to stop
    return name, address, key


def _taken(name: str, address: str, key: str) -> bool:
    script, folder = ROOT / ".ci" / "pictures.mjs", SHOTS / "out" / name
    command = ["node", script, folder, address, f"issues/{key}/email.html", SHOTS / name]
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603 - our own


def _shrink(source: Path, target: Path) -> None:
    """Write a picture in few colours, which a screenshot has anyway."""
    Image.open(source).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
    if (size := target.stat().st_size) > LARGEST:
        sys.exit(f"{target}: has {size} bytes, expected {LARGEST} at most")


if __name__ == "__main__":
    sys.exit(main())
