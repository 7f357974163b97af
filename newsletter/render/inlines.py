"""Python-Markdown's rules for what stands in a line, tried only where a text holds what the rule looks for. Pure.

Python-Markdown asks every rule of every piece of text whether it matches, which is most of the time that it takes, and nearly
always in vain: of some twenty rules a piece of text needs two or three. Here a rule that begins with, or cannot do without,
some characters is asked where these are; what comes out is the same.
"""

from markdown import Markdown
from markdown.treeprocessors import InlineProcessor as Inlines
from markdown.util import AtomicString

#: By name of a rule, texts one of which there must be for it to match anything; rules that are not here are always asked.
NEEDED = {
    "backtick": ("`",),
    "template_tags": ("{", "*|", "%%"),
    "comments": ("%%",),
    "escape": ("\\",),
    "wiki_links": ("[[",),
    "footnote": ("[^",),
    "reference": ("[",),
    "link": ("[",),
    "image_link": ("![",),
    "image_reference": ("![",),
    "short_reference": ("[",),
    "short_image_ref": ("![",),
    "autolink": ("<",),
    "automail": ("<",),
    "linebreak": ("  \n",),
    "html": ("<",),
    "magic-link": ("://", "www", "WWW", "Www", "wWw", "wwW", "WWw", "WwW", "wWW"),
    "magic-mail": ("@",),
    "entity": ("&",),
    "em_strong": ("*", "_"),
    "delimiter": ("~",),
}
_APPLY, _HANDLE = "_InlineProcessor__applyPattern", "_InlineProcessor__handleInline"


class Sparing(Inlines):
    """Tries the rules in their order, as its parent does."""

    def __init__(self, md: Markdown) -> None:
        """Take the rules that are registered now."""
        super().__init__(md)
        needed = {id(md.inlinePatterns[name]): texts for name, texts in NEEDED.items() if name in md.inlinePatterns}
        self._rules = [(rule, needed.get(id(rule), ())) for rule in md.inlinePatterns]
        self._apply = getattr(self, _APPLY)

    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:  # noqa: N802, N803 - its parent's name
        """Put placeholders for what the rules make of a text, from one of them on."""
        if isinstance(data, AtomicString):
            return data
        start, at = 0, patternIndex
        while at < len(self._rules):
            rule, needed = self._rules[at]
            if needed and not any(map(data.__contains__, needed)):
                start, at = 0, at + 1
                continue
            data, matched, start = self._apply(rule, data, at, start)
            if not matched:
                at += 1
        return data


def spare(md: Markdown) -> None:
    """Have the rules that are registered, all of them, tried where they can match."""
    if hasattr(Inlines, _APPLY) and hasattr(Inlines, _HANDLE):
        md.treeprocessors.register(Sparing(md), "inline", 20)
