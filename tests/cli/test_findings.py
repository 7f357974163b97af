import json
from pathlib import Path

from newsletter.checks import RULES, Finding, Result
from newsletter.checks.clients import Row, Table
from newsletter.checks.clients.support import CLIENTS, Level, findings
from newsletter.cli.findings import as_github, as_json, as_text

HERE = Path("/letter")
WRONG = Finding(rule=RULES["front-matter"], path=HERE / "content/a,b.md", line=4, message="date: 100% wrong\nreally")
ODD = Finding(rule=RULES["remark"], path=Path("/elsewhere/c.md"), message="a script was removed")
RESULT = Result(findings=(WRONG, ODD), out=HERE / "out", feeds=True)


def test_in_text_a_finding_is_a_line_with_its_place_and_rule() -> None:
    assert list(as_text(RESULT, HERE)) == [
        "content/a,b.md:4: [front-matter] date: 100% wrong\\nreally",
        "/elsewhere/c.md: [remark] a script was removed",
    ]


def test_in_text_it_is_said_that_there_were_no_feeds() -> None:
    assert list(as_text(Result(findings=(), out=HERE / "out", feeds=False), HERE)) == [
        "out: no feeds here yet, so the rest alone was checked; newsletter build writes them"
    ]


def test_in_json_a_finding_is_an_object() -> None:
    [text] = as_json(RESULT, HERE)
    assert json.loads(text) == [
        {"rule": "front-matter", "severity": "error", "path": "content/a,b.md", "line": 4, "message": "date: 100% wrong\nreally"},
        {"rule": "remark", "severity": "warning", "path": "/elsewhere/c.md", "line": None, "message": "a script was removed"},
    ]


def test_for_github_a_finding_is_a_workflow_command_with_its_marks_escaped() -> None:
    assert list(as_github(RESULT, HERE)) == [
        "::error file=content/a%2Cb.md,line=4,title=front-matter::date: 100%25 wrong%0Areally",
        "::warning file=/elsewhere/c.md,title=remark::a script was removed",
    ]


NOTED = Finding(rule=RULES["client-enhancement"], path=HERE / "templates/a.j2", line=1, message="border-radius: not in X")
ROUND = findings().features["css-border-radius"]
TABLE = Table(
    path=HERE / "out/issues/2026-W10/email.html",
    date="2026-05-13",
    clients=CLIENTS,
    rows=(Row(feature=ROUND, levels=(Level.FULL, *[Level.NOT] * (len(CLIENTS) - 2), Level.FULL)),),
)
MAILED = Result(findings=(ODD, NOTED), out=HERE / "out", feeds=True, tables=(TABLE,))


def test_notes_and_tables_are_for_those_who_ask_for_them() -> None:
    assert list(as_text(MAILED, HERE)) == ["/elsewhere/c.md: [remark] a script was removed"]
    assert len(json.loads(next(as_json(MAILED, HERE)))) == 1
    assert len(list(as_github(MAILED, HERE))) == 1
    assert [one["severity"] for one in json.loads(next(as_json(MAILED, HERE, verbose=True)))] == ["warning", "note"]
    assert list(as_github(MAILED, HERE, verbose=True))[1].startswith("::notice file=templates/a.j2,line=1,")


def test_a_table_has_a_column_for_each_main_client_and_one_for_the_others() -> None:
    lines = list(as_text(MAILED, HERE, verbose=True))
    assert lines[1] == "templates/a.j2:1: [client-enhancement] border-radius: not in X"
    assert lines[3] == "out/issues/2026-W10/email.html: what clients support of it (caniemail, 2026-05-13)"
    head, row = lines[5:]
    assert head.split()[:1] == ["Gmail"]
    assert row.split() == ["border-radius", "+", *["-"] * 12, "1/14"]
    assert len(row) == len(head)
    assert all(len(line) <= 120 for line in (head, row))
