"""Style sheets as text: their rules, and which of them premailer is to see. Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
#: What a simple selector has to find in the page: tags, classes and ids.
NAME = re.compile(r"[.#]?[A-Za-z][\w-]*")
BRACKETED = re.compile(r"\[[^\]]*\]")
IMPORTANT = re.compile(r"\s*!\s*important", re.IGNORECASE)

_WORD = r"-?[A-Za-z_][A-Za-z0-9_-]*"
_STRING = r"\"[^\"\\\n{}]*\"|'[^'\\\n{}]*'"
_VALUE = rf"\"[^\"\\,*:{{}}]*\"|'[^'\\,*:{{}}]*'|{_WORD}"
_COMPOUND = rf"(?:{_WORD}|(?=[.#\[]))(?:[.#]{_WORD}|\[{_WORD}(?:[~|^$]?=(?:{_VALUE}))?\])*"
#: What a selector looks like that sees nothing but an element and those that it stands in.
_INWARD = re.compile(rf"\s*{_COMPOUND}(?:(?:\s*>\s*|\s+){_COMPOUND})*\s*")
#: What declarations look like that cannot reach into the next rule.
_CLOSED = re.compile(rf"(?:[^{{}}\"'()\\@<]|{_STRING}|\((?:[^(){{}}\"'\\@<]|{_STRING})*\))*\}}")
_ASKED = re.compile(rf"([.#])|\[({_WORD})")
_BY_SIGN = {".": "class", "#": "id"}


@lru_cache(maxsize=16)
def split(css: str) -> tuple[str, str]:
    """Part a style sheet into the rules that can be inlined, and at-rules and pseudo-classes, which cannot."""
    plain, kept = [], []
    for rule in rules(COMMENT.sub("", css)):
        selector, brace, body = rule.partition("{")
        if not brace or selector.startswith("@") or ":" in selector:
            kept.append(rule)
        else:
            plain.append(selector + brace + IMPORTANT.sub("", body))  # inlined, it would win over the media queries
    return "\n".join(plain), "\n".join(kept)


def rules(css: str) -> Iterator[str]:
    """Yield the top-level rules of a style sheet without comments, each as it stands."""
    depth, start = 0, 0
    for match in re.finditer(r"\"[^\"]*\"|'[^']*'|[{};]", css):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth = max(0, depth - 1)
        if depth == 0 and match[0] in {"}", ";"}:
            rule = css[start : match.end()].strip()
            if rule not in {"}", ";"}:
                yield rule
            start = match.end()


def prune(css: str, names: frozenset[str]) -> str:
    """Drop the selectors that name what the page does not hold: each that is left costs premailer a walk over the page."""
    used_rules = []
    for rule in rules(css):
        selectors, _, body = rule.partition("{")
        used = [one for one in selectors.split(",") if names.issuperset(NAME.findall(BRACKETED.sub("", one)))]
        if used:
            used_rules.append(",".join(used) + "{" + body)
    return "\n".join(used_rules)


def asked(css: str) -> tuple[str, ...] | None:
    """List the attributes that the selectors of plain rules ask about, sorted.

    None where a selector looks at what stands beside an element or at its style, or where a rule is not surely understood.
    """
    found: set[str] = set()
    for rule in rules(css):
        selectors, _, body = rule.partition("{")
        if not _CLOSED.fullmatch(body) or not all(map(_INWARD.fullmatch, selectors.split(","))):
            return None
        found.update(_BY_SIGN.get(sign) or name for sign, name in _ASKED.findall(selectors))
    return None if "style" in {name.lower() for name in found} else tuple(sorted(found))
