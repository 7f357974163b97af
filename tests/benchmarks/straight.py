"""The baseline: the straight way with the same five libraries, in one process, without any of the promises.

python straight.py CONTENT OUT: RSS, Atom and a digest of the newest 50 and 20 articles.
"""

import sys
from pathlib import Path

import frontmatter
import jinja2
import markdown
import premailer
from feedgen.feed import FeedGenerator

PAGE = jinja2.Template(
    "<html><head><style>p { margin: 0 } h2 { color: #333 } a { color: #b00 }</style></head><body>"
    "{% for title, html in articles %}<h2>{{ title|e }}</h2>{{ html }}{% endfor %}</body></html>"
)


def main(content: Path, out: Path) -> None:
    """Read all, render all, write three files."""
    articles = sorted((frontmatter.load(str(path)) for path in content.rglob("*.md")), key=lambda article: str(article["date"]))
    feed = FeedGenerator()
    feed.id("https://letter.example/")
    feed.title("Letter")
    feed.link(href="https://letter.example/")
    feed.description("Letter")
    newest = [(article, markdown.markdown(article.content, extensions=["extra", "codehilite"])) for article in articles[:-51:-1]]
    for article, html in newest:
        entry = feed.add_entry()
        entry.id(str(article["title"]))
        entry.title(str(article["title"]))
        entry.content(html, type="html")
        entry.updated(article["date"])
    out.mkdir(exist_ok=True)
    (out / "rss.xml").write_bytes(feed.rss_str())
    (out / "atom.xml").write_bytes(feed.atom_str())
    page = PAGE.render(articles=[(article["title"], html) for article, html in newest[:20]])
    (out / "email.html").write_text(premailer.transform(page), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
