"""Rules about the publication's own templates: what Jinja2 would not understand, and what it would leave out without a word.

Reads templates, renders none: what one does with an issue a build tells.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias, cast

from jinja2 import nodes

from newsletter.checks.finding import Finding, Rule, Severity
from newsletter.config import Config
from newsletter.errors import TemplateError
from newsletter.mistakes import meant
from newsletter.templating import ORIGINAL, Templates

SOUND = Rule(
    id="template-sound",
    summary="Every template of the publication's own can be understood, and those that it names are there.",
    source="Jinja2, Template Designer Documentation: https://jinja.palletsprojects.com/en/stable/templates/",
)
USED = Rule(
    id="template-used",
    summary="Every template of the publication's own goes before one of the program's, or is named by another one.",
    source="README, the digest: a file of the same name",
    severity=Severity.WARNING,
)
BLOCK = Rule(
    id="template-block",
    summary="Every block of a template that extends another one is one of that one's.",
    source="Jinja2, template inheritance: https://jinja.palletsprojects.com/en/stable/templates/#child-template",
    severity=Severity.WARNING,
)
RULES = (SOUND, USED, BLOCK)
#: What the names of templates end with; other files may lie beside them.
ENDING = ".j2"


#: What extends, includes or imports another one.
Reference: TypeAlias = nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport
#: By name.
Trees: TypeAlias = Mapping[str, nodes.Template]


def check(config: Config) -> Iterator[Finding]:
    """Read the publication's own templates, and what they and the program's say of one another."""
    templates = Templates(config.templates)
    trees: dict[str, nodes.Template] = {}
    broken = False
    for name, body in templates.sources():
        own = not name.startswith(ORIGINAL)
        if not name.endswith(ENDING) or (own and not (config.templates / name).is_file()):
            continue
        try:
            if own:
                templates.understand(name)
            trees[name] = templates.environment.parse(body.decode())
        except TemplateError as error:
            broken = True
            yield Finding(rule=SOUND, path=error.path, line=error.line, message=error.message)
    names = templates.names()
    usual = [name.removeprefix(ORIGINAL) for name in trees if name.startswith(ORIGINAL)]
    for name in (name for name in trees if not name.startswith(ORIGINAL)):
        path = config.templates / name
        yield from _missing(path, trees[name], names)
        if not broken and not _is_used(name, trees):  # nobody knows what a broken one would name
            yield Finding(rule=USED, path=path, message=f"nothing uses a template of this name{meant(name, usual)}")
        yield from _ignored(path, name, trees)


def _references(tree: nodes.Template) -> Iterator[Reference]:
    yield from cast("Iterator[Reference]", tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)))


def _missing(path: Path, tree: nodes.Template, names: Collection[str]) -> Iterator[Finding]:
    """Find what a template names that is not there."""
    for reference in _references(tree):
        optional = isinstance(reference, nodes.Include) and reference.ignore_missing
        if isinstance(reference.template, nodes.Const) and not optional and (name := reference.template.value) not in names:
            message = f"no template {name!r}{meant(str(name), names)}"
            yield Finding(rule=SOUND, path=path, line=reference.lineno, message=message)


def _is_used(name: str, trees: Trees) -> bool:
    """Tell whether a template goes before one of the program's, or whether one may name it."""
    patterns = (pattern for tree in trees.values() for one in _references(tree) for pattern in _patterns(one.template))
    return ORIGINAL + name in trees or any(re.fullmatch(pattern, name) for pattern in patterns)


def _patterns(named: nodes.Node) -> Iterator[str]:
    """Say as regular expressions which templates may be named; parts of names that are known only later may be anything."""
    if isinstance(named, nodes.List | nodes.Tuple):
        for item in named.items:
            yield from _patterns(item)
    elif isinstance(named, nodes.Concat):
        yield "".join(next(_patterns(part)) for part in named.nodes)
    else:
        yield re.escape(str(named.value)) if isinstance(named, nodes.Const) else ".*"


def _ignored(path: Path, name: str, trees: Trees) -> Iterator[Finding]:
    """Find the blocks of a template that nothing shows, since none of those that it extends has them."""
    above = _above(name, trees)
    if not above:
        return
    theirs = {block.name for one in above for block in trees[one].find_all(nodes.Block)}
    tree = trees[name]
    inside = {inner for block in tree.find_all(nodes.Block) for inner in block.find_all(nodes.Block)}
    asked = {one.attr for one in tree.find_all(nodes.Getattr) if isinstance(one.node, nodes.Name) and one.node.name == "self"}
    for block in tree.find_all(nodes.Block):
        if block not in inside and block.name not in theirs | asked:
            message = f"{above[0]} has no block {block.name!r}, so this one is left out{meant(block.name, theirs)}"
            yield Finding(rule=BLOCK, path=path, line=block.lineno, message=message)


def _above(name: str, trees: Trees) -> tuple[str, ...]:
    """List the templates that one extends, the next one first; none where that shows only later."""
    above: list[str] = []
    while (extends := trees[name].find(nodes.Extends)) is not None:
        if not isinstance(extends.template, nodes.Const):
            return ()
        name = extends.template.value if extends.template.value in trees else f"{ORIGINAL}{extends.template.value}"
        if name not in trees or name in above:
            return ()
        above.append(name)
    return tuple(above)
