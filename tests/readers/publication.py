"""A small publication whose history is four builds by the real program, as a reader that polls comes across them."""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.real import newsletter

URL = "https://letter.example.org/"
CONFIG = f"""\
title = "The Polled Letter"
url = "{URL}"
description = "What readers make of it."
timezone = "Europe/Berlin"
authors = ["Ada Byron <ada@letter.example.org>"]

[digest]
every = "day"
"""
#: The articles at the time of the subscription; three of them, dated by the day, share an instant.
ARTICLES = {
    "plain.md": "---\ntitle: Plain words\ndate: 2026-03-02\ntags: [words]\n---\n\nNothing but *words*.\n",
    "table.md": "---\ntitle: A table & <code>\ndate: 2026-03-02\ntags: [words, tables]\n---\n\n"
    "| reader | `ETag` |\n| --- | --- |\n| ours | sent & compared |\n\n```python\nprint('a < b')\n```\n",
    "umlaut.md": "---\ntitle: Ünïcödé – 新聞\ndate: 2026-03-02\ntags: [words]\n---\n\n<p>Müßig, <b>grün</b> 🙂.</p>\n",  # noqa: RUF001 - a real dash
    "rtl.md": "---\ntitle: مرحبا\ndate: 2026-03-04 09:30\nlang: ar\n---\n\nمرحبا بالعالم.\n",  # noqa: RUF001 - Arabic
    "corrected.md": "---\ntitle: To be corrected\ndate: 2026-03-05 08:00\ntags: [tables]\n---\n\nTwo and two is five.\n",
    "moved.md": "---\ntitle: To be moved\ndate: 2026-03-06 08:00\nid: tag:letter.example.org,2019:somewhere-else\n---\n\n"
    "[Home](plain.md) is where the id is.\n",
}
MOVED = "tag:letter.example.org,2019:somewhere-else"
CORRECTED = "tag:letter.example.org,2026-03-05:corrected"
ADDED = "tag:letter.example.org,2026-03-09:added"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What out/ held after each build: files, bytes and modification times."""

    #: When readers subscribed.
    first: Path
    #: Built again, a day later, from the same articles.
    unchanged: Path
    #: One article added, the text of another corrected, with ``updated`` declared.
    continued: Path
    #: The file renamed and the title changed of an article that declares its id.
    moved: Path


def make_history(root: Path) -> History:
    """Write the publication in that folder and live through its history."""
    content = root / "content"
    content.mkdir()
    (root / "newsletter.toml").write_text(CONFIG, encoding="utf-8")
    for name, text in ARTICLES.items():
        (content / name).write_text(text, encoding="utf-8")
    return History(
        first=_build(root, "2026-03-07", hours_ago=4, change=lambda: None),
        unchanged=_build(root, "2026-03-08", hours_ago=3, change=lambda: None),
        continued=_build(root, "2026-03-10", hours_ago=2, change=lambda: _continue(content)),
        moved=_build(root, "2026-03-11", hours_ago=1, change=lambda: _move(content)),
    )


def _continue(content: Path) -> None:
    added = "---\ntitle: Added later\ndate: 2026-03-09 08:00\ntags: [words]\n---\n\nNews.\n"
    (content / "added.md").write_text(added, encoding="utf-8")
    text = ARTICLES["corrected.md"].replace("tags:", "updated: 2026-03-09 08:00\ntags:").replace("five", "four")
    (content / "corrected.md").write_text(text, encoding="utf-8")


def _move(content: Path) -> None:
    text = (content / "moved.md").read_text(encoding="utf-8").replace("To be moved", "Moved, and under another name")
    (content / "moved.md").unlink()
    (content / "found-again.md").write_text(text, encoding="utf-8")


def _build(root: Path, day: str, *, hours_ago: int, change: Callable[[], None]) -> Path:
    """Build after a change and keep a copy of out/.

    The files that this wrote get the time of so many hours ago. Last-Modified counts in seconds and nginx makes its ETag of time
    and size, so two builds within a second could look the same; in life they are hours apart.
    """
    change()
    out = root / "out"
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    answer = newsletter("build", "--period", day, "--now", f"{day}T20:00:00Z", cwd=root)
    assert answer.returncode == 0, answer.stderr
    when = int(time.time()) - hours_ago * 3600
    for path in out.rglob("*"):
        if path.is_file() and before.get(path) != path.stat().st_mtime_ns:
            os.utime(path, (when, when))
    copy = root / f"out-{day}"
    shutil.copytree(out, copy)
    return copy
