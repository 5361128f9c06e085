"""Calls that Vapi reports: once, again, late, out of order, with and without the case token."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest

from chalicelib.cases.model import Case, CaseOutline
from chalicelib.cases.webhook import Ignored, ToAnalyse, WasStarted, WebhookOutcome, case_token
from chalicelib.cases.webhook import take_report as take
from tests.fakes.case_store import FakeCaseStore
from tests.unit.cases.conftest import LATER, NOW


def report(
    *, call_id: str = "k1", transcript: str | None = "AI: שלום\n", case_id: Any = "c1", **members: Any
) -> dict[str, Any]:
    call = {"id": call_id, "metadata": {"case_id": case_id}}
    return {"message": {"type": "end-of-call-report", "call": call, "artifact": {"transcript": transcript}, **members}}


def never(outline: CaseOutline, call_id: str) -> bool:
    return False


def take_report(
    payload: Any, *, store: FakeCaseStore, now: datetime, was_started: WasStarted = never, **options: Any
) -> WebhookOutcome:
    return take(payload, store=store, was_started=was_started, now=now, **options)


def test_the_same_call_without_its_transcript_does_not_take_the_stored_one_away(
    store: FakeCaseStore, case: Case
) -> None:
    take_report(report(), store=store, now=NOW)

    outcome = take_report(report(transcript=None), store=store, now=LATER)

    assert isinstance(outcome, ToAnalyse)
    assert outcome.duplicate
    assert outcome.outline.case.has_transcript


@pytest.mark.parametrize(
    ("payload", "word"),
    [
        (report(case_id="c9"), "names no case"),  # never there
        (report(case_id="index#months"), "names no case"),  # no case can have this id
        (report(case_id=None), "no metadata.case_id"),
        (report(case_id=7), "no metadata.case_id"),
        ({"message": {"type": "status-update"}}, "status-update"),
        ({"message": {"type": "x" * 1000}}, "x" * 60),
    ],
)
def test_what_concerns_no_case_is_ignored_with_a_reason(
    store: FakeCaseStore, case: Case, payload: Any, word: str
) -> None:
    outcome = take_report(payload, store=store, now=LATER)

    assert isinstance(outcome, Ignored)
    assert word in outcome.reason
    assert len(outcome.reason) < 120
    assert "put_call" not in store.calls


def test_a_case_that_goes_meanwhile_is_ignored(store: FakeCaseStore, case: Case) -> None:
    class GoneAfterTheOutline(FakeCaseStore):
        def outline(self, case_id: str) -> Any:
            found = store.outline(case_id)
            store.delete(case_id)
            return found

    assert isinstance(take_report(report(), store=GoneAfterTheOutline(), now=LATER), Ignored)


def stored_call(store: FakeCaseStore) -> Any:
    file = store.file("c1")
    return file and file.call_details and file.call_details["id"]


@pytest.mark.parametrize("transcript", [None, "", " "])
def test_a_call_without_words_never_replaces_one_with_words(
    store: FakeCaseStore, case: Case, transcript: str | None
) -> None:
    take_report(report(), store=store, now=NOW)

    outcome = take_report(report(call_id="k2", transcript=transcript), store=store, now=LATER)

    assert isinstance(outcome, Ignored)
    assert "no words" in outcome.reason
    assert stored_call(store) == "k1"


@pytest.mark.parametrize("time", ["startedAt", "endedAt"])
@pytest.mark.parametrize("transcript", ["AI: שלום\n", None])
def test_an_older_call_never_replaces_a_newer_one(
    store: FakeCaseStore, case: Case, time: str, transcript: str | None
) -> None:
    take_report(report(transcript=transcript, **{time: "2026-06-10T09:00:00Z"}), store=store, now=NOW)

    outcome = take_report(report(call_id="k0", **{time: "2026-06-10T08:00:00Z"}), store=store, now=LATER)

    assert isinstance(outcome, Ignored)
    assert outcome.reason == "The case has a newer call."
    assert stored_call(store) == "k1"


def test_the_right_token_is_that_of_the_case_and_its_owner(store: FakeCaseStore, case: Case) -> None:
    right = case_token(case, secret="s1")
    wrong = [None, "", right[:-1], right.upper(), 7, case_token(case, secret="s2")]
    wrong.append(case_token(msgspec.structs.replace(case, user_id="u2"), secret="s1"))
    wrong.append(case_token(msgspec.structs.replace(case, id="c2"), secret="s1"))

    def with_token(token: Any) -> Any:
        payload = report()
        payload["message"]["call"]["metadata"]["case_token"] = token
        return take_report(payload, store=store, now=NOW, token_secret="s1")

    refused = [with_token(token) for token in wrong]
    before = stored_call(store)

    assert [type(outcome) for outcome in refused] == [Ignored] * len(wrong)
    assert all("case_token" in outcome.reason for outcome in refused)
    assert before is None
    assert isinstance(with_token(right), ToAnalyse)


def test_without_a_secret_for_tokens_none_is_asked_for(store: FakeCaseStore, case: Case) -> None:
    payload = report()
    payload["message"]["call"]["metadata"]["case_token"] = "wrong"

    assert isinstance(take_report(payload, store=store, now=NOW), ToAnalyse)


def test_a_newer_call_that_arrives_between_look_and_write_is_not_replaced(case: Case, store: FakeCaseStore) -> None:
    class Busy(FakeCaseStore):
        """Gets another call right after its first outline was read."""

        def outline(self, case_id: str) -> Any:
            found = store.outline(case_id)
            if not stored_call(store):
                take_report(report(call_id="k2", startedAt="2026-06-10T09:00:00Z"), store=store, now=NOW)
            return found

        put_call, file = store.put_call, store.file

    outcome = take_report(report(startedAt="2026-06-10T08:00:00Z"), store=Busy(), now=LATER)

    assert outcome == Ignored("The case has a newer call.")
    assert stored_call(store) == "k2"
