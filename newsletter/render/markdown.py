"""Markdown to HTML that is not clean yet: Python-Markdown and pymdown-extensions, set up for blogs' Markdown. Reads no file."""

import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any
from urllib.parse import quote, unquote

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.toc import slugify_unicode

from newsletter.errors import RenderError
from newsletter.imports import without
from newsletter.model import Article
from newsletter.render import bounds, commonmark, inlines, lines
from newsletter.render.dialects import Dialects, Finder
from newsletter.xmltext import legal

#: Without smarty (40 % of the time; authors type their own quotation marks), snippets and b64 (they read files).
_EXTENSIONS = (
    "markdown.extensions.abbr",
    "markdown.extensions.def_list",
    "markdown.extensions.footnotes",
    "markdown.extensions.sane_lists",
    "markdown.extensions.tables",
    "markdown.extensions.toc",
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
    "markdown.extensions.toc": {"marker": "", "slugify": slugify_unicode},
}

_NEWLINES = re.compile(r"\r\n?")

# The extensions' common module imports all that speaks HTTP, 12 ms, for two functions that none of these extensions calls.
with without("urllib.request", pathname2url=quote, url2pathname=unquote):
    import_module("pymdownx.util")


def to_html(article: Article, body: str, find: Finder) -> str:
    """Turn an article's body into HTML as the author meant it: nothing in it is safe or absolute yet.

    Raises RenderError where Python-Markdown cannot cope with the text. A new instance for each article: nothing leaks.
    """
    text = legal(_NEWLINES.sub("\n", body))
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


class _Plain(Markdown):
    """Finds extensions where they are, and does not ask all distributions that are installed for others of their names."""

    def build_extension(self, ext_name: str, configs: Mapping[str, Any]) -> Extension:
        """Make an extension of a module."""
        made: Extension = import_module(ext_name).makeExtension(**configs)
        return made


def converter(find: Finder, aside: tuple[str, ...]) -> Markdown:
    """Set Python-Markdown up for one article."""
    made = _Plain(extensions=[*_EXTENSIONS, Dialects(find, aside)], extension_configs=_SETTINGS)
    inlines.spare(made)
    return made
