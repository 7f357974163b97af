"""What services do with a mail, each language in a few lines: replace the tags that are known, and refuse any other.

An article's text that is taken for a tag raises ``TakenForTagError``, or, for phpList, is replaced.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

import jinja2

from newsletter.mail.services import WORD_JOINER

Values = Mapping[str, str]
#: The part of a mail that is merged.
Place = Literal["html", "text", "header"]


class TakenForTagError(Exception):
    """Something that is no tag of the digest's own was evaluated."""


def _nested(values: Values) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for tag, value in values.items():
        *path, last = tag.strip("{} ").split(".")
        branch = tree
        for name in path:
            branch = branch.setdefault(name, {})
        branch[last] = value
    return tree


def _jinja(template: str, values: Values, **syntax: str) -> str:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False, **syntax)  # type: ignore[arg-type]  # noqa: S701 - as Liquid and Django's do with their strings
    try:
        return environment.from_string(template).render(_nested(values))
    except jinja2.TemplateError as error:
        raise TakenForTagError(str(error)) from error


def django(template: str, values: Values, place: Place) -> str:  # noqa: ARG001 - the same everywhere
    """{{ x }}, {% x %}, {# x #}: Jinja reads all of it the same way."""
    return _jinja(template, values)


def liquid(template: str, values: Values, place: Place) -> str:  # noqa: ARG001 - the same everywhere
    """{{ x }} and {% x %}; no {# #}."""
    return _jinja(template, values, comment_start_string="\x00<", comment_end_string=">\x00")


GO = re.compile(r"""\{\{(?:\s*(?:(Safe)\s+)?(?:`([^`]*)`|"([^"]*)")\s*|\s*([.\w]+)\s*)\}\}|\{\{""")


def go(template: str, values: Values, place: Place) -> str:
    """Go's html/template for HTML (comments are dropped) and text part (no < is left alone), text/template for headers."""
    names = {tag.strip("{} "): value for tag, value in values.items()}
    if re.search(r"https?://[\w\-.~!#$&'()*+,/:;=?@\[\]%]*@TrackLink", template):
        raise TakenForTagError("TrackLink")
    merged, end = [], 0
    for match in GO.finditer(template):
        merged.append(_go_text(template[end : match.start()], place))
        _safe, raw, quoted, name = match.groups()
        if raw is None and quoted is None and name not in names:
            raise TakenForTagError(match[0])
        merged.append(names[name] if name else raw if raw is not None else quoted)
        end = match.end()
    return "".join([*merged, _go_text(template[end:], place)])


def _go_text(text: str, place: Place) -> str:
    if place == "html":
        return re.sub(r"(?s)<!--.*?-->", "", text)
    return text.replace("<", "&lt;") if place == "text" else text


def _substitution(pattern: str, opening: str) -> Callable[..., str]:
    def merge(template: str, values: Values, place: Place) -> str:  # noqa: ARG001 - the same everywhere
        def value(match: re.Match[str]) -> str:
            if match[0] not in values:
                raise TakenForTagError(match[0])
            return values[match[0]]

        merged = re.sub(pattern, value, template)
        if re.search(opening, merged):
            raise TakenForTagError(template)
        return merged

    return merge


#: *|TAG|*; half a tag, too, might find its other half in what a service adds.
mailchimp = _substitution(r"\*\|[^|]*\|\*", r"\*\|")
#: {$variable}
dollar = _substitution(r"\{\$[^}]*\}", r"\{\$")
#: %%variable%%
percents = _substitution(r"%%\w+%%", "%%")


def own(template: str, values: Values, place: Place) -> str:  # noqa: ARG001 - the same everywhere
    """{{name}}, and {{'{'}} for a brace."""

    def value(match: re.Match[str]) -> str:
        if match[0] != "{{'{'}}" and match[0] not in values:
            raise TakenForTagError(match[0])
        return values.get(match[0], "{")

    return re.sub(r"\{\{(?:'\{'\}\}|\w+\}\}|)", value, template)


def phplist(template: str, values: Values, place: Place) -> str:  # noqa: ARG001 - the same everywhere
    """[NAME] and [NAME%%if empty], in any case; subscribers have an attribute of every name that occurs in brackets."""
    names = {name: f"<value of {name}>" for name in re.findall(r"\[([^\[\]\n]*[^\[\]\d\n][^\[\]\n]*)\]", template)}
    names = {name: value for name, value in names.items() if not name.startswith(("if ", "endif", WORD_JOINER))}
    for name, value in {**names, **{tag.strip("[]"): value for tag, value in values.items()}}.items():
        template = re.sub(rf"(?i)\[{re.escape(name)}(%%[^\]]+)?\]", value.replace("\\", r"\\"), template)
    return re.sub(r"(?i)\[.*?%%([^\]]+?)\]", r"\1", template)


LANGUAGES: dict[str, Callable[..., str]] = {
    "mailchimp": mailchimp,
    "buttondown": django,
    "listmonk": go,
    "keila": liquid,
    "mailerlite": dollar,
    "brevo": django,
    "kit": liquid,
    "phplist": phplist,
    "smtp": own,
    "custom": percents,
}


def shown(merged: str) -> str:
    """Return what people see of a merged text: a WORD JOINER has no width."""
    return merged.replace(WORD_JOINER, "")
