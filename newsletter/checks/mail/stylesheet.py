"""Reads the rules of a style sheet, each with the line on which it begins. Pure.

A template of a style sheet is read as well as what came of it: where a template has ``{{ … }}``, the value says so.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

#: What is no CSS: comments, and a template's own comments and statements.
ASIDE = re.compile(r"/\*.*?\*/|\{#.*?#\}|\{%.*?%\}", re.DOTALL)
#: Not within parentheses, as in the address of a data: picture.
SEMICOLON = re.compile(r";(?![^(]*\))")
TOKEN = re.compile(r"\{\{.*?\}\}|\"[^\"]*\"|'[^']*'|[{};]", re.DOTALL)


class Rule(Struct, frozen=True, kw_only=True):
    """One rule."""

    #: As written; empty for an at-rule that holds declarations.
    selector: str
    #: Name and value, the name in lower case.
    declarations: tuple[tuple[str, str], ...]
    #: Heads of the at-rules around it, the outermost first, joined by spaces; empty where there are none.
    at: str = ""
    #: 1-based line of the sheet.
    line: int


def rules(css: str) -> Iterator[Rule]:
    """Yield the rules that hold declarations, in order; at-rules without a block (``@import``) come with none."""
    css = ASIDE.sub(lambda aside: re.sub(r"[^\n]", " ", aside[0]), css)
    around: list[str] = []
    head = ""
    start = opened = 0
    body: int | None = None
    for token in TOKEN.finditer(css):
        text = css[start : token.start()].strip()
        if token[0] == "{":
            if body is not None:
                around.append(head)
            head, opened, body = text, _line(css, start), token.end()
            start = token.end()
        elif token[0] == "}":
            if body is not None:
                yield _rule(head, css[body : token.start()], around, opened)
                body = None
            elif around:
                around.pop()
            start = token.end()
        elif token[0] == ";" and body is None:
            if text.startswith("@"):
                yield Rule(selector="", declarations=(), at=text, line=_line(css, start))
            start = token.end()


def _rule(head: str, body: str, around: list[str], line: int) -> Rule:
    found = tuple(declarations(body))
    if head.startswith("@"):
        return Rule(selector="", declarations=found, at=" ".join([*around, head]), line=line)
    return Rule(selector=head, declarations=found, at=" ".join(around), line=line)


def declarations(body: str) -> Iterator[tuple[str, str]]:
    """Read the declarations of a rule's body or of a style attribute: name, in lower case, and value."""
    for declaration in SEMICOLON.split(body):
        name, colon, value = declaration.partition(":")
        if colon and name.strip():
            yield name.strip().lower(), value.strip()


def _line(css: str, start: int) -> int:
    """Count the lines up to the first character at or behind ``start`` that is no white space."""
    return css.count("\n", 0, start + len(css[start:]) - len(css[start:].lstrip())) + 1
