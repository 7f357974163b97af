"""Rules about the articles themselves: what reading and rendering them brings to light. Pure."""

from collections.abc import Iterable, Iterator

from newsletter.checks.finding import Finding, Rule, Severity
from newsletter.config import Config
from newsletter.errors import ContentError, RenderError
from newsletter.model import Remark

FRONT_MATTER = Rule(
    id="front-matter",
    summary="Every field of the front matter can be understood.",
    source="the accepted spellings: newsletter/metadata/spellings.py",
)
READABLE = Rule(
    id="readable",
    summary="Every article is a text file in UTF-8 of bearable size.",
    source="the configuration: reading.max_bytes; RFC 3629",
)
RENDERABLE = Rule(
    id="renderable",
    summary="Every article's Markdown turns into HTML in bearable time.",
    source="the configuration: reading.max_seconds",
)
REMARK = Rule(
    id="remark",
    summary="Nothing in an article is left out or guessed on the way to its readers.",
    source="RSS Advisory Board, best practices profile; W3C Feed Validator, warnings about scripts and styles",
    severity=Severity.WARNING,
)
RULES = (FRONT_MATTER, READABLE, RENDERABLE, REMARK)


def check(config: Config, problems: Iterable[ContentError], remarks: Iterable[Remark]) -> Iterator[Finding]:
    """Report what held articles back, then what was remarked of the others."""
    for problem in problems:
        rule = RENDERABLE if isinstance(problem, RenderError) else FRONT_MATTER if problem.field else READABLE
        yield _finding(config, rule, problem)
    for remark in remarks:
        yield _finding(config, REMARK, remark)


def _finding(config: Config, rule: Rule, said: ContentError | Remark) -> Finding:
    message = f"{said.field}: {said.message}" if said.field else said.message
    return Finding(rule=rule, path=config.content / said.path, line=said.line, message=message)
