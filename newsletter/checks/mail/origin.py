"""Finds where something in a mail came from: the line of a template, or of an article. Reads both, writes nothing.

A mail keeps its classes and marks each article with its id, so that a style can be followed to the rule that won and an
element to the tag that made it. In an article it is looked for by what it says; where that fails the article alone is named.
What is from an article that is gone is in the mail alone, and no template is named that makes all articles alike.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from newsletter.checks.mail.page import matching, text_of
from newsletter.checks.mail.stylesheet import Rule, rules
from newsletter.config import Config
from newsletter.errors import TemplateError
from newsletter.model import Article
from newsletter.templating import Templates

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: How much of a text is looked for: long lines are wrapped in Markdown.
FEW = 24
HEADING = re.compile("h[1-6]")
CLASSES, WORD = re.compile(r'class="([^"]*)"'), re.compile(r"[\w-]+")


class Place(Struct, frozen=True, kw_only=True):
    """A line of a file."""

    path: Path
    #: 1-based; None for the file as a whole.
    line: int | None = None


class Source(Struct, frozen=True, kw_only=True):
    """A template that the mail is made from."""

    path: Path
    text: str


class Origins(Struct, kw_only=True, dict=True):
    """Everything that one mail can have come from."""

    config: Config
    #: The mail's own file.
    path: Path
    page: "HtmlElement"
    #: By id.
    articles: Mapping[str, Article]
    #: Of the editor's note, which need not exist.
    note: Path
    _matches: dict[str, tuple[tuple[int, int, int], frozenset["HtmlElement"]]] = field(default_factory=dict)
    _texts: dict[Path, str] = field(default_factory=dict)

    def of(self, element: "HtmlElement", *needles: str) -> Place:
        """Find what an element came from; the needles are looked for in this order, before what the element says."""
        written = self.written(element)
        if written:
            return self._in_text(*written, element, needles)
        return Place(path=self.path, line=element.sourceline) if self._is_of_gone(element) else self._in_template(element)

    def of_declaration(self, element: "HtmlElement", name: str) -> Place:
        """Find the rule that gave an element a property, else what the element itself came from."""
        won: tuple[tuple[int, int, int], int] | None = None
        place = None
        for order, (source, rule) in enumerate(self._rules):
            if rule.at or name not in dict(rule.declarations):
                continue
            for selector in rule.selector.split(","):
                weight, elements = self._matching(selector.strip())
                if element in elements and (won is None or (weight, order) >= won):
                    won, place = (weight, order), Place(path=source.path, line=rule.line)
        if place is None or (self._is_of_gone(element) and not place.path.is_relative_to(self.config.templates)):
            return self.of(element, f"{name}:", f"{name} :")
        return place

    def of_rule(self, rule: Rule) -> Place:
        """Find where a rule of the head's style sheets was written."""
        names = [name for name, _ in rule.declarations]
        for source, written in self._rules:
            if (
                written.selector == rule.selector
                and bool(written.at) is bool(rule.at)
                and [one for one, _ in written.declarations] == names
            ):
                return Place(path=source.path, line=written.line)
        return Place(path=self.path)

    def of_word(self, name: str) -> Place | None:
        """Find where the editor's note gives a word of its front matter, such as the subject."""
        found = re.search(rf"(?m)^[ \t\"]*{name}[\"]?[ \t]*[:=]", self._text(self.note))
        return Place(path=self.note, line=self._text(self.note).count("\n", 0, found.start()) + 1) if found else None

    def written(self, element: "HtmlElement") -> tuple[Path, int] | None:
        """Return the Markdown file that an element's content is from, and the line on which its body begins; None: a template."""
        above = [element, *element.iterancestors()]
        if not any("content" in one.get("class", "").split() for one in above):
            return None
        if any("note" in one.get("class", "").split() for one in above):
            return self.note, 1
        article = next((self.articles[one.get("data-id", "")] for one in above if one.get("data-id") in self.articles), None)
        return (self.config.content / article.path, article.body_line) if article else None

    def _is_of_gone(self, element: "HtmlElement") -> bool:
        """Tell whether an element shows, or leads to, an article that no file has any more: then only the issue can be mended."""
        shown = next((id_ for one in (element, *element.iterancestors()) if (id_ := one.get("data-id"))), None)
        return shown not in self.articles if shown else element.get("href") in self._gone

    @cached_property
    def _gone(self) -> frozenset[str]:
        """Collect where stories of such articles lead to but for what their authors wrote: the contents lead there, too."""
        links = self.page.xpath("//*[@data-id]//a[@href][not(ancestor::*[contains(concat(' ', @class, ' '), ' content ')])]")
        return frozenset(link.get("href") for link in links if self._is_of_gone(link))

    @cached_property
    def _sources(self) -> tuple[Source, ...]:
        return tuple(_sources(self.config))

    @cached_property
    def _rules(self) -> tuple[tuple[Source, Rule], ...]:
        sheets = (source for source in self._sources if ".css" in source.path.name)
        return tuple((source, rule) for source in sheets for rule in rules(source.text))

    def _matching(self, selector: str) -> tuple[tuple[int, int, int], frozenset["HtmlElement"]]:
        """Return how specific a selector is and the elements of the mail that it matches."""
        if selector not in self._matches:
            weight, elements = matching(self.page, selector)
            self._matches[selector] = weight, frozenset(elements)
        return self._matches[selector]

    def _in_text(self, path: Path, first: int, element: "HtmlElement", needles: tuple[str, ...]) -> Place:
        text = self._text(path)
        start = sum(map(len, text.splitlines(keepends=True)[: first - 1]))
        said = text_of(element)
        for needle in (*needles, said[:FEW], said.partition(" ")[0]):
            if needle and (at := text.find(needle, start)) >= 0:
                return Place(path=path, line=text.count("\n", 0, at) + 1)
        return Place(path=path)

    def _text(self, path: Path) -> str:
        if path not in self._texts:
            try:
                self._texts[path] = path.read_text(encoding="utf-8", errors="replace")
            except OSError:  # gone since it was collected; the article can still be named
                self._texts[path] = ""
        return self._texts[path]

    def _in_template(self, element: "HtmlElement") -> Place:
        """Find the tag that made an element: the line that names it and most of the classes at and above it."""
        level = r"|<h\{\{" if HEADING.fullmatch(str(element.tag)) else ""
        tag = re.compile(rf"<{re.escape(str(element.tag))}(?=[\s>{{]){level}")
        names = [*element.get("class", "").split()]
        around = [name for above in list(element.iterancestors())[:2] for name in above.get("class", "").split()]
        best, place = -1, Place(path=self.path, line=element.sourceline)
        for source in self._sources:
            if ".css" in source.path.name:
                continue
            for number, line in enumerate(source.text.split("\n"), 1):
                if tag.search(line):
                    said = {word for classes in CLASSES.findall(line) for word in WORD.findall(classes)}
                    score = 2 * sum(name in said for name in names) + sum(name in said for name in around)
                    if score > best:
                        best, place = score, Place(path=source.path, line=number)
        return place


def _sources(config: Config) -> Iterator[Source]:
    """Yield the templates that make the mail, each once, in the order in which they are named."""
    import jinja2.meta  # noqa: PLC0415 - only where something is found

    environment = Templates(config.templates).environment
    assert environment.loader is not None  # as it was made  # noqa: S101
    names, seen = ["email.html.j2"], set[str]()
    while names:
        name = names.pop(0)
        if name in seen or "page" in name:  # the web pages share the template of an article
            continue
        seen.add(name)
        try:
            text, path, _ = environment.loader.get_source(environment, name)
            referenced = [*jinja2.meta.find_referenced_templates(environment.parse(text))]
        except (TemplateError, jinja2.TemplateError):  # not there, or broken since the build, which will say so
            continue
        yield Source(path=Path(path or name), text=text)
        own = [f"themes/{config.digest.theme}/{kind}.css.j2" for kind in ("email", "email-kept", "email-dark")]
        names += [found for found in referenced if found] + (own if None in referenced else [])
