"""Pelican with its cache, told to write feeds only. https://docs.getpelican.com/en/stable/settings.html."""

import sys
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

from tests.benchmarks.archive import Archive
from tests.benchmarks.contestants import Case, Contestant

SETTINGS = """
SITENAME = "Letter"
SITEURL = "https://letter.example"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
PLUGINS = []
ARTICLE_SAVE_AS = PAGE_SAVE_AS = TAG_SAVE_AS = CATEGORY_SAVE_AS = AUTHOR_SAVE_AS = ""
DRAFT_SAVE_AS = ARTICLE_LANG_SAVE_AS = ""
ARTICLE_URL = "{slug}/"
DIRECT_TEMPLATES = []
STATIC_PATHS = []
THEME_STATIC_PATHS = []
PAGE_PATHS = []
FEED_ALL_RSS = "feeds/all.rss.xml"
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
FEED_MAX_ITEMS = 50
RSS_FEED_SUMMARY_ONLY = False
CACHE_CONTENT = True
LOAD_CONTENT_CACHE = True
CHECK_MODIFIED_METHOD = "mtime"
GZIP_CACHE = False
CONTENT_CACHING_LAYER = "generator"
"""


def version() -> str:
    """Return the version; empty where it is not installed."""
    try:
        return installed("pelican")
    except PackageNotFoundError:
        return ""


def command(_: Archive, __: Case) -> tuple[str, ...]:
    """Build."""
    return (sys.executable, "-m", "pelican", "../content", "--settings", "pelicanconf.py", "--output", "output", "--quiet")


def _prepare(folder: Path, _: Archive) -> None:
    (folder / "pelicanconf.py").write_text(SETTINGS, encoding="utf-8")


PELICAN = Contestant(
    name="Pelican",
    about="RSS of the newest 50 in full, no pages, with its cache of content",
    version=version,
    prepare=_prepare,
    command=command,
    feed="output/feeds/all.rss.xml",
    largest=1_000,
)
