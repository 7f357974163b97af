"""The digests of editions: their part of each issue, beside the publication's."""

import email
import email.policy
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from newsletter import checks, periods, publish
from newsletter.config import Config, Digest, EditionTable, Feeds
from newsletter.mail import inline, places
from newsletter.processes.crew import Crew
from newsletter.situation import look
from tests.factories import make_config
from tests.real import tree

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)
FILES = ("index.html", "email.html", "email.txt", "email.eml", "issue.json")
WHOLE = "issues/2026-03"
TOOLS = "editions/tools/issues/2026-03"


def write(config: Config, name: str, *, day: int, tags: str = "", body: str = "Some text.") -> None:
    path = config.content / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\ntitle: About {path.stem}\ndate: 2026-03-{day:02}\ntags: [{tags}]\n---\n{body}\n")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    tables = (
        EditionTable(name="tools", title="The Toolbox", description="Tools alone.", tags=("tools",)),
        EditionTable(name="Büro & more", folders=("desk",)),
        EditionTable(name="quiet", tags=("tools",), digest=False),
        EditionTable(name="empty", tags=("nothing",)),
    )
    subject = "{title} {number}: {lead}"
    config = make_config(tmp_path, editions=tables, feeds=Feeds(tags=0, authors=0), digest=Digest(every="month", subject=subject))
    write(config, "hammer", day=3, tags="tools")
    write(config, "saw", day=9, tags="tools, wood")
    write(config, "desk/lamp", day=12)
    write(config, "poem", day=20)
    return config


def run(config: Config, *, jobs: int = 1, **options: Any) -> publish.Report:  # noqa: ANN401 - any option of build
    return publish.build(config, now=NOW, period=periods.parse("2026-03", config.timezone), jobs=jobs, **options)


def manifest(config: Config, folder: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((config.out / folder / "issue.json").read_bytes())
    return told


def titles(told: dict[str, Any]) -> list[str]:
    return [entry["title"] for entry in told["articles"]]


def test_an_edition_has_a_digest_of_those_articles_of_the_issue_that_it_takes(config: Config) -> None:
    run(config)
    assert titles(manifest(config, WHOLE)) == ["About poem", "About lamp", "About saw", "About hammer"]
    assert titles(manifest(config, TOOLS)) == ["About saw", "About hammer"]
    built = {path.relative_to(config.out).as_posix() for path in config.out.rglob("*") if path.is_file()}
    assert {f"{TOOLS}/{name}" for name in FILES} <= built
    assert {path.split("/")[1] for path in built if path.startswith("editions/") and "/issues/" in path} == {
        "tools",
        "büro_~26_more",
    }


def test_its_words_are_its_own_and_key_number_and_period_those_of_the_issue(config: Config) -> None:
    run(config)
    whole, part = manifest(config, WHOLE), manifest(config, TOOLS)
    assert [told["subject"] for told in (whole, part)] == [
        "The Test Letter 2026-03: About poem",
        "The Toolbox 2026-03: About saw",
    ]
    assert [part[name] == whole[name] for name in ("key", "number", "period", "date", "from")] == [True] * 5
    assert part["url"] == "https://letter.example/editions/tools/issues/2026-03/"
    page = (config.out / TOOLS / "index.html").read_text()
    assert "The Toolbox" in page
    assert "Tools alone." in page
    assert "https://letter.example/editions/tools/rss.xml" in page
    assert 'href="https://letter.example/editions/tools/"' not in page  # where there is nothing
    text = (config.out / TOOLS / "email.txt").read_text()
    assert text.startswith("The Toolbox\nTools alone.\n")


def test_each_is_a_list_and_a_message_of_its_own(config: Config) -> None:
    run(config)
    paths = sorted(config.out.rglob("email.eml"))
    mails = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
    assert len({mail["Message-ID"] for mail in mails}) == len({mail["List-Id"] for mail in mails}) == len(paths) == 3
    assert sorted(str(mail["List-Id"]) for mail in mails) == [
        "The Test Letter <newsletter.letter.example>",
        "The Test Letter \u2013 Büro & more <b-ro-more-85ddbb55.letter.example>",
        "The Toolbox <tools.letter.example>",
    ]


def test_the_editors_note_is_the_publications_and_the_editors_order_is_that_of_all(config: Config) -> None:
    notes = config.content / "_issues"
    notes.mkdir()
    (notes / "2026-03.md").write_text("---\nsubject: March\npreheader: Read.\norder: [hammer]\n---\nDear readers.\n")
    run(config)
    assert manifest(config, WHOLE)["subject"] == "March"
    assert titles(manifest(config, WHOLE))[0] == "About hammer"
    part = manifest(config, TOOLS)
    assert titles(part) == ["About hammer", "About saw"]
    assert part["subject"] == "The Toolbox 2026-03: About hammer"
    assert "Dear readers." in (config.out / WHOLE / "email.txt").read_text()
    assert "Dear readers." not in (config.out / TOOLS / "email.txt").read_text()


@pytest.mark.parametrize("limit", [0, 1, 400], ids=["pool", "few", "many"])
def test_the_bytes_are_the_same_however_many_make_them(config: Config, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    tables = tuple(EditionTable(name=f"e{number}", tags=("tools",)) for number in range(20 if limit == 0 else 3))
    config = replace(config, editions=(*config.editions, *tables))
    run(config)
    alone = tree(config.out)
    monkeypatch.setattr("newsletter.processes.crew.EMIT_THRESHOLD", limit)
    for options in ({"jobs": 2}, {"executor": ThreadPoolExecutor(2)}):
        again = replace(config, out=config.out.with_name(f"out-{limit}-{len(options)}-{'jobs' in options}"))
        again = replace(again, ledger=str(again.out.with_name(f".{again.out.name}.ledger")))
        run(again, **options)
        assert tree(again.out) == alone


def test_what_is_told_of_an_editions_digest_names_it(config: Config) -> None:
    write(config, "long", day=28, tags="tools", body="Long words. " * 20_000)
    told = [str(remark) for remark in run(config).remarks if "digest" in str(remark)]
    assert [line.split(": ")[1] for line in told] == ["in the digest as an excerpt", "edition tools"]
    assert [str(remark) for remark in run(config).remarks if "digest" in str(remark)] == told


def test_what_did_not_change_is_not_made_again(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    run(config)
    before = tree(config.out)
    write(config, "desk/chair", day=25)
    emitted: list[object] = []
    monkeypatch.setattr("newsletter.emitters.digest.inline", _counted(emitted, "newsletter.mail.inline.inline"))
    run(config)
    assert len(emitted) == 2  # the whole issue and that of the desk
    assert {name for name, body in tree(config.out).items() if before.get(name) != body and name.startswith(TOOLS)} == set()
    assert "About chair" in titles(manifest(config, "editions/büro_~26_more/issues/2026-03"))


def test_a_delivered_issue_stays_as_it_is_in_all_editions(config: Config) -> None:
    run(config)
    before = {name: body for name, body in tree(config.out).items() if "/issues/" in f"/{name}"}
    write(config, "nail", day=28, tags="tools")
    situation = look(config, now=NOW)
    with Crew(1) as crew:
        publish.produce(config, situation, None, crew, now=NOW)  # as a build does where the issue was delivered
    after = tree(config.out)
    assert {name: after[name] for name in before} == before
    assert "About nail" in after["editions/tools/rss.xml"].decode()


def test_issues_of_an_edition_stay_when_the_edition_goes(config: Config) -> None:
    run(config)
    run(replace(config, editions=()))
    assert (config.out / TOOLS / "email.html").exists()
    assert not (config.out / "editions/tools/rss.xml").exists()


def test_the_checks_look_at_them_too(config: Config) -> None:
    run(config)
    sound = [str(finding) for finding in checks.run(config, now=NOW).findings if "editions" in str(finding.path)]
    assert [line for line in sound if "error" in line] == []
    (config.out / TOOLS / "email.html").unlink()
    found = checks.run(config, now=NOW).findings
    assert ("digest-readable", config.out / TOOLS / "email.html") in [(finding.rule.id, finding.path) for finding in found]


def test_each_article_is_rendered_once_and_inlined_once_however_many_editions_show_it(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = tuple(EditionTable(name=f"e{number}", tags=(("tools", "wood", "lead")[number % 3],)) for number in range(30))
    config = replace(config, editions=tables)
    write(config, "first", day=30, tags="tools, wood, lead")
    rendered: list[object] = []
    inlined: list[str] = []
    asked: list[object] = []
    original = places.Places.remember
    monkeypatch.setattr("newsletter.processes.rendering.render", _counted(rendered, "newsletter.processes.rendering.render"))
    monkeypatch.setattr(inline, "transform", _counted(asked, "newsletter.mail.inline.transform"))

    def remember(known: places.Places, place: places.Place, html: str, dressed: str) -> None:
        inlined.append(html)
        original(known, place, html, dressed)

    monkeypatch.setattr(places.Places, "remember", remember)
    places._in_mind.clear()  # noqa: SLF001 - as in a new process
    run(config)
    assert len(list(config.out.rglob("email.html"))) == 31
    assert len(rendered) == 5
    assert len(inlined) == len(set(inlined)) == 5  # whichever edition it is, the newest leads, and below it stands a line
    assert len(asked) <= 3  # places that the whole issue does not have


def _counted(calls: list[object], name: str) -> Any:  # noqa: ANN401 - as what it counts
    module, _, attribute = name.rpartition(".")
    original = getattr(__import__(module, fromlist=[attribute]), attribute)

    def counted(*arguments: Any) -> Any:  # noqa: ANN401 - as above
        calls.append(arguments)
        return original(*arguments)

    return counted
