import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter import kept, periods
from newsletter.config import Config, Digest
from newsletter.model import Edition, Issue, Kept, MailPicture
from newsletter.publish import Report, build
from newsletter.templating import Templates
from tests.factories import make_config, make_edition, make_issue, make_rendered
from tests.real import ROOT, tree

NOW = datetime(2026, 4, 1, tzinfo=UTC)
MARCH = "issues/2026-03"
HEAVY = ("premailer", "cssutils", "encutils")
LONG = "Sentences of about as many letters as they have in what people write. " * 20
BODY = make_rendered()
PICTURE = MailPicture(url="u", shown="s", target="t", type="image/png", source="p", path="a.md", line=1, body=b"picture")


def article(config: Config, name: str, body: str = "Some text.") -> None:
    config.content.mkdir(parents=True, exist_ok=True)
    (config.content / name).write_text(f"---\ntitle: {name}\ndate: 2026-03-02\n---\n{body}\n")


def run(config: Config, *, jobs: int = 1) -> Report:
    return build(config, now=NOW, period=periods.parse("2026-03", config.timezone), jobs=jobs)


def source(config: Config, issue: Issue, **changes: object) -> str:
    return found(config, replace(make_edition(BODY, issue=issue), **changes)).source


def found(config: Config, edition: Edition, owned: Collection[str] = ()) -> Kept:
    """Look for the digest of one edition."""
    (one,) = kept.of_editions(config, [edition], Templates(config.templates), owned)
    assert one.kept is not None
    return one.kept


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = make_config(tmp_path / "letter")
    article(config, "first.md")
    return config


def scratch(config: Config) -> dict[str, bytes]:
    """Build the same publication in a new folder; what its out/ holds."""
    fresh = config.root.parent / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(config.root, fresh, ignore=shutil.ignore_patterns("out", ".out.ledger*"))
    paths = {"root": fresh, "content": fresh / "content", "out": fresh / "out", "templates": fresh / "templates"}
    there = replace(config, **paths, ledger=str(fresh / ".out.ledger"))
    run(there)
    return tree(there.out)


def rendered(config: Config, monkeypatch: pytest.MonkeyPatch) -> tuple[Report, bool]:
    """Build, and tell whether a mail was made."""
    made: list[str] = []
    render = Templates.render

    def watched(self: Templates, name: str, /, **values: object) -> str:
        made.append(name)
        return render(self, name, **values)

    with monkeypatch.context() as patch:
        patch.setattr(Templates, "render", watched)  # nothing outside tells a kept mail from one that was made again
        report = run(config)
    return report, "email.html.j2" in made


@pytest.mark.parametrize("jobs", ["1", "4"])
def test_a_second_build_imports_nothing_that_inlines(config: Config, jobs: str, tmp_path: Path) -> None:
    (config.root / "newsletter.toml").write_text('title = "L"\nurl = "https://l.example/"\n')
    command = [sys.executable, "-X", "importtime", "-m", "newsletter", "build", "--now", "2026-04-01"]
    imported = []
    for _ in range(2):
        answer = subprocess.run(
            [*command, "--period", "2026-03", "--jobs", jobs],
            cwd=config.root,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        names = {line.rpartition("|")[2].strip().partition(".")[0] for line in answer.stderr.splitlines()}
        assert "requests" not in names  # which premailer brings, for what it may not do here
        imported.append(names.intersection(HEAVY))
    assert imported == [set(HEAVY), set()]


def test_a_kept_digest_is_told_of_as_a_new_one_is_remarks_and_all(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    for at in range(90):
        article(config, f"a{at}.md", f"{LONG}\n\n" * 4)
    first, made = rendered(config, monkeypatch)
    again, made_again = rendered(config, monkeypatch)
    assert (made, made_again) == (True, False)
    assert len([remark for remark in first.remarks if "in the digest" in str(remark)]) > 10
    assert (again.remarks, again.digest, again.written) == (first.remarks, first.digest, ())
    assert first.digest is not None
    assert sum(count for _, count in first.digest.forms) == 91
    assert first.digest.bytes == (config.out / MARCH / "email.html").stat().st_size < first.digest.limit


def test_an_article_outside_the_issue_changes_no_digest(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    run(config)
    (config.content / "later.md").write_text("---\ntitle: Later\ndate: 2026-03-31T23:00:00-05:00\ntags: [a, b]\n---\nText.\n")
    report, made = rendered(config, monkeypatch)
    assert not made
    assert report.entries == 1  # it is of April in UTC, and so not published yet
    (config.content / "before.md").write_text("---\ntitle: Before\ndate: 2026-02-01\n---\nText.\n")
    report, made = rendered(config, monkeypatch)
    assert (report.entries, made) == (2, False)


@pytest.mark.parametrize("name", ["email.html", "email.txt", "email.eml", "issue.json"])
@pytest.mark.parametrize(
    "harm",
    [
        lambda body: body[:0],
        lambda body: body + b" ",
        lambda body: body.replace(b"t", b"s", 1),
        lambda body: b"{}" + body[:0],
    ],
    ids=["emptied", "longer", "edited", "replaced"],
)
def test_a_damaged_digest_is_made_again_as_from_scratch(config: Config, name: str, harm: Callable[[bytes], bytes]) -> None:
    run(config)
    path = config.out / MARCH / name
    before = tree(config.out)
    path.write_bytes(harm(path.read_bytes()))
    run(config)
    assert tree(config.out) == before == scratch(config)


@pytest.mark.parametrize("name", ["email.html", "email.txt", "email.eml", "issue.json"])
def test_a_file_that_is_missing_is_made_again(config: Config, name: str) -> None:
    run(config)
    before = tree(config.out)
    (config.out / MARCH / name).unlink()
    run(config)
    assert tree(config.out) == before


def test_a_file_that_the_disk_does_not_give_is_made_again(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    run(config)
    owned = frozenset(f"{MARCH}/{name}" for name in kept.FILES)
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "email.html":
            raise PermissionError(path)
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)  # tests may run as root, who may read everything
    assert found(config, make_edition(BODY, issue=make_issue(BODY, key="2026-03")), owned).outputs == ()


def test_a_link_in_the_place_of_a_file_is_not_taken_for_it(config: Config, tmp_path: Path) -> None:
    run(config)
    elsewhere = tmp_path / "email.html"
    (config.out / MARCH / "email.html").rename(elsewhere)
    (config.out / MARCH / "email.html").symlink_to(elsewhere)
    owned = frozenset(f"{MARCH}/{name}" for name in kept.FILES)
    issue = make_issue(BODY, key="2026-03")
    assert found(config, make_edition(BODY, issue=issue), owned).outputs == ()


def test_files_that_are_not_ours_are_not_taken_and_without_an_issue_nothing_is(config: Config) -> None:
    (bare,) = kept.of_editions(config, [make_edition(BODY, issue=None)], Templates(), ())
    assert bare.kept is None
    assert found(config, make_edition(BODY)).outputs == ()


def test_a_template_a_setting_or_an_article_changed_gives_what_a_build_from_scratch_gives(config: Config) -> None:
    run(config)
    config.templates.mkdir()
    own = config.templates / "email.html.j2"
    own.write_text('{% extends "newsletter/email.html.j2" %}{% block strip %}<p>Mine</p>{% endblock %}')
    run(config)
    assert b"Mine" in (config.out / MARCH / "email.html").read_bytes()
    assert tree(config.out) == scratch(config)
    own.unlink()
    config = replace(config, digest=Digest(theme="ledger"))
    run(config)
    assert tree(config.out) == scratch(config)
    article(config, "first.md", "Other text.")
    run(config)
    assert b"Other text" in (config.out / MARCH / "email.html").read_bytes()
    assert tree(config.out) == scratch(config)


SETTINGS = {
    "title": st.text(),
    "description": st.text(),
    "language": st.sampled_from(["en", "de", "ar"]),
    "copyright": st.text(),
    "timezone": st.sampled_from([ZoneInfo("UTC"), ZoneInfo("Asia/Tokyo")]),
    "digest": st.builds(Digest, greeting=st.text(), overhead=st.integers(0, 9), unsubscribe=st.text()),
}
WORDS = {
    "subject": st.text(),
    "preheader": st.text(),
    "number": st.none() | st.integers(1, 9),
    "pinned": st.lists(st.text()).map(tuple),
    "note": st.none() | st.builds(make_rendered, st.text()),
    "articles": st.lists(st.builds(make_rendered, st.text(), text=st.text(), title=st.text()), max_size=3).map(tuple),
    "pictures": st.lists(st.builds(replace, st.just(PICTURE), body=st.none() | st.binary()), max_size=2).map(tuple),
}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.fixed_dictionaries({}, optional=SETTINGS), st.fixed_dictionaries({}, optional=WORDS))
def test_another_configuration_or_issue_has_another_source(settings: dict[str, object], words: dict[str, object]) -> None:
    config, issue = make_config(), make_issue(BODY)
    one = replace(config, **settings), replace(issue, **words)
    assert (source(*one) == source(config, issue)) == (one == (config, issue))


def test_where_things_lie_is_no_part_of_the_source() -> None:
    issue = make_issue(BODY)
    assert source(make_config(Path("/here"), ledger="postgresql://there"), issue) == source(make_config(Path("/there")), issue)


def test_a_time_zone_database_that_moves_an_instant_changes_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    before = source(make_config(), make_issue(BODY))
    monkeypatch.setattr(kept, "_instants", lambda _: [NOW])  # another database cannot be had in a test
    assert source(make_config(), make_issue(BODY)) != before


def test_another_version_of_a_library_changes_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    before = source(make_config(), make_issue(BODY))
    for name in kept.DISTRIBUTIONS:
        with monkeypatch.context() as patch:
            patch.setattr(kept, "DISTRIBUTIONS", tuple(one for one in kept.DISTRIBUTIONS if one != name))
            assert source(make_config(), make_issue(BODY)) != before


def test_a_library_without_metadata_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "DISTRIBUTIONS", ("no-such-distribution",))
    assert len(source(make_config(), make_issue(BODY))) == 64


def test_the_publications_own_templates_are_part_of_the_source_unless_they_are_the_programs(tmp_path: Path) -> None:
    config, issue = make_config(tmp_path), make_issue(BODY)
    plain = source(config, issue)
    (tmp_path / "templates" / "parts").mkdir(parents=True)
    shutil.copy(ROOT / "templates" / "parts" / "email.css.j2", tmp_path / "templates" / "parts")
    assert source(config, issue) == plain
    seen = {plain}
    for name in ("parts/email.css.j2", "parts/own.html", "themes.css", "email.txt.j2"):
        with (tmp_path / "templates" / name).open("a") as file:
            file.write("more")
        seen.add(source(config, issue))
    assert len(seen) == 5


def test_what_the_mail_does_not_show_of_an_edition_is_no_part_of_the_source() -> None:
    config, issue = make_config(), make_issue(BODY)
    assert source(config, issue, feed=(), pages=(), channels=()) == source(config, issue)
    assert source(config, issue, title="Other") != source(config, issue)
    assert set(Edition.__struct_fields__) >= {"feed", "pages", "past", "channels", "archive", "kept"}
