"""This program: three feeds of the newest 50 in full, a digest of 20 articles (HTML, text, message), the web archive."""

import sys
from datetime import timedelta
from pathlib import Path

from newsletter import __version__
from tests.benchmarks.archive import END, Archive
from tests.benchmarks.contestants import Case, Contestant

FILES = ("out/atom.xml", "out/feed.json", *(f"out/issues/*/{name}" for name in ("email.html", "email.txt", "email.eml")))
#: The articles live elsewhere, as with the other contestants that write feeds only.
ELSEWHERE = 'permalink = "{slug}/"\n'
SETTINGS = """
title = "Letter"
url = "https://letter.example/"
content = "../content"
ELSEWHERE
[feeds]
tags = 0
authors = 0
"""


#: As pip 26 installs it, but for the name; the pip of Python 3.11 has it import re, too, which takes 4 ms.
SCRIPT = """import sys
from newsletter.cli import run
if __name__ == "__main__":
    sys.exit(run())
"""


def command(archive: Archive, case: Case) -> tuple[str, ...]:
    """Build as an hourly job does: an hour later each time, by the clock and not by a date that is to be read first."""
    now = END + timedelta(hours=list(Case).index(case) + 1)
    period = ("--from", f"{archive.start:%Y-%m-%dT%H:%M:%SZ}", "--to", f"{END:%Y-%m-%dT%H:%M:%SZ}")
    return (f"SOURCE_DATE_EPOCH={int(now.timestamp())}", sys.executable, "newsletter", "build", *period)


def _feeds(folder: Path, _: Archive) -> None:
    (folder / "newsletter").write_text(SCRIPT, encoding="utf-8")
    (folder / "newsletter.toml").write_text(SETTINGS.replace("ELSEWHERE\n", ELSEWHERE), encoding="utf-8")


def _pages(folder: Path, _: Archive) -> None:
    (folder / "newsletter").write_text(SCRIPT, encoding="utf-8")
    (folder / "newsletter.toml").write_text(SETTINGS.replace("ELSEWHERE\n", ""), encoding="utf-8")


OURS = Contestant(
    name="newsletter",
    about="RSS, Atom and JSON Feed of the newest 50 in full; a digest of 20 as HTML, inlined, text and message; its web page",
    version=lambda: __version__,
    prepare=_feeds,
    command=command,
    feed="out/rss.xml",
    besides=FILES,
)
PAGES = Contestant(
    name="newsletter, with pages",
    about="the same, and a page for every article",
    version=lambda: __version__,
    prepare=_pages,
    command=command,
    feed="out/rss.xml",
    besides=(*FILES, "out/articles/article-000000/index.html"),
    largest=1_000,
)
