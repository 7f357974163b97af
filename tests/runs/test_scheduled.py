"""The scheduled run from end to end, on real folders and a real ledger."""

import json
import socket
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from newsletter import bystanders, writer
from newsletter import publish as publishing
from newsletter.cadence import Cadence
from newsletter.config import Command, Config, Delivery, Digest, Feeds
from newsletter.config.delivery import Smtp
from newsletter.config.feeds import EditionTable
from newsletter.delivery import Outcome
from newsletter.delivery.secrets import Secrets
from newsletter.errors import LedgerError, LockedError, NewsletterError, RefusedError
from newsletter.ledger import open_ledger
from newsletter.ledger.records import Fate, Issued, Plan, Planned, Progress, State
from newsletter.runs import scheduled, sending
from newsletter.runs.handing import Terms
from newsletter.runs.scheduled import Run, run
from tests.delivery import faults
from tests.factories import make_config
from tests.real import tree

Publish = Callable[..., Path]
#: Writes the key of what it is handed to a file, or fails if a file says so.
PROGRAM = """\
import json, pathlib, sys
if pathlib.Path("fail").exists():
    sys.exit("the service is closed")
key = json.load(sys.stdin)["key"]
with open("taken", "a") as taken:
    taken.write(key + "\\n")
"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def go(config: Config, now: str, *, strict: bool = False, retry_unknown: bool = False) -> Run:
    return run(config, terms(config, now, retry_unknown=retry_unknown), jobs=1, strict=strict)


def terms(config: Config, now: str, *, retry_unknown: bool = False) -> Terms:
    secrets = Secrets(environment={}, root=config.root)
    return Terms(secrets=secrets, now=at(now), clock=lambda: at(now), retry_unknown=retry_unknown)


def issues(config: Config) -> tuple[Issued, ...]:
    with open_ledger(config.ledger) as ledger:
        return ledger.issues()


def keys(config: Config) -> list[str]:
    return [issued.key for issued in issues(config)]


def everything(config: Config) -> dict[str, bytes]:
    """Read all files but what is thrown away anyway."""
    return {name: body for name, body in tree(config.root).items() if name != ".out.index"}


def taken(config: Config) -> list[str]:
    path = config.root / "taken"
    return path.read_text(encoding="utf-8").split() if path.exists() else []


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "take.py").write_text(PROGRAM, encoding="utf-8")
    feeds = Feeds(tags=0, authors=0)
    delivery = Delivery(service="command", command=Command(run=("python3", "take.py")))
    return make_config(tmp_path, feeds=feeds, delivery=delivery)


@pytest.fixture
def publish(config: Config) -> Publish:
    def write(name: str, date: str, body: str = "Some text.", **fields: str) -> Path:
        path = config.content / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        front = {"title": name.capitalize(), "date": date, **fields}
        lines = "".join(f"{key}: {value}\n" for key, value in front.items())
        path.write_text(f"---\n{lines}---\n{body}\n", encoding="utf-8")
        return path

    return write


def test_the_first_run_makes_the_last_complete_issue_alone(config: Config, publish: Publish) -> None:
    publish("ancient", "2019-01-01")
    publish("before", "2024-12-08")
    publish("within", "2024-12-12")
    publish("after", "2024-12-16T06:00:00Z")
    done = go(config, "2024-12-16T09:00")
    [issued] = issues(config)
    assert (issued.key, issued.number, issued.state) == ("2024-W50", 1, State.DELIVERED)
    assert [title["title"] for title in _manifest(config, "2024-W50")["articles"]] == ["Within"]
    assert taken(config) == ["2024-W50"]
    assert [one.key for one in done.handed] == ["2024-W50"]
    assert done.builds[0].entries == 4


def test_a_second_run_does_nothing(config: Config, publish: Publish) -> None:
    publish("within", "2024-12-12")
    go(config, "2024-12-16T09:00")
    before = everything(config)
    done = go(config, "2024-12-16T10:00")
    assert everything(config) == before
    assert (done.handed, done.plan) == ((), None)


def test_a_run_that_makes_no_issue_passes_over_what_the_feeds_do_not_show(
    config: Config, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.folder.is_fresh", lambda _state, _began: False)
    noted: list[int | None] = []
    real = bystanders.part

    def noting(*arguments: Any) -> object:  # noqa: ANN401 - as it is called
        parted = real(*arguments)
        noted.append(None if parted is None else len(parted.bystanders.ids))
        return parted

    monkeypatch.setattr("newsletter.situation.part", noting)
    config = replace(config, permalink="https://elsewhere.example/{slug}/", feeds=replace(config.feeds, limit=2))
    for day in range(1, 9):
        publish(f"a{day}", f"2024-12-0{day}", f"Text {day}.")
    go(config, "2024-12-09T09:00")  # its issue is recorded last
    go(config, "2024-12-09T10:00")
    publish("new", "2024-12-09")
    done = go(config, "2024-12-09T11:00")
    assert (done.builds[0].entries, done.handed, done.plan) == (2, (), None)
    go(config, "2024-12-16T11:00")  # an issue is due
    assert noted == [None, None, 6, None]
    assert keys(config) == ["2024-W49", "2024-W50"]


def test_every_article_is_in_one_issue_week_after_week(config: Config, publish: Publish) -> None:
    for day in range(2, 30):
        publish(f"day-{day}", f"2024-12-{day:02}")
    for now in ("2024-12-09", "2024-12-16", "2024-12-23", "2024-12-30"):
        go(config, f"{now}T00:00")
    assert keys(config) == ["2024-W49", "2024-W50", "2024-W51", "2024-W52"]
    assert [issued.number for issued in issues(config)] == [1, 2, 3, 4]
    placed = [id_ for issued in issues(config) for id_ in issued.articles]
    assert len(placed) == len(set(placed)) == 28


def test_missed_periods_become_one_issue_with_the_key_of_the_last(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-03")
    go(config, "2024-12-09T00:00")
    for day in (10, 17, 24):
        publish(f"day-{day}", f"2024-12-{day}")
    go(config, "2024-12-31T00:00")
    assert keys(config) == ["2024-W49", "2024-W52"]
    assert len(issues(config)[1].articles) == 3
    assert _manifest(config, "2024-W52")["number"] == 2


def test_missed_periods_can_have_an_issue_each(config: Config, publish: Publish) -> None:
    config = replace(config, digest=Digest(catch_up="each"))
    publish("first", "2024-12-03")
    go(config, "2024-12-09T00:00")
    for day in (10, 24):
        publish(f"day-{day}", f"2024-12-{day}")
    done = go(config, "2024-12-31T00:00")
    assert keys(config) == ["2024-W49", "2024-W50", "2024-W52"]
    assert taken(config) == keys(config)
    assert [one.key for one in done.handed] == ["2024-W50", "2024-W52"]
    assert {path.name for path in (config.out / "issues").iterdir()} == set(keys(config))


def test_missed_periods_can_be_skipped(config: Config, publish: Publish) -> None:
    config = replace(config, digest=Digest(catch_up="skip"))
    publish("first", "2024-12-03")
    go(config, "2024-12-09T00:00")
    missed = publish("missed", "2024-12-10")
    publish("last", "2024-12-24")
    go(config, "2024-12-30T00:00")
    assert keys(config) == ["2024-W49", "2024-W52"]
    assert len(issues(config)[1].articles) == 1
    with open_ledger(config.ledger) as ledger:
        [known] = [known for known in ledger.known() if known.path == missed.name]
        assert ledger.placements()[known.id].fate is Fate.PASSED


def test_a_late_article_goes_into_the_next_issue(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-10")
    go(config, "2024-12-16T00:00")
    publish("late", "2024-12-11")
    go(config, "2024-12-16T01:00")
    assert keys(config) == ["2024-W50"]
    publish("next", "2024-12-18")
    go(config, "2024-12-23T00:00")
    assert [article["title"] for article in _manifest(config, "2024-W51")["articles"]] == ["Next", "Late"]


def test_too_few_articles_wait(config: Config, publish: Publish) -> None:
    config = replace(config, digest=Digest(minimum=2))
    publish("first", "2024-12-03")
    go(config, "2024-12-09T00:00")
    assert keys(config) == []
    publish("second", "2024-12-10")
    go(config, "2024-12-16T00:00")
    assert keys(config) == ["2024-W50"]
    assert len(issues(config)[0].articles) == 2


def test_nothing_new_makes_no_issue(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-03")
    go(config, "2024-12-09T00:00")
    done = go(config, "2024-12-16T00:00")
    assert done.handed == ()
    assert keys(config) == ["2024-W49"]
    publish("second", "2024-12-17")
    go(config, "2024-12-23T00:00")
    assert _manifest(config, "2024-W51")["period"] == {"start": "2024-12-16T00:00:00Z", "end": "2024-12-23T00:00:00Z"}


def test_an_issue_that_was_not_handed_over_is_finished_first_with_the_same_bytes(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-10")
    (config.root / "fail").touch()
    failed = go(config, "2024-12-16T00:00")
    assert not failed.handed[0].result.delivered
    assert "the service is closed" in failed.handed[0].result.problems[0]
    before = tree(config.out / "issues")
    publish("second", "2024-12-17")
    assert not go(config, "2024-12-23T00:00").handed[0].result.delivered
    assert keys(config) == ["2024-W50"]
    (config.root / "fail").unlink()
    publish("backdated", "2024-12-11")
    done = go(config, "2024-12-24T00:00")
    assert [one.key for one in done.handed] == ["2024-W50", "2024-W51"]
    assert taken(config) == ["2024-W50", "2024-W51"]
    assert {name: tree(config.out / "issues")[name] for name in before} == before
    assert len(issues(config)[1].articles) == 2


def test_a_mail_is_dated_when_it_goes_out_and_keeps_its_date(config: Config, publish: Publish) -> None:
    config = replace(config, timezone=ZoneInfo("Europe/Berlin"), editions=(EditionTable(name="tools", tags=("tools",)),))
    publish("first", "2024-12-10", tags="[tools]")
    build(config, "2024-W50", "2024-12-15T12:00")
    assert _date(config, "2024-W50") == "Sun, 15 Dec 2024 23:00:00 +0000"  # built, and not to go out yet
    (config.root / "fail").touch()
    for now in ("2024-12-20T09:30", "2024-12-20T11:30"):
        go(config, now)
        assert _date(config, "2024-W50") == "Fri, 20 Dec 2024 10:30:00 +0100"
    (config.root / "fail").unlink()
    go(config, "2024-12-21T09:30")
    assert taken(config) == ["2024-W50"]
    for issue in ("issues/2024-W50", "editions/tools/issues/2024-W50"):
        mail = message_from_bytes((config.out / issue / "email.eml").read_bytes())
        assert mail["Date"] == "Fri, 20 Dec 2024 10:30:00 +0100"


def test_an_article_that_went_away_before_the_issue_was_built_may_come_later(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-10")
    gone = publish("second", "2024-12-11")
    service = replace(config, delivery=Delivery(service="command", command=Command(run=("no-such-program",))))
    assert not go(service, "2024-12-16T00:00").handed[0].result.delivered
    text = gone.read_text(encoding="utf-8")
    gone.write_text(text.replace("title:", "draft: true\ntitle:"), encoding="utf-8")
    go(config, "2024-12-16T01:00")
    assert [len(issued.articles) for issued in issues(config)] == [1]
    gone.write_text(text, encoding="utf-8")
    go(config, "2024-12-23T00:00")
    assert [len(issued.articles) for issued in issues(config)] == [1, 1]
    assert taken(config) == ["2024-W50", "2024-W51"]


def test_a_reserved_issue_of_which_nothing_is_left_is_withdrawn(config: Config, publish: Publish) -> None:
    publish("other", "2024-11-01")
    gone = publish("first", "2024-12-10")
    service = replace(config, delivery=Delivery(service="command", command=Command(run=("no-such-program",))))
    go(service, "2024-12-16T00:00")
    text = gone.read_text(encoding="utf-8")
    gone.write_text(text.replace("title:", "draft: true\ntitle:"), encoding="utf-8")
    done = go(config, "2024-12-16T01:00")
    assert done.withdrawn == ("2024-W50",)
    assert keys(config) == []
    gone.write_text(text, encoding="utf-8")
    go(config, "2024-12-23T00:00")
    assert taken(config) == ["2024-W51"]


def test_what_subscribers_have_is_never_built_again(config: Config, publish: Publish) -> None:
    path = publish("first", "2024-12-10", "Some tetx.")
    go(config, "2024-12-16T00:00")
    before = tree(config.out / "issues")
    path.write_text(path.read_text(encoding="utf-8").replace("tetx", "text"), encoding="utf-8")
    go(config, "2024-12-16T01:00")
    assert tree(config.out / "issues") == before
    assert b"Some text." in tree(config.out)["atom.xml"]


def test_a_failed_build_takes_its_reservation_back(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-03")
    go(config, "2024-12-09T00:00")
    publish("second", "2024-12-10")
    before = tree(config.out)
    (config.out / "issues" / "2024-W50").mkdir()
    (config.out / "issues" / "2024-W50" / "email.html").write_text("somebody else's", encoding="utf-8")
    with pytest.raises(NewsletterError, match="not written by newsletter"):
        go(config, "2024-12-16T00:00")
    assert keys(config) == ["2024-W49"]
    (config.out / "issues" / "2024-W50" / "email.html").unlink()
    (config.out / "issues" / "2024-W50").rmdir()
    assert tree(config.out) == before
    go(config, "2024-12-16T00:00")
    assert keys(config) == ["2024-W49", "2024-W50"]


def test_strict_makes_nothing_of_anything(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-10")
    publish("bad", "tomorow")
    with pytest.raises(RefusedError):
        go(config, "2024-12-16T00:00", strict=True)
    assert not config.out.exists()
    assert not Path(config.ledger).exists()


def test_an_article_that_was_held_back_comes_with_the_next_issue(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-10")
    publish("bad", "2024-12-11", "<div>" * 20_000 + "text")
    done = go(config, "2024-12-16T00:00")
    assert [problem.path for problem in done.builds[0].problems] == ["bad.md"]
    assert len(issues(config)[0].articles) == 1
    publish("bad", "2024-12-11")
    go(config, "2024-12-23T00:00")
    assert [len(issued.articles) for issued in issues(config)] == [1, 1]


def test_an_issue_waits_for_its_note_to_be_mended(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-10")
    note = config.content / "_issues" / "2024-W50.md"
    note.parent.mkdir()
    note.write_text("---\nlead: nobody.md\n---\n", encoding="utf-8")
    done = go(config, "2024-12-16T00:00")
    assert done.builds[0].problems
    assert (done.handed, keys(config)) == ((), ["2024-W50"])
    note.write_text("---\nsubject: Mended\n---\n", encoding="utf-8")
    assert go(config, "2024-12-16T01:00").handed[0].subject == "Mended"


def test_what_somebody_may_have_is_not_built_again_before_everybody_has_it(config: Config, publish: Publish) -> None:
    path = publish("first", "2024-12-10")
    (config.root / "fail").touch()
    go(config, "2024-12-16T00:00")
    path.write_text(path.read_text(encoding="utf-8") + "More.\n", encoding="utf-8")
    before = tree(config.out / "issues")
    (config.root / "fail").unlink()
    done = go(config, "2024-12-16T01:00")
    assert done.handed[0].result.delivered
    assert tree(config.out / "issues") == before


def test_two_runs_at_once_are_one(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-10")
    with writer.lock(config.out), pytest.raises(LockedError):
        go(config, "2024-12-16T00:00")
    assert not Path(config.ledger).exists()


def test_the_outlook_changes_nothing(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-10")
    before = everything(config)
    seen = scheduled.outlook(config, at("2024-12-16T00:00"))
    assert seen.plan is not None
    assert [planned.key for planned in seen.plan.issues] == ["2024-W50"]
    assert everything(config) == before
    (config.root / "fail").touch()
    go(config, "2024-12-16T00:00")
    assert [issued.key for issued in scheduled.outlook(config, at("2024-12-16T01:00")).unfinished] == ["2024-W50"]


def test_an_out_folder_without_its_ledger_is_not_mailed_again(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-10")
    go(config, "2024-12-16T00:00")
    Path(config.ledger).unlink()
    with pytest.raises(LedgerError, match="the ledger is missing"):
        go(config, "2024-12-16T01:00")
    assert not Path(config.ledger).exists()
    assert taken(config) == ["2024-W50"]


def test_attempts_are_in_the_ledger(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-10")
    go(config, "2024-12-16T00:00")
    with open_ledger(config.ledger) as ledger:
        [attempt] = ledger.attempts("2024-W50", "command").values()
    assert (attempt.progress, attempt.count) == (Progress.SENT, 1)


def test_the_hub_is_told_of_what_changed_and_a_hub_that_is_down_stops_nothing(config: Config, publish: Publish) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    config = replace(config, feeds=replace(config.feeds, hub=f"http://127.0.0.1:{port}/"))
    publish("first", "2024-12-10")
    done = go(config, "2024-12-16T00:00")
    assert done.hub is not None
    assert done.hub.startswith(f"WebSub hub http://127.0.0.1:{port}/: ")
    assert done.handed[0].result.delivered
    assert go(config, "2024-12-16T01:00").hub is None


def test_what_one_service_handed_to_somebody_no_other_hands_over_again(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-10")
    (config.root / "fail").touch()
    go(config, "2024-12-16T00:00")
    reached = [Outcome(recipient="ada@letter.example", progress=Progress.SENT)]
    with open_ledger(config.ledger) as ledger:
        ledger.turn("2024-W50", "smtp", ended=reached, at=at("2024-12-16T00:00"))
    (config.root / "fail").unlink()
    [handed] = go(config, "2024-12-16T01:00").handed
    assert not handed.result.delivered
    assert "to recipients of another service already (1 by smtp)" in handed.result.problems[0]
    assert taken(config) == []
    folder = replace(config, delivery=Delivery())  # which hands over to nobody
    assert go(folder, "2024-12-16T02:00").handed[0].result.delivered


def test_what_another_service_put_off_goes_to_the_one_that_is_configured_now(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-10")
    go(replace(config, delivery=Delivery(service="command", command=Command(run=("no-such",)))), "2024-12-16T00:00")
    put_off = [Outcome(recipient="ada@letter.example", progress=Progress.DEFERRED)]
    with open_ledger(config.ledger) as ledger:
        ledger.turn("2024-W50", "smtp", ended=put_off, at=at("2024-12-16T00:00"))
    assert go(config, "2024-12-16T01:00").handed[0].result.delivered
    assert taken(config) == ["2024-W50"]


def test_one_recipient_who_is_put_off_for_ever_holds_up_no_issue(config: Config, publish: Publish) -> None:
    def full(stage: str, address: str) -> str:
        return "450 4.2.2 full" if (stage, address) == ("rcpt", "bob@letter.example") else ""

    (config.root / "people.csv").write_text("address\nada@letter.example\nbob@letter.example\n", encoding="utf-8")
    with faults.serving(fault=full) as server:
        smtp = Smtp(host=server.host, port=server.port, security="none", recipients="people.csv", attempts=1, pause=0)
        mailed = replace(config, delivery=Delivery(service="smtp", smtp=smtp))
        publish("first", "2024-12-10")
        assert not go(mailed, "2024-12-16T00:00").handed[0].result.delivered
        assert not go(mailed, "2024-12-20T23:59").handed[0].result.delivered
        publish("second", "2024-12-17")
        done = go(mailed, "2024-12-23T00:00")
        assert [(one.key, one.result.delivered) for one in done.handed] == [("2024-W50", True), ("2024-W51", False)]
        assert "put off for 5 days: 450 4.2.2 full" in done.handed[0].result.problems[0]
        publish("third", "2024-12-24")
        go(replace(mailed, digest=Digest(every="day")), "2024-12-25T00:00")
    assert server.counts() == {"ada@letter.example": 3}
    assert [issued.state for issued in issues(config)] == [State.DELIVERED, State.RESERVED, State.RESERVED]


def test_what_follows_an_issue_sent_by_hand_is_not_passed_by_the_first_run(config: Config, publish: Publish) -> None:
    publish("before", "2024-12-01")
    publish("tuesday", "2024-12-10")
    build(config, "2024-W50", "2024-12-11T09:00")
    sending.send(config, "2024-W50", terms(config, "2024-12-11T09:00"))
    publish("friday", "2024-12-13")
    assert go(config, "2024-12-16T00:00").handed == ()
    publish("next", "2024-12-17")
    go(config, "2024-12-23T00:00")
    assert taken(config) == ["2024-W50", "2024-W51"]
    assert {article["title"] for article in _manifest(config, "2024-W51")["articles"]} == {"Friday", "Next"}


def test_an_issue_that_was_not_built_as_it_is_reserved_is_not_sent(config: Config, publish: Publish) -> None:
    publish("tuesday", "2024-12-10")
    publish("friday", "2024-12-13")
    for period in ("2024-12-10", "2024-W50"):
        build(config, period, "2024-12-14T09:00")
    sending.send(config, "2024-12-10", terms(config, "2024-12-14T09:00"))
    week = Cadence.of(config).parse("2024-W50")
    with open_ledger(config.ledger) as ledger:
        friday = tuple(known.id for known in ledger.known() if known.path == "friday.md")
        planned = Planned(key="2024-W50", start=week.start, end=week.end, articles=friday)
        ledger.reserve(Plan(issues=(planned,)), at("2024-12-16T00:00"))
    handed = sending.send(config, "2024-W50", terms(config, "2024-12-16T00:00"))
    assert handed is not None
    assert "has not given this issue the article tag:letter.example,2024-12-10:tuesday" in handed.result.problems[0]
    with open_ledger(config.ledger) as ledger:  # another host may have begun to hand it over
        put_off = [Outcome(recipient="", progress=Progress.DEFERRED)]
        ledger.turn("2024-W50", "command", ended=put_off, at=at("2024-12-16T00:00"))
    go(config, "2024-12-16T01:00")
    assert taken(config) == ["2024-12-10", "2024-W50"]
    assert [article["title"] for article in _manifest(config, "2024-W50")["articles"]] == ["Friday"]


def test_an_issue_whose_number_is_taken_by_now_is_not_sent_before_it_is_built_again(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-03")
    go(config, "2024-12-09T00:00")
    publish("special", "2024-12-10")
    publish("usual", "2024-12-12")
    build(config, "2024-12-12", "2024-12-13T09:00")
    build(config, "2024-12-10", "2024-12-13T09:00")
    sending.send(config, "2024-12-10", terms(config, "2024-12-13T09:00"))
    with pytest.raises(NewsletterError, match="it was built as number 2, and 2024-12-10 is number 2 by now"):
        sending.send(config, "2024-12-12", terms(config, "2024-12-13T09:00"))
    build(config, "2024-12-12", "2024-12-13T10:00")
    sending.send(config, "2024-12-12", terms(config, "2024-12-13T10:00"))
    assert [_manifest(config, issued.key).get("number") for issued in issues(config)[1:]] == [2, 3]


def test_without_its_ledger_nothing_is_sent_by_hand(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-10")
    go(config, "2024-12-16T00:00")
    Path(config.ledger).unlink()
    with pytest.raises(LedgerError, match="the ledger is missing"):
        sending.waiting(config, None)
    with pytest.raises(LedgerError, match="the ledger is missing"):
        sending.send(config, "2024-W50", terms(config, "2024-12-16T01:00"))
    assert not Path(config.ledger).exists()
    assert taken(config) == ["2024-W50"]


def test_a_program_is_not_started_for_what_was_delivered_without_it(config: Config, publish: Publish) -> None:
    publish("first", "2024-12-10")
    go(replace(config, delivery=Delivery()), "2024-12-16T00:00")
    handed = sending.send(config, "2024-W50", terms(config, "2024-12-16T01:00", retry_unknown=True))
    assert handed is not None
    assert handed.result.delivered
    assert taken(config) == []


def build(config: Config, period: str, now: str) -> None:
    publishing.build(config, now=at(now), period=Cadence.of(config).parse(period), jobs=1)


def _date(config: Config, key: str) -> str:
    return str(_manifest(config, key)["headers"]["Date"])


def _manifest(config: Config, key: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((config.out / "issues" / key / "issue.json").read_bytes())
    return told
