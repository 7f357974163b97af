"""Markdown to HTML that is not clean yet: Python-Markdown and pymdown-extensions, set up for blogs' Markdown. Reads no file."""

import re

from markdown import Markdown
from markdown.extensions.toc import slugify_unicode

from newsletter.errors import RenderError
from newsletter.model import Article
from newsletter.render import bounds, commonmark, inlines, lines
from newsletter.render.dialects import Dialects, Finder

#: Without smarty (40 % of the time; authors type their own quotation marks), snippets and b64 (they read files).
_EXTENSIONS = (
    "abbr",
    "def_list",
    "footnotes",
    "sane_lists",
    "tables",
    "toc",
    "pymdownx.highlight",
    "pymdownx.magiclink",
    "pymdownx.superfences",
    "pymdownx.tasklist",
    "pymdownx.tilde",
)
_SETTINGS: dict[str, dict[str, object]] = {
    # No style sheet reaches feeds and mails: colours are inline. A guessed language is wrong more often than right.
    "pymdownx.highlight": {"noclasses": True, "guess_lang": False, "pygments_style": "default"},
    "pymdownx.tilde": {"subscript": False},
    # Headings get the ids that other generators give them, so that the author's #fragments work; [TOC] is text.
    "toc": {"marker": "", "slugify": slugify_unicode},
}

#: What XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets), and so no feed.
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEWLINES = re.compile(r"\r\n?")


def to_html(article: Article, body: str, find: Finder) -> str:
    """Turn an article's body into HTML as the author meant it: nothing in it is safe or absolute yet.

    Raises RenderError where Python-Markdown cannot cope with the text. A new instance for each article: nothing leaks.
    """
    text = ILLEGAL.sub("", _NEWLINES.sub("\n", body))
    if lines.one_line_per_paragraph(text):
        text = lines.as_markdown(text)
    try:
        text, aside = commonmark.lay_out(text)
    except commonmark.NestingError as error:
        raise bounds.too_deep(article) from error
    try:
        return converter(find, aside).convert(text)
    except RecursionError as error:
        raise bounds.too_deep(article) from error
    except Exception as error:  # whatever the library trips over holds back this article alone
        message = f"Python-Markdown cannot read this article: {type(error).__name__}: {error}"
        raise RenderError(article.path, article.body_line, None, message) from error


def converter(find: Finder, aside: tuple[str, ...]) -> Markdown:
    """Set Python-Markdown up for one article."""
    made = Markdown(extensions=[*_EXTENSIONS, Dialects(find, aside)], extension_configs=_SETTINGS)
    inlines.spare(made)
    return made
