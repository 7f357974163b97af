"""One issue at a service that keeps drafts, exactly once: the same for listmonk and Buttondown."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from newsletter.delivery import buttondown, http, listmonk
from newsletter.delivery.contract import Deliver, Handover, Result
from newsletter.delivery.drafts import marker
from newsletter.errors import DeliveryError
from newsletter.ledger.records import Progress
from tests.delivery.campaigns import Asked, ButtondownServer, ListmonkServer, Mood, Service, running
from tests.delivery.laid_out import MARKER, Notes, make_handover, tried


@dataclass(frozen=True, kw_only=True)
class Case:
    """A service, and what its requests are called."""

    deliver: Deliver
    server: Service
    name: str
    folder: Path
    create: str
    update: str
    send: str
    #: Statuses of what is sent at once, and of what somebody stopped.
    sent: str
    stopped: str

    def handover(self, mode: str = "draft", **changes: Any) -> Handover:  # noqa: ANN401 - any field of Delivery
        """Lay out the issue."""
        return make_handover(self.folder, self.server.url, self.name, mode=mode, **changes)

    def mood(self, request: str, **changes: Any) -> Mood:  # noqa: ANN401 - any field of Mood
        """Write up how that request is answered."""
        method, _, path = request.partition(" ")
        return Mood(method=method, path=path, **changes)

    def hand_over(self, mode: str = "draft", notes: Notes | None = None) -> Result:
        """Hand the issue over."""
        return self.deliver(self.handover(mode), notes or Notes())


@pytest.fixture(params=["listmonk", "buttondown"])
def case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    """Run each of the services, and pause less than for real ones."""
    monkeypatch.setattr(http, "PAUSES", (0, 0, 0))
    if request.param == "listmonk":
        case = Case(
            deliver=listmonk.deliver,
            server=ListmonkServer(),
            name="listmonk",
            folder=tmp_path,
            create="POST /api/campaigns",
            update="PUT /api/campaigns/7",
            send="PUT /api/campaigns/7/status",
            sent="running",
            stopped="cancelled",
        )
    else:
        email = f"PATCH /v1/emails/em_{1:026d}"
        case = Case(
            deliver=buttondown.deliver,
            server=ButtondownServer(),
            name="buttondown",
            folder=tmp_path,
            create="POST /v1/emails",
            update=email,
            send=email,
            sent="about_to_send",
            stopped="suppressed",
        )
    with running(case.server, "" if case.name == "listmonk" else "/v1"):
        yield case


def statuses(case: Case) -> list[str]:
    return [one["status"] for one in case.server.kept]


def test_an_issue_becomes_a_draft(case: Case) -> None:
    notes = Notes()
    result = case.hand_over("draft", notes)
    assert (result.delivered, result.problems) == (True, ())
    assert result.remarks == (f"{case.name}: draft: {result.reference}",)
    assert case.server.changes == [case.create]
    assert statuses(case) == ["draft"]
    assert notes.turns == [(":begun",), (":sent",)]


def test_an_issue_is_sent_by_a_request_of_its_own_after_another_look(case: Case) -> None:
    assert case.hand_over("sent").delivered
    assert [one.method for one in case.server.asked] == ["GET", "POST", "GET", case.send.split()[0], "GET"]
    assert case.server.changes == [case.create, case.send]
    assert statuses(case) == [case.sent]


@pytest.mark.parametrize(("ours", "theirs"), [("07:30", "08:00"), ("08:00", "07:30"), ("08:00", "")])
def test_an_issue_is_scheduled_from_the_later_of_both_times(
    case: Case, ours: str, theirs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.fromisoformat(f"2026-03-09T{ours}Z")
    case.server.date = bool(theirs)
    if theirs:
        monkeypatch.setattr("tests.delivery.campaigns.NOW", datetime.fromisoformat(f"2026-03-09T{theirs}Z"))
    assert case.deliver(replace(case.handover("scheduled", delay=30), now=now), Notes()).delivered
    kept = case.server.kept[0]
    assert kept["status"] == "scheduled"
    assert (kept.get("send_at") or kept["publish_date"]) == "2026-03-09T08:30:00Z"


@pytest.mark.parametrize("mode", ["draft", "sent", "scheduled"])
def test_a_second_run_finds_what_the_first_one_made(case: Case, mode: str) -> None:
    first = case.hand_over(mode)
    changes = list(case.server.changes)
    again = case.hand_over(mode)
    assert again.delivered
    assert again.reference == first.reference
    assert case.server.changes[len(changes) :] == ([case.update] if mode == "draft" else [])
    assert len(case.server.kept) == 1


def test_a_draft_is_brought_up_to_date(case: Case) -> None:
    case.hand_over()
    handover = case.handover()
    changed = {**handover.manifest["service"], "subject": "Second thoughts"}
    assert case.deliver(replace(handover, manifest={**handover.manifest, "service": changed}), Notes()).delivered
    assert [one["subject"] for one in case.server.kept] == ["Second thoughts"]


def test_a_draft_that_was_left_is_sent_when_that_is_what_is_asked_for_now(case: Case) -> None:
    case.hand_over("draft")
    assert case.hand_over("sent").delivered
    assert case.server.changes == [case.create, case.update, case.send]
    assert statuses(case) == [case.sent]


@pytest.mark.parametrize("status", ["scheduled", "sent", "running", "in_flight", "finished", "throttled"])
def test_what_is_under_way_is_never_touched(case: Case, status: str) -> None:
    case.hand_over("sent")
    case.server.kept[0]["status"] = status
    changes = len(case.server.changes)
    notes = Notes(tried(Progress.SENT))
    result = case.hand_over("sent", notes)
    assert result == Result(delivered=True, reference=result.reference, remarks=result.remarks)
    assert result.remarks == (f"{case.name}: {status}: {result.reference} (already)",)
    assert len(case.server.changes) == changes
    assert notes.turns == []


def test_an_issue_that_was_delivered_before_is_not_touched_whatever_became_of_it(case: Case) -> None:
    case.hand_over("draft")
    notes = Notes(tried(Progress.SENT))
    handover = replace(case.handover("sent"), delivered=True)
    assert case.deliver(handover, notes).remarks[0].endswith(" (already)")
    case.server.kept.clear()
    assert case.deliver(handover, notes) == Result(delivered=True, remarks=(f"{case.name}: gone",))
    assert case.server.changes == [case.create]
    assert notes.turns == []


def test_what_is_under_way_and_unknown_to_the_ledger_is_left_alone_and_told(case: Case) -> None:
    case.hand_over("sent")
    changes = len(case.server.changes)
    notes = Notes()
    result = case.hand_over("sent", notes)
    assert result.delivered
    assert "was there before, which the ledger does not know; it was left as it is" in result.problems[0]
    assert (len(case.server.changes), notes.turns) == (changes, [])


def test_what_was_handed_over_is_not_made_again_where_somebody_deleted_it_there(case: Case) -> None:
    notes = Notes(tried(Progress.SENT))
    assert case.hand_over("sent", notes) == Result(delivered=True, remarks=(f"{case.name}: gone",))
    assert (case.server.changes, notes.turns) == ([], [])


def test_publications_below_paths_of_one_host_have_markers_of_their_own(case: Case) -> None:
    handover = case.handover("draft")
    below = [replace(handover, config=replace(handover.config, url=f"https://letter.example/{name}/")) for name in ("a", "b")]
    assert [marker(one) for one in below] == [f"newsletter:letter.example/{name}:2026-W10" for name in ("a", "b")]


def test_a_draft_that_flickers_while_it_is_sent_is_not_made_again(case: Case) -> None:
    empty = b'{"data": {"results": [], "total": 0}, "results": [], "count": 0}'
    case.server.moods = [case.mood(case.send, status=500)]
    answer = case.server.answer
    looks = iter([False, False, True])

    def flicker(asked: Asked) -> tuple[int, object]:
        return (200, json.loads(empty)) if asked.method == "GET" and next(looks, False) else answer(asked)

    case.server.answer = flicker  # type: ignore[method-assign] # one look in the middle shows nothing
    assert case.hand_over("sent").delivered
    assert case.server.changes.count(case.create) == 1
    assert statuses(case) == [case.sent]


def test_what_was_stopped_there_is_left_and_told(case: Case) -> None:
    case.hand_over("sent")
    case.server.kept[0]["status"] = case.stopped
    result = case.hand_over("sent")
    assert result.delivered
    assert result.problems == (f"{case.name}: {case.stopped}: {result.reference}; it was left as it is, see there",)


@pytest.mark.parametrize("progress", [Progress.TRYING, Progress.DEFERRED])
def test_an_attempt_that_a_crash_left_is_settled_by_looking(case: Case, progress: Progress) -> None:
    case.hand_over("sent")
    notes = Notes(tried(progress))
    assert case.hand_over("sent", notes).delivered
    assert case.server.changes == [case.create, case.send]
    assert notes.turns == [(":sent",)]


def test_a_run_that_was_killed_before_its_request_left_makes_the_draft(case: Case) -> None:
    assert case.hand_over("draft", Notes(tried(Progress.TRYING))).delivered
    assert case.server.changes == [case.create]


@pytest.mark.parametrize(
    "mood", [{"silent": True}, {"status": 0}, {"status": 500}, {"status": 504}, {"status": 200, "body": b"<"}]
)
@pytest.mark.parametrize("step", ["create", "update", "send"])
def test_what_was_done_without_an_answer_is_not_done_twice(
    case: Case, step: str, mood: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    if "silent" in mood:
        monkeypatch.setattr(http, "TIMEOUT", (5.0, 0.5))
    if step == "update":
        case.hand_over("draft")
    case.server.moods = [case.mood(getattr(case, step), done=True, **mood)]
    notes = Notes()
    assert case.hand_over("sent", notes).delivered
    assert case.server.moods == []
    assert statuses(case) == [case.sent]
    assert case.server.changes.count(case.create) == 1
    if case.name == "listmonk":
        assert case.server.changes.count(case.send) == 1
    assert notes.turns == [(":begun",), (":sent",)]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_request_that_failed_is_repeated_after_a_look(case: Case, status: int) -> None:
    case.server.moods = [case.mood(case.create, status=status)] * 2 + [case.mood(case.send, status=status)]
    assert case.hand_over("sent").delivered
    assert statuses(case) == [case.sent]
    methods = [one.method for one in case.server.asked]
    assert methods[:6] == ["GET", "POST", "GET", "POST", "GET", "POST"]


@pytest.mark.parametrize("mood", [{"silent": True}, {"status": 0}, {"status": 504}])
def test_a_draft_that_may_still_be_made_is_not_made_again_in_this_run(
    case: Case, mood: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    if "silent" in mood:
        monkeypatch.setattr(http, "TIMEOUT", (5.0, 0.5))
    case.server.moods = [case.mood(case.create, **mood)]
    notes = Notes()
    result = case.hand_over("sent", notes)
    assert result == Result(
        delivered=False, problems=(f"{case.name} does not show the issue that it was given; the next run looks again",)
    )
    assert case.server.changes == [case.create]
    assert notes.turns == [(":begun",), (":trying",)]
    assert case.hand_over("sent", Notes(tried(Progress.TRYING))).delivered
    assert statuses(case) == [case.sent]


def test_what_may_still_be_sent_is_not_sent_again_in_this_run(case: Case) -> None:
    case.hand_over("draft")
    case.server.moods = [case.mood(case.update, status=200), case.mood(case.send, status=504)]
    result = case.hand_over("sent")
    assert result.problems == (f"{case.name} still shows a draft of what it was told to send; the next run looks again",)
    assert not result.delivered
    assert case.server.changes == [case.create, case.update, case.send]


def test_a_service_that_goes_on_failing_is_left_to_the_next_run(case: Case) -> None:
    case.server.moods = [case.mood(case.create, status=503)] * 4
    notes = Notes()
    result = case.hand_over("draft", notes)
    assert not result.delivered
    assert result.problems[0].endswith("with 503 Service Unavailable")
    assert case.server.changes == [case.create] * 4
    assert notes.turns == [(":begun",), (":trying",)]


def test_a_refusal_before_anything_was_changed_raises(case: Case) -> None:
    case.server.moods = [case.mood(case.create, status=400, body=b'{"message": "No.", "code": "x"}')]
    notes = Notes()
    with pytest.raises(DeliveryError, match=r"with 400 Bad Request \(x: No\.\)$"):
        case.hand_over("draft", notes)
    assert notes.turns == [(":begun",), (":deferred",)]


def test_a_refusal_after_something_was_changed_is_told(case: Case) -> None:
    case.hand_over("draft")
    case.server.moods = [case.mood(case.update, status=200), case.mood(case.send, status=429, headers={"Retry-After": "3600"})]
    notes = Notes()
    result = case.hand_over("sent", notes)
    assert not result.delivered
    assert result.problems[0].endswith("asks to wait 3600 seconds (429); the next run tries again")
    assert notes.turns == [(":begun",), (":deferred",)]


def test_of_copies_the_one_that_is_under_way_counts_else_the_oldest(case: Case) -> None:
    case.hand_over("draft")
    for number in range(4):
        copy = {**case.server.kept[0], "id": f"9{number}"}
        case.server.kept.append(copy)
    result = case.hand_over("draft")
    assert case.server.changes == [case.create, case.update]
    case.server.kept[3]["status"] = "scheduled"
    notes = Notes(tried(Progress.SENT))
    assert case.hand_over("sent", notes).remarks[0].startswith(f"{case.name}: scheduled: ")
    assert result.delivered
    assert case.server.changes == [case.create, case.update]


def test_others_are_left_alone(case: Case) -> None:
    other = case.handover()
    other = replace(other, config=replace(other.config, authority="other.example"))
    for _ in range(3):
        case.deliver(replace(other, key=f"2026-W0{len(case.server.kept)}"), Notes())
    case.hand_over("draft")
    assert len(case.server.kept) == 4
    assert case.server.changes == [case.create] * 4


@pytest.mark.parametrize("written", [None, {"name": "mailchimp", "subject": "", "preheader": ""}])
def test_a_digest_with_the_merge_tags_of_another_service_is_not_handed_over(case: Case, written: object) -> None:
    handover = case.handover()
    name = "no service" if written is None else "mailchimp"
    with pytest.raises(DeliveryError) as caught:
        case.deliver(replace(handover, manifest={**handover.manifest, "service": written}), Notes())
    assert str(caught.value) == (
        f"issue 2026-W10: its merge tags are those of {name}, not of {case.name}; build it again, then send it"
    )
    assert case.server.asked == []


def test_a_mail_that_is_not_there_is_told(case: Case) -> None:
    handover = case.handover()
    (case.folder / "email.html").unlink()
    with pytest.raises(DeliveryError, match=r"email\.html: cannot be read: No such file or directory$"):
        case.deliver(handover, Notes())


def test_a_secret_that_is_nowhere_is_told(case: Case) -> None:
    handover = case.handover()
    with pytest.raises(DeliveryError, match=rf"^delivery\.{case.name}\..*: expected a secret in the variable NEWSLETTER_"):
        case.deliver(replace(handover, secrets=replace(handover.secrets, environment={})), Notes())


@pytest.mark.parametrize("body", [b"{}", b'{"data": null}', b'{"data": {"results": [1]}, "results": [1]}', b'{"results": null}'])
def test_a_list_that_makes_no_sense_is_told(case: Case, body: bytes) -> None:
    case.server.moods = [Mood(status=200, body=body)]
    with pytest.raises(DeliveryError, match=r"^delivery\.\w+\.url: 127\.0\.0\.1:\d+ has [\w-]+ that make no sense: "):
        case.hand_over()


def test_an_issue_is_found_by_publication_and_key(tmp_path: Path) -> None:
    handover = make_handover(tmp_path, "", "listmonk")
    assert marker(handover) == MARKER
    long = replace(handover, config=replace(handover.config, authority="very." * 60 + "long.example"))
    assert len(marker(long)) <= 100
