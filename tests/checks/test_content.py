from pathlib import Path

from newsletter.checks import RULES, content
from newsletter.checks.finding import Severity
from newsletter.errors import ContentError, RenderError
from newsletter.model import Remark
from tests.factories import make_config


def test_each_problem_and_remark_is_found_by_its_rule_at_its_line() -> None:
    problems = [
        ContentError("a.md", 4, "date", "expected an ISO 8601 date, got 'tomorow'"),
        ContentError("b.md", None, None, "not UTF-8 at byte 7"),
        RenderError("c.md", 9, None, "takes longer than 10 seconds"),
    ]
    remarks = [Remark(path="d.md", line=2, field=None, message="a script was removed")]
    found = list(content.check(make_config(), problems, remarks))
    assert [(str(finding.path), finding.line, finding.rule.id, finding.message) for finding in found] == [
        ("/nowhere/content/a.md", 4, "front-matter", "date: expected an ISO 8601 date, got 'tomorow'"),
        ("/nowhere/content/b.md", None, "readable", "not UTF-8 at byte 7"),
        ("/nowhere/content/c.md", 9, "renderable", "takes longer than 10 seconds"),
        ("/nowhere/content/d.md", 2, "remark", "a script was removed"),
    ]
    assert [finding.rule.severity for finding in found] == [Severity.ERROR] * 3 + [Severity.WARNING]


def test_every_rule_has_an_id_of_its_own_a_summary_and_a_source() -> None:
    rules = list(RULES.values())
    assert len({rule.summary for rule in rules}) == len(rules)
    assert all(rule.id == name and rule.id == rule.id.lower() and " " not in rule.id for name, rule in RULES.items())
    assert all(rule.summary.endswith(".") and rule.source for rule in rules)
    assert isinstance(make_config().content, Path)
