"""Markdown to HTML that is not clean yet: Python-Markdown and pymdown-extensions, set up for blogs' Markdown. Reads no file."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from importlib import import_module
from types import ModuleType
from typing import Any
from urllib.parse import quote, unquote

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.toc import slugify_unicode

from newsletter.errors import RenderError
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
        with nullcontext() if ext_name in sys.modules else _without_http():
            made: Extension = import_module(ext_name).makeExtension(**configs)
        return made


@contextmanager
def _without_http() -> Iterator[None]:
    """Spare the extensions the import of all that speaks HTTP, 12 ms: they have it for two functions, which are short here."""
    name = "urllib.request"
    if name in sys.modules or os.name != "posix":
        yield
        return
    stub: Any = ModuleType(name)
    stub.pathname2url, stub.url2pathname = quote, unquote
    sys.modules[name] = stub
    try:
        yield
    finally:
        del sys.modules[name]


def converter(find: Finder, aside: tuple[str, ...]) -> Markdown:
    """Set Python-Markdown up for one article."""
    made = _Plain(extensions=[*_EXTENSIONS, Dialects(find, aside)], extension_configs=_SETTINGS)
    inlines.spare(made)
    return made
