"""Calls that Vapi reports: once, again, late, out of order, with and without the case token."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest

from chalicelib.cases.model import Case, CaseOutline
from chalicelib.cases.webhook import Ignored, StoredOnly, ToAnalyse, WasStarted, WebhookOutcome, case_token
from chalicelib.cases.webhook import take_report as take
from chalicelib.errors import InvalidRequest
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


def test_a_report_of_a_known_case_is_stored_and_to_be_analysed(store: FakeCaseStore, case: Case) -> None:
    outcome = take_report(report(), store=store, now=LATER)

    assert isinstance(outcome, ToAnalyse)
    assert (outcome.call_id, outcome.duplicate) == ("k1", False)
    assert outcome.outline == store.outline("c1")
    assert (outcome.outline.case.call_id, outcome.outline.case.has_transcript) == ("k1", True)
    assert outcome.outline.case.updated_at == LATER


def test_the_same_call_again_stores_nothing(store: FakeCaseStore, case: Case) -> None:
    take_report(report(), store=store, now=NOW)
    store.calls.clear()

    outcome = take_report(report(analysis={"summary": "changed"}), store=store, now=LATER)

    assert isinstance(outcome, ToAnalyse)
    assert (outcome.call_id, outcome.duplicate) == ("k1", True)
    assert "put_call" not in store.calls


def test_the_same_call_without_its_transcript_does_not_take_the_stored_one_away(
    store: FakeCaseStore, case: Case
) -> None:
    take_report(report(), store=store, now=NOW)

    outcome = take_report(report(transcript=None), store=store, now=LATER)

    assert isinstance(outcome, ToAnalyse)
    assert outcome.duplicate
    assert outcome.outline.case.has_transcript


def test_a_call_without_a_word_is_stored_and_not_analysed(store: FakeCaseStore, case: Case) -> None:
    outcome = take_report(report(transcript=None), store=store, now=LATER)

    stored = store.outline("c1")
    assert isinstance(outcome, StoredOnly)
    assert outcome.outline == stored
    assert (outcome.outline.case.has_call, outcome.outline.case.has_transcript) == (True, False)


def test_a_transcript_that_comes_later_is_stored_and_analysed(store: FakeCaseStore, case: Case) -> None:
    take_report(report(transcript=None), store=store, now=NOW)

    outcome = take_report(report(), store=store, now=LATER)

    assert isinstance(outcome, ToAnalyse)
    assert not outcome.duplicate


def test_a_call_whose_analysis_was_started_does_not_come_back_over_the_one_that_followed(
    store: FakeCaseStore, case: Case
) -> None:
    take_report(report(), store=store, now=NOW)
    take_report(report(call_id="k2"), store=store, now=NOW)

    outcome = take_report(report(), store=store, now=LATER, was_started=lambda outline, call_id: call_id == "k1")

    stored = store.outline("c1")
    assert isinstance(outcome, ToAnalyse)
    assert (outcome.call_id, outcome.duplicate) == ("k1", True)
    assert stored is not None
    assert stored.case.call_id == "k2"


def test_another_call_of_the_case_replaces_the_first(store: FakeCaseStore, case: Case) -> None:
    take_report(report(), store=store, now=NOW)

    outcome = take_report(report(call_id="k2"), store=store, now=LATER)

    assert isinstance(outcome, ToAnalyse)
    assert (outcome.outline.case.call_id, outcome.duplicate) == ("k2", False)


def test_a_report_without_call_id_is_recognised_when_it_comes_again(store: FakeCaseStore, case: Case) -> None:
    take_report(report(call_id=""), store=store, now=NOW)

    outcome = take_report(report(call_id=""), store=store, now=LATER)

    assert isinstance(outcome, ToAnalyse)
    assert outcome.duplicate


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


@pytest.mark.parametrize("payload", [{}, [], {"message": {"type": "end-of-call-report"}}])
def test_what_is_no_message_or_a_report_of_nothing_is_refused(store: FakeCaseStore, payload: Any) -> None:
    with pytest.raises(InvalidRequest):
        take_report(payload, store=store, now=LATER)


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


def test_a_newer_call_replaces_an_older_one(store: FakeCaseStore, case: Case) -> None:
    take_report(report(startedAt="2026-06-10T08:00:00Z"), store=store, now=NOW)

    outcome = take_report(report(call_id="k2", startedAt="2026-06-10T09:00:00Z"), store=store, now=LATER)

    assert isinstance(outcome, ToAnalyse)
    assert stored_call(store) == "k2"


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
